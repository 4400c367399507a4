import {
  createChunk,
  startScriptedUpstream,
  toEvent,
  type ScriptedUpstream,
  type ScriptStep,
} from '@tooldelta/testbed/scripted-upstream'
import type { FoldedStream } from '@tooldelta/testbed/wire-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { events, expectedChoice, startGateway, streamHead, type OpenGateway } from './helpers.ts'

const beforeCall = events.slice(0, 2)
const insideCall = events.slice(0, 12)

let current: readonly ScriptStep[] = []
let replica: ScriptedUpstream
let gateway: OpenGateway
beforeAll(async () => {
  replica = await startScriptedUpstream(() => ({ headers: streamHead, steps: current }))
  // One gateway for all of them, which none of these faults may spoil.
  gateway = await startGateway([replica.url], { timeouts: { idle: 1000 }, circuit: { failures: 1000 } })
})
afterAll(async () => {
  await gateway.close()
  await replica.close()
})

/** Asks while the upstream plays these steps. */
function play(steps: readonly ScriptStep[], body: object = {}): Promise<FoldedStream> {
  current = steps
  return gateway.stream(body)
}

function toSteps(texts: readonly string[], ...more: ScriptStep[]): ScriptStep[] {
  return [...texts.map((write) => ({ write })), ...more]
}

describe('a stream that stops coming', () => {
  it('before its first byte: an error after the idle time, and the connection is closed', async () => {
    const cuts = replica.cutAnswers.length
    const { choices, error } = await play([{ hang: true }])
    expect(choices).toEqual([])
    expect(error).toMatchObject({ type: 'upstream_error', code: 'upstream_timeout' })
    await replica.waitForCut(cuts + 1)
  })

  it('after its first byte: what came, then the error', async () => {
    const cuts = replica.cutAnswers.length
    const { choices, error } = await play(toSteps(beforeCall, { hang: true }))
    expect(choices).toMatchObject([{ content: 'Hi.\n', calls: [], finishReason: null }])
    expect(error).toMatchObject({ code: 'upstream_timeout' })
    await replica.waitForCut(cuts + 1)
  })

  it('but says that it lives: no error', async () => {
    const alive = Array.from({ length: 5 }, (): ScriptStep[] => [{ write: ': busy\n\n' }, { waitMs: 300 }]).flat()
    const { choices, error } = await play([...alive, ...toSteps(events)])
    expect(error).toBeUndefined()
    expect(choices).toEqual([expectedChoice])
  })
})

describe('a stream that breaks off', () => {
  it.each<[string, readonly string[], object]>([
    ['after its head', [], []],
    ['after its role', events.slice(0, 1), [{ content: '', calls: [], finishReason: null }]],
    ['in its text', beforeCall, [{ content: 'Hi.\n', calls: [], finishReason: null }]],
    [
      'inside an event',
      [...beforeCall, events[2]!.slice(0, 40)],
      [{ content: 'Hi.\n', calls: [], finishReason: null }],
    ],
  ])('%s: what came, an error, [DONE]', async (_, texts, expected) => {
    const { choices, error } = await play(toSteps(texts, { destroy: true }))
    expect(error).toMatchObject({ type: 'upstream_error', code: 'upstream_disconnected' })
    expect(choices).toMatchObject(expected)
  })

  it('inside a call: the call stays open and has no finish, so that nobody executes it', async () => {
    const { choices, error } = await play(toSteps(insideCall, { destroy: true }))
    expect(error).toMatchObject({ code: 'upstream_disconnected' })
    expect(choices[0]).toMatchObject({ calls: [{ name: 'get_weather' }], finishReason: null })
    expect(() => JSON.parse(choices[0]!.calls[0]!.arguments) as unknown).toThrow()
  })

  it('without tools in the request as well', async () => {
    const { error } = await play(toSteps(beforeCall, { destroy: true }), { tools: undefined })
    expect(error).toMatchObject({ type: 'upstream_error', code: 'upstream_disconnected' })
  })
})

describe('bytes', () => {
  it.each([[1], [2], [3], [7]])('in writes of %i: characters and events stay whole', async (bytesPerWrite) => {
    const { choices, error } = await play([{ write: events.join(''), bytesPerWrite }])
    expect(error).toBeUndefined()
    expect(choices).toEqual([expectedChoice])
  })

  it('that end within a character: the error of a broken stream and no half character', async () => {
    const whole = Buffer.from(toEvent(createChunk({ content: 'Tromsø 🌍' })))
    const half = whole.subarray(0, whole.indexOf(Buffer.from('🌍')) + 2)
    const { choices, error } = await play([...toSteps(events.slice(0, 1)), { write: half }, { destroy: true }])
    expect(error).toMatchObject({ code: 'upstream_disconnected' })
    expect(choices[0]!.content).toBe('')
  })

  it('that end within a character although the server ends regularly: an error', async () => {
    const whole = Buffer.from(toEvent(createChunk({ content: 'Tromsø 🌍' })))
    const half = whole.subarray(0, whole.indexOf(Buffer.from('🌍')) + 2)
    const { choices, error } = await play([...toSteps(events.slice(0, 1)), { write: half }])
    expect(error).toMatchObject({ code: 'upstream_invalid_chunk' })
    expect(choices[0]!.content).toBe('')
  })

  it('that are no UTF-8 inside an event: replaced, and the rest is read', async () => {
    const broken = Buffer.from(toEvent(createChunk({ content: 'a?b' })))
    broken[broken.indexOf('?')] = 0xff
    const { choices, error } = await play([
      ...toSteps(events.slice(0, 1)),
      { write: broken },
      ...toSteps([toEvent(createChunk({}, 'stop')), 'data: [DONE]\n\n']),
    ])
    expect(error).toBeUndefined()
    expect(choices).toMatchObject([{ content: 'a\uFFFDb', finishReason: 'stop' }])
  })
})

describe('errors and garbage in a stream of status 200', () => {
  it.each<[string, string]>([
    ['OpenAI', toEvent({ error: { message: 'CUDA out of memory', type: 'server_error', code: 500 } })],
    ['vLLM', toEvent({ object: 'error', message: 'CUDA out of memory', type: 'InternalServerError', code: 500 })],
    ['a text', toEvent({ error: 'CUDA out of memory' })],
    ['an event called error', 'event: error\ndata: {"message":"CUDA out of memory"}\n\n'],
  ])('an error in the shape of %s is told as one, and ends the stream', async (_, text) => {
    const { choices, error } = await play(toSteps([...beforeCall, text, ...events.slice(2)]))
    expect(error!.message).toContain('CUDA out of memory')
    // On this type clients would repeat the whole request and show its text twice.
    expect(error!.type).not.toBe('server_error')
    expect(choices).toMatchObject([{ content: 'Hi.\n', calls: [] }])
  })

  it.each<[string, string]>([
    ['half a JSON text', 'data: {"choices":[{"ind\n\n'],
    ['HTML', 'data: <html><body>502 Bad Gateway</body></html>\n\n'],
    ['a list', 'data: []\n\n'],
  ])('%s as an event is an error', async (_, text) => {
    const { choices, error } = await play(toSteps([...beforeCall, text, ...events.slice(2)]))
    expect(error).toMatchObject({ type: 'upstream_error', code: 'upstream_invalid_chunk' })
    expect(choices).toMatchObject([{ content: 'Hi.\n', calls: [] }])
  })

  it.each<[string, string]>([
    ['lines that are no fields', 'garbage\n\u0000\u0001\n\n'],
    ['unknown fields', 'id: 7\nretry: 10\nfoo: bar\n\n'],
    ['an object of another kind', toEvent({ object: 'queue.position', position: 3 })],
    ['an empty event', 'data: {}\n\n'],
    ['a ping', 'event: ping\ndata: {}\n\n'],
  ])('%s in between do no harm', async (_, text) => {
    const { choices, error } = await play(toSteps([...beforeCall, text, ...events.slice(2)]))
    expect(error).toBeUndefined()
    expect(choices).toEqual([expectedChoice])
  })

  it.each<[string, ScriptStep[]]>([
    ['nothing but garbage', [{ write: '\u0000\u0001garbage' }]],
    ['an empty stream', []],
  ])('%s is an error', async (_, steps) => {
    expect((await play(steps)).error).toMatchObject({ code: 'upstream_empty_answer' })
  })

  it('a stream without [DONE] and without a finish gets both', async () => {
    const texts = events.slice(0, -1).map((text) => text.replace('"finish_reason":"stop"', '"finish_reason":null'))
    const { choices, error } = await play(toSteps(texts))
    expect(error).toBeUndefined()
    expect(choices).toEqual([expectedChoice])
  })

  it('what comes after [DONE] is not passed on', async () => {
    const steps = toSteps([...events, toEvent(createChunk({ content: 'more' }))])
    expect((await play(steps)).choices).toEqual([expectedChoice])
  })

  it('text of megabytes in one event is read', async () => {
    const content = 'a'.repeat(3_000_000)
    const texts = [toEvent(createChunk({ content })), toEvent(createChunk({}, 'stop')), 'data: [DONE]\n\n']
    const { choices } = await play(toSteps(texts))
    expect(choices[0]!.content.length).toBe(3_000_000)
  })
})

it('after all of that the proxy answers as before, and no request is left over', async () => {
  expect((await play(toSteps(events))).choices).toEqual([expectedChoice])
  const ready = await (await fetch(`${gateway.url}/health/ready`)).json()
  expect(ready).toMatchObject({ in_flight: 0, upstreams: [{ replicas: [{ is_up: true, in_flight: 0 }] }] })
})
