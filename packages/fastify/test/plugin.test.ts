import {
  createJsonAnswer,
  createStreamAnswer,
  createVllmEvents,
  startScriptedUpstream,
  type Script,
} from '@tooldelta/testbed/scripted-upstream'
import fastify, { type FastifyInstance } from 'fastify'
import { afterEach, describe, expect, it } from 'vitest'
import { toolCallProxy, type ToolCallProxyOptions } from '../src/index.ts'

const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})

async function open(
  script: Script,
  options: Partial<ToolCallProxyOptions> = {},
  prepare?: (app: FastifyInstance) => void,
) {
  const upstream = await startScriptedUpstream(script)
  closers.push(() => upstream.close())
  const app = fastify({ forceCloseConnections: true })
  closers.push(() => app.close())
  prepare?.(app)
  await app.register(toolCallProxy, { upstream: upstream.url, format: 'qwen3_coder', ...options })
  return { app, upstream, url: await app.listen({ port: 0, host: '127.0.0.1' }) }
}

const call = '<tool_call>\n<function=f>\n</function>\n</tool_call>'
const body = JSON.stringify({
  model: 'größe',
  messages: [],
  stream: true,
  tools: [{ type: 'function', function: { name: 'f' } }],
})
const chat = { method: 'POST', headers: { 'content-type': 'application/json' }, body }

describe('toolCallProxy', () => {
  it('sends headers that hooks have set', async () => {
    const { url } = await open(createStreamAnswer(createVllmEvents([call])), {}, (app) => {
      app.addHook('onRequest', async (_request, reply) => void reply.header('access-control-allow-origin', '*'))
    })
    const response = await fetch(`${url}/v1/chat/completions`, chat)
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    expect(await response.text()).toContain('"finish_reason":"tool_calls"')
  })

  it('leaves the body parsers of the application as they are', async () => {
    const { url } = await open(createJsonAnswer({}), {}, (app) => {
      app.post('/own', async (request) => ({ got: request.body }))
    })
    const response = await fetch(`${url}/own`, { ...chat, body: '{"a":1}' })
    expect(await response.json()).toEqual({ got: { a: 1 } })
  })

  it('takes bodies far above the limit of Fastify itself, up to its own', async () => {
    const { url, upstream } = await open(createJsonAnswer({}), { bodyLimit: 3_000_000 })
    const large = (size: number): RequestInit => ({ ...chat, body: JSON.stringify({ model: 'x'.repeat(size) }) })
    expect((await fetch(`${url}/v1/chat/completions`, large(2_500_000))).status).toBe(200)
    expect(upstream.requests[0]!.body.length).toBeGreaterThan(2_500_000)
    const refused = await fetch(`${url}/v1/chat/completions`, large(3_500_000))
    expect(refused.status).toBe(413)
    expect(await refused.json()).toMatchObject({ error: { code: 'request_too_large' } })
  })

  it('begins at a prefix', async () => {
    const { url, upstream } = await open(createJsonAnswer({ data: [] }), { prefix: '/llm' })
    expect(await (await fetch(`${url}/llm/v1/models?a=1`)).json()).toEqual({ data: [] })
    expect(upstream.requests[0]!.path).toBe('/v1/models?a=1')
    expect((await fetch(`${url}/v1/models`)).status).toBe(404)
  })

  it('passes bodies of any type and methods on', async () => {
    const { url, upstream } = await open(createJsonAnswer({}))
    await fetch(`${url}/v1/files`, {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=x' },
      body: '--x--',
    })
    await fetch(`${url}/v1/files/1`, { method: 'DELETE' })
    expect(upstream.requests).toMatchObject([
      { method: 'POST', path: '/v1/files', body: '--x--' },
      { method: 'DELETE', path: '/v1/files/1' },
    ])
  })

  it.each<[object, RegExp]>([
    [{ format: 'qwen3_coder' }, /'upstream' must be an address/],
    [{ upstream: 'http://h' }, /'format' is missing/],
    [{ upstream: 'http://h', format: 'qwen3_codr' }, /qwen3_coder/],
    [{ upstream: 'http://h', format: 'qwen3_coder', prefix: 'llm' }, /'prefix' must begin with/],
    [{ upstream: 'http://h', format: 'qwen3_coder', bodyLimit: 0 }, /'bodyLimit'/],
  ])('refuses the options %j at registration', async (options, message) => {
    const app = fastify()
    await expect(app.register(toolCallProxy, options as ToolCallProxyOptions)).rejects.toThrow(message)
  })
})
