import { parseDocument } from 'yaml'
import { describe, expect, it } from 'vitest'
import { readLiteLlm } from '../../src/config/litellm/read-litellm.ts'
import { translateLiteLlm } from '../../src/config/litellm/translate.ts'
import { renderImport } from '../../src/config/litellm/write-import.ts'
import { readConfig } from '../../src/config/read-config.ts'
import type { Config } from '../../src/config/schema.ts'

/** The written file, and its settings as serve reads them. */
function importText(text: string): { yaml: string; config: Config } {
  const yaml = renderImport(translateLiteLlm(readLiteLlm(text, 'litellm.yaml')), 'litellm.yaml')
  return { yaml, config: readConfig({ text: yaml, env: { VLLM_URL: 'http://vllm:8000' }, checkSecrets: false }) }
}

const full = `
model_list:
  - model_name: qwen-coder
    litellm_params:
      model: hosted_vllm/Qwen/Qwen3-Coder-30B-A3B-Instruct
      api_base: http://gpu1:8000/v1
      api_key: os.environ/VLLM_KEY
      rpm: 60
      timeout: 300
  - model_name: qwen-coder
    litellm_params:
      model: hosted_vllm/Qwen/Qwen3-Coder-30B-A3B-Instruct
      api_base: http://gpu2:8000/v1
      api_key: os.environ/VLLM_KEY
      additional_drop_params: [user, "tools[*].strict"]
  - model_name: qwen-coder
    litellm_params:
      model: hosted_vllm/Qwen/Qwen3-Coder-30B-A3B-Instruct
      api_base: http://gpu3:8000/v1
      api_key: sk-SECRET-0
  - model_name: mine
    litellm_params: { model: openai/my-model, api_base: http://10.0.0.3:8000, api_key: sk-SECRET-1 }
  - model_name: claude
    litellm_params: { model: anthropic/claude, api_key: sk-SECRET-2 }
  - model_name: gpt
    litellm_params: { model: gpt-4o, api_key: sk-SECRET-3 }
  - model_name: embed
    litellm_params: { model: hosted_vllm/bge-m3, api_base: http://gpu1:8001, api_key: EMPTY }
    model_info: { mode: embedding }
litellm_settings: { drop_params: true, request_timeout: 600, callbacks: [prometheus], something: SECRET-4 }
router_settings:
  num_retries: 3
  allowed_fails: 3
  cooldown_time: 30
  model_group_alias: { gpt-4: qwen-coder, sonnet: { model: claude, hidden: true } }
general_settings: { master_key: sk-SECRET-5, database_url: "postgres://u:SECRET-6@h/db" }
environment_variables: { REDIS_PASSWORD: SECRET-7 }
`

describe('a configuration of LiteLLM', () => {
  const { yaml, config } = importText(full)

  it('becomes models with replicas, keys, repeats, time-outs and aliases', () => {
    expect(config.listen).toMatchObject({ host: '0.0.0.0', port: 4000 })
    expect(config.keys).toMatchObject([{ name: 'master', env: 'TOOLDELTA_KEY' }])
    expect(config.upstreams).toMatchObject([
      { name: 'gpu1', urls: ['http://gpu1:8000/v1', 'http://gpu2:8000/v1'], keyEnv: 'VLLM_KEY', retries: 3 },
      { name: 'upstream-8000', urls: ['http://10.0.0.3:8000'], keyEnv: 'UPSTREAM_8000_KEY' },
      { name: 'gpu1-2', urls: ['http://gpu1:8001'], passPaths: ['/v1/embeddings'] },
    ])
    expect(config.upstreams[2]?.keyEnv).toBeUndefined()
    expect(config.models).toMatchObject([
      {
        name: 'qwen-coder',
        upstream: 'gpu1',
        upstreamModel: 'Qwen/Qwen3-Coder-30B-A3B-Instruct',
        format: 'qwen3_coder',
        aliases: ['gpt-4'],
        dropParams: ['user'],
      },
      { name: 'mine', upstream: 'upstream-8000', upstreamModel: 'my-model', format: 'auto' },
      { name: 'embed', upstream: 'gpu1-2', upstreamModel: 'bge-m3', mode: 'passthrough' },
    ])
    expect(config.timeouts.total).toBe(600_000)
    expect(config.circuit).toEqual({ failures: 4, pause: 30_000 })
  })

  it.each([
    [/master_key: set the environment variable TOOLDELTA_KEY/],
    [/mine, api_key: set the environment variable UPSTREAM_8000_KEY/],
    [/qwen-coder, format: qwen3_coder, from the model's name/],
    [/mine, format: the name tells nothing, so auto/],
    [/mine, profile: the server is taken for vLLM/],
    [/timeout: there is one time-out for all models/],
    [/qwen-coder, rpm: limits are for each key/],
    [/qwen-coder at http:\/\/gpu3:8000\/v1: replicas of one model must have one name, key/],
    [/additional_drop_params: only whole fields.*tools\[\*\]\.strict/],
    [/claude: anthropic has an API of its own/],
    [/gpt: it names no api_base/],
    [/model_group_alias: sonnet: the model that it names was not carried over/],
    [/database_url: keys are listed in keys/],
    [/drop_params: vLLM takes unknown fields/],
    [/something: there is no such setting/],
    [/environment_variables: set variables where/],
  ])('says %s', (sentence) => {
    const comments = yaml.split('\n').filter((line) => line.startsWith('#'))
    expect(comments.join('\n')).toMatch(sentence)
  })

  it('gives away no secret', () => {
    expect(yaml).not.toContain('SECRET')
  })
})

describe('smaller ones', () => {
  const entry = (params: string, name = 'm'): string =>
    `model_list: [{model_name: ${JSON.stringify(name)}, litellm_params: {${params}}}]\n`

  it('without a master key serve this machine only', () => {
    const { yaml, config } = importText(entry('model: openai/a, api_base: http://a'))
    expect(config.listen.host).toBe('127.0.0.1')
    expect(config.keys).toEqual([])
    expect(yaml).toMatch(/there is no master_key/)
  })

  it('keep addresses and keys that are variables', () => {
    const key = 'general_settings: {master_key: os.environ/MASTER}'
    const { yaml, config } = importText(entry('model: hosted_vllm/a, api_base: os.environ/VLLM_URL') + key)
    expect(config.upstreams[0]?.urls).toEqual(['http://vllm:8000'])
    expect(yaml).toContain('${VLLM_URL}')
    expect(config.keys[0]).toMatchObject({ env: 'MASTER' })
  })

  it('may stand for every model', () => {
    const { config } = importText(entry('model: hosted_vllm/*, api_base: http://a', '*'))
    expect(config.models).toMatchObject([{ name: '*', format: 'auto' }])
    expect(config.models[0]?.upstreamModel).toBeUndefined()
  })

  it('know a model without a provider by its slash', () => {
    const { config } = importText(entry('model: Qwen/Qwen3-8B, api_base: http://a'))
    expect(config.models[0]).toMatchObject({ upstreamModel: 'Qwen/Qwen3-8B', format: 'hermes' })
  })

  it('of Ollama use its OpenAI-compatible address', () => {
    const { config } = importText(entry('model: ollama/qwen3, api_base: http://localhost:11434'))
    expect(config.upstreams[0]).toMatchObject({ urls: ['http://localhost:11434/v1'], profile: 'generic' })
  })

  it('lose a password in an address', () => {
    expect(importText(entry('model: openai/a, api_base: "http://u:SECRET@a/v1"')).yaml).not.toContain('SECRET')
  })

  it('with a line break in a name stay YAML', () => {
    const { yaml } = importText(entry('model: openai/a, api_base: http://a, rpm: 1', 'a\nb: c'))
    expect(parseDocument(yaml).errors).toEqual([])
  })

  it.each([
    ['listen: {port: 1}', /holds no model_list/],
    ['model_list: [{model_name: a}]', /model_list\[0\] has no litellm_params\.model/],
    ['model_list: [', /is no YAML/],
    ['key: "SECRET\n  x: [', /^(?!.*SECRET)/],
  ])('%s is refused', (text, message) => {
    expect(() => readLiteLlm(text, 'l.yaml')).toThrow(message)
  })
})
