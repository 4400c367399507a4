import type { Upstream } from '../upstream/index.ts'

/** What `/health/ready` answers. */
export interface Readiness {
  status: 'ready' | 'draining' | 'no upstream'
  in_flight: number
  upstreams: { name: string; is_up: boolean; replicas: { url: string; is_up: boolean; in_flight: number }[] }[]
}

/**
 * Whether requests may be sent here: not while the server stops, nor when no replica of any upstream is up. The upstreams are asked, but not
 * more often than they allow.
 */
export async function readReadiness(
  upstreams: Iterable<Upstream>,
  state: { isDraining: boolean; inFlight: number },
): Promise<Readiness> {
  const all = [...upstreams]
  // A server that stops has its answer already.
  if (!state.isDraining) await Promise.all(all.map((upstream) => upstream.check()))
  const states = all.map((upstream) => {
    const replicas = upstream.replicas().map(({ url, isHealthy, inFlight }) => ({
      url: new URL(url).origin,
      is_up: isHealthy,
      in_flight: inFlight,
    }))
    return { name: upstream.name, is_up: replicas.some((replica) => replica.is_up), replicas }
  })
  const isUp = states.some((upstream) => upstream.is_up)
  const status = state.isDraining ? 'draining' : isUp ? 'ready' : 'no upstream'
  return { status, in_flight: state.inFlight, upstreams: states }
}
