import { z } from 'zod'
import { configSchema } from './schema.ts'

/** A place in the settings: names of settings and numbers of entries. */
export type SettingPath = readonly (string | number)[]

/** The part of a JSON Schema that settings need. */
export interface SettingNode {
  type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean'
  description?: string
  default?: unknown
  properties?: Record<string, SettingNode>
  required?: string[]
  additionalProperties?: boolean | SettingNode
  items?: SettingNode
  minItems?: number
  enum?: string[]
  minimum?: number
  maximum?: number
  minLength?: number
  maxLength?: number
  format?: string
  pattern?: string
}

/** The settings as a JSON Schema, for editors; also what messages, variables and the page of settings are made from. */
export const settingsSchema: SettingNode = z.toJSONSchema(configSchema, { io: 'input' }) as SettingNode

/** What the settings say about a place, or undefined where there is none. */
export function findSetting(path: SettingPath): SettingNode | undefined {
  let node: SettingNode | undefined = settingsSchema
  for (const step of path) {
    if (node === undefined) return undefined
    node = typeof step === 'number' ? node.items : childOf(node, step)
  }
  return node
}

function childOf(node: SettingNode, name: string): SettingNode | undefined {
  if (node.properties !== undefined) return Object.hasOwn(node.properties, name) ? node.properties[name] : undefined
  return typeof node.additionalProperties === 'object' ? node.additionalProperties : undefined
}

/** A setting that holds a value or a list of values. */
export interface Setting {
  /** `N` stands for the number of an entry, `NAME` for a name of the user's choice. */
  path: SettingPath
  node: SettingNode
  isRequired: boolean
}

/** Every setting, in the order of the file. */
export function listSettings(): Setting[] {
  return collect(settingsSchema, [], true)
}

function collect(node: SettingNode, path: SettingPath, isRequired: boolean): Setting[] {
  if (node.properties !== undefined) {
    return Object.entries(node.properties).flatMap(([name, child]) =>
      collect(child, [...path, name], node.required?.includes(name) === true),
    )
  }
  if (node.items?.properties !== undefined) return collect(node.items, [...path, 'N'], isRequired)
  return [{ path, node, isRequired }]
}

/** A place as people write it: `upstreams[0].urls[1]`. */
export function formatPath(path: SettingPath): string {
  return path.map((step, place) => formatStep(step, place === 0)).join('')
}

function formatStep(step: string | number, isFirst: boolean): string {
  if (typeof step === 'number') return `[${step}]`
  if (!/^[\w-]+$/.test(step)) return `[${JSON.stringify(step)}]`
  return isFirst ? step : `.${step}`
}

/** The environment variable of a setting: `TOOLDELTA_UPSTREAMS__0__KEY_ENV`. */
export function variableName(path: SettingPath): string {
  return `TOOLDELTA_${path.map((step) => toSnakeCase(String(step))).join('__')}`
}

/** `bodyBytes` as `BODY_BYTES`. */
export function toSnakeCase(name: string): string {
  return name
    .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
    .replaceAll('-', '_')
    .toUpperCase()
}

/** What a setting may be, for a sentence that begins `It must be`. */
export function describeAllowed(node: SettingNode): string {
  if (node.enum !== undefined) return `one of ${node.enum.join(', ')}`
  switch (node.type) {
    case 'boolean':
      return 'true or false'
    case 'integer':
    case 'number':
      return describeRange(node)
    case 'array':
      return describeList(node)
    case 'object':
      return node.properties === undefined
        ? 'a mapping of names to texts'
        : `a mapping with ${Object.keys(node.properties).join(', ')}`
    default:
      return describeText(node)
  }
}

function describeRange({ minimum, maximum }: SettingNode): string {
  const isBounded = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER
  if (minimum === undefined) return 'a whole number'
  return isBounded ? `a whole number from ${minimum} to ${maximum}` : `a whole number from ${minimum}`
}

function describeList({ items = {}, minItems = 0 }: SettingNode): string {
  const list = minItems > 0 ? 'a list with at least one entry' : 'a list'
  return `${list}, each ${describeAllowed(items)}`
}

function describeText({ format, pattern, minLength, maxLength }: SettingNode): string {
  if (format === 'uri') return 'an address such as http://127.0.0.1:8000'
  if (format === 'starts_with') return 'a path such as /v1/embeddings'
  if (pattern !== undefined) return 'the name of an environment variable, such as TOOLDELTA_KEY'
  if (maxLength !== undefined) return `a text of ${minLength ?? 0} to ${maxLength} characters`
  return 'a text'
}
