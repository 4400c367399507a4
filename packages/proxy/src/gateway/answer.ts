import { answerNodeRequest, readNodeBody, type NodeHandler } from '@tooldelta/fetch/node'
import type { ClientAnswer, KnownBody, UpstreamHandler } from '@tooldelta/fetch'
import { InvalidRequestError } from '@tooldelta/openai'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Config } from '../config/schema.ts'
import { readErrorMessage } from '../errors.ts'
import { decodeUtf8 } from './decode-utf8.ts'
import { logFault } from './errors.ts'
import type { Exchanges } from './exchanges.ts'
import { everyModel, type ModelRoute, type ModelRoutes } from './model-routes.ts'

/** What the routes of the API need. */
export interface AnswerContext {
  config: Config
  routes: ModelRoutes
  exchanges: Exchanges
}

/** What to do with one request. */
interface Target {
  handler: UpstreamHandler
  /** What goes on as it is. */
  bytes?: Uint8Array | string | undefined
  /** What the handler reads. */
  body?: KnownBody | undefined
}

/** Answers a request whose body names its model: a chat completion or a completion. */
export function answerByModel(context: AnswerContext, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  return answer(context, request, reply, async () => {
    const body = parseBody(await readBody(request, context.config))
    const { model } = body.value
    if (typeof model !== 'string') throw createModelError()
    const route = context.routes.find(model)
    tellRoute(request, route, model, body)
    return { handler: route.handlerOf(model), bytes: '', body }
  })
}

/** Passes a request on: to the upstream of the model that its body names, else to the one that the path belongs to. */
export function passOn(
  context: AnswerContext,
  request: FastifyRequest,
  reply: FastifyReply,
  owner: ModelRoute,
): Promise<void> {
  return answer(context, request, reply, async () => {
    const hasBody = request.method !== 'GET' && request.method !== 'HEAD'
    const bytes = hasBody ? await readBody(request, context.config) : undefined
    const isJson = bytes !== undefined && /^application\/json\b/i.test(request.headers['content-type'] ?? '')
    const body = isJson ? parseBody(bytes) : undefined
    const model = body?.value['model']
    const asked = typeof model === 'string' ? model : owner.config.name
    const named = typeof model === 'string' ? context.routes.names.get(model) : undefined
    tellRoute(request, named ?? owner, asked, body)
    // A model that nobody has listed keeps its name.
    return { handler: (named ?? owner).handlerOf(asked), bytes, body: named && body }
  })
}

async function readBody(request: FastifyRequest, { limits }: Config): Promise<Uint8Array> {
  const began = performance.now()
  const bytes = await readNodeBody(request.raw, limits.bodyBytes)
  request.telemetry?.onClientWait?.(performance.now() - began)
  return bytes
}

function tellRoute(request: FastifyRequest, route: ModelRoute, asked: string, body: KnownBody | undefined): void {
  const { name } = route.config
  request.telemetry?.route({
    model: name === everyModel ? undefined : name,
    alias: asked === name ? undefined : asked,
    upstream: route.upstream.name,
    format: route.formatOf(asked),
    isStream: body?.value['stream'] === true,
    key: request.keyName,
    body: body?.text,
  })
}

async function answer(
  { config, exchanges }: AnswerContext,
  request: FastifyRequest,
  reply: FastifyReply,
  choose: () => Promise<Target>,
): Promise<void> {
  // Before the body is read: bodies are what fills the memory.
  const exchange = exchanges.begin()
  try {
    const { handler, bytes, body } = await choose()
    const { telemetry, keyName, clientProfile } = request
    Object.assign(request.raw.headers, telemetry?.traceHeaders)
    const handle: NodeHandler = async (webRequest) => {
      const known = { owner: keyName, body, delivery: clientProfile?.delivery }
      const sent = await handler.answer(webRequest, telemetry, known)
      if (isStream(sent)) prepareStream(sent.headers)
      for (const [name, value] of Object.entries(telemetry?.responseHeaders() ?? {})) sent.headers.set(name, value)
      return sent
    }
    reply.hijack()
    await answerNodeRequest(handle, request.raw, reply.raw, {
      body: bytes,
      headers: reply.getHeaders(),
      keepAliveMs: config.timeouts.keepAlive,
      control: exchange.control,
      onClientWait: telemetry?.onClientWait,
      onError: (error) => logFault(request, error),
    })
  } finally {
    exchange.end()
  }
}

function isStream({ headers }: ClientAnswer): boolean {
  return headers.get('content-type')?.startsWith('text/event-stream') === true
}

/** Nothing between us and the client may collect the stream. */
function prepareStream(headers: Headers): void {
  headers.set('cache-control', 'no-cache')
  headers.set('x-accel-buffering', 'no')
}

/**
 * Reads a JSON object.
 *
 * @throws InvalidRequestError with what is wrong with it
 */
function parseBody(bytes: Uint8Array): KnownBody {
  let text: string
  let value: unknown
  try {
    text = decodeUtf8(bytes)
    value = JSON.parse(text)
  } catch (error) {
    throw createJsonError(bytes.length === 0 ? 'it is empty' : readErrorMessage(error))
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return { text, value: value as KnownBody['value'], bytes: withoutMark(bytes) }
  }
  throw createJsonError(`it is ${Array.isArray(value) ? 'a list' : JSON.stringify(value)}`)
}

/** A byte-order mark is no part of the text. */
function withoutMark(bytes: Uint8Array): Uint8Array {
  return bytes[0] === 0xef ? bytes.subarray(3) : bytes
}

function createJsonError(reason: string): InvalidRequestError {
  // What V8 says of broken JSON quotes the text; a little of it is a help, a whole conversation is none.
  const message = `The body must be a JSON object in UTF-8, such as {"model": "...", "messages": [...]}; ${reason.slice(0, 200)}.`
  return new InvalidRequestError(message, 'body', 'invalid_json')
}

function createModelError(): InvalidRequestError {
  return new InvalidRequestError(
    "The field 'model' must name a model. GET /v1/models lists them.",
    'model',
    'missing_model',
  )
}
