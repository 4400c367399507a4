import { describe, expect, it } from 'vitest'
import { ConfigError, type ConfigProblem } from '../../src/config/problem.ts'
import { readConfig } from '../../src/config/read-config.ts'
import { formatPath } from '../../src/config/settings.ts'
import { createFolder } from './folder.ts'

const folder = createFolder()
const upstreams = 'upstreams:\n  - urls: [http://gpu:8000]\n'

function read(text: string | undefined, env: Record<string, string> = {}): ReturnType<typeof readConfig> {
  return readConfig({ file: 'tooldelta.yaml', text, env })
}

/** `line:column path`, and the sentences. */
function faultsOf(text: string, env: Record<string, string> = {}): string[] {
  return problemsOf(text, env).map(
    ({ line, column, path, message, mend }) => `${line}:${column} ${formatPath(path)}: ${message} ${mend}`,
  )
}

function problemsOf(text: string, env: Record<string, string> = {}): readonly ConfigProblem[] {
  try {
    read(text, env)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return []
}

describe('settings', () => {
  it('have every default filled in, and a model for every name', () => {
    const config = read(upstreams)
    expect(config.listen).toEqual({ host: '127.0.0.1', port: 4000, allowWithoutKey: false })
    expect(config.models).toMatchObject([{ name: '*', upstream: 'default', format: 'auto', mode: 'auto' }])
    expect(config.limits.bodyBytes).toBe(32 * 1024 * 1024)
  })

  it('of models need not name the only upstream', () => {
    const config = read('upstreams: [{name: gpu, urls: [http://gpu]}]\nmodels: [{name: a}, {name: b}]')
    expect(config.models.map(({ upstream }) => upstream)).toEqual(['gpu', 'gpu'])
  })

  it('may be sections with nothing in them, JSON, anchors and merged', () => {
    expect(read(`listen:\nkeys:\n${upstreams}`).keys).toEqual([])
    expect(read('{"upstreams": [{"urls": ["http://gpu"]}], "listen": {"port": 1}}').listen.port).toBe(1)
    const models = 'models:\n  - &m {name: a, format: hermes}\n  - {<<: *m, name: b}\n'
    expect(read(upstreams + models).models[1]).toMatchObject({ name: 'b', format: 'hermes' })
  })

  it('take texts from the environment, as numbers where a number is meant', () => {
    const text = `listen: {port: '\${PORT}', host: '\${HOST:-127.0.0.2}'}\n${upstreams}`
    expect(read(text, { PORT: '81' }).listen).toMatchObject({ port: 81, host: '127.0.0.2' })
    expect(faultsOf(text)).toEqual([
      '1:16 listen.port: The environment variable PORT is not set. Set it, or write a default: ${PORT:-VALUE}.',
    ])
  })

  it('find files beside their own', () => {
    folder.write('keys', 'a\n')
    const file = folder.write('t.yaml', `keys: [{name: a, file: ./keys}]\n${upstreams}`)
    expect(readConfig({ file, env: {} }).keys[0]?.file).toBe(`${folder.path}/keys`)
  })
})

describe('the order of sources', () => {
  const text = `listen: {port: 1, host: 127.0.0.2}\n${upstreams}timeouts: {idle: 5}\n`
  it('is flags, environment, file, default', () => {
    const env = { TOOLDELTA_LISTEN__PORT: '2', TOOLDELTA_TIMEOUTS__IDLE: '6', TOOLDELTA_LISTEN__HOST: '' }
    const overrides = { listen: { port: 3, host: undefined } }
    const config = readConfig({ text, env, overrides })
    expect(config.listen).toMatchObject({ port: 3, host: '127.0.0.2' })
    expect(config.timeouts).toMatchObject({ idle: 6, connect: 5000 })
  })

  it('holds for the one upstream and the one model', () => {
    const env = { TOOLDELTA_UPSTREAM: 'http://a, http://b', TOOLDELTA_FORMAT: 'hermes' }
    const overrides = { upstream: { profile: 'sglang' as const }, model: { format: 'glm45' } }
    const config = readConfig({ text, env, overrides })
    expect(config.upstreams).toMatchObject([{ urls: ['http://a', 'http://b'], profile: 'sglang' }])
    expect(config.models).toMatchObject([{ format: 'glm45' }])
  })
})

describe('mistakes', () => {
  const cases: [what: string, text: string, faults: (string | RegExp)[]][] = [
    [
      'an unknown name',
      `listen: {prot: 1}\n${upstreams}`,
      ['1:10 listen.prot: There is no such setting. Did you mean port?'],
    ],
    ['a name in another spelling', `limits: {body_bytes: 1}\n${upstreams}`, [/1:10 .*mean bodyBytes\?/]],
    ['a name that is like none', `zzzzzzzz: 1\n${upstreams}`, [/Known here: listen, keys, upstreams/]],
    [
      'a wrong type',
      `timeouts:\n  idle: 30s\n${upstreams}`,
      [/^2:9 timeouts\.idle: "30s" does not fit\. .*whole number.*Milliseconds/],
    ],
    [
      'a value of a closed set',
      'upstreams: [{urls: [http://a], profile: vlm}]',
      [/mean vllm\? It must be one of vllm, sglang/],
    ],
    ['no upstream', 'listen: {port: 1}', [/^1:1 upstreams: It is missing\. .*TOOLDELTA_UPSTREAM.*--upstream/]],
    ['a text in place of a list', 'upstreams: http://a', [/^1:12 upstreams: .*must be a list/]],
    ['the file of LiteLLM', `model_list: []\n${upstreams}`, [/LiteLLM.*tooldelta config import/]],
    [
      'an upstream that does not exist',
      `${upstreams}models: [{name: a, upstream: defalt}]`,
      [/^3:30 .*no upstream "defalt"\. Did you mean default\?/],
    ],
    [
      'a format that does not exist',
      `${upstreams}models: [{format: qwen3_codr}]`,
      [/^3:19 .*no format "qwen3_codr"\. Did you mean qwen3_coder\?/],
    ],
    [
      'a mode without a renderer',
      `${upstreams}models: [{format: firefunction, mode: prompt}]`,
      [/^3:39 .*mode: The prompt of the format firefunction.*hermes/],
    ],
    [
      'two models of one name',
      `${upstreams}models: [{name: a, aliases: [b]}, {name: b}]`,
      [/^3:42 models\[1\]\.name: "b" is there twice/],
    ],
    ['an alias of every model', `${upstreams}models: [{aliases: [b]}]`, [/models\[0\]\.aliases: .*every name already/]],
    ['two upstreams of one name', 'upstreams: [{urls: [http://a]}, {urls: [http://b]}]', [/"default" is there twice/]],
    ['a replica twice', 'upstreams: [{urls: [http://a, http://a]}]', [/^1:31 .*"http:\/\/a" is there twice/]],
    ['an address of another kind', 'upstreams: [{urls: [ftp://a]}]', [/begins with ftp:.*http:\/\/127/]],
    ['an address with a password', 'upstreams: [{urls: ["http://u:pw@a"]}]', [/user name or password.*keyEnv/]],
    [
      'an open door',
      `listen: {host: 0.0.0.0}\n${upstreams}`,
      [/^1:16 listen\.host: .*no key.*TOOLDELTA_KEY.*allowWithoutKey/],
    ],
    ['a key that is nowhere', `keys: [{name: a}]\n${upstreams}`, [/^1:8 keys\[0\]: .*env.*file/]],
    [
      'a variable that is not set',
      `keys: [{name: a, env: NONE}]\n${upstreams}`,
      [/^1:23 keys\[0\]\.env: The environment variable NONE is not set/],
    ],
    [
      'a pass path that two upstreams have',
      'upstreams: [{name: a, urls: [http://a], passPaths: [/v1/x]}, {name: b, urls: [http://b], passPaths: [/v1/x]}]\nmodels: [{name: a, upstream: a}, {name: b, upstream: b}]',
      [/upstreams\[1\]\.passPaths\[0\]: .*"a" has it already/],
    ],
    [
      'a pass path without a model',
      'upstreams: [{name: a, urls: [http://a]}, {name: b, urls: [http://b], passPaths: [/v1/x]}]\nmodels: [{name: a, upstream: a}]',
      [/upstreams\[1\]\.passPaths: .*no model.*Add/],
    ],
  ]
  it.each(cases)('%s', (_what, text, expected) => {
    const faults = faultsOf(text)
    expect(faults).toHaveLength(expected.length)
    for (const [place, fault] of expected.entries()) {
      if (typeof fault === 'string') expect(faults[place]).toBe(fault)
      else expect(faults[place]).toMatch(fault)
    }
  })

  it('are found all at once, in the order of the file, shape and meaning together', () => {
    const text = `listen: {prot: 1}\nupstreams:\n  - urls: [nonsense, http://a]\nmodels:\n  - format: hermse\nlimits: {inFlight: 0}\n`
    expect(problemsOf(text).map(({ line, path }) => `${line} ${formatPath(path)}`)).toEqual([
      '1 listen.prot',
      '3 upstreams[0].urls[0]',
      '5 models[0].format',
      '6 limits.inFlight',
    ])
  })

  it('never point to another entry because one before it was left out', () => {
    const text = 'upstreams: [{urls: [nonsense, http://a, http://b, http://b]}]'
    expect(problemsOf(text).map(({ path }) => formatPath(path))).toEqual(['upstreams[0].urls[0]'])
  })

  it('of YAML itself have a place and a mend', () => {
    expect(faultsOf('listen:\n\tport: 1\n')[0]).toMatch(/^2:1 .*[Tt]ab.* Use spaces/)
    expect(faultsOf('a: 1\na: 2\n')).toEqual([expect.stringMatching(/^2:1 .*unique.* Keep one of them\.$/)])
    expect(faultsOf('- a\n')).toEqual([expect.stringMatching(/holds no settings.*mapping/)])
    expect(faultsOf('a: [1\n').length).toBeGreaterThan(0)
  })

  it('are printed with the line and a mark', () => {
    expect(() => read(`listen:\n  port: many\n${upstreams}`)).toThrow(
      'tooldelta.yaml:2:9: listen.port: "many" does not fit. It must be a whole number from 0 to 65535. (Port to listen on; 0 for any free one.)\n' +
        '   2 |   port: many\n' +
        '     |         ^^^^',
    )
  })

  it('of the environment and of flags name their source', () => {
    const overrides = { listen: { port: -1 } }
    expect(() => readConfig({ text: upstreams, env: { TOOLDELTA_LIMITS__IN_FLIGHT: 'x' }, overrides })).toThrow(
      /environment variable TOOLDELTA_LIMITS__IN_FLIGHT: limits\.inFlight: "x"[^]*command line: listen\.port: -1/,
    )
  })

  it('of short settings are refused where several places are meant', () => {
    const two =
      'upstreams: [{name: a, urls: [http://a]}, {name: b, urls: [http://b]}]\nmodels: [{name: a, upstream: a}]'
    expect(faultsOf(two, { TOOLDELTA_UPSTREAM: 'http://c' })[0]).toMatch(/2 upstreams.*TOOLDELTA_UPSTREAMS__0__URLS/)
    expect(faultsOf(two, { TOOLDELTA_UPSTREAM_KEY: 'k' })[0]).toMatch(/2 upstreams.*keyEnv: TOOLDELTA_UPSTREAM_KEY/)
  })

  it('of a file that cannot be read are wrong usage', () => {
    expect(() => readConfig({ file: `${folder.path}/none.yaml`, env: {} })).toThrow(/no file .*config init/)
    expect(() => readConfig({ file: folder.path, env: {} })).toThrow(/is a directory/)
    const bytes = folder.write('latin1.yaml', Buffer.from([0x61, 0xe4]))
    expect(() => readConfig({ file: bytes, env: {} })).toThrow(/no UTF-8/)
  })
})

describe('secrets in the file', () => {
  const cases: [what: string, text: string][] = [
    ['a key of a client', `keys: [{name: a, key: TOP-SECRET}]\n${upstreams}`],
    ['a key of an upstream', 'upstreams:\n  - urls: [http://a]\n    api_key: TOP-SECRET\n'],
    ['a key in place of a variable', `keys:\n  - name: a\n    env: TOP-SECRET\n${upstreams}`],
    ['a key in a flow, in place of a variable', `keys: [{name: a, env: "TOP-SECRET"}]\n${upstreams}`],
    ['a header', 'upstreams:\n  - urls: [http://a]\n    headers: {Authorization: Bearer TOP-SECRET}\n'],
    ['a password in an address', 'upstreams:\n  - urls: ["http://me:TOP-SECRET@a"]\n'],
    ['a password in an address that is none', 'upstreams:\n  - urls: ["//me:TOP-SECRET@a"]\n'],
  ]
  it.each(cases)('%s is refused, and not repeated', (_what, text) => {
    const problems = problemsOf(text)
    expect(problems.length).toBeGreaterThan(0)
    expect(JSON.stringify(problems)).not.toContain('TOP-SECRET')
    expect(new ConfigError(problems).message).not.toContain('TOP-SECRET')
  })

  it('may be headers that name a variable', () => {
    const text = 'upstreams:\n  - urls: [http://a]\n    headers: {X-Token: "${TOKEN}"}\n'
    expect(read(text, { TOKEN: 't' }).upstreams[0]?.headers).toEqual({ 'X-Token': 't' })
  })
})
