import rateLimit from '@fastify/rate-limit'
import { ToolDeltaError } from '@tooldelta/openai'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ClientKey, Secrets } from '../config/secrets.ts'
import { answerByModel, type AnswerContext, passOn } from './answer.ts'
import { createClientProfiles } from './client-profiles.ts'
import { takeKey } from './keys.ts'
import { everyModel, type ModelRoute } from './model-routes.ts'
import { listModels, listUpstreamModels } from './models.ts'

/** What the routes of the API are built from. */
export interface ApiContext extends AnswerContext {
  secrets: Secrets
}

const passMethods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

/** A path with the methods that it takes. `*` at its end stands for any rest. */
export type PathMethods = [path: string, methods: string[]]

/** What is asked of a model that the body names. */
const modelPaths = [
  '/v1/chat/completions',
  '/v1/responses',
  '/v1/messages',
  '/v1/messages/count_tokens',
  '/v1/completions',
] as const

/** Paths of the API with their methods. */
export function listApiPaths({ config }: Pick<ApiContext, 'config'>): PathMethods[] {
  return [
    ...modelPaths.map((path): PathMethods => [path, ['POST']]),
    ['/v1/models', ['GET']],
    ['/v1/models/*', ['GET']],
    ...config.upstreams.flatMap(({ passPaths }) => passPaths.map((path): PathMethods => [path, passMethods])),
  ]
}

/** Adds everything under `/v1`: models, chat completions, and what is passed on. */
export async function addApi(app: FastifyInstance, context: ApiContext): Promise<void> {
  app.removeAllContentTypeParsers()
  // The body stays in its stream: whoever needs it reads it, and the upstream gets the client's bytes.
  app.addContentTypeParser('*', (_request, _payload, done) => done(null))
  const keys = new WeakMap<FastifyRequest, ClientKey>()
  const { clientKeys } = context.secrets
  if (clientKeys.length > 0) {
    app.addHook('onRequest', async (request) => {
      const key = takeKey(request.raw.headers, clientKeys)
      keys.set(request, key)
      request.keyName = key.name
      request.telemetry?.route({ key: key.name })
    })
  }
  addProfiles(app, context, keys)
  await addRates(app, context, keys)

  for (const path of modelPaths) app.post(path, (request, reply) => answerByModel(context, request, reply))
  addModels(app, context)
  addPassPaths(app, context)
}

// A hook that has nothing to do costs 0.01 ms a request, so there is none where nothing is configured.
function addProfiles(
  app: FastifyInstance,
  { config, secrets }: ApiContext,
  keys: WeakMap<FastifyRequest, ClientKey>,
): void {
  const isUsed = config.clientProfiles.length > 0 || secrets.clientKeys.some((key) => key.config.profile !== undefined)
  if (!isUsed) return
  const profiles = createClientProfiles(config)
  app.addHook('onRequest', async (request) => {
    const profile = profiles.find(keys.get(request)?.config.profile, request.headers['user-agent'])
    request.clientProfile = profile
    if (profile !== undefined) request.telemetry?.route({ profile: profile.name })
  })
}

async function addRates(
  app: FastifyInstance,
  { config, secrets }: ApiContext,
  keys: WeakMap<FastifyRequest, ClientKey>,
): Promise<void> {
  const limits = [config.limits, ...secrets.clientKeys.map((key) => key.config)]
  if (limits.every(({ requestsPerMinute }) => requestsPerMinute === undefined)) return
  const readMost = (request: FastifyRequest): number | undefined =>
    keys.get(request)?.config.requestsPerMinute ?? config.limits.requestsPerMinute
  await app.register(rateLimit, {
    // After the keys have been read.
    hook: 'preHandler',
    timeWindow: 60_000,
    allowList: (request) => readMost(request) === undefined,
    max: (request) => readMost(request) ?? Infinity,
    keyGenerator: (request) => {
      const key = keys.get(request)
      return key === undefined ? `address ${request.ip}` : `key ${key.name}`
    },
    errorResponseBuilder: (_request, { max, after }) =>
      new ToolDeltaError(429, {
        message: `${max} requests a minute are allowed here. Try again in ${after}.`,
        type: 'rate_limit_error',
        code: 'rate_limit_exceeded',
      }),
  })
}

function addModels(app: FastifyInstance, context: ApiContext): void {
  const { routes } = context
  const created = Math.floor(Date.now() / 1000)
  app.get('/v1/models', async (request, reply) => {
    const { fallback } = routes
    if (fallback === undefined) return { object: 'list', data: listModels(routes, created) }
    if (routes.names.size === 0) return passOn(context, request, reply, fallback)
    const listed = listModels(routes, created)
    const more = await listUpstreamModels(fallback, AbortSignal.timeout(context.config.timeouts.connect)).catch(
      () => [],
    )
    return { object: 'list', data: [...listed, ...more.filter(({ id }) => !routes.names.has(String(id)))] }
  })
  app.get<{ Params: { '*': string } }>('/v1/models/*', async (request, reply) => {
    const id = request.params['*']
    const route = routes.find(id)
    if (route === routes.fallback && !routes.names.has(id)) return passOn(context, request, reply, route)
    return listModels(routes, created).find((entry) => entry.id === id)
  })
}

function addPassPaths(app: FastifyInstance, context: ApiContext): void {
  const taken = new Set<string>([...modelPaths, '/v1/models', '/v1/models/*'])
  for (const { name, passPaths } of context.config.upstreams) {
    const owner = findOwner(context, name)
    for (const path of passPaths) {
      // The first upstream that lists a path has it.
      if (owner === undefined || taken.has(path)) continue
      taken.add(path)
      const handler = (request: FastifyRequest, reply: FastifyReply): Promise<void> =>
        passOn(context, request, reply, owner)
      app.route({ method: passMethods, url: path, handler })
    }
  }
}

function findOwner({ routes }: ApiContext, upstream: string): ModelRoute | undefined {
  const own = routes.all.filter((route) => route.upstream.name === upstream)
  return own.find((route) => route.config.name === everyModel) ?? own[0]
}
