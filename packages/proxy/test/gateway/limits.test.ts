import OpenAI from 'openai'
import { createStreamAnswer, createVllmEvents } from '@tooldelta/testbed/scripted-upstream'
import { describe, expect, it } from 'vitest'
import { chat, createStarter, readError } from './start-gateway.ts'

const start = createStarter()
const hanging = createStreamAnswer(createVllmEvents(['Hi', '!'], { withoutDone: true }).slice(0, 2), [{ hang: true }])

describe('requests in flight', () => {
  it('are counted; one more than allowed is 429 until one has ended', async () => {
    const upstream = await start.upstream(hanging)
    const { url } = await start.gateway(upstream, { limits: { inFlight: 2 } })
    const clients = [new AbortController(), new AbortController()]
    for (const { signal } of clients) await (await chat(url, {}, { signal })).body?.getReader().read()
    const refused = await chat(url)
    expect(refused.status).toBe(429)
    expect(refused.headers.get('retry-after')).toBe('1')
    const error = await readError(refused)
    expect(error).toMatchObject({ type: 'rate_limit_error', code: 'too_many_requests_in_flight' })
    expect(error.message).toMatch(/2 requests.*limits\.inFlight/)
    const { in_flight } = (await (await fetch(`${url}/health/ready`)).json()) as { in_flight: number }
    expect(in_flight).toBe(2)
    expect((await fetch(`${url}/v1/models`)).status).toBe(200)

    clients[0]?.abort()
    await upstream.waitForCut()
    await expect.poll(async () => (await chat(url, {}, { signal: AbortSignal.timeout(1000) })).status).toBe(200)
    clients[1]?.abort()
  })
})

describe('requests a minute', () => {
  const env = { TEAM_KEY: 'a', LAPTOP_KEY: 'b' }
  const keys = [
    { name: 'team', env: 'TEAM_KEY', requestsPerMinute: 2 },
    { name: 'laptop', env: 'LAPTOP_KEY' },
  ]
  const ask = (url: string, key: string): Promise<Response> =>
    fetch(`${url}/v1/models`, { headers: { authorization: `Bearer ${key}` } })

  it('are counted for each key by itself', async () => {
    const { url } = await start.gateway(await start.upstream(), { keys }, { env })
    const first = await ask(url, 'a')
    expect(first.headers.get('x-ratelimit-limit')).toBe('2')
    expect(first.headers.get('x-ratelimit-remaining')).toBe('1')
    await ask(url, 'a')
    const third = await ask(url, 'a')
    expect(third.status).toBe(429)
    expect(Number(third.headers.get('retry-after'))).toBeGreaterThan(50)
    expect(third.headers.get('x-ratelimit-remaining')).toBe('0')
    const error = await readError(third)
    expect(error).toMatchObject({ type: 'rate_limit_error', code: 'rate_limit_exceeded' })
    expect(error.message).toMatch(/^2 requests a minute/)
    for (let count = 0; count < 5; count += 1) expect((await ask(url, 'b')).status).toBe(200)
    const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'a', maxRetries: 0 })
    await expect(client.models.list()).rejects.toBeInstanceOf(OpenAI.RateLimitError)
  })

  it('are counted for an address where there are no keys; health is not counted', async () => {
    const { url } = await start.gateway(await start.upstream(), { limits: { requestsPerMinute: 1 } })
    expect((await ask(url, 'x')).status).toBe(200)
    expect((await ask(url, 'y')).status).toBe(429)
    for (let count = 0; count < 3; count += 1) expect((await fetch(`${url}/health/live`)).status).toBe(200)
  })
})
