import { Char, isHighSurrogate, isLowSurrogate, isWordCode } from '../scan/char-code.ts'
import type { Match } from '../scan/text-buffer.ts'
import { escapeJson } from './escape.ts'
import { type PythonCursor, type StringState, isCloser } from './python-cursor.ts'
import { readEscape } from './python-escape.ts'

interface StringHead {
  string: StringState
  end: number
}

/** Text of a string that is worth a native scan. */
const LONG_RUN = 64
const PREFIX = /^(?:[rbuf]|r[bf]|[bf]r)?$/i

/** Reads Python's strings: prefixes, quotes of both kinds and triple ones, escapes, and neighbours that are one string. */
export class PythonStrings {
  private readonly cursor: PythonCursor
  private readonly follows: (at: number) => Match
  private readonly special = /["'\\\u0000-\u001f\ud800-\udfff]/g

  /** @param follows - may what stands at an index follow a value? */
  constructor(cursor: PythonCursor, follows: (at: number) => Match) {
    this.cursor = cursor
    this.follows = follows
  }

  /** The prefix of a string and its first quote. */
  head(at: number): StringHead | 'no' | 'wait' {
    const { text, bound, last } = this.cursor
    let start = at
    while (start < bound && start < at + 2 && isPrefixCode(text.charCodeAt(start))) start += 1
    if (start >= bound) return last ? 'no' : 'wait'
    const quote = text.charCodeAt(start)
    const prefix = text.slice(at, start)
    if ((quote !== Char.singleQuote && quote !== Char.doubleQuote) || !PREFIX.test(prefix)) return 'no'
    const has = (letter: string): boolean => prefix.toLowerCase().includes(letter)
    const kind = { raw: has('r'), bytes: has('b'), format: has('f') }
    return { string: { quote, triple: false, opening: true, ...kind, mended: false }, end: start + 1 }
  }

  read(at: number): number {
    const { text } = this.cursor
    const string = this.cursor.state.string as StringState
    const end = this.cursor.bound
    if (string.opening) return this.onOpening(at, string)
    let i = at
    while (i < end) {
      if (end - i > LONG_RUN && !string.format) {
        i = this.skipPlain(i, end)
        if (i === end) break
      }
      const code = text.charCodeAt(i)
      const isHigh = isHighSurrogate(code)
      if (isHigh && i + 1 < end && isLowSurrogate(text.charCodeAt(i + 1))) i += 2
      else if (code === string.quote || code === Char.backslash) {
        this.pass(at, i)
        return code === Char.backslash ? this.onBackslash(i, string) : this.onQuote(i, string)
      } else if (string.format && (code === Char.openBrace || code === Char.closeBrace)) {
        this.pass(at, i)
        return this.onFormatBrace(i, code)
      } else if (code < Char.space || code === Char.doubleQuote || isHigh || isLowSurrogate(code)) {
        this.pass(at, i)
        // The text was cut between the halves of a pair.
        if (isHigh && i + 1 === end && !this.cursor.last) return this.cursor.starve(i)
        this.cursor.emit(escapeJson(text[i] as string), i)
        return i + 1
      } else i += 1
    }
    this.pass(at, i)
    return this.cursor.starve(i)
  }

  private onOpening(at: number, string: StringState): number {
    const { text, bound } = this.cursor
    const second = text.charCodeAt(at) === string.quote
    if (at >= bound || (second && at + 1 >= bound && !this.cursor.last)) return this.cursor.starve(at)
    string.opening = false
    string.triple = second && at + 1 < bound && text.charCodeAt(at + 1) === string.quote
    return string.triple ? at + 2 : at
  }

  /** The next character that is not copied as it is: a native scan. */
  private skipPlain(from: number, end: number): number {
    this.special.lastIndex = from
    return this.special.test(this.cursor.text) ? Math.min(this.special.lastIndex - 1, end) : end
  }

  private pass(from: number, to: number): void {
    if (to > from) this.cursor.emit(this.cursor.text.slice(from, to), from, true)
  }

  private onBackslash(at: number, string: StringState): number {
    const escape = readEscape(this.cursor.text, at, this.cursor.bound, string)
    if (escape === undefined) return this.cursor.starve(at)
    if (escape.broken && !this.cursor.listener.repair('R1', at)) return this.cursor.fail(at)
    this.cursor.emit(escapeJson(escape.text), at)
    return at + escape.length
  }

  /** Braces of an f-string: doubled ones are text, others would have to be computed. */
  private onFormatBrace(at: number, code: number): number {
    if (at + 1 >= this.cursor.bound) return this.cursor.starve(at)
    if (this.cursor.text.charCodeAt(at + 1) !== code) return this.cursor.fail(at)
    this.cursor.emit(this.cursor.text[at] as string, at)
    return at + 2
  }

  private onQuote(at: number, string: StringState): number {
    if (!string.triple) return this.endString(at, at + 1, string)
    for (let i = at + 1; i < at + 3; i += 1) {
      if (i >= this.cursor.bound) return this.cursor.starve(at)
      if (this.cursor.text.charCodeAt(i) !== string.quote) return this.passQuote(at)
    }
    if (at + 3 >= this.cursor.bound && !this.cursor.last) return this.cursor.starve(at)
    if (this.cursor.text.charCodeAt(at + 3) === string.quote) {
      // Four quotes before what may follow a string: the first one was meant as text.
      const next = this.cursor.peek(at + 4)
      if (next >= this.cursor.bound && !this.cursor.last) return this.cursor.starve(at)
      if (
        next >= this.cursor.bound ||
        isCloser(this.cursor.text.charCodeAt(next)) ||
        this.cursor.text.charCodeAt(next) === Char.comma
      )
        return this.mendQuote(at, string)
    }
    return this.endString(at, at + 3, string)
  }

  private passQuote(at: number): number {
    this.cursor.emit(escapeJson(this.cursor.text[at] as string), at)
    return at + 1
  }

  private mendQuote(at: number, string: StringState): number {
    if (!this.cursor.listener.repair('R10', at)) return this.cursor.fail(at)
    string.mended = true
    return this.passQuote(at)
  }

  /** What stands behind its quote says whether a string ends there (R10). */
  private endString(at: number, next: number, string: StringState): number {
    const after = this.afterString(next, string)
    if (after === 'wait') return this.cursor.starve(at)
    if (typeof after === 'object') {
      this.cursor.state.string = { ...after.string, mended: false }
      return after.end
    }
    if (after === 'expression') return this.cursor.fail(at)
    if (after === 'text' && !string.triple) return this.mendQuote(at, string)
    this.cursor.emit('"', at)
    this.cursor.state.string = null
    this.cursor.state.phase = 'after'
    return next
  }

  private afterString(next: number, string: StringState): 'end' | 'text' | 'expression' | 'wait' | StringHead {
    const at = this.cursor.peek(next)
    const follows = this.follows(at)
    if (follows !== 'no') return follows === 'yes' ? 'end' : 'wait'
    if (string.mended) return 'text'
    const head = this.head(at)
    if (head === 'wait') return 'wait'
    if (head !== 'no' && head.string.bytes === string.bytes) return head
    return this.isOperator(at, next)
  }

  /** `'a' + b` and `'{}'.format(x)` are computed; a quote before a dot at the end of a sentence is text. */
  private isOperator(at: number, next: number): 'expression' | 'text' | 'wait' {
    const code = this.cursor.text.charCodeAt(at)
    if (code === Char.plus || code === Char.percent || code === Char.asterisk) return 'expression'
    if (code !== Char.dot || at !== next) return 'text'
    if (at + 1 >= this.cursor.bound) return this.cursor.last ? 'text' : 'wait'
    return isWordCode(this.cursor.text.charCodeAt(at + 1)) ? 'expression' : 'text'
  }
}

/** `b`, `f`, `r` and `u`, in either case. */
function isPrefixCode(code: number): boolean {
  const lower = code | 32
  return lower === 98 || lower === 102 || lower === 114 || lower === 117
}
