import type { AnswerOptions, Diagnostic, ErrorBody, RequestReport } from '@tooldelta/openai'

/** How one choice of an answer, or the exchange as a whole, came to its end. */
export interface ExchangeOutcome {
  /** `finish_reason` of each choice, by index. */
  finishReasons: readonly string[]
  /** What the client was told, when it was told an error. */
  error?: ErrorBody | undefined
  /** The client went away before the end. */
  isAborted: boolean
}

/**
 * Watches one exchange between a client and the upstream, for logs, metrics, traces and recordings. Every method is optional, is called at
 * most as often as its name says, and must not throw.
 *
 * @example
 * ```ts
 * const response = await handle(request, { onCall: ({ status }) => counter.inc({ status }) })
 * ```
 */
export interface ExchangeObserver {
  /** What was changed in the request, before it is sent, and how its answer will be read. */
  onRequest?(report: RequestReport, reading: AnswerOptions): void
  /** The upstream is asked. Once more where an answer is not good enough; what came of the first one counts only where nothing follows. */
  onUpstreamRequest?(request: { path: string; body: string }): void
  /** The head of the upstream's answer has come. */
  onResponse?(head: { status: number; isStream: boolean }): void
  /** The data of each event of the upstream's stream, or the whole JSON text, as it came. */
  onUpstreamData?(data: string): void
  /** The first text, thought or call goes to the client. Once. */
  onFirstDelta?(): void
  /** Each remark of the parser. */
  onDiagnostic?(diagnostic: Diagnostic, choice: number): void
  /** Each tool call that has ended. */
  onCall?(call: { choice: number; index: number; status: 'complete' | 'repaired' | 'truncated' }): void
  /** Token counts as the upstream told them, whether or not the client asked for them. Once. */
  onUsage?(usage: Readonly<Record<string, unknown>>): void
  /** A wait for the upstream is over: for the head of its answer, for the next piece of its stream, for the whole JSON text. Milliseconds. */
  onUpstreamWait?(ms: number): void
  /** The client has taken this long to make room for more of a stream. Milliseconds. */
  onClientWait?(ms: number): void
  /** Nothing more will come. Once, whatever happened. */
  onEnd?(outcome: ExchangeOutcome): void
}
