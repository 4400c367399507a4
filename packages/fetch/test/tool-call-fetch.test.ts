import { describe, expect, it } from 'vitest'
import { createToolCallFetch, type ToolCallFetchOptions } from '../src/index.ts'
import { events, requestBody, respond } from './helpers.ts'

const url = 'http://127.0.0.1:8000/v1/chat/completions'
const text = JSON.stringify(requestBody)

interface Sent {
  input: Parameters<typeof fetch>[0]
  init: RequestInit | undefined
  body: string
}

function create(options: Partial<ToolCallFetchOptions> = {}): { call: typeof fetch; sent: Sent[] } {
  const sent: Sent[] = []
  const upstream: typeof fetch = async (input, init) => {
    const request = new Request(input, init)
    sent.push({ input, init, body: await request.text() })
    return respond(events)
  }
  return { call: createToolCallFetch({ format: 'qwen3_coder', fetch: upstream, ...options }), sent }
}

describe('createToolCallFetch', () => {
  const bytes = new TextEncoder().encode(text)
  const headers = { 'content-type': 'application/json' }
  const stream = (): ReadableStream => new Response(text).body!

  it.each<[string, () => Parameters<typeof fetch>]>([
    ['a string', () => [url, { method: 'POST', headers, body: text }]],
    ['a lower-case method', () => [url, { method: 'post', headers, body: text }]],
    ['a URL and a query', () => [new URL(`${url}?api-version=1`), { method: 'POST', body: text }]],
    ['bytes', () => [url, { method: 'POST', headers, body: bytes }]],
    ['a buffer', () => [url, { method: 'POST', headers, body: bytes.buffer as ArrayBuffer }]],
    ['a blob', () => [url, { method: 'POST', headers, body: new Blob([text]) }]],
    ['a stream', () => [url, { method: 'POST', headers, body: stream(), duplex: 'half' } as RequestInit]],
    ['a Request', () => [new Request(url, { method: 'POST', headers, body: text })]],
    ['a Request and a body', () => [new Request(url, { method: 'POST', headers, body: '{}' }), { body: text }]],
  ])('rewrites a request given as %s', async (_name, args) => {
    const { call, sent } = create()
    const response = await call(...args())
    expect(await response.text()).toContain('"tool_calls"')
    expect(JSON.parse(sent[0]!.body)).toEqual({ ...requestBody, tool_choice: 'none' })
  })

  it('takes a response template as the format', async () => {
    const format = { fields: { tool_calls: { open: '<c>', close: '</c>', content: 'json' as const }, content: {} } }
    const { call, sent } = create({ format })
    await call(url, { method: 'POST', headers, body: text })
    expect(JSON.parse(sent[0]!.body)).toMatchObject({ skip_special_tokens: false })
    expect(() => create({ format: { fields: {} } })).toThrow(/fields must have at least one field/)
  })

  it('sets a content-length that was there to the new body', async () => {
    const { call, sent } = create()
    const body = JSON.stringify({ ...requestBody, user: 'größe' })
    await call(url, { method: 'POST', headers: { 'Content-Length': '3', authorization: 'Bearer k' }, body })
    const given = new Headers(sent[0]!.init!.headers)
    expect(given.get('content-length')).toBe(String(new TextEncoder().encode(sent[0]!.body).length))
    expect(given.get('authorization')).toBe('Bearer k')
    await call(url, { method: 'POST', body })
    expect(new Headers(sent[1]!.init!.headers).has('content-length')).toBe(false)
  })

  it('changes nothing but what it has to: digits and order stay', async () => {
    const { call, sent } = create()
    const body = `{"seed":12345678901234567890, "tools":${JSON.stringify(requestBody.tools)},"x":1.0,"tool_choice" : "auto","z":[ ]}`
    await call(url, { method: 'POST', body })
    expect(sent[0]!.body).toBe(body.replace(' "auto"', '"none"'))
  })

  it.each<[string, Parameters<typeof fetch>]>([
    ['another path', ['http://h/v1/models']],
    ['another method', [url, { method: 'GET' }]],
    ['completions that are no chat', ['http://h/v1/completions', { method: 'POST', body: text }]],
    ['a query that looks like it', ['http://h/v1/x?y=/chat/completions', { method: 'POST', body: text }]],
    ['no body', [url, { method: 'POST' }]],
    ['a form', [url, { method: 'POST', body: new URLSearchParams('a=b') }]],
    ['no tools', [url, { method: 'POST', body: '{ "model": "m" }' }]],
    ['no JSON', [url, { method: 'POST', body: '{"model' }]],
    ['no object', [url, { method: 'POST', body: '[]' }]],
  ])('hands %s to the fetch beneath as it is', async (_name, args) => {
    const { call, sent } = create()
    const response = await call(...args)
    expect(sent[0]!.input).toBe(args[0])
    expect(sent[0]!.init).toBe(args[1])
    expect(await response.text()).toBe(events.join(''))
  })

  it('sends the very bytes of a stream or Request without tools', async () => {
    const body = '{ "model":"größe 🌍", "seed":12345678901234567890 }'
    const { call, sent } = create()
    await call(url, { method: 'POST', body: new Response(body).body, duplex: 'half' } as RequestInit)
    await call(new Request(url, { method: 'POST', body }))
    expect(sent.map((one) => one.body)).toEqual([body, body])
  })

  it('answers 400 to malformed tools and does not ask', async () => {
    const { call, sent } = create()
    const response = await call(url, { method: 'POST', body: '{"tools":[{}]}' })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: { param: 'tools.0.function' } })
    expect(sent).toEqual([])
  })

  it('answers 502 when the upstream cannot be reached, 504 when it is too slow', async () => {
    const failing = (error: unknown): typeof fetch => create({ fetch: () => Promise.reject(error) }).call
    const refused = new TypeError('fetch failed', {
      cause: Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }),
    })
    const response = await failing(refused)(url, { method: 'POST', body: text })
    expect(response.status).toBe(502)
    expect(await response.json()).toEqual({
      error: {
        message: expect.stringContaining('http://127.0.0.1:8000 could not be reached: connect ECONNREFUSED'),
        type: 'upstream_error',
        code: 'upstream_unreachable',
      },
    })
    const slow = new TypeError('fetch failed', {
      cause: Object.assign(new Error('x'), { code: 'UND_ERR_HEADERS_TIMEOUT' }),
    })
    expect((await failing(slow)(url, { method: 'POST', body: text })).status).toBe(504)
  })

  it('throws an abort as it is', async () => {
    const reason = new Error('mine')
    const { call } = create({ fetch: () => Promise.reject(reason) })
    await expect(call(url, { method: 'POST', body: text, signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    const abort = new DOMException('gone', 'AbortError')
    await expect(create({ fetch: () => Promise.reject(abort) }).call(url, { method: 'POST', body: text })).rejects.toBe(
      abort,
    )
  })

  it('tells what it changed', async () => {
    const reports: unknown[] = []
    const { call } = create({ onRequest: (report) => reports.push(report) })
    await call(url, { method: 'POST', body: text })
    expect(reports).toMatchObject([{ mode: 'template', changes: [{ path: 'tool_choice' }] }])
  })

  it.each<[Partial<ToolCallFetchOptions>, RegExp]>([
    [{ format: 'qwen3_codr' }, /qwen3_coder/],
    [{ format: undefined as never }, /'format' is missing/],
    [{ mode: 'prompt', format: 'xlam' }, /cannot write the prompt of/],
    [{ requiredRetries: 2 }, /'requiredRetries' must be one of 0, 1/],
    [{ validateArguments: 'yes' as never }, /'validateArguments' must be one of true, false/],
    [{ profile: 'x' as never }, /Unknown profile/],
    [{ truncatedCalls: 'x' as never }, /'truncatedCalls' must be one of length, error/],
    [{ deliver: 'x' as never }, /'deliver' must be/],
  ])('refuses the options %j when it is made', (options, message) => {
    expect(() => create(options)).toThrow(message)
    expect(() => create(options)).toThrow(TypeError)
  })
})
