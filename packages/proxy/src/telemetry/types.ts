import type { ExchangeObserver } from '@tooldelta/fetch'
import type { Registry } from 'prom-client'
import type { UpstreamEvents } from '../upstream/types.ts'

/** The log, as of pino. */
export interface RequestLog {
  info(line: object, message: string): void
  error(line: object, message: string): void
  warn(message: string): void
}

/** A request as it arrives. */
export interface ExchangeStart {
  /** As in `x-request-id`. */
  id: string
  method: string
  /** Without the query, which may carry keys. */
  path: string
  /** When it came, by `performance.now()`. @defaultValue now */
  start?: number | undefined
  /** Of the client's headers only `traceparent` and `tracestate` are read. */
  headers?: Readonly<Record<string, string | string[] | undefined>> | undefined
}

/** What is known about a request when its body has been read and its model found. */
export interface ExchangeRoute {
  /** The model's name in the settings: a label of metrics. Absent where the settings let every model through; `alias` has the name then. */
  model?: string | undefined
  /** The name that the client used, where it is another one. For the log alone. */
  alias?: string | undefined
  /** The upstream's name in the settings. */
  upstream?: string | undefined
  format?: string | undefined
  isStream?: boolean | undefined
  /** The name of the client's key in the settings. For the log alone. */
  key?: string | undefined
  /** The name of the client profile. For the log alone. */
  profile?: string | undefined
  /** The request's text. Only kept with `log.contents`. */
  body?: string | undefined
}

/**
 * Telemetry of one request: an observer for the upstream handler, and what the server tells it. Every request that is observed must be
 * ended once.
 */
export interface ExchangeTelemetry extends ExchangeObserver {
  /** The model and its upstream are known. */
  route(route: ExchangeRoute): void
  /** The replica that answers. For the log alone. */
  onReplica(replica: string): void
  /**
   * Headers to set on the request to the upstream: `traceparent` and `tracestate` of our span. Empty without tracing; the client's own are
   * then passed on.
   */
  readonly traceHeaders: Readonly<Record<string, string>>
  /**
   * Headers for the answer, as of now: `Server-Timing` with the time in the proxy and the wait for the upstream so far, and for an answer
   * that is no stream `x-tooldelta-overhead-ms`.
   */
  responseHeaders(): Record<string, string>
  /** The answer has been sent, or the client has left (status 499): counts it, writes its log line, ends its span. Once. */
  end(status: number): void
}

/** Metrics, request log and traces of one server. */
export interface Telemetry {
  /** All metrics, for `GET /metrics`. With several workers use {@link Telemetry.metrics}. */
  readonly registry: Registry
  /** The text for `GET /metrics`: of all workers, where this is one of several. */
  metrics(): Promise<{ contentType: string; text: string }>
  /** To be handed to every upstream. */
  readonly upstreamEvents: Required<UpstreamEvents>
  /** Begins a request. */
  observe(start: ExchangeStart & ExchangeRoute): ExchangeTelemetry
  /** Sends what traces are left. */
  close(): Promise<void>
}
