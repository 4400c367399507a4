import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { createErrorObject } from '@tooldelta/openai'

/** How long a head may take, in milliseconds; the body may take as long as an answer. */
const headMs = 60_000
/** How often Node looks for requests that take too long. */
const checkMs = 30_000

/** Limits for requests that never end: without them a client that drips holds its connection for ever. */
export interface RequestTimes {
  requestTimeout: number
  headersTimeout: number
  connectionsCheckingInterval: number
}

/** @param totalMs - how long a request may take to arrive, in milliseconds */
export function readRequestTimes(totalMs: number): RequestTimes {
  return {
    requestTimeout: totalMs,
    headersTimeout: Math.min(headMs, totalMs),
    connectionsCheckingInterval: Math.min(checkMs, totalMs),
  }
}

/** Answers what cannot be read as a request at all, in the shape of OpenAI's errors, and closes the connection. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code !== 'ECONNRESET' && socket.writable && !isAnswering(socket)) {
    const [status, code, message] = explain(error)
    const body = JSON.stringify(createErrorObject({ message, type: 'invalid_request_error', code }))
    const head = [
      `HTTP/1.1 ${status}`,
      'content-type: application/json; charset=utf-8',
      `content-length: ${Buffer.byteLength(body)}`,
      'connection: close',
    ]
    socket.write(`${head.join('\r\n')}\r\n\r\n${body}`)
  }
  socket.destroy(error)
}

function explain({ code, message }: NodeJS.ErrnoException): [status: string, code: string, message: string] {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return ['408 Request Timeout', 'request_timeout', 'The request did not arrive in time. Send it again.']
  }
  if (code === 'HPE_HEADER_OVERFLOW') {
    return ['431 Request Header Fields Too Large', 'headers_too_large', 'The headers of the request are too large.']
  }
  return ['400 Bad Request', 'invalid_http', `The request is no valid HTTP: ${message}.`]
}

/** Another answer is on its way over the same connection; a second head would end up inside it. Node's own handler looks at the same field. */
function isAnswering(socket: Socket): boolean {
  return (socket as { _httpMessage?: ServerResponse | null })._httpMessage?.headersSent === true
}
