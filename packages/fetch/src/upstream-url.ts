/** Joins paths of requests to the address of an upstream. */
export interface UpstreamAddress {
  /** The upstream's URL for a request's path, with or without a leading `/v1`. */
  join(path: string, search: string): string
}

/**
 * Reads the address of an upstream: `http://127.0.0.1:8000`, `http://127.0.0.1:8000/v1` or `https://host/some/path/v1`. Without a version
 * at its end `/v1` is added.
 *
 * @throws TypeError when it is no HTTP address, with how to write one
 */
export function readUpstreamAddress(upstream: unknown): UpstreamAddress {
  const url = parse(upstream)
  if (url === undefined) {
    const given = JSON.stringify(upstream)
    throw new TypeError(`The option 'upstream' must be an address such as 'http://127.0.0.1:8000'; got ${given}.`)
  }
  if (url.username !== '' || url.password !== '') {
    throw new TypeError("The option 'upstream' must not hold a password. Use 'upstreamKey' or 'headers'.")
  }
  const path = url.pathname.replace(/\/+$/, '')
  const base = url.origin + (/\/v\d+(?:beta)?$/.test(path) ? path : `${path}/v1`)
  return {
    join(requestPath, search) {
      const rest = requestPath.replace(/^\/v1(?=\/|$)/, '')
      return base + (rest === '' || rest.startsWith('/') ? rest : `/${rest}`) + search
    },
  }
}

function parse(upstream: unknown): URL | undefined {
  if (typeof upstream !== 'string') return undefined
  try {
    const url = new URL(upstream)
    return url.protocol === 'http:' || url.protocol === 'https:' ? url : undefined
  } catch {
    return undefined
  }
}
