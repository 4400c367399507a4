import { getJson, getPage, type Page } from './ask.ts'
import type { ProbeTarget, ServerIdentity } from './types.ts'

interface ModelCard {
  id?: unknown
  owned_by?: unknown
  max_model_len?: unknown
  meta?: { n_ctx_train?: unknown } | null
}

/**
 * Asks a server what it is. Every server has other pages for that; one that has none of them is `unknown`.
 *
 * @param model - what the server calls the model whose length is wanted
 */
export async function identifyServer(
  target: ProbeTarget,
  model?: string,
  signal?: AbortSignal,
): Promise<ServerIdentity> {
  const get = (path: string): Promise<Page['body']> => getJson(target, path, signal)
  const [list, version, props, info, ready] = await Promise.all([
    get('/v1/models'),
    get('/version'),
    get('/props'),
    get('/get_server_info').then((found) => found ?? get('/server_info')),
    getPage(target, '/health/ready', signal).catch(() => undefined),
  ])
  const cards = Array.isArray(list?.['data']) ? (list['data'] as ModelCard[]) : []
  const models = cards.flatMap(({ id }) => (typeof id === 'string' ? [id] : []))
  const card = cards.find(({ id }) => id === model) ?? cards[0]
  const base = { models, maxModelLength: readNumber(card?.max_model_len) }
  // It says so too while no upstream is up.
  if (Array.isArray(ready?.body?.['upstreams']) && 'in_flight' in ready.body) return { ...base, kind: 'tooldelta' }
  const settings = props?.['default_generation_settings'] as { n_ctx?: unknown } | undefined
  if (typeof props?.['build_info'] === 'string' || card?.owned_by === 'llamacpp') {
    const length = readNumber(settings?.n_ctx) ?? readNumber(card?.meta?.n_ctx_train)
    return { ...base, kind: 'llamacpp', version: readText(props?.['build_info']), maxModelLength: length }
  }
  if (info !== undefined && ('tool_call_parser' in info || 'model_path' in info)) {
    return { ...base, kind: 'sglang', version: readText(info['version']) }
  }
  if (card?.owned_by === 'sglang') return { ...base, kind: 'sglang' }
  if (card?.owned_by === 'vllm') return { ...base, kind: 'vllm', version: readText(version?.['version']) }
  return { ...base, kind: 'unknown' }
}

const names: Readonly<Record<ServerIdentity['kind'], string>> = {
  vllm: 'vLLM',
  sglang: 'SGLang',
  llamacpp: 'llama.cpp',
  tooldelta: 'tooldelta',
  unknown: 'a server of an unknown kind',
}

/** `vLLM 0.10.2` */
export function describeServer({ kind, version }: ServerIdentity): string {
  return version === undefined ? names[kind] : `${names[kind]} ${version}`
}

function readText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function readNumber(value: unknown): number | undefined {
  return typeof value === 'number' && value > 0 ? value : undefined
}
