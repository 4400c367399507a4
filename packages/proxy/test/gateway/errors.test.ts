import { createCompletion, createJsonAnswer } from '@tooldelta/testbed/scripted-upstream'
import { describe, expect, it } from 'vitest'
import { chat, createStarter, readError } from './start-gateway.ts'

const start = createStarter()
const headers = { 'content-type': 'application/json' }

describe('paths and methods', () => {
  const paths: [method: string, path: string, status: number, message: RegExp][] = [
    ['POST', '/chat/completions', 404, /Use \/v1\/chat\/completions.*ends with \/v1/],
    ['POST', '/v1/v1/chat/completions', 404, /Use \/v1\/chat\/completions.*one \/v1/],
    ['POST', '/v1/chat/completion', 404, /Did you mean \/v1\/chat\/completions\?/],
    ['GET', '/nothing/here', 404, /There is no \/nothing\/here here\..*\/v1\/chat\/completions/],
    ['POST', '/v1/embeddings', 404, /passPaths/],
    ['GET', '/v1/chat/completions', 405, /takes POST, not GET/],
    ['DELETE', '/v1/models/coder', 405, /takes GET, not DELETE/],
    ['POST', '/health/ready', 405, /takes GET/],
    ['GET', '/v1/%ff', 400, /cannot be read|malformed/i],
  ]
  it.each(paths)('%s %s is %i', async (method, path, status, message) => {
    const upstream = await start.upstream()
    const { url } = await start.gateway(upstream)
    const response = await fetch(url + path, { method })
    expect(response.status).toBe(status)
    expect((await readError(response)).message).toMatch(message)
    if (status === 405) expect(response.headers.get('allow')).toMatch(/GET|POST/)
    expect(upstream.requests).toEqual([])
  })

  it('takes a slash at the end', async () => {
    const { url } = await start.gateway(await start.upstream())
    expect((await fetch(`${url}/v1/models/`)).status).toBe(200)
  })
})

describe('bodies', () => {
  const bodies: [what: string, body: BodyInit, message: RegExp, code: string][] = [
    ['nothing', '', /JSON object.*empty/, 'invalid_json'],
    ['no JSON', '{"model": "coder", messages}', /JSON object in UTF-8/, 'invalid_json'],
    ['cut JSON', '{"model": "coder", "messages": [', /JSON object/, 'invalid_json'],
    ['a list', '[1]', /it is a list/, 'invalid_json'],
    ['null', 'null', /it is null/, 'invalid_json'],
    ['no UTF-8', new Uint8Array([...Buffer.from('{"model":"coder","x":"'), 0xff, 0x22, 0x7d]), /UTF-8/, 'invalid_json'],
    ['no model', '{"messages": []}', /'model'.*\/v1\/models/, 'missing_model'],
    ['a number as the model', '{"model": 7}', /'model'/, 'missing_model'],
  ]
  it.each(bodies)('%s is 400 with what to do', async (_what, body, message, code) => {
    const upstream = await start.upstream()
    const { url } = await start.gateway(upstream)
    const response = await fetch(`${url}/v1/chat/completions`, { method: 'POST', headers, body })
    expect(response.status).toBe(400)
    const error = await readError(response)
    expect(error).toMatchObject({ type: 'invalid_request_error', code })
    expect(error.message).toMatch(message)
    expect(upstream.requests).toEqual([])
  })

  it('one above the limit is 413, announced or not', async () => {
    const upstream = await start.upstream()
    const { url } = await start.gateway(upstream, { limits: { bodyBytes: 2000 } })
    const long = JSON.stringify({ model: 'coder', messages: [{ role: 'user', content: 'x'.repeat(3000) }] })
    const streamed = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(long))
        controller.close()
      },
    })
    for (const body of [long, streamed]) {
      const init = { method: 'POST', headers, body, duplex: 'half' }
      const response = await fetch(`${url}/v1/chat/completions`, init)
      expect(response.status).toBe(413)
      expect(await readError(response)).toMatchObject({ code: 'request_too_large' })
    }
    expect(upstream.requests).toEqual([])
  })

  it('with the key __proto__ changes nothing but itself', async () => {
    const upstream = await start.upstream(createJsonAnswer(createCompletion('Hi')))
    const { url } = await start.gateway(upstream)
    const body =
      '{"model":"qwen-coder","__proto__":{"stream":true,"polluted":1},"messages":[{"role":"user","content":"Hi","__proto__":{"polluted":1}}]}'
    const response = await fetch(`${url}/v1/chat/completions`, { method: 'POST', headers, body })
    expect(response.status).toBe(200)
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
    expect(upstream.requests[0]?.body).toContain('"__proto__":{"stream":true,"polluted":1}')
    expect(JSON.parse(upstream.requests[0]?.body ?? '')).toMatchObject({ model: 'Qwen/Qwen3-Coder' })
  })
})

describe('faults of ours', () => {
  it('are 500 without details, and the log has them', async () => {
    const upstream = await start.upstream()
    const { url, gateway, log } = await start.gateway(upstream)
    gateway.app.server.prependListener('request', (request) => {
      let isFirst = true
      Object.defineProperty(request, 'readableEnded', {
        get: () => {
          if (!isFirst) return true
          isFirst = false
          throw new Error('secret inner words')
        },
      })
    })
    const response = await chat(url)
    expect(response.status).toBe(500)
    const error = await readError(response)
    expect(error.type).toBe('internal_error')
    expect(error.message).not.toContain('secret')
    const fault = log.find(({ err }) => err !== undefined)
    expect(fault).toMatchObject({ id: response.headers.get('x-request-id'), msg: 'secret inner words' })
  })
})
