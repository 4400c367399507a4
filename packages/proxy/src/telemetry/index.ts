import type { Config } from '../config/schema.ts'
import { createMetricsReader } from './cluster-metrics.ts'
import { observeExchange } from './exchange.ts'
import { createMetrics } from './metrics.ts'
import { createModelNames } from './model-names.ts'
import { readTracesUrl } from './traces-url.ts'
import type { ExchangeTelemetry, RequestLog, Telemetry } from './types.ts'
import { createUpstreamTelemetry } from './upstream-telemetry.ts'

export { answerMetricsOfWorkers } from './cluster-metrics.ts'
export { createLoggerOptions, type LogStream } from './logger.ts'
export type { ExchangeStart, ExchangeTelemetry, RequestLog, Telemetry } from './types.ts'

/**
 * Starts the telemetry of a server: metrics, one log line for each request, and traces where an OTLP endpoint is set (`tracing.endpoint`,
 * else `OTEL_EXPORTER_OTLP_ENDPOINT`). Without one nothing of OpenTelemetry's SDK is loaded.
 *
 * Nothing of it holds contents or keys, unless `log.contents` asks for contents in the log.
 *
 * @param log - gets the lines: the log of the server
 * @param env - where OpenTelemetry's variables are read. @defaultValue process.env
 * @example
 * ```ts
 * const telemetry = await createTelemetry(config, app.log)
 * const exchange = telemetry.observe({ id: 'r1', method: 'POST', path: '/v1/chat/completions', headers: request.headers })
 * exchange.route({ model: 'coder', upstream: 'gpu', format: 'qwen3_coder', isStream: true })
 * const response = await handle(webRequest, exchange)
 * exchange.end(response.status)
 * ```
 */
export async function createTelemetry(
  config: Config,
  log: RequestLog,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Telemetry> {
  const url = readTracesUrl(config.tracing.endpoint, env)
  // In a file of its own, behind an import that only runs with an address.
  const tracing = url === undefined ? undefined : await (await import('./tracing.ts')).createTracing(url, env, log)
  const metrics = createMetrics()
  const modelNames = createModelNames(config.models.map(({ name }) => name))
  const running = new Map<string, ExchangeTelemetry>()
  const readMetrics = createMetricsReader(metrics.registry)
  const context = {
    metrics,
    modelNames,
    log,
    keepsContents: config.log.contents,
    tracing,
    onEnd: (id: string) => void running.delete(id),
  }
  return {
    registry: metrics.registry,
    async metrics() {
      return { contentType: metrics.registry.contentType, text: await readMetrics() }
    },
    upstreamEvents: createUpstreamTelemetry(metrics, running, config.upstreams),
    observe(start) {
      const exchange = observeExchange(context, start)
      running.set(start.id, exchange)
      return exchange
    },
    async close() {
      await tracing?.close()
    },
  }
}
