import type { ConfigInput } from '../schema.ts'
import type { LiteLlmEntry } from './read-litellm.ts'
import type { Notes } from './notes.ts'

/** One server of one model, as an entry of `model_list` says it. */
export interface Deployment {
  modelName: string
  url: string
  upstreamModel: string
  profile: NonNullable<ConfigInput['upstreams'][number]['profile']>
  /** Where the server's key is: a variable, a key that was written into the file, or nowhere. */
  key: DeploymentKey
  retries: number | undefined
  /** Milliseconds. */
  timeout: number | undefined
  dropParams: string[]
  /** The path that is passed on instead of chats, for models that write no text. */
  passPath: string | undefined
  /** The entry in the LiteLLM file. */
  about: string
}

/** Text that was written into the file is compared and never written out. */
export type DeploymentKey = { kind: 'none' } | { kind: 'literal'; text: string } | { kind: 'variable'; name: string }

/** LiteLLM's names of OpenAI-compatible servers, and the kind of server behind them. */
const profiles: Record<string, Deployment['profile']> = {
  openai: 'vllm',
  hosted_vllm: 'vllm',
  vllm: 'vllm',
  custom_openai: 'vllm',
  openai_like: 'vllm',
  'text-completion-openai': 'vllm',
  litellm_proxy: 'generic',
  lm_studio: 'generic',
  ollama: 'generic',
  ollama_chat: 'generic',
  llamafile: 'llamacpp',
  sglang: 'sglang',
}

/** Keys that people write where a server asks for none. */
const placeholder =
  /^(empty|none|null|dummy|fake[-_ ]?key|no[-_ ]?key|not[-_ ]?needed|anything|x+|-|sk-(xxx+|none|dummy|fake))$/i

const passPaths: Record<string, string> = { embedding: '/v1/embeddings', rerank: '/v1/rerank' }

/** Parameters that are carried over, or say nothing to a proxy. */
const carried = new Set([
  'model',
  'api_base',
  'base_url',
  'api_key',
  'timeout',
  'max_retries',
  'num_retries',
  'additional_drop_params',
  'custom_llm_provider',
])

const reasons: Record<string, string> = {
  rpm: 'limits are for each key of a client: keys[].requestsPerMinute, or limits.requestsPerMinute',
  tpm: 'there is no limit of tokens; limits.requestsPerMinute and limits.inFlight limit requests',
  stream_timeout: 'timeouts.idle is the longest silence of a stream, for all models',
  drop_params: 'vLLM takes unknown fields; models[].dropParams removes the ones that are named',
  weight: 'the replica with the fewest requests is asked',
  headers: 'they may hold secrets; write them into upstreams[].headers, secrets as ${VARIABLE}',
  extra_headers: 'they may hold secrets; write them into upstreams[].headers, secrets as ${VARIABLE}',
}

/** Reads an entry; undefined, with a note, when its server is none that tooldelta can stand in front of. */
export function readDeployment(entry: LiteLlmEntry, notes: Notes): Deployment | undefined {
  const { modelName, params, info } = entry
  const about = `model_list: ${modelName}`
  const { provider, model } = splitModel(params)
  const profile = profiles[provider]
  if (profile === undefined) {
    notes.leftOut(about, `${provider} has an API of its own; tooldelta stands in front of OpenAI-compatible servers`)
    return undefined
  }
  const url = readUrl(params['api_base'] ?? params['base_url'], provider)
  if (url === undefined) {
    notes.leftOut(about, 'it names no api_base, so it is a service and no server of yours; to keep it, add its address')
    return undefined
  }
  for (const name of Object.keys(params).filter((one) => !carried.has(one))) {
    notes.leftOut(`${about}, ${name}`, reasons[name] ?? 'clients send it themselves, or the server sets it')
  }
  if (provider === 'openai')
    notes.guessed(`${about}, profile`, 'the server is taken for vLLM; sglang, llamacpp and generic are the others')
  return {
    modelName,
    url,
    upstreamModel: model,
    profile,
    key: readKey(params['api_key']),
    retries: readCount(params['num_retries'] ?? params['max_retries']),
    timeout: readSeconds(params['timeout']),
    dropParams: readDropParams(params['additional_drop_params'], about, notes),
    passPath: passPaths[String(info['mode'])],
    about,
  }
}

function splitModel(params: Record<string, unknown>): { provider: string; model: string } {
  const text = params['model'] as string
  const slash = text.indexOf('/')
  const given = params['custom_llm_provider']
  const prefix = slash === -1 ? undefined : text.slice(0, slash)
  if (typeof given === 'string') return { provider: given, model: prefix === given ? text.slice(slash + 1) : text }
  // A model's name has a slash as well: `Qwen/Qwen3-8B` is no provider `Qwen`.
  const isProvider = prefix !== undefined && /^[a-z][a-z0-9_-]*$/.test(prefix)
  return isProvider ? { provider: prefix, model: text.slice(slash + 1) } : { provider: 'openai', model: text }
}

/** `os.environ/NAME` is how LiteLLM writes a variable. */
export function readVariableName(value: unknown): string | undefined {
  return typeof value === 'string' ? /^os\.environ\/([A-Za-z_]\w*)$/.exec(value)?.[1] : undefined
}

function readUrl(value: unknown, provider: string): string | undefined {
  const variable = readVariableName(value)
  if (variable !== undefined) return `\${${variable}}`
  if (typeof value !== 'string' || !URL.canParse(value)) return undefined
  const url = new URL(value)
  // LiteLLM asks Ollama by its own API, tooldelta by the OpenAI-compatible one beside it.
  if (provider.startsWith('ollama') && url.pathname === '/') url.pathname = '/v1'
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '')
}

function readKey(value: unknown): DeploymentKey {
  const name = readVariableName(value)
  if (name !== undefined) return { kind: 'variable', name }
  const isKey = typeof value === 'string' && value.trim() !== '' && !placeholder.test(value.trim())
  return isKey ? { kind: 'literal', text: value } : { kind: 'none' }
}

/** A count of repeats, as far as ours go. */
export function readCount(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? Math.min(value, 10) : undefined
}

/** Seconds, as LiteLLM counts, in milliseconds. */
export function readSeconds(value: unknown): number | undefined {
  const seconds = typeof value === 'string' ? Number(value) : value
  return typeof seconds === 'number' && seconds > 0 && seconds < 2_000_000 ? Math.ceil(seconds * 1000) : undefined
}

function readDropParams(value: unknown, about: string, notes: Notes): string[] {
  if (!Array.isArray(value)) return []
  const names = value.filter((name): name is string => typeof name === 'string')
  const nested = names.filter((name) => /[.[\]]/.test(name))
  if (nested.length > 0) {
    notes.leftOut(`${about}, additional_drop_params`, `only whole fields can be dropped, not ${nested.join(', ')}`)
  }
  return names.filter((name) => !nested.includes(name))
}
