import { connect } from 'node:net'
import { createStreamAnswer, createVllmEvents, cutText, type ScriptStep } from '@tooldelta/testbed/scripted-upstream'
import { foldStrictly, readEventData } from '@tooldelta/testbed/wire-check'
import { describe, expect, it } from 'vitest'
import { qwenText } from '../helpers/texts.ts'
import { chat, createStarter, readError } from './start-gateway.ts'

const start = createStarter()
const comment = ': keep-alive\n\n'

function pausing(
  events: readonly string[],
  place: number,
  waitMs: number,
): { headers: Record<string, string>; steps: ScriptStep[] } {
  return {
    headers: { 'content-type': 'text/event-stream' },
    steps: events.flatMap((write, at): ScriptStep[] => (at === place ? [{ waitMs }, { write }] : [{ write }])),
  }
}

describe('a stream', () => {
  it('has headers that keep it from being collected, and the id of its request', async () => {
    const upstream = await start.upstream()
    const { url } = await start.gateway(upstream)
    for (const more of [{}, { tools: undefined }]) {
      const response = await chat(url, more, { headers: { 'x-request-id': 'mine-1', 'accept-encoding': 'gzip, br' } })
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'content-type': expect.stringMatching(/^text\/event-stream; charset=utf-8$/),
        'cache-control': 'no-cache',
        'x-accel-buffering': 'no',
        'x-request-id': 'mine-1',
      })
      expect(response.headers.has('content-encoding')).toBe(false)
      await response.text()
      expect(upstream.requests.at(-1)?.headers['x-request-id']).toBe('mine-1')
    }
  })

  it.each(['a b', 'x'.repeat(200), 'ü'])('does not take %s as the id of a request', async (id) => {
    const { url } = await start.gateway(await start.upstream())
    const response = await chat(url, {}, { headers: { 'x-request-id': encodeURIComponent(id).slice(0, 200) } })
    expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
    await response.text()
  })

  it.each([
    ['with calls', {}],
    ['passed on', { tools: undefined }],
  ])('%s is kept alive while the upstream is silent, with comments between its events', async (_what, more) => {
    const events = createVllmEvents(cutText(qwenText))
    const upstream = await start.upstream(pausing(events, 5, 500))
    const { url } = await start.gateway(upstream, { timeouts: { keepAlive: 100 } })
    const text = await (await chat(url, more)).text()
    const comments = text.split(comment).length - 1
    expect(comments).toBeGreaterThanOrEqual(2)
    expect(comments).toBeLessThanOrEqual(5)
    expect(text.replaceAll(comment, '')).not.toMatch(/^:/m)
    expect(text.replaceAll(comment, '')).toMatch(/"finish_reason":"(?:tool_calls|stop)"[^\n]*\n\ndata: \[DONE\]\n\n$/)
  })

  it('gets no comment in the middle of an event', async () => {
    const [first, second, ...rest] = createVllmEvents(cutText(qwenText)) as [string, string, ...string[]]
    const halves = [first, second.slice(0, 20), second.slice(20), ...rest]
    const upstream = await start.upstream(pausing(halves, 2, 400))
    const { url } = await start.gateway(upstream, { timeouts: { keepAlive: 100 } })
    const text = await (await chat(url, { tools: undefined })).text()
    expect(text).toBe(halves.join(''))
  })

  it('gets its head with that of the upstream: an error before it is plain JSON', async () => {
    const upstream = await start.upstream({
      headers: { 'content-type': 'application/json' },
      status: 400,
      steps: [
        { waitMs: 300 },
        { write: '{"error":{"message":"maximum context length","type":"BadRequestError","code":400}}' },
      ],
    })
    const { url } = await start.gateway(upstream, { timeouts: { keepAlive: 50 } })
    const response = await chat(url)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: { message: 'maximum context length' } })
  })
})

describe('the end of the server', () => {
  const started = createVllmEvents(['Hi', '!'], { withoutDone: true }).slice(0, 2)
  const hanging = createStreamAnswer(started, [{ hang: true }])

  it.each([
    ['with calls', {}],
    ['passed on', { tools: undefined }],
  ])('lets streams %s go on for the drain time, then ends them with an error event', async (_what, more) => {
    const upstream = await start.upstream(hanging)
    const { url, gateway } = await start.gateway(upstream, { timeouts: { drain: 300 } })
    const response = await chat(url, more)
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
    const first = (await reader.read()).value as string
    const since = performance.now()
    const drained = gateway.drain()
    let text = first
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) text += piece.value
    await drained
    expect(performance.now() - since).toBeGreaterThan(280)
    const { error, choices } = foldStrictly(readEventData(text))
    expect(error).toMatchObject({ type: 'upstream_error', code: 'proxy_stopping' })
    expect(choices[0]?.finishReason).toBeNull()
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true)
    await upstream.waitForCut()
  })

  it('answers 503 to who waits for a whole answer', async () => {
    const upstream = await start.upstream({ headers: { 'content-type': 'application/json' }, steps: [{ hang: true }] })
    const { url, gateway } = await start.gateway(upstream, { timeouts: { drain: 100 } })
    const answer = chat(url, { stream: false })
    await expect.poll(() => upstream.requests.length).toBe(1)
    await gateway.drain()
    const response = await answer
    expect(response.status).toBe(503)
    expect(await readError(response)).toMatchObject({ code: 'proxy_stopping' })
  })

  it('does not wait for connections that clients have opened ahead', async () => {
    const { url, gateway } = await start.gateway(await start.upstream(hanging), { timeouts: { drain: 20_000 } })
    const client = connect(Number(new URL(url).port), '127.0.0.1')
    const closed = new Promise<void>((resolve) => client.on('close', () => resolve()))
    await new Promise<void>((resolve) => client.on('connect', () => resolve()))
    const since = performance.now()
    await Promise.all([gateway.drain(), closed])
    expect(performance.now() - since).toBeLessThan(10_000)
  })

  it('turns readiness off at once, and closes kept connections behind their answers', async () => {
    const upstream = await start.upstream(hanging)
    const { url, gateway } = await start.gateway(upstream, { timeouts: { drain: 300 } })
    const client = connect(Number(new URL(url).port), '127.0.0.1')
    let received = ''
    const ended = new Promise<void>((resolve) => client.on('close', () => resolve()))
    const begun = new Promise<void>((resolve) => {
      client.on('data', (bytes) => {
        received += bytes.toString()
        if (received.includes('"content":"Hi"')) resolve()
      })
    })
    const body = JSON.stringify({ model: 'coder', messages: [], stream: true })
    const head = `Host: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`
    client.write(`POST /v1/chat/completions HTTP/1.1\r\n${head}${body}`)
    await begun
    const drained = gateway.drain()
    // Behind the stream, on its connection; a new one would not be taken any more.
    client.write('GET /health/ready HTTP/1.1\r\nHost: x\r\n\r\n')
    await expect(fetch(`${url}/health/live`)).rejects.toThrow()
    await Promise.all([drained, ended])
    const [stream, health] = received.split(/(?=HTTP\/1\.1 )/)
    expect(stream).toContain('proxy_stopping')
    expect(health).toMatch(/^HTTP\/1\.1 503/)
    expect(health).toMatch(/^connection: close/im)
    expect(health).toContain('"status":"draining"')
  })
})
