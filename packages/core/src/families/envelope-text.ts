import type { FamilyHost } from './family.ts'

/** A piece of the wrapper's text that waits for the wrapper's first call. */
interface Segment {
  kind: 'markup' | 'bad' | 'nameless'
  text: string
  offset: number
}

export interface WrapperTextState {
  /** A call of this wrapper has opened; before that all text may have to go back. */
  committed: boolean
  segments: Segment[]
  heldChars: number
  /** Text between the elements that is no markup. */
  stray: string
  strayOffset: number
  remarks: { code: 'doubled-opener' | 'other-dialect' | 'json-envelope'; message: string; offset: number }[]
}

/**
 * The text of a wrapper beside its calls. It waits until the first call opens: then it is markup, dropped text, or an element that is no
 * call and comes back. When no call opens, all of it goes back to the reader.
 */
export class WrapperText {
  state: WrapperTextState = createWrapperText()
  private readonly host: FamilyHost

  constructor(host: FamilyHost) {
    this.host = host
  }

  /** Characters that may still be held. */
  get room(): number {
    return this.host.heldChars - this.state.heldChars
  }

  /** Offset of the first held character. */
  get start(): number | undefined {
    return this.state.segments[0]?.offset
  }

  remark(code: WrapperTextState['remarks'][number]['code'], message: string, offset: number): void {
    this.state.remarks.push({ code, message, offset })
  }

  /** Consumes text that is layout or markup of the wrapper. */
  takeMarkup(to: number): void {
    const { buffer, output } = this.host
    if (to <= buffer.pos) return
    const offset = buffer.at
    const text = buffer.take(to)
    if (this.state.committed) output.account('markup', offset, buffer.at)
    else this.hold('markup', text, offset)
  }

  hold(kind: Segment['kind'], text: string, offset: number): void {
    const { segments } = this.state
    const last = segments[segments.length - 1]
    if (last !== undefined && last.kind === kind && kind === 'markup') last.text += text
    else segments.push({ kind, text, offset })
    this.state.heldChars += text.length
  }

  takeStray(to: number): void {
    const { buffer } = this.host
    const offset = buffer.at
    this.addStray(buffer.take(to), offset)
  }

  addStray(text: string, offset: number): void {
    if (this.state.stray === '') this.state.strayOffset = offset
    this.host.output.account('dropped', offset, offset + text.length)
    this.state.stray += text
  }

  dropStray(): void {
    const { stray, strayOffset } = this.state
    if (stray === '') return
    this.host.output.diagnose('stray-text', 'Text inside the wrapper that is no call was dropped.', strayOffset, stray)
    this.state.stray = ''
  }

  dropNameless(text: string, offset: number): void {
    this.host.output.account('dropped', offset, offset + text.length)
    this.host.output.diagnose('stray-text', 'An object without a name inside the wrapper was dropped.', offset, text)
  }

  /** A call opens: what waited for the first one is settled. */
  commit(offset: number): void {
    const { host, state } = this
    if (state.committed) return
    host.commit(offset)
    state.committed = true
    for (const { kind, text, offset: from } of state.segments) {
      if (kind === 'markup') host.output.account('markup', from, from + text.length)
      else if (kind === 'bad') host.release(text, from)
      else this.dropNameless(text, from)
    }
    state.segments = []
    state.heldChars = 0
  }

  sendRemarks(): void {
    for (const { code, message, offset } of this.state.remarks) this.host.output.diagnose(code, message, offset)
    this.state.remarks = []
  }

  /** No call after all: what was held goes back to the reader. */
  release(): void {
    for (const segment of this.state.segments) this.host.release(segment.text, segment.offset)
  }
}

export function createWrapperText(): WrapperTextState {
  return { committed: false, segments: [], heldChars: 0, stray: '', strayOffset: 0, remarks: [] }
}
