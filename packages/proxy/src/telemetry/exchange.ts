import { type ExchangeEnd, recordExchange } from './exchange-metrics.ts'
import { ExchangeNotes } from './exchange-notes.ts'
import { createSpanAttributes } from './exchange-span.ts'
import type { Metrics } from './metrics.ts'
import type { ModelNames } from './model-names.ts'
import { createRequestLine } from './request-line.ts'
import type { ExchangeSpan, Tracing } from './tracing.ts'
import type { ExchangeRoute, ExchangeStart, ExchangeTelemetry, RequestLog } from './types.ts'

/** What the telemetry of all requests shares. */
export interface ExchangeContext {
  metrics: Metrics
  modelNames: ModelNames
  log: RequestLog
  keepsContents: boolean
  /** Absent without traces. */
  tracing?: Tracing | undefined
  /** The request with this id is over. */
  onEnd(id: string): void
}

const noHeaders: Readonly<Record<string, string>> = Object.freeze({})
/** The status of nginx for a client that left; nobody receives it. */
const clientClosed = 499

/** Observes one request. */
export function observeExchange(context: ExchangeContext, start: ExchangeStart & ExchangeRoute): ExchangeTelemetry {
  const notes = new ExchangeNotes(start, context.keepsContents)
  notes.setRoute(start)
  const span = context.tracing?.begin({ ...start, start: notes.start })
  context.metrics.inFlight.inc()
  let isOver = false

  return {
    traceHeaders: span?.headers ?? noHeaders,
    route: (route) => notes.setRoute(route),
    onReplica: (replica) => void (notes.replica = replica),
    onRequest: (report) => notes.addReport(report),
    onResponse({ isStream }) {
      notes.isStream = isStream
    },
    ...(context.keepsContents && { onUpstreamData: (data: string) => notes.addData(data) }),
    onFirstDelta() {
      notes.firstDelta = performance.now()
      span?.addEvent('gen_ai.first_token')
    },
    onDiagnostic: ({ code }) => notes.addDiagnostic(code),
    onCall({ status }) {
      notes.calls[status] += 1
    },
    onUsage: (usage) => notes.addUsage(usage),
    onUpstreamWait(ms) {
      notes.hasUpstream = true
      notes.upstreamMs += ms
    },
    onClientWait(ms) {
      notes.clientMs += ms
    },
    onEnd({ finishReasons, error, isAborted }) {
      notes.finishReasons = finishReasons
      notes.isAborted ||= isAborted
      if (error !== undefined) notes.setError(error)
    },
    responseHeaders: () => createResponseHeaders(notes),
    end(status) {
      if (isOver) return
      isOver = true
      notes.isAborted ||= status === clientClosed
      context.onEnd(notes.id)
      end(context, notes, span, status)
    },
  }
}

function end(context: ExchangeContext, notes: ExchangeNotes, span: ExchangeSpan | undefined, status: number): void {
  const { metrics, modelNames, log } = context
  const ending: ExchangeEnd = { status, now: performance.now(), errorType: readErrorType(notes, status) }
  recordExchange(metrics, modelNames, notes, ending)
  log[status >= 500 ? 'error' : 'info'](createRequestLine(notes, status, ending.now), 'request')
  if (span === undefined) return
  const name =
    notes.operation === undefined
      ? `${notes.method} ${notes.path}`
      : `${notes.operation} ${modelNames.toLabel(notes.model ?? notes.alias, status < 400)}`
  span.end(name, createSpanAttributes(notes, ending), ending.errorType)
}

/** What the conventions call `error.type`; empty for a success. */
function readErrorType(notes: ExchangeNotes, status: number): string {
  if (notes.isAborted) return 'client_closed'
  if (status >= 400) return String(status)
  // The head was out when it broke.
  return notes.errorCode === undefined ? '' : 'stream_error'
}

function createResponseHeaders(notes: ExchangeNotes): Record<string, string> {
  const overhead = notes.overhead(performance.now()).toFixed(3)
  const upstream = notes.hasUpstream ? `, upstream;dur=${notes.upstreamMs.toFixed(3)}` : ''
  return {
    'server-timing': `proxy;dur=${overhead}${upstream}`,
    ...(notes.isStream !== true && { 'x-tooldelta-overhead-ms': overhead }),
  }
}
