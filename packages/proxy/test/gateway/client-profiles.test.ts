import {
  createStreamAnswer,
  createVllmEvents,
  cutText,
  toEvent,
  createChunk,
} from '@tooldelta/testbed/scripted-upstream'
import { foldStrictly, readEventData } from '@tooldelta/testbed/wire-check'
import { describe, expect, it } from 'vitest'
import { ConfigError } from '../../src/config/problem.ts'
import { readConfig } from '../../src/config/read-config.ts'
import { knownClients } from '../../src/config/known-clients.ts'
import { createClientProfiles } from '../../src/gateway/client-profiles.ts'
import { chat, createStarter, type Settings } from './start-gateway.ts'

const start = createStarter()
const env = { TEAM_KEY: 'team-secret', LAPTOP_KEY: 'laptop-secret' }
const call =
  '<tool_call>\n<function=get_weather>\n<parameter=city>\nTromsø, far in the north\n</parameter>\n</function>\n</tool_call>'
const [first, ...rest] = createVllmEvents(cutText(call))
const thought = toEvent(createChunk({ reasoning: 'Hm' }))
const whole = createStreamAnswer([first!, thought, ...rest])
const cut = createStreamAnswer([first!, ...rest.slice(0, -12), toEvent(createChunk({}, 'length')), 'data: [DONE]\n\n'])
const slow = { name: 'slow', userAgent: 'Slow*/2', coalesce: { minChars: 9999 }, reasoningNames: 'both' } as const

/** What a client with this header and key gets. */
async function ask(settings: Settings, headers: Record<string, string>, script = whole) {
  const upstream = await start.upstream(script)
  const running = await start.gateway(upstream, settings, { env })
  const text = await (await chat(running.url, {}, { headers })).text()
  await expect.poll(() => running.log.find((line) => 'status' in line)).toBeDefined()
  return {
    deltas: text.match(/"function":\{"arguments":"[^"]/g)?.length ?? 0,
    text,
    profile: running.log.find((line) => 'status' in line)!['profile'],
  }
}

describe('client profiles', () => {
  it('change nothing where none is configured, whoever asks', async () => {
    for (const { userAgent = 'x' } of knownClients) {
      const profiles = createClientProfiles(
        readConfig({ text: JSON.stringify({ upstreams: [{ urls: ['http://a:1'] }] }), env: {} }),
      )
      expect(profiles.find(undefined, userAgent)).toBeUndefined()
    }
    const { deltas, profile, text } = await ask({}, { 'user-agent': 'langchainjs-openai/1.0 QwenCode/1 Zed/1' })
    expect(deltas).toBeGreaterThan(5)
    expect(profile).toBeUndefined()
    expect(text).toContain('{"reasoning_content":"Hm"}')
  })

  it('are found by user agent, and named in the log', async () => {
    const settings = { clientProfiles: [{ name: 'langchain' }, slow] }
    const fitting = await ask(settings, { 'user-agent': 'Mozilla slowpoke/2.1' })
    expect(fitting).toMatchObject({ deltas: 1, profile: 'slow' })
    expect(fitting.text).toContain('{"reasoning_content":"Hm","reasoning":"Hm"}')
    const answer = foldStrictly(
      readEventData(
        fitting.text.replaceAll('{"reasoning_content":"Hm","reasoning":"Hm"}', '{"reasoning_content":"Hm"}'),
      ),
    )
    expect(JSON.parse(answer.choices[0]!.calls[0]!.arguments)).toEqual({ city: 'Tromsø, far in the north' })
    const other = await ask(settings, { 'user-agent': 'slowpoke/3' })
    expect(other.deltas).toBeGreaterThan(5)
    expect(other.profile).toBeUndefined()
  })

  it('are named by a key, which wins over the user agent', async () => {
    const settings = {
      clientProfiles: [slow],
      keys: [
        { name: 'team', env: 'TEAM_KEY', profile: 'langchain' },
        { name: 'laptop', env: 'LAPTOP_KEY' },
      ],
    }
    const agent = { 'user-agent': 'Slow/2' }
    const byKey = await ask(settings, { ...agent, authorization: 'Bearer team-secret' }, cut)
    expect(byKey.profile).toBe('langchain')
    expect(byKey.text).toContain('"code":"tool_call_truncated"')
    const byAgent = await ask(settings, { ...agent, authorization: 'Bearer laptop-secret' }, cut)
    expect(byAgent).toMatchObject({ profile: 'slow', deltas: 1 })
    expect(byAgent.text).toContain('"finish_reason":"length"')
  })

  it('are known by name also where none is listed', async () => {
    const settings = { keys: [{ name: 'team', env: 'TEAM_KEY', profile: 'langchain' }] }
    const answer = await ask(settings, { authorization: 'Bearer team-secret' }, cut)
    expect(answer.profile).toBe('langchain')
    expect(answer.text).toContain('"code":"tool_call_truncated"')
  })

  it('win over the settings of the model, which hold for the rest', async () => {
    const models = [
      { name: 'coder', format: 'qwen3_coder', deliver: 'when-complete' as const, truncatedCalls: 'error' as const },
    ]
    const clientProfiles = [{ name: 'live', userAgent: 'live', deliver: 'stream' as const }]
    const live = await ask({ models, clientProfiles }, { 'user-agent': 'live' }, cut)
    expect(live.deltas).toBeGreaterThan(2)
    expect(live.text).toContain('tool_call_truncated')
    expect((await ask({ models, clientProfiles }, { 'user-agent': 'x' }, cut)).deltas).toBe(0)
  })

  it('send collected arguments in time, while the model is silent', async () => {
    const upstream = await start.upstream(createStreamAnswer([first!, ...rest.slice(0, -12)], [{ hang: true }]))
    const clientProfiles = [{ name: 'timed', userAgent: 'timed', coalesce: { maxDelayMs: 30 } }]
    const running = await start.gateway(upstream, { clientProfiles })
    const control = new AbortController()
    const response = await chat(running.url, {}, { headers: { 'user-agent': 'timed' }, signal: control.signal })
    let text = ''
    const decoder = new TextDecoder()
    const reader = response.body!.getReader()
    while (!/"arguments":"[^"]/.test(text)) text += decoder.decode((await reader.read()).value, { stream: true })
    control.abort()
    expect(text).toContain('Troms')
  })

  it.each([
    ['QwenCode/0.15.10 (linux; x64)', 'qwen-code'],
    ['langchainjs-openai/1.0.0 (node; v20)', 'langchain'],
    ['opencode/1.18.33', 'opencode'],
    ['Zed/0.199.0 (linux; x86_64)', 'zed'],
    ['RooCode/3.25.1', 'roo'],
    ['OpenAI/JS 6.0', undefined],
    [undefined, undefined],
  ])('of known clients know %s', (userAgent, name) => {
    const listed = knownClients.map((client) => ({ name: client.name }))
    expect(createClientProfiles({ clientProfiles: listed }).find(undefined, userAgent)?.name).toBe(name)
  })

  it('of known clients are changed by what stands beside their name', () => {
    const clientProfiles = [{ name: 'zed', reasoningNames: 'both' as const, userAgent: 'MyZed' }]
    const profiles = createClientProfiles({ clientProfiles })
    expect(profiles.find(undefined, 'Zed/1')).toBeUndefined()
    expect(profiles.find(undefined, 'MyZed/1')?.delivery).toMatchObject({
      reasoningNames: 'both',
      coalesceArguments: { minChars: 64, maxDelayMs: 50 },
    })
  })

  it.each([
    ['a*b*c', 'xxAyyBzzCxx', true],
    ['a*b', 'ba', false],
    ['ab*ba', 'aba', false],
    ['*', '', true],
    ['(a+)+$', 'aaaa', false],
    ['(a+)+$', 'x (A+)+$', true],
    ['**x', 'x', true],
  ])('find %s in %s: %s', (userAgent, header, isFound) => {
    const profiles = createClientProfiles({ clientProfiles: [{ name: 'p', userAgent }] })
    expect(profiles.find(undefined, header) !== undefined).toBe(isFound)
  })

  it('do not take long for a long header', () => {
    const userAgent = 'a*'.repeat(100)
    const profiles = createClientProfiles({ clientProfiles: [{ name: 'p', userAgent: `${userAgent}b` }] })
    const began = performance.now()
    expect(profiles.find(undefined, 'a'.repeat(100_000))).toBeUndefined()
    expect(performance.now() - began).toBeLessThan(500)
  })
})

describe('settings of client profiles', () => {
  const read = (settings: object, variables: Record<string, string> = {}) =>
    readConfig({
      text: JSON.stringify({ upstreams: [{ urls: ['http://a:1'] }], ...settings }),
      env: { ...env, ...variables },
    })

  it.each([
    [
      { keys: [{ name: 'k', env: 'TEAM_KEY', profile: 'langchian' }] },
      /keys\[0\]\.profile.*"langchian".*Did you mean langchain\?/s,
    ],
    [{ keys: [{ name: 'k', env: 'TEAM_KEY', profile: 'x' }] }, /keys\[0\]\.profile.*clientProfiles adds/s],
    [{ clientProfiles: [slow, slow] }, /clientProfiles\[1\]\.name/],
    [
      { clientProfiles: [{ name: 'zedd', userAgent: 'x' }] },
      /clientProfiles\[0\].*changes nothing.*Did you mean zed\?/s,
    ],
    [{ clientProfiles: [{ name: 'continue' }] }, /No request has the profile "continue".*profile: continue at a key/s],
    [{ clientProfiles: [{ name: 'zed', coalesce: {} }] }, /clientProfiles\[0\]\.coalesce.*minChars, maxDelayMs/s],
    [{ clientProfiles: [{ ...slow, coalesce: { minChars: 0 } }] }, /minChars/],
    [{ clientProfiles: [{ ...slow, reasoningNames: 'thinking' }] }, /reasoning_content, reasoning, both/],
  ])('%j are refused with the mend', (settings, message) => {
    expect(() => read(settings)).toThrow(ConfigError)
    expect(() => read(settings)).toThrow(message)
  })

  it('may stand in variables, and a key may name a known client that is not listed', () => {
    const config = read(
      { keys: [{ name: 'k', env: 'TEAM_KEY', profile: 'continue' }] },
      {
        TOOLDELTA_CLIENT_PROFILES__0__NAME: 'mine',
        TOOLDELTA_CLIENT_PROFILES__0__USER_AGENT: 'Mine/*',
        TOOLDELTA_CLIENT_PROFILES__0__COALESCE__MAX_DELAY_MS: '20',
      },
    )
    expect(config.clientProfiles).toEqual([{ name: 'mine', userAgent: 'Mine/*', coalesce: { maxDelayMs: 20 } }])
    const profiles = createClientProfiles(config)
    expect(profiles.find(config.keys[0]!.profile, 'Mine/1')?.delivery.truncatedCalls).toBe('error')
    expect(profiles.find(undefined, 'Mine/1')?.delivery.coalesceArguments).toEqual({ maxDelayMs: 20 })
  })
})
