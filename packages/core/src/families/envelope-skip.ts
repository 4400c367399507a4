import type { JsonState } from '../json/json-machine.ts'
import { Char, isSpace } from '../scan/char-code.ts'

/** How far a broken element is passed over: open brackets, the open quote, and whether its text comes back. */
export interface SkipState {
  depth: number
  quote: number
  escaped: boolean
  /** The last character that was no blank. */
  before: number
  bad: boolean
}

/** What a string in single quotes follows; elsewhere the quote is an apostrophe. */
const BEFORE_VALUES: ReadonlySet<number> = new Set([
  Char.openBrace,
  Char.openBracket,
  Char.openParen,
  Char.comma,
  Char.colon,
])

/** What is passed over begins where a machine could not read on. A word that means nothing is behind it already. */
export function startSkip({ stack, quote, token }: JsonState, bad: boolean): SkipState {
  return { depth: stack.length, quote, escaped: false, before: token === '' ? Char.comma : 0, bad }
}

/** Follows strings and brackets of JSON text that cannot be read, one character at a time. */
export function passBroken(skip: SkipState, code: number): void {
  if (skip.quote !== 0) {
    if (skip.escaped) skip.escaped = false
    else if (code === Char.backslash) skip.escaped = true
    else if (code === skip.quote) skip.quote = 0
  } else if (code === Char.doubleQuote || (code === Char.singleQuote && BEFORE_VALUES.has(skip.before)))
    skip.quote = code
  else if (code === Char.openBrace || code === Char.openBracket) skip.depth += 1
  else if (code === Char.closeBrace || code === Char.closeBracket) skip.depth -= 1
  if (!isSpace(code)) skip.before = code
}
