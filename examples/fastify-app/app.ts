import { toolCallProxy } from '@tooldelta/fastify'
import fastify, { type FastifyInstance } from 'fastify'

/** An app with routes of its own and an OpenAI API under /v1 whose answers carry tool calls. */
export async function createApp(upstream: string, format: string): Promise<FastifyInstance> {
  const app = fastify()
  await app.register(toolCallProxy, { upstream, format })
  app.get('/health', () => ({ status: 'ok' }))
  return app
}
