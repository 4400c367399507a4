import { parse } from 'yaml'
import { nearestName } from './nearest.ts'
import {
  findSetting,
  type SettingNode,
  type SettingPath,
  settingsSchema,
  toSnakeCase,
  variableName,
} from './settings.ts'
import type { ConfigProblem } from './problem.ts'

/** The environment, as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>

/** A setting that a variable sets. */
export interface VariableSetting {
  variable: string
  path: SettingPath
  value: unknown
}

/** Variables that have short names, beside the systematic ones. */
export const shortVariables = {
  TOOLDELTA_CONFIG: 'the file of the settings',
  TOOLDELTA_UPSTREAM: 'addresses of the one upstream, with commas between',
  TOOLDELTA_FORMAT: 'format of the one model',
  TOOLDELTA_HOST: 'listen.host',
  TOOLDELTA_PORT: 'listen.port',
  TOOLDELTA_KEY: 'a key of clients',
  TOOLDELTA_KEYS: 'keys of clients, with commas between',
  TOOLDELTA_UPSTREAM_KEY: 'the key of the one upstream',
} as const

const prefix = 'TOOLDELTA_'

/** A variable's text; an empty one is how compose files say "not set". */
export function readVariable(env: Environment, name: string): string | undefined {
  const text = env[name]?.trim()
  return text === '' ? undefined : text
}

/**
 * `TOOLDELTA_PORT`. Kubernetes sets it to `tcp://...` in every pod beside a service named tooldelta; that is no port of ours.
 */
export function readPortVariable(env: Environment): string | undefined {
  const text = readVariable(env, 'TOOLDELTA_PORT')
  return text?.startsWith('tcp://') === true ? undefined : text
}

/** The settings of all systematic variables, such as `TOOLDELTA_UPSTREAMS__0__URLS__0`. */
export function readEnvironment(env: Environment): { settings: VariableSetting[]; problems: ConfigProblem[] } {
  const settings: VariableSetting[] = []
  const problems: ConfigProblem[] = []
  // Sorted, so that a list comes before its entries and entries come in order.
  for (const variable of Object.keys(env).toSorted(byNumbers)) {
    const text = variable.startsWith(prefix) ? readVariable(env, variable) : undefined
    if (text === undefined || Object.hasOwn(shortVariables, variable)) continue
    const steps = variable.slice(prefix.length).split('__')
    const path = toPath(steps)
    if (!('step' in path)) settings.push({ variable, path, value: toValue(path, text) })
    else if (steps.length > 1) problems.push(unknownVariable(variable, path))
  }
  return { settings, problems }
}

function byNumbers(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true })
}

function toValue(path: SettingPath, text: string): unknown {
  const node = findSetting(path)
  return node === undefined ? text : parseText(node, text)
}

interface UnknownStep {
  known: string[]
  before: SettingPath
  step: string
}

/** The place that a variable names, or the first step that does not exist. */
function toPath(steps: readonly string[]): SettingPath | UnknownStep {
  const path: (string | number)[] = []
  let node: SettingNode | undefined = settingsSchema
  for (const step of steps) {
    const next: string | number | undefined = toStep(node, step)
    if (next === undefined) return { step, before: path, known: knownSteps(node) }
    path.push(next)
    node = findSetting(path)
  }
  return path
}

function toStep(node: SettingNode | undefined, step: string): string | number | undefined {
  if (node?.items !== undefined) return /^\d{1,4}$/.test(step) ? Number(step) : undefined
  if (node?.properties !== undefined) return Object.keys(node.properties).find((name) => toSnakeCase(name) === step)
  // Names of headers, which have dashes where variables cannot.
  if (typeof node?.additionalProperties === 'object') return step.toLowerCase().replaceAll('_', '-') || undefined
  return undefined
}

function knownSteps(node: SettingNode | undefined): string[] {
  if (node?.items !== undefined) return ['0']
  return Object.keys(node?.properties ?? {}).map(toSnakeCase)
}

function unknownVariable(variable: string, { step, before, known }: UnknownStep): ConfigProblem {
  const name = (last: string): string => (before.length === 0 ? `${prefix}${last}` : `${variableName(before)}__${last}`)
  const near = nearestName(step, known)
  const mend =
    near !== undefined
      ? `Did you mean ${name(near)}?`
      : known.length > 0
        ? `Known here: ${known.map(name).join(', ')}.`
        : 'Remove it.'
  return { source: `environment variable ${variable}`, path: [], message: `There is no setting ${step}.`, mend }
}

/**
 * Reads a text as what a setting is: numbers and yes or no by the setting's type, lists with commas between or as YAML, mappings as YAML.
 * What does not fit stays text, so that the check refuses it with the setting's name.
 */
export function parseText(node: SettingNode, text: string): unknown {
  switch (node.type) {
    case 'integer':
    case 'number':
      return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text
    case 'boolean':
      return parseBoolean(text)
    case 'array':
      return node.items?.type === 'string' && !text.startsWith('[') ? splitList(text) : parseYaml(text)
    case 'object':
      return parseYaml(text)
    default:
      return text
  }
}

function parseBoolean(text: string): boolean | string {
  if (/^(true|yes|on|1)$/i.test(text)) return true
  return /^(false|no|off|0)$/i.test(text) ? false : text
}

/** The entries of a text with commas or white space between. */
export function splitList(text: string): string[] {
  return text.split(/[\s,]+/).filter((entry) => entry !== '')
}

function parseYaml(text: string): unknown {
  try {
    return parse(text) as unknown
  } catch {
    return text
  }
}
