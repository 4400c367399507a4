import { describeAdapter } from '@tooldelta/testbed/adapter-suite'
import fastify from 'fastify'
import { toolCallProxy } from '../src/index.ts'

describeAdapter(
  'fastify',
  async (options) => {
    const app = fastify({ forceCloseConnections: true })
    await app.register(toolCallProxy, options)
    const url = await app.listen({ port: 0, host: '127.0.0.1' })
    return { request: (path, init) => fetch(url + path, init), close: () => app.close() }
  },
  { isServer: true },
)
