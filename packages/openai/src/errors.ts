import type { ErrorBody, ErrorObject } from './wire.ts'

/**
 * Types and codes after which clients repeat a whole request. In the middle of an answer they keep the text they already have, so a
 * repeat doubles it and may run a half-written call: there these are replaced.
 */
const retriedTypes: ReadonlySet<string> = new Set(['server_error', 'rate_limit_exceeded', 'rate_limit_error'])
const retriedCodes: ReadonlySet<unknown> = new Set([
  429,
  502,
  503,
  504,
  'rate_limit_exceeded',
  'ECONNREFUSED',
  'ECONNRESET',
])

/** The `type` of every error that tooldelta reports about an upstream. Clients do not retry on it in the middle of a stream. */
export const upstreamErrorType = 'upstream_error'

/**
 * Builds an OpenAI-shaped error object.
 *
 * @example
 * ```ts
 * createErrorObject({ message: 'The upstream could not be reached.', type: 'upstream_error', code: 'upstream_unreachable' })
 * ```
 */
export function createErrorObject(body: ErrorBody): ErrorObject {
  return { error: body }
}

/** A fault that has an OpenAI-shaped answer: `status` and `body` are what an HTTP client should get. */
export class ToolDeltaError extends Error {
  /** HTTP status of the answer. */
  readonly status: number
  /** JSON body of the answer. */
  readonly body: ErrorObject

  constructor(status: number, body: ErrorBody) {
    super(body.message)
    this.name = 'ToolDeltaError'
    this.status = status
    this.body = createErrorObject(body)
  }
}

/** The request is wrong: `status` 400, `body.error.param` names the field and the message says how to mend it. */
export class InvalidRequestError extends ToolDeltaError {
  constructor(message: string, param: string, code: string = 'invalid_request') {
    super(400, { message, type: 'invalid_request_error', code, param })
    this.name = 'InvalidRequestError'
  }
}

/** A call was cut off and `truncatedCalls: 'error'` is set: `status` 502. */
export class TruncatedToolCallError extends ToolDeltaError {
  constructor() {
    super(502, truncatedCallBody())
    this.name = 'TruncatedToolCallError'
  }
}

/** The model answered without the call that `tool_choice` demands: `status` 502. */
export class MissingToolCallError extends ToolDeltaError {
  constructor() {
    super(502, missingCallBody())
    this.name = 'MissingToolCallError'
  }
}

/** What a client reads when the model did not call the tool that it had to call. */
export function missingCallBody(): ErrorBody {
  return {
    message:
      "The model answered without the tool call that tool_choice demands. Ask again, or use tool_choice 'auto' and read its text.",
    type: upstreamErrorType,
    code: 'tool_call_missing',
  }
}

/** What a client reads when a call was cut off and `truncatedCalls` is `error`. */
export function truncatedCallBody(): ErrorBody {
  return {
    message:
      'The model was cut off inside a tool call, so the call must not be executed. Raise max_tokens or ask again.',
    type: upstreamErrorType,
    code: 'tool_call_truncated',
  }
}

/** What a client reads when the upstream's stream broke off. The words avoid those on which clients retry. */
export function brokenStreamBody(): ErrorBody {
  return {
    message: 'The upstream closed its connection before the answer was complete.',
    type: upstreamErrorType,
    code: 'upstream_disconnected',
  }
}

/**
 * Reads an error out of a stream event or a JSON answer. Servers write `{"error": {...}}`, `{"error": "text"}`,
 * `{"object": "error", "message": ...}` or `{"detail": ...}`.
 *
 * @returns `undefined` when the value is no error
 */
export function readError(value: object): ErrorBody | undefined {
  const record = value as Record<string, unknown>
  if (record['error'] !== undefined && record['error'] !== null && record['error'] !== false) {
    return toErrorBody(record['error'])
  }
  if (record['object'] === 'error') return toErrorBody(record)
  if (record['choices'] === undefined && record['detail'] !== undefined) return toErrorBody(record['detail'])
  return undefined
}

/** Replaces a type or code on which clients would repeat the request. */
export function withoutRetry(error: ErrorBody): ErrorBody {
  const type = retriedTypes.has(error.type) ? upstreamErrorType : error.type
  const code = retriedCodes.has(error.code) ? `upstream_${error.code}` : error.code
  return { ...error, type, code }
}

function toErrorBody(value: unknown): ErrorBody {
  if (typeof value !== 'object' || value === null) {
    return { message: String(value), type: upstreamErrorType, code: null }
  }
  const record = value as Record<string, unknown>
  const { message, type, code, param } = record
  const body: ErrorBody = {
    message: typeof message === 'string' && message !== '' ? message : JSON.stringify(value),
    type: typeof type === 'string' && type !== '' ? type : upstreamErrorType,
    code: typeof code === 'string' || typeof code === 'number' ? code : null,
  }
  if (typeof param === 'string') body.param = param
  return body
}
