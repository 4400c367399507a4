import { findWire, ToolDeltaError, upstreamErrorType, type ErrorObject } from '@tooldelta/openai'

/**
 * The answer that carries an OpenAI-shaped error.
 *
 * @param path - the path that was asked for; under `/v1/messages` errors have Anthropic's shape
 */
export function createErrorResponse(status: number, body: ErrorObject, path?: string): Response {
  const wire = path === undefined ? undefined : findWire(path)?.wire
  return new Response(JSON.stringify(wire?.errorBody(status, body.error) ?? body), {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8' },
  })
}

/** The upstream could not be asked, or broke off before its answer began: HTTP 502, or 504 where the time ran out. */
export function toUpstreamFailure(error: unknown, url: string): ToolDeltaError {
  if (error instanceof ToolDeltaError) return error
  const { code, message } = readCause(error)
  const origin = readOrigin(url)
  if (code?.includes('TIMEOUT') || (error instanceof Error && error.name === 'TimeoutError')) {
    return timeoutFailure(`The upstream at ${origin} did not answer in time.`)
  }
  return new ToolDeltaError(502, {
    message: `The upstream at ${origin} could not be reached: ${message}. Is the model server running there?`,
    type: upstreamErrorType,
    code: 'upstream_unreachable',
  })
}

/** The upstream was silent for too long: HTTP 504. */
export function timeoutFailure(message: string): ToolDeltaError {
  return new ToolDeltaError(504, { message, type: upstreamErrorType, code: 'upstream_timeout' })
}

/** The upstream's answer broke off: HTTP 502. */
export function disconnectFailure(): ToolDeltaError {
  return new ToolDeltaError(502, {
    message: 'The upstream closed its connection before the answer was complete.',
    type: upstreamErrorType,
    code: 'upstream_disconnected',
  })
}

/** The upstream's whole answer is no completion: HTTP 502. */
export function invalidAnswerFailure(): ToolDeltaError {
  return new ToolDeltaError(502, {
    message: 'The upstream said that its answer is JSON, but it is no JSON object.',
    type: upstreamErrorType,
    code: 'upstream_invalid_answer',
  })
}

/** Whether somebody on our side has ended the exchange, so that no error is to be told to anyone. */
export function isAbort(error: unknown, signal: AbortSignal | null | undefined): boolean {
  if (error instanceof ToolDeltaError || signal?.reason instanceof ToolDeltaError) return false
  return signal?.aborted === true || (error instanceof Error && error.name === 'AbortError')
}

function readOrigin(url: string): string {
  try {
    return new URL(url).origin
  } catch {
    return url
  }
}

/** Node puts the reason of «fetch failed» into `cause`, and several of them into an AggregateError. */
function readCause(error: unknown): { code: string | undefined; message: string } {
  let current: unknown = error
  for (let depth = 0; depth < 4 && current instanceof Error; depth += 1) {
    const next: unknown = current instanceof AggregateError ? current.errors[0] : current.cause
    if (!(next instanceof Error)) break
    current = next
  }
  if (!(current instanceof Error)) return { code: undefined, message: String(current) }
  const { code } = current as { code?: unknown }
  return { code: typeof code === 'string' ? code : undefined, message: current.message || String(code ?? current.name) }
}
