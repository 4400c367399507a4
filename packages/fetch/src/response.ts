import { createErrorObject, ToolDeltaError, transformCompletion, type ChunkTransformerOptions } from '@tooldelta/openai'
import { createErrorResponse, disconnectFailure, isAbort } from './errors.ts'
import { createEventStreamRewriter } from './event-stream.ts'
import { relayBody, type RelayOptions } from './relay.ts'

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
  if (kind === 'events') return transformEvents(response, response.body, transformOptions, { signal })
  return new Response(createJsonBody(response, transformOptions), rewrittenInit(response))
}

/** Like {@link transformResponse}, but waits for a JSON body, so that a fault in it becomes an answer with an error status. */
export async function transformAnswer(
  response: Response,
  options: ChunkTransformerOptions,
  relay: RelayOptions,
): Promise<Response> {
  const kind = readKind(response)
  if (response.body === null || kind === 'other') return response
  if (kind === 'events') return transformEvents(response, response.body, options, relay)
  try {
    relay.watch?.start()
    const text = await response.text()
    return new Response(rewriteJson(text, options), rewrittenInit(response))
  } catch (error) {
    if (isAbort(error, relay.signal)) throw error
    const reason: unknown = error instanceof ToolDeltaError ? error : relay.signal?.reason
    const failure = reason instanceof ToolDeltaError ? reason : disconnectFailure()
    return createErrorResponse(failure.status, failure.body)
  } finally {
    relay.watch?.end()
    relay.onEnd?.()
  }
}

function transformEvents(
  response: Response,
  body: ReadableStream<Uint8Array>,
  options: ChunkTransformerOptions,
  relay: RelayOptions,
): Response {
  const init = rewrittenInit(response)
  init.headers.set('content-type', 'text/event-stream; charset=utf-8')
  init.headers.set('cache-control', 'no-cache')
  // Reverse proxies such as nginx would collect the stream.
  init.headers.set('x-accel-buffering', 'no')
  return new Response(relayBody(body, { ...relay, rewriter: createEventStreamRewriter(options) }), init)
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
    return rewriteJson(text, options)
  } catch (error) {
    // The status has gone out already; the body alone can say it.
    if (error instanceof ToolDeltaError) return JSON.stringify(createErrorObject(error.body.error))
    throw error
  }
}

function rewriteJson(text: string, options: ChunkTransformerOptions): string {
  let completion: unknown
  try {
    completion = JSON.parse(text)
  } catch {
    return text
  }
  if (typeof completion !== 'object' || completion === null || Array.isArray(completion)) return text
  const transformed = transformCompletion(completion, options)
  return transformed === completion ? text : JSON.stringify(transformed)
}

function readKind(response: Response): 'events' | 'json' | 'other' {
  if (!response.ok) return 'other'
  const type = (response.headers.get('content-type') ?? '').toLowerCase()
  if (type.startsWith('text/event-stream')) return 'events'
  return /^application\/(?:[\w.-]+\+)?json\b/.test(type) ? 'json' : 'other'
}

function rewrittenInit(response: Response): { status: number; statusText: string; headers: Headers } {
  const headers = new Headers(response.headers)
  for (const name of ['content-length', 'content-encoding', 'transfer-encoding']) headers.delete(name)
  return { status: response.status, statusText: response.statusText, headers }
}
