import type { ExchangeNotes } from './exchange-notes.ts'
import type { Metrics, ModelLabels } from './metrics.ts'
import type { ModelNames } from './model-names.ts'

/** How a request has ended. */
export interface ExchangeEnd {
  status: number
  /** By `performance.now()`. */
  now: number
  /** Empty for a success. */
  errorType: string
}

/** Codes that say what the parser has found out, not that it had to mend something. */
const remarks: ReadonlySet<string> = new Set(['format-detected'])

/** Counts a request that is over. */
export function recordExchange(metrics: Metrics, names: ModelNames, notes: ExchangeNotes, end: ExchangeEnd): void {
  metrics.inFlight.dec()
  if (notes.isAborted) metrics.clientAborts.inc()
  for (const [kind, count] of notes.historyRules) metrics.historyRepairs.inc({ kind }, count)
  for (const [code, count] of notes.diagnostics) if (!remarks.has(code)) metrics.parseWarnings.inc({ code }, count)
  if (notes.hasUpstream) {
    metrics.overhead.observe({ stream: String(notes.isStream === true) }, notes.overhead(end.now) / 1000)
  }
  if (notes.operation === undefined) return
  const labels: ModelLabels = {
    gen_ai_operation_name: notes.operation,
    gen_ai_provider_name: notes.upstream ?? '',
    gen_ai_request_model: names.toLabel(notes.model ?? notes.alias, end.status < 400),
  }
  recordCalls(metrics, notes, labels.gen_ai_request_model)
  recordTimes(metrics, notes, labels, end)
}

function recordCalls(metrics: Metrics, notes: ExchangeNotes, model: string): void {
  for (const [outcome, count] of Object.entries(notes.calls)) {
    if (count > 0) metrics.toolCalls.inc({ format: notes.format ?? '', model, outcome }, count)
  }
}

function recordTimes(metrics: Metrics, notes: ExchangeNotes, labels: ModelLabels, end: ExchangeEnd): void {
  const { start, firstDelta, usage, isStream } = notes
  metrics.duration.observe({ ...labels, error_type: end.errorType }, (end.now - start) / 1000)
  const { input, output } = usage ?? {}
  if (input !== undefined) metrics.tokens.observe({ ...labels, gen_ai_token_type: 'input' }, input)
  if (output !== undefined) metrics.tokens.observe({ ...labels, gen_ai_token_type: 'output' }, output)
  if (isStream !== true || Number.isNaN(firstDelta)) return
  metrics.firstToken.observe({ ...labels }, (firstDelta - start) / 1000)
  if (end.errorType !== '' || output === undefined || output < 2) return
  metrics.perToken.observe({ ...labels }, (end.now - firstDelta) / 1000 / (output - 1))
}
