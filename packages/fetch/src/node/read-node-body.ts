import type { IncomingMessage } from 'node:http'
import { ToolDeltaError } from '@tooldelta/openai'

/** Largest request body that is accepted, in bytes: 32 MiB. Conversations of editors with long histories reach several. */
export const defaultBodyLimit: number = 32 * 1024 * 1024

/**
 * Checks the option `bodyLimit` of a server.
 *
 * @returns the limit in bytes
 * @throws TypeError when it is no number above 0
 */
export function checkBodyLimit(bodyLimit: number | undefined): number {
  if (bodyLimit === undefined) return defaultBodyLimit
  if (typeof bodyLimit === 'number' && bodyLimit > 0) return bodyLimit
  throw new TypeError(`The option 'bodyLimit' must be a number of bytes above 0; got ${JSON.stringify(bodyLimit)}.`)
}

/**
 * Reads a request's body.
 *
 * @throws ToolDeltaError with status 413 when it is larger than `limit` bytes
 */
export async function readNodeBody(request: IncomingMessage, limit: number): Promise<Uint8Array> {
  if (Number(request.headers['content-length'] ?? 0) > limit) {
    request.resume()
    throw createTooLargeError(limit)
  }
  if (request.readableEnded) return new Uint8Array()
  return new Promise((resolve, reject) => {
    const gone = (): void => reject(new Error('The client closed its connection inside the request body.'))
    if (request.destroyed) return gone()
    const pieces: Buffer[] = []
    let size = 0
    request.on('data', (piece: Buffer) => {
      size += piece.length
      if (size <= limit) pieces.push(piece)
      // The rest is read and thrown away, so that the client gets to read the answer.
      else reject(createTooLargeError(limit))
    })
    request.on('end', () => {
      // Every request closes in the end; an error that nobody hears of costs 0.04 ms for its stack.
      request.off('close', gone)
      resolve(pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces))
    })
    request.on('error', reject)
    request.on('close', gone)
  })
}

/** The error of a body above the limit. */
export function createTooLargeError(limit: number): ToolDeltaError {
  return new ToolDeltaError(413, {
    message: `The request body is larger than ${limit} bytes. Shorten the conversation or raise the server's bodyLimit.`,
    type: 'invalid_request_error',
    code: 'request_too_large',
  })
}
