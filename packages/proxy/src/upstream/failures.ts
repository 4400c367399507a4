import { createErrorResponse } from '@tooldelta/fetch'
import { ToolDeltaError, upstreamErrorType } from '@tooldelta/openai'

/** The code by which a network fault is known. */
export function readErrorCode(error: unknown): string {
  const inner: unknown = error instanceof AggregateError ? (error.errors[0] ?? error) : error
  if (inner instanceof ToolDeltaError) return String(inner.body.error.code)
  const { code, name } = inner as { code?: unknown; name?: unknown }
  return String(code ?? name ?? 'unknown')
}

/** A deadline of ours has passed; the client did not go. */
export function isDeadline(reason: unknown): boolean {
  return reason instanceof ToolDeltaError && reason.status === 504
}

/** What the client is told when no replica gave an answer. */
export function toFailure(error: unknown, upstream: string, replica: string): ToolDeltaError {
  if (error instanceof ToolDeltaError) return error
  const code = readErrorCode(error)
  const where = `The upstream '${upstream}' at ${replica}`
  if (code.includes('TIMEOUT') || code === 'ETIMEDOUT') {
    return createFailure(504, 'upstream_timeout', `${where} did not answer in time.`)
  }
  if (code === 'UND_ERR_SOCKET' || code === 'ECONNRESET' || code === 'EPIPE') {
    return createFailure(502, 'upstream_disconnected', `${where} closed its connection before it answered.`)
  }
  if (code.startsWith('HPE_') || code === 'HTTPParserError') {
    return createFailure(502, 'upstream_invalid_answer', `${where} sent an answer that is no HTTP. Is the port right?`)
  }
  const hint = `could not be reached: ${readMessage(error)}. Is the model server running there?`
  return createFailure(502, 'upstream_unreachable', `${where} ${hint}`)
}

export function createFailure(status: number, code: string, message: string): ToolDeltaError {
  return new ToolDeltaError(status, { message, type: upstreamErrorType, code })
}

function readMessage(error: unknown): string {
  const inner: unknown = error instanceof AggregateError ? (error.errors[0] ?? error) : error
  return inner instanceof Error && inner.message !== '' ? inner.message : readErrorCode(inner)
}

/** Every replica has failed several times in a row and is not asked. */
export function createOutAnswer(upstream: string, pauseMs: number): Response {
  const seconds = Math.max(1, Math.ceil(pauseMs / 1000))
  const message = `Every replica of the upstream '${upstream}' is failing. Try again in ${seconds} s.`
  return createRefusal(message, 'upstream_unavailable', seconds)
}

/** Every replica has all its connections in use, and as many requests wait for one. */
export function createBusyAnswer(upstream: string): Response {
  const message = `Every replica of the upstream '${upstream}' is busy, and no more requests may wait. Try again soon.`
  return createRefusal(message, 'upstream_busy', 1)
}

/** The upstream has been closed. */
export function createStoppingAnswer(): Response {
  return createRefusal('The proxy is stopping. Try again soon.', 'upstream_unavailable', 1)
}

function createRefusal(message: string, code: string, retryAfter: number): Response {
  const answer = createErrorResponse(503, { error: { message, type: upstreamErrorType, code } })
  answer.headers.set('retry-after', String(retryAfter))
  return answer
}
