import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  createJsonAnswer,
  createStreamAnswer,
  createVllmEvents,
  startScriptedUpstream,
} from '@tooldelta/testbed/scripted-upstream'
import express from 'express'
import express4 from 'express4'
import { afterEach, describe, expect, it } from 'vitest'
import { toolCallProxy } from '../src/index.ts'

const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

async function listen(app: express.Express): Promise<string> {
  const server = await new Promise<Server>((resolve) => {
    const listening = app.listen(0, '127.0.0.1', () => resolve(listening))
  })
  closers.push(() => new Promise((resolve) => server.close(resolve)))
  server.unref()
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function openUpstream(script: Parameters<typeof startScriptedUpstream>[0]) {
  const upstream = await startScriptedUpstream(script)
  closers.push(() => upstream.close())
  return upstream
}

const call = '<tool_call>\n<function=f>\n</function>\n</tool_call>'
const chat = {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({
    model: 'm',
    messages: [],
    stream: true,
    tools: [{ type: 'function', function: { name: 'f' } }],
  }),
}

describe.each([
  ['express 5', express],
  ['express 4', express4 as unknown as typeof express],
])('toolCallProxy in %s', (_name, createApp) => {
  it.each([
    ['express.json()', () => express.json()],
    ['express.text()', () => express.text({ type: '*/*' })],
    ['express.raw()', () => express.raw({ type: '*/*' })],
    ['a parser of other types', () => express.urlencoded()],
  ])('stands behind %s', async (_parser, createParser) => {
    const upstream = await openUpstream(createStreamAnswer(createVllmEvents([call])))
    const app = createApp()
    app.use(createParser(), toolCallProxy({ upstream: upstream.url, format: 'qwen3_coder' }))
    const response = await fetch(`${await listen(app)}/v1/chat/completions`, chat)
    expect(await response.text()).toContain('"finish_reason":"tool_calls"')
    expect(JSON.parse(upstream.requests[0]!.body)).toMatchObject({ model: 'm', tool_choice: 'none' })
  })

  it.each([
    ['/llm', '/llm/v1/models'],
    ['/v1', '/v1/models'],
    ['/a/v1', '/a/v1/models'],
  ])('may be mounted at %s', async (mount, path) => {
    const upstream = await openUpstream(createJsonAnswer({ data: [] }))
    const app = createApp()
    app.use(mount, toolCallProxy({ upstream: `${upstream.url}/v1`, format: 'qwen3_coder' }))
    expect(await (await fetch(`${await listen(app)}${path}?a=1`)).json()).toEqual({ data: [] })
    expect(upstream.requests[0]!.path).toBe('/v1/models?a=1')
  })

  it('leaves other paths, preflight requests and look-alikes to the next handler', async () => {
    const upstream = await openUpstream(createJsonAnswer({}))
    const app = createApp()
    app.use(toolCallProxy({ upstream: upstream.url, format: 'qwen3_coder' }))
    app.use((_request, response) => void response.status(418).end())
    const url = await listen(app)
    for (const path of ['/', '/v1x/models', '/health', '/v10/models'])
      expect((await fetch(url + path)).status).toBe(418)
    expect((await fetch(`${url}/v1/models`, { method: 'OPTIONS' })).status).toBe(418)
    expect(upstream.requests).toEqual([])
  })

  it('answers 413 in the shape of the API', async () => {
    const upstream = await openUpstream(createJsonAnswer({}))
    const app = createApp()
    app.use(toolCallProxy({ upstream: upstream.url, format: 'qwen3_coder', bodyLimit: 10 }))
    const response = await fetch(`${await listen(app)}/v1/chat/completions`, chat)
    expect(response.status).toBe(413)
    expect(await response.json()).toMatchObject({ error: { code: 'request_too_large' } })
  })
})

it('refuses wrong options when it is made', () => {
  expect(() => toolCallProxy({ upstream: 'localhost:8000', format: 'qwen3_coder' })).toThrow(
    /'upstream' must be an address/,
  )
  expect(() => toolCallProxy({ upstream: 'http://h', format: 'qwen3_codr' })).toThrow(/qwen3_coder/)
  expect(() => toolCallProxy({ upstream: 'http://h', format: 'qwen3_coder', bodyLimit: NaN })).toThrow(/'bodyLimit'/)
})
