import { readEvents } from './read-events.ts'
import { readErrorMessage } from '../errors.ts'
import { ProbeError, type ProbeTarget } from './types.ts'

/** Milliseconds that one question may take: a cold server compiles kernels for its first one. */
const chatTimeoutMs = 60_000
const infoTimeoutMs = 5000

/** A refusal of the server, with its own words. */
export interface Refused {
  status: number
  message: string
}

/** A call as its deltas put it together. */
export interface AnsweredCall {
  id: string
  type: string
  name: string
  arguments: string
  /** Deltas that it came in. */
  deltas: number
}

/** A streamed answer as its deltas put it together, without any judgement. */
export interface Answer {
  content: string
  reasoning: string
  calls: AnsweredCall[]
  finishReason: string | undefined
  /** Data events with content, reasoning or calls in them. */
  events: number
  usage: Record<string, unknown> | undefined
  /** An error in the middle of the stream. */
  error: string | undefined
  headers: Headers
}

interface Delta {
  content?: unknown
  reasoning?: unknown
  reasoning_content?: unknown
  tool_calls?: readonly {
    index?: number
    id?: unknown
    type?: unknown
    function?: { name?: unknown; arguments?: unknown }
  }[]
}

interface Chunk {
  error?: unknown
  choices?: { delta?: Delta; finish_reason?: string | null }[]
  usage?: Record<string, unknown> | null
}

/** A page of a server: a JSON object, or nothing of use. */
export interface Page {
  status: number
  body: Record<string, unknown> | undefined
  text: string
}

/**
 * A GET.
 *
 * @throws ProbeError when there is no answer
 */
export async function getPage(target: ProbeTarget, path: string, signal?: AbortSignal): Promise<Page> {
  const response = await send(target, path, { signal: withTimeout(infoTimeoutMs, signal) }, signal)
  const text = await response.text()
  return { status: response.status, body: readObject(text), text: readServerMessage(text) }
}

/** A GET whose JSON is wanted. `undefined` when it is not there, is no JSON object, or takes too long. */
export async function getJson(target: ProbeTarget, path: string, signal?: AbortSignal): Promise<Page['body']> {
  const page = await getPage(target, path, signal).catch(() => undefined)
  signal?.throwIfAborted()
  return page?.status === 200 ? page.body : undefined
}

function readObject(text: string): Record<string, unknown> | undefined {
  try {
    const value = JSON.parse(text) as unknown
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

/**
 * A chat completion.
 *
 * @returns what its stream said, or the server's refusal
 * @throws ProbeError when there is no answer at all, or only one that says the server is not ready
 */
export async function ask(target: ProbeTarget, body: object, signal?: AbortSignal): Promise<Answer | Refused> {
  const response = await post(target, { ...body, stream: true, stream_options: { include_usage: true } }, signal)
  if (!response.ok) return toRefusal(target, response.status, await response.text())
  const answer: Answer = {
    content: '',
    reasoning: '',
    calls: [],
    finishReason: undefined,
    events: 0,
    usage: undefined,
    error: undefined,
    headers: response.headers,
  }
  try {
    for await (const data of readEvents(response)) takeChunk(answer, data as Chunk)
  } catch (error) {
    signal?.throwIfAborted()
    answer.error = readErrorMessage(error)
  }
  return answer
}

/** A refusal that another question would meet too. */
export function isRefused(answer: object): answer is Refused {
  return 'status' in answer && 'message' in answer
}

/**
 * A chat completion that is not streamed.
 *
 * @throws ProbeError as {@link ask} does
 */
export async function askWhole(
  target: ProbeTarget,
  body: object,
  signal?: AbortSignal,
): Promise<Record<string, unknown> | Refused> {
  const response = await post(target, body, signal)
  const text = await response.text()
  if (!response.ok) return toRefusal(target, response.status, text)
  return readObject(text) ?? { status: response.status, message: 'The answer is no JSON.' }
}

function post(target: ProbeTarget, body: object, signal: AbortSignal | undefined): Promise<Response> {
  const init = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: withTimeout(chatTimeoutMs, signal),
  }
  return send(target, '/v1/chat/completions', init, signal)
}

async function send(
  target: ProbeTarget,
  path: string,
  init: RequestInit,
  signal: AbortSignal | undefined,
): Promise<Response> {
  try {
    return await target.fetch(`http://upstream${path}`, init)
  } catch (error) {
    signal?.throwIfAborted()
    const cause = (error as { cause?: unknown }).cause
    const reason = error instanceof TypeError && cause instanceof Error ? cause.message : readErrorMessage(error)
    throw new ProbeError(`${target.name} gave no answer: ${reason}`)
  }
}

function withTimeout(ms: number, signal: AbortSignal | undefined): AbortSignal {
  const timeout = AbortSignal.timeout(ms)
  return signal === undefined ? timeout : AbortSignal.any([signal, timeout])
}

function toRefusal(target: ProbeTarget, status: number, text: string): Refused {
  const message = readServerMessage(text)
  if ([401, 403, 404, 408, 429, 502, 503, 504].includes(status)) {
    throw new ProbeError(`${target.name} answered ${status}: ${message}`, status)
  }
  return { status, message }
}

/** The words of an error body of any server: OpenAI's shape, vLLM's old one, FastAPI's own. */
function readServerMessage(text: string): string {
  try {
    const body = JSON.parse(text) as { error?: { message?: unknown } | string; message?: unknown; detail?: unknown }
    const error = typeof body.error === 'string' ? body.error : body.error?.message
    const message = error ?? body.message ?? body.detail
    return typeof message === 'string' ? message : text.slice(0, 200)
  } catch {
    return text.slice(0, 200)
  }
}

function takeChunk(answer: Answer, chunk: Chunk): void {
  if (chunk.error) {
    const { message } = chunk.error as { message?: unknown }
    answer.error = typeof message === 'string' ? message : JSON.stringify(chunk.error)
    return
  }
  if (chunk.usage) answer.usage = chunk.usage
  const choice = chunk.choices?.[0]
  if (choice === undefined) return
  const { content, tool_calls: calls, ...delta } = choice.delta ?? {}
  const reasoning = delta.reasoning_content ?? delta.reasoning
  if (typeof content === 'string') answer.content += content
  if (typeof reasoning === 'string') answer.reasoning += reasoning
  for (const entry of calls ?? []) takeCall(answer.calls, entry)
  if (content || reasoning || calls) answer.events += 1
  if (choice.finish_reason) answer.finishReason = choice.finish_reason
}

function takeCall(calls: AnsweredCall[], entry: NonNullable<Delta['tool_calls']>[number]): void {
  const call = (calls[entry.index ?? 0] ??= { id: '', type: '', name: '', arguments: '', deltas: 0 })
  call.deltas += 1
  if (typeof entry.id === 'string') call.id = entry.id
  if (typeof entry.type === 'string') call.type = entry.type
  if (typeof entry.function?.name === 'string') call.name += entry.function.name
  if (typeof entry.function?.arguments === 'string') call.arguments += entry.function.arguments
}
