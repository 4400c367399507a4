import {
  type ChatCompletion,
  type ChatCompletionRequest,
  type ErrorBody,
  readError,
  ToolDeltaError,
  upstreamErrorType,
  type Wire,
  type WirePath,
} from '@tooldelta/openai'
import { invalidAnswerFailure } from './errors.ts'
import { readKind, rewrittenInit, streamInit } from './response.ts'
import { collectWire, streamWire, toEventText, type WireReading } from './wire-stream.ts'

/** A chat completion to ask for. */
export interface ChatAsk {
  text: string
  value: Record<string, unknown>
  /** What the client asked for and will not get. */
  warnings: readonly string[]
}

/** How a request of another wire is answered. */
export interface WireExchange {
  /** The client's signal. */
  signal?: AbortSignal | null | undefined
  ask(chat: ChatAsk): Promise<Response>
  /** The request is wrong, and nobody is asked. */
  onRefusal?(error: ErrorBody): void
}

/** Answers a request of the Responses or Messages API by asking for a chat completion, and brings the answer into its form. */
export async function answerWire(path: WirePath, text: string, exchange: WireExchange): Promise<Response> {
  const { wire, task } = path
  try {
    const body = wire.readBody(text)
    const { request, warnings } = wire.toChatRequest(body)
    const chat = toAsk(wire, task === 'count' ? toCount(request) : request, warnings)
    const response = await exchange.ask(chat)
    if (!response.ok) return await passError(wire, response)
    if (task === 'count') return await answerCount(response)
    const reading: WireReading = { wire, encoder: wire.createStreamEncoder(body), signal: exchange.signal }
    return await answerWith(response, reading, body)
  } catch (error) {
    if (!(error instanceof ToolDeltaError)) throw error
    if (error.status === 400) exchange.onRefusal?.(error.body.error)
    return toErrorResponse(wire, error.status, error.body.error)
  }
}

function toAsk(wire: Wire, request: ChatCompletionRequest, warnings: readonly string[]): ChatAsk {
  const text = wire.write(request)
  // Numbers that only the text can hold would not survive another writing of the value.
  return { text, value: JSON.parse(text) as Record<string, unknown>, warnings }
}

async function answerWith(response: Response, reading: WireReading, body: Record<string, unknown>): Promise<Response> {
  const { wire, encoder } = reading
  const kind = readKind(response)
  const isStream = body['stream'] === true
  if (response.body === null || kind === 'other') throw invalidAnswerFailure()
  if (kind === 'events') {
    if (isStream) return new Response(streamWire(response.body, reading), streamInit(response))
    await collectWire(response.body, reading)
    if (encoder.error !== undefined) return toErrorResponse(wire, statusOf(encoder.error), encoder.error)
    return jsonResponse(response, wire.write(encoder.answer()))
  }
  // A server that streams nothing.
  const completion = await readCompletion(response)
  if (isStream) {
    const text = wire
      .toEvents(completion, body)
      .map((event) => toEventText(event, wire))
      .join('')
    return new Response(text, streamInit(response))
  }
  return jsonResponse(response, wire.write(wire.toAnswer(completion, body)))
}

/** The prompt is read and one token is made: what the server then says of its prompt is exact, with its template and its tools. */
function toCount(request: ChatCompletionRequest): ChatCompletionRequest {
  const { stream: _stream, stream_options: _options, stop: _stop, response_format: _format, ...rest } = request
  const choice = rest.tool_choice === undefined || rest.tool_choice === 'none' ? {} : { tool_choice: 'auto' }
  return { ...rest, ...choice, max_tokens: 1 }
}

async function answerCount(response: Response): Promise<Response> {
  const { usage } = await readCompletion(response)
  const count = (usage as { prompt_tokens?: unknown } | null | undefined)?.prompt_tokens
  if (typeof count === 'number') return jsonResponse(response, JSON.stringify({ input_tokens: count }))
  throw new ToolDeltaError(502, {
    message: 'The upstream does not say how many tokens a prompt has.',
    type: upstreamErrorType,
    code: 'upstream_invalid_answer',
  })
}

async function readCompletion(response: Response): Promise<ChatCompletion> {
  const completion = readJson(await response.text())
  if (completion === undefined) throw invalidAnswerFailure()
  const error = readError(completion)
  if (error !== undefined) throw new ToolDeltaError(statusOf(error), error)
  return completion as ChatCompletion
}

/** An error of the chat completion, in the wire's form. */
async function passError(wire: Wire, response: Response): Promise<Response> {
  const text = await response.text()
  const value = readJson(text)
  const error = (value && readError(value)) ?? {
    message: text.trim().slice(0, 1000) || `The upstream answered with status ${response.status}.`,
    type: upstreamErrorType,
    code: response.status,
  }
  const passed = jsonResponse(response, JSON.stringify(wire.errorBody(response.status, error)))
  return new Response(passed.body, { status: response.status, headers: passed.headers })
}

function toErrorResponse(wire: Wire, status: number, error: ErrorBody): Response {
  const body = JSON.stringify(wire.errorBody(status, error))
  return new Response(body, { status, headers: { 'content-type': 'application/json; charset=utf-8' } })
}

function jsonResponse(response: Response, text: string): Response {
  const init = rewrittenInit(response)
  init.headers.set('content-type', 'application/json; charset=utf-8')
  for (const name of ['cache-control', 'x-accel-buffering']) init.headers.delete(name)
  return new Response(text, init)
}

/** The status of an error that came inside a stream. */
function statusOf({ code }: ErrorBody): number {
  return typeof code === 'number' && code >= 400 && code <= 599 ? code : 502
}

function readJson(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}
