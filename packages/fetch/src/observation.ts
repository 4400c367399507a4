import { readError, type ChatCompletionChunk, type Diagnostic, type EndedCall, type ErrorBody } from '@tooldelta/openai'
import type { ExchangeObserver } from './observer.ts'

/** Sees an event stream on its way: what the upstream sends, and what goes to the client. */
export interface StreamHooks {
  /** The data of an event as it came, and what was read from it. */
  onData?(data: string, chunk: object | undefined): void
  /** A chunk that is sent. */
  onChunk?(chunk: ChatCompletionChunk): void
}

/** Reports one exchange to its observer: each thing once, and only what became of an answer that was delivered. */
export class Observation implements StreamHooks {
  private readonly observer: ExchangeObserver
  private readonly finishReasons: string[] = []
  private usage: Readonly<Record<string, unknown>> | undefined
  private error: ErrorBody | undefined
  private hasFirst = false
  private isOver = false
  /** What is told later, or never. */
  private held: (() => void)[] | undefined

  constructor(observer: ExchangeObserver) {
    this.observer = observer
  }

  get onWait(): ((ms: number) => void) | undefined {
    const { observer } = this
    return observer.onUpstreamWait === undefined ? undefined : (ms) => observer.onUpstreamWait?.(ms)
  }

  onResponse(status: number, isStream: boolean): void {
    this.observer.onResponse?.({ status, isStream })
  }

  onDiagnostic(diagnostic: Diagnostic, choice: number): void {
    this.observer.onDiagnostic?.(diagnostic, choice)
  }

  onCall(call: EndedCall): void {
    if (this.held === undefined) this.observer.onCall?.(call)
    else this.held.push(() => this.onCall(call))
  }

  onData(data: string, chunk: object | undefined): void {
    this.observer.onUpstreamData?.(data)
    if (chunk === undefined) return
    this.readUsage(chunk)
    // Text completions have their text elsewhere.
    if (!this.hasFirst && hasPlainText(chunk)) this.tellFirst()
  }

  onChunk(chunk: ChatCompletionChunk): void {
    if (this.held !== undefined) {
      this.held.push(() => this.onChunk(chunk))
      return
    }
    if (chunk.error !== undefined) this.error = chunk.error
    for (const { index, delta, finish_reason: reason } of chunk.choices ?? []) {
      if (reason) this.finishReasons[index] = reason
      if (!this.hasFirst && hasAnswer(delta)) this.tellFirst()
    }
  }

  /** A whole JSON answer: its text as it came, and what goes to the client. */
  onWhole(text: string, sent: unknown): void {
    this.observer.onUpstreamData?.(text)
    this.onSent(sent)
  }

  /** A whole JSON answer that goes to the client. */
  onSent(sent: unknown): void {
    if (typeof sent !== 'object' || sent === null) return
    this.error = readError(sent)
    if (this.error !== undefined) return
    this.readUsage(sent)
    const { choices } = sent as { choices?: unknown }
    if (!Array.isArray(choices)) return
    for (const [place, choice] of (choices as { finish_reason?: unknown }[]).entries()) {
      if (typeof choice?.finish_reason === 'string') this.finishReasons[place] = choice.finish_reason
    }
    if (choices.length > 0) this.tellFirst()
  }

  fail(error: ErrorBody): void {
    this.error = error
  }

  /** What is reported about chunks and calls waits, until somebody knows whether they are delivered. */
  hold(): void {
    this.held = []
  }

  release(): void {
    const { held } = this
    this.held = undefined
    for (const tell of held ?? []) tell()
  }

  discard(): void {
    this.held = undefined
  }

  end(isAborted: boolean): void {
    if (this.isOver) return
    this.isOver = true
    if (this.usage !== undefined) this.observer.onUsage?.(this.usage)
    const finishReasons = this.finishReasons.filter((reason) => reason !== undefined)
    this.observer.onEnd?.({ finishReasons, isAborted, ...(this.error !== undefined && { error: this.error }) })
  }

  private tellFirst(): void {
    if (this.hasFirst) return
    this.hasFirst = true
    this.observer.onFirstDelta?.()
  }

  private readUsage(from: object): void {
    const { usage } = from as { usage?: unknown }
    if (typeof usage === 'object' && usage !== null) this.usage = usage as Readonly<Record<string, unknown>>
  }
}

function hasAnswer(delta: object | undefined): boolean {
  for (const key in delta) {
    if (key === 'role') continue
    const value = (delta as Record<string, unknown>)[key]
    if (value !== '' && value !== null && value !== undefined) return true
  }
  return false
}

function hasPlainText(chunk: object): boolean {
  const { choices } = chunk as { choices?: unknown }
  const first: unknown = Array.isArray(choices) ? choices[0] : undefined
  const text = typeof first === 'object' && first !== null ? (first as { text?: unknown }).text : undefined
  return typeof text === 'string' && text !== ''
}
