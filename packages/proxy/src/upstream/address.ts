/** Where a replica is, and how the paths of requests are read there. */
export interface ReplicaAddress {
  /** `http://10.0.0.7:8000` */
  origin: string
  /** The replica's path for a request's path and query. */
  join(path: string): string
}

/**
 * Reads the address of a replica: `http://10.0.0.7:8000`, with a path in front (`https://host/qwen`) and with or without a version at
 * its end (`/v1`).
 */
export function readReplicaAddress(address: string): ReplicaAddress {
  const { origin, pathname } = new URL(address)
  const path = pathname.replace(/\/+$/, '')
  const version = /\/v\d+(?:beta)?$/.exec(path)?.[0]
  const root = version === undefined ? path : path.slice(0, -version.length)
  return {
    origin,
    join: (requested) => root + requested.replace(/^\/v1(?=[/?]|$)/, version ?? '/v1'),
  }
}
