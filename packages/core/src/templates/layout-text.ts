import type { Output } from '../parser/output.ts'
import { isSpace } from '../scan/char-code.ts'
import { LineTracker } from '../scan/line-tracker.ts'

interface LayoutState {
  kind: 'content' | 'reasoning'
  /** What stands before the blanks that wait. */
  gap: 'start' | 'text' | 'marker' | 'call'
  /** Blanks at the ends of the text are the text's own. */
  verbatim: boolean
  /** Blanks that wait for what follows, with the places they came from. */
  space: string
  spans: [number, number][]
  /** More blanks came than may wait: the first of them went out. */
  overflow: boolean
  /** Goes out before the next text. */
  join: string
}

/** Text for the reader, whose blanks wait until it is known whether they are layout next to a marker or a call (P10, fine print 13). */
export class LayoutText {
  state: LayoutState = {
    kind: 'content',
    gap: 'start',
    verbatim: false,
    space: '',
    spans: [],
    overflow: false,
    join: '',
  }
  readonly tracker: LineTracker = new LineTracker()
  private readonly output: Output
  private readonly heldChars: number

  constructor(output: Output, heldChars: number) {
    this.output = output
    this.heldChars = heldChars
  }

  /** A marker has been read: what follows is text of this kind. */
  enter(kind: LayoutState['kind'], verbatim = false, join = ''): void {
    this.tracker.reset()
    Object.assign(this.state, { kind, verbatim, join, gap: verbatim ? 'text' : 'marker', overflow: false })
  }

  /** A call has ended. */
  afterCall(): void {
    this.state.gap = 'call'
    this.tracker.breakLine()
  }

  pass(text: string, offset: number): void {
    const { state } = this
    this.tracker.advance(text, 0, text.length)
    let end = text.length
    while (end > 0 && isSpace(text.charCodeAt(end - 1))) end -= 1
    if (end === 0) {
      this.addSpace(text, offset)
      return
    }
    let start = 0
    if (state.gap === 'marker') {
      while (isSpace(text.charCodeAt(start))) start += 1
      this.addSpace(text.slice(0, start), offset)
    }
    if (state.gap === 'marker') this.drop(offset + start)
    else this.flush()
    this.emit(text.slice(start, end), offset + start)
    state.gap = 'text'
    state.overflow = false
    this.addSpace(text.slice(end), offset + end)
  }

  private addSpace(text: string, offset: number): void {
    const { state, heldChars } = this
    for (let at = 0; at < text.length;) {
      const to = Math.min(text.length, at + heldChars - state.space.length)
      state.space += text.slice(at, to)
      state.spans.push([offset + at, offset + to])
      at = to
      if (at === text.length) return
      this.flush()
      state.gap = 'text'
      state.overflow = true
    }
  }

  private emit(text: string, offset: number): void {
    const { state, output } = this
    if (state.join !== '') output.addContent(state.join, offset, state.kind)
    state.join = ''
    output.text(state.kind, text)
    output.account(state.kind, offset, offset + text.length)
  }

  /** The blanks that wait are text. */
  flush(): void {
    const { space, spans } = this.state
    this.state.space = ''
    this.state.spans = []
    let at = 0
    for (const [start, end] of spans) {
      this.emit(space.slice(at, at + end - start), start)
      at += end - start
    }
  }

  /** The blanks that wait are layout before the marker at an offset. */
  drop(offset: number): void {
    const { state, output } = this
    if (state.overflow) {
      const message = `Of more than ${this.heldChars} blanks before a marker (limits.heldChars) the first are text.`
      output.diagnose('limit', message, offset)
      state.overflow = false
    }
    for (const [start, end] of state.spans) output.account('markup', start, end)
    state.space = ''
    state.spans = []
  }

  /** The region of this text ends. */
  leave(offset: number): void {
    if (this.state.verbatim) this.flush()
    else this.drop(offset)
  }

  /** The whole text has ended; `closed`: at the end of a region, whose closer never came. */
  end(offset: number, closed: boolean): void {
    const { gap, verbatim } = this.state
    if (verbatim || (!closed && (gap === 'start' || gap === 'text'))) this.flush()
    else this.drop(offset)
  }
}
