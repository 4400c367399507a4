import {
  createErrorObject,
  ToolDeltaError,
  transformCompletion,
  type ChatCompletion,
  type ChunkTransformerOptions,
} from '@tooldelta/openai'
import { isBodiless, type UpstreamResponse } from './client-answer.ts'
import { createEventStreamRewriter } from './event-stream.ts'
import { relayBody } from './relay.ts'

/** Options of {@link transformResponse}: those of `createChunkTransformer`. */
export interface TransformResponseOptions extends ChunkTransformerOptions {
  /** The signal of the request. When it has fired, the result's body fails with the abort instead of ending with an error object. */
  signal?: AbortSignal | null | undefined
}

/**
 * Turns the raw text in a model server's answer into tool calls: a server-sent event stream chunk by chunk, a JSON completion as a whole,
 * by content type. Other content types and answers that are no success come back untouched.
 *
 * An event stream always ends with one `[DONE]`; when the upstream breaks off, an error object comes before it. Reading the result pulls
 * the upstream, cancelling it cancels the upstream.
 *
 * @throws TypeError for an unknown format
 * @example
 * ```ts
 * const response = transformResponse(await fetch(url, request), { format: 'qwen3_coder', tools })
 * ```
 */
export function transformResponse(response: Response, options: TransformResponseOptions): Response {
  const { signal, ...transformOptions } = options
  const kind = readKind(response)
  if (response.body === null || kind === 'other') return response
  if (kind === 'events') {
    const rewriter = createEventStreamRewriter(transformOptions)
    return new Response(relayBody(response.body, { rewriter, signal }), streamInit(response))
  }
  return new Response(createJsonBody(response, transformOptions), rewrittenInit(response))
}

/** The head of an event stream that is rewritten. */
export function streamInit(response: Response): RewrittenInit {
  const init = rewrittenInit(response)
  setStreamHeaders(init.headers)
  return init
}

/** Says that the body is an event stream of ours. */
export function setStreamHeaders(headers: Headers): void {
  headers.set('content-type', 'text/event-stream; charset=utf-8')
  headers.set('cache-control', 'no-cache')
  // Reverse proxies such as nginx would collect the stream.
  headers.set('x-accel-buffering', 'no')
}

function createJsonBody(response: Response, options: ChunkTransformerOptions): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const text = await response.text()
        controller.enqueue(new TextEncoder().encode(rewriteJsonOrError(text, options)))
        controller.close()
      },
      async cancel(reason) {
        if (!response.bodyUsed) await response.body?.cancel(reason)
      },
    },
    { highWaterMark: 0 },
  )
}

function rewriteJsonOrError(text: string, options: ChunkTransformerOptions): string {
  try {
    return rewriteJson(text, (completion) => transformCompletion(completion, options)).text
  } catch (error) {
    // The status has gone out already; the body alone can say it.
    if (error instanceof ToolDeltaError) return JSON.stringify(createErrorObject(error.body.error))
    throw error
  }
}

/** A JSON answer on its way to the client. */
export interface RewrittenJson {
  text: string
  /** Absent where the text is no JSON object. */
  sent?: ChatCompletion
}

/** Rewrites the text of a completion. What is no JSON object, and what does not change, keeps its text. */
export function rewriteJson(text: string, transform: (completion: object) => ChatCompletion): RewrittenJson {
  let completion: unknown
  try {
    completion = JSON.parse(text)
  } catch {
    return { text }
  }
  if (typeof completion !== 'object' || completion === null || Array.isArray(completion)) return { text }
  const sent = transform(completion)
  return { text: sent === completion ? text : JSON.stringify(sent), sent }
}

/** How an answer is read. */
export function readKind(response: Pick<UpstreamResponse, 'ok' | 'status' | 'headers'>): 'events' | 'json' | 'other' {
  if (!response.ok || isBodiless(response.status)) return 'other'
  const type = (response.headers.get('content-type') ?? '').toLowerCase()
  if (type.startsWith('text/event-stream')) return 'events'
  return /^application\/(?:[\w.-]+\+)?json\b/.test(type) ? 'json' : 'other'
}

interface RewrittenInit {
  status: number
  statusText: string
  headers: Headers
}

/** The head of an answer whose body is rewritten. */
export function rewrittenInit(response: Response): RewrittenInit {
  const headers = new Headers(response.headers)
  dropBodyHeaders(headers)
  return { status: response.status, statusText: response.statusText, headers }
}

/** The body is no longer the one that they describe. */
export function dropBodyHeaders(headers: Headers): void {
  for (const name of ['content-length', 'content-encoding', 'transfer-encoding']) headers.delete(name)
}
