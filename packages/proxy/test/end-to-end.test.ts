import OpenAI from 'openai'
import type { FastifyInstance } from 'fastify'
import { readRerenderedTurns, readUnparsedStreams } from '@tooldelta/testbed'
import { afterEach, describe, expect, it } from 'vitest'
import { createProxyApp, createReplayApp, readRecordings } from '../src/index.ts'
import { listen } from '../src/serve/listen.ts'
import { createFolder, startCommand } from './helpers/command.ts'
import { qwenText, tools, twoCallsText } from './helpers/texts.ts'

const folder = createFolder()
const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})

async function start(app: FastifyInstance): Promise<string> {
  closers.push(() => app.close())
  return listen(app, { host: '127.0.0.1', port: 0 })
}

/** A client of the proxy in front of a server that plays these recordings. */
async function connect(recordings: readonly object[], format: string): Promise<OpenAI> {
  const text = recordings.map((recording) => JSON.stringify(recording)).join('\n')
  const upstream = await start(createReplayApp({ recordings: readRecordings(text, 'the recordings') }))
  const proxy = await createProxyApp({ upstream, format, logLevel: 'silent' })
  return new OpenAI({ baseURL: `${await start(proxy)}/v1`, apiKey: 'none', maxRetries: 0 })
}

const messages = [{ role: 'user' as const, content: 'Hi' }]
const expectedCall = { name: 'get_weather', arguments: '{"city":"Tromsø 🌍","days":3}' }

function readCalls(completion: OpenAI.ChatCompletion): { name: string; arguments: string }[] {
  const calls = completion.choices[0]?.message.tool_calls ?? []
  return calls.map((call) => {
    expect(call.id).toMatch(/^call_[A-Za-z0-9]{24}$/)
    if (call.type !== 'function') throw new Error(`a call of type ${call.type}`)
    return { name: call.function.name, arguments: call.function.arguments }
  })
}

describe('the openai package against serve against replay, as commands', () => {
  it('streams, answers whole, counts usage and makes two calls in one turn', async () => {
    const lines = [
      { id: 'one-call', text: qwenText },
      { id: 'two-calls', text: twoCallsText },
    ]
    const file = folder.write('answers.jsonl', lines.map((line) => JSON.stringify(line)).join('\n'))
    const replay = startCommand(['replay', file, '--port', '0'])
    const [, upstream] = await replay.waitFor(/(http:\/\/\S+)\/v1/)
    const serve = startCommand(['serve', '--upstream', upstream as string, '--format', 'qwen3_coder', '--port', '0'])
    const [, proxy] = await serve.waitFor(/(http:\/\/\S+)\/v1 in front of/)
    const client = new OpenAI({ baseURL: `${proxy}/v1`, apiKey: 'none', maxRetries: 0 })

    const streamed = await client.chat.completions.stream({ model: 'one-call', messages, tools }).finalChatCompletion()
    expect(readCalls(streamed)).toEqual([expectedCall])
    expect(streamed.choices[0]).toMatchObject({ finish_reason: 'tool_calls', message: { content: 'I look.' } })

    const whole = await client.chat.completions.create({ model: 'two-calls', messages, tools })
    expect(readCalls(whole)).toEqual([expectedCall, { name: 'list_files', arguments: '{}' }])
    expect(whole.choices[0]?.finish_reason).toBe('tool_calls')
    expect(whole.usage?.completion_tokens).toBeGreaterThan(0)

    for (const command of [serve, replay]) {
      command.kill('SIGTERM')
      expect((await command.ended).code).toBe(0)
    }
  })
})

describe('the openai package against the proxy', () => {
  const recordings = [
    { id: 'two-calls', text: twoCallsText },
    { id: 'no-call', text: 'Only text.' },
  ]

  it('streams two calls in one turn, with usage last', async () => {
    const client = await connect(recordings, 'qwen3_coder')
    const options = { include_usage: true }
    const stream = client.chat.completions.stream({ model: 'two-calls', messages, tools, stream_options: options })
    const usages: unknown[] = []
    for await (const chunk of stream) usages.push(chunk.usage ?? undefined)
    const completion = await stream.finalChatCompletion()
    expect(readCalls(completion)).toEqual([expectedCall, { name: 'list_files', arguments: '{}' }])
    expect(usages.filter((usage) => usage !== undefined)).toHaveLength(1)
    expect(usages.at(-1)).toMatchObject({ prompt_tokens: 0, completion_tokens: expect.any(Number) })
  })

  it('gives no usage that was not asked for', async () => {
    const client = await connect(recordings, 'qwen3_coder')
    const stream = await client.chat.completions.create({ model: 'two-calls', messages, tools, stream: true })
    for await (const chunk of stream) expect(chunk.usage ?? null).toBeNull()
  })

  it('finishes with stop where there is no call', async () => {
    const client = await connect(recordings, 'qwen3_coder')
    const completion = await client.chat.completions.stream({ model: 'no-call', messages, tools }).finalChatCompletion()
    expect(completion.choices[0]).toMatchObject({ finish_reason: 'stop', message: { content: 'Only text.' } })
    expect(readCalls(completion)).toEqual([])
  })

  it('goes on with the history of its own calls', async () => {
    const client = await connect(recordings, 'qwen3_coder')
    const first = await client.chat.completions.create({ model: 'two-calls', messages, tools })
    const message = first.choices[0]!.message
    const results = message.tool_calls!.map((call) => ({
      role: 'tool' as const,
      tool_call_id: call.id,
      content: 'done',
    }))
    const next = await client.chat.completions.create({
      model: 'no-call',
      messages: [...messages, message, ...results],
      tools,
    })
    expect(next.choices[0]?.message.content).toBe('Only text.')
  })

  it('lists the models of the upstream', async () => {
    const client = await connect(recordings, 'qwen3_coder')
    const ids: string[] = []
    for await (const model of client.models.list()) ids.push(model.id)
    expect(ids).toEqual(['two-calls', 'no-call'])
  })
})

/** A streamed answer folded by the package, and the reasoning, which the package does not fold. */
async function askStreamed(
  client: OpenAI,
  request: Pick<OpenAI.ChatCompletionCreateParams, 'model' | 'tools'>,
): Promise<Answer> {
  const stream = client.chat.completions.stream({ ...request, messages } as Parameters<
    typeof client.chat.completions.stream
  >[0])
  let reasoning = ''
  for await (const chunk of stream)
    reasoning += (chunk.choices[0]?.delta as WithReasoning | undefined)?.reasoning_content ?? ''
  return { completion: await stream.finalChatCompletion(), reasoning }
}

async function askWhole(
  client: OpenAI,
  request: Pick<OpenAI.ChatCompletionCreateParams, 'model' | 'tools'>,
): Promise<Answer> {
  const completion = await client.chat.completions.create({ ...request, messages, stream: false })
  return {
    completion,
    reasoning: (completion.choices[0]?.message as WithReasoning | undefined)?.reasoning_content ?? '',
  }
}

interface WithReasoning {
  reasoning_content?: string
}

interface Answer {
  completion: OpenAI.ChatCompletion
  reasoning: string
}

describe('recorded vLLM streams through replay and the proxy', () => {
  const streams = readUnparsedStreams().flatMap(({ expected, ...stream }) =>
    expected === null ? [] : [{ ...stream, expected }],
  )

  it('are there', () => expect(streams).toHaveLength(4))

  it.each(streams)('$id is as expected, streamed and whole', async ({ expected, ...recording }) => {
    const client = await connect([recording], 'hermes')
    const wanted = expected.tool_calls.map(({ function: { name, arguments: text } }) => ({
      name,
      arguments: JSON.parse(text) as unknown,
    }))
    const offered = wanted.map(({ name }) => ({ type: 'function' as const, function: { name, parameters: {} } }))
    const request = { model: recording.id, tools: offered.length > 0 ? offered : tools }
    for (const { completion, reasoning } of [await askStreamed(client, request), await askWhole(client, request)]) {
      const { message, finish_reason: finishReason } = completion.choices[0]!
      const calls = readCalls(completion).map(({ name, arguments: text }) => ({
        name,
        arguments: JSON.parse(text) as unknown,
      }))
      expect(calls).toEqual(wanted)
      // The recording's source keeps the white space next to the markers of a thought and of a call; here it is layout.
      expect(message.content ?? '').toBe(expected.normal_content.trim())
      expect(reasoning).toBe(expected.reasoning_content.trim())
      expect(finishReason).toBe(calls.length > 0 ? 'tool_calls' : 'stop')
    }
  })
})

describe('re-rendered turns through replay and the proxy', () => {
  it('give exactly the arguments that they were made from', async () => {
    const turns = readRerenderedTurns().filter((_turn, place) => place % 10 === 0)
    const client = await connect(turns, 'qwen3_coder')
    for (const turn of turns) {
      const request = { model: turn.id, messages, tools: turn.tools as OpenAI.ChatCompletionFunctionTool[] }
      const answer = await client.chat.completions.stream(request).finalChatCompletion()
      const calls = readCalls(answer).map(({ name, arguments: text }) => ({
        name,
        arguments: JSON.parse(text) as unknown,
      }))
      expect(calls, turn.id).toEqual(turn.expected.calls)
    }
  })
})
