import type { Pattern } from '../scan/pattern.ts'
import type { ElementShape } from '../families/envelope-element.ts'
import type { ContentPlan } from './content-options.ts'
import type { TemplateReader } from './template-reader.ts'
import { type TransformNode, readTransform, usesGroup } from './transform.ts'

/** A name or id that is known before the content: a capture of the opener, or written in the template. */
export type KnownText = { group: string } | { text: string }

/**
 * How the calls of a region are read. Decided when the template is loaded.
 *
 * - `envelope`: the content is `{"name": ..., "arguments": {...}}`, or a list of such: arguments flow as they come.
 * - `arguments`: the content is the arguments object, and the name is known: it flows too.
 * - `pairs`: the content is the parameters one by one, and the name is known: each flows.
 * - `whole`: anything else waits for the end of the region.
 */
export interface CallPlan {
  mode: 'envelope' | 'arguments' | 'pairs' | 'whole'
  content: ContentPlan
  name: KnownText | undefined
  id: KnownText | undefined
  /** Keys of the call in an envelope, where they are not the usual ones. */
  shape: ElementShape
  transform: TransformNode | undefined
  each: boolean
}

/** What of a field the plan is made of. */
interface FieldParts {
  content: ContentPlan
  open: Pattern | undefined
  close: Pattern | undefined
}

const USUAL_NAMES: readonly string[] = ['name', 'tool_name']
const USUAL_ARGUMENTS: readonly string[] = ['arguments', 'parameters', 'args']

/** @throws TypeError for a transform that can never give a call */
export function planCalls(reader: TemplateReader, { content, open, close }: FieldParts): CallPlan {
  if (content.kind === 'int' || content.kind === 'float' || content.kind === 'bool') {
    reader.fail('content', `cannot be ${content.kind}: a call is json, xml-inline, kv-lines or text`)
  }
  const each = reader.flag('transform_each', false)
  const hasTransform = reader.has('transform')
  if (each && !hasTransform) reader.fail('transform_each', 'needs a transform')
  if (each && content.kind !== 'json') reader.fail('transform_each', 'needs content json: only that can be a list')
  const openGroups = open?.groups ?? []
  const closeGroups = close?.groups ?? []
  const scope = { groups: [...openGroups, ...closeGroups], each }
  const transform = hasTransform ? readTransform(`${reader.path}.transform`, reader.get('transform'), scope) : undefined
  const plan: CallPlan = { mode: 'whole', content, name: undefined, id: undefined, shape: {}, transform, each }
  const late = closeGroups.filter((group) => !openGroups.includes(group))
  if (transform !== undefined && usesGroup(transform, late)) return plan
  return { ...plan, ...planStream(transform ?? { kind: 'content', path: [] }, content, each) }
}

function planStream(transform: TransformNode, content: ContentPlan, each: boolean): Partial<CallPlan> {
  const body = member(transform, ['function']) ?? transform
  if (body.kind === 'content') {
    const isCall = body.path.length === 0 || keyOf(body) === 'function'
    return isCall && content.kind === 'json' ? { mode: 'envelope' } : {}
  }
  const name = member(body, USUAL_NAMES)
  const args = member(body, USUAL_ARGUMENTS)
  if (name === undefined || args?.kind !== 'content') return {}
  const id = member(transform, ['id']) ?? member(body, ['id'])
  const known = { name: knownText(name), id: id === undefined ? undefined : knownText(id) }
  const isIdKnown = id === undefined || known.id !== undefined
  if (args.path.length > 0) {
    const shape = content.kind === 'json' ? envelopeShape(name, args.path) : undefined
    const idKey = isIdKnown ? undefined : keyOf(id)
    if (shape === undefined || (!isIdKnown && idKey === undefined)) return {}
    return { mode: 'envelope', ...known, shape: idKey === undefined ? shape : { ...shape, id: idKey } }
  }
  if (known.name === undefined || each || !isIdKnown) return {}
  const isPairs = content.kind === 'kv-lines' || (content.kind === 'xml-inline' && !content.merge)
  if (isPairs) return { mode: 'pairs', ...known }
  return content.kind === 'xml-inline' ? {} : { mode: 'arguments', ...known, shape: { bare: true } }
}

function member(node: TransformNode, keys: readonly string[]): TransformNode | undefined {
  if (node.kind !== 'object') return undefined
  const key = keys.find((candidate) => Object.hasOwn(node.members, candidate))
  return key === undefined ? undefined : node.members[key]
}

function knownText(node: TransformNode): KnownText | undefined {
  if (node.kind === 'capture') return { group: node.group }
  if (node.kind !== 'constant') return undefined
  const value: unknown = JSON.parse(node.json)
  return typeof value === 'string' ? { text: value } : undefined
}

/** The one key of a placeholder that has no more. */
function keyOf(node: TransformNode | undefined): string | undefined {
  return node?.kind === 'content' && node.path.length === 1 ? node.path[0] : undefined
}

/** The keys of name and arguments, when both stand side by side where an envelope has them. */
function envelopeShape(name: TransformNode, path: readonly string[]): ElementShape | undefined {
  const namePath = name.kind === 'content' ? name.path : []
  if (path.length === 2) {
    const isNested = namePath.length === 2 && namePath[0] === 'function' && path[0] === 'function'
    return isNested && isUsual(namePath[1], path[1]) ? {} : undefined
  }
  if (path.length !== 1) return undefined
  if (name.kind !== 'content') return { names: [], arguments: path }
  if (namePath.length !== 1 || namePath[0] === path[0]) return undefined
  return isUsual(namePath[0], path[0]) ? {} : { names: namePath, arguments: path }
}

function isUsual(name: string | undefined, args: string | undefined): boolean {
  return USUAL_NAMES.includes(name ?? '') && USUAL_ARGUMENTS.includes(args ?? '')
}
