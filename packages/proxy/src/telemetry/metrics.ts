import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'

/** Labels of everything that is about one model. Their names are those of the GenAI conventions, written as Prometheus wants them. */
export interface ModelLabels {
  gen_ai_operation_name: string
  gen_ai_provider_name: string
  gen_ai_request_model: string
}

const modelLabels = ['gen_ai_operation_name', 'gen_ai_provider_name', 'gen_ai_request_model'] as const

/** From 10 ms to 82 s, doubling. */
const durationBuckets = Array.from({ length: 14 }, (_, power) => (10 * 2 ** power) / 1000)
const firstTokenBuckets = [
  0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 30, 60,
]
const perTokenBuckets = [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5]
/** Powers of 4, from 1 to 67 million. */
const tokenBuckets = Array.from({ length: 14 }, (_, power) => 4 ** power)
const overheadBuckets = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1]

/** Every metric of the proxy. docs/metrics.md is its table, checked by a test. */
export interface Metrics {
  registry: Registry
  duration: Histogram
  firstToken: Histogram
  perToken: Histogram
  tokens: Histogram
  toolCalls: Counter
  parseWarnings: Counter
  historyRepairs: Counter
  overhead: Histogram
  upstreamRequests: Counter
  upstreamHealthy: Gauge
  clientAborts: Counter
  inFlight: Gauge
}

/** Creates the metrics in a registry of their own, with those of the process. */
export function createMetrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  return {
    registry,
    duration: new Histogram({
      name: 'gen_ai_server_request_duration_seconds',
      help: 'From the arrival of a request to the end of its answer. error_type is empty, an HTTP status, client_closed or stream_error.',
      labelNames: [...modelLabels, 'error_type'],
      buckets: durationBuckets,
      registers,
    }),
    firstToken: new Histogram({
      name: 'gen_ai_server_time_to_first_token_seconds',
      help: 'From the arrival of a request to the first text, thought or call of a streamed answer.',
      labelNames: [...modelLabels],
      buckets: firstTokenBuckets,
      registers,
    }),
    perToken: new Histogram({
      name: 'gen_ai_server_time_per_output_token_seconds',
      help: 'Time after the first token of a streamed answer, for each further token.',
      labelNames: [...modelLabels],
      buckets: perTokenBuckets,
      registers,
    }),
    tokens: new Histogram({
      name: 'gen_ai_client_token_usage',
      help: 'Tokens of a request (input) and of its answer (output), as the upstream counts them.',
      labelNames: [...modelLabels, 'gen_ai_token_type'],
      buckets: tokenBuckets,
      registers,
    }),
    toolCalls: new Counter({
      name: 'tooldelta_tool_calls_total',
      help: 'Tool calls read from the text of models, by how they ended: complete, repaired or truncated.',
      labelNames: ['format', 'model', 'outcome'],
      registers,
    }),
    parseWarnings: new Counter({
      name: 'tooldelta_parse_warnings_total',
      help: 'What the parser has repaired or passed over, by diagnostic code.',
      labelNames: ['code'],
      registers,
    }),
    historyRepairs: new Counter({
      name: 'tooldelta_history_repairs_total',
      help: 'What was mended in the conversations and tools of requests, by rule.',
      labelNames: ['kind'],
      registers,
    }),
    overhead: new Histogram({
      name: 'tooldelta_proxy_overhead_seconds',
      help: 'Time of a request in the proxy itself, without waiting for the upstream or for the client.',
      labelNames: ['stream'],
      buckets: overheadBuckets,
      registers,
    }),
    upstreamRequests: new Counter({
      name: 'tooldelta_upstream_requests_total',
      help: 'Requests to upstreams, repeats included, by HTTP status or error code.',
      labelNames: ['upstream', 'code'],
      registers,
    }),
    upstreamHealthy: new Gauge({
      name: 'tooldelta_upstream_healthy',
      help: 'Whether a replica gets requests: 1, or 0 while it is taken out.',
      labelNames: ['upstream', 'replica'],
      registers,
      // Each worker judges for itself; one that is cut off is worth knowing.
      aggregator: 'min',
    }),
    clientAborts: new Counter({
      name: 'tooldelta_client_aborts_total',
      help: 'Requests whose client left before the answer was complete.',
      registers,
    }),
    inFlight: new Gauge({
      name: 'tooldelta_inflight_requests',
      help: 'Requests that are being answered.',
      registers,
    }),
  }
}
