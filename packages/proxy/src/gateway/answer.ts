import type { IncomingMessage } from 'node:http'
import { answerNodeRequest, readNodeBody } from '@tooldelta/fetch/node'
import type { UpstreamHandler } from '@tooldelta/fetch'
import { InvalidRequestError } from '@tooldelta/openai'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Config } from '../config/schema.ts'
import type { Exchanges } from './exchanges.ts'
import { findModel, type FoundModel, replaceModel } from './find-model.ts'
import type { ModelRoute, ModelRoutes } from './model-routes.ts'

/** What the routes of the API need. */
export interface AnswerContext {
  config: Config
  routes: ModelRoutes
  exchanges: Exchanges
}

/** Where a request goes. */
interface Target {
  handler: UpstreamHandler
  body?: Uint8Array | undefined
}

/** Answers a request whose body names its model: a chat completion or a completion. */
export async function answerByModel(
  context: AnswerContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const body = await readBody(request.raw, context.config)
  const found = findModel(body)
  if (found === undefined) throw createBodyError(body)
  const route = context.routes.find(found.model)
  await answer(context, request, reply, () => toTarget(request, route, found, body))
}

/** Passes a request on: to the upstream of the model that its body names, else to the one that the path belongs to. */
export async function passOn(
  context: AnswerContext,
  request: FastifyRequest,
  reply: FastifyReply,
  owner: ModelRoute,
): Promise<void> {
  const hasBody = request.method !== 'GET' && request.method !== 'HEAD'
  const body = hasBody ? await readBody(request.raw, context.config) : undefined
  const found = body === undefined ? undefined : findModel(body)
  const named = found === undefined ? undefined : context.routes.names.get(found.model)
  await answer(context, request, reply, () =>
    body === undefined || found === undefined || named === undefined
      ? { handler: owner.handlerOf(owner.config.name), body }
      : toTarget(request, named, found, body),
  )
}

function toTarget(request: FastifyRequest, route: ModelRoute, found: FoundModel, body: Uint8Array): Target {
  const { model } = found
  const upstreamModel = route.upstreamModel(model)
  request.telemetry?.route({
    model: route.config.name === '*' ? undefined : route.config.name,
    alias: model === route.config.name ? undefined : model,
    upstream: route.upstream.name,
    format: route.formatOf(model),
  })
  return {
    handler: route.handlerOf(model),
    body: upstreamModel === model ? body : replaceModel(body, found, upstreamModel),
  }
}

async function answer(
  { config, exchanges }: AnswerContext,
  request: FastifyRequest,
  reply: FastifyReply,
  choose: () => Target,
): Promise<void> {
  const exchange = exchanges.begin()
  try {
    const { handler, body } = choose()
    const { telemetry } = request
    Object.assign(request.raw.headers, telemetry?.traceHeaders)
    const handle: UpstreamHandler = async (webRequest) => {
      const response = await handler(webRequest, telemetry)
      if (isStream(response)) prepareStream(response.headers)
      for (const [name, value] of Object.entries(telemetry?.responseHeaders() ?? {})) response.headers.set(name, value)
      return response
    }
    reply.hijack()
    await answerNodeRequest(handle, request.raw, reply.raw, {
      body,
      headers: reply.getHeaders(),
      keepAliveMs: config.timeouts.keepAlive,
      signal: exchange.signal,
      onError: (error) => request.log.error(error),
    })
  } finally {
    exchange.end()
  }
}

function isStream(response: Response): boolean {
  return response.headers.get('content-type')?.startsWith('text/event-stream') === true
}

/** Nothing between us and the client may collect the stream. */
function prepareStream(headers: Headers): void {
  headers.set('cache-control', 'no-cache')
  headers.set('x-accel-buffering', 'no')
}

async function readBody(request: IncomingMessage, config: Config): Promise<Uint8Array> {
  return readNodeBody(request, config.limits.bodyBytes)
}

/** Parses what could not be routed, to say what is wrong with it. */
function createBodyError(body: Uint8Array): InvalidRequestError {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch (error) {
    const reason = body.length === 0 ? 'it is empty' : (error as Error).message
    return new InvalidRequestError(
      `The body must be a JSON object in UTF-8, such as {"model": "...", "messages": [...]}: ${reason}.`,
      'body',
      'invalid_json',
    )
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return new InvalidRequestError(
      'The body must be a JSON object, such as {"model": "...", "messages": [...]}.',
      'body',
      'invalid_json',
    )
  }
  return new InvalidRequestError(
    "The field 'model' must name a model. GET /v1/models lists them.",
    'model',
    'missing_model',
  )
}
