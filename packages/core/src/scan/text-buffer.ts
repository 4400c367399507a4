import { isHighSurrogate, isSpace } from './char-code.ts'

/** What a test of a literal against a text that may still grow can answer. */
export type Match = 'yes' | 'no' | 'wait'

/** The text that is not judged yet. Everything before `pos` is consumed and goes away with the next `append`. */
export class TextBuffer {
  text = ''
  pos = 0
  /** Offset of `text[0]` in the whole input. */
  offset = 0
  /** No more text will come: what is undecided is decided now. */
  ended = false
  /** A high surrogate at the end of a chunk waits for its partner, so that no piece ever ends between the two. */
  private carry = ''

  append(chunk: string): void {
    const text = this.carry === '' ? chunk : this.carry + chunk
    const cut = text.length > 0 && isHighSurrogate(text.charCodeAt(text.length - 1)) ? text.length - 1 : text.length
    this.carry = text.slice(cut)
    this.replaceText(cut === text.length ? text : text.slice(0, cut))
  }

  end(): void {
    const rest = this.carry
    this.carry = ''
    this.replaceText(rest)
    this.ended = true
  }

  private replaceText(more: string): void {
    this.offset += this.pos
    this.text = this.pos === this.text.length ? more : this.text.slice(this.pos) + more
    this.pos = 0
  }

  /** Consumes up to `to` and returns it. */
  take(to: number): string {
    const piece = this.text.slice(this.pos, to)
    this.pos = to
    return piece
  }

  /** Puts text back in front of what is not consumed. */
  unread(text: string): void {
    this.offset += this.pos - text.length
    this.text = text + this.text.slice(this.pos)
    this.pos = 0
  }

  /** Offset of the next unconsumed character in the whole input. */
  get at(): number {
    return this.offset + this.pos
  }

  /** The text that is held back, with a surrogate that waits. */
  get held(): string {
    return this.text.slice(this.pos) + this.carry
  }

  /** Does `literal` stand at `index`? `wait` when the text ends inside it. */
  match(literal: string, index: number): Match {
    if (this.text.startsWith(literal, index)) return 'yes'
    const have = this.text.length - index
    if (this.ended || have >= literal.length) return 'no'
    return literal.startsWith(this.text.slice(index)) ? 'wait' : 'no'
  }

  /** Is the rest of the text from `index` a proper, non-empty prefix of `literal`? */
  endsInside(literal: string, index: number): boolean {
    const have = this.text.length - index
    return have > 0 && have < literal.length && literal.startsWith(this.text.slice(index))
  }

  /** First index from `index` that is no white space, at most `limit` characters on. */
  skipSpace(index: number, limit: number): number {
    const stop = Math.min(this.text.length, index + limit)
    let at = index
    while (at < stop && isSpace(this.text.charCodeAt(at))) at += 1
    return at
  }

  save(): { text: string; offset: number; ended: boolean; carry: string } {
    return { text: this.text.slice(this.pos), offset: this.at, ended: this.ended, carry: this.carry }
  }

  load(saved: { text: string; offset: number; ended: boolean; carry: string }): void {
    this.text = saved.text
    this.pos = 0
    this.offset = saved.offset
    this.ended = saved.ended
    this.carry = saved.carry
  }
}
