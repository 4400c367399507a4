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
import OpenAI from 'openai'
import { afterEach, describe, expect, it } from 'vitest'
import { createToolCallFetch, type ToolCallFetchOptions } from '../src/index.ts'
import { call, requestBody, tools } from './helpers.ts'

let upstream: ScriptedUpstream | undefined
afterEach(() => upstream?.close())

async function connect(script: Script, options: Partial<ToolCallFetchOptions> = {}): Promise<OpenAI> {
  await upstream?.close()
  upstream = await startScriptedUpstream(script)
  const fetch = createToolCallFetch({ format: 'qwen3_coder', ...options })
  return new OpenAI({ baseURL: `${upstream.url}/v1`, apiKey: 'none', maxRetries: 0, fetch })
}

const { model, messages } = requestBody
const second = call.replace('Tromsø 🌍', 'Oslo')
const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 }

describe('the openai package', () => {
  it('reads a streamed call', async () => {
    const client = await connect(createStreamAnswer(createVllmEvents(cutText(`Hi.\n${call}`))))
    const completion = await client.chat.completions.stream({ model, messages, tools }).finalChatCompletion()
    const { message, finish_reason: finishReason } = completion.choices[0]!
    expect(finishReason).toBe('tool_calls')
    expect(message.content).toBe('Hi.')
    expect(message.tool_calls).toMatchObject([
      { type: 'function', function: { name: 'get_weather', arguments: '{"city":"Tromsø 🌍"}' } },
    ])
  })

  it('reads two calls and usage', async () => {
    const client = await connect(createStreamAnswer(createVllmEvents(cutText(`${call}\n${second}`, 1), { usage })))
    const stream = client.chat.completions.stream({ model, messages, tools, stream_options: { include_usage: true } })
    const completion = await stream.finalChatCompletion()
    const calls = completion.choices[0]!.message.tool_calls!.map(
      (one) => (one as { function: { arguments: string } }).function.arguments,
    )
    expect(calls).toEqual(['{"city":"Tromsø 🌍"}', '{"city":"Oslo"}'])
    expect(completion.usage).toEqual(usage)
  })

  it('reads plain chunks', async () => {
    const client = await connect(createStreamAnswer(createVllmEvents(cutText(call), { usage })))
    const pieces: string[] = []
    for await (const chunk of await client.chat.completions.create({ model, messages, tools, stream: true })) {
      expect(chunk.usage ?? null).toBeNull()
      for (const entry of chunk.choices[0]?.delta.tool_calls ?? []) pieces.push(entry.function?.arguments ?? '')
    }
    expect(pieces.length).toBeGreaterThan(3)
    expect(JSON.parse(pieces.join(''))).toEqual({ city: 'Tromsø 🌍' })
  })

  it('reads a whole completion', async () => {
    const client = await connect(createJsonAnswer(createCompletion(`${call}\n${second}`)))
    const completion = await client.chat.completions.create({ model, messages, tools })
    expect(completion.choices[0]!.message.tool_calls).toHaveLength(2)
    expect(completion.choices[0]).toMatchObject({ finish_reason: 'tool_calls', message: { content: null } })
    expect(completion.usage).toMatchObject({ total_tokens: 42 })
  })

  it('runs a tool and sends its result', async () => {
    const client = await connect((request) => {
      const isSecondTurn =
        (JSON.parse(request.body) as { messages: { role: string }[] }).messages.at(-1)!.role === 'tool'
      return createStreamAnswer(createVllmEvents(cutText(isSecondTurn ? 'It is 3 degrees.' : call)))
    })
    const asked: unknown[] = []
    const runner = client.chat.completions.runTools({
      model,
      messages: [...messages],
      stream: true,
      tools: [
        {
          type: 'function',
          function: {
            name: 'get_weather',
            description: 'Tells the weather',
            parameters: { type: 'object', properties: { city: { type: 'string' } } },
            parse: JSON.parse as (text: string) => object,
            function: (given: object) => {
              asked.push(given)
              return '3 degrees'
            },
          },
        },
      ],
    })
    expect(await runner.finalContent()).toBe('It is 3 degrees.')
    expect(asked).toEqual([{ city: 'Tromsø 🌍' }])
  })

  it('throws the error of a cut stream, and of a cut call where that is wanted', async () => {
    const pieces = createVllmEvents(cutText(call), { withoutDone: true }).slice(0, 12)
    const client = await connect(createStreamAnswer(pieces, [{ destroy: true }]))
    await expect(client.chat.completions.stream({ model, messages, tools }).finalChatCompletion()).rejects.toThrow(
      /closed its connection/,
    )
    const cut = createVllmEvents(cutText(call).slice(0, 20), { finishReason: 'length' })
    const strict = await connect(createStreamAnswer(cut), { truncatedCalls: 'error' })
    await expect(strict.chat.completions.stream({ model, messages, tools }).finalChatCompletion()).rejects.toThrow(
      /must not be executed/,
    )
    const whole = await connect(createJsonAnswer(createCompletion(call.slice(0, 70), 'length')), {
      truncatedCalls: 'error',
    })
    await expect(whole.chat.completions.create({ model, messages, tools })).rejects.toMatchObject({
      status: 502,
      code: 'tool_call_truncated',
    })
  })

  it('throws the errors of a request', async () => {
    const client = await connect(createJsonAnswer({}))
    const wrong = [{ type: 'function', function: { name: '' } }] as never
    await expect(client.chat.completions.create({ model, messages, tools: wrong })).rejects.toMatchObject({
      status: 400,
      param: 'tools.0.function.name',
    })
  })
})
