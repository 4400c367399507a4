import {
  createCompletion,
  createJsonAnswer,
  createStreamAnswer,
  createVllmEvents,
  cutText,
  startScriptedUpstream,
  type RecordedRequest,
  type ScriptedAnswer,
  type ScriptedUpstream,
} from '@tooldelta/testbed/scripted-upstream'
import { foldStrictly, readEventData } from '@tooldelta/testbed/wire-check'
import { afterEach, describe, expect, it } from 'vitest'
import { createUpstreamHandler, type ExchangeObserver, type UpstreamHandlerOptions } from '../src/index.ts'
import { requestBody } from './helpers.ts'

const upstreams: ScriptedUpstream[] = []
afterEach(async () => {
  for (const upstream of upstreams.splice(0)) await upstream.close()
})

const parameters = {
  type: 'object',
  properties: { city: { type: 'string' }, days: { type: 'integer', minimum: 1 } },
  required: ['city'],
  additionalProperties: false,
}
const tools = [{ type: 'function', function: { name: 'get_weather', description: 'd', parameters } }]

const callOf = (args: Record<string, string>): string =>
  `<tool_call>\n<function=get_weather>\n${Object.entries(args)
    .map(([key, value]) => `<parameter=${key}>\n${value}\n</parameter>\n`)
    .join('')}</function>\n</tool_call>`
const good = callOf({ city: 'Oslo', days: '2' })
const bad = callOf({ town: 'Oslo', days: '0' })

/** A server that gives these answers one after the other, and its requests. */
async function serve(
  answers: readonly (string | ScriptedAnswer)[],
  options: Partial<UpstreamHandlerOptions>,
  { isStream = true, more = {}, observer }: { isStream?: boolean; more?: object; observer?: ExchangeObserver } = {},
) {
  let count = 0
  const script = (): ScriptedAnswer => {
    const given = answers[count++]!
    if (typeof given !== 'string') return given
    return isStream ? createStreamAnswer(createVllmEvents(cutText(given))) : createJsonAnswer(createCompletion(given))
  }
  const upstream = await startScriptedUpstream(script)
  upstreams.push(upstream)
  const handle = createUpstreamHandler({ upstream: upstream.url, format: 'qwen3_coder', ...options })
  const body = JSON.stringify({ ...requestBody, tools, stream: isStream, ...more })
  const response = await handle(new Request('http://proxy/v1/chat/completions', { method: 'POST', body }), observer)
  return { upstream, response, requests: upstream.requests }
}

const bodyOf = (request: RecordedRequest): { messages: Record<string, unknown>[] } => JSON.parse(request.body) as never

const required = { tool_choice: 'required' }
const retry: Partial<UpstreamHandlerOptions> = { requiredRetries: 1, toolChoice: 'instruction' }

describe('a required call that does not come', () => {
  it('is asked for once more, in a stream', async () => {
    const { response, requests } = await serve(['No.', good], retry, { more: required })
    const { choices, error } = foldStrictly(readEventData(await response.text()))
    expect(error).toBeUndefined()
    expect(choices[0]).toMatchObject({ content: '', finishReason: 'tool_calls' })
    expect(choices[0]!.calls).toMatchObject([{ name: 'get_weather', arguments: '{"city":"Oslo","days":2}' }])
    expect(requests).toHaveLength(2)
    expect(requests[1]!.body).toBe(requests[0]!.body)
  })

  it('is asked for once more, in a whole answer', async () => {
    const { response, requests } = await serve(['No.', good], retry, { more: required, isStream: false })
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({ choices: [{ finish_reason: 'tool_calls' }] })
    expect(requests).toHaveLength(2)
  })

  it('is an honest error the second time, or at once where nobody asks again', async () => {
    for (const options of [retry, { ...retry, requiredRetries: 0 }]) {
      const stream = await serve(['No.', 'No!'], options, { more: required })
      const { error } = foldStrictly(readEventData(await stream.response.text()))
      expect(error).toMatchObject({ type: 'upstream_error', code: 'tool_call_missing' })
      expect(stream.requests).toHaveLength(options.requiredRetries! + 1)
      const whole = await serve(['No.', 'No!'], options, { more: required, isStream: false })
      expect(whole.response.status).toBe(502)
      expect(await whole.response.json()).toMatchObject({ error: { code: 'tool_call_missing' } })
    }
  })

  it('is not asked for where it comes, and streams from its start', async () => {
    const [start, ...rest] = createVllmEvents([`I look. ${good.slice(0, 60)}`, good.slice(60)])
    const first = createStreamAnswer([start!, rest[0]!], [{ hang: true }])
    const { response, requests } = await serve([first], retry, { more: required })
    const reader = response.body!.getReader()
    let text = ''
    while (!text.includes('get_weather')) text += new TextDecoder().decode((await reader.read()).value)
    expect(text).toContain('I look.')
    await reader.cancel()
    await upstreams[0]!.waitForCut()
    expect(requests).toHaveLength(1)
  })

  it('is told as the first answer was, when the upstream fails the second time', async () => {
    const { response } = await serve(['No.', createJsonAnswer({ error: { message: 'x' } }, 503)], retry, {
      more: required,
    })
    const { choices, error } = foldStrictly(readEventData(await response.text()))
    expect(choices[0]!.content).toBe('No.')
    expect(error).toMatchObject({ code: 'tool_call_missing' })
  })
})

describe('arguments that break their schema', () => {
  const validate: Partial<UpstreamHandlerOptions> = { validateArguments: true }

  it.each([true, false])('are asked for again with what is wrong (stream: %j)', async (isStream) => {
    const { response, requests } = await serve([bad, good], validate, { isStream })
    const calls = isStream
      ? foldStrictly(readEventData(await response.text())).choices[0]!.calls.map((one) => one.arguments)
      : (
          (await response.json()) as never as {
            choices: { message: { tool_calls: { function: { arguments: string } }[] } }[]
          }
        ).choices[0]!.message.tool_calls.map((one) => one.function.arguments)
    expect(calls).toEqual(['{"city":"Oslo","days":2}'])
    const [given, faulty, result, ...rest] = bodyOf(requests[1]!).messages
    expect(rest).toEqual([])
    expect(given).toEqual(requestBody.messages[0])
    expect(faulty).toMatchObject({
      role: 'assistant',
      tool_calls: [{ function: { name: 'get_weather', arguments: '{"town":"Oslo","days":0}' } }],
    })
    expect(result).toMatchObject({ role: 'tool', tool_call_id: (faulty!['tool_calls'] as { id: string }[])[0]!.id })
    for (const word of ['do not fit its schema', 'city', 'town', 'days']) expect(result!['content']).toContain(word)
  })

  it('are delivered when they are wrong again', async () => {
    const { response, requests } = await serve([bad, bad], validate)
    const { choices } = foldStrictly(readEventData(await response.text()))
    expect(choices[0]!.calls).toMatchObject([{ arguments: '{"town":"Oslo","days":0}' }])
    expect(requests).toHaveLength(2)
  })

  it('are delivered when the upstream cannot be asked again', async () => {
    for (const isStream of [true, false]) {
      const { response } = await serve([bad, { status: 500, steps: [] }], validate, { isStream })
      expect(await response.text()).toContain('town')
    }
  })

  it.each([good, 'Just text.', bad.slice(0, -40)])('are no matter in %j', async (answer) => {
    const { response, requests } = await serve([answer], validate)
    foldStrictly(readEventData(await response.text()))
    expect(requests).toHaveLength(1)
  })

  it('say nothing about a schema that is wrong itself', async () => {
    const broken = [{ type: 'function', function: { name: 'get_weather', parameters: { $ref: '#/nowhere' } } }]
    const { response, requests } = await serve([good], validate, { more: { tools: broken } })
    foldStrictly(readEventData(await response.text()))
    expect(requests).toHaveLength(1)
  })

  it('are reported to the observer once: of the answer that was delivered', async () => {
    for (const isStream of [true, false]) {
      const notes: string[] = []
      const observer: ExchangeObserver = {
        onRequest: () => notes.push('request'),
        onFirstDelta: () => notes.push('first'),
        onCall: ({ status }) => notes.push(status),
        onEnd: ({ finishReasons }) => notes.push(`end ${finishReasons.join()}`),
      }
      const { response } = await serve([bad, good], validate, { isStream, observer })
      await response.text()
      expect([...notes].toSorted()).toEqual(['complete', 'end tool_calls', 'first', 'request'])
      expect(notes.at(-1)).toBe('end tool_calls')
    }
  })
})

describe('what is remembered of own answers', () => {
  it('goes back into the prompt', async () => {
    const raw = `<think>\nWhere?\n</think>\n\n${good}`
    const upstream = await startScriptedUpstream(createStreamAnswer(createVllmEvents(cutText(raw))))
    upstreams.push(upstream)
    const handle = createUpstreamHandler({ upstream: upstream.url, format: 'qwen3_coder', replayCalls: true })
    const send = async (messages: unknown[], key = 'a'): Promise<string> => {
      const body = JSON.stringify({ ...requestBody, tools, messages })
      const headers = { authorization: `Bearer ${key}` }
      return (await handle(new Request('http://proxy/v1/chat/completions', { method: 'POST', body, headers }))).text()
    }
    const { choices } = foldStrictly(readEventData(await send(requestBody.messages)))
    const [{ id, name, arguments: text }] = choices[0]!.calls as [{ id: string; name: string; arguments: string }]
    const history = [
      ...requestBody.messages,
      { role: 'assistant', content: '', tool_calls: [{ id, type: 'function', function: { name, arguments: text } }] },
      { role: 'tool', tool_call_id: id, content: 'Rain.' },
    ]
    await send(history)
    expect(bodyOf(upstream.requests[1]!).messages[1]).toEqual({ role: 'assistant', content: raw })
    await send(history, 'b')
    expect(bodyOf(upstream.requests[2]!).messages[1]).toEqual(history[1])
  })
})
