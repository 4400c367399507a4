import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { ToolDeltaError } from '@tooldelta/openai'
import { createErrorResponse } from '../errors.ts'
import type { ClientAnswer } from '../client-answer.ts'
import type { ClientHeaders } from '../headers.ts'
import type { ClientRequest } from '../upstream-handler.ts'
import { defaultBodyLimit, readNodeBody } from './read-node-body.ts'
import { writeNodeResponse } from './write-node-response.ts'

/** Answers a request of Node's HTTP server: the `answer` of an upstream handler, or anything that makes a `Response`. */
export type NodeHandler = (request: ClientRequest) => Promise<ClientAnswer>

/** How a request of Node's HTTP server is handed over. */
export interface NodeRequestOptions {
  /** The path and query to ask the upstream for. @defaultValue `request.url` */
  url?: string | undefined
  /** The body, where somebody has read it already: its bytes or text, or the value that was parsed from it. */
  body?: unknown
  /** Largest body to read, in bytes. @defaultValue 33_554_432 */
  bodyLimit?: number | undefined
  /** Headers to put on the answer beside the upstream's. */
  headers?: Readonly<Record<string, string | number | string[] | undefined>> | undefined
  /** Silence of an event stream after which a comment `: keep-alive` is sent, in milliseconds. @defaultValue none is sent */
  keepAliveMs?: number | undefined
  /** Called with each time that the client took to make room for more, in milliseconds. */
  onClientWait?: ((ms: number) => void) | undefined
  /**
   * The controller of the exchange, where the caller may have to end it before its time. When it is aborted with a `ToolDeltaError` the
   * client is told: an answer that has not begun becomes this error, a stream ends with it. It is aborted here when the client leaves.
   */
  control?: AbortController | undefined
  /** Called with a fault of tooldelta itself; the client gets a 500 without its details. */
  onError?: ((error: unknown) => void) | undefined
}

/**
 * Answers a request of Node's HTTP server with a handler of web requests. When the client goes away, the handler's signal fires and the
 * upstream's connection is closed; a client that reads slowly slows the upstream down.
 *
 * @returns when the answer has been sent or the client has gone; never fails
 * @example
 * ```ts
 * const handle = createUpstreamHandler({ upstream: 'http://127.0.0.1:8000', format: 'qwen3_coder' })
 * createServer((request, response) => void answerNodeRequest(handle.answer, request, response)).listen(4000)
 * ```
 */
export async function answerNodeRequest(
  handle: NodeHandler,
  request: IncomingMessage,
  response: ServerResponse,
  options: NodeRequestOptions = {},
): Promise<void> {
  const { control = new AbortController() } = options
  const onClose = (): void => {
    if (!response.writableFinished) control.abort()
  }
  response.on('close', onClose)
  try {
    const answer = await answerWith(handle, request, control.signal, options)
    if (answer === undefined) return
    await writeNodeResponse(answer, response, options)
  } catch (error) {
    // The head is out, so a cut connection is the one sign that is left.
    response.destroy()
    options.onError?.(error)
  } finally {
    response.off('close', onClose)
  }
}

async function answerWith(
  handle: NodeHandler,
  request: IncomingMessage,
  signal: AbortSignal,
  options: NodeRequestOptions,
): Promise<ClientAnswer | undefined> {
  try {
    return await handle(await toClientRequest(request, signal, options))
  } catch (error) {
    const [path] = (options.url ?? request.url ?? '/').split('?', 1)
    const reason: unknown = error instanceof ToolDeltaError ? error : signal.reason
    if (reason instanceof ToolDeltaError) return createErrorResponse(reason.status, reason.body, path)
    if (signal.aborted) return undefined
    options.onError?.(error)
    const message = 'The proxy failed on this request. Its log says why.'
    return createErrorResponse(500, { error: { message, type: 'internal_error', code: null } }, path)
  }
}

async function toClientRequest(
  request: IncomingMessage,
  signal: AbortSignal,
  options: NodeRequestOptions,
): Promise<ClientRequest> {
  const method = request.method ?? 'GET'
  const { href: url } = toUrl(options.url ?? request.url ?? '/')
  const body = method === 'GET' || method === 'HEAD' ? null : await takeBody(request, options)
  return {
    method,
    url,
    headers: readHeaders(request.headers),
    signal,
    body,
    arrayBuffer: async () => toBytes(body),
    text: async () => (typeof body === 'string' ? body : new TextDecoder().decode(body ?? undefined)),
  }
}

function toBytes(body: Uint8Array<ArrayBuffer> | string | null): ArrayBuffer {
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : (body ?? new Uint8Array())
  const { buffer, byteOffset, byteLength } = bytes
  return byteLength === buffer.byteLength ? buffer : buffer.slice(byteOffset, byteOffset + byteLength)
}

/** `Headers` would check and sort what Node's parser has checked. */
function readHeaders(given: IncomingHttpHeaders): ClientHeaders {
  const lines: [string, string][] = []
  for (const name in given) {
    const value = given[name]
    // Pseudo-headers of HTTP/2 are no headers.
    if (value !== undefined && !name.startsWith(':'))
      lines.push([name, typeof value === 'string' ? value : value.join(', ')])
  }
  return {
    get: (name) => lines.find(([one]) => one === name)?.[1] ?? null,
    [Symbol.iterator]: () => lines[Symbol.iterator](),
  }
}

/** Only path and query count; the host is the upstream's in any case. */
function toUrl(target: string): URL {
  try {
    return target.startsWith('/') ? new URL(`http://localhost${target}`) : new URL(target)
  } catch {
    const message = 'The request target is no valid path.'
    throw new ToolDeltaError(400, { message, type: 'invalid_request_error', code: 'invalid_path' })
  }
}

async function takeBody(
  request: IncomingMessage,
  options: NodeRequestOptions,
): Promise<Uint8Array<ArrayBuffer> | string> {
  const { body, bodyLimit = defaultBodyLimit } = options
  if (body === undefined) return (await readNodeBody(request, bodyLimit)) as Uint8Array<ArrayBuffer>
  if (typeof body === 'string' || body instanceof Uint8Array) return body as Uint8Array<ArrayBuffer> | string
  return JSON.stringify(body)
}
