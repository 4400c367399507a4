import { parse } from 'yaml'
import { readErrorMessage, UsageError } from '../../errors.ts'

/** One entry of `model_list`. */
export interface LiteLlmEntry {
  modelName: string
  params: Record<string, unknown>
  info: Record<string, unknown>
}

/** The parts of a LiteLLM configuration that the import looks at. */
export interface LiteLlmConfig {
  entries: LiteLlmEntry[]
  general: Record<string, unknown>
  settings: Record<string, unknown>
  router: Record<string, unknown>
  /** Names of other top-level sections. */
  others: string[]
}

const sections = ['model_list', 'general_settings', 'litellm_settings', 'router_settings']

/**
 * Reads a LiteLLM configuration.
 *
 * @param name - of the file, for messages
 * @throws UsageError when it is none
 */
export function readLiteLlm(text: string, name: string): LiteLlmConfig {
  const value = asRecord(parseYaml(text, name))
  const list = value['model_list']
  if (!Array.isArray(list)) {
    throw new UsageError(
      `${name} holds no model_list, so it is no configuration of LiteLLM. Name the file that litellm --config gets.`,
    )
  }
  return {
    entries: list.map((entry, index) => readEntry(entry, index, name)),
    general: asRecord(value['general_settings']),
    settings: asRecord(value['litellm_settings']),
    router: asRecord(value['router_settings']),
    others: Object.keys(value).filter((section) => !sections.includes(section)),
  }
}

function readEntry(entry: unknown, index: number, name: string): LiteLlmEntry {
  const record = asRecord(entry)
  const params = asRecord(record['litellm_params'])
  const model = params['model']
  if (typeof model !== 'string' || model === '') {
    throw new UsageError(`${name}: model_list[${index}] has no litellm_params.model. Add it, or remove the entry.`)
  }
  const modelName = record['model_name']
  const info = asRecord(record['model_info'])
  // Older files have the limits beside litellm_params.
  return {
    modelName: typeof modelName === 'string' ? modelName : model,
    params: { ...pickLimits(record), ...params },
    info,
  }
}

function pickLimits({ rpm, tpm }: Record<string, unknown>): Record<string, unknown> {
  return { ...(rpm !== undefined && { rpm }), ...(tpm !== undefined && { tpm }) }
}

function parseYaml(text: string, name: string): unknown {
  try {
    return parse(text, { prettyErrors: true, merge: true }) as unknown
  } catch (error) {
    // The rest of the message shows lines of the file, which may hold keys.
    const first = error instanceof Error ? (error.message.split('\n')[0] as string) : readErrorMessage(error)
    throw new UsageError(`${name} is no YAML: ${first.replace(/:$/, '')}.`)
  }
}

/** A mapping, or an empty one for anything else. */
export function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {}
}
