import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { ToolDeltaError } from '@tooldelta/openai'
import type { ClientKey } from '../config/secrets.ts'

const bearer = /^Bearer[ \t]+(\S+)[ \t]*$/i
/** Headers that carry a client's credentials. */
const credentialHeaders = ['authorization', 'x-api-key', 'api-key', 'proxy-authorization']

/**
 * Finds the key of a request, given as `Authorization: Bearer` or as `x-api-key`, and takes it out of the headers, so that it reaches neither
 * the upstream nor a log. Every key is compared in constant time, whether or not one has matched already.
 *
 * @throws ToolDeltaError with status 401 when there is none, or none that is known
 */
export function takeKey(headers: IncomingHttpHeaders, keys: readonly ClientKey[]): ClientKey {
  const given = readCredentials(headers)
  for (const name of credentialHeaders) delete headers[name]
  let found: ClientKey | undefined
  for (const text of given) {
    const digest = createHash('sha256').update(text).digest()
    for (const key of keys) {
      const isEqual = timingSafeEqual(digest, key.digest)
      if (isEqual && found === undefined) found = key
    }
  }
  if (found === undefined) throw createKeyError(given.length > 0)
  return found
}

/** Some clients send both headers, with one of them filled in. */
function readCredentials(headers: IncomingHttpHeaders): string[] {
  const own = headers['x-api-key']
  const fromBearer = bearer.exec(headers.authorization ?? '')?.[1]
  return [fromBearer, Array.isArray(own) ? own[0] : own].filter((text) => text !== undefined && text !== '') as string[]
}

function createKeyError(isGiven: boolean): ToolDeltaError {
  const message = isGiven
    ? 'This key is not known here. Ask whoever runs this server for one.'
    : 'A key is needed: send it as "Authorization: Bearer KEY" or as "x-api-key: KEY". OpenAI clients call it apiKey or api_key.'
  return new ToolDeltaError(401, { message, type: 'invalid_request_error', code: 'invalid_api_key' })
}
