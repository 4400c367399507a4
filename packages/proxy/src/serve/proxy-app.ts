import { toolCallProxy, type ToolCallProxyOptions } from '@tooldelta/fastify'
import fastify, { type FastifyInstance, LogController } from 'fastify'
import { createRequestLog, readRequestId } from './request-log.ts'

/** How much the log says. `silent` turns it off. */
export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent'

/** Options of {@link createProxyApp}: those of the Fastify plugin, and the log. */
export interface ProxyAppOptions extends Omit<ToolCallProxyOptions, 'prefix' | 'onRequest' | 'onDiagnostic'> {
  /** @defaultValue 'info' */
  logLevel?: LogLevel | undefined
  /** Where log lines go, one JSON object each. @defaultValue standard output */
  logStream?: { write(line: string): void } | undefined
}

/**
 * Makes the server of `tooldelta serve`: `/v1/*` in front of the upstream with tool calls, and `/health/live`. Not listening yet.
 *
 * The log has one line for each request, without contents: no texts, no tools, no keys.
 *
 * @throws TypeError for wrong options
 * @example
 * ```ts
 * const app = await createProxyApp({ upstream: 'http://127.0.0.1:8000', format: 'qwen3_coder' })
 * await app.listen({ port: 4000 })
 * ```
 */
export async function createProxyApp(options: ProxyAppOptions): Promise<FastifyInstance> {
  const { logLevel = 'info', logStream, ...proxyOptions } = options
  const log = createRequestLog()
  const app = fastify({
    logger: { level: logLevel, ...(logStream !== undefined && { stream: logStream }) },
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: readRequestId,
    forceCloseConnections: 'idle',
  })
  log.install(app)
  app.get('/health/live', { logLevel: 'warn' }, async () => ({ status: 'ok' }))
  await app.register(toolCallProxy, { ...proxyOptions, onRequest: log.onRequest, onDiagnostic: log.onDiagnostic })
  return app
}
