import type { DiagnosticCode } from '../diagnostics.ts'
import type { ParserEvent, ToolCallStatus } from '../events.ts'
import type { LedgerEntry } from '../options.ts'

/** The call whose events are being sent. */
interface OpenCall {
  index: number
  /** Offset of the call's start in the input, for remarks about the whole call. */
  offset: number
  sent: number
  /** The arguments reached their limit: the call is over for the reader, its text is dropped. */
  over: boolean
  /** Text beyond the limit, and where it begins. */
  dropped: string[]
  droppedFrom: number
}

interface OutputState {
  calls: number
  /** Ids that the model gave its calls. */
  ids: Record<string, true>
  call: OpenCall | null
  callLimitReported: boolean
}

export interface OutputOptions {
  createCallId: (index: number, name: string, offset: number) => string
  argumentChars: number
  calls: number
  audit: boolean
}

/** Collects the events of one `feed` and owns what is counted over the whole stream: indexes, limits, the ledger. */
export class Output {
  state: OutputState = { calls: 0, ids: {}, call: null, callLimitReported: false }
  ledger: LedgerEntry[] = []
  private events: ParserEvent[] = []
  private readonly options: OutputOptions

  constructor(options: OutputOptions) {
    this.options = options
  }

  take(): ParserEvent[] {
    const events = this.events
    this.events = []
    return events
  }

  /** Reading index -1 of an empty array takes a slow path in V8: 90 ns of 360 a chunk (bench row tagged/64KB/4). */
  private lastEvent(): ParserEvent | undefined {
    const { length } = this.events
    return length === 0 ? undefined : this.events[length - 1]
  }

  text(type: 'content' | 'reasoning', text: string): void {
    if (text === '') return
    const last = this.lastEvent()
    if (last !== undefined && last.type === type) last.text += text
    else this.events.push({ type, text })
  }

  diagnose(code: DiagnosticCode, message: string, offset: number, text?: string): void {
    const call = this.state.call
    this.events.push({
      type: 'diagnostic',
      code,
      message,
      offset,
      ...(call === null ? {} : { index: call.index }),
      ...(text === undefined ? {} : { text }),
    })
  }

  /** An end token was removed (P14). */
  noteEndToken(token: string, offset: number): void {
    this.diagnose('end-token', `The end token ${token} was removed.`, offset)
  }

  /** May another call open? When not, says so once. */
  mayStart(offset: number): boolean {
    if (this.state.calls < this.options.calls) return true
    if (!this.state.callLimitReported) {
      this.state.callLimitReported = true
      this.diagnose('limit', `More than ${this.options.calls} calls (limits.calls): further calls are content.`, offset)
    }
    return false
  }

  /** @param own - the format's own id; another is made when it is absent, or when an earlier call has it */
  startCall(name: string, offset: number, own?: string): void {
    const { calls: index, ids } = this.state
    const taken = own === undefined || Object.hasOwn(ids, `$${own}`)
    const id = taken ? this.options.createCallId(index, name, offset) : own
    if (!taken) ids[`$${own}`] = true
    this.state.calls += 1
    this.state.call = { index, offset, sent: 0, over: false, dropped: [], droppedFrom: 0 }
    this.events.push({ type: 'tool-call-start', index, id, name })
  }

  /**
   * Sends the next piece of the arguments.
   *
   * @returns how much of it was within the limit
   */
  arguments(text: string): number {
    const call = this.state.call
    if (call === null || text === '') return text.length
    if (call.over) return 0
    const room = this.options.argumentChars - call.sent
    const piece = text.length > room ? text.slice(0, room) : text
    call.sent += piece.length
    const last = this.lastEvent()
    if (last !== undefined && last.type === 'tool-call-arguments' && last.index === call.index) last.text += piece
    else if (piece !== '') this.events.push({ type: 'tool-call-arguments', index: call.index, text: piece })
    if (piece.length < text.length) this.stopCall(call)
    return piece.length
  }

  /** Input text of the arguments beyond their limit. */
  dropBeyondLimit(text: string, offset: number): void {
    const call = this.state.call
    if (call === null || text === '') return
    if (call.dropped.length === 0) call.droppedFrom = offset
    call.dropped.push(text)
  }

  /** The text ended inside the open call: what was still held of it goes nowhere. */
  truncateCall(held: string, offset: number): void {
    if (this.over) this.dropBeyondLimit(held, offset)
    else {
      const message = 'The text ended inside the call: its arguments are not whole.'
      this.diagnose('truncated', message, offset, held === '' ? undefined : held)
    }
    this.endCall('truncated')
  }

  /** Characters that the arguments of the open call may still have. */
  get room(): number {
    const call = this.state.call
    return call === null || call.over ? 0 : this.options.argumentChars - call.sent
  }

  /** Ends the open call for the reader because its arguments have reached their limit. */
  stop(): void {
    const call = this.state.call
    if (call !== null && !call.over) this.stopCall(call)
  }

  private stopCall(call: OpenCall): void {
    const message = `The arguments are longer than ${this.options.argumentChars} characters (limits.argumentChars): the rest is dropped.`
    this.diagnose('limit', message, call.offset)
    call.over = true
    this.events.push({ type: 'tool-call-end', index: call.index, status: 'truncated' })
  }

  endCall(status: ToolCallStatus): void {
    const call = this.state.call
    if (call === null) return
    if (call.dropped.length > 0) {
      const text = call.dropped.join('')
      this.diagnose('truncated', 'The arguments beyond their limit were dropped.', call.droppedFrom, text)
    }
    if (!call.over) this.events.push({ type: 'tool-call-end', index: call.index, status })
    this.state.call = null
  }

  /** Is text of the open call dropped because of a limit? */
  get over(): boolean {
    return this.state.call?.over === true
  }

  get audit(): boolean {
    return this.options.audit
  }

  /** Sends text of the parser's own before the input at `offset`. */
  addContent(text: string, offset: number, kind: 'content' | 'reasoning' = 'content'): void {
    this.text(kind, text)
    if (this.audit) this.ledger.push({ start: offset, end: offset, kind, added: text })
  }

  /** Says what became of input characters. Costs nothing without `audit`. */
  account(kind: LedgerEntry['kind'], start: number, end: number): void {
    if (!this.audit || end <= start) return
    const last = this.ledger[this.ledger.length - 1]
    if (last !== undefined && last.kind === kind && last.end === start && last.added === undefined) last.end = end
    else this.ledger.push({ start, end, kind })
  }
}
