import { createErrorResponse, isAbort, toUpstreamFailure } from './errors.ts'
import { prepareExchange } from './exchange.ts'
import { checkToolCallOptions, type ToolCallOptions } from './options.ts'
import { transformAnswer } from './response.ts'

/** Options of {@link createToolCallFetch}. */
export interface ToolCallFetchOptions extends ToolCallOptions {
  /** The fetch that reaches the upstream. @defaultValue the global one, looked up at each call */
  fetch?: typeof fetch | undefined
}

type FetchInput = Parameters<typeof fetch>[0]
type FetchInit = NonNullable<Parameters<typeof fetch>[1]>

/**
 * Makes a `fetch` under which a text-only model server answers chat completions with tool calls. Give it to the `openai` package or to
 * any code that takes a fetch. `POST .../chat/completions` with tools is rewritten on the way out and its answer on the way back;
 * everything else, and a request without tools, goes through untouched.
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

  return async (input, init) => {
    const send = options.fetch ?? globalThis.fetch
    if (!isChatCompletion(input, init)) return send(input, init)
    const body = await readBody(input, init ?? {})
    if (body === undefined) return send(input, init)

    const exchange = prepareExchange(body.text, options)
    if (exchange.refusal !== undefined) return exchange.refusal
    const signal = init?.signal ?? (input instanceof Request ? input.signal : undefined)
    const call = exchange.body === body.text ? body.unchanged : withBody(input, init, exchange.body)
    let response: Response
    try {
      response = await send(...call)
    } catch (error) {
      if (isAbort(error, signal)) throw error
      const failure = toUpstreamFailure(error, readUrl(input))
      return createErrorResponse(failure.status, failure.body)
    }
    return exchange.answer === undefined ? response : transformAnswer(response, exchange.answer, { signal })
  }
}

function isChatCompletion(input: FetchInput, init: FetchInit | undefined): boolean {
  const method = init?.method ?? (input instanceof Request ? input.method : 'GET')
  if (method.toUpperCase() !== 'POST') return false
  const [path = ''] = readUrl(input).split(/[?#]/, 1)
  return /\/chat\/completions\/?$/.test(path)
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
