import type { UpstreamConfig } from '../config/schema.ts'
import type { Metrics } from './metrics.ts'
import type { UpstreamEvents } from '../upstream/types.ts'
import type { ExchangeTelemetry } from './types.ts'

/** Counts what happens at upstreams. `running`: requests by id, to note in their log line which replica answered. */
export function createUpstreamTelemetry(
  metrics: Metrics,
  running: ReadonlyMap<string, ExchangeTelemetry>,
  upstreams: readonly Pick<UpstreamConfig, 'name' | 'urls'>[],
): Required<UpstreamEvents> {
  // Only changes are told, and all begin well.
  for (const { name, urls } of upstreams) {
    for (const url of urls) metrics.upstreamHealthy.set({ upstream: name, replica: hideCredentials(url) }, 1)
  }
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

/** Codes of Node, undici and our own are one word each; anything else could hold anything. */
function toCode(errorCode: string | undefined): string {
  return errorCode !== undefined && /^\w{1,48}$/.test(errorCode) ? errorCode : 'error'
}

function hideCredentials(url: string): string {
  return url.replace(/\/\/[^/@]*@/, '//')
}
