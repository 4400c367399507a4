import { createJsonAnswer } from '@tooldelta/testbed/scripted-upstream'
import { describe, expect, it } from 'vitest'
import { chat, createStarter } from './start-gateway.ts'

const start = createStarter()

describe('health', () => {
  it.each(['/health/live', '/health/liveliness', '/health/liveness', '/healthz'])(
    '%s says that the process runs',
    async (path) => {
      const upstream = await start.upstream()
      const { url, log } = await start.gateway(upstream)
      await upstream.close()
      const response = await fetch(url + path)
      expect(response.status).toBe(200)
      expect(await response.json()).toEqual({ status: 'ok' })
      expect(log.filter((line) => 'status' in line)).toEqual([])
    },
  )

  it.each(['/health/ready', '/health/readiness', '/health', '/readyz'])(
    '%s says whether an upstream is up',
    async (path) => {
      const upstream = await start.upstream(createJsonAnswer({}))
      const { url } = await start.gateway(upstream)
      const response = await fetch(url + path)
      expect(response.status).toBe(200)
      const replicas = [{ url: upstream.url, is_up: true, in_flight: 0 }]
      expect(await response.json()).toEqual({
        status: 'ready',
        in_flight: 0,
        upstreams: [{ name: 'gpu', is_up: true, replicas }],
      })
      expect(upstream.requests.map((request) => request.path)).toEqual(['/health'])
      // The result is kept: probes of an orchestrator are many.
      await fetch(url + path)
      expect(upstream.requests).toHaveLength(1)
    },
  )

  it('is not ready when no upstream is up, and ready when one of two is', async () => {
    const up = await start.upstream(createJsonAnswer({}))
    const down = await start.upstream(createJsonAnswer({}))
    await down.close()
    const alone = await start.gateway(down)
    const response = await fetch(`${alone.url}/health/ready`)
    expect(response.status).toBe(503)
    expect(await response.json()).toMatchObject({ status: 'no upstream', upstreams: [{ name: 'gpu', is_up: false }] })
    const both = await start.gateway(up, {
      upstreams: [
        { name: 'gpu', urls: [down.url] },
        { name: 'other', urls: [down.url, up.url] },
      ],
      models: [{ name: 'coder', upstream: 'gpu' }],
    })
    const second = await fetch(`${both.url}/health/ready`)
    expect(second.status).toBe(200)
    expect(await second.json()).toMatchObject({ upstreams: [{ is_up: false }, { is_up: true }] })
  })
})

describe('metrics', () => {
  it('count requests and calls of the model by the name in the settings', async () => {
    const { url } = await start.gateway(await start.upstream())
    await (await chat(url, { model: 'qwen-coder' })).text()
    await expect
      .poll(async () => (await fetch(`${url}/metrics`)).text())
      .toMatch(/tool_calls_total\{[^}]*model="coder"[^}]*\} 1/)
    const response = await fetch(`${url}/metrics`)
    expect(response.headers.get('content-type')).toMatch(/^text\/plain/)
    expect(await response.text()).not.toContain('qwen-coder')
  })

  it('can be turned off', async () => {
    const { url } = await start.gateway(await start.upstream(), { metrics: { enabled: false } })
    expect((await fetch(`${url}/metrics`)).status).toBe(404)
  })
})

describe('the page of the API', () => {
  it('shows an OpenAPI document, where requests can be tried with a key', async () => {
    const env = { TEAM_KEY: 'secret-key' }
    const keys = [{ name: 'team', env: 'TEAM_KEY' }]
    const { url } = await start.gateway(await start.upstream(), { keys }, { env })
    const page = await fetch(`${url}/`)
    expect(page.url).toBe(`${url}/docs/`)
    expect(await page.text()).toContain('swagger-ui')
    const initializer = await (await fetch(`${url}/docs/static/swagger-initializer.js`)).text()
    expect(initializer).toContain('/openapi.json')

    const document = (await (await fetch(`${url}/openapi.json`)).json()) as {
      openapi: string
      paths: Record<
        string,
        Record<string, { requestBody: { content: { 'application/json': { schema: { example: object } } } } }>
      >
      components: { securitySchemes: object }
    }
    expect(document.openapi).toMatch(/^3\./)
    expect(document.components.securitySchemes).toMatchObject({ bearer: { scheme: 'bearer' } })
    for (const path of ['/v1/chat/completions', '/v1/completions', '/v1/models', '/v1/models/{id}', '/health/ready']) {
      expect(document.paths).toHaveProperty([path])
    }
    // What the page sends when its example is tried.
    const { requestBody } = document.paths['/v1/chat/completions']!['post']!
    const { example } = requestBody.content['application/json'].schema
    const response = await chat(url, example, { headers: { authorization: 'Bearer secret-key' } })
    expect(response.status).toBe(200)
    await response.text()
    expect(JSON.stringify(document)).not.toContain('secret-key')
  })

  it('can be turned off', async () => {
    const { url } = await start.gateway(await start.upstream(), { docs: { enabled: false } })
    for (const path of ['/', '/docs', '/docs/', '/openapi.json']) {
      expect((await fetch(url + path)).status, path).toBe(404)
    }
  })
})
