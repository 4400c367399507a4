import type { ReasoningMode } from '@tooldelta/core'
import { writeExactJson } from '../exact-json.ts'
import {
  BLANK_PIECES,
  TEMPLATE_STYLE,
  THINK,
  printParts,
  printThought,
  type FormatPrinter,
  type PrintStyle,
  type PrintedCall,
} from './printer.ts'

interface HeaderLayout {
  format: string
  /** Around all calls that follow each other. */
  section?: readonly [open: string, close: string]
  /** The call with its header; `index` counts the calls of the message. */
  call: (name: string, json: string, blanks: string, index: number) => string
  /** Between two calls. @defaultValue nothing */
  between?: string
  /**
   * Text and calls are messages, each with a header. The prompt ends with the opener of the first one, so that it is not printed.
   */
  messages?: { opener: string; text: string }
  /** The text leaves blanks open in these places; the call gets them. */
  blanks: boolean
  markers: readonly string[]
  pieces: readonly string[]
  /** Names that need no declaration. */
  free?: RegExp
  think?: [string, string]
  reasoning: ReasoningMode
}

const json = (call: PrintedCall, style: PrintStyle): string =>
  writeExactJson({ kind: 'object', members: call.arguments }, style.json)

function createHeaderPrinter(layout: HeaderLayout): FormatPrinter {
  const { section, messages, think, between = '' } = layout
  const printCalls = (calls: readonly PrintedCall[], style: PrintStyle, first: number): string => {
    const printed = calls.map((call, index) =>
      layout.call(call.name, json(call, style), layout.blanks ? style.layout : '', first + index),
    )
    if (messages !== undefined) return printed.join(messages.opener)
    return section === undefined ? printed.join(between) : section[0] + printed.join(between) + section[1]
  }
  return {
    format: layout.format,
    family: 'header-json',
    reasoning: layout.reasoning,
    thinks: think !== undefined,
    markers: [...layout.markers, ...(think ?? [])],
    pieces: [...BLANK_PIECES, '{"a": 1}', '{"a": "x', '"}', '}', '{', '{}', 'null', '"{\\"a\\": 1}"', ...layout.pieces],
    styles: { json: true, layout: layout.blanks, argumentsFirst: false, encodeArguments: false },
    freeArguments: true,
    ...(layout.free === undefined ? {} : { names: { free: layout.free } }),
    ...(messages === undefined ? {} : { message: { text: 'before' } }),
    hold: 12,
    printCall: (call, style = TEMPLATE_STYLE) => printCalls([call], style, 0),
    print: ({ reasoning, parts }, style = TEMPLATE_STYLE) => {
      const thought = think === undefined ? '' : printThought(reasoning, think, layout.reasoning)
      if (messages !== undefined) {
        const texts = parts.filter((part) => typeof part === 'string').map((text) => messages.text + text)
        const calls = parts.filter((part) => typeof part !== 'string')
        return [...texts, ...(calls.length === 0 ? [] : [printCalls(calls, style, 0)])].join(messages.opener)
      }
      let count = 0
      return (
        thought +
        printParts(parts, (calls) => {
          count += calls.length
          return printCalls(calls, style, count - calls.length)
        })
      )
    },
  }
}

const DEEPSEEK_MARKERS = [
  '<｜tool▁calls▁begin｜>',
  '<｜tool▁calls▁end｜>',
  '<｜tool▁call▁begin｜>',
  '<｜tool▁call▁end｜>',
  '<｜tool▁sep｜>',
  '<｜end▁of▁sentence｜>',
] as const

const DEEPSEEK: Pick<HeaderLayout, 'section' | 'markers' | 'pieces' | 'think'> = {
  section: [DEEPSEEK_MARKERS[0], DEEPSEEK_MARKERS[1]],
  markers: DEEPSEEK_MARKERS,
  pieces: [
    'function',
    'f',
    'function<｜tool▁sep｜>f\n```json\n',
    'f<｜tool▁sep｜>',
    'function<｜tool▁sep｜>python\n```python\n',
    '\n```',
    '<｜tool_calls_begin｜>',
    '<｜tool▁calls｜>',
  ],
  think: THINK,
}

const FUNCTIONARY_END = ['<|eot_id|>', '<|end_of_text|>', '<|eom_id|>']

const HEADER_LAYOUTS: HeaderLayout[] = [
  {
    format: 'mistral',
    call: (name, body, blanks) => `[TOOL_CALLS]${name}[ARGS]${blanks}${body}`,
    blanks: true,
    markers: ['[TOOL_CALLS]', '[CALL_ID]', '[ARGS]', '[/TOOL_CALLS]', '</s>'],
    pieces: [
      '[TOOL_CALLS]f[ARGS]',
      '[TOOL_CALLS]read_file[CALL_ID]q1W2e3R4t[ARGS]',
      '[TOOL_CALLS]f{',
      '[TOOL_CALLS] [{"name": "f", "arguments": {"a": 1}, "id": "Ab3dE6gH9"}]',
      '[TOOL_CALLS',
      '[ARGS',
      'f',
      '<think>',
      '</think>',
    ],
    free: /^[\w-]{1,64}$/,
    think: ['[THINK]', '[/THINK]'],
    reasoning: 'tags',
  },
  {
    format: 'kimi_k2',
    section: ['<|tool_calls_section_begin|>', '<|tool_calls_section_end|>'],
    call: (name, body, blanks, index) =>
      `<|tool_call_begin|>functions.${name}:${index}<|tool_call_argument_begin|>${blanks}${body}${blanks}<|tool_call_end|>`,
    blanks: true,
    markers: [
      '<|tool_calls_section_begin|>',
      '<|tool_calls_section_end|>',
      '<|tool_call_section_begin|>',
      '<|tool_call_section_end|>',
      '<|tool_call_begin|>',
      '<|tool_call_argument_begin|>',
      '<|tool_call_end|>',
      '<|im_end|>',
    ],
    pieces: [
      'functions.f:0',
      'read_file:1',
      'functions_f_1',
      'functions.read_file',
      '<|tool_call_begin|>3<|tool_call_argument_begin|>',
      '<|tool_call_begin|>call_abc123<|tool_call_argument_begin|>{"name": "f", "a": 1}',
      '<|tool_call_begin|>functions.f:2<|tool_call_argument_begin|>',
      '"name": "read_file"',
    ],
    think: THINK,
    reasoning: 'tags',
  },
  {
    ...DEEPSEEK,
    format: 'deepseek_v3',
    call: (name, body) =>
      `<｜tool▁call▁begin｜>function<｜tool▁sep｜>${name}\n\`\`\`json\n${body}\n\`\`\`<｜tool▁call▁end｜>`,
    between: '\n',
    blanks: false,
    reasoning: 'tags',
  },
  {
    ...DEEPSEEK,
    format: 'deepseek_v31',
    call: (name, body, blanks) =>
      `<｜tool▁call▁begin｜>${name}<｜tool▁sep｜>${blanks}${body}${blanks}<｜tool▁call▁end｜>`,
    blanks: true,
    reasoning: 'auto',
  },
  {
    format: 'functionary-v3.1',
    call: (name, body, blanks) => `<function=${name}>${blanks}${body}${blanks}</function>`,
    blanks: true,
    markers: ['<function=', '</function>', '<|python_tag|>', ...FUNCTIONARY_END],
    pieces: ['<function=f>', '<function=read_file>{', '<function=', '<|python_tag|>print("a")\n', 'print(1)'],
    reasoning: 'off',
  },
  {
    format: 'functionary-v2',
    call: (name, body, blanks) => `${name}\n<|content|>${blanks}${body}`,
    messages: { opener: '\n<|from|>assistant\n<|recipient|>', text: 'all\n<|content|>' },
    blanks: true,
    markers: ['<|from|>', '<|recipient|>', '<|content|>', '<|stop|>'],
    pieces: [
      '<|from|>assistant\n<|recipient|>',
      'f\n<|content|>',
      'all\n<|content|>',
      'all',
      'f',
      'python\n<|content|>print("a")\n',
      'assistant',
      'print(1)',
    ],
    reasoning: 'off',
  },
  {
    format: 'functionary-v3.2',
    call: (name, body) => `${name}\n${body}`,
    messages: { opener: '>>>', text: 'all\n' },
    blanks: false,
    markers: ['>>>', ...FUNCTIONARY_END],
    pieces: ['f\n', '>>>f\n{', '>>>all\n', 'all\n', '>>>python\nprint("a")', 'python\n', 'print(1)', '>'],
    reasoning: 'off',
  },
]

/** Printers of the formats that write a header and an object of arguments. */
export const headerJsonPrinters: readonly FormatPrinter[] = HEADER_LAYOUTS.map(createHeaderPrinter)
