import { COMPACT, type ExactJson, type JsonStyle } from '../exact-json.ts'
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

/** Pieces of calls, whole and broken. */
const PYTHONIC_PIECES: readonly string[] = [
  ...BLANK_PIECES,
  '[f(',
  '[read_file(path=',
  'f(',
  'read_file(path="a")',
  ')',
  ']',
  ')]',
  ', ',
  'a=',
  '=',
  '"',
  "'",
  '"x"',
  "'''",
  '"""',
  "r'\\d'",
  "f'{x}'",
  'b"',
  '{',
  '}',
  "{'k': ",
  '(1, ',
  '(1)',
  '{1, 2}',
  'None',
  '07',
  'x + 1',
  '[see](http://x)',
  'print(x)',
]

const FUNCTION_NAMES: readonly string[] = ['read_file', 'maps.route', 'f', '__proto__', 'constructor', '获取天气']
const PARAMETER_NAMES: readonly string[] = [
  'path',
  'content',
  'a',
  'from',
  'city',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'valueOf',
  'length',
  'größe',
  'name',
]

interface PythonicLayout {
  format: string
  markers?: readonly [string, string]
  /** Calls that follow each other share one list; else each has its line. */
  list: boolean
  quote: '"' | "'"
  /** JSON's literals in place of Python's. */
  jsonLiterals?: boolean
  thinks: boolean
  endTokens: readonly string[]
  response?: readonly string[]
}

function createPythonicPrinter(layout: PythonicLayout): FormatPrinter {
  const { markers, list, thinks, response } = layout
  const printInside = (call: PrintedCall, { json }: PrintStyle): string =>
    call.arguments.map(([name, value]) => `${name}=${printValue(value, layout, json)}`).join(json.comma)
  const printBare = (call: PrintedCall, style: PrintStyle): string => `${call.name}(${printInside(call, style)})`
  const printGroup = (calls: readonly PrintedCall[], style: PrintStyle): string => {
    const texts = calls.map((call) => printBare(call, style))
    const body = list ? `[${texts.join(style.json.comma)}]` : texts.join('\n')
    return markers === undefined ? body : markers[0] + style.layout + body + style.layout + markers[1]
  }
  return {
    format: layout.format,
    family: 'pythonic',
    reasoning: thinks ? 'tags' : 'off',
    ...(thinks ? {} : { thinks: false }),
    markers: [...(markers ?? []), ...(thinks ? THINK : []), ...layout.endTokens, ...(response ?? [])],
    ...(response === undefined ? {} : { response }),
    pieces: PYTHONIC_PIECES,
    styles: { json: true, layout: markers !== undefined, argumentsFirst: false, encodeArguments: false },
    written: COMPACT,
    freeArguments: false,
    names: { functions: FUNCTION_NAMES, parameters: PARAMETER_NAMES, free: /^[\p{ID_Start}_]\p{ID_Continue}*$/u },
    hold: 12,
    argumentSource: printInside,
    printCall: (call, style = TEMPLATE_STYLE) => printGroup([call], style),
    print: (message, style = TEMPLATE_STYLE) =>
      (thinks ? printThought(message.reasoning, THINK, 'tags') : '') +
      printParts(message.parts, (calls) => printGroup(calls, style)),
  }
}

function printValue(value: ExactJson, layout: PythonicLayout, style: JsonStyle): string {
  const inside = (member: ExactJson): string => printValue(member, layout, style)
  switch (value.kind) {
    case 'null':
      return layout.jsonLiterals === true ? 'null' : 'None'
    case 'boolean': {
      const word = String(value.value)
      return layout.jsonLiterals === true ? word : (word[0] as string).toUpperCase() + word.slice(1)
    }
    case 'number':
      return value.text
    case 'string':
      return printString(value.value, layout.quote, style)
    case 'array':
      return `[${value.items.map(inside).join(style.comma)}]`
    case 'object': {
      const members = value.members.map(
        ([key, member]) => printString(key, layout.quote, style) + style.colon + inside(member),
      )
      return `{${members.join(style.comma)}}`
    }
  }
}

/** As `repr`, with quotes of one kind: values of every text look alike. */
function printString(text: string, quote: string, { ascii }: JsonStyle): string {
  const inner = text.replaceAll(/[\\'"\p{Cc}\p{Cs}]|[^\0-\x7f]/gu, (character) => {
    if (character === '\\' || character === quote) return `\\${character}`
    if (character === '"' || character === "'") return character
    const code = character.codePointAt(0) as number
    const named = { 9: '\\t', 10: '\\n', 13: '\\r' }[code]
    if (named !== undefined) return named
    const control = code < 32 || code === 127 || (code >= 0xd800 && code <= 0xdfff)
    return control || ascii ? escapeCode(code) : character
  })
  return quote + inner + quote
}

function escapeCode(code: number): string {
  const digits = code.toString(16)
  if (code < 0x100) return `\\x${digits.padStart(2, '0')}`
  return code < 0x1_0000 ? `\\u${digits.padStart(4, '0')}` : `\\U${digits.padStart(8, '0')}`
}

/** Printers of the formats that write calls as Python expressions. */
export const pythonicPrinters: readonly FormatPrinter[] = [
  { format: 'pythonic', list: true, quote: "'" as const, thinks: false, endTokens: ['<|eot_id|>', '<|eom_id|>'] },
  {
    format: 'llama4_pythonic',
    markers: ['<|python_start|>', '<|python_end|>'] as const,
    list: true,
    quote: '"' as const,
    thinks: false,
    endTokens: ['<|eot|>', '<|eom|>'],
  },
  {
    format: 'olmo3',
    markers: ['<function_calls>', '</function_calls>'] as const,
    list: false,
    quote: '"' as const,
    jsonLiterals: true,
    thinks: true,
    endTokens: CHATML,
  },
  {
    format: 'lfm2',
    markers: ['<|tool_call_start|>', '<|tool_call_end|>'] as const,
    list: true,
    quote: "'" as const,
    thinks: true,
    endTokens: CHATML,
  },
  {
    format: 'granite_pythonic',
    list: false,
    quote: '"' as const,
    thinks: true,
    endTokens: ['<|end_of_text|>'],
    response: ['<response>', '</response>'],
  },
].map(createPythonicPrinter)
