import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { ConfigError } from '../../src/config/problem.ts'
import { readConfig } from '../../src/config/read-config.ts'
import { resolveSecrets } from '../../src/config/secrets.ts'
import { redactConfig, showConfig } from '../../src/config/show.ts'
import { createFolder } from './folder.ts'

const folder = createFolder()
const sha = (key: string): string => createHash('sha256').update(key).digest('hex')

function resolve(text: string, env: Record<string, string> = {}): ReturnType<typeof resolveSecrets> {
  return resolveSecrets(readConfig({ text, env, checkSecrets: false }), env)
}

describe('keys', () => {
  it('of clients are kept as digests, several of a file or variable by one name', () => {
    const file = folder.write('keys', '\uFEFF key-1 \r\n\n key-2\n')
    const text = `keys: [{name: f, file: "${file}"}, {name: v, env: KEYS, requestsPerMinute: 5}]\nupstreams: [{urls: [http://a]}]`
    const { clientKeys } = resolve(text, { KEYS: 'key-3, key-4' })
    expect(clientKeys.map(({ name, digest }) => [name, digest.toString('hex')])).toEqual([
      ['f', sha('key-1')],
      ['f', sha('key-2')],
      ['v', sha('key-3')],
      ['v', sha('key-4')],
    ])
    expect(clientKeys[2]?.config.requestsPerMinute).toBe(5)
    expect(JSON.stringify(clientKeys)).not.toContain('key-')
  })

  it('of upstreams are found by name', () => {
    const file = folder.write('upstream', 'plain\n')
    const text = `upstreams: [{name: a, urls: [http://a], keyEnv: A}, {name: b, urls: [http://b], keyFile: "${file}"}, {name: c, urls: [http://c]}]`
    expect([...resolve(text, { A: ' x ' }).upstreamKeys]).toEqual([
      ['a', 'x'],
      ['b', 'plain'],
    ])
  })

  const upstreams = 'upstreams: [{urls: [http://a]}]'
  const cases: [what: string, text: string, message: RegExp][] = [
    [
      'a missing file',
      `keys: [{name: a, file: /none/keys}]\n${upstreams}`,
      /keys\[0\]\.file: There is no file \/none\/keys/,
    ],
    [
      'an empty file',
      `keys: [{name: a, file: "${folder.write('empty', '\n')}"}]\n${upstreams}`,
      /is empty\. Write the key/,
    ],
    ['a folder', `keys: [{name: a, file: "${folder.path}"}]\n${upstreams}`, /cannot be read/],
    [
      'a key that no header carries',
      `keys: [{name: a, file: "${folder.write('odd', 'ké')}"}]\n${upstreams}`,
      /no header can carry/,
    ],
    ['two places', `keys: [{name: a, file: /x, env: A}]\n${upstreams}`, /not from both/],
    ['two keys of an upstream', 'upstreams: [{urls: [http://a], keyEnv: TWO}]', /several keys/],
    [
      'one key of two names',
      `keys: [{name: a, env: A}, {name: b, env: A}]\n${upstreams}`,
      /"b" is the same key as "a"/,
    ],
  ]
  it.each(cases)('are refused: %s', (_what, text, message) => {
    const env = { A: 'SAME-KEY', TWO: 'a,b' }
    expect(() => resolve(text, env)).toThrow(ConfigError)
    expect(() => resolve(text, env)).toThrow(message)
    expect(() => resolve(text, env)).not.toThrow(/SAME-KEY/)
    // The same is found when the settings are read.
    expect(() => readConfig({ text, env })).toThrow(message)
  })
})

describe('settings that are shown', () => {
  it('hold no secret', () => {
    const text = 'keys: [{name: a, env: K}]\nupstreams: [{urls: [http://a], keyEnv: U, headers: {X-Team: "${T}"}}]'
    const config = readConfig({ text, env: { K: 'SECRET-1', U: 'SECRET-2', T: 'SECRET-3' } })
    expect(showConfig(config)).not.toContain('SECRET')
    expect(redactConfig(config).upstreams[0]?.headers).toEqual({ 'X-Team': '***' })
    expect(config.upstreams[0]?.headers).toEqual({ 'X-Team': 'SECRET-3' })
  })
})
