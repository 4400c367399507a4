import { Char, isHighSurrogate, isLowSurrogate } from '../scan/char-code.ts'
import type { FamilyHost } from './family.ts'

export interface ResponseTextState {
  /** First half of a pair whose second half stands in another escape, -1 for none, and where it ends. */
  half: number
  halfOffset: number
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' }

/** An answer that is written as a JSON string: its text goes to the reader decoded, as it comes. */
export class ResponseText {
  state: ResponseTextState = { half: -1, halfOffset: 0 }
  private readonly host: FamilyHost

  constructor(host: FamilyHost) {
    this.host = host
  }

  /** Begins behind the opening quote. */
  begin(): void {
    this.state = { half: -1, halfOffset: 0 }
  }

  /** Reads on. Returns false when the closing quote has come. */
  run(): boolean {
    const { buffer } = this.host
    for (;;) {
      const { text, pos } = buffer
      let at = pos
      while (at < text.length && text.charCodeAt(at) !== Char.doubleQuote && text.charCodeAt(at) !== Char.backslash)
        at += 1
      if (at > pos) {
        this.flushHalf()
        const offset = buffer.at
        this.host.release(buffer.take(at), offset)
      }
      if (at === text.length) return true
      if (text.charCodeAt(at) === Char.doubleQuote) {
        this.flushHalf()
        this.takeMarkup(at + 1)
        return false
      }
      if (!this.onEscape(at)) return true
    }
  }

  /** Returns false when more text must come. */
  private onEscape(at: number): boolean {
    const { buffer } = this.host
    const { text } = buffer
    const letter = text[at + 1]
    if (letter === undefined) return buffer.ended && this.decode(at, 1, '\\')
    if (letter !== 'u') return this.decode(at, 2, ESCAPES[letter] ?? letter)
    const digits = /^[0-9a-fA-F]{0,4}/.exec(text.slice(at + 2, at + 6))?.[0] ?? ''
    if (digits.length < 4) {
      return at + 2 + digits.length === text.length && !buffer.ended ? false : this.decode(at, 2, '\\u')
    }
    return this.decode(at, 6, String.fromCharCode(Number.parseInt(digits, 16)))
  }

  private decode(at: number, length: number, decoded: string): true {
    const { state, host } = this
    const code = decoded.charCodeAt(0)
    const pairs = state.half >= 0 && isLowSurrogate(code)
    if (!pairs) this.flushHalf()
    this.takeMarkup(at + length)
    const { at: offset } = host.buffer
    if (isHighSurrogate(code)) {
      state.half = code
      state.halfOffset = offset
      return true
    }
    host.addText(pairs ? String.fromCharCode(state.half) + decoded : decoded, offset)
    state.half = -1
    return true
  }

  /** A half without a partner goes out as it is. */
  private flushHalf(): void {
    if (this.state.half < 0) return
    this.host.addText(String.fromCharCode(this.state.half), this.state.halfOffset)
    this.state.half = -1
  }

  private takeMarkup(to: number): void {
    const { buffer, output } = this.host
    output.account('markup', buffer.at, buffer.offset + to)
    buffer.take(to)
  }

  /** The text ends inside the answer. */
  end(): void {
    const { buffer } = this.host
    this.flushHalf()
    const offset = buffer.at
    this.host.release(buffer.take(buffer.text.length), offset)
  }
}
