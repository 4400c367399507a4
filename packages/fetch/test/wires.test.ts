import Anthropic from '@anthropic-ai/sdk'
import { createObedientModel, startFakeUpstream, type FakeUpstream } from '@tooldelta/testbed/upstreams'
import OpenAI from 'openai'
import { afterEach, describe, expect, it } from 'vitest'
import { createToolCallFetch, createUpstreamHandler } from '../src/index.ts'

let upstream: FakeUpstream
afterEach(() => upstream.close())

const parameters = { type: 'object' as const, properties: { city: { type: 'string' } } }
const question = 'Call get_weather with city "Oslo".'

describe('a wrapped fetch', () => {
  it("answers the official packages' other APIs before a server that knows none of them", async () => {
    upstream = await startFakeUpstream({ kind: 'vllm-old', key: 'sk-up', answer: createObedientModel() })
    const fetch = createToolCallFetch({ format: 'qwen3_coder' })
    const settings = { apiKey: 'sk-up', maxRetries: 0, fetch }
    const model = 'qwen3-coder'

    const openai = new OpenAI({ ...settings, baseURL: `${upstream.url}/v1` })
    const tool = { type: 'function' as const, name: 'get_weather', parameters, strict: false }
    const response = await openai.responses.create({ model, input: question, tools: [tool] })
    expect(response.output.at(-1)).toMatchObject({ name: 'get_weather', arguments: '{"city":"Oslo"}' })

    const anthropic = new Anthropic({ ...settings, baseURL: upstream.url })
    const stream = anthropic.messages.stream({
      model,
      max_tokens: 100,
      messages: [{ role: 'user', content: question }],
      tools: [{ name: 'get_weather', input_schema: parameters }],
    })
    expect((await stream.finalMessage()).content.at(-1)).toMatchObject({ name: 'get_weather', input: { city: 'Oslo' } })
    expect(upstream.requests.map(({ path }) => path)).toEqual(['/v1/chat/completions', '/v1/chat/completions'])
  })
})

describe('a handler', () => {
  it('tells its observer of an answer, and of a request that was refused', async () => {
    upstream = await startFakeUpstream({ kind: 'vllm-new', answer: createObedientModel() })
    const warnings: string[] = []
    const handle = createUpstreamHandler({
      upstream: upstream.url,
      format: 'qwen3_coder',
      onRequest: (report) => void warnings.push(...report.warnings),
    })
    const ends: unknown[] = []
    const ask = (path: string, body: object): Promise<Response> =>
      handle(new Request(`http://localhost${path}`, { method: 'POST', body: JSON.stringify(body) }), {
        onEnd: ({ finishReasons, error }) => void ends.push(error?.message ?? finishReasons),
      })
    const tools = [{ type: 'web_search' }, { type: 'function', name: 'get_weather', parameters }]
    const answer = await ask('/v1/responses', { model: 'qwen3-coder', input: question, tools })
    expect(await answer.json()).toMatchObject({
      status: 'completed',
      output: [{ type: 'message' }, { type: 'function_call' }],
    })
    const refused = await ask('/v1/messages', { model: 'qwen3-coder', messages: 'Hi' })
    expect([refused.status, await refused.json()]).toMatchObject([400, { type: 'error' }])
    expect(ends).toEqual([['tool_calls'], expect.stringMatching(/^messages: /)])
    expect(warnings).toEqual([expect.stringMatching(/^tools\.0: web_search/)])
  })

  it('passes the messages of a thread on, which are another API', async () => {
    upstream = await startFakeUpstream({ kind: 'vllm-new', answer: createObedientModel() })
    const handle = createUpstreamHandler({ upstream: upstream.url, format: 'qwen3_coder' })
    await handle(new Request('http://localhost/v1/threads/t1/messages', { method: 'POST', body: '{}' }))
    expect(upstream.requests.map(({ path }) => path)).toEqual(['/v1/threads/t1/messages'])
  })
})
