import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  createCompletion,
  createJsonAnswer,
  createStreamAnswer,
  createVllmEvents,
  cutText,
  type Script,
} from '@tooldelta/testbed/scripted-upstream'
import { createParser } from 'eventsource-parser'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readConfig } from '../../src/config/read-config.ts'
import type { InspectEvent, StreamDetail, StreamPiece, StreamSummary } from '../../src/inspect/types.ts'
import { createReplayApp, readRecordings } from '../../src/index.ts'
import { listen } from '../../src/serve/listen.ts'
import { chat, createStarter, readError, type RunningGateway, type Settings } from '../gateway/start-gateway.ts'
import { qwenText, tools } from '../helpers/texts.ts'

const start = createStarter()
const events = createVllmEvents(cutText(qwenText))
/** What the pages need of their folder. */
let pages: string
beforeAll(() => {
  pages = mkdtempSync(join(tmpdir(), 'pages-'))
  for (const name of ['index', 'inspect']) writeFileSync(join(pages, `${name}.html`), `<title>${name}</title>`)
})
afterAll(() => rmSync(pages, { recursive: true }))

async function startInspected(
  script: Script = createStreamAnswer(events),
  settings: Settings = {},
  env: Record<string, string> = {},
): Promise<RunningGateway> {
  const upstream = await start.upstream(script)
  return start.gateway(upstream, { inspect: { enabled: true }, ...settings }, { pages, env })
}

async function listStreams(url: string, init?: RequestInit): Promise<StreamSummary[]> {
  const response = await fetch(`${url}/inspect/api/streams`, init)
  expect(response.status).toBe(200)
  return ((await response.json()) as { streams: StreamSummary[] }).streams
}

async function readStream(url: string, id: string): Promise<StreamDetail & { pieces: StreamPiece[] }> {
  return (await (await fetch(`${url}/inspect/api/streams/${id}`)).json()) as StreamDetail & { pieces: StreamPiece[] }
}

/** Reads live events until `isEnough`. */
async function watch(
  url: string,
  query: string,
  isEnough: (events: InspectEvent[]) => boolean,
): Promise<InspectEvent[]> {
  const control = new AbortController()
  const response = await fetch(`${url}/inspect/api/events${query}`, { signal: control.signal })
  const seen: InspectEvent[] = []
  const parser = createParser({ onEvent: ({ data }) => void seen.push(JSON.parse(data) as InspectEvent) })
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  while (!isEnough(seen)) {
    const { done, value } = await reader.read()
    if (done) break
    parser.feed(value)
  }
  control.abort()
  return seen
}

describe('the inspector', () => {
  it('is off unless it is asked for', async () => {
    const { url } = await start.gateway(await start.upstream())
    for (const path of ['/inspect', '/inspect/api/streams', '/playground']) {
      expect((await fetch(`${url}${path}`)).status).toBe(404)
    }
  })

  it('keeps what passed: model, format, calls, time to the first delta, and every event as it came', async () => {
    const { url } = await startInspected()
    await (await chat(url, {}, { headers: { 'x-request-id': 'mine-1' } })).text()
    const [stream, ...more] = await listStreams(url)
    expect(more).toEqual([])
    expect(stream).toMatchObject({
      requestId: 'mine-1',
      model: 'coder',
      upstream: 'gpu',
      format: 'qwen3_coder',
      mode: 'template',
      isStream: true,
      state: 'ended',
      finishReasons: ['tool_calls'],
      calls: { complete: 1, repaired: 0, truncated: 0 },
      isCut: false,
    })
    expect(stream!.firstDeltaMs).toBeGreaterThan(0)
    expect(stream!.durationMs).toBeGreaterThanOrEqual(stream!.firstDeltaMs!)
    const { pieces, reading } = await readStream(url, stream!.id)
    const sent = events.map((event) => event.slice('data: '.length, -2)).filter((data) => data !== '[DONE]')
    expect(pieces.map(({ data }) => data)).toEqual(sent)
    expect(reading).toMatchObject({ format: 'qwen3_coder', tools })
    const times = pieces.map(({ ms }) => ms)
    expect(times).toEqual(times.toSorted((a, b) => a - b))
  })

  it('shows a stream while it runs, piece by piece', async () => {
    const { url } = await startInspected(createStreamAnswer(events.slice(0, 6), [{ hang: true }]))
    const control = new AbortController()
    const response = await chat(url, {}, { signal: control.signal })
    await response.body!.getReader().read()
    const seen = await watch(url, '?stream=1', (all) => all.some((event) => event.type === 'pieces'))
    expect(seen[0]).toMatchObject({ type: 'streams', changed: [{ id: '1', state: 'running' }] })
    expect(seen[1]).toMatchObject({ type: 'stream', detail: { attempt: 1, reading: { format: 'qwen3_coder' } } })
    control.abort()
    await watch(url, '', (all) =>
      all.some((event) => event.type === 'streams' && event.changed[0]?.state === 'aborted'),
    )
  })

  it.each<[string, Script, Partial<StreamSummary>]>([
    ['an error', createJsonAnswer({ error: { message: 'too long', type: 'BadRequestError', code: 400 } }, 400), {}],
    ['a break', createStreamAnswer(events.slice(0, 4), [{ destroy: true }]), { pieces: 4 }],
  ])('says that %s has ended an answer', async (_what, script, more) => {
    const { url } = await startInspected(script)
    await (await chat(url)).text()
    expect(await listStreams(url)).toMatchObject([{ state: 'error', error: expect.any(String), ...more }])
  })

  it('keeps whole answers, and those that are passed on unread', async () => {
    const { url } = await startInspected(createJsonAnswer(createCompletion(qwenText)))
    await (await chat(url, { stream: false })).text()
    await (await chat(url, { stream: false, tools: undefined })).text()
    const [second, first] = await listStreams(url)
    expect(first).toMatchObject({ isStream: false, pieces: 1, calls: { complete: 1 }, mode: 'template' })
    expect(second).toMatchObject({ isStream: false, pieces: 1, mode: 'passthrough' })
    expect((await readStream(url, second!.id)).reading).toBeUndefined()
  })

  it('shows the second answer where the first was not good enough', async () => {
    let count = 0
    const bad = createStreamAnswer(createVllmEvents(['No call ', 'at all.']))
    const { url } = await startInspected(() => (count++ === 0 ? bad : createStreamAnswer(events)), {
      models: [{ name: 'coder', format: 'qwen3_coder', requiredRetries: 1, toolChoice: 'instruction' }],
    })
    await (await chat(url, { tool_choice: 'required' })).text()
    expect(count).toBe(2)
    const { pieces, attempt, stream } = await readStream(url, '1')
    expect(attempt).toBe(2)
    expect(stream).toMatchObject({ state: 'ended', calls: { complete: 1 } })
    expect(pieces.map(({ data }) => data).join('')).not.toContain('No call')
    expect(pieces).toHaveLength(events.length - 1)
  })

  it('gives a recording that replay plays: the same text in the same pieces', async () => {
    const key = 'sk-canary-0123456789abcdef'
    const { url } = await startInspected()
    await (await chat(url, { messages: [{ role: 'user', content: `My key is ${key}.` }] })).text()
    const response = await fetch(`${url}/inspect/api/streams/1/recording`)
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="stream-1.jsonl"')
    const text = await response.text()
    expect(text).not.toContain(key)
    const recordings = readRecordings(text, 'stream-1.jsonl')
    expect(recordings).toMatchObject([{ kind: 'exchange', model: 'Qwen/Qwen3-Coder', exchange: { end: 'done' } }])
    const app = createReplayApp({ recordings })
    const replayUrl = await listen(app, { host: '127.0.0.1', port: 0 })
    const played = await fetch(`${replayUrl}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: (recordings[0] as { exchange: { request: { body: string } } }).exchange.request.body,
    })
    expect(await played.text()).toBe(events.join(''))
    await app.close()
  })

  it('needs a key wherever there is one, and takes it from no address', async () => {
    const { url } = await startInspected(undefined, { keys: [{ name: 'me', env: 'KEY' }] }, { KEY: 'one-two-three' })
    for (const path of ['streams', 'streams/1', 'streams/1/recording', 'events', 'events?key=one-two-three']) {
      const response = await fetch(`${url}/inspect/api/${path}`)
      expect(response.status).toBe(401)
      expect((await readError(response)).code).toBe('invalid_api_key')
    }
    const headers = { authorization: 'Bearer one-two-three' }
    expect(await listStreams(url, { headers })).toEqual([])
    // The page itself is the same for everyone.
    const page = await fetch(`${url}/inspect`)
    expect(page.status).toBe(200)
    expect(page.url).toBe(`${url}/inspect/`)
    expect(await page.text()).toContain('<title>inspect')
    expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self';/)
    expect(await (await fetch(`${url}/playground`)).text()).toContain('<title>index')
  })

  it('is refused where strangers could look', () => {
    const settings = { inspect: { enabled: true }, listen: { host: '0.0.0.0', allowWithoutKey: true } }
    const text = JSON.stringify({ upstreams: [{ urls: ['http://127.0.0.1:1'] }], ...settings })
    expect(() => readConfig({ text, env: {} })).toThrow(/inspect\.enabled.*every exchange/s)
  })

  it('answers no page that calls this machine by another name', async () => {
    const { url } = await startInspected()
    const { port } = new URL(url)
    const status = (host: string): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        const options = { host: '127.0.0.1', port, path: '/inspect/api/streams', headers: { host } }
        httpRequest(options, (response) => resolve(response.resume().statusCode))
          .on('error', reject)
          .end()
      })
    expect(await status(`evil.example:${port}`)).toBe(403)
    expect(await status(`localhost:${port}`)).toBe(200)
    expect(await status(`[::1]:${port}`)).toBe(200)
  })

  it('lets the server stop while somebody looks', async () => {
    const { url, gateway } = await startInspected()
    const response = await fetch(`${url}/inspect/api/events`)
    await Promise.all([gateway.drain(), response.text()])
  })

  it('says what to do about an exchange that is no longer there', async () => {
    const { url } = await startInspected()
    const response = await fetch(`${url}/inspect/api/streams/99`)
    expect(response.status).toBe(404)
    expect((await readError(response)).message).toContain('inspect.streams')
    const seen = await watch(url, '?stream=99', (all) => all.length > 1)
    expect(seen.at(-1)).toEqual({ type: 'gone', id: '99' })
  })
})
