import type { JsonObject } from '../history/values.ts'
import type { ErrorBody } from '../wire.ts'

const typesByStatus: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  405: 'invalid_request_error',
  408: 'timeout_error',
  413: 'request_too_large',
  422: 'invalid_request_error',
  429: 'rate_limit_error',
  503: 'overloaded_error',
  504: 'timeout_error',
  529: 'overloaded_error',
}

/** Anthropic's code for conversations that a server cannot hold. With it the package's tool runner sends whole ones instead. */
export const unsupportedThread = 'thread_unsupported_request'

/** The body of an HTTP error as Anthropic's API writes it. */
export function toMessagesError(status: number, { message, code, param }: ErrorBody): JsonObject {
  const details = code === unsupportedThread && { details: { error_code: code, unsupported: [param] } }
  return { type: 'error', error: { type: typesByStatus[status] ?? 'api_error', message, ...details } }
}

/**
 * The error event in the middle of a stream. Clients repeat whole requests on types such as `overloaded_error`; what they have got of this
 * answer would then be run twice.
 */
export function toStreamError({ message, type }: ErrorBody): JsonObject {
  return { type: 'error', error: { type: type === 'invalid_request_error' ? type : 'api_error', message } }
}
