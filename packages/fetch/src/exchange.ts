import {
  prepareRequest,
  ToolDeltaError,
  type ChatCompletionRequest,
  type ChunkTransformerOptions,
} from '@tooldelta/openai'
import { createErrorResponse } from './errors.ts'
import { toPrepareOptions, toTransformOptions, type ToolCallOptions } from './options.ts'
import { patchJson } from './patch-json.ts'

/** What is to be done with one chat-completion request. */
export interface Exchange {
  /** The body to send. The given text itself when nothing in it changes. */
  body: string
  /** How to read the answer; absent when it goes on untouched. */
  answer?: ChunkTransformerOptions
  /** The client has asked for a stream. */
  isStream?: boolean
  /** Set when the request is wrong: the answer to give, without asking the upstream. */
  refusal?: Response
}

/** Reads the body of a chat-completion request and prepares it for the upstream. */
export function prepareExchange(text: string, options: ToolCallOptions): Exchange {
  const body = readObject(text)
  // No JSON object: the upstream words the error.
  if (body === undefined) return { body: text }
  const isStream = body.stream === true
  try {
    const { request, parser, report } = prepareRequest(body, toPrepareOptions(options))
    options.onRequest?.(report)
    if (report.mode === 'passthrough') return { body: text, isStream }
    const includeUsage = body.stream_options?.include_usage === true
    return {
      body: request === body ? text : patchJson(text, body, request),
      isStream,
      answer: { ...parser, ...toTransformOptions(options), includeUsage },
    }
  } catch (error) {
    if (error instanceof ToolDeltaError) return { body: text, refusal: createErrorResponse(error.status, error.body) }
    throw error
  }
}

function readObject(text: string): ChatCompletionRequest | undefined {
  try {
    const body: unknown = JSON.parse(text)
    return typeof body === 'object' && body !== null && !Array.isArray(body)
      ? (body as ChatCompletionRequest)
      : undefined
  } catch {
    return undefined
  }
}
