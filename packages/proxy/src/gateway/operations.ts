import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Config } from '../config/schema.ts'
import type { Telemetry } from '../telemetry/index.ts'
import type { Upstream } from '../upstream/index.ts'
import { createApiDocument } from './api-document.ts'
import type { Exchanges } from './exchanges.ts'
import { readReadiness } from './health.ts'

/** What the routes for operators show. */
export interface OperationsContext {
  config: Config
  upstreams: ReadonlyMap<string, Upstream>
  telemetry: Telemetry
  exchanges: Exchanges
  isDraining(): boolean
}

/** `/health/liveliness` and the like are LiteLLM's names. */
const livePaths = ['/health/live', '/health/liveliness', '/health/liveness', '/healthz']
const readyPaths = ['/health/ready', '/health/readiness', '/health', '/readyz']

/** Paths that need no key, with their methods. */
export function listOperationPaths(config: Config): string[] {
  return [
    ...livePaths,
    ...readyPaths,
    ...(config.metrics.enabled ? ['/metrics'] : []),
    ...(config.docs.enabled ? ['/', '/openapi.json', '/docs'] : []),
    ...(hasPlayground(config) ? ['/playground'] : []),
    ...(config.inspect.enabled ? ['/inspect'] : []),
  ]
}

/** The inspector has links to the playground. */
export function hasPlayground({ playground, inspect }: Config): boolean {
  return playground.enabled || inspect.enabled
}

/** Adds health, metrics and the page of the API. None of them needs a key: who scrapes and probes has none. */
export async function addOperations(app: FastifyInstance, context: OperationsContext): Promise<void> {
  const { config, telemetry } = context
  for (const path of livePaths) app.get(path, async () => ({ status: 'ok' }))
  for (const path of readyPaths) app.get(path, (_request, reply) => answerReady(context, reply))
  if (config.metrics.enabled) {
    app.get('/metrics', async (_request, reply) => {
      const { contentType, text } = await telemetry.metrics()
      return reply.type(contentType).send(text)
    })
  }
  if (config.docs.enabled) await addDocs(app, config)
}

async function answerReady(context: OperationsContext, reply: FastifyReply): Promise<FastifyReply> {
  const state = { isDraining: context.isDraining(), inFlight: context.exchanges.count }
  const readiness = await readReadiness(context.upstreams.values(), state)
  return reply.code(readiness.status === 'ready' ? 200 : 503).send(readiness)
}

async function addDocs(app: FastifyInstance, config: Config): Promise<void> {
  const { default: swagger } = await import('@fastify/swagger')
  const { default: swaggerUi } = await import('@fastify/swagger-ui')
  const document = createApiDocument(config)
  await app.register(swagger, { mode: 'static', specification: { document: document as never } })
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: true,
    uiConfig: { tryItOutEnabled: true, persistAuthorization: false, url: '/openapi.json' },
  })
  app.get('/openapi.json', async () => document)
  app.get('/', async (_request, reply) => reply.redirect('/docs/'))
}
