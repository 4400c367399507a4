import type { ReasoningMode } from '@tooldelta/core'
import { writeExactJson } from '../exact-json.ts'
import {
  BLANK_PIECES,
  CHATML,
  THINK,
  TEMPLATE_STYLE,
  printParts,
  printThought,
  type FormatPrinter,
  type PrintStyle,
  type PrintedCall,
} from './printer.ts'

/** Pieces of envelopes, whole and broken. */
export const ENVELOPE_PIECES: readonly string[] = [
  ...BLANK_PIECES,
  '{"name": "f", "arguments": ',
  '{"a": 1}',
  '"}',
  '}',
  '}\n',
  '{"arguments": {"b": "x"}, "name": "f"}',
  '"arguments"',
  ': ',
  ', ',
  '[',
  ']',
  '{"',
  '"name": ',
  '"f"',
  "{'name': 'f', 'arguments': {'a': True,}}",
  '{"a": "x',
]

interface EnvelopeLayout {
  format: string
  open: string
  /** Nothing where the calls end with the JSON text. */
  close: string
  /** Calls that follow each other: each in an envelope of its own, all in one array, or all in one section, each in a line. */
  group: 'each' | 'array' | 'lines'
  /** What stands between two calls in envelopes of their own. @defaultValue a line break */
  between?: string
  /** Keys of name and arguments. `short`: the name is the key of the arguments. @defaultValue `name` and `arguments` */
  keys?: [name: string, args: string] | 'short'
  /** Other members of a call, before its name. */
  ordinal?: (index: number) => string
  /** The server may write the arguments as a JSON string. */
  encodes?: boolean
  /** What ends the text before calls. */
  textEnd?: string
  /** The tokens of an opener that is several. */
  openers?: readonly string[]
  /** Markers around the answer. */
  response?: readonly string[]
  /** Markers beside those of calls, thoughts and the answer. */
  markers?: readonly string[]
  pieces?: readonly string[]
  /** `undefined`: the models do not think. */
  think?: [string, string]
  reasoning: ReasoningMode
  message?: FormatPrinter['message']
}

function createEnvelopePrinter(layout: EnvelopeLayout): FormatPrinter {
  const { open, close, group, think } = layout
  const short = layout.keys === 'short'
  const wrap = (body: string, style: PrintStyle): string =>
    open + style.layout + body + (close === '' ? '' : style.layout + close)
  const printElement = (call: PrintedCall, style: PrintStyle, index: number): string =>
    printEnvelope(call, style, layout.keys, layout.ordinal?.(index))
  const printGroup = (calls: readonly PrintedCall[], style: PrintStyle): string => {
    const elements = calls.map((call, index) => printElement(call, style, index))
    if (group === 'array') return wrap(`[${elements.join(style.json.comma)}]`, style)
    if (group === 'lines') return wrap(elements.join('\n'), style)
    return elements.map((element) => wrap(element, style)).join(layout.between ?? '\n')
  }
  return {
    format: layout.format,
    family: 'json-envelope',
    reasoning: layout.reasoning,
    thinks: think !== undefined,
    markers: [
      ...(layout.openers ?? [open.trim()]),
      ...(close === '' ? [] : [close]),
      ...(think ?? []),
      ...(layout.response ?? []),
      ...(layout.markers ?? CHATML),
    ],
    ...(layout.response === undefined ? {} : { response: layout.response }),
    pieces: [...ENVELOPE_PIECES, ...(layout.pieces ?? [])],
    styles: { json: true, layout: true, argumentsFirst: !short, encodeArguments: layout.encodes === true },
    freeArguments: true,
    hold: 12,
    ...(layout.message === undefined ? {} : { message: layout.message }),
    printCall: (call, style = TEMPLATE_STYLE) => printGroup([call], style),
    print: (message, style = TEMPLATE_STYLE) => {
      const { textEnd } = layout
      const [text, next] = message.parts
      const parts =
        textEnd !== undefined && typeof text === 'string' && next !== undefined
          ? [text + textEnd, ...message.parts.slice(1)]
          : message.parts
      return (
        (think === undefined ? '' : printThought(message.reasoning, think, layout.reasoning)) +
        printParts(parts, (calls) => printGroup(calls, style))
      )
    },
  }
}

/** `{"name": ..., "arguments": {...}}`, or what the format writes in its place. */
export function printEnvelope(
  call: PrintedCall,
  style: PrintStyle,
  keys: EnvelopeLayout['keys'] = ['name', 'arguments'],
  ordinal?: string,
): string {
  const { comma, colon } = style.json
  const quote = (text: string): string => writeExactJson({ kind: 'string', value: text }, style.json)
  const json = writeExactJson({ kind: 'object', members: call.arguments }, style.json)
  const value = style.encodeArguments ? quote(json) : json
  if (keys === 'short') return `{${quote(call.name)}${colon}${value}}`
  const members = [`"${keys[0]}"${colon}${quote(call.name)}`, `"${keys[1]}"${colon}${value}`]
  const first = ordinal === undefined ? [] : [ordinal]
  return `{${[...first, ...(style.argumentsFirst ? members.toReversed() : members)].join(comma)}}`
}

const HERMES: EnvelopeLayout = {
  format: 'hermes',
  open: '<tool_call>',
  close: '</tool_call>',
  group: 'each',
  think: THINK,
  reasoning: 'tags',
}

const TOOL_CALLS: EnvelopeLayout = { ...HERMES, open: '<tool_calls>', close: '</tool_calls>', group: 'array' }

const COHERE: EnvelopeLayout = {
  format: 'cohere_command3',
  open: '<|START_ACTION|>',
  close: '<|END_ACTION|>',
  group: 'array',
  keys: ['tool_name', 'parameters'],
  ordinal: (index) => `"tool_call_id": "${index}"`,
  response: ['<|START_RESPONSE|>', '<|END_RESPONSE|>', '<|START_TEXT|>', '<|END_TEXT|>'],
  markers: ['<|END_OF_TURN_TOKEN|>'],
  pieces: ['"tool_name": "f"', '"parameters": {}', 'Action: ```json\n', '\n```'],
  think: ['<|START_THINKING|>', '<|END_THINKING|>'],
  reasoning: 'tags',
}

const FUNCTOOLS: EnvelopeLayout = {
  format: 'phi4_mini_json',
  open: 'functools',
  close: '',
  group: 'array',
  markers: ['<|end|>', '<|endoftext|>'],
  pieces: ['functools[{', 'functools'],
  reasoning: 'off',
}

const ENVELOPE_LAYOUTS: EnvelopeLayout[] = [
  HERMES,
  { ...HERMES, format: 'qwen25' },
  { ...HERMES, format: 'granite4', encodes: true },
  {
    ...HERMES,
    format: 'longcat',
    open: '<longcat_tool_call>',
    close: '</longcat_tool_call>',
    think: ['<longcat_think>', '</longcat_think>'],
  },
  { ...TOOL_CALLS, format: 'jamba', think: ['<thinking>', '</thinking>'] },
  {
    ...HERMES,
    format: 'ernie45',
    response: ['<response>', '</response>'],
    markers: ['<|im_end|>', '</s>'],
    reasoning: 'auto',
  },
  {
    format: 'granite-20b-fc',
    open: '<function_call> ',
    close: '',
    group: 'each',
    between: ' ',
    markers: ['<|endoftext|>'],
    reasoning: 'off',
  },
  {
    ...HERMES,
    format: 'internlm',
    open: '<|action_start|><|plugin|>',
    close: '<|action_end|>',
    between: '',
    keys: ['name', 'parameters'],
    openers: ['<|action_start|>', '<|plugin|>'],
    markers: ['<|interpreter|>', '<|im_end|>'],
    pieces: ['<|action_start|> <|plugin|>\n'],
  },
  {
    format: 'gigachat3',
    open: 'function call<|role_sep|>',
    close: '',
    group: 'each',
    textEnd: '<|message_sep|>\n',
    response: ['<|message_sep|>'],
    markers: ['<|role_sep|>', '</s>'],
    pieces: ['function call'],
    reasoning: 'off',
    message: { text: 'before', calls: 1 },
  },
  {
    ...HERMES,
    format: 'granite',
    open: '<|tool_call|>',
    close: '',
    group: 'array',
    response: ['<response>', '</response>'],
    markers: ['<tool_call>', '<|end_of_text|>'],
  },
  {
    ...TOOL_CALLS,
    format: 'nemotron_json',
    open: '<TOOLCALL>',
    close: '</TOOLCALL>',
    encodes: true,
    markers: ['<SPECIAL_12>'],
  },
  FUNCTOOLS,
  { ...FUNCTOOLS, format: 'firefunction', open: ' functools', markers: ['<|eot_id|>'] },
  { ...TOOL_CALLS, format: 'minimax', group: 'lines', markers: ['<end_of_sentence>'] },
  { ...TOOL_CALLS, format: 'hunyuan_a13b', response: ['<answer>', '</answer>'], markers: ['<|eos|>'] },
  COHERE,
  { ...COHERE, format: 'cohere_command4' },
  {
    format: 'apertus',
    open: '<|tools_prefix|>',
    close: '<|tools_suffix|>',
    group: 'array',
    keys: 'short',
    markers: ['<|assistant_end|>'],
    pieces: ['{"f": {"a": 1}}', '{"f": ', '{"read_file": {}}', '{"write_file": "{}"}'],
    think: ['<|inner_prefix|>', '<|inner_suffix|>'],
    reasoning: 'tags',
  },
]

/** Printers of the formats that write JSON in an envelope. */
export const jsonEnvelopePrinters: readonly FormatPrinter[] = ENVELOPE_LAYOUTS.map(createEnvelopePrinter)
