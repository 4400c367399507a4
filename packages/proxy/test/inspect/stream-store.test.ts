import { EventEmitter, once } from 'node:events'
import { createServer, get, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { InspectedStream } from '../../src/inspect/inspected-stream.ts'
import { StreamStore } from '../../src/inspect/stream-store.ts'
import { watchStreams } from '../../src/inspect/watch-streams.ts'

const about = {
  requestId: 'r',
  path: '/v1/chat/completions',
  model: 'm',
  upstream: 'u',
  format: 'hermes',
  isStream: true,
}
const outcome = { finishReasons: ['stop'], isAborted: false }

function begin(store: StreamStore): InspectedStream {
  return store.begin({ ...about, start: performance.now() })
}

function idsOf(store: StreamStore): string[] {
  return store.list().map(({ id }) => id)
}

describe('the memory of the inspector', () => {
  it('holds the last exchanges, newest first; one that runs outlives those that have ended', () => {
    const store = new StreamStore({ streams: 3, bytes: 1_000_000 })
    begin(store)
    for (let count = 0; count < 5; count += 1) begin(store).onEnd(outcome)
    expect(idsOf(store)).toEqual(['6', '5', '1'])
    for (let count = 0; count < 3; count += 1) begin(store)
    expect(idsOf(store)).toEqual(['9', '8', '7'])
  })

  it('never holds more bytes than it may, whatever comes in', () => {
    const store = new StreamStore({ streams: 1000, bytes: 200_000 })
    for (let count = 0; count < 300; count += 1) {
      const stream = begin(store)
      stream.onUpstreamRequest({ path: '/v1/chat/completions', body: 'b'.repeat(count * 37) })
      for (let piece = 0; piece < count % 50; piece += 1) stream.onUpstreamData('d'.repeat(500))
      if (count % 3 > 0) stream.onEnd(outcome)
      const all = store.list()
      const sum = all.reduce((bytes, one) => bytes + one.bytes, 0)
      expect(store.bytes).toBe(sum)
      expect(sum).toBeLessThanOrEqual(200_000)
      // What is counted is what is there.
      const text = all.flatMap((one) => [one.sent?.body ?? '', ...one.pieces(0).map(({ data }) => data)]).join('')
      expect(text.length * 2).toBeLessThanOrEqual(sum)
    }
    expect(store.list().length).toBeGreaterThan(1)
  })

  it('counts exchanges without an answer too', () => {
    const store = new StreamStore({ streams: 10_000, bytes: 65_536 })
    for (let count = 0; count < 1000; count += 1) begin(store)
    expect(store.bytes).toBeLessThanOrEqual(65_536)
  })

  it('keeps the beginning of an answer that is too long, says so, and keeps the others', () => {
    const store = new StreamStore({ streams: 10, bytes: 100_000 })
    const small = begin(store)
    small.onUpstreamData('small')
    small.onEnd(outcome)
    const long = begin(store)
    for (let count = 0; count < 1000; count += 1) long.onUpstreamData(`${count} ${'x'.repeat(100)}`)
    long.onEnd(outcome)
    const { isCut, state, pieces } = long.summary()
    expect({ isCut, state }).toEqual({ isCut: true, state: 'ended' })
    expect(pieces).toBeGreaterThan(50)
    expect(long.pieces(0).every(({ data }, place) => data.startsWith(`${place} `))).toBe(true)
    expect(small.pieces(0)).toHaveLength(1)
  })

  it('lets go of what was dropped while it ran', () => {
    const store = new StreamStore({ streams: 1, bytes: 100_000 })
    const first = begin(store)
    first.onUpstreamData('one')
    begin(store)
    const { bytes } = store
    for (let count = 0; count < 100; count += 1) first.onUpstreamData('more')
    expect(first.pieces(0)).toEqual([])
    expect(store.bytes).toBe(bytes)
  })
})

describe('a viewer', () => {
  const closers: (() => void)[] = []
  afterEach(() => {
    for (const close of closers.splice(0)) close()
  })

  it('who takes nothing is let go, and nothing is queued for them', async () => {
    const store = new StreamStore({ streams: 1, bytes: 100_000_000 })
    const stream = begin(store)
    const seen = new EventEmitter<{ open: [ServerResponse] }>()
    const server = createServer((_request, response) => {
      watchStreams(store, response, { follow: '1', periodMs: 5, patienceMs: 200 })
      seen.emit('open', response)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    closers.push(() => server.close())
    const opened = once(seen, 'open')
    const request = get({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' })
    request.on('error', () => {})
    closers.push(() => request.destroy())
    const [answer] = await once(request, 'response')
    answer.on('error', () => {})
    const [response] = (await opened) as [ServerResponse]
    const closed = once(response, 'close')
    let most = 0
    const timer = setInterval(() => {
      for (let count = 0; count < 50; count += 1) stream.onUpstreamData('x'.repeat(10_000))
      most = Math.max(most, response.writableLength)
    }, 2)
    await closed
    clearInterval(timer)
    expect(stream.pieces(0).length).toBeGreaterThan(200)
    // One look's worth, and not what has come since.
    expect(most).toBeLessThan(1_000_000)
  })
})
