import { describe, expect, it } from 'vitest'
import { readConfig } from '../../src/config/read-config.ts'
import { listSettings, variableName } from '../../src/config/settings.ts'
import { getAt } from '../../src/config/tree.ts'

const base = { TOOLDELTA_UPSTREAM: 'http://gpu:8000' }
function read(env: Record<string, string>): ReturnType<typeof readConfig> {
  return readConfig({ env: { ...base, ...env }, checkSecrets: false })
}

/** A value that is not the default, as text and as the setting holds it. */
function sampleOf(node: ReturnType<typeof listSettings>[number]['node'], name: string): [string, unknown] {
  const special: Record<string, [string, unknown]> = {
    urls: ['http://a:1,http://b:2', ['http://a:1', 'http://b:2']],
    endpoint: ['http://otel:4318', 'http://otel:4318'],
    passPaths: ['/v1/embeddings', ['/v1/embeddings']],
    host: ['127.0.0.9', '127.0.0.9'],
    format: ['hermes', 'hermes'],
    mode: ['template', 'template'],
    upstream: ['default', 'default'],
    headers: ['{a: b}', { a: 'b' }],
    aliases: ['[]', []],
    name: ['default', 'default'],
    file: ['/file', '/file'],
    keyFile: ['/keys', '/keys'],
  }
  if (special[name] !== undefined) return special[name]
  if (node.items?.enum !== undefined) return [node.items.enum.join(', '), node.items.enum]
  if (node.enum !== undefined) {
    const value = node.enum.find((one) => one !== node.default) as string
    return [value, value]
  }
  if (node.type === 'boolean') return node.default === true ? ['no', false] : ['true', true]
  if (node.type === 'integer') {
    const least = Math.max(1, node.minimum ?? 1)
    return [String(least), least]
  }
  return node.type === 'array' ? ['a, b', ['a', 'b']] : ['A_B', 'A_B']
}

/** One that the other settings of a profile, and a key, can go with. */
const clientProfile = {
  TOOLDELTA_CLIENT_PROFILES__0__NAME: 'A_B',
  TOOLDELTA_CLIENT_PROFILES__0__USER_AGENT: 'a',
  TOOLDELTA_CLIENT_PROFILES__0__DELIVER: 'stream',
}

describe('environment variables', () => {
  it('set every setting', () => {
    for (const { path, node } of listSettings()) {
      const place = path.map((step) => (step === 'N' ? 0 : step))
      const [text, value] = sampleOf(node, String(path.at(-1)))
      const isKey = path[0] === 'keys'
      const around: Record<string, string> = isKey ? { TOOLDELTA_KEYS__0__NAME: 'k', TOOLDELTA_KEYS__0__ENV: 'K' } : {}
      if (isKey && path.at(-1) === 'file') delete around['TOOLDELTA_KEYS__0__ENV']
      if (path[0] === 'clientProfiles' || (isKey && path.at(-1) === 'profile')) Object.assign(around, clientProfile)
      const config = read({ ...around, [variableName(place)]: text })
      expect(getAt(config, place), variableName(place)).toEqual(value)
    }
  })

  it('read numbers, yes and no, lists and whole sections', () => {
    const config = read({
      TOOLDELTA_PROBE__ENABLED: 'off',
      TOOLDELTA_MODELS: '[{name: a, aliases: [b, c]}]',
      TOOLDELTA_MODELS__0__ALIASES__1: 'd',
      TOOLDELTA_UPSTREAMS__0__HEADERS__X_TEAM: 'red',
    })
    expect(config.probe.enabled).toBe(false)
    expect(config.models[0]).toMatchObject({ name: 'a', aliases: ['b', 'd'] })
    expect(config.upstreams[0]?.headers).toEqual({ 'x-team': 'red' })
  })

  it('that are empty are not set', () => {
    expect(read({ TOOLDELTA_LISTEN__PORT: '', TOOLDELTA_FORMAT: ' ', TOOLDELTA_KEY: '' })).toMatchObject({
      listen: { port: 4000 },
      keys: [],
      models: [{ format: 'auto' }],
    })
  })

  it('have short forms', () => {
    const config = read({
      TOOLDELTA_HOST: '0.0.0.0',
      TOOLDELTA_PORT: '81',
      TOOLDELTA_FORMAT: 'glm45',
      TOOLDELTA_KEY: 'k',
      TOOLDELTA_UPSTREAM_KEY: 'u',
    })
    expect(config).toMatchObject({
      listen: { host: '0.0.0.0', port: 81 },
      keys: [{ name: 'default', env: 'TOOLDELTA_KEY' }],
      models: [{ name: '*', format: 'glm45' }],
      upstreams: [{ keyEnv: 'TOOLDELTA_UPSTREAM_KEY' }],
    })
  })

  it('of Kubernetes beside a service of this name are not ours', () => {
    const kubernetes = {
      TOOLDELTA_PORT: 'tcp://10.0.0.1:4000',
      TOOLDELTA_SERVICE_HOST: '10.0.0.1',
      TOOLDELTA_PORT_4000_TCP_ADDR: '10.0.0.1',
    }
    expect(read(kubernetes).listen).toMatchObject({ port: 4000, host: '127.0.0.1' })
  })

  it.each([
    ['TOOLDELTA_LIMITS__BODY_BYTE', /no setting BODY_BYTE\. Did you mean TOOLDELTA_LIMITS__BODY_BYTES\?/],
    ['TOOLDELTA_UPSTREAMS__A__URLS', /no setting A\./],
    ['TOOLDELTA_LISTEN__PORT__X', /no setting X\. Remove it/],
    ['TOOLDELTA_LISTEN__PORT', /environment variable TOOLDELTA_LISTEN__PORT: listen\.port: "x" does not fit/],
    ['TOOLDELTA_MODELS__0__PARSER__REPAIR', /models\[0\]\.parser\.repair: "x" .*true or false/],
  ])('%s=x is refused', (name, message) => {
    expect(() => read({ [name]: 'x' })).toThrow(message)
  })
})
