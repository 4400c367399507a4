import { createHash } from 'node:crypto'
import OpenAI from 'openai'
import { createJsonAnswer } from '@tooldelta/testbed/scripted-upstream'
import { describe, expect, it } from 'vitest'
import { readConfig } from '../../src/config/read-config.ts'
import { takeKey } from '../../src/gateway/keys.ts'
import { chat, createStarter, readError, type RunningGateway } from './start-gateway.ts'

const start = createStarter()
const env = { TEAM_KEY: 'team-secret-1', LAPTOP_KEY: 'laptop-secret-2', TOOLDELTA_UPSTREAM_KEY: 'upstream-secret' }
const keys = [
  { name: 'team', env: 'TEAM_KEY' },
  { name: 'laptop', env: 'LAPTOP_KEY' },
]

async function open(
  settings = {},
): Promise<{ upstream: Awaited<ReturnType<typeof start.upstream>>; running: RunningGateway }> {
  const upstream = await start.upstream()
  const running = await start.gateway(upstream, { keys, ...settings }, { env })
  return { upstream, running }
}

describe('keys of clients', () => {
  it.each([
    ['Bearer', { authorization: 'Bearer team-secret-1' }],
    ['bearer, with blanks', { authorization: 'bearer   laptop-secret-2 ' }],
    ['x-api-key', { 'x-api-key': 'laptop-secret-2' }],
    ['both, one of them empty', { 'x-api-key': 'team-secret-1', authorization: 'Bearer ' }],
    ['both, one of them another', { 'x-api-key': 'team-secret-1', authorization: 'Bearer none' }],
  ])('are taken as %s, and never reach the upstream or the log', async (_how, headers) => {
    const { upstream, running } = await open()
    const response = await chat(running.url, {}, { headers })
    expect(response.status).toBe(200)
    await response.text()
    const asked = upstream.requests[0]?.headers
    expect(asked?.authorization).toBe('Bearer upstream-secret')
    expect(asked).not.toHaveProperty('x-api-key')
    await expect.poll(() => running.log.filter((line) => 'status' in line)).toHaveLength(1)
    expect(running.log.find((line) => 'status' in line)).toMatchObject({ key: expect.stringMatching(/team|laptop/) })
    for (const secret of Object.values(env)) expect(JSON.stringify(running.log)).not.toContain(secret)
  })

  it.each([
    ['none', {}, /"Authorization: Bearer KEY"/],
    ['an unknown one', { authorization: 'Bearer team-secret-12' }, /not known/],
    ['a beginning', { authorization: 'Bearer team-secret' }, /not known/],
    ['another scheme', { authorization: 'Basic team-secret-1' }, /"x-api-key: KEY"/],
    ['the one of the upstream', { authorization: 'Bearer upstream-secret' }, /not known/],
  ])('refuses %s with what to do', async (_what, headers, message) => {
    const { upstream, running } = await open()
    for (const path of ['/v1/chat/completions', '/v1/completions']) {
      const response = await fetch(running.url + path, { method: 'POST', headers, body: '{"model":"coder"}' })
      expect(response.status).toBe(401)
      const error = await readError(response)
      expect(error).toMatchObject({ type: 'invalid_request_error', code: 'invalid_api_key' })
      expect(error.message).toMatch(message)
    }
    expect((await fetch(`${running.url}/v1/models`, { headers })).status).toBe(401)
    expect(upstream.requests).toEqual([])
    expect(JSON.stringify(running.log)).not.toContain('secret')
  })

  it('are what the openai package sends, and its error is the one it knows', async () => {
    const { running } = await open()
    const client = new OpenAI({ baseURL: `${running.url}/v1`, apiKey: 'wrong', maxRetries: 0 })
    await expect(client.models.list()).rejects.toBeInstanceOf(OpenAI.AuthenticationError)
    const good = new OpenAI({ baseURL: `${running.url}/v1`, apiKey: 'team-secret-1', maxRetries: 0 })
    expect((await good.models.list()).data).toHaveLength(2)
  })

  it('are not asked for health, metrics and the page of the API', async () => {
    const { running } = await open()
    for (const path of ['/health/live', '/health/ready', '/metrics', '/openapi.json', '/docs/']) {
      expect((await fetch(running.url + path)).status, path).not.toBe(401)
    }
  })

  it('are needed for other machines', () => {
    const settings = { upstreams: [{ urls: ['http://127.0.0.1:1'] }], listen: { host: '0.0.0.0' } }
    expect(() => readConfig({ text: JSON.stringify(settings), env: {} })).toThrow(/0\.0\.0\.0.*TOOLDELTA_KEY/)
    const open = { ...settings, listen: { host: '0.0.0.0', allowWithoutKey: true } }
    expect(readConfig({ text: JSON.stringify(open), env: {} }).keys).toEqual([])
  })
})

describe('takeKey', () => {
  it('leaves no credentials in the headers, known or not', () => {
    const digest = createHash('sha256').update('good').digest()
    const known = { name: 'team', digest, config: { name: 'team', env: 'TEAM_KEY' } }
    for (const key of ['good', 'bad']) {
      const headers = { authorization: `Bearer ${key}`, 'x-api-key': key, 'api-key': key, accept: '*/*' }
      try {
        expect(takeKey(headers, [known]).name).toBe('team')
      } catch (error) {
        expect(error).toMatchObject({ status: 401 })
      }
      expect(headers).toEqual({ accept: '*/*' })
    }
  })
})

describe('without keys', () => {
  it("the client's own goes to an upstream that has none", async () => {
    const upstream = await start.upstream(createJsonAnswer({ choices: [] }))
    const { url } = await start.gateway(upstream)
    await chat(url, { stream: false }, { headers: { authorization: 'Bearer mine' } })
    expect(upstream.requests[0]?.headers.authorization).toBe('Bearer mine')
  })
})
