import type { z } from 'zod'
import { isSecretName } from './mask.ts'
import { nearestName } from './nearest.ts'
import type { LocalProblem } from './secrets.ts'
import { describeAllowed, findSetting, type SettingNode, type SettingPath } from './settings.ts'
import { getAt, type Tree } from './tree.ts'

/** A problem of the shape, and whether it is about a name rather than its value. */
export interface ShapeProblem extends LocalProblem {
  part: 'key' | 'value'
}

/** An issue of the schema in plain words, with the mend. */
export function explainIssue(issue: z.core.$ZodIssue, tree: Tree): ShapeProblem[] {
  const path = issue.path as (string | number)[]
  if (issue.code === 'unrecognized_keys') return issue.keys.map((name) => explainUnknown([...path, name]))
  const node = findSetting(path)
  const value = getAt(tree, path)
  if (value === undefined) return [explainMissing(path, node)]
  const allowed = node === undefined ? 'something else' : describeAllowed(node)
  const mend = explainMend(node, value, allowed)
  return [{ path, part: 'value', message: `${describeValue(path, value, node)} does not fit.`, mend }]
}

function explainMissing(path: SettingPath, node: SettingNode | undefined): ShapeProblem {
  const mend =
    path.length === 1 && path[0] === 'upstreams'
      ? 'Say where the model server is: set TOOLDELTA_UPSTREAM, give --upstream URL, or write upstreams: into the file.'
      : `Add it. ${node?.description ?? ''}`.trim()
  return { path, part: 'value', message: 'It is missing.', mend }
}

function explainMend(node: SettingNode | undefined, value: unknown, allowed: string): string {
  const near = node?.enum !== undefined && typeof value === 'string' ? nearestName(value, node.enum) : undefined
  if (near !== undefined) return `Did you mean ${near}? It must be ${allowed}.`
  const isNumber = node?.type === 'integer' || node?.type === 'number'
  return `It must be ${allowed}.${isNumber && node.description !== undefined ? ` (${node.description})` : ''}`
}

function describeValue(path: SettingPath, value: unknown, node: SettingNode | undefined): string {
  if (Array.isArray(value)) return value.length === 0 ? 'An empty list' : 'A list'
  if (typeof value === 'object' && value !== null) return 'A mapping'
  // What is no variable's name may be the key itself.
  if (isSecretName(String(path.at(-1))) || node?.pattern !== undefined) return 'The value'
  const text = JSON.stringify(value)?.replace(/\/\/[^/@\s]+@/, '//***@') ?? String(value)
  return text.length > 60 ? `${text.slice(0, 57)}..."` : text
}

/** Names that other tools use, and ours for them. */
const foreign: Record<string, string> = {
  url: 'urls',
  baseurl: 'urls',
  apibase: 'urls',
  replicas: 'urls',
  apikeyenv: 'keyEnv',
  apikeyfile: 'keyFile',
  model: 'upstreamModel',
  modelname: 'name',
}

const liteLlmNames = new Set(['model_list', 'litellm_settings', 'general_settings', 'router_settings'])

function explainUnknown(path: SettingPath): ShapeProblem {
  const name = String(path.at(-1))
  const around = findSetting(path.slice(0, -1))
  const known = Object.keys(around?.properties ?? {})
  const report = (message: string, mend: string): ShapeProblem => ({ path, part: 'key', message, mend })
  if (path.length === 1 && liteLlmNames.has(name)) {
    return report('This is a setting of LiteLLM.', 'Translate the file: tooldelta config import FILE.')
  }
  const place = known.includes('keyEnv') ? 'keyEnv' : known.includes('env') ? 'env' : undefined
  const plain = name.toLowerCase().replaceAll(/[^a-z]/g, '')
  if (place !== undefined && /^(api)?(key|token|secret|password|value)$/.test(plain)) {
    const file = place === 'env' ? 'file' : 'keyFile'
    return report(
      'A key is not written into the settings.',
      `Put it into an environment variable and set ${place} to its name, or into a file and set ${file}.`,
    )
  }
  const translated = foreign[plain]
  const near = translated !== undefined && known.includes(translated) ? translated : nearestName(name, known)
  return report(
    'There is no such setting.',
    near === undefined ? `Known here: ${known.join(', ')}.` : `Did you mean ${near}?`,
  )
}
