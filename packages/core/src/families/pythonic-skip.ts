import { Char } from '../scan/char-code.ts'
import { isIdentifierCode } from '../scan/identifier.ts'

/** How far a call that cannot be read is passed over: open brackets, the open quote. */
export interface PythonicSkip {
  depth: number
  quote: number
  escaped: boolean
  /** Inside a word, where a single quote is an apostrophe. */
  word: boolean
  /** The call's text comes back; else it is dropped. */
  bad: boolean
}

/** Follows strings and brackets of Python text that cannot be read, one character at a time. */
export function passCode(skip: PythonicSkip, code: number): void {
  if (skip.quote !== 0) {
    if (skip.escaped) skip.escaped = false
    else if (code === Char.backslash) skip.escaped = true
    else if (code === skip.quote) skip.quote = 0
  } else if (code === Char.doubleQuote || (code === Char.singleQuote && !skip.word)) skip.quote = code
  else if (code === Char.openParen || code === Char.openBracket || code === Char.openBrace) skip.depth += 1
  else if (code === Char.closeParen || code === Char.closeBracket || code === Char.closeBrace) skip.depth -= 1
  skip.word = isIdentifierCode(code)
}
