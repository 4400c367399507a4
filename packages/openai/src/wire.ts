import type { ChatCompletionDelta } from '@tooldelta/core'

/** The inside of an OpenAI error answer. */
export interface ErrorBody {
  /** One sentence for people. */
  message: string
  type: string
  code: string | number | null
  /** The request field the error is about. */
  param?: string | null
}

/** An error as the OpenAI API writes it: a whole JSON answer, or one event of a stream. */
export interface ErrorObject {
  error: ErrorBody
}

/** One entry of a chunk's `choices`. Fields that are not named here are carried along untouched. */
export interface ChatCompletionChunkChoice {
  index: number
  delta: ChatCompletionDelta & { [key: string]: unknown }
  finish_reason: string | null
  [key: string]: unknown
}

/**
 * One event of a chat-completion stream. An error event has `error` and nothing else; every other chunk has `choices` (the last one,
 * with `usage`, an empty list).
 */
export interface ChatCompletionChunk {
  id?: string
  object?: string
  created?: number
  model?: string
  choices?: ChatCompletionChunkChoice[]
  usage?: unknown
  error?: ErrorBody
  [key: string]: unknown
}

/**
 * A delta as an upstream sends it; nothing is taken for granted. The index signatures of the output types are missing here so that the
 * chunk types of other libraries fit.
 */
export interface UpstreamDelta {
  role?: unknown
  content?: unknown
  reasoning_content?: unknown
  reasoning?: unknown
  tool_calls?: unknown
}

/** A choice of a chunk as an upstream sends it. */
export interface UpstreamChoice {
  index?: number | null
  delta?: UpstreamDelta | null
  finish_reason?: string | null
  token_ids?: unknown
}

/** A chunk as an upstream sends it: `JSON.parse` of an event's data, or a chunk of the `openai` package. */
export interface UpstreamChunk {
  id?: string | null
  object?: string | null
  created?: number | null
  model?: string | null
  choices?: readonly UpstreamChoice[] | null
  usage?: unknown
}

/** A whole completion as an upstream sends it, or one of the `openai` package. */
export interface UpstreamCompletion {
  choices?: readonly { index?: number | null; message?: unknown; finish_reason?: string | null }[] | null
  usage?: unknown
}

/** A call of a whole message. */
export interface ChatCompletionToolCall {
  id: string
  type: 'function'
  function: { name: string; arguments: string }
}

/** The message of a whole completion. */
export interface ChatCompletionMessage {
  role?: string
  content?: string | null
  reasoning_content?: string | null
  tool_calls?: ChatCompletionToolCall[]
  [key: string]: unknown
}

/** One entry of a completion's `choices`. */
export interface ChatCompletionChoice {
  index?: number
  message?: ChatCompletionMessage
  finish_reason?: string | null
  [key: string]: unknown
}

/** A whole (not streamed) chat completion. */
export interface ChatCompletion {
  id?: string
  object?: string
  created?: number
  model?: string
  choices?: ChatCompletionChoice[]
  usage?: unknown
  [key: string]: unknown
}

/** A chat-completion request. Only what is read or written here is named; every other field is passed on. */
export interface ChatCompletionRequest {
  model?: string
  messages?: unknown
  tools?: unknown
  tool_choice?: unknown
  stream?: boolean | null
  stream_options?: { include_usage?: boolean | null; [key: string]: unknown } | null
  [key: string]: unknown
}
