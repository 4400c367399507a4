import type { ExchangeObserver } from './observer.ts'
import { ToolDeltaError } from '@tooldelta/openai'
import { createErrorResponse, isAbort, timeoutFailure, toUpstreamFailure } from './errors.ts'
import { prepareExchange, type Exchange } from './exchange.ts'
import { toClientHeaders, toUpstreamHeaders } from './headers.ts'
import { checkToolCallOptions, type ToolCallOptions } from './options.ts'
import { relayBody } from './relay.ts'
import { transformAnswer } from './response.ts'
import { createDeadline, createSilenceWatch, type SilenceWatch } from './silence-watch.ts'
import { readUpstreamAddress } from './upstream-url.ts'

/** Options of {@link createUpstreamHandler} and of the servers built on it. */
export interface UpstreamHandlerOptions extends ToolCallOptions {
  /** The model server's address, with or without `/v1`: `http://127.0.0.1:8000`. */
  upstream: string
  /** The key for the upstream, sent as `Authorization: Bearer`. With it the client's own credentials are not passed on. */
  upstreamKey?: string | undefined
  /** Headers to set on every request to the upstream. */
  headers?: Readonly<Record<string, string>> | undefined
  /**
   * How long the upstream may be silent, in milliseconds: before its answer begins and between two pieces of it. The fetch in use has
   * limits of its own (300 s each in Node).
   * @defaultValue 300_000
   */
  timeoutMs?: number | undefined
  /**
   * How long a whole answer that is not streamed may take, in milliseconds. It takes the place of `timeoutMs` there: a server is silent
   * until such an answer is complete.
   * @defaultValue none, `timeoutMs` holds for every answer
   */
  totalTimeoutMs?: number | undefined
  /** The fetch that reaches the upstream. @defaultValue the global one, looked up at each call */
  fetch?: typeof fetch | undefined
}

/** Answers one request of a client by asking the upstream. */
export type UpstreamHandler = (request: Request, observer?: ExchangeObserver) => Promise<Response>

const longestTimer = 2_147_483_647

/**
 * Makes the function behind the Express middleware, the Fastify plugin and the proxy: `POST /v1/chat/completions` gets tool calls, every
 * other path is passed on to the same path of the upstream. When the request's signal fires, or the body of the answer is cancelled, the
 * upstream's connection is closed.
 *
 * Errors are OpenAI-shaped: `400` malformed tools, `502` the upstream cannot be reached, `504` it is silent for too long. The upstream's
 * own errors pass.
 *
 * @throws TypeError for wrong options, when the handler is made
 * @example
 * ```ts
 * const handle = createUpstreamHandler({ upstream: 'http://127.0.0.1:8000', format: 'qwen3_coder' })
 * export default { fetch: handle } // a server of Deno, Bun or a worker
 * ```
 */
export function createUpstreamHandler(options: UpstreamHandlerOptions): UpstreamHandler {
  checkToolCallOptions(options)
  const address = readUpstreamAddress(options.upstream)
  const timeoutMs = readTimeout('timeoutMs', options.timeoutMs) ?? 300_000
  const totalTimeoutMs = readTimeout('totalTimeoutMs', options.totalTimeoutMs)

  return async (request) => {
    const { pathname, search } = new URL(request.url)
    const url = address.join(pathname, search)
    const isChat = request.method === 'POST' && /\/chat\/completions\/?$/.test(pathname)
    const bytes = request.body === null ? null : await request.arrayBuffer()
    const text = isChat ? new TextDecoder().decode(bytes ?? undefined) : ''
    const exchange = isChat ? prepareExchange(text, options) : undefined
    if (exchange?.refusal !== undefined) return exchange.refusal
    // Bytes that are no UTF-8 (a packed body) would not survive the way through a text.
    const body = exchange === undefined || exchange.body === text ? bytes : exchange.body
    const headers = toUpstreamHeaders(request.headers, options)
    return ask(url, { method: request.method, headers, body }, request.signal, exchange)
  }

  async function ask(
    url: string,
    init: RequestInit,
    client: AbortSignal,
    exchange: Exchange | undefined,
  ): Promise<Response> {
    const call = new AbortController()
    const giveUp = (): void => call.abort(client.reason)
    let watch = createWatch(exchange?.isStream === true, (failure) => call.abort(failure))
    const onEnd = (): void => client.removeEventListener('abort', giveUp)
    client.addEventListener('abort', giveUp)
    if (client.aborted) giveUp()

    let response: Response
    try {
      watch.start()
      const send = options.fetch ?? globalThis.fetch
      response = await send(url, { ...init, signal: call.signal, redirect: 'manual' })
      watch.stop()
      if (exchange?.isStream !== true && isEventStream(response)) {
        // Nobody knew that this would be a stream.
        watch.end()
        watch = createWatch(true, (failure) => call.abort(failure))
      }
    } catch (error) {
      watch.end()
      onEnd()
      if (isAbort(error, call.signal)) throw error
      const reason: unknown = call.signal.reason
      const failure = reason instanceof ToolDeltaError ? reason : toUpstreamFailure(error, url)
      return createErrorResponse(failure.status, failure.body)
    }

    const relay = { signal: call.signal, watch, onEnd }
    const answer = exchange?.answer
    const result = answer === undefined ? response : await transformAnswer(response, answer, relay)
    const headers = toClientHeaders(result.headers)
    if (result.body === null) {
      watch.end()
      onEnd()
    }
    // An answer that was not transformed is still moved by us, so that its silence is noticed.
    const isUntouched = result === response && result.body !== null
    const body = isUntouched ? relayBody(result.body as ReadableStream<Uint8Array>, relay) : result.body
    return new Response(body, { status: result.status, statusText: result.statusText, headers })
  }

  function createWatch(isStream: boolean, onOver: (failure: ToolDeltaError) => void): SilenceWatch {
    if (isStream || totalTimeoutMs === undefined) {
      return createSilenceWatch(timeoutMs, () => onOver(timeoutFailure(`The upstream was silent for ${timeoutMs} ms.`)))
    }
    return createDeadline(totalTimeoutMs, () =>
      onOver(timeoutFailure(`The upstream did not complete its answer within ${totalTimeoutMs} ms.`)),
    )
  }
}

function isEventStream(response: Response): boolean {
  return response.headers.get('content-type')?.startsWith('text/event-stream') === true
}

function readTimeout(name: string, timeoutMs: number | undefined): number | undefined {
  if (timeoutMs === undefined) return undefined
  if (Number.isFinite(timeoutMs) && timeoutMs > 0) return Math.min(timeoutMs, longestTimer)
  throw new TypeError(
    `The option '${name}' must be a number of milliseconds above 0; got ${JSON.stringify(timeoutMs)}.`,
  )
}
