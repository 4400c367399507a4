import { createJsonAnswer, type ScriptedAnswer } from '@tooldelta/testbed/scripted-upstream'
import { describe, expect, it } from 'vitest'
import { findClosedPort, inTurn, openUpstream, readAnswer, startRawServer, startReplica } from './helpers.ts'

const ok = createJsonAnswer({ ok: true })
const answered = { status: 200, body: { ok: true } }

function fail(status: number, retryAfter?: string): ScriptedAnswer {
  const answer = createJsonAnswer({ error: { message: `status ${status}`, type: 't', code: null } }, status)
  return retryAfter === undefined ? answer : { ...answer, headers: { ...answer.headers, 'retry-after': retryAfter } }
}

describe('what failed before the head of an answer', () => {
  it('goes to another replica: refused', async () => {
    const good = await startReplica(ok)
    const { ask, attempts } = openUpstream([await findClosedPort(), good.url])
    expect(await readAnswer(await ask())).toEqual(answered)
    expect(attempts).toMatchObject([
      { upstream: 'gpu', errorCode: 'ECONNREFUSED', isRetry: false },
      { upstream: 'gpu', replica: good.url, status: 200, isRetry: true },
    ])
  })

  it('goes to another replica: closed or reset without an answer', async () => {
    const good = await startReplica(ok)
    const closing = await startRawServer((socket) => socket.end())
    const resetting = await startRawServer((socket) => socket.resetAndDestroy())
    const { ask, attempts } = openUpstream([closing.url, resetting.url, good.url])
    expect(await readAnswer(await ask())).toEqual(answered)
    expect(attempts.map(({ errorCode, status }) => errorCode ?? status)).toEqual(['UND_ERR_SOCKET', 'ECONNRESET', 200])
  })

  it('goes to another replica: cut inside the head, or no HTTP at all', async () => {
    const good = await startReplica(ok)
    const half = await startRawServer((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-ty'))
    const alien = await startRawServer((socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n'))
    const { ask, attempts } = openUpstream([half.url, alien.url, good.url])
    expect(await readAnswer(await ask())).toEqual(answered)
    expect(attempts.map(({ errorCode, status }) => errorCode ?? status)).toEqual([
      'UND_ERR_SOCKET',
      expect.stringMatching(/^HPE_|^HTTPParserError$/),
      200,
    ])
  })

  it.each([[429], [502], [503], [504]])('goes to another replica: status %i', async (status) => {
    const bad = await startReplica(fail(status))
    const good = await startReplica(ok)
    const { ask } = openUpstream([bad.url, good.url])
    expect(await readAnswer(await ask())).toEqual(answered)
    expect([bad.requests.length, good.requests.length]).toEqual([1, 1])
  })

  it('goes to another replica although that one has more to do', async () => {
    const hanging = { headers: { 'content-type': 'text/event-stream' }, steps: [{ hang: true as const }] }
    const bad = await startReplica(fail(503))
    const good = await startReplica(({ body }) => (body === 'slow' ? hanging : ok))
    const { ask, attempts } = openUpstream([bad.url, good.url], { retries: 1 }, { circuit: { failures: 9 } })
    const slow = [await ask('/v1/x', { body: 'slow' }), await ask('/v1/x', { body: 'slow' })]
    attempts.length = 0
    expect(await readAnswer(await ask())).toEqual(answered)
    expect(attempts.map((attempt) => attempt.replica)).toEqual([bad.url, good.url])
    for (const one of slow) await one.body!.cancel()
  })

  it('is asked again of the only replica, after a moment', async () => {
    const replica = await startReplica(inTurn(fail(503), fail(502), ok))
    const { ask, attempts } = openUpstream([replica.url])
    const start = performance.now()
    expect(await readAnswer(await ask())).toEqual(answered)
    expect(performance.now() - start).toBeGreaterThan(140)
    expect(attempts.map((attempt) => attempt.isRetry)).toEqual([false, true, true])
  })

  it('is repeated with the same body', async () => {
    const bodies: string[] = []
    const replica = await startReplica(inTurn(fail(503), ok))
    const { ask } = openUpstream([replica.url])
    const body = new Blob(['one', 'two']).stream()
    await (await ask('/v1/x', { body, duplex: 'half' } as RequestInit)).text()
    for (const request of replica.requests) bodies.push(request.body)
    expect(bodies).toEqual(['onetwo', 'onetwo'])
  })
})

describe('repeats end', () => {
  it('after as many as are set, with the last answer of the server', async () => {
    const replica = await startReplica(fail(503))
    const { ask } = openUpstream([replica.url], { retries: 1 }, { circuit: { failures: 9 } })
    expect(await readAnswer(await ask())).toMatchObject({ status: 503, body: { error: { message: 'status 503' } } })
    expect(replica.requests.length).toBe(2)
  })

  it('with an error that names upstream and replica when there was no answer', async () => {
    const url = await findClosedPort()
    const { ask, attempts } = openUpstream([url], { retries: 0 })
    await expect(ask()).rejects.toMatchObject({
      status: 502,
      message: expect.stringMatching(`'gpu' at ${url} could not be reached: .*Is the model server running`),
      body: { error: { type: 'upstream_error', code: 'upstream_unreachable' } },
    })
    expect(attempts.length).toBe(1)
  })

  it('when a reset was all there was', async () => {
    const { url } = await startRawServer((socket) => socket.resetAndDestroy())
    const { ask } = openUpstream([url], { retries: 1 })
    await expect(ask()).rejects.toMatchObject({ status: 502, body: { error: { code: 'upstream_disconnected' } } })
  })

  it.each([[400], [401], [404], [422], [500]])('before they begin at status %i', async (status) => {
    const replica = await startReplica(fail(status))
    const other = await startReplica(ok)
    const { ask } = openUpstream([replica.url, other.url])
    expect((await ask()).status).toBe(status)
    expect(other.requests.length).toBe(0)
  })

  it('when the first byte of an answer has come', async () => {
    const head = { headers: { 'content-type': 'text/event-stream' } }
    const broken = await startReplica({ ...head, steps: [{ write: 'data: 1\n\n' }, { destroy: true }] })
    const other = await startReplica(ok)
    const { ask } = openUpstream([broken.url, other.url])
    await expect((await ask()).text()).rejects.toThrow()
    expect(other.requests.length).toBe(0)
  })

  it('with the client', async () => {
    const replica = await startReplica(fail(503, '3'))
    const { ask } = openUpstream([replica.url])
    const client = new AbortController()
    const answer = ask('/v1/x', { signal: client.signal })
    setTimeout(() => client.abort(new Error('gone')), 100)
    const start = performance.now()
    await expect(answer).rejects.toThrow('gone')
    expect(performance.now() - start).toBeLessThan(1000)
    expect(replica.requests.length).toBe(1)
  })
})

describe('Retry-After of the only replica', () => {
  it('is waited for', async () => {
    const replica = await startReplica(inTurn(fail(429, '1'), ok))
    const { ask } = openUpstream([replica.url])
    const start = performance.now()
    expect(await readAnswer(await ask())).toEqual(answered)
    expect(performance.now() - start).toBeGreaterThan(950)
  })

  it('may be a date', async () => {
    const replica = await startReplica(inTurn(fail(429, new Date(Date.now() - 1000).toUTCString()), ok))
    expect(await readAnswer(await openUpstream([replica.url]).ask())).toEqual(answered)
  })

  it.each([['60'], [undefined], ['soon']])('of %s leaves the decision about a 429 to the client', async (after) => {
    const replica = await startReplica(fail(429, after))
    const response = await openUpstream([replica.url]).ask()
    expect(response.status).toBe(429)
    expect(response.headers.get('retry-after')).toBe(after ?? null)
    expect(replica.requests.length).toBe(1)
  })
})
