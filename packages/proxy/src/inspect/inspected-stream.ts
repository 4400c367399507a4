import type { ExchangeObserver, ExchangeOutcome } from '@tooldelta/fetch'
import type { StreamDetail, StreamPiece, StreamReading, StreamState, StreamSummary } from './types.ts'

/** What is known when an exchange begins. */
export interface StreamStart extends Pick<
  StreamSummary,
  'requestId' | 'path' | 'model' | 'upstream' | 'format' | 'isStream'
> {
  /** By `performance.now()`. */
  start: number
}

/** Asks for room for so many bytes; false where there is none. */
export type TakeRoom = (bytes: number) => boolean

/** About what an array place, a number and the head of a text take. */
const pieceBytes = 64
const longestMessage = 2000

/** One exchange as far as it came: an observer that keeps what it sees, within the room that it is given. */
export class InspectedStream implements ExchangeObserver {
  readonly id: string
  /** Grows with every change. */
  version = 1
  /** Bytes that are kept. */
  bytes = 1024
  /** What the upstream was sent. */
  sent: { path: string; body: string } | undefined
  /** Status of the upstream's answer, and when its head came. */
  response: { status: number; ms: number } | undefined
  private readonly begin: StreamStart
  private readonly at = new Date().toISOString()
  private readonly takeRoom: TakeRoom
  private readonly times: number[] = []
  private readonly data: string[] = []
  private readonly calls = { complete: 0, repaired: 0, truncated: 0 }
  private reading: string | undefined
  private warnings: readonly string[] = []
  private mode: StreamSummary['mode']
  private diagnostics = 0
  private state: StreamState = 'running'
  private error: string | undefined
  private finishReasons: readonly string[] = []
  private firstDeltaMs: number | undefined
  private durationMs: number | undefined
  private attempt = 0
  private isReplaced = false
  private isCut = false

  constructor(id: string, begin: StreamStart, takeRoom: TakeRoom) {
    this.id = id
    this.begin = begin
    this.takeRoom = takeRoom
  }

  get isRunning(): boolean {
    return this.state === 'running'
  }

  get length(): number {
    return this.data.length
  }

  onRequest(...[report, reading]: Parameters<NonNullable<ExchangeObserver['onRequest']>>): void {
    this.mode = report.mode
    this.warnings = report.warnings.map(clip)
    // What is passed on unread has no reader.
    if (report.mode !== 'passthrough') this.reading = this.keep(JSON.stringify(reading))
    this.version += 1
  }

  onUpstreamRequest({ path, body }: { path: string; body: string }): void {
    this.attempt += 1
    this.isReplaced = this.attempt > 1
    if (this.attempt === 1) this.sent = { path, body: this.keep(body) ?? '' }
    this.version += 1
  }

  onResponse({ status }: { status: number }): void {
    this.response = { status, ms: this.elapsed() }
  }

  onUpstreamData(data: string): void {
    // The answer to the second question is what counts, as soon as there is one.
    if (this.isReplaced) this.forgetPieces()
    if (this.isCut) return
    const kept = this.keep(data)
    if (kept === undefined) this.isCut = true
    else {
      this.times.push(this.elapsed())
      this.data.push(kept)
    }
    this.version += 1
  }

  onFirstDelta(): void {
    this.firstDeltaMs = this.elapsed()
    this.version += 1
  }

  onDiagnostic(): void {
    this.diagnostics += 1
    this.version += 1
  }

  onCall({ status }: { status: keyof StreamSummary['calls'] }): void {
    this.calls[status] += 1
    this.version += 1
  }

  onEnd({ finishReasons, error, isAborted }: ExchangeOutcome): void {
    if (!this.isRunning) return
    this.finishReasons = finishReasons
    this.error = error === undefined ? undefined : clip(error.message)
    this.end(isAborted ? 'aborted' : error === undefined ? 'ended' : 'error')
  }

  /** The request is over, whatever was heard of it. */
  onOver(status: number): void {
    if (this.isRunning) this.end(status === 499 ? 'aborted' : status < 400 ? 'ended' : 'error')
  }

  summary(): StreamSummary {
    const { start: _start, ...begin } = this.begin
    const { id, at, mode, state, error, finishReasons, diagnostics, firstDeltaMs, durationMs, isCut } = this
    return {
      ...begin,
      ...{ id, at, mode, state, error, finishReasons, diagnostics, firstDeltaMs, durationMs, isCut },
      calls: { ...this.calls },
      pieces: this.data.length,
    }
  }

  detail(): StreamDetail {
    const reading = this.reading === undefined ? undefined : (JSON.parse(this.reading) as StreamReading)
    return { stream: this.summary(), attempt: this.shownAttempt, reading, warnings: this.warnings }
  }

  /** The attempt that the pieces belong to. */
  get shownAttempt(): number {
    return this.isReplaced ? this.attempt - 1 : this.attempt
  }

  /** Changes when {@link detail} says something new beside its summary. */
  get head(): string {
    return `${this.shownAttempt} ${this.mode ?? ''}`
  }

  /** The pieces from a place on, about `most` characters of them. */
  pieces(from: number, most = Infinity): StreamPiece[] {
    const pieces: StreamPiece[] = []
    let size = 0
    for (let place = from; place < this.data.length && size < most; place += 1) {
      const data = this.data[place] as string
      pieces.push({ ms: this.times[place] as number, data })
      size += data.length
    }
    return pieces
  }

  /** Nothing more is kept: the store has given its room to others. */
  detach(): void {
    this.isCut = true
    this.times.length = 0
    this.data.length = 0
    this.sent = undefined
    this.reading = undefined
  }

  private end(state: StreamState): void {
    this.state = state
    this.durationMs = this.elapsed()
    this.version += 1
  }

  private forgetPieces(): void {
    this.isReplaced = false
    this.times.length = 0
    this.data.length = 0
    this.diagnostics = 0
  }

  private elapsed(): number {
    return Math.round((performance.now() - this.begin.start) * 10) / 10
  }

  private keep(text: string): string | undefined {
    // Texts take one or two bytes a character, depending on their characters.
    const bytes = text.length * 2 + pieceBytes
    if (!this.takeRoom(bytes)) return undefined
    this.bytes += bytes
    // A slice would keep the whole text that it was cut from.
    return Buffer.from(text, 'utf8').toString('utf8')
  }
}

function clip(text: string): string {
  return text.length > longestMessage ? `${text.slice(0, longestMessage)}...` : text
}
