import {
  createObedientModel,
  type FakeUpstream,
  type FakeUpstreamOptions,
  startFakeUpstream,
} from '@tooldelta/testbed/upstreams'
import { afterEach, describe, expect, it } from 'vitest'
import type { ConfigInput } from '../../src/config/schema.ts'
import { readConfig } from '../../src/config/read-config.ts'
import { runDoctor } from '../../src/doctor/run-doctor.ts'
import type { DoctorReport } from '../../src/doctor/types.ts'
import { createGateway } from '../../src/gateway/index.ts'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()))
})

type Options = Partial<FakeUpstreamOptions> & Pick<FakeUpstreamOptions, 'kind'>

async function startUpstream(options: Options): Promise<FakeUpstream> {
  const upstream = await startFakeUpstream({ answer: createObedientModel(), ...options })
  // The gateway in front of it lets its answers end first.
  closing.push(() => upstream.close())
  return upstream
}

/** The proxy in front of a server, without the probe: what the settings say is what it does. */
async function startProxy(upstream: FakeUpstream, model: object, more: Partial<ConfigInput> = {}): Promise<string> {
  const config = readConfig({
    env: {},
    text: JSON.stringify({
      listen: { port: 0 },
      upstreams: [{ name: 'gpu', urls: [upstream.url], retries: 0 }],
      models: [{ name: 'coder', upstream: 'gpu', upstreamModel: 'qwen3-coder', format: 'qwen3_coder', ...model }],
      probe: { enabled: false },
      ...more,
    }),
  })
  const gateway = await createGateway(config, { logStream: { write: () => true } })
  closing.push(() => gateway.app.close())
  return gateway.app.listen({ port: 0, host: '127.0.0.1' })
}

function statuses({ rows }: DoctorReport): Record<string, string> {
  return Object.fromEntries(rows.map(({ id, status }) => [id, status]))
}

function failures({ rows }: DoctorReport): Record<string, string> {
  const failed = rows.filter(({ status }) => status === 'failed')
  return Object.fromEntries(failed.map(({ id, detail, mend }) => [id, `${detail} -> ${mend}`]))
}

const allOk = {
  health: 'ok',
  models: 'ok',
  completion: 'ok',
  'tool-call': 'ok',
  'forced-call': 'ok',
  'second-turn': 'ok',
  'broken-history': 'ok',
  'late-system': 'ok',
}

describe('a bare model server', () => {
  it.each([
    ['vllm-old', {}, 'template', 'note'],
    ['vllm-new', {}, 'template', 'note'],
    ['sglang', {}, 'template', 'note'],
    ['llamacpp', {}, 'template', 'note'],
    ['vllm-new', { version: '0.32.0', toolParser: true }, 'passthrough', 'ok'],
    ['vllm-new', { toolParser: true }, 'template', 'note'],
    ['vllm-old', { templateRendersTools: false }, 'prompt', 'note'],
    ['sglang', { templateRendersTools: false }, 'prompt', 'note'],
    ['llamacpp', { jinja: false }, 'prompt', 'unknown'],
    ['vllm-new', { systemFirst: true }, 'template', 'note'],
  ] as const)('%s with %j works behind tooldelta in mode %s', async (kind, more, mode, parser) => {
    const upstream = await startUpstream({ kind, ...more })
    const report = await runDoctor({ url: upstream.url })
    expect(failures(report)).toEqual({})
    expect(report).toMatchObject({ role: 'model server', model: 'qwen3-coder', format: 'qwen3_coder', mode, ok: true })
    expect(statuses(report)).toMatchObject({ ...allOk, probe: 'ok' })
    if ('systemFirst' in more) {
      const rule = report.rows.find(({ id }) => id === 'system-rule')
      expect(rule).toMatchObject({ status: 'note', detail: expect.stringContaining('set mergeSystemMessages: true') })
    }
    if (parser !== 'unknown') expect(statuses(report)['own-parser']).toBe(parser)
  })

  it('works with thoughts that the template opens', async () => {
    const answer = createObedientModel({ thought: 'Hm.' })
    const { url } = await startUpstream({ kind: 'vllm-new', thinking: 'open', answer })
    const report = await runDoctor({ url: `${url}/v1` })
    expect(failures(report)).toEqual({})
    expect(report.rows.find(({ id }) => id === 'thinking')).toMatchObject({
      status: 'note',
      detail: 'Answers begin inside a thought: set parser.reasoning: open.',
    })
  })

  it('names the format that the calls look like', async () => {
    const { url } = await startUpstream({ kind: 'vllm-new' })
    const report = await runDoctor({ url, format: 'mistral' })
    expect(report.ok).toBe(false)
    expect(failures(report)['raw-call']).toMatch(/cannot be read.* -> Give --format qwen3_coder/)
    expect(failures(report)['tool-call']).toMatch(/No call came\. -> .*set format: qwen3_coder/)
  })

  it('says that a model does not call tools', async () => {
    const { url } = await startUpstream({ kind: 'sglang', answer: createObedientModel({ isLazy: true }) })
    const report = await runDoctor({ url })
    expect(Object.keys(failures(report))).toEqual(['raw-call', 'tool-call', 'forced-call', 'second-turn'])
    expect(failures(report)['tool-call']).toContain('use a model that was made to call tools')
  })

  it('has a mend for a server that is not there, loads, or wants a key, and tries no more', async () => {
    const gone = await startUpstream({ kind: 'vllm-new' })
    await gone.close()
    const report = await runDoctor({ url: gone.url })
    expect(failures(report)).toEqual({
      health: expect.stringMatching(/gave no answer.* -> Start the server, or correct/),
    })
    expect(statuses(report)).toMatchObject({ models: 'skipped', 'tool-call': 'skipped' })
    expect(report.ok).toBe(false)

    const { url: loading } = await startUpstream({ kind: 'llamacpp', isLoading: true })
    expect(failures(await runDoctor({ url: loading }))['health']).toMatch(/503: Loading model -> Wait until/)

    const { url: locked } = await startUpstream({ kind: 'vllm-new', key: 'k' })
    expect(failures(await runDoctor({ url: locked }))).toEqual({
      models: '401: Unauthorized -> Give the key with --key, or in the variable TOOLDELTA_KEY.',
    })
    expect((await runDoctor({ url: locked, key: 'k' })).ok).toBe(true)
    expect(failures(await runDoctor({ url: locked, key: 'k', model: 'gpt-4' }))).toEqual({
      models: 'gpt-4 is not listed: qwen3-coder. -> Name one of the listed models with --model.',
    })
  })
})

describe('the proxy', () => {
  it.each([
    ['vllm-old', { mode: 'template' }],
    ['vllm-new', { mode: 'prompt' }],
  ] as const)('in front of %s with %j works', async (kind, model) => {
    const url = await startProxy(await startUpstream({ kind }), model)
    const report = await runDoctor({ url })
    expect(failures(report)).toEqual({})
    expect(report).toMatchObject({ role: 'proxy', model: 'coder', mode: undefined, ok: true })
    expect(statuses(report)).toEqual(allOk)
  })

  it('that passes tools on untouched is told to set a mode', async () => {
    const url = await startProxy(await startUpstream({ kind: 'vllm-new' }), { mode: 'passthrough' })
    const report = await runDoctor({ url })
    expect(failures(report)['tool-call']).toMatch(/400: "auto" tool choice requires.* -> .*set mode: auto or template/)
    expect(failures(report)['broken-history']).toContain('Set mode: template or prompt')
  })

  it('with a wrong format, and a template that wants the system message first, is told what to set', async () => {
    const upstream = await startUpstream({ kind: 'vllm-new', systemFirst: true })
    const report = await runDoctor({ url: await startProxy(upstream, { mode: 'template', format: 'mistral' }) })
    expect(failures(report)['tool-call']).toContain('set format: qwen3_coder for this model')
    expect(failures(report)['late-system']).toContain('Set mergeSystemMessages: true')
  })

  it('without an upstream, or without its key, is told so', async () => {
    const upstream = await startUpstream({ kind: 'vllm-new' })
    await upstream.close()
    const down = await runDoctor({ url: await startProxy(upstream, {}) })
    expect(down.role).toBe('proxy')
    expect(failures(down)['health']).toMatch(/not ready: no upstream\. -> Start the model server/)
  })
})
