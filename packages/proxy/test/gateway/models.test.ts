import OpenAI from 'openai'
import { createCompletion, createJsonAnswer } from '@tooldelta/testbed/scripted-upstream'
import { describe, expect, it } from 'vitest'
import { tools } from '../helpers/texts.ts'
import { chat, createStarter, readError } from './start-gateway.ts'

const start = createStarter()
const expectedCall = { name: 'get_weather', arguments: '{"city":"Tromsø 🌍","days":3}' }

describe('models and their aliases', () => {
  it.each(['coder', 'qwen-coder'])('answers %s with calls, by the upstream model', async (model) => {
    const upstream = await start.upstream()
    const { url } = await start.gateway(upstream)
    const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'none', maxRetries: 0 })
    const messages = [{ role: 'user' as const, content: 'Hi' }]
    const completion = await client.chat.completions.stream({ model, messages, tools }).finalChatCompletion()
    const [call] = completion.choices[0]?.message.tool_calls ?? []
    expect(call?.type === 'function' && call.function).toMatchObject(expectedCall)
    const asked = JSON.parse(upstream.requests[0]?.body ?? '') as Record<string, unknown>
    expect(asked).toMatchObject({ model: 'Qwen/Qwen3-Coder', tool_choice: 'none' })
  })

  it('sends each model to its upstream, in its format', async () => {
    const hermes = '<tool_call>\n{"name": "list_files", "arguments": {}}\n</tool_call>'
    const first = await start.upstream()
    const second = await start.upstream(createJsonAnswer(createCompletion(hermes)))
    const { url } = await start.gateway(first, {
      upstreams: [
        { name: 'gpu', urls: [first.url] },
        { name: 'other', urls: [second.url], profile: 'sglang' },
      ],
      models: [
        { name: 'coder', upstream: 'gpu', format: 'qwen3_coder' },
        { name: 'small', upstream: 'other', format: 'hermes' },
      ],
    })
    const response = await chat(url, { model: 'small', stream: false })
    const { choices } = (await response.json()) as { choices: { message: { tool_calls: { function: object }[] } }[] }
    expect(choices[0]?.message.tool_calls[0]?.function).toEqual({ name: 'list_files', arguments: '{}' })
    expect(first.requests).toEqual([])
    expect(JSON.parse(second.requests[0]?.body ?? '')).toMatchObject({ model: 'small', tool_choice: 'auto' })
  })

  it('refuses an unknown model with what there is and the nearest name', async () => {
    const upstream = await start.upstream()
    const { url } = await start.gateway(upstream, {
      models: [
        { name: 'coder', format: 'qwen3_coder' },
        { name: 'writer', format: 'hermes' },
      ],
    })
    const response = await chat(url, { model: 'codr' })
    expect(response.status).toBe(404)
    const error = await readError(response)
    expect(error).toMatchObject({ type: 'invalid_request_error', code: 'model_not_found', param: 'model' })
    expect(error.message).toMatch(/'codr'.*coder, writer.*nearest.*coder/)
    expect(upstream.requests).toEqual([])
  })

  it.each(['__proto__', 'constructor', 'toString'])('has no model %s', async (model) => {
    const { url } = await start.gateway(await start.upstream())
    expect((await chat(url, { model })).status).toBe(404)
  })

  it('goes by the name of the model where the format is auto', async () => {
    const text = '<function=list_files>\n</function>'
    const upstream = await start.upstream(createJsonAnswer(createCompletion(text)))
    const { url } = await start.gateway(upstream, { models: [{ name: '*', format: 'auto' }] })
    // A bare opener is a call in Qwen3-Coder's format alone.
    for (const [model, count] of [
      ['Qwen/Qwen3-Coder-30B-A3B-Instruct', 1],
      ['NousResearch/Hermes-3-8B', 0],
    ] as const) {
      const response = await chat(url, { model, stream: false })
      const { choices } = (await response.json()) as { choices: { message: { tool_calls?: unknown[] } }[] }
      expect(choices[0]?.message.tool_calls ?? [], model).toHaveLength(count)
    }
  })
})

describe('GET /v1/models', () => {
  it('lists names and aliases as the openai package reads them', async () => {
    const { url } = await start.gateway(await start.upstream())
    const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'none', maxRetries: 0 })
    const list = await client.models.list()
    expect(list.data.map(({ id }) => id)).toEqual(['coder', 'qwen-coder'])
    expect(list.data[0]).toMatchObject({ object: 'model', created: expect.any(Number), owned_by: 'gpu' })
    expect(await client.models.retrieve('qwen-coder')).toMatchObject({ id: 'qwen-coder', object: 'model' })
    await expect(client.models.retrieve('Qwen/none')).rejects.toMatchObject({ status: 404, code: 'model_not_found' })
  })

  it('puts the models of the upstream behind them where * is served too', async () => {
    const own = { object: 'list', data: [{ id: 'a/b', object: 'model', max_model_len: 32_768 }, { id: 'coder' }] }
    const upstream = await start.upstream(createJsonAnswer(own))
    const models = [{ name: 'coder', format: 'qwen3_coder' }, { name: '*' }]
    const { url } = await start.gateway(upstream, { models })
    const { data } = (await (await fetch(`${url}/v1/models`)).json()) as { data: { id: string }[] }
    expect(data.map(({ id }) => id)).toEqual(['coder', 'a/b'])
    expect(data[1]).toEqual(own.data[0])
    await fetch(`${url}/v1/models/a%2Fb`)
    expect(upstream.requests.at(-1)?.path).toBe('/v1/models/a%2Fb')
  })

  it('is there while the upstream is down', async () => {
    const upstream = await start.upstream()
    const models = [{ name: 'coder', format: 'qwen3_coder' }, { name: '*' }]
    const { url } = await start.gateway(upstream, { models })
    await upstream.close()
    const { data } = (await (await fetch(`${url}/v1/models`)).json()) as { data: { id: string }[] }
    expect(data.map(({ id }) => id)).toEqual(['coder'])
  })
})

describe('what is passed on', () => {
  it('passes completions on with the alias replaced and nothing else', async () => {
    const upstream = await start.upstream(createJsonAnswer({ object: 'text_completion', choices: [] }))
    const { url } = await start.gateway(upstream)
    const body = '{"prompt": "<tool_call>", "seed": 12345678901234567890, "model": "qwen-coder", "n": 1.0}'
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(`${url}/v1/completions`, { method: 'POST', headers, body })
    expect(await response.json()).toEqual({ object: 'text_completion', choices: [] })
    const asked = upstream.requests[0]
    expect(asked?.path).toBe('/v1/completions')
    expect(asked?.body).toMatch(/"seed": 12345678901234567890/)
    expect(asked?.body).toMatch(/"n": 1\.0/)
    expect(JSON.parse(asked?.body ?? '')).toMatchObject({ model: 'Qwen/Qwen3-Coder', prompt: '<tool_call>' })
  })

  it('passes the paths of passPaths on, byte for byte, and no others', async () => {
    const upstream = await start.upstream(createJsonAnswer({ data: [] }))
    const { url } = await start.gateway(upstream, {
      upstreams: [{ name: 'gpu', urls: [upstream.url], passPaths: ['/v1/embeddings', '/v1/audio/transcriptions'] }],
    })
    const headers = { 'content-type': 'application/json' }
    const body = '{ "model":"bge", "input":[1.0] }'
    expect((await fetch(`${url}/v1/embeddings?x=1`, { method: 'POST', headers, body })).status).toBe(200)
    expect(upstream.requests[0]).toMatchObject({ path: '/v1/embeddings?x=1', body })
    const form = new FormData()
    form.append('file', new Blob(['RIFF']), 'a.wav')
    expect((await fetch(`${url}/v1/audio/transcriptions`, { method: 'POST', body: form })).status).toBe(200)
    expect(upstream.requests[1]?.body).toContain('RIFF')
    expect(upstream.requests[1]?.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/)
    await fetch(`${url}/v1/embeddings`, { method: 'POST', headers, body: '{"model":"qwen-coder"}' })
    expect(upstream.requests[2]?.body).toBe('{"model":"Qwen/Qwen3-Coder"}')
    const rerank = await fetch(`${url}/v1/rerank`, { method: 'POST', headers, body })
    expect(rerank.status).toBe(404)
    expect((await readError(rerank)).message).toMatch(/\/v1\/rerank.*passPaths/)
    expect(upstream.requests).toHaveLength(3)
  })

  it('sends a passed path to the upstream of the model it names', async () => {
    const first = await start.upstream(createJsonAnswer({ from: 'first' }))
    const second = await start.upstream(createJsonAnswer({ from: 'second' }))
    const { url } = await start.gateway(first, {
      upstreams: [
        { name: 'gpu', urls: [first.url], passPaths: ['/v1/embeddings'] },
        { name: 'other', urls: [second.url] },
      ],
      models: [
        { name: 'coder', upstream: 'gpu' },
        { name: 'embed', upstream: 'other', upstreamModel: 'BAAI/bge' },
      ],
    })
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(`${url}/v1/embeddings`, { method: 'POST', headers, body: '{"model":"embed"}' })
    expect(await response.json()).toEqual({ from: 'second' })
    expect(second.requests[0]?.body).toBe('{"model":"BAAI/bge"}')
  })
})
