import { nearestName } from '../formats/nearest-name.ts'
import { quoteJson } from '../values/convert-value.ts'
import { selectItems, selectMember, selectPath, selectString } from '../values/json-select.ts'
import { isRecord } from '../values/schema-types.ts'
import { show } from './template-reader.ts'

/** A transform, read once. */
export type TransformNode =
  | { kind: 'capture'; group: string }
  | { kind: 'content'; path: readonly string[] }
  | { kind: 'object'; members: Readonly<Record<string, TransformNode>> }
  | { kind: 'list'; items: readonly TransformNode[] }
  | { kind: 'constant'; json: string }

/** What the placeholders of a transform may name. */
export interface TransformScope {
  /** Captures of the field's patterns. */
  groups: readonly string[]
  /** The transform is of each item of a list, whose keys may be named. */
  each: boolean
}

/** A call as a transform gives it. */
export interface TransformedCall {
  name: string
  /** JSON text of an object. */
  arguments: string
  id: string | undefined
}

const PLACEHOLDER = /^\{([\p{L}\p{N}_]+(?:\.[\p{L}\p{N}_]+)*)\}$/u
const PLACEHOLDER_INSIDE = /\{[\p{L}_][\p{L}\p{N}_.]*\}/u
const NAME_KEYS = ['name', 'tool_name']
const ARGUMENT_KEYS = ['arguments', 'parameters', 'args']

/**
 * Reads a transform: a string that is a placeholder as a whole stands for a value, everything else for itself.
 *
 * @throws TypeError for a placeholder that is unknown, or stands inside other text
 */
export function readTransform(path: string, value: unknown, scope: TransformScope): TransformNode {
  if (typeof value === 'string') return readPlaceholder(path, value, scope)
  if (Array.isArray(value)) {
    return {
      kind: 'list',
      items: value.map((item: unknown, index) => readTransform(`${path}[${index}]`, item, scope)),
    }
  }
  if (!isRecord(value)) return { kind: 'constant', json: JSON.stringify(value) }
  const members = Object.entries(value).map(([key, member]) => [key, readTransform(`${path}.${key}`, member, scope)])
  return { kind: 'object', members: Object.fromEntries(members) as Record<string, TransformNode> }
}

function readPlaceholder(path: string, text: string, { groups, each }: TransformScope): TransformNode {
  const names = PLACEHOLDER.exec(text)?.[1]?.split('.')
  if (names === undefined) {
    if (PLACEHOLDER_INSIDE.test(text)) {
      throw new TypeError(`${path} must be a placeholder as a whole, or hold none; got ${show(text)}`)
    }
    return { kind: 'constant', json: quoteJson(text) }
  }
  const [first = '', ...rest] = names
  if (groups.includes(first) && rest.length === 0) return { kind: 'capture', group: first }
  if (each) return { kind: 'content', path: names }
  if (first === 'content') return { kind: 'content', path: rest }
  const known = ['content', ...groups]
  throw new TypeError(
    `${path} names ${first}, which is neither content nor a capture. Did you mean ${nearestName(first, known)}? Known: ${known.join(', ')}`,
  )
}

/** Do placeholders of the transform need one of these captures? */
export function usesGroup(node: TransformNode, groups: readonly string[]): boolean {
  switch (node.kind) {
    case 'capture':
      return groups.includes(node.group)
    case 'object':
      return Object.values(node.members).some((member) => usesGroup(member, groups))
    case 'list':
      return node.items.some((item) => usesGroup(item, groups))
    default:
      return false
  }
}

/**
 * The calls of a region whose content is known as a whole.
 *
 * @param transform - absent: the content itself is the call, or a list of calls
 * @param content - JSON text
 * @returns `undefined` when a placeholder names what is not there, or the result is no call
 */
export function transformCalls(
  transform: TransformNode | undefined,
  each: boolean,
  content: string,
  captures: Readonly<Record<string, string>>,
): TransformedCall[] | undefined {
  const calls: TransformedCall[] = []
  for (const item of each ? (selectItems(content) ?? [content]) : [content]) {
    const value = transform === undefined ? item : writeNode(transform, item, captures)
    for (const one of value === undefined ? [''] : (selectItems(value) ?? [value])) {
      const call = readCall(one)
      if (call === undefined) return undefined
      calls.push(call)
    }
  }
  return calls
}

function writeNode(
  node: TransformNode,
  content: string,
  captures: Readonly<Record<string, string>>,
): string | undefined {
  switch (node.kind) {
    case 'constant':
      return node.json
    case 'capture':
      return Object.hasOwn(captures, node.group) ? quoteJson(captures[node.group] as string) : undefined
    case 'content':
      return selectPath(content, node.path)
    case 'list': {
      const items = node.items.map((item) => writeNode(item, content, captures))
      return items.includes(undefined) ? undefined : `[${items.join(',')}]`
    }
    case 'object': {
      const members: string[] = []
      for (const [key, member] of Object.entries(node.members)) {
        const value = writeNode(member, content, captures)
        if (value === undefined) return undefined
        members.push(`${quoteJson(key)}:${value}`)
      }
      return `{${members.join(',')}}`
    }
  }
}

function readCall(json: string): TransformedCall | undefined {
  const inner = selectMember(json, 'function')
  const body = inner?.trimStart().startsWith('{') === true ? inner : json
  const name = selectString(selectFirst(body, NAME_KEYS))
  const args = readArguments(selectFirst(body, ARGUMENT_KEYS))
  if (name === undefined || name === '' || args === undefined) return undefined
  return { name, arguments: args, id: selectString(selectMember(json, 'id')) }
}

function selectFirst(json: string, keys: readonly string[]): string | undefined {
  for (const key of keys) {
    const value = selectMember(json, key)
    if (value !== undefined) return value
  }
  return undefined
}

/** Nothing means `{}`; a string whose text is an object is that object (R7). */
function readArguments(json: string | undefined): string | undefined {
  if (json === undefined || json === 'null' || json === '""') return '{}'
  if (json.startsWith('{')) return json
  const text = selectString(json)?.trim()
  return text?.startsWith('{') === true && isJson(text) ? text : undefined
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
