import {
  ToolDeltaError,
  transformCompletion,
  type ChatCompletion,
  type ChunkTransformerOptions,
} from '@tooldelta/openai'
import type { ClientAnswer, UpstreamResponse } from './client-answer.ts'
import { createErrorResponse, disconnectFailure, invalidAnswerFailure, isAbort } from './errors.ts'
import { createEventStreamRewriter } from './event-stream.ts'
import type { Exchange } from './exchange.ts'
import { holdStream } from './held-stream.ts'
import type { Observation, StreamHooks } from './observation.ts'
import { relayBody, type BytesTap, type RelayOptions } from './relay.ts'
import type { RequestBody } from './request-body.ts'
import { dropBodyHeaders, readKind, rewriteJson, setStreamHeaders } from './response.ts'
import { createSecondChance, type SecondChance } from './second-chance.ts'

/** An answer of the upstream that has begun. */
export interface Opened {
  response: UpstreamResponse
  /** Its headers as the client gets them, ours to change; absent where they go on as they are. */
  headers?: Headers | undefined
  /** How its body is moved. */
  relay: RelayOptions
}

/** Asks the upstream. Fails with a `ToolDeltaError` when it cannot be asked, and with the abort of the client as it is. */
export type OpenUpstream = (body: RequestBody) => Promise<Opened>

/** Asks the upstream with what an exchange says, and reads its answer as the exchange says. */
export async function answerExchange(
  exchange: Exchange,
  open: OpenUpstream,
  observation?: Observation,
): Promise<ClientAnswer> {
  try {
    const opened = await open(exchange.body)
    const { response } = opened
    const kind = readKind(response)
    observation?.onResponse(response.status, kind === 'events')
    const { answer } = exchange
    const isEmpty = kind === 'events' && response.body === null
    if (answer === undefined || kind === 'other' || isEmpty) return passAnswer(opened, observation, exchange)
    const reading = { opened, answer: observe(answer, observation), open, observation }
    const chance = createSecondChance(exchange, reading.answer)
    return kind === 'events' ? answerEvents(reading, chance) : await answerJson(reading, chance)
  } catch (error) {
    return fail(error, observation)
  }
}

/** What the reading of one answer needs. */
interface Reading {
  opened: Opened
  answer: ChunkTransformerOptions
  open: OpenUpstream
  observation: Observation | undefined
}

function answerEvents(reading: Reading, chance: SecondChance | undefined): ClientAnswer {
  const { opened, answer, open, observation } = reading
  const head = rewrittenHead(opened)
  setStreamHeaders(head.headers)
  if (chance === undefined) return { ...head, body: relayEvents(opened, answer, observation, observation) }
  observation?.hold()
  const hooks: StreamHooks = {
    onData: (data, chunk) => observation?.onData(data, chunk),
    onChunk(chunk) {
      observation?.onChunk(chunk)
      chance.see(chunk)
      if (chance.isReleased) observation?.release()
    },
  }
  const body = holdStream(relayEvents(opened, chance.answer, hooks, undefined), {
    isReleased: () => chance.isReleased,
    async next() {
      const second = await openSecond(chance, open, 'events')
      if (second === undefined) {
        observation?.release()
        return undefined
      }
      observation?.discard()
      return relayEvents(second.opened, observe(second.answer, observation), observation, undefined)
    },
    onEnd: (isAborted) => observation?.end(isAborted),
  })
  return { ...head, body }
}

function relayEvents(
  { response, relay }: Opened,
  answer: ChunkTransformerOptions,
  hooks: StreamHooks | undefined,
  observation: Observation | undefined,
): ReadableStream<Uint8Array> {
  const rewriter = createEventStreamRewriter(answer, hooks)
  return relayBody(response.body!, { ...relay, rewriter, onEnd: endOf(relay, observation) })
}

async function answerJson(reading: Reading, chance: SecondChance | undefined): Promise<ClientAnswer> {
  const { open, observation } = reading
  let { opened } = reading
  if (chance !== undefined) observation?.hold()
  let read = await readJson(opened, chance?.answer ?? reading.answer, observation)
  if (chance !== undefined) {
    if (read.failure !== undefined) chance.see(read.failure.body)
    const second = await openSecond(chance, open, 'json')
    if (second === undefined) observation?.release()
    else {
      observation?.discard()
      opened = second.opened
      read = await readJson(opened, observe(second.answer, observation), observation)
    }
  }
  if (read.failure !== undefined) throw read.failure
  observation?.onSent(read.sent)
  observation?.end(false)
  return { ...rewrittenHead(opened), body: read.text }
}

/** The head of an answer whose body is another one than the upstream's. */
function rewrittenHead({ response, headers = new Headers(response.headers) }: Opened): Omit<ClientAnswer, 'body'> {
  dropBodyHeaders(headers)
  return { status: response.status, statusText: response.statusText, headers }
}

/** A JSON answer that was read: what goes to the client, or what is wrong with it. */
interface ReadJson {
  text: string
  sent?: ChatCompletion | undefined
  failure?: ToolDeltaError | undefined
}

async function readJson(
  { response, relay }: Opened,
  answer: ChunkTransformerOptions,
  observation: Observation | undefined,
): Promise<ReadJson> {
  const text = await readText(response, relay)
  try {
    const read = rewriteJson(text, (completion) => {
      observation?.onData(text, completion)
      return transformCompletion(completion, answer)
    })
    return read.sent === undefined ? { text, failure: invalidAnswerFailure() } : read
  } catch (error) {
    if (error instanceof ToolDeltaError) return { text, failure: error }
    throw error
  }
}

async function readText(response: UpstreamResponse, relay: RelayOptions): Promise<string> {
  let isAborted = false
  try {
    relay.watch?.start()
    return await response.text()
  } catch (error) {
    isAborted = isAbort(error, relay.signal)
    if (isAborted) throw error
    const reason: unknown = error instanceof ToolDeltaError ? error : relay.signal?.reason
    throw reason instanceof ToolDeltaError ? reason : disconnectFailure()
  } finally {
    relay.watch?.end()
    relay.onEnd?.(isAborted)
  }
}

/** Asks once more. Where that fails, what there is already is the answer. */
async function openSecond(
  chance: SecondChance,
  open: OpenUpstream,
  kind: 'events' | 'json',
): Promise<{ opened: Opened; answer: ChunkTransformerOptions } | undefined> {
  const exchange = chance.next()
  if (exchange?.answer === undefined) return undefined
  let opened: Opened
  try {
    opened = await open(exchange.body)
  } catch (error) {
    if (error instanceof ToolDeltaError) return undefined
    throw error
  }
  if (readKind(opened.response) === kind && opened.response.body !== null) return { opened, answer: exchange.answer }
  opened.relay.watch?.end()
  opened.relay.onEnd?.(false)
  await opened.response.body?.cancel().catch(() => {})
  return undefined
}

/** The answer goes on as it is; we move it, so that its silence is noticed, and look on. */
function passAnswer(
  { response, relay, headers = response.headers }: Opened,
  observation: Observation | undefined,
  exchange: Exchange,
): ClientAnswer {
  const onEnd = endOf(relay, observation)
  const { status, statusText } = response
  if (response.body === null) {
    relay.watch?.end()
    if (!response.ok) observation?.fail(statusError(response.status))
    onEnd(false)
    return headers === response.headers ? response : { status, statusText, headers, body: null }
  }
  if (relay.watch === undefined && observation === undefined) return response
  const tap = observation === undefined ? undefined : createTap(response, observation, exchange)
  return { status, statusText, headers, body: relayBody(response.body, { ...relay, tap, onEnd }) }
}

/** Reads an answer that goes on as it is, for its observer. */
function createTap(response: UpstreamResponse, observation: Observation, { format }: Exchange): BytesTap | undefined {
  if (readKind(response) === 'events') {
    const onCall: ChunkTransformerOptions['onCall'] = (call) => observation.onCall(call)
    // Nothing is parsed; what the transformer makes of the chunks is not sent.
    return createEventStreamRewriter({ format, tools: [], reasoning: 'off', onCall }, observation)
  }
  if (!response.ok) observation.fail(statusError(response.status))
  if (!/json|text\/plain/.test(response.headers.get('content-type') ?? '')) return undefined
  const decoder = new TextDecoder()
  let text = ''
  return {
    push(bytes) {
      text += decoder.decode(bytes, { stream: true })
    },
    end(reason) {
      if (reason === 'abort') return observation.fail(disconnectFailure().body.error)
      const { sent } = readWhole(text)
      observation.onWhole(text, undefined)
      if (sent === undefined) return
      observation.onSent(sent)
      transformCompletion(sent, { format, tools: [], reasoning: 'off', onCall: (call) => observation.onCall(call) })
    },
  }
}

function readWhole(text: string): { sent?: ChatCompletion | undefined } {
  try {
    return rewriteJson(text, (completion) => completion as ChatCompletion)
  } catch {
    return {}
  }
}

function statusError(status: number): { message: string; type: string; code: number } {
  return { message: `The upstream answered with status ${status}.`, type: 'upstream_error', code: status }
}

function observe(answer: ChunkTransformerOptions, observation: Observation | undefined): ChunkTransformerOptions {
  if (observation === undefined) return answer
  return {
    ...answer,
    onCall(call) {
      answer.onCall?.(call)
      observation.onCall(call)
    },
    onDiagnostic(diagnostic, choice) {
      answer.onDiagnostic?.(diagnostic, choice)
      observation.onDiagnostic(diagnostic, choice)
    },
  }
}

function endOf(relay: RelayOptions, observation: Observation | undefined): (isAborted: boolean) => void {
  return (isAborted) => {
    relay.onEnd?.(isAborted)
    observation?.end(isAborted)
  }
}

function fail(error: unknown, observation: Observation | undefined): ClientAnswer {
  if (!(error instanceof ToolDeltaError)) {
    observation?.end(true)
    throw error
  }
  observation?.fail(error.body.error)
  observation?.end(false)
  return createErrorResponse(error.status, error.body)
}
