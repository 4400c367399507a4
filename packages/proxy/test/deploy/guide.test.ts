import { existsSync, readFileSync } from 'node:fs'
import { createCompletion, createJsonAnswer, startScriptedUpstream } from '@tooldelta/testbed/scripted-upstream'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { checkConfig, readConfig } from '../../src/config/read-config.ts'
import { settingsSchema } from '../../src/config/settings.ts'
import { createFolder, runCommand, startCommand } from '../helpers/command.ts'
import { qwenText } from '../helpers/texts.ts'

const docs = new URL('../../../../docs/', import.meta.url)
const pages = Object.fromEntries(
  ['continue-vllm.md', 'operations.md', 'recordings.md'].map((name) => [
    name,
    readFileSync(new URL(name, docs), 'utf8'),
  ]),
)
const guide = pages['continue-vllm.md']!
const folder = createFolder()

function blocksOf(page: string, language: string): string[] {
  return [...page.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'gms'))].map(([, block]) => block!)
}

const yamlBlocks = blocksOf(guide, 'yaml')
const settings = yamlBlocks.find((block) => block.startsWith('listen:'))!
const liteLlm = yamlBlocks.find((block) => block.includes('model_list:'))!
const clientBlock = parse(yamlBlocks.find((block) => block.includes('provider:'))!)

describe('docs/continue-vllm.md', () => {
  it('has settings that pass the check, also with the comments taken away', () => {
    expect(checkConfig({ text: settings, env: {} }).problems).toEqual([])
    const open = settings.replaceAll(/^( *)# (?=keys:| {2}- name| {4}env|keyEnv)/gm, '$1')
    expect(open).toContain('\nkeys:\n  - name: continue\n    env: TOOLDELTA_CLIENT_KEYS\n')
    expect(
      checkConfig({ text: open, env: { TOOLDELTA_CLIENT_KEYS: 'a-key', VLLM_API_KEY: 'b-key' } }).problems,
    ).toEqual([])
  })

  it('serves the call of its curl block with these settings', async () => {
    const request = /-d '(\{.*?\n\})'/s.exec(guide)![1]!
    const upstream = await startScriptedUpstream(({ path, body }) =>
      path.endsWith('/chat/completions') && body.includes('get_weather')
        ? createJsonAnswer(createCompletion(qwenText))
        : createJsonAnswer({ object: 'list', data: [] }),
    )
    const file = folder.write('tooldelta.yaml', settings)
    const env = {
      TOOLDELTA_UPSTREAMS__0__URLS__0: upstream.url,
      TOOLDELTA_PORT: '0',
      TOOLDELTA_PROBE__ENABLED: 'false',
    }
    const command = startCommand(['serve', '--config', file], { env })
    try {
      const [, url] = await command.waitFor(/Serving (\S+)\/v1/)
      const headers = { 'content-type': 'application/json' }
      const response = await fetch(`${url}/v1/chat/completions`, { method: 'POST', headers, body: request })
      expect(await response.json()).toMatchObject({
        choices: [{ finish_reason: 'tool_calls', message: { tool_calls: [{ function: { name: 'get_weather' } }] } }],
      })
      expect(JSON.parse(upstream.requests.at(-1)!.body)).toMatchObject({ model: 'qwen3-coder', tool_choice: 'none' })
      for (const path of ['/health/liveliness', '/health/readiness', '/docs'])
        expect((await fetch(`${url}${path}`)).status).not.toBe(404)
    } finally {
      command.kill('SIGTERM')
      await command.ended
      await upstream.close()
    }
  })

  it('imports its configuration of LiteLLM', async () => {
    const { code, stdout, stderr } = await runCommand(['config', 'import', '-', '--out', '-'], { input: liteLlm })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(checkConfig({ text: stdout, env: {}, checkSecrets: false }).problems).toEqual([])
    const config = readConfig({ text: stdout, env: {}, checkSecrets: false })
    expect(config.upstreams).toMatchObject([{ urls: [expect.stringContaining('127.0.0.1:8000')] }])
    expect(config.models).toMatchObject([{ name: 'qwen3-coder', format: 'qwen3_coder' }])
    expect(stdout).toContain('VLLM_API_KEY')
  })

  it('has a configuration of Continue that fits the settings and avoids the traps', () => {
    const { listen, models } = readConfig({ text: settings, env: {} })
    const [model] = clientBlock.models
    expect(model).toMatchObject({ provider: 'openai', capabilities: ['tool_use'], model: models[0]!.name })
    expect(model.apiBase).toBe(`http://${listen.host}:${listen.port}/v1`)
    for (const trap of ['template', 'promptTemplates', 'useLegacyCompletionsEndpoint'])
      expect(model).not.toHaveProperty(trap)
  })

  it('starts vLLM without the flags that it tells to take out', () => {
    const serve = blocksOf(guide, 'sh').find((block) => block.startsWith('vllm serve'))
    for (const [, flag] of guide.matchAll(/^\| `(--[\w-]+)`/gm)) expect(serve).not.toContain(flag)
  })
})

describe.each(Object.entries(pages))('docs/%s', (name, page) => {
  it('names commands and options that exist', async () => {
    const lines = blocksOf(page, 'sh').flatMap((block) => block.split('\n'))
    const used = lines.flatMap(
      (line) => /^(?:\S+=\S+ )*tooldelta (\w+(?: check| import)?)(.*)$/.exec(line)?.slice(1) ?? [],
    )
    const flags = new Map<string, Set<string>>()
    for (let place = 0; place < used.length; place += 2) {
      const own = flags.get(used[place]!) ?? new Set()
      for (const [flag] of used[place + 1]!.matchAll(/--[a-z-]+/g)) own.add(flag)
      flags.set(used[place]!, own)
    }
    await Promise.all(
      [...flags].map(async ([command, own]) => {
        const { code, stdout } = await runCommand([...command.split(' '), '--help'])
        expect(code).toBe(0)
        expect(stdout).toContain(`Usage: tooldelta ${command}`)
        for (const flag of own) expect(stdout).toContain(` ${flag} `)
      }),
    )
  })

  it('names settings that exist', () => {
    const known = JSON.stringify(settingsSchema)
    for (const [, group, setting] of page.matchAll(
      /`(listen|limits|timeouts|circuit|log|docs|parser|record)\.(\w+)/g,
    )) {
      expect(known).toContain(`"${group}":`)
      expect([setting, known.includes(`"${setting}":`)]).toEqual([setting, true])
    }
  })

  it('names metrics that exist, and links to files that are there', () => {
    const metrics = readFileSync(new URL('metrics.md', docs), 'utf8')
    for (const [, metric] of page.matchAll(/`((?:tooldelta|gen_ai|nodejs)_[a-z0-9_]+)`/g))
      expect(metrics).toContain(metric)
    for (const [, link] of page.matchAll(/\]\((?!https?:|#)([^)#]+)/g))
      expect([link, existsSync(new URL(link!, docs))]).toEqual([link, true])
    expect(name).toMatch(/\.md$/)
  })
})
