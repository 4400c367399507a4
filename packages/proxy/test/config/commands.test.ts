import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readConfig } from '../../src/config/read-config.ts'
import { renderStarter } from '../../src/config/starter.ts'
import { createFolder, runCommand } from '../helpers/command.ts'

const folder = createFolder()
const good = folder.write('good.yaml', 'keys: [{name: a, env: MY_KEY}]\nupstreams: [{urls: [http://a, http://b]}]\n')
const bad = folder.write('bad.yaml', 'listen:\n  prot: 1\nupstreams: [{urls: [http://a]}]\n')

describe('tooldelta config check', () => {
  it('ends with 0 for settings that can be used', async () => {
    const { code, stdout, stderr } = await runCommand(['config', 'check', good], { env: { MY_KEY: 'k' } })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toBe(`${good} is fine: 1 upstream, 2 replicas, 1 model, 1 key, to listen on 127.0.0.1:4000.\n`)
  })

  it('explains mistakes and ends with 1', async () => {
    const { code, stdout } = await runCommand(['config', 'check', bad])
    expect(code).toBe(1)
    expect(stdout).toContain(
      `${bad}:2:3: listen.prot: There is no such setting. Did you mean port?\n   2 |   prot: 1\n`,
    )
  })

  it('prints JSON, reads standard input, and can leave keys out', async () => {
    const { code, stdout } = await runCommand(['config', 'check', '-', '--json'], { input: readFileSync(bad) })
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({
      file: 'standard input',
      ok: false,
      problems: [{ line: 2, column: 3, path: ['listen', 'prot'], mend: 'Did you mean port?' }],
    })
    expect((await runCommand(['config', 'check', good])).code).toBe(1)
    const unchecked = await runCommand(['config', 'check', good, '--no-secrets', '--json'])
    expect(JSON.parse(unchecked.stdout)).toEqual({ file: good, ok: true, problems: [] })
  })

  it('finds the file of TOOLDELTA_CONFIG', async () => {
    const { code, stdout } = await runCommand(['config', 'check'], { env: { TOOLDELTA_CONFIG: bad } })
    expect(code).toBe(1)
    expect(stdout).toContain(bad)
  })

  it('ends with 2 when there is no such file', async () => {
    const { code, stderr } = await runCommand(['config', 'check', `${folder.path}/none.yaml`])
    expect(code).toBe(2)
    expect(stderr).toMatch(/^tooldelta: There is no file [^\n]+\n$/)
  })
})

describe('tooldelta config show and schema', () => {
  it('prints settings with defaults', async () => {
    const { code, stdout } = await runCommand(['config', 'show', good, '--json'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ keys: [{ env: 'MY_KEY' }], timeouts: { connect: 5000 } })
    expect((await runCommand(['config', 'show', good])).stdout).toContain('bodyBytes: 33554432\n')
  })

  it('prints a JSON Schema', async () => {
    const { stdout } = await runCommand(['config', 'schema'])
    const schema = JSON.parse(stdout) as { required: string[]; properties: Record<string, object> }
    expect(schema.required).toEqual(['upstreams'])
    expect(schema.properties['listen']).toMatchObject({ properties: { port: { maximum: 65_535, default: 4000 } } })
  })
})

describe('tooldelta config init', () => {
  it('writes a file that can be used, and replaces none unasked', async () => {
    const out = `${folder.path}/new.yaml`
    const args = ['config', 'init', '--out', out, '--upstream', 'http://gpu:8000', '--format', 'qwen3_coder']
    expect((await runCommand(args)).code).toBe(0)
    expect(readConfig({ file: out, env: {} })).toMatchObject({
      upstreams: [{ urls: ['http://gpu:8000'] }],
      models: [{ name: '*', format: 'qwen3_coder' }],
    })
    const again = await runCommand(args)
    expect(again.code).toBe(2)
    expect(again.stderr).toMatch(/is there already.*--force/)
    expect((await runCommand([...args, '--force'])).code).toBe(0)
  })

  it('has only settings that exist, also behind its comment signs', () => {
    const text = renderStarter({ upstream: 'http://gpu:8000', format: 'hermes' })
    const all = text.replaceAll(/^#(?! )|^#(?= {2})/gm, '')
    expect(all).not.toBe(text)
    const config = readConfig({
      text: all,
      env: { TOOLDELTA_KEY: 'a', TOOLDELTA_UPSTREAM_KEY: 'b' },
      checkSecrets: false,
    })
    expect(config.keys).toHaveLength(2)
    expect(config.models).toHaveLength(2)
    expect(config.limits.requestsPerMinute).toBe(6000)
  })

  it('refuses what serve would refuse', async () => {
    const { code, stderr } = await runCommand(['config', 'init', '--upstream', 'gpu:8000', '--out', '-'])
    expect(code).toBe(2)
    expect(stderr).toMatch(/urls\[0\].*http:\/\/127\.0\.0\.1:8000/)
  })
})

describe('tooldelta config import', () => {
  it('writes a file and says what to look at', async () => {
    const from = folder.write(
      'litellm.yaml',
      'model_list: [{model_name: a, litellm_params: {model: hosted_vllm/Qwen3-8B, api_base: http://a}}]\n',
    )
    const out = `${folder.path}/imported.yaml`
    const { code, stdout } = await runCommand(['config', 'import', from, '--out', out])
    expect(code).toBe(0)
    expect(stdout).toMatch(/: 1 model, 1 upstream\. Read its comments; 2 things to look at\.\n$/)
    expect(readConfig({ file: out, env: {} }).models).toMatchObject([{ name: 'a', format: 'hermes' }])
  })

  it('refuses a file without a model that can be carried over', async () => {
    const from = folder.write(
      'cloud.yaml',
      'model_list: [{model_name: a, litellm_params: {model: azure/a, api_key: SECRET}}]\n',
    )
    const { code, stderr } = await runCommand(['config', 'import', from, '--out', '-'])
    expect(code).toBe(2)
    expect(stderr).toMatch(/^tooldelta: No model of .*azure has an API of its own[^\n]*\n$/)
    expect(stderr).not.toContain('SECRET')
  })
})
