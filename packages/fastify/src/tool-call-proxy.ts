import { createUpstreamHandler, type UpstreamHandler, type UpstreamHandlerOptions } from '@tooldelta/fetch'
import { answerNodeRequest, checkBodyLimit } from '@tooldelta/fetch/node'
import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import fastifyPlugin from 'fastify-plugin'

/** Options of {@link toolCallProxy}. */
export interface ToolCallProxyOptions extends UpstreamHandlerOptions {
  /** Where the API begins: with `/llm` the path is `/llm/v1/chat/completions`. @defaultValue '' */
  prefix?: string
  /** Largest request body that is read, in bytes. @defaultValue 33_554_432 */
  bodyLimit?: number | undefined
}

const register: FastifyPluginAsync<ToolCallProxyOptions> = async (fastify, options) => {
  const { prefix = '', bodyLimit, ...handlerOptions } = options
  const handle = createUpstreamHandler(handlerOptions)
  const limit = checkBodyLimit(bodyLimit)
  if (typeof prefix !== 'string' || (prefix !== '' && !prefix.startsWith('/'))) {
    throw new TypeError(`The option 'prefix' must begin with '/', such as '/llm'; got ${JSON.stringify(prefix)}.`)
  }
  // A scope of its own: the application's body parsers stay as they are.
  await fastify.register(async (scope) => addRoutes(scope, handle, limit), { prefix })
}

function addRoutes(scope: FastifyInstance, handle: UpstreamHandler, bodyLimit: number): void {
  scope.removeAllContentTypeParsers()
  // The body is left in its stream: what the upstream gets are the client's bytes.
  scope.addContentTypeParser('*', (_request, _payload, done) => done(null))
  scope.route({
    method: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    url: '/v1/*',
    handler: async (request, reply) => {
      reply.hijack()
      const url = (request.raw.url ?? '/').slice(scope.prefix.length)
      const headers = reply.getHeaders()
      const onError = (error: unknown): void => request.log.error(error)
      await answerNodeRequest(handle.answer, request.raw, reply.raw, { url, bodyLimit, headers, onError })
    },
  })
}

/**
 * Plugin for Fastify 5 that puts tool calls in front of a text-only model server: `POST /v1/chat/completions` is answered with tool calls,
 * other paths under `/v1` are passed on to the upstream. Headers that hooks have set on the reply go out with the answer.
 *
 * @throws TypeError for wrong options, when the plugin is registered
 * @example
 * ```ts
 * const app = fastify()
 * await app.register(toolCallProxy, { upstream: 'http://127.0.0.1:8000', format: 'qwen3_coder' })
 * await app.listen({ port: 4000 })
 * ```
 */
export const toolCallProxy: FastifyPluginAsync<ToolCallProxyOptions> = fastifyPlugin(register, {
  fastify: '5.x',
  name: '@tooldelta/fastify',
})
