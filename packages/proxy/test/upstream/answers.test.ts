import { gzipSync, brotliCompressSync, deflateSync } from 'node:zlib'
import { createStreamAnswer } from '@tooldelta/testbed/scripted-upstream'
import { describe, expect, it, vi } from 'vitest'
import { expectClosedSoon, openUpstream, startRawServer, startReplica } from './helpers.ts'

const head = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n'

describe('a packed answer', () => {
  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ])('in %s is unpacked', async (encoding, pack) => {
    const packed = pack(Buffer.from('{"ok":true}'))
    const headers = { 'content-encoding': encoding, 'content-length': String(packed.length) }
    const replica = await startReplica({ headers, steps: [{ write: packed }] })
    const response = await openUpstream([replica.url]).ask()
    expect(response.headers.has('content-encoding')).toBe(false)
    expect(response.headers.has('content-length')).toBe(false)
    expect(await response.json()).toEqual({ ok: true })
  })

  it('that breaks off is a fault', async () => {
    const packed = gzipSync(Buffer.from('{"ok":true}'))
    const headers = { 'content-encoding': 'gzip' }
    const replica = await startReplica({ headers, steps: [{ write: packed.subarray(0, 15) }, { destroy: true }] })
    await expect((await openUpstream([replica.url]).ask()).text()).rejects.toThrow()
  })

  it('in an unknown way is an error, not garbage', async () => {
    const replica = await startReplica({ headers: { 'content-encoding': 'exi' }, steps: [{ write: 'xyz' }] })
    const { ask, upstream } = openUpstream([replica.url], { retries: 0 })
    await expect(ask()).rejects.toMatchObject({ status: 502, body: { error: { code: 'upstream_invalid_answer' } } })
    expect(upstream.replicas()[0]!.inFlight).toBe(0)
  })
})

describe('an odd head', () => {
  it('with a status that does not exist is an error', async () => {
    const { url } = await startRawServer((socket) => socket.end('HTTP/1.1 799 Odd\r\ncontent-length: 0\r\n\r\n'))
    const { ask, upstream } = openUpstream([url], { retries: 0 })
    await expect(ask()).rejects.toMatchObject({ status: 502, body: { error: { code: 'upstream_invalid_answer' } } })
    expect(upstream.replicas()[0]!.inFlight).toBe(0)
  })

  it('with bytes that no header can hold loses only them', async () => {
    const lines = Buffer.from('HTTP/1.1 200 \xff\r\nx-odd: 世\r\nx-fine: y\r\ncontent-length: 2\r\n\r\nok', 'utf8')
    const { url } = await startRawServer((socket) => socket.end(lines))
    const response = await openUpstream([url]).ask()
    expect(response.headers.get('x-fine')).toBe('y')
    expect(await response.text()).toBe('ok')
  })

  it.each([[204], [304]])('of status %i has no body', async (status) => {
    const replica = await startReplica({ status, steps: [] })
    const { ask, upstream } = openUpstream([replica.url])
    const response = await ask()
    expect([response.status, response.body]).toEqual([status, null])
    await vi.waitFor(() => expect(upstream.replicas()[0]!.inFlight).toBe(0))
  })

  it('with several cookies keeps them apart', async () => {
    const lines = 'HTTP/1.1 200 OK\r\nset-cookie: a=1\r\nset-cookie: b=2\r\ncontent-length: 0\r\n\r\n'
    const { url } = await startRawServer((socket) => socket.end(lines))
    expect((await openUpstream([url]).ask()).headers.getSetCookie()).toEqual(['a=1', 'b=2'])
  })
})

describe('who reads decides', () => {
  it('a slow reader slows the server down', async () => {
    const replica = await startReplica(createStreamAnswer([], [{ repeat: 'x'.repeat(65_536), times: 1000 }]))
    const response = await openUpstream([replica.url]).ask()
    const reader = response.body!.getReader()
    await reader.read()
    let before = -1
    while (before !== replica.bytesWritten) {
      before = replica.bytesWritten
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    // What the buffers of two sockets hold, far from the 65 MB of the answer.
    expect(replica.bytesWritten).toBeLessThan(20_000_000)
    let size = 65_536
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) size += piece.value.length
    expect(replica.bytesWritten).toBe(65_536_000)
    expect(size).toBeGreaterThan(65_000_000)
  })

  it.each([
    ['the signal before the head', ''],
    ['the signal inside the body', `${head}4\r\nabcd\r\n`],
  ])('%s closes the socket within 100 ms', async (_, bytes) => {
    const server = await startRawServer((socket) => socket.write(bytes))
    const client = new AbortController()
    const answer = openUpstream([server.url]).ask('/v1/x', { signal: client.signal })
    const text = bytes === '' ? answer : (await answer).text()
    setTimeout(() => client.abort(new Error('gone')), 50)
    await expect(text).rejects.toThrow('gone')
    const abortedAt = performance.now()
    await expectClosedSoon(server, abortedAt, 'aborted')
  })

  it('cancelling the body closes the socket within 100 ms', async () => {
    const server = await startRawServer((socket) => socket.write(`${head}4\r\nabcd\r\n`))
    const response = await openUpstream([server.url]).ask()
    const cancelledAt = performance.now()
    await response.body!.cancel()
    await expectClosedSoon(server, cancelledAt, 'cancelled')
  })
})
