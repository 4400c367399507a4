import fastify, { type FastifyInstance, type FastifyRequest, LogController } from 'fastify'
import type { Config } from '../config/schema.ts'
import { resolveSecrets, type Secrets } from '../config/secrets.ts'
import type { Recorder } from '../record/recorder.ts'
import { createLoggerOptions, createTelemetry, type Telemetry } from '../telemetry/index.ts'
import { probeModel } from '../probe/index.ts'
import { createUpstream, type Upstream } from '../upstream/index.ts'
import { addApi, listApiPaths, type PathMethods } from './api.ts'
import { answerClientError, readRequestTimes } from './client-errors.ts'
import { createDrain } from './drain.ts'
import { installErrors, readPath, sendError } from './errors.ts'
import { createExchanges } from './exchanges.ts'
import { createModelRoutes } from './model-routes.ts'
import { addOperations, hasPlayground, listOperationPaths } from './operations.ts'
import { startProbes } from './probes.ts'
import { readRequestId } from './request-id.ts'
import type { Gateway, GatewayOptions } from './types.ts'

/**
 * Builds the server of `tooldelta serve` from its settings: the API under `/v1`, health, metrics and the page of the API. Not listening yet.
 *
 * The log has one line for each request, without contents: no texts, no tools, no keys.
 *
 * @throws ConfigError or UsageError for settings that cannot be used
 * @example
 * ```ts
 * const config = readConfig({ file: 'tooldelta.yaml', env: process.env })
 * const gateway = await createGateway(config)
 * await gateway.app.listen(config.listen)
 * gateway.startProbes()
 * process.once('SIGTERM', () => void gateway.drain())
 * ```
 */
export async function createGateway(config: Config, options: GatewayOptions = {}): Promise<Gateway> {
  const secrets = options.secrets ?? resolveSecrets(config, options.env ?? process.env)
  const app = await createApp(config, options)
  const telemetry = await createTelemetry(config, app.log, options.env)
  const recording = await createRecording(config, secrets, app.log)
  const inspector = config.inspect.enabled ? await import('../inspect/index.ts') : undefined
  const store = inspector === undefined ? undefined : new inspector.StreamStore(config.inspect)
  const upstreams = createUpstreams(config, secrets, telemetry, recording)
  const routes = await createModelRoutes(config, upstreams)
  const exchanges = createExchanges(config.limits.inFlight)
  const probing = new AbortController()
  const drain = createDrain(app, exchanges, config.timeouts.drain)

  app.addHook('preClose', async () => probing.abort())
  app.addHook('onClose', async () => {
    await Promise.all([...upstreams.values()].map((upstream) => upstream.close()))
    await recording?.close()
    await telemetry.close()
  })
  const observe: Observe =
    inspector === undefined || store === undefined
      ? (start) => telemetry.observe(start)
      : (start) => inspector.inspectExchange(telemetry.observe(start), start, store)
  observeRequests(app, observe, new Set(listOperationPaths(config)))
  const paths = [...listApiPaths({ config }), ...listOperationPaths(config).map((path): PathMethods => [path, ['GET']])]
  installErrors(app, new Map(paths))
  const { isDraining } = drain
  await addOperations(app, { config, upstreams, telemetry, exchanges, isDraining })
  await addPages(app, config, options.pages)
  if (inspector !== undefined && store !== undefined) await inspector.addInspector(app, { store, secrets })
  await app.register((scope) => addApi(scope, { config, routes, exchanges, secrets }))

  return {
    app,
    startProbes({ isQuiet = false } = {}) {
      const { probe = probeModel } = options
      const debug = (line: object, message: string): void => app.log.debug(line, message)
      const log = isQuiet ? { info: debug, warn: debug } : app.log
      if (config.probe.enabled) startProbes(routes.all, probe, log, probing.signal)
    },
    drain: () => drain.run(),
  }
}

async function createApp(config: Config, { logStream }: GatewayOptions): Promise<FastifyInstance> {
  const times = readRequestTimes(config.timeouts.total)
  const app = fastify({
    http: times,
    requestTimeout: times.requestTimeout,
    clientErrorHandler: answerClientError,
    logger: await createLoggerOptions(config.log, logStream),
    // Most requests log their one line only, which names them: a logger for each of them would cost as much as the line.
    childLoggerFactory: (logger) => logger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: readRequestId,
    // Of paths that cannot be decoded, for one.
    frameworkErrors: (error, request, reply) => void sendError(error, request, reply),
    bodyLimit: config.limits.bodyBytes,
    forceCloseConnections: 'idle' as const,
    // Requests that are on their way when the server stops are still answered.
    return503OnClosing: false,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 1024 },
  })
  return app
}

/** Loaded only where something is recorded. */
async function createRecording(
  { record }: Config,
  { upstreamKeys }: Secrets,
  log: FastifyInstance['log'],
): Promise<Recorder | undefined> {
  if (record.file === undefined) return undefined
  const { createRecorder } = await import('../record/recorder.ts')
  const secrets = [...upstreamKeys.values()]
  return createRecorder({ file: record.file, redact: record.redact, secrets, onError: (error) => log.error(error) })
}

function createUpstreams(
  config: Config,
  secrets: Secrets,
  telemetry: Telemetry,
  recording: Recorder | undefined,
): Map<string, Upstream> {
  const { timeouts, circuit } = config
  const passesCredentials = secrets.clientKeys.length === 0
  return new Map(
    config.upstreams.map((upstream) => {
      const key = secrets.upstreamKeys.get(upstream.name)
      const settings = { timeouts, circuit, key, passesCredentials }
      const created = createUpstream(upstream, settings, telemetry.upstreamEvents)
      if (recording === undefined) return [upstream.name, created]
      const recorded = recording.wrap(created.fetch)
      return [upstream.name, { ...created, ask: recorded, fetch: recorded }]
    }),
  )
}

/** Loaded only where one of the pages is wanted. */
async function addPages(app: FastifyInstance, config: Config, folder: string | undefined): Promise<void> {
  if (!hasPlayground(config)) return
  const { addPage } = await import('../playground/add-page.ts')
  await addPage(app, { prefix: '/playground/', folder })
  if (config.inspect.enabled) await addPage(app, { prefix: '/inspect/', page: 'inspect.html', folder })
}

type Observe = Telemetry['observe']

/** Gives each request its id, and a line in the log when it is over. */
function observeRequests(app: FastifyInstance, observe: Observe, quietPaths: ReadonlySet<string>): void {
  app.decorateRequest('telemetry')
  app.decorateRequest('keyName')
  app.decorateRequest('clientProfile')
  app.addHook('onRequest', async (request, reply) => {
    // Client, proxy and upstream name a request the same way.
    request.raw.headers['x-request-id'] = request.id
    void reply.header('x-request-id', request.id)
    if (isQuiet(request, quietPaths)) return
    const { id, method, raw } = request
    const observed = observe({ id, method, path: readPath(request), headers: raw.headers })
    request.telemetry = observed
    reply.raw.on('close', () => observed.end(reply.raw.writableFinished ? reply.raw.statusCode : 499))
  })
}

function isQuiet(request: FastifyRequest, quietPaths: ReadonlySet<string>): boolean {
  const path = readPath(request)
  return quietPaths.has(path) || /^\/(?:docs|playground|inspect)\//.test(path)
}
