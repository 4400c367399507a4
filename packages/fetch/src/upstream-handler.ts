import { findWire, ToolDeltaError, type DeliveryOptions, type WirePath } from '@tooldelta/openai'
import { answerExchange, type Opened, type OpenUpstream } from './answer.ts'
import { answerWire } from './answer-wire.ts'
import { toResponse, type ClientAnswer, type UpstreamFetch } from './client-answer.ts'
import { createErrorResponse, isAbort, timeoutFailure, toUpstreamFailure } from './errors.ts'
import { prepareExchange, type Exchange } from './exchange.ts'
import { toChatHeaders, toClientHeaders, toUpstreamHeaders, type ClientHeaders } from './headers.ts'
import { measureWaits } from './measure-waits.ts'
import { Observation } from './observation.ts'
import type { ExchangeObserver } from './observer.ts'
import { checkToolCallOptions, withDelivery, withStores, type ToolCallOptions } from './options.ts'
import { RequestBody } from './request-body.ts'
import { readKind } from './response.ts'
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
  fetch?: UpstreamFetch | undefined
}

/** What a server knows about a request already. */
export interface KnownRequest {
  /** Tells clients apart in the stores, which keep nothing of it but a hash. @defaultValue what the client proves itself with */
  owner?: string | undefined
  /**
   * The JSON body, where it has been read to find out where the request goes; the request itself is then not read. The option
   * `upstreamModel` holds for it on every path.
   */
  body?: KnownBody | undefined
  /** What was left out of the request before it came here; the report says it too. */
  warnings?: readonly string[] | undefined
  /** What this client wants of the delivery; where it says nothing the options hold. */
  delivery?: DeliveryOptions | undefined
}

/** A JSON body that has been read. */
export interface KnownBody {
  text: string
  value: Record<string, unknown>
  /** The text in UTF-8, as it came and without a byte-order mark: what does not change is sent as it is. */
  bytes?: Uint8Array | undefined
}

/**
 * What is read of a client's request: a web `Request`, or less. Node's servers hand over less, because a `Request` with a signal costs 0.08 ms
 * to make, a seventh of what a small request may cost in all (`npm run bench:proxy`, request `small`).
 */
export interface ClientRequest extends Pick<Request, 'url' | 'method' | 'signal' | 'arrayBuffer' | 'text'> {
  readonly headers: ClientHeaders
  /** `null` without a body. */
  readonly body: unknown
}

/** Answers one request of a client by asking the upstream. */
export interface UpstreamHandler {
  (request: ClientRequest, observer?: ExchangeObserver, known?: KnownRequest): Promise<Response>
  /** The same for servers that need no `Response`, as those of Node do. */
  answer(request: ClientRequest, observer?: ExchangeObserver, known?: KnownRequest): Promise<ClientAnswer>
}

const longestTimer = 2_147_483_647

/**
 * Makes the function behind the Express middleware, the Fastify plugin and the proxy: `POST /v1/chat/completions` gets tool calls, and so do
 * `/v1/responses` and Anthropic's `/v1/messages`, which are asked for as chat completions. Every other path is passed on to the same path
 * of the upstream. When the request's signal fires, or the body of the answer is cancelled, the
 * upstream's connection is closed.
 *
 * Errors are OpenAI-shaped: `400` malformed tools, `502` the upstream cannot be reached, `504` it is silent for too long. The upstream's
 * own errors pass. Under `/v1/messages` errors have Anthropic's shape.
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

  const settings = withStores(options)

  const handler = async (...args: Parameters<UpstreamHandler>): Promise<Response> => toResponse(await answer(...args))
  return Object.assign(handler, { answer })

  async function answer(...[request, observer, known = {}]: Parameters<UpstreamHandler>): Promise<ClientAnswer> {
    const url = new URL(request.url)
    const path = request.method === 'POST' ? findWire(url.pathname) : undefined
    return path === undefined ? handle(request, url, observer, known) : handleWire(path, request, observer, known)
  }

  async function handleWire(
    path: WirePath,
    request: ClientRequest,
    observer: ExchangeObserver | undefined,
    known: KnownRequest,
  ): Promise<Response> {
    const { method, signal } = request
    return answerWire(path, known.body?.text ?? (await request.text()), {
      signal,
      async ask({ warnings, ...body }) {
        const owner = known.owner ?? ownerOf(request.headers)
        const url = new URL(path.chatPath, request.url)
        const chat = new Request(url, { method, headers: toChatHeaders(request.headers), signal })
        return toResponse(await handle(chat, url, observer, { owner, body, warnings, delivery: known.delivery }))
      },
      onRefusal(error) {
        if (observer === undefined) return
        const observation = new Observation(observer)
        observation.fail(error)
        observation.end(false)
      },
    })
  }

  async function handle(
    request: ClientRequest,
    { pathname, search }: URL,
    observer: ExchangeObserver | undefined,
    known: KnownRequest,
  ): Promise<ClientAnswer> {
    const observation = observer === undefined ? undefined : new Observation(observer)
    const url = address.join(pathname, search)
    const isChat = request.method === 'POST' && /\/chat\/completions\/?$/.test(pathname)
    const isBare = known.body === undefined && request.body === null
    const given = new RequestBody(
      known.body ?? { bytes: isBare ? new Uint8Array() : new Uint8Array(await request.arrayBuffer()) },
    )
    const context = {
      owner: known.owner ?? ownerOf(request.headers),
      observer,
      value: known.body?.value,
      warnings: known.warnings,
    }
    const exchange: Exchange = isChat
      ? prepareExchange(given, withDelivery(settings, known.delivery), context)
      : { body: renameModel(given, settings, known), format: options.format }
    if (exchange.refusal !== undefined) {
      observation?.fail(exchange.refusal.body.error)
      observation?.end(false)
      return createErrorResponse(exchange.refusal.status, exchange.refusal.body)
    }
    const { method, signal } = request
    const headers = toUpstreamHeaders(request.headers, options)
    const open: OpenUpstream = (body) => {
      observer?.onUpstreamRequest?.({ path: pathname, body: body.text })
      const payload = isBare ? null : (body.payload as Uint8Array<ArrayBuffer> | string)
      return ask(url, { method, headers, body: payload }, signal, exchange.isStream === true, observation)
    }
    return answerExchange(exchange, open, observation)
  }

  async function ask(
    url: string,
    init: RequestInit,
    client: AbortSignal,
    isStream: boolean,
    observation: Observation | undefined,
  ): Promise<Opened> {
    const call = new AbortController()
    const giveUp = (): void => call.abort(client.reason)
    let watch = createWatch(isStream, call, observation)
    const onEnd = (): void => client.removeEventListener('abort', giveUp)
    client.addEventListener('abort', giveUp)
    if (client.aborted) giveUp()
    try {
      watch.start()
      const send = options.fetch ?? globalThis.fetch
      const response = await send(url, { ...init, signal: call.signal, redirect: 'manual' })
      watch.stop()
      if (!isStream && readKind(response) === 'events') {
        // Nobody knew that this would be a stream.
        watch.end()
        watch = createWatch(true, call, observation)
      }
      const headers = toClientHeaders(response.headers)
      return { response, headers, relay: { signal: call.signal, watch, onEnd } }
    } catch (error) {
      watch.end()
      onEnd()
      if (isAbort(error, call.signal)) throw error
      const reason: unknown = call.signal.reason
      throw reason instanceof ToolDeltaError ? reason : toUpstreamFailure(error, url)
    }
  }

  function createWatch(isStream: boolean, call: AbortController, observation: Observation | undefined): SilenceWatch {
    const onOver = (message: string): void => call.abort(timeoutFailure(message))
    const watch =
      isStream || totalTimeoutMs === undefined
        ? createSilenceWatch(timeoutMs, () => onOver(`The upstream was silent for ${timeoutMs} ms.`))
        : createDeadline(totalTimeoutMs, () =>
            onOver(`The upstream did not complete its answer within ${totalTimeoutMs} ms.`),
          )
    return measureWaits(watch, observation?.onWait)
  }
}

/** The body of a path that is passed on. */
function renameModel(
  given: RequestBody,
  { upstreamModel }: UpstreamHandlerOptions,
  { body }: KnownRequest,
): RequestBody {
  if (body === undefined || upstreamModel === undefined) return given
  const { model } = body.value
  return model === undefined || model === upstreamModel
    ? given
    : given.patch(body.value, { ...body.value, model: upstreamModel })
}

/** What clients prove themselves with tells them apart in the stores, which keep nothing of it but a hash. */
function ownerOf(headers: ClientHeaders): string {
  return headers.get('authorization') ?? headers.get('x-api-key') ?? ''
}

function readTimeout(name: string, timeoutMs: number | undefined): number | undefined {
  if (timeoutMs === undefined) return undefined
  if (Number.isFinite(timeoutMs) && timeoutMs > 0) return Math.min(timeoutMs, longestTimer)
  throw new TypeError(
    `The option '${name}' must be a number of milliseconds above 0; got ${JSON.stringify(timeoutMs)}.`,
  )
}
