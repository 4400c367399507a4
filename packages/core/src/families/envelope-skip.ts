import { Char } from '../scan/char-code.ts'

/** How far a broken element is passed over: open brackets, the open quote, and whether its text comes back. */
export interface SkipState {
  depth: number
  quote: number
  escaped: boolean
  bad: boolean
}

/** Follows strings and brackets of JSON text that cannot be read, one character at a time. */
export function passBroken(skip: SkipState, code: number): void {
  if (skip.quote !== 0) {
    if (skip.escaped) skip.escaped = false
    else if (code === Char.backslash) skip.escaped = true
    else if (code === skip.quote) skip.quote = 0
  } else if (code === Char.doubleQuote) skip.quote = code
  else if (code === Char.openBrace || code === Char.openBracket) skip.depth += 1
  else if (code === Char.closeBrace || code === Char.closeBracket) skip.depth -= 1
}
