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
 * The headers for the upstream: the client's without those of its connection. With a key of our own for the upstream the client's
 * credentials stay here. Configured headers win.
 */
export function toUpstreamHeaders(
  headers: Headers,
  { upstreamKey, headers: configured }: UpstreamCredentials,
): Headers {
  const result = copyHeaders(headers, requestOnly)
  if (upstreamKey !== undefined) {
    for (const name of credentials) result.delete(name)
    result.set('authorization', `Bearer ${upstreamKey}`)
  }
  // A compressed stream would have to be unpacked, and servers collect text before they pack it.
  result.set('accept-encoding', 'identity')
  for (const [name, value] of Object.entries(configured ?? {})) result.set(name, value)
  return result
}

/** The headers of a request of another API for the chat completion that it becomes. */
export function toChatHeaders(headers: Headers): Headers {
  const result = new Headers(headers)
  // Anthropic's clients send their key in a header of its own, which model servers do not read.
  const key = headers.get('x-api-key')
  if (key !== null && !headers.has('authorization')) result.set('authorization', `Bearer ${key}`)
  for (const name of [...headers.keys()]) if (name.startsWith('anthropic-')) result.delete(name)
  result.delete('x-api-key')
  result.set('accept', 'text/event-stream, application/json')
  return result
}

/** The headers for the client: the upstream's without those of its connection and its encoding. */
export function toClientHeaders(headers: Headers): Headers {
  return copyHeaders(headers, responseOnly)
}

function copyHeaders(headers: Headers, without: ReadonlySet<string>): Headers {
  const named = new Set((headers.get('connection') ?? '').split(',').map((name) => name.trim().toLowerCase()))
  const result = new Headers()
  for (const [name, value] of headers) {
    if (!hopByHop.has(name) && !without.has(name) && !named.has(name)) result.append(name, value)
  }
  return result
}
