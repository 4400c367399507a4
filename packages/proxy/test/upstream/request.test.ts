import { createJsonAnswer } from '@tooldelta/testbed/scripted-upstream'
import { describe, expect, it } from 'vitest'
import { openUpstream, startReplica } from './helpers.ts'

const ok = createJsonAnswer({ ok: true })
const clientHeaders = {
  authorization: 'Bearer client',
  'x-api-key': 'client',
  'api-key': 'client',
  'x-request-id': 'r1',
  traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  tracestate: 'a=b',
  'x-session-id': 's1',
}

describe('headers', () => {
  it('take the credentials of the client away, and let its traces pass', async () => {
    const replica = await startReplica(ok)
    await (await openUpstream([replica.url]).ask('/v1/models', { headers: clientHeaders })).text()
    const { headers } = replica.requests[0]!
    const { traceparent, tracestate } = clientHeaders
    expect(headers).toMatchObject({ 'x-request-id': 'r1', traceparent, tracestate, 'x-session-id': 's1' })
    expect(JSON.stringify(headers)).not.toContain('client')
  })

  it('carry the key and the headers of the upstream, which win', async () => {
    const replica = await startReplica(ok)
    const { ask } = openUpstream([replica.url], { headers: { 'X-Session-Id': 'own', 'X-Team': 't' } }, { key: 'sk-up' })
    await (await ask('/v1/models', { headers: clientHeaders })).text()
    const { headers } = replica.requests[0]!
    expect(headers).toMatchObject({ authorization: 'Bearer sk-up', 'x-session-id': 'own', 'x-team': 't' })
    expect(JSON.stringify(headers)).not.toContain('client')
  })

  it('of a connection stay here, and the host is the replica', async () => {
    const replica = await startReplica(ok)
    const headers = { host: 'evil', connection: 'close', 'content-length': '99', 'transfer-encoding': 'chunked' }
    await (await openUpstream([replica.url]).ask('/v1/models', { headers })).text()
    expect(replica.requests[0]!.headers).toEqual({
      host: new URL(replica.url).host,
      connection: 'keep-alive',
      'content-length': '2',
    })
  })
})

describe('the body', () => {
  const text = '{"a":"Tromsø 🌍"}'
  const bytes = new TextEncoder().encode(text)
  it.each<[string, () => BodyInit]>([
    ['a text', () => text],
    ['bytes', () => bytes],
    ['a buffer', () => bytes.buffer],
    ['a blob', () => new Blob([bytes])],
    ['a stream', () => new Blob([bytes]).stream()],
  ])('may be %s', async (_, create) => {
    const replica = await startReplica(ok)
    const { ask } = openUpstream([replica.url])
    await (await ask('/v1/chat/completions', { body: create(), duplex: 'half' } as RequestInit)).text()
    expect(replica.requests[0]).toMatchObject({ method: 'POST', path: '/v1/chat/completions', body: text })
  })

  it('comes with a Request, as do its method, headers and signal', async () => {
    const replica = await startReplica(ok)
    const { upstream } = openUpstream([replica.url])
    const signal = AbortSignal.abort(new Error('gone'))
    const init = { method: 'PUT', headers: { 'x-a': 'b' }, body: text }
    await (await upstream.fetch(new Request('http://any/v1/x?y=z', init))).text()
    expect(replica.requests[0]).toMatchObject({ method: 'PUT', path: '/v1/x?y=z', body: text })
    expect(replica.requests[0]!.headers).toMatchObject({ 'x-a': 'b' })
    await expect(upstream.fetch(new Request('http://any/v1/x', { signal }))).rejects.toThrow('gone')
  })
})
