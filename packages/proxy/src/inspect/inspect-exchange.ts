import type { ExchangeStart, ExchangeTelemetry } from '../telemetry/index.ts'
import type { InspectedStream } from './inspected-stream.ts'
import type { StreamStore } from './stream-store.ts'

const modelPath = /\/v1\/(?:chat\/completions|completions|responses|messages)\/?$/

/** Lets the inspector see what the telemetry of a request sees, where the request is one to a model. */
export function inspectExchange(
  telemetry: ExchangeTelemetry,
  { id, path, start = performance.now() }: ExchangeStart,
  store: StreamStore,
): ExchangeTelemetry {
  if (!modelPath.test(path)) return telemetry
  let stream: InspectedStream | undefined
  return {
    ...telemetry,
    route(route) {
      telemetry.route(route)
      const { model, alias, upstream, format, isStream = false } = route
      // Before that the model is not known, and the request may still be refused.
      if (upstream === undefined || stream !== undefined) return
      const name = alias ?? model ?? ''
      stream = store.begin({ requestId: id, path, start, model: name, upstream, format: format ?? '', isStream })
    },
    onRequest(report, reading) {
      telemetry.onRequest?.(report, reading)
      stream?.onRequest(report, reading)
    },
    onUpstreamRequest(request) {
      telemetry.onUpstreamRequest?.(request)
      stream?.onUpstreamRequest(request)
    },
    onResponse(head) {
      telemetry.onResponse?.(head)
      stream?.onResponse(head)
    },
    onUpstreamData(data) {
      telemetry.onUpstreamData?.(data)
      stream?.onUpstreamData(data)
    },
    onFirstDelta() {
      telemetry.onFirstDelta?.()
      stream?.onFirstDelta()
    },
    onDiagnostic(diagnostic, choice) {
      telemetry.onDiagnostic?.(diagnostic, choice)
      stream?.onDiagnostic()
    },
    onCall(call) {
      telemetry.onCall?.(call)
      stream?.onCall(call)
    },
    onEnd(outcome) {
      telemetry.onEnd?.(outcome)
      stream?.onEnd(outcome)
    },
    end(status) {
      telemetry.end(status)
      stream?.onOver(status)
    },
  }
}
