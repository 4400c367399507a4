import { once } from 'node:events'
import { request as sendRequest, type ClientRequest, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { createChunk, createStreamAnswer, toEvent } from '@tooldelta/testbed/scripted-upstream'
import { describe, expect, it, vi } from 'vitest'
import {
  afterTest,
  expectClosedSoon,
  events,
  expectedChoice,
  openGateway,
  requestBody,
  startRawServer,
  startReplica,
} from './helpers.ts'

const streamHead = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n'

/** A client whose connection can be looked at and cut. */
function sendChat(url: string, body: string | undefined, headers: Record<string, string> = {}): ClientRequest {
  const target = new URL('/v1/chat/completions', url)
  const request = sendRequest(target, {
    method: 'POST',
    agent: false,
    headers: { 'content-type': 'application/json', ...headers },
  })
  request.on('error', () => {})
  afterTest(async () => void request.destroy())
  if (body !== undefined) request.end(body)
  return request
}

async function readHead(request: ClientRequest): Promise<IncomingMessage> {
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  response.on('error', () => {})
  return response
}

async function readAll(response: IncomingMessage): Promise<string> {
  let text = ''
  for await (const piece of response.setEncoding('utf8')) text += piece as string
  return text
}

describe('a client that leaves', () => {
  it.each<[string, object, string]>([
    ['while nothing has come yet', {}, ''],
    ['after the head', {}, streamHead],
    ['inside the stream', {}, `${streamHead}${toChunked(events.slice(0, 4).join(''))}`],
    ['while it waits for an answer that is not streamed', { stream: false }, ''],
  ])('%s: the upstream is closed within 100 ms', async (when, body, bytes) => {
    const upstream = await startRawServer((socket) => socket.write(bytes))
    const { url } = await openGateway([upstream.url])
    const client = sendChat(url, JSON.stringify({ ...requestBody, ...body }))
    // Listened to from the start: on a busy machine the head may be there before the next look at the upstream.
    const head = bytes === '' ? undefined : readHead(client)
    await vi.waitFor(() => expect(upstream.received.length).toBe(1), 5000)
    if (head !== undefined) {
      const response = await head
      if (bytes !== streamHead) await once(response, 'data')
    }
    const leftAt = performance.now()
    client.destroy()
    await expectClosedSoon(upstream, leftAt, `client gone ${when}`)
  })

  it('inside its own body: no request reaches the upstream, and the proxy serves on', async () => {
    const replica = await startReplica(createStreamAnswer(events))
    const { url, stream } = await openGateway([replica.url])
    const client = sendChat(url, undefined, { 'content-length': '1000' })
    client.write('{"model":"qwen",')
    await once(client, 'socket')
    client.destroy()
    expect((await stream()).choices).toEqual([expectedChoice])
    expect(replica.requests.length).toBe(1)
  })
})

describe('a client that stalls', () => {
  const chunk = toEvent(createChunk({ content: 'x'.repeat(4000) }))
  const times = 10_000

  it('slows the upstream down; memory stays bounded, others are served, and the stream is whole in the end', async () => {
    const long = {
      headers: { 'content-type': 'text/event-stream' },
      steps: [{ write: events[0]! }, { repeat: chunk, times }, { write: toEvent(createChunk({}, 'stop')) }],
    }
    const replica = await startReplica(({ body }) => (body.includes('long') ? long : createStreamAnswer(events)))
    const { url, stream } = await openGateway([replica.url])
    const before = process.memoryUsage.rss()
    const body = JSON.stringify({ ...requestBody, messages: [{ role: 'user', content: 'long' }] })
    const response = await readHead(sendChat(url, body))
    response.pause()
    let written = -1
    while (written !== replica.bytesWritten) {
      written = replica.bytesWritten
      await new Promise((resolve) => setTimeout(resolve, 300))
    }
    // 41 MB are to be sent; what is under way fits into the buffers of two connections.
    expect(written).toBeLessThan(20_000_000)
    expect(process.memoryUsage.rss() - before).toBeLessThan(80_000_000)
    expect((await stream()).choices).toEqual([expectedChoice])
    const text = await readAll(response)
    expect(text.split('x'.repeat(4000)).length - 1).toBe(times)
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true)
  }, 60_000)

  it('and then leaves: the upstream is closed', async () => {
    const replica = await startReplica(createStreamAnswer([events[0]!], [{ repeat: chunk, times }]))
    const { url } = await openGateway([replica.url])
    const client = sendChat(url, JSON.stringify(requestBody))
    const response = await readHead(client)
    response.pause()
    await new Promise((resolve) => setTimeout(resolve, 200))
    client.destroy()
    await replica.waitForCut()
  })
})

describe('a body', () => {
  it('of 33 MiB is refused as OpenAI does it, and the proxy stays usable', async () => {
    const replica = await startReplica(createStreamAnswer(events))
    const { url, stream } = await openGateway([replica.url])
    const body = JSON.stringify({ ...requestBody, messages: [{ role: 'user', content: 'x'.repeat(33 * 2 ** 20) }] })
    for (const headers of [{ 'content-length': String(body.length) }, { 'transfer-encoding': 'chunked' }]) {
      const response = await readHead(sendChat(url, body, headers))
      expect(response.statusCode).toBe(413)
      expect(JSON.parse(await readAll(response))).toMatchObject({
        error: {
          type: 'invalid_request_error',
          code: 'request_too_large',
          message: expect.stringContaining('33554432 bytes'),
        },
      })
    }
    expect((await stream()).choices).toEqual([expectedChoice])
    expect(replica.requests.length).toBe(1)
  })

  it('of 31 MiB is served', async () => {
    const replica = await startReplica(createStreamAnswer(events))
    const { stream } = await openGateway([replica.url])
    const content = 'x'.repeat(31 * 2 ** 20)
    expect((await stream({ messages: [{ role: 'user', content }] })).choices).toEqual([expectedChoice])
    expect(replica.requests[0]!.body.length).toBeGreaterThan(31 * 2 ** 20)
  })

  it('that drips does not keep others waiting, and is served when it is there', async () => {
    const replica = await startReplica(createStreamAnswer(events))
    const { url, stream } = await openGateway([replica.url])
    const body = Buffer.from(JSON.stringify(requestBody))
    const client = sendChat(url, undefined, { 'content-length': String(body.length) })
    const head = readHead(client)
    for (let place = 0; place < body.length; place += 20) {
      client.write(body.subarray(place, place + 20))
      await new Promise((resolve) => setImmediate(resolve))
      if (place === 100) expect((await stream()).choices).toEqual([expectedChoice])
    }
    client.end()
    expect((await readAll(await head)).endsWith('data: [DONE]\n\n')).toBe(true)
  })

  it('that never ends is given up after the total time, as is a head', async () => {
    const replica = await startReplica(createStreamAnswer(events))
    const { url } = await openGateway([replica.url], { timeouts: { total: 500 } })
    const line = 'POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\n'
    for (const start of [line, `${line}content-type: application/json\r\ncontent-length: 1000\r\n\r\n{"model":`]) {
      const socket = connect(Number(new URL(url).port), '127.0.0.1')
      afterTest(async () => void socket.destroy())
      socket.write(start)
      let text = ''
      socket.on('data', (bytes) => (text += bytes.toString()))
      await once(socket, 'close')
      expect(text).toMatch(/^HTTP\/1\.1 408 /)
      expect(JSON.parse(text.slice(text.indexOf('\r\n\r\n')))).toMatchObject({
        error: { type: 'invalid_request_error', code: 'request_timeout' },
      })
    }
    expect(replica.requests.length).toBe(0)
  })
})

function toChunked(text: string): string {
  return `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`
}
