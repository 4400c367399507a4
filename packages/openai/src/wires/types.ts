import type { JsonObject } from '../history/values.ts'
import type { ChatCompletion, ChatCompletionChunk, ChatCompletionRequest, ErrorBody } from '../wire.ts'

/** One event of a wire's stream; the name of a server-sent event is its `type`. */
export interface WireEvent {
  type: string
  [field: string]: unknown
}

/** A request of another wire as a chat completion. */
export interface ChatTranslation {
  /** The request to send. It always asks for a stream with usage: whole answers are put together from the events, block by block. */
  request: ChatCompletionRequest
  /** What the client asked for and will not get. */
  warnings: string[]
}

/** Options of a wire's encoder. */
export interface WireEncoderOptions {
  /** Makes the ids of answers and their items. @defaultValue random ones */
  createId?: ((prefix: string) => string) | undefined
  /** The time in seconds, where the upstream does not tell it. @defaultValue the clock's */
  now?: (() => number) | undefined
}

/** Turns the chunks of one chat completion into the events of a wire. */
export interface WireEncoder {
  /** Set when the answer has ended with an error, or cannot be brought to this wire. */
  readonly error: ErrorBody | undefined
  /** Takes the next chunk. An error in it ends the stream. */
  push(chunk: ChatCompletionChunk): WireEvent[]
  /** The chunks have ended. */
  end(): WireEvent[]
  /** Ends the stream with an error. */
  fail(error: ErrorBody): WireEvent[]
  /** The whole answer: what a client has put together from the events so far. */
  answer(): JsonObject
}

/**
 * An API for clients beside chat completions. Requests become chat completions before anything else reads them; the finished chunks become
 * the wire's events. Nothing in between knows of it.
 */
export interface Wire {
  name: 'responses' | 'messages'
  /**
   * Reads the text of a body, so that no number loses a digit.
   *
   * @throws InvalidRequestError when it is no JSON object
   */
  readBody(text: string): JsonObject
  /** @throws InvalidRequestError for what cannot be said in a chat completion, with how to mend it */
  toChatRequest(body: JsonObject): ChatTranslation
  /** @param body - the wire's own request */
  createStreamEncoder(body: JsonObject, options?: WireEncoderOptions): WireEncoder
  /**
   * The answer to a completion that was not streamed.
   *
   * @throws ToolDeltaError with status 502 when the completion is none
   */
  toAnswer(completion: ChatCompletion, body: JsonObject, options?: WireEncoderOptions): JsonObject
  /** The events of a completion that was not streamed. */
  toEvents(completion: ChatCompletion, body: JsonObject, options?: WireEncoderOptions): WireEvent[]
  /** The JSON text of a request, an answer or an event, with every number as it was read. */
  write(value: object): string
  /** The body of an HTTP error. */
  errorBody(status: number, error: ErrorBody): JsonObject
  /** A sign of life in a stream; absent where a comment has to do. */
  ping?: WireEvent
}
