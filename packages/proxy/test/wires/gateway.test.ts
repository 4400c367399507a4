import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import { createStages, messageTools } from './helpers.ts'

const start = createStages()
const hi = { max_tokens: 50, messages: [{ role: 'user' as const, content: 'Hi' }] }

describe('keys', () => {
  it('are those of the chat completions, and Anthropic clients send them in their own header', async () => {
    const { gateway, upstream, post } = await start({}, { keys: [{ name: 'ann', env: 'ANN' }] }, { ANN: 'sk-ann' })
    const refused = await post('/v1/messages', hi)
    expect(refused.status).toBe(401)
    expect(await refused.json()).toEqual({
      type: 'error',
      error: { type: 'authentication_error', message: expect.stringMatching(/x-api-key/) },
    })
    const wrong = new Anthropic({ baseURL: gateway.url, apiKey: 'sk-wrong', maxRetries: 0 })
    await expect(wrong.messages.create({ model: 'coder', ...hi })).rejects.toThrow(Anthropic.AuthenticationError)
    const right = new Anthropic({ baseURL: gateway.url, apiKey: 'sk-ann', maxRetries: 0 })
    expect((await right.messages.create({ model: 'coder', ...hi })).model).toBe('coder')
    const openai = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'sk-ann', maxRetries: 0 })
    expect((await openai.responses.create({ model: 'coder', input: 'Hi' })).model).toBe('coder')
    expect(upstream.chats.map(({ headers }) => [headers['x-api-key'], headers['anthropic-version']])).toEqual([
      [undefined, undefined],
      [undefined, undefined],
    ])
  })

  it("of the upstream may be the client's own", async () => {
    const { anthropic } = await start({ key: 'sk-any' })
    expect((await anthropic.messages.create({ model: 'coder', ...hi })).stop_reason).toBe('end_turn')
  })
})

describe('errors under /v1/messages', () => {
  it("have Anthropic's shape, wherever they come from", async () => {
    const { gateway, post, anthropic } = await start({ maxModelLength: 100 })
    const unknown = await post('/v1/messages', { ...hi, model: 'nobody' })
    expect([unknown.status, await unknown.json()]).toMatchObject([404, { error: { type: 'not_found_error' } }])
    const method = await fetch(`${gateway.url}/v1/messages`)
    expect([method.status, await method.json()]).toMatchObject([405, { type: 'error' }])
    const broken = await fetch(`${gateway.url}/v1/messages`, { method: 'POST', body: '{' })
    expect([broken.status, await broken.json()]).toMatchObject([400, { error: { type: 'invalid_request_error' } }])
    // The server itself refuses a prompt that is too long.
    const long = { ...hi, messages: [{ role: 'user' as const, content: 'word '.repeat(500) }] }
    await expect(anthropic.messages.create({ model: 'coder', ...long })).rejects.toMatchObject({
      status: 400,
      type: 'invalid_request_error',
    })
  })

  it('say that the upstream is gone', async () => {
    const { upstream, post } = await start()
    await upstream.close()
    const gone = await post('/v1/messages', hi)
    expect([gone.status, await gone.json()]).toMatchObject([502, { type: 'error', error: { type: 'api_error' } }])
    const response = await post('/v1/responses', { input: 'Hi' })
    expect([response.status, await response.json()]).toMatchObject([503, { error: { code: 'upstream_unavailable' } }])
  })

  it('too many requests are a rate limit', async () => {
    const { anthropic } = await start({}, { limits: { requestsPerMinute: 1 } })
    await anthropic.messages.create({ model: 'coder', ...hi })
    await expect(anthropic.messages.create({ model: 'coder', ...hi })).rejects.toThrow(Anthropic.RateLimitError)
  })
})

describe('count_tokens', () => {
  it('counts the prompt as the server does, with its template and its tools', async () => {
    const { anthropic, upstream } = await start()
    const without = await anthropic.messages.countTokens({ model: 'coder', messages: hi.messages })
    const withTools = await anthropic.messages.countTokens({
      model: 'coder',
      messages: hi.messages,
      tools: messageTools,
    })
    expect(withTools.input_tokens).toBeGreaterThan(without.input_tokens)
    const answer = await anthropic.messages.create({ model: 'coder', ...hi })
    expect(answer.usage.input_tokens).toBe(without.input_tokens)
    expect(upstream.chats.map(({ body }) => body?.max_tokens)).toEqual([1, 1, 50])
  })
})

it('the log has a line for each request, with tokens and calls', async () => {
  const { anthropic, openai, gateway } = await start()
  await anthropic.messages.create({
    model: 'coder',
    ...hi,
    messages: [{ role: 'user', content: 'Call list_files.' }],
    tools: messageTools,
  })
  await openai.responses.create({ model: 'coder', input: 'Hi', previous_response_id: 'r' }).catch(() => {})
  await expect.poll(() => gateway.log.filter(({ path }) => path !== undefined).length).toBe(2)
  const [message, response] = gateway.log.filter(({ path }) => path !== undefined)
  expect(message).toMatchObject({ path: '/v1/messages', status: 200, model: 'coder' })
  expect(response).toMatchObject({ path: '/v1/responses', status: 400 })
})

it('the document of the API has both', async () => {
  const { gateway } = await start()
  const document = (await (await fetch(`${gateway.url}/openapi.json`)).json()) as { paths: object }
  expect(Object.keys(document.paths)).toEqual(
    expect.arrayContaining(['/v1/responses', '/v1/messages', '/v1/messages/count_tokens']),
  )
})
