import { findWire, ToolDeltaError } from '@tooldelta/openai'
import { closest, distance } from 'fastest-levenshtein'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { readErrorMessage } from '../errors.ts'

/** What the application answers beside models: paths with their methods. */
export type KnownPaths = ReadonlyMap<string, readonly string[]>

/**
 * Gives every error of an application the shape of OpenAI's: a JSON object with `error.message`, `type`, `code` and `param`; under
 * `/v1/messages` that of Anthropic's.
 */
export function installErrors(app: FastifyInstance, known: KnownPaths): void {
  app.setErrorHandler<FastifyError>((error, request, reply) => sendError(error, request, reply))
  app.setNotFoundHandler((request, reply) => sendError(createPathError(request, known, reply), request, reply))
}

/** Answers a request with an error. */
export function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const refusal = toRefusal(error)
  if (refusal === undefined) logFault(request, error)
  const { status, body } = refusal ?? internalError()
  if (status === 429 && !reply.hasHeader('retry-after')) void reply.header('retry-after', '1')
  // Anthropic's clients read errors of another shape.
  const sent = findWire(readPath(request))?.wire.errorBody(status, body.error) ?? body
  return reply.code(status).type('application/json; charset=utf-8').send(JSON.stringify(sent))
}

/** A fault of our own goes into the log, under the id of the request's line. */
export function logFault(request: FastifyRequest, error: unknown): void {
  request.log.error({ id: request.id, err: error }, readErrorMessage(error))
}

function toRefusal(error: unknown): ToolDeltaError | undefined {
  if (error instanceof ToolDeltaError) return error
  const { statusCode, message, code } = error as Partial<FastifyError>
  if (typeof statusCode !== 'number' || statusCode < 400 || statusCode > 499) return undefined
  return new ToolDeltaError(statusCode, {
    message: `The request cannot be read: ${message ?? 'it is malformed'}.`.replace(/\.\.$/, '.'),
    type: 'invalid_request_error',
    code: code?.toLowerCase() ?? 'invalid_request',
  })
}

function internalError(): ToolDeltaError {
  const message = 'The proxy failed on this request. Its log says why.'
  return new ToolDeltaError(500, { message, type: 'internal_error', code: null })
}

function createPathError(request: FastifyRequest, known: KnownPaths, reply: FastifyReply): ToolDeltaError {
  const path = readPath(request)
  const methods = findMethods(path, known)
  if (methods !== undefined) {
    void reply.header('allow', methods.join(', '))
    return new ToolDeltaError(405, {
      message: `${path} takes ${methods.join(' or ')}, not ${request.method}.`,
      type: 'invalid_request_error',
      code: 'method_not_allowed',
    })
  }
  return new ToolDeltaError(404, {
    message: `There is no ${path} here. ${suggestPath(path, known)}`,
    type: 'invalid_request_error',
    code: 'unknown_url',
  })
}

function findMethods(path: string, known: KnownPaths): readonly string[] | undefined {
  const exact = known.get(path.replace(/(?<=.)\/$/, ''))
  if (exact !== undefined) return exact
  for (const [pattern, methods] of known) {
    if (pattern.endsWith('*') && path.startsWith(pattern.slice(0, -1))) return methods
  }
  return undefined
}

function suggestPath(path: string, known: KnownPaths): string {
  const withVersion = `/v1${path}`
  if (findMethods(withVersion, known) !== undefined) return `Use ${withVersion}: the base URL of clients ends with /v1.`
  const twice = path.replace(/^\/v1(?=\/v1\/)/, '')
  if (twice !== path) return `Use ${twice}: the base URL of clients ends with one /v1.`
  const paths = [...known.keys()].filter((one) => !one.includes('*'))
  const nearest = closest(path, paths)
  if (distance(path, nearest) <= 3) return `Did you mean ${nearest}?`
  const api = paths.filter((one) => one.startsWith('/v1/')).join(', ')
  return path.startsWith('/v1/')
    ? `This server answers ${api}; an upstream's passPaths let other paths through.`
    : `This server answers ${api} and /health/ready.`
}

/** The path of a request without its query, which may carry keys. */
export function readPath(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] as string
}
