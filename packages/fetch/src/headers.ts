/** What is read of a request's headers: web `Headers`, or less. Names are in lower case. */
export interface ClientHeaders extends Iterable<[string, string]> {
  get(name: string): string | null
}

/** They belong to one connection and are never passed on (RFC 9110, 7.6.1). */
const hopByHop: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** They describe the body as it was sent, or the way to us. */
const requestOnly: ReadonlySet<string> = new Set(['host', 'content-length', 'expect', 'cookie', 'accept-encoding'])
/** They describe the body as it came over the upstream's connection; `fetch` has decoded it. */
const responseOnly: ReadonlySet<string> = new Set(['content-length', 'content-encoding', 'set-cookie'])
const credentials: ReadonlySet<string> = new Set(['authorization', 'x-api-key', 'api-key'])

/** What the upstream handler adds to a request. */
export interface UpstreamCredentials {
  upstreamKey?: string | undefined
  headers?: Readonly<Record<string, string>> | undefined
}

/**
 * The headers for the upstream, in lower case: the client's without those of its connection. With a key of our own for the upstream the
 * client's credentials stay here. Configured headers win.
 */
export function toUpstreamHeaders(
  headers: ClientHeaders,
  { upstreamKey, headers: configured = {} }: UpstreamCredentials,
): [string, string][] {
  const own = new Map<string, string>()
  // A compressed stream would have to be unpacked, and servers collect text before they pack it.
  own.set('accept-encoding', 'identity')
  if (upstreamKey !== undefined) own.set('authorization', `Bearer ${upstreamKey}`)
  for (const [name, value] of Object.entries(configured)) own.set(name.toLowerCase(), value)
  const passed = passedHeaders(headers, requestOnly).filter(
    ([name]) => !own.has(name) && (upstreamKey === undefined || !credentials.has(name)),
  )
  return [...passed, ...own]
}

/** The headers of a request of another API for the chat completion that it becomes. */
export function toChatHeaders(headers: ClientHeaders): Headers {
  const result = new Headers([...headers])
  // Anthropic's clients send their key in a header of its own, which model servers do not read.
  const key = headers.get('x-api-key')
  if (key !== null && headers.get('authorization') === null) result.set('authorization', `Bearer ${key}`)
  for (const [name] of headers) if (name.startsWith('anthropic-')) result.delete(name)
  result.delete('x-api-key')
  result.set('accept', 'text/event-stream, application/json')
  return result
}

/** The headers for the client: the upstream's without those of its connection and its encoding. */
export function toClientHeaders(headers: Headers): Headers {
  return new Headers(passedHeaders(headers, responseOnly))
}

function passedHeaders(headers: ClientHeaders, without: ReadonlySet<string>): [string, string][] {
  const connection = headers.get('connection')
  const named = new Set(connection?.split(',').map((name) => name.trim().toLowerCase()))
  return [...headers].filter(([name]) => !hopByHop.has(name) && !without.has(name) && !named.has(name))
}
