import type { ReasoningMode } from '@tooldelta/core'
import { TEMPLATE, type ExactJson, type JsonStyle } from '../exact-json.ts'

/** A call to be printed. */
export interface PrintedCall {
  name: string
  /** The argument object's members in order. */
  arguments: [string, ExactJson][]
}

/** A message to be printed: a thought, then text and calls in any order. */
export interface PrintedMessage {
  reasoning: string | null
  parts: (string | PrintedCall)[]
}

/** How values that the format leaves open are spelled. */
export interface PrintStyle {
  json: JsonStyle
  /** Blanks between an envelope and its markers. */
  layout: string
  /** `arguments` stand before `name`. */
  argumentsFirst: boolean
  /** `arguments` are a JSON string. */
  encodeArguments: boolean
}

/** The style of the chat templates. */
export const TEMPLATE_STYLE: PrintStyle = {
  json: TEMPLATE,
  layout: '\n',
  argumentsFirst: false,
  encodeArguments: false,
}

/** Writes messages as a format's chat template does, which is what its models have learned to write. */
export interface FormatPrinter {
  format: string
  family: string
  /** Where the output starts, as the format's default says. */
  reasoning: ReasoningMode
  /** The format has reasoning markers: printed thoughts come back. @defaultValue true */
  thinks?: boolean
  /** Every literal that means something in the format. */
  markers: readonly string[]
  /** Markers around the answer itself: removed wherever they stand, with the blanks next to them. */
  response?: readonly string[]
  /** Pieces of this format's calls, whole and broken, from which texts that no mutation reaches are composed. */
  pieces: readonly string[]
  printCall(call: PrintedCall, style?: PrintStyle): string
  print(message: PrintedMessage, style?: PrintStyle): string
  /** Which spellings of {@link PrintStyle} the format leaves open. */
  styles: { json: boolean; layout: boolean; argumentsFirst: boolean; encodeArguments: boolean }
  /** The raw text of a parameter's value, without its frame. `undefined` for formats whose arguments are one text. */
  printValue?(value: ExactJson): string
  /** The input characters that become arguments; by default those of {@link printValue} or of the JSON object. */
  argumentSource?(call: PrintedCall, style: PrintStyle): string
  /**
   * How the parser spells the arguments where all of their JSON text is its own; else it copies that of the model. `mixed`: it copies what
   * is JSON in the model's Python.
   */
  written?: JsonStyle | 'mixed'
  /** Does a value of the call quote markup that no reader can tell from the call's own? */
  isAmbiguous?(call: PrintedCall, declared: readonly string[] | undefined): boolean
  /** Expressions of the tags with names in them, beside the markers: nothing else counts as markup. */
  tags?: readonly RegExp[]
  /** Undeclared keys with any JSON value come back too. */
  freeArguments: boolean
  /** What stands inside an object or array has no type of its own on the wire: only members and items with schemas come back exactly. */
  typedMembers?: boolean
  /** Names that the format can write, where it cannot write all; `free`: those that a function may have without being declared. */
  names?: { functions?: readonly string[]; parameters?: readonly string[]; free?: RegExp }
  /** The text is a sequence of messages whose headers are markup wherever they stand; `join` is put between the texts of two. */
  messages?: { join: string }
  /** The format reads calls of the only tool that is declared; without it there is no parser. */
  tools?: 'one'
  /** What a message may hold. @defaultValue text anywhere, any number of calls */
  message?: { text?: 'anywhere' | 'before' | 'none'; calls?: number }
  /** Most characters of a plain string that may be held back, beside the longest marker: an escape, a quote's look-ahead. @defaultValue 0 */
  hold?: number
}

type PrintCalls = (calls: readonly PrintedCall[]) => string

/** Text and groups of adjacent calls, a line break before each group. */
export function printParts(parts: PrintedMessage['parts'], printCalls: PrintCalls): string {
  let text = ''
  for (let at = 0; at < parts.length; at += 1) {
    const part = parts[at] as string | PrintedCall
    if (typeof part === 'string') {
      text += part
      continue
    }
    const calls = [part]
    while (typeof parts[at + 1] === 'object') calls.push(parts[(at += 1)] as PrintedCall)
    text += text === '' || text.endsWith('\n') ? '' : '\n'
    text += printCalls(calls)
  }
  return text
}

/** A thought between its markers; the opener only where the prompt has not written it. */
export function printThought(reasoning: string | null, think: readonly [string, string], start: ReasoningMode): string {
  const [open, close] = think
  if (reasoning === null) return start === 'open' ? `${close}\n` : ''
  const opener = start === 'tags' ? `${open}\n` : ''
  return `${opener}${reasoning}\n${close}\n\n`
}

export const THINK: [string, string] = ['<think>', '</think>']
export const CHATML: readonly string[] = ['<|im_start|>', '<|im_end|>', '<|endoftext|>']

/** Blanks and text, for every format's {@link FormatPrinter.pieces}. */
export const BLANK_PIECES: readonly string[] = ['\n', '\n', ' ', '\r\n', 'text', ' '.repeat(70)]
