import {
  createJsonAnswer,
  createStreamAnswer,
  startScriptedUpstream,
  type ScriptedUpstream,
  type Script,
} from '@tooldelta/testbed/scripted-upstream'
import { foldStrictly, readEventData } from '@tooldelta/testbed/wire-check'
import { afterEach, describe, expect, it } from 'vitest'
import { createUpstreamHandler, type UpstreamHandlerOptions } from '../src/index.ts'
import { readUpstreamAddress } from '../src/upstream-url.ts'
import { events, requestBody } from './helpers.ts'

const upstreams: ScriptedUpstream[] = []
afterEach(async () => {
  for (const upstream of upstreams.splice(0)) await upstream.close()
})

async function open(script: Script, options: Partial<UpstreamHandlerOptions> = {}) {
  const upstream = await startScriptedUpstream(script)
  upstreams.push(upstream)
  return { upstream, handle: createUpstreamHandler({ upstream: upstream.url, format: 'qwen3_coder', ...options }) }
}

function ask(
  headers: Record<string, string> = {},
  path = '/v1/chat/completions',
  body: unknown = requestBody,
): Request {
  return new Request(`http://proxy${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
}

describe('the address of the upstream', () => {
  it.each([
    ['http://h:8000', '/v1/models', 'http://h:8000/v1/models'],
    ['http://h:8000/', '/v1/models', 'http://h:8000/v1/models'],
    ['http://h:8000/v1', '/v1/models', 'http://h:8000/v1/models'],
    ['http://h:8000/v1/', '/models', 'http://h:8000/v1/models'],
    ['https://h/openai', '/v1/chat/completions', 'https://h/openai/v1/chat/completions'],
    ['https://h/api/v3', '/v1/chat/completions', 'https://h/api/v3/chat/completions'],
    ['http://h', '/v1', 'http://h/v1'],
    ['http://h', '/v1x/y', 'http://h/v1/v1x/y'],
  ])('%s and %s give %s', (upstream, path, joined) => {
    expect(readUpstreamAddress(upstream).join(path, '?a=b')).toBe(`${joined}?a=b`)
  })

  it.each([[undefined], ['localhost:8000'], ['127.0.0.1'], ['ftp://h'], ['']])(
    '%j is refused with an example',
    (upstream) => {
      expect(() => createUpstreamHandler({ upstream: upstream as string, format: 'qwen3_coder' })).toThrow(
        /such as 'http:\/\/127\.0\.0\.1:8000'/,
      )
    },
  )

  it('must not hold a password', () => {
    expect(() => createUpstreamHandler({ upstream: 'http://u:p@h', format: 'qwen3_coder' })).toThrow(/upstreamKey/)
  })
})

describe('the headers', () => {
  const given = {
    authorization: 'Bearer client',
    'x-api-key': 'client',
    cookie: 'a=b',
    te: 'trailers',
    connection: 'close, X-Hop',
    'x-hop': '1',
    'accept-encoding': 'gzip',
    'x-request-id': 'r1',
    traceparent: 't',
  }

  it('go to the upstream without those of the connection', async () => {
    const { handle, upstream } = await open(createStreamAnswer(events), { headers: { 'X-Tenant': 'a' } })
    await (await handle(ask(given))).text()
    const { headers } = upstream.requests[0]!
    expect(headers).toMatchObject({
      authorization: 'Bearer client',
      'x-api-key': 'client',
      'accept-encoding': 'identity',
      'x-request-id': 'r1',
      traceparent: 't',
      'x-tenant': 'a',
    })
    for (const name of ['cookie', 'te', 'x-hop']) expect(headers).not.toHaveProperty(name)
    expect(Number(headers['content-length'])).toBe(Buffer.byteLength(upstream.requests[0]!.body))
  })

  it('carry the key of the upstream instead of the credentials of the client', async () => {
    const { handle, upstream } = await open(createStreamAnswer(events), { upstreamKey: 'secret' })
    await (await handle(ask(given))).text()
    expect(upstream.requests[0]!.headers['authorization']).toBe('Bearer secret')
    expect(upstream.requests[0]!.headers).not.toHaveProperty('x-api-key')
  })

  it('come back without those of the connection', async () => {
    const headers = {
      'content-type': 'application/json',
      'keep-alive': 'timeout=5',
      'set-cookie': 'a=b',
      'x-request-id': 'r1',
    }
    const { handle } = await open({ headers, steps: [{ write: '{}' }] })
    const response = await handle(new Request('http://proxy/v1/models'))
    expect(response.headers.get('x-request-id')).toBe('r1')
    for (const name of ['keep-alive', 'set-cookie', 'transfer-encoding', 'connection'])
      expect(response.headers.has(name)).toBe(false)
  })
})

describe('silence of the upstream', () => {
  it('before the answer is a 504', async () => {
    const { handle, upstream } = await open({ steps: [{ waitMs: 10_000 }] }, { timeoutMs: 60, fetch: slowHead })
    const response = await handle(ask())
    expect(response.status).toBe(504)
    expect(await response.json()).toMatchObject({ error: { type: 'upstream_error', code: 'upstream_timeout' } })
    await upstream.waitForCut()
  })

  it('inside a stream ends it with an error', async () => {
    const { handle, upstream } = await open(createStreamAnswer(events.slice(0, 3), [{ hang: true }]), { timeoutMs: 60 })
    const { choices, error } = foldStrictly(readEventData(await (await handle(ask())).text()))
    expect(choices[0]!.content).not.toBe('')
    expect(error).toMatchObject({ type: 'upstream_error', code: 'upstream_timeout' })
    await upstream.waitForCut()
  })

  it('inside a whole answer is a 504', async () => {
    const { handle } = await open(
      { headers: { 'content-type': 'application/json' }, steps: [{ write: '{' }, { hang: true }] },
      { timeoutMs: 60 },
    )
    expect((await handle(ask())).status).toBe(504)
  })

  it('does not count while the client is slow', async () => {
    const [first, ...rest] = events.map((write) => ({ write }))
    const steps = [first!, { waitMs: 50 }, ...rest]
    const { handle } = await open({ headers: { 'content-type': 'text/event-stream' }, steps }, { timeoutMs: 100 })
    const reader = (await handle(ask())).body!.getReader()
    let text = ''
    for (let count = 0; ; count += 1) {
      const { done, value } = await reader.read()
      if (done) break
      text += new TextDecoder().decode(value)
      if (count < 2) await new Promise((resolve) => setTimeout(resolve, 200))
    }
    expect(foldStrictly(readEventData(text)).error).toBeUndefined()
  })

  it('needs a sensible limit', () => {
    for (const timeoutMs of [0, -1, NaN, '5' as never]) {
      expect(() => createUpstreamHandler({ upstream: 'http://h', format: 'qwen3_coder', timeoutMs })).toThrow(
        /timeoutMs/,
      )
    }
  })
})

describe('the handler', () => {
  it('sends other requests with their body and query', async () => {
    const { handle, upstream } = await open(createJsonAnswer({ data: [] }))
    await handle(ask({ 'content-type': 'application/json' }, '/v1/embeddings?x=1', { input: 'größe' }))
    expect(upstream.requests[0]).toMatchObject({
      method: 'POST',
      path: '/v1/embeddings?x=1',
      body: '{"input":"größe"}',
    })
  })

  it('sends a packed body as it came', async () => {
    const { handle, upstream } = await open(createJsonAnswer({}))
    const body = Uint8Array.of(0x1f, 0x8b, 0xff, 0x00, 0x80)
    await handle(new Request('http://proxy/v1/chat/completions', { method: 'POST', body }))
    expect(upstream.requests[0]!.headers['content-length']).toBe('5')
  })

  it('uses a connection again after a finished stream', async () => {
    const { handle, upstream } = await open(createStreamAnswer(events))
    for (let count = 0; count < 4; count += 1) {
      await (await handle(ask())).text()
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    expect(upstream.connections).toBe(1)
  })

  it('does not follow a redirect', async () => {
    const { handle } = await open({ status: 307, headers: { location: 'http://127.0.0.1:1/' }, steps: [] })
    expect((await handle(ask())).status).toBe(307)
  })

  it('throws when the client has gone', async () => {
    const { handle } = await open(createStreamAnswer(events))
    const request = new Request(ask(), { signal: AbortSignal.abort() })
    await expect(handle(request)).rejects.toThrow()
  })
})

/** Answers its head only when it has everything, as a server does that thinks before it speaks. */
const slowHead: typeof fetch = async (input, init) => {
  const response = await fetch(input, init)
  return new Response(await response.text(), response)
}

it('passes an answer without a body on, whatever its type says', async () => {
  const empty = new Response(null, { status: 204, headers: { 'content-type': 'application/json' } })
  const { handle } = await open({ steps: [] }, { fetch: () => Promise.resolve(empty) })
  const response = await handle(ask())
  expect(response.status).toBe(204)
  expect(response.body).toBeNull()
})
