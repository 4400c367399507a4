import type { Metrics } from './metrics.ts'
import type { ExchangeTelemetry, UpstreamTelemetry } from './types.ts'

/** Counts what happens at upstreams. `running`: requests by id, to note in their log line which replica answered. */
export function createUpstreamTelemetry(
  metrics: Metrics,
  running: ReadonlyMap<string, ExchangeTelemetry>,
): UpstreamTelemetry {
  return {
    onAttempt({ upstream, replica, status, errorCode, requestId }) {
      metrics.upstreamRequests.inc({ upstream, code: status === undefined ? toCode(errorCode) : String(status) })
      if (requestId !== undefined) running.get(requestId)?.onReplica(hideCredentials(replica))
    },
    onReplicaState({ upstream, replica, isHealthy }) {
      metrics.upstreamHealthy.set({ upstream, replica: hideCredentials(replica) }, isHealthy ? 1 : 0)
    },
  }
}

/** Error codes of Node and undici are words in capitals; anything else could hold anything. */
function toCode(errorCode: string | undefined): string {
  return errorCode !== undefined && /^[A-Z][A-Z0-9_]{1,47}$/.test(errorCode) ? errorCode : 'error'
}

function hideCredentials(url: string): string {
  return url.replace(/\/\/[^/@]*@/, '//')
}
