// Read by the page too, so nothing of Node is in here.

/** How an exchange stands: its answer comes, has ended, has ended with an error, or nobody wanted the rest. */
export type StreamState = 'running' | 'ended' | 'error' | 'aborted'

/** One exchange in the list of the inspector. */
export interface StreamSummary {
  /** Unique in this process. */
  id: string
  /** As in `x-request-id` and in the log. */
  requestId: string
  /** When the request came, ISO 8601. */
  at: string
  /** The path that the client asked for. */
  path: string
  /** What the client calls the model. */
  model: string
  upstream: string
  /** Format id. */
  format: string
  /** How tools reached the model; absent before the request was prepared, and where it was passed on unread. */
  mode?: 'template' | 'prompt' | 'passthrough' | undefined
  isStream: boolean
  state: StreamState
  /** What the client was told instead of the rest. */
  error?: string | undefined
  finishReasons: readonly string[]
  /** Calls that have ended. */
  calls: { complete: number; repaired: number; truncated: number }
  /** Remarks of the parser. */
  diagnostics: number
  /** Milliseconds from the request to the first text, thought or call for the client. */
  firstDeltaMs?: number | undefined
  /** Milliseconds from the request to the end. */
  durationMs?: number | undefined
  /** Pieces of the answer that are kept: events of a stream, or one. */
  pieces: number
  /** The rest of the answer is not kept, because it is too long. */
  isCut: boolean
}

/** How the model's text is read: options of the parser and of what is made of its events, as JSON. */
export interface StreamReading {
  format?: unknown
  tools?: unknown
  prefill?: string | undefined
  [option: string]: unknown
}

/** What is known of one exchange beside its answer. */
export interface StreamDetail {
  stream: StreamSummary
  /** Counts the questions to the upstream: above 1 where an answer was not good enough. */
  attempt: number
  /** Absent where the answer is passed on unread. */
  reading?: StreamReading | undefined
  /** What the client asked for and did not get. */
  warnings: readonly string[]
}

/** A piece of the upstream's answer: the data of an event, or the whole JSON text. */
export interface StreamPiece {
  /** Milliseconds after the request. */
  ms: number
  data: string
}

/** An event of `/inspect/api/events`. */
export type InspectEvent =
  /** What is new in the list; the first one has all. */
  | { type: 'streams'; changed: StreamSummary[]; removed: string[] }
  /** The exchange that was asked for, before its pieces and whenever it changes. */
  | { type: 'stream'; detail: StreamDetail }
  /** Pieces of it, from the given place on. */
  | { type: 'pieces'; attempt: number; from: number; pieces: StreamPiece[] }
  /** There is no such exchange, or no longer. */
  | { type: 'gone'; id: string }
