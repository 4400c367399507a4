import { escapeExpression } from '../ambiguity.ts'
import { writeExactJson, type ExactJson } from '../exact-json.ts'
import { BLANK_PIECES, printParts, printThought, type FormatPrinter, type PrintedCall } from './printer.ts'

interface QuotedObjectLayout {
  format: string
  open: string
  close: string
  /** Around strings and around keys that cannot stand bare. */
  quote: string
  think?: [string, string]
  endTokens: readonly string[]
}

/** Longest key that is read. */
const MAX_KEY = 256

function createQuotedObjectPrinter(layout: QuotedObjectLayout): FormatPrinter {
  const { open, close, quote, think, endTokens } = layout
  const printKey = (key: string): string =>
    key === '' || key !== key.trim() || /[<{}[\],:"'\r\n]/.test(key) ? quote + key + quote : key
  const printAny = (value: ExactJson): string => {
    switch (value.kind) {
      case 'string':
        return quote + value.value + quote
      case 'array':
        return `[${value.items.map(printAny).join(',')}]`
      case 'object':
        return printMembers(value.members)
      default:
        return writeExactJson(value)
    }
  }
  const printMembers = (members: [string, ExactJson][]): string =>
    `{${members.map(([key, value]) => `${printKey(key)}:${printAny(value)}`).join(',')}}`
  const printCall = (call: PrintedCall): string => `${open}call:${call.name}${printMembers(call.arguments)}${close}`
  return {
    format: layout.format,
    family: 'quoted-object',
    reasoning: think === undefined ? 'off' : 'tags',
    ...(think === undefined ? { thinks: false } : {}),
    markers: [open, close, quote, ...(think ?? []), ...endTokens],
    pieces: [
      ...BLANK_PIECES,
      `${open}call:f{`,
      'call:f{',
      'call:read_file{',
      `path:${quote}`,
      `${quote},`,
      `${quote}}`,
      `${quote}]`,
      `${quote}a${quote}:`,
      'a:',
      'b: 3',
      'true',
      '{',
      '[',
      ']',
      '}',
      ',',
      '"x"',
    ],
    styles: { json: false, layout: false, argumentsFirst: false, encodeArguments: false },
    freeArguments: true,
    // A quote and a comma wait for the key behind them.
    hold: quote.length + MAX_KEY + 4 * 64,
    printValue: (value) => (value.kind === 'string' ? value.value : printAny(value)),
    argumentSource: (call) => leavesOf({ kind: 'object', members: call.arguments }).join(''),
    printCall,
    isAmbiguous: (call) => isAmbiguousValue({ kind: 'object', members: call.arguments }, layout),
    print: (message) =>
      (think === undefined ? '' : printThought(message.reasoning, think, 'tags')) +
      printParts(message.parts, (calls) => calls.map(printCall).join('')),
  }
}

/** The texts of all that is no object or array, in order. */
export function leavesOf(value: ExactJson): string[] {
  switch (value.kind) {
    case 'string':
      return [value.value]
    case 'array':
      return value.items.flatMap(leavesOf)
    case 'object':
      return value.members.flatMap(([, member]) => leavesOf(member))
    default:
      return [writeExactJson(value)]
  }
}

/** A string that holds a quote with what can follow a value behind it, or a key that holds one. */
function isAmbiguousValue(value: ExactJson, layout: QuotedObjectLayout, isItem = false): boolean {
  switch (value.kind) {
    case 'string':
      return endsValue(layout, isItem).test(value.value)
    case 'array':
      return value.items.some((item) => isAmbiguousValue(item, layout, true))
    case 'object':
      return value.members.some(([key, member]) => isAmbiguousKey(key, layout) || isAmbiguousValue(member, layout))
    default:
      return false
  }
}

/** A quoted key ends at the first quote. */
function isAmbiguousKey(key: string, { quote, open, close }: QuotedObjectLayout): boolean {
  return key.length > MAX_KEY || [quote, open, close].some((marker) => key.includes(marker))
}

/** In an object a comma ends a value only before a key or the object's end. */
function endsValue({ quote, open, close, endTokens }: QuotedObjectLayout, isItem: boolean): RegExp {
  const [mark, ...ends] = [quote, open, close, ...endTokens].map(escapeExpression)
  const key = `(?:${mark}|[^<{}[\\],:\\r\\n]+:|\\}|${ends.join('|')})`
  const next = [isItem ? ',' : `,\\s*${key}`, '\\}', '\\]', ...ends]
  return new RegExp(`${mark}\\s*(?:${next.join('|')})`)
}

/** Printers of the formats that write arguments as an object with tokens for quotes. */
export const quotedObjectPrinters: readonly FormatPrinter[] = [
  createQuotedObjectPrinter({
    format: 'gemma4',
    open: '<|tool_call>',
    close: '<tool_call|>',
    quote: '<|"|>',
    think: ['<|channel>thought', '<channel|>'],
    endTokens: [
      '<turn|>',
      '<|turn>',
      '<|tool_response>',
      '<eos>',
      '<|image>',
      '<image|>',
      '<|image|>',
      '<|audio>',
      '<audio|>',
      '<|audio|>',
    ],
  }),
  createQuotedObjectPrinter({
    format: 'functiongemma',
    open: '<start_function_call>',
    close: '<end_function_call>',
    quote: '<escape>',
    endTokens: ['<end_of_turn>', '<start_of_turn>', '<start_function_response>', '<eos>'],
  }),
]
