import Anthropic from '@anthropic-ai/sdk'
import { foldMessageEvents, foldResponseEvents } from '@tooldelta/testbed/wires'
import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import { createStages, messageTools, readEvents, responseTools } from './helpers.ts'

const start = createStages()
const call = '<tool_call>\n<function=get_weather>\n<parameter=city>\nOslo\n</parameter>\n</function>\n</tool_call>'
const cut = '<tool_call>\n<function=get_weather>\n<parameter=city>\nOsl'
const two = `I look.\n${call}\n<tool_call>\n<function=list_files>\n</function>\n</tool_call>`

const response = { input: 'Weather?', tools: responseTools }
const message = { max_tokens: 500, messages: [{ role: 'user' as const, content: 'Weather?' }], tools: messageTools }

describe('a stream over a socket', () => {
  it('has the published events of both wires, in order', async () => {
    const { events } = await start({ answer: () => ({ text: two, pieces: [...two] }) })
    const { output, usage } = foldResponseEvents(await events('/v1/responses', response))
    expect(output.map(({ type }) => type)).toEqual(['message', 'function_call', 'function_call'])
    expect(output[2]).toMatchObject({ name: 'list_files', arguments: '{}' })
    expect(usage?.output_tokens).toBeGreaterThan(0)
    const folded = foldMessageEvents(await events('/v1/messages', message))
    expect(folded.blocks).toEqual([
      ['text', 'I look.'],
      ['tool_use', '{"city":"Oslo"}', 'get_weather', expect.stringMatching(/^call_/)],
      ['tool_use', '{}', 'list_files', expect.stringMatching(/^call_/)],
    ])
    expect(folded.stopReason).toBe('tool_use')
  })

  it('sends each piece as it comes', async () => {
    const { post, upstream } = await start({ answer: () => ({ text: two, pieces: [...two], hangAfter: 9 }) })
    for (const [path, body] of [
      ['/v1/responses', response],
      ['/v1/messages', message],
    ] as const) {
      const control = new AbortController()
      const answer = await post(path, { stream: true, ...body })
      const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader()
      let text = ''
      while (!text.includes('"o') && !text.includes('look')) text += (await reader.read()).value ?? ''
      await reader.cancel()
      control.abort()
    }
    // A client that leaves takes its chat completion along.
    await upstream.waitForAbort(2)
  })

  it('turns signs of life into what the wire has for them', async () => {
    const { post } = await start({ answer: () => two, keepAliveEvery: 2 })
    const messages = await (await post('/v1/messages', { stream: true, ...message })).text()
    expect(messages).toContain('event: ping\ndata: {"type":"ping"}\n\n')
    foldMessageEvents(readEvents(messages))
    const responses = await (await post('/v1/responses', { stream: true, ...response })).text()
    expect(responses).toContain(': keep-alive\n\n')
    foldResponseEvents(readEvents(responses))
  })
})

describe('an answer that was cut off', () => {
  const options = { answer: () => ({ text: cut, finishReason: 'length' as const }) }

  it('is incomplete, streamed and whole', async () => {
    const { events, openai, anthropic } = await start(options)
    const streamed = foldResponseEvents(await events('/v1/responses', response))
    const whole = await openai.responses.create({ model: 'coder', ...response })
    for (const { status, incomplete_details: details, output } of [streamed, whole]) {
      expect([status, details]).toEqual(['incomplete', { reason: 'max_output_tokens' }])
      expect(output).toMatchObject([{ type: 'function_call', status: 'incomplete' }])
    }
    const folded = foldMessageEvents(await events('/v1/messages', message))
    expect(folded.stopReason).toBe('max_tokens')
    const answer = await anthropic.messages.create({ model: 'coder', ...message })
    expect([answer.stop_reason, answer.content]).toEqual(['max_tokens', []])
  })

  it('is an error where the model is set so', async () => {
    const models = [
      { name: 'coder', upstreamModel: 'qwen3-coder', format: 'qwen3_coder', truncatedCalls: 'error' as const },
    ]
    const { events, openai, anthropic } = await start(options, { models })
    expect(foldResponseEvents(await events('/v1/responses', response)).status).toBe('failed')
    await expect(openai.responses.create({ model: 'coder', ...response })).rejects.toMatchObject({ status: 502 })
    const params = { model: 'coder', ...message }
    await expect(anthropic.messages.stream(params).finalMessage()).rejects.toThrow(/cut off/)
    await expect(anthropic.messages.create(params)).rejects.toMatchObject({ status: 502, type: 'api_error' })
  })
})

describe('a fault in the middle of an answer', () => {
  it('is an error that the official packages throw', async () => {
    const { openai, anthropic, events } = await start({ answer: () => ({ text: two, errorAfter: 3 }) })
    const failed = await events('/v1/responses', response)
    expect(foldResponseEvents(failed)).toMatchObject({ status: 'failed', error: { message: 'CUDA out of memory' } })
    const streamed = openai.responses.stream({ model: 'coder', ...response }).finalResponse()
    await expect(streamed).rejects.toThrow(/CUDA out of memory/)
    await expect(openai.responses.create({ model: 'coder', ...response })).rejects.toThrow(/CUDA out of memory/)
    const params = { model: 'coder', ...message }
    await expect(anthropic.messages.stream(params).finalMessage()).rejects.toThrow(/CUDA out of memory/)
    await expect(anthropic.messages.create(params)).rejects.toThrow(/CUDA out of memory/)
  })
})

describe('tool choice', () => {
  it('holds on both wires', async () => {
    // The model has nothing but the beginning that is put into its mouth.
    const { openai, anthropic, upstream } = await start()
    const input = 'Say hello to "Oslo".'
    const forced = await openai.responses.create({ model: 'coder', ...response, input, tool_choice: 'required' })
    expect(forced.output.at(-1)).toMatchObject({ type: 'function_call', name: 'get_weather' })
    const messages = [{ role: 'user' as const, content: input }]
    const choice = { type: 'tool' as const, name: 'list_files' }
    const named = await anthropic.messages.create({ model: 'coder', ...message, messages, tool_choice: choice })
    expect(named.content.at(-1)).toMatchObject({ type: 'tool_use', name: 'list_files' })
    const none = await anthropic.messages.create({ model: 'coder', ...message, tool_choice: { type: 'none' } })
    expect(none.content).toMatchObject([{ type: 'text', text: 'I have no tools for that.' }])
    expect(upstream.chats).toHaveLength(3)
  })

  it('of a single call leaves the others out', async () => {
    const { events } = await start({ answer: () => two })
    const single = await events('/v1/responses', { ...response, parallel_tool_calls: false })
    expect(foldResponseEvents(single).output.map(({ type }) => type)).toEqual(['message', 'function_call'])
    const choice = { type: 'auto', disable_parallel_tool_use: true }
    const folded = foldMessageEvents(await events('/v1/messages', { ...message, tool_choice: choice }))
    expect(folded.blocks.map(([type]) => type)).toEqual(['text', 'tool_use'])
  })
})

it('errors of the packages are those of their APIs', async () => {
  const { openai, anthropic } = await start()
  await expect(
    openai.responses.create({ model: 'coder', input: 'Hi', previous_response_id: 'resp_1' }),
  ).rejects.toThrow(OpenAI.BadRequestError)
  const tools = [{ name: '', input_schema: { type: 'object' as const } }]
  await expect(anthropic.messages.create({ model: 'coder', ...message, tools })).rejects.toThrow(
    Anthropic.BadRequestError,
  )
})
