import { findWire, type WirePath } from '@tooldelta/openai'
import { answerExchange, type Opened } from './answer.ts'
import { answerWire } from './answer-wire.ts'
import { toResponse } from './client-answer.ts'
import { createErrorResponse, isAbort, toUpstreamFailure } from './errors.ts'
import { prepareExchange } from './exchange.ts'
import { toChatHeaders } from './headers.ts'
import { checkToolCallOptions, withStores, type ToolCallOptions } from './options.ts'
import { RequestBody } from './request-body.ts'

/** Options of {@link createToolCallFetch}. */
export interface ToolCallFetchOptions extends ToolCallOptions {
  /** The fetch that reaches the upstream. @defaultValue the global one, looked up at each call */
  fetch?: typeof fetch | undefined
}

type FetchInput = Parameters<typeof fetch>[0]
type FetchInit = NonNullable<Parameters<typeof fetch>[1]>

/**
 * Makes a `fetch` under which a text-only model server answers chat completions with tool calls. Give it to the `openai` package or to
 * any code that takes a fetch. `POST .../chat/completions` is rewritten on the way out and, with tools, its answer on the way back;
 * `POST .../v1/responses` and Anthropic's `.../v1/messages` are asked for as chat completions; everything else goes through untouched.
 *
 * When the upstream cannot be reached the result is a `502` with an OpenAI-shaped error, when the tools are malformed a `400`. An abort
 * is thrown as it is.
 *
 * @throws TypeError for wrong options, when the wrapper is made
 * @example
 * ```ts
 * const client = new OpenAI({ baseURL: 'http://127.0.0.1:8000/v1', apiKey: '-', fetch: createToolCallFetch({ format: 'qwen3_coder' }) })
 * ```
 */
export function createToolCallFetch(options: ToolCallFetchOptions): typeof fetch {
  checkToolCallOptions(options)
  const settings = withStores(options)

  const wrapped: typeof fetch = async (input, init) => {
    const send = options.fetch ?? globalThis.fetch
    const wire = findWirePath(input, init)
    if (wire !== undefined) return fetchWire(wire, input, init)
    if (!isChatCompletion(input, init)) return send(input, init)
    return complete(input, init)
  }
  return wrapped

  /** Asks for the chat completion that another API's request becomes. */
  async function fetchWire(path: WirePath, input: FetchInput, init: FetchInit | undefined): Promise<Response> {
    const given = await readBody(input, init ?? {})
    const signal = init?.signal ?? (input instanceof Request ? input.signal : undefined)
    return answerWire(path, given?.text ?? '', {
      signal,
      ask({ text, warnings }) {
        const url = new URL(readUrl(input))
        url.pathname = path.chatPath
        const headers = toChatHeaders(
          new Headers(init?.headers ?? (input instanceof Request ? input.headers : undefined)),
        )
        headers.delete('content-length')
        return complete(url, { ...init, method: 'POST', headers, body: text, signal: signal ?? null }, warnings)
      },
    })
  }

  async function complete(
    input: FetchInput,
    init: FetchInit | undefined,
    warnings?: readonly string[],
  ): Promise<Response> {
    const send = options.fetch ?? globalThis.fetch
    const given = await readBody(input, init ?? {})
    if (given === undefined) return send(input, init)
    const whole = new RequestBody({ text: given.text })
    const exchange = prepareExchange(whole, settings, { warnings })
    if (exchange.refusal !== undefined) return createErrorResponse(exchange.refusal.status, exchange.refusal.body)
    const signal = init?.signal ?? (input instanceof Request ? input.signal : undefined)

    const answer = await answerExchange(exchange, async (body): Promise<Opened> => {
      const call = body === whole ? given.unchanged : withBody(input, init, body.text)
      try {
        return { response: await send(...call), relay: { signal } }
      } catch (error) {
        throw isAbort(error, signal) ? error : toUpstreamFailure(error, readUrl(input))
      }
    })
    return toResponse(answer)
  }
}

function isChatCompletion(input: FetchInput, init: FetchInit | undefined): boolean {
  return isPost(input, init) && /\/chat\/completions\/?$/.test(readPath(input))
}

function findWirePath(input: FetchInput, init: FetchInit | undefined): WirePath | undefined {
  if (!isPost(input, init)) return undefined
  const path = readPath(input)
  return URL.canParse(path) ? findWire(new URL(path).pathname) : undefined
}

function isPost(input: FetchInput, init: FetchInit | undefined): boolean {
  const method = init?.method ?? (input instanceof Request ? input.method : 'GET')
  return method.toUpperCase() === 'POST'
}

function readPath(input: FetchInput): string {
  const [path = ''] = readUrl(input).split(/[?#]/, 1)
  return path
}

function readUrl(input: FetchInput): string {
  return input instanceof Request ? input.url : String(input)
}

/**
 * Reads the body of a request.
 *
 * @returns its text, and the arguments that send it as it was; `undefined` when there is none or it is no text (a form)
 */
async function readBody(
  input: FetchInput,
  init: FetchInit,
): Promise<{ text: string; unchanged: [FetchInput, FetchInit | undefined] } | undefined> {
  const { body } = init
  if (body === undefined || body === null) {
    if (!(input instanceof Request) || input.body === null) return undefined
    return { text: await input.clone().text(), unchanged: [input, init] }
  }
  if (typeof body === 'string') return { text: body, unchanged: [input, init] }
  if (body instanceof ReadableStream) {
    // A stream can be read once; what it held goes on instead.
    const bytes = new Uint8Array(await new Response(body).arrayBuffer())
    return { text: new TextDecoder().decode(bytes), unchanged: [input, { ...init, body: bytes }] }
  }
  if (body instanceof ArrayBuffer || ArrayBuffer.isView(body) || body instanceof Blob) {
    return { text: await new Response(body as BodyInit).text(), unchanged: [input, init] }
  }
  return undefined
}

function withBody(input: FetchInput, init: FetchInit | undefined, body: string): [FetchInput, FetchInit] {
  const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : undefined))
  if (headers.has('content-length')) headers.set('content-length', String(new TextEncoder().encode(body).length))
  return [input, { ...init, headers, body }]
}
