import { Char } from './char-code.ts'

interface LineState {
  phase:
    | 'start' //  "  |text"      only blanks so far
    | 'run' //    "``|`xml"      in a run of fence characters
    | 'info' //   "```x|ml"      after an opening run
    | 'closing' // "``` |"        after a run that closes, if nothing but blanks follows
    | 'text' //   "some te|xt"
  indent: number
  /** The fence character of this line and the length of its run. */
  char: number
  run: number
  /** The open fence; `openRun` is 0 when there is none. */
  openChar: number
  openRun: number
}

/**
 * Follows lines and Markdown code fences over a text that comes in pieces, one look at each character.
 * Source of the rules: CommonMark, fenced code blocks.
 */
export class LineTracker {
  state: LineState = createState()

  /** Nothing but blanks since the last line break or marker. */
  get atLineStart(): boolean {
    return this.state.phase === 'start'
  }

  /** Inside a code fence, or on the line that opens one. */
  get inFence(): boolean {
    const { phase, run, openRun } = this.state
    return openRun > 0 || phase === 'info' || (phase === 'run' && run >= 3)
  }

  /** A marker was consumed: what follows counts as the start of a line. */
  breakLine(): void {
    this.startLine()
  }

  /** A new document begins, such as the answer after a thought. */
  reset(): void {
    this.state = createState()
  }

  advance(text: string, from: number, to: number): void {
    const state = this.state
    for (let i = from; i < to; i += 1) {
      const code = text.charCodeAt(i)
      if (code === Char.newline) this.endLine()
      else if (state.phase !== 'text') this.inLine(code)
    }
  }

  private startLine(): void {
    const { state } = this
    state.phase = 'start'
    state.indent = 0
    state.char = 0
    state.run = 0
  }

  private endLine(): void {
    const state = this.state
    if (state.phase === 'closing' || (state.phase === 'run' && this.closes())) {
      state.openRun = 0
    } else if (state.phase === 'info' || (state.phase === 'run' && state.openRun === 0 && state.run >= 3)) {
      state.openChar = state.char
      state.openRun = state.run
    }
    this.startLine()
  }

  private closes(): boolean {
    const { char, run, openChar, openRun } = this.state
    return openRun > 0 && char === openChar && run >= openRun
  }

  private inLine(code: number): void {
    const state = this.state
    switch (state.phase) {
      case 'start':
        if (code === Char.space || code === Char.carriageReturn) state.indent += 1
        else if (code === Char.tab) state.indent += 4
        else if ((code === Char.backtick || code === Char.tilde) && state.indent <= 3) {
          state.phase = 'run'
          state.char = code
          state.run = 1
        } else state.phase = 'text'
        return
      case 'run':
        if (code === state.char) state.run += 1
        else if (this.closes()) state.phase = isBlank(code) ? 'closing' : 'text'
        else state.phase = state.openRun === 0 && state.run >= 3 ? 'info' : 'text'
        return
      case 'info':
        // A back-tick in the rest of the line makes it inline code (CommonMark, example 138).
        if (code === Char.backtick && state.char === Char.backtick) state.phase = 'text'
        return
      case 'closing':
        if (!isBlank(code)) state.phase = 'text'
        return
      case 'text':
    }
  }
}

function createState(): LineState {
  return { phase: 'start', indent: 0, char: 0, run: 0, openChar: 0, openRun: 0 }
}

function isBlank(code: number): boolean {
  return code === Char.space || code === Char.tab || code === Char.carriageReturn
}
