import type { JsonDialect } from '../json/json-machine.ts'
import { anyChar } from '../scan/char-set.ts'
import { type PatternNode, parsePattern } from '../scan/pattern-syntax.ts'
import { type Pattern, compileNode } from '../scan/pattern.ts'
import { ANY_JSON, ValueType } from '../values/schema-types.ts'
import type { TemplateContent } from './response-template.ts'
import { TemplateReader } from './template-reader.ts'

export const CONTENT_KINDS: readonly TemplateContent[] = [
  'text',
  'int',
  'float',
  'bool',
  'json',
  'xml-inline',
  'kv-lines',
]

/** What a value is where no schema says it: types of the value, 0 for a plain string. */
export type ValueKind = number

/** How `xml-inline` finds its tags. */
export interface TagPlan {
  /** A whole tag, with the captures `key` and `value`. */
  tag: Pattern
  /**
   * The tag before its value and behind it, when the value may be any text: then it is read as it comes. Otherwise it is read when its tag
   * has ended.
   */
  parts: { head: Pattern; tail: Pattern } | undefined
}

/** Options of a field's content, by kind. */
export type ContentPlan =
  | { kind: 'text' | 'int' | 'float' | 'bool'; strip: boolean }
  | { kind: 'json'; dialect: JsonDialect }
  | { kind: 'xml-inline'; tags: TagPlan; value: ValueKind; merge: boolean }
  | { kind: 'kv-lines'; lineSep: string; kvSep: string; strip: boolean; value: ValueKind }

const KEYS: Readonly<Record<TemplateContent, readonly string[]>> = {
  text: ['strip'],
  int: ['strip'],
  float: ['strip'],
  bool: ['strip'],
  json: ['unquoted_keys', 'string_delims', 'allow_non_json'],
  'xml-inline': ['tag_pattern', 'value_parser', 'merge_duplicates'],
  'kv-lines': ['line_sep', 'kv_sep', 'strip', 'value_parser'],
}

const VALUE_KINDS: Readonly<Partial<Record<TemplateContent, ValueKind>>> = {
  text: 0,
  int: ValueType.integer,
  float: ValueType.number,
  bool: ValueType.boolean,
  json: ANY_JSON | ValueType.null | ValueType.string,
}

/** @throws TypeError for an option that the kind does not have, or a wrong value */
export function readContentOptions(path: string, kind: TemplateContent, value: unknown): ContentPlan {
  const reader = new TemplateReader(path, value, KEYS[kind])
  switch (kind) {
    case 'json':
      // What is no JSON is no call.
      reader.flag('allow_non_json', false)
      return { kind, dialect: { bareKeys: reader.flag('unquoted_keys', false), quotes: readQuotes(reader) } }
    case 'xml-inline':
      return {
        kind,
        tags: readTags(reader),
        value: readValueKind(reader),
        merge: reader.flag('merge_duplicates', false),
      }
    case 'kv-lines':
      return {
        kind,
        lineSep: separator(reader, 'line_sep', '\n'),
        kvSep: separator(reader, 'kv_sep', ':'),
        strip: reader.flag('strip', true),
        value: readValueKind(reader),
      }
    default:
      return { kind, strip: reader.flag('strip', true) }
  }
}

function separator(reader: TemplateReader, key: string, standard: string): string {
  const text = reader.text(key) ?? standard
  return text === '' ? reader.fail(key, 'must not be empty') : text
}

function readQuotes(reader: TemplateReader): [string, string][] {
  const pairs = reader.get('string_delims') ?? []
  const isPair = (pair: unknown): boolean =>
    Array.isArray(pair) && pair.length === 2 && pair.every((text) => typeof text === 'string' && text !== '')
  if (!Array.isArray(pairs) || !pairs.every(isPair))
    reader.fail('string_delims', 'must be a list of pairs [open, close]')
  return pairs as [string, string][]
}

function readValueKind(reader: TemplateReader): ValueKind {
  if (!reader.has('value_parser')) return 0
  const nested = new TemplateReader(`${reader.path}.value_parser`, reader.get('value_parser'), ['name', 'args'])
  const name = nested.choice('name', 'text', CONTENT_KINDS)
  readContentOptions(`${nested.path}.args`, name, nested.get('args') ?? {})
  return VALUE_KINDS[name] ?? nested.fail('name', `cannot be ${name}: values are text, int, float, bool or json`)
}

function readTags(reader: TemplateReader): TagPlan {
  const tag = reader.pattern('tag_pattern') ?? reader.fail('tag_pattern', 'is missing: xml-inline needs it')
  for (const group of ['key', 'value']) {
    if (!tag.groups.includes(group)) reader.fail('tag_pattern', `must have a group (?P<${group}>...)`)
  }
  if (tag.nullable) reader.fail('tag_pattern', 'matches the empty text, so it would match everywhere')
  return { tag, parts: splitTag(tag) }
}

/** The patterns around a value that is `.*?`, when there are such. */
function splitTag(tag: Pattern): TagPlan['parts'] {
  const { node, groups } = parsePattern(tag.source)
  if (node.type !== 'sequence') return undefined
  const index = node.nodes.findIndex((part) => part.type === 'group' && part.name === 'value' && isAnyText(part.node))
  const head = sequence(node.nodes.slice(0, index), tag.source, groups)
  const tail = sequence(node.nodes.slice(index + 1), tag.source, groups)
  const isSplit = index > 0 && hasGroup(node.nodes.slice(0, index), 'key') && !head.nullable && !tail.nullable
  return isSplit ? { head, tail } : undefined
}

function sequence(nodes: PatternNode[], source: string, groups: readonly string[]): Pattern {
  return compileNode({ type: 'sequence', nodes }, { source, groups })
}

function isAnyText(node: PatternNode): boolean {
  if (node.type !== 'repeat' || !node.lazy || node.min > 0 || node.max !== Number.POSITIVE_INFINITY) return false
  return node.node.type === 'set' && node.node.set === anyChar
}

function hasGroup(nodes: readonly PatternNode[], name: string): boolean {
  return nodes.some((node) => {
    switch (node.type) {
      case 'group':
        return node.name === name || hasGroup([node.node], name)
      case 'sequence':
        return hasGroup(node.nodes, name)
      default:
        return false
    }
  })
}
