/** A request in the form that can be sent several times. */
export interface UpstreamRequest {
  method: string
  /** Path and query. */
  path: string
  /** Names and values in turn. */
  headers: string[]
  body: Uint8Array | string | null
  signal: AbortSignal | undefined
}

type FetchInput = Parameters<typeof fetch>[0]
type FetchInit = Parameters<typeof fetch>[1]

/** They are for us, and stay here unless nobody asks clients for a key. */
const credentials: ReadonlySet<string> = new Set(['authorization', 'x-api-key', 'api-key'])
/** They belong to one connection or to its body; the connection to the replica gets its own. */
const ofConnection: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
])

/** What an upstream puts on every request. */
export interface OwnHeaders {
  /** In lower case; they win. */
  headers: ReadonlyMap<string, string>
  /** The client's credentials go on to the server. */
  passesCredentials: boolean
}

/** Reads the arguments of a `fetch`. */
export async function readRequest(input: FetchInput, init: FetchInit, own: OwnHeaders): Promise<UpstreamRequest> {
  const body = readBytes(init?.body)
  // Streams and forms can be sent once only, and a Request holds its body as a stream.
  if (input instanceof Request || body === undefined) {
    const request = new Request(input, init)
    const bytes = request.body === null ? null : new Uint8Array(await request.arrayBuffer())
    return build(request.method, request.url, request.headers, bytes, request.signal, own)
  }
  // A list is what our own handlers give; to make `Headers` of it would only check it again.
  const headers = Array.isArray(init?.headers) ? init.headers : new Headers(init?.headers)
  return build(init?.method ?? 'GET', String(input), headers, body, init?.signal ?? undefined, own)
}

/** @returns `undefined` for what is neither text nor bytes */
function readBytes(body: unknown): Uint8Array | string | null | undefined {
  if (body === undefined || body === null) return null
  if (typeof body === 'string' || body instanceof Uint8Array) return body
  return body instanceof ArrayBuffer ? new Uint8Array(body) : undefined
}

function build(
  method: string,
  url: string,
  headers: Iterable<[string, string]>,
  body: Uint8Array | string | null,
  signal: AbortSignal | undefined,
  own: OwnHeaders,
): UpstreamRequest {
  const { pathname, search } = new URL(url)
  const lines: string[] = []
  for (const [given, value] of headers) {
    const name = given.toLowerCase()
    const stays = ofConnection.has(name) || (credentials.has(name) && !own.passesCredentials)
    if (!stays && !own.headers.has(name)) lines.push(name, value)
  }
  for (const [name, value] of own.headers) lines.push(name, value)
  return { method: method.toUpperCase(), path: pathname + search, headers: lines, body, signal }
}

/**
 * The headers that the settings put on every request.
 *
 * @param passesCredentials - whether the client's credentials go on to a server that has no key of its own
 */
export function readOwnHeaders(
  headers: Readonly<Record<string, string>>,
  key: string | undefined,
  passesCredentials = false,
): OwnHeaders {
  const own = new Map<string, string>()
  if (key !== undefined) own.set('authorization', `Bearer ${key}`)
  for (const [name, value] of Object.entries(headers)) own.set(name.toLowerCase(), value)
  return { headers: own, passesCredentials: passesCredentials && key === undefined }
}

/** Finds a header in a list of names and values. */
export function readHeader(headers: readonly string[], name: string): string | undefined {
  for (let place = 0; place < headers.length; place += 2) if (headers[place] === name) return headers[place + 1]
  return undefined
}
