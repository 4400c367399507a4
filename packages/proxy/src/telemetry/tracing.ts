import { setTimeout as sleep } from 'node:timers/promises'
import type { Attributes, Span } from '@opentelemetry/api'
import type { ExchangeStart, RequestLog } from './types.ts'

/** A stop does not wait for a collector that does not answer. */
const closeMs = 3000

/** One request's span. */
export interface ExchangeSpan {
  /** `traceparent` and `tracestate` for the request to the upstream. */
  readonly headers: Readonly<Record<string, string>>
  /** A point in time, such as the first token. */
  addEvent(name: string): void
  /** @param error - what the convention calls `error.type`; empty for a success */
  end(name: string, attributes: Attributes, error: string): void
}

/** Sends spans to a collector. */
export interface Tracing {
  begin(start: ExchangeStart): ExchangeSpan
  /** Sends what is left. */
  close(): Promise<void>
}

/**
 * Starts tracing. OpenTelemetry is loaded here and nowhere else, so a proxy without traces does not load it.
 *
 * @param url - of the collector's traces, OTLP over HTTP
 */
export async function createTracing(url: string, env: NodeJS.ProcessEnv, log: RequestLog): Promise<Tracing> {
  const [api, core, { OTLPTraceExporter }, { defaultResource, resourceFromAttributes }, sdk] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/core'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
    import('@opentelemetry/sdk-trace'),
  ])
  const { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } = api
  const warn = (message: string): void => log.warn(`traces: ${message}`)
  api.diag.setLogger({ error: warn, warn, info() {}, debug() {}, verbose() {} }, api.DiagLogLevel.WARN)
  const name = env['OTEL_SERVICE_NAME'] || 'tooldelta'
  const provider = new sdk.TracerProvider({
    resource: defaultResource().merge(resourceFromAttributes({ 'service.name': name })),
    // A client that has decided not to record its trace is obeyed.
    sampler: new sdk.ParentBasedSampler({ root: new sdk.AlwaysOnSampler() }),
    spanProcessors: [new sdk.BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url }) })],
  })
  const tracer = provider.getTracer('tooldelta')
  const propagator = new core.W3CTraceContextPropagator()

  function toSpan(span: Span, headers: Record<string, string>): ExchangeSpan {
    return {
      headers,
      addEvent: (event) => void span.addEvent(event),
      end(spanName, attributes, error) {
        span.updateName(spanName)
        span.setAttributes(attributes)
        if (error !== '') {
          span.setAttribute('error.type', error)
          span.setStatus({ code: SpanStatusCode.ERROR })
        }
        span.end()
      },
    }
  }

  return {
    begin({ method, path, start, headers = {} }) {
      const parent = propagator.extract(ROOT_CONTEXT, headers, api.defaultTextMapGetter)
      const span = tracer.startSpan(
        `${method} ${path}`,
        { kind: SpanKind.CLIENT, startTime: start ?? performance.now() },
        parent,
      )
      const traceHeaders: Record<string, string> = {}
      propagator.inject(trace.setSpan(parent, span), traceHeaders, api.defaultTextMapSetter)
      return toSpan(span, traceHeaders)
    },
    async close() {
      const late = sleep(closeMs, 'late', { ref: false })
      const result = await Promise.race([provider.shutdown(), late]).catch((error: unknown) => error)
      if (result !== undefined) warn(`the last ones could not be sent: ${String(result)}`)
      api.diag.disable()
    },
  }
}
