import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** The client's own `x-request-id` where it is fit for a log, else a new one. */
export function readRequestId(request: IncomingMessage): string {
  const given = request.headers['x-request-id']
  return typeof given === 'string' && /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID()
}
