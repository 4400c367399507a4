import {
  createCompletion,
  createJsonAnswer,
  createStreamAnswer,
  createVllmEvents,
  cutText,
  startScriptedUpstream,
  type Script,
  type ScriptedUpstream,
} from '@tooldelta/testbed/scripted-upstream'
import { afterEach, describe, expect, it } from 'vitest'
import { createUpstreamHandler, type ExchangeObserver, type UpstreamHandlerOptions } from '../src/index.ts'
import { call, requestBody } from './helpers.ts'

const upstreams: ScriptedUpstream[] = []
afterEach(async () => {
  for (const upstream of upstreams.splice(0)) await upstream.close()
})

const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 }
const events = createVllmEvents(cutText(`Hi.\n${call}`), { usage })

type Note = [string, ...unknown[]]

/** An observer that writes down what it is told, and waits for the end. */
function createNotes() {
  const notes: Note[] = []
  let resolve: () => void
  const ended = new Promise<void>((done) => (resolve = done))
  const note =
    (name: string) =>
    (...values: unknown[]): void => {
      notes.push([name, ...values])
    }
  const observer: ExchangeObserver = {
    onRequest: ({ mode }) => note('request')(mode),
    onResponse: note('response'),
    onUpstreamData: note('data'),
    onFirstDelta: note('first'),
    onDiagnostic: ({ code }) => note('diagnostic')(code),
    onCall: note('call'),
    onUsage: note('usage'),
    onUpstreamWait: note('wait'),
    onEnd(outcome) {
      note('end')(outcome)
      resolve()
    },
  }
  const of = (name: string): unknown[][] => notes.filter(([kind]) => kind === name).map(([, ...values]) => values)
  return { observer, notes, ended, of }
}

async function open(script: Script, options: Partial<UpstreamHandlerOptions> = {}) {
  const upstream = await startScriptedUpstream(script)
  upstreams.push(upstream)
  return createUpstreamHandler({ upstream: upstream.url, format: 'qwen3_coder', ...options })
}

function ask(body: object = requestBody, init: RequestInit = {}, path = '/v1/chat/completions'): Request {
  return new Request(`http://proxy${path}`, { method: 'POST', body: JSON.stringify(body), ...init })
}

async function observe(script: Script, request: Request, options: Partial<UpstreamHandlerOptions> = {}) {
  const handle = await open(script, options)
  const { observer, ...notes } = createNotes()
  const text = await (await handle(request, observer)).text()
  await notes.ended
  return { ...notes, text }
}

const { tools: _tools, ...plainBody } = requestBody

describe('an observer', () => {
  it('sees a stream with a call from its request to its end', async () => {
    const { notes, of } = await observe(createStreamAnswer(events), ask())
    const told = notes.filter(([name]) => name !== 'data' && name !== 'wait')
    expect(told).toEqual([
      ['request', 'template'],
      ['response', { status: 200, isStream: true }],
      ['first'],
      ['call', { choice: 0, index: 0, status: 'complete' }],
      ['usage', usage],
      ['end', { finishReasons: ['tool_calls'], isAborted: false }],
    ])
    expect(of('data').map(([data]) => `data: ${String(data)}\n\n`)).toEqual(
      events.filter((one) => !one.includes('[DONE]')),
    )
    expect(of('wait').length).toBeGreaterThan(1)
  })

  it('sees usage that the client gets nothing of', async () => {
    const { of, text } = await observe(createStreamAnswer(events), ask())
    expect(of('usage')).toEqual([[usage]])
    expect(text).not.toContain('total_tokens')
  })

  it('sees a stream that goes on as it is', async () => {
    const { notes, text } = await observe(createStreamAnswer(events), ask(plainBody))
    expect(notes.filter(([name]) => name !== 'data' && name !== 'wait')).toEqual([
      ['request', 'passthrough'],
      ['response', { status: 200, isStream: true }],
      ['first'],
      ['usage', usage],
      ['end', { finishReasons: ['stop'], isAborted: false }],
    ])
    expect(text).toBe(events.join(''))
  })

  it('sees whole answers, transformed and not', async () => {
    const whole = createJsonAnswer(createCompletion(call))
    const transformed = await observe(whole, ask({ ...requestBody, stream: false }))
    const passed = await observe(whole, ask({ ...plainBody, stream: false }))
    for (const { of } of [transformed, passed]) {
      expect(of('data')).toHaveLength(1)
      expect(of('usage')).toEqual([[{ prompt_tokens: 12, completion_tokens: 30, total_tokens: 42 }]])
      expect(of('first')).toHaveLength(1)
    }
    expect(transformed.of('call')).toEqual([[{ choice: 0, index: 0, status: 'complete' }]])
    expect(transformed.of('end')).toEqual([[{ finishReasons: ['tool_calls'], isAborted: false }]])
    expect(passed.of('end')).toEqual([[{ finishReasons: ['stop'], isAborted: false }]])
  })

  it('sees calls that the upstream has parsed', async () => {
    const toolCall = { id: 'a', type: 'function', function: { name: 'ls', arguments: '{}' } }
    const choice = { index: 0, message: { role: 'assistant', tool_calls: [toolCall] }, finish_reason: 'tool_calls' }
    for (const body of [requestBody, plainBody]) {
      const { of } = await observe(createJsonAnswer({ choices: [choice] }), ask({ ...body, stream: false }))
      expect(of('call')).toEqual([[{ choice: 0, index: 0, status: 'complete' }]])
    }
  })

  it('sees remarks of the parser', async () => {
    const text = call.replace('</tool_call>', '')
    const { of } = await observe(createStreamAnswer(createVllmEvents([text])), ask())
    expect(of('diagnostic').length).toBeGreaterThan(0)
    expect(of('call')).toMatchObject([[{ status: 'repaired' }]])
  })

  it('sees what the client is told of a fault', async () => {
    const broken = await observe(createStreamAnswer(events.slice(0, 3), [{ destroy: true }]), ask())
    expect(broken.of('end')).toMatchObject([[{ error: { code: 'upstream_disconnected' }, isAborted: false }]])
    const refused = await observe(createJsonAnswer({ error: { message: 'No.', type: 'x', code: 400 } }, 400), ask())
    expect(refused.of('response')).toEqual([[{ status: 400, isStream: false }]])
    expect(refused.of('end')).toMatchObject([[{ error: { message: 'No.', code: 400 }, finishReasons: [] }]])
    const malformed = await observe(createJsonAnswer({}), ask({ ...requestBody, tools: 7 }))
    expect(malformed.notes.map(([name]) => name)).toEqual(['end'])
    expect(malformed.of('end')).toMatchObject([[{ error: { code: 'invalid_tools' } }]])
    const gone = await observe(createJsonAnswer({}), ask(), { upstream: 'http://127.0.0.1:1' })
    expect(gone.of('end')).toMatchObject([[{ error: { code: 'upstream_unreachable' } }]])
  })

  it('sees that a stream broke which goes on as it is', async () => {
    const handle = await open(createStreamAnswer(events.slice(0, 3), [{ destroy: true }]))
    const { observer, ended, of } = createNotes()
    await expect((await handle(ask(plainBody), observer)).text()).rejects.toThrow()
    await ended
    expect(of('end')).toMatchObject([[{ error: { code: 'upstream_disconnected' }, isAborted: false }]])
  })

  it.each([
    ['with', requestBody],
    ['without', plainBody],
  ])('sees that the client went away from a stream %s tools', async (_name, body) => {
    const handle = await open(createStreamAnswer(events.slice(0, 3), [{ hang: true }]))
    const { observer, ended, of } = createNotes()
    const reader = (await handle(ask(body), observer)).body!.getReader()
    await reader.read()
    await reader.cancel()
    await ended
    expect(of('end')).toEqual([[{ finishReasons: [], isAborted: true }]])
  })

  it('sees that the client went away before the answer', async () => {
    const handle = await open((request) => {
      client.abort()
      return createStreamAnswer(request.body === '' ? [] : events)
    })
    const client = new AbortController()
    const { observer, ended, of } = createNotes()
    const slow = handle(ask(requestBody, { signal: client.signal }), observer).then((answer) => answer.text())
    await expect(slow).rejects.toThrow()
    await ended
    expect(of('end')).toMatchObject([[{ isAborted: true }]])
  })

  it('sees other paths', async () => {
    const chunk = { choices: [{ index: 0, text: 'a', finish_reason: 'stop' }], usage }
    const script = createStreamAnswer([`data: ${JSON.stringify(chunk)}\n\n`, 'data: [DONE]\n\n'])
    const { of } = await observe(script, ask({ prompt: 'x' }, {}, '/v1/completions'))
    expect([of('request'), of('first').length, of('usage')]).toEqual([[], 1, [[usage]]])
    expect(of('end')).toEqual([[{ finishReasons: ['stop'], isAborted: false }]])
  })
})
