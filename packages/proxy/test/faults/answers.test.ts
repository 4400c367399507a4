import { createCompletion, createJsonAnswer, createStreamAnswer } from '@tooldelta/testbed/scripted-upstream'
import { describe, expect, it } from 'vitest'
import {
  callText,
  events,
  expectedChoice,
  findClosedPort,
  openGateway,
  startRawServer,
  startReplica,
} from './helpers.ts'

const good = createStreamAnswer(events)
const once = { retries: 0 }

async function readError(response: Response): Promise<{ status: number; type: unknown; code: unknown }> {
  expect(response.headers.get('content-type')).toContain('application/json')
  const { error } = (await response.json()) as { error: { message: string; type: unknown; code: unknown } }
  expect(error.message).not.toBe('')
  return { status: response.status, type: error.type, code: error.code }
}

describe('an upstream that gives no answer', () => {
  it('because nobody listens there: 502', async () => {
    const { chat } = await openGateway([await findClosedPort()], {}, once)
    expect(await readError(await chat())).toEqual({ status: 502, type: 'upstream_error', code: 'upstream_unreachable' })
  })

  it('because it closes or resets the connection: 502', async () => {
    const { url } = await startRawServer((socket) => socket.resetAndDestroy())
    const { chat } = await openGateway([url], {}, once)
    expect(await readError(await chat())).toMatchObject({ status: 502, code: 'upstream_disconnected' })
  })

  it('because it speaks something else: 502', async () => {
    const { url } = await startRawServer((socket) => socket.end('220 mail.example.com ESMTP\r\n'))
    const { chat } = await openGateway([url], {}, once)
    expect(await readError(await chat())).toMatchObject({ status: 502, code: 'upstream_invalid_answer' })
  })

  it('within the idle time: 504, and its connection is closed', async () => {
    const silent = await startRawServer(() => {})
    const { chat } = await openGateway([silent.url], { timeouts: { idle: 500 } })
    expect(await readError(await chat())).toMatchObject({ status: 504, code: 'upstream_timeout' })
    await silent.closed
    // Silence is not repeated: the second server would have to be waited for as long.
    expect(silent.received.length).toBe(1)
  })

  it('within the total time, for one that is not streamed: 504', async () => {
    const silent = await startRawServer(() => {})
    const { chat } = await openGateway([silent.url], { timeouts: { idle: 50, total: 300 } })
    const start = performance.now()
    expect(await readError(await chat({ stream: false }))).toMatchObject({ status: 504, code: 'upstream_timeout' })
    expect(performance.now() - start).toBeGreaterThan(250)
  })

  it('three times in a row: then 503 at once, with the time to come again', async () => {
    const { chat } = await openGateway([await findClosedPort()], { circuit: { failures: 3, pause: 10_000 } }, once)
    for (let count = 0; count < 3; count += 1) expect((await chat()).status).toBe(502)
    const response = await chat()
    expect(response.headers.get('retry-after')).toMatch(/^(?:9|10)$/)
    expect(await readError(response)).toMatchObject({ status: 503, code: 'upstream_unavailable' })
  })
})

describe('a replica that fails before its answer', () => {
  it.each([[429], [502], [503], [504]])('with %i: the client gets the answer of the other one', async (status) => {
    const busy = await startReplica(createJsonAnswer({ error: { message: 'x', type: 't', code: null } }, status))
    const other = await startReplica(good)
    const { stream } = await openGateway([busy.url, other.url])
    expect((await stream()).choices).toEqual([expectedChoice])
    expect([busy.requests.length, other.requests.length]).toEqual([1, 1])
    expect(other.requests[0]!.body).toBe(busy.requests[0]!.body)
  })

  it('by refusing or resetting: the client gets the answer of the third', async () => {
    const reset = await startRawServer((socket) => socket.resetAndDestroy())
    const other = await startReplica(good)
    const { stream } = await openGateway([await findClosedPort(), reset.url, other.url])
    expect((await stream()).choices).toEqual([expectedChoice])
  })

  it('with 400: the client gets that error, word for word', async () => {
    const error = { error: { message: 'max_tokens is too large', type: 'BadRequestError', code: 400, param: null } }
    const replica = await startReplica(createJsonAnswer(error, 400))
    const other = await startReplica(good)
    const { chat } = await openGateway([replica.url, other.url])
    const response = await chat()
    expect([response.status, await response.json()]).toEqual([400, error])
    expect(other.requests.length).toBe(0)
  })
})

describe('a whole answer', () => {
  const json = { 'content-type': 'application/json' }

  it('that is complete has its call', async () => {
    const replica = await startReplica(createJsonAnswer(createCompletion(callText)))
    const { chat } = await openGateway([replica.url])
    const completion = await (await chat({ stream: false })).json()
    expect(completion).toMatchObject({
      choices: [
        {
          message: { tool_calls: [{ function: { name: 'get_weather', arguments: '{"city":"Tromsø 🌍"}' } }] },
          finish_reason: 'tool_calls',
        },
      ],
    })
  })

  it('that breaks off is a 502', async () => {
    const text = JSON.stringify(createCompletion(callText))
    const replica = await startReplica({ headers: json, steps: [{ write: text.slice(0, 99) }, { destroy: true }] })
    const { chat } = await openGateway([replica.url])
    expect(await readError(await chat({ stream: false }))).toMatchObject({ status: 502, code: 'upstream_disconnected' })
  })

  it('that is shorter than its content-length is a 502', async () => {
    const head = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n'
    const { url } = await startRawServer((socket) => socket.end(`${head}{"choices":`))
    const { chat } = await openGateway([url])
    expect(await readError(await chat({ stream: false }))).toMatchObject({ status: 502, code: 'upstream_disconnected' })
  })

  it.each<[string, string]>([
    ['half a JSON text', '{"choices":[{"message":'],
    ['no JSON', '<html>oops</html>'],
    ['nothing', ''],
    ['a list', '[]'],
  ])('that is %s is a 502, not a success that no client can read', async (_, text) => {
    const replica = await startReplica({ headers: json, steps: text === '' ? [] : [{ write: text }] })
    const { chat } = await openGateway([replica.url])
    expect(await readError(await chat({ stream: false }))).toMatchObject({
      status: 502,
      type: 'upstream_error',
      code: 'upstream_invalid_answer',
    })
  })

  it('of a wrong content type passes as it is', async () => {
    const replica = await startReplica({ headers: { 'content-type': 'text/html' }, steps: [{ write: '<p>Hello' }] })
    const { chat } = await openGateway([replica.url])
    const response = await chat()
    expect([response.headers.get('content-type'), await response.text()]).toEqual(['text/html', '<p>Hello'])
  })

  it('of a stream without a content type passes as it is', async () => {
    const replica = await startReplica({ steps: events.map((write) => ({ write })) })
    const { chat } = await openGateway([replica.url])
    expect(await (await chat()).text()).toBe(events.join(''))
  })
})
