/** The JSON types that a parameter's schema allows, as a set of bits. */
export const ValueType = {
  string: 1,
  null: 2,
  integer: 4,
  number: 8,
  boolean: 16,
  object: 32,
  array: 64,
} as const

/** What a tag that says "JSON" allows: everything but a string. */
export const ANY_JSON: number =
  ValueType.integer | ValueType.number | ValueType.boolean | ValueType.object | ValueType.array

const MAX_REF_DEPTH = 10
const BRANCHES = ['anyOf', 'oneOf', 'allOf'] as const

/** Spellings seen in tool schemas that are not JSON Schema, with what they mean. */
const ALIASES: ReadonlyMap<string, number> = new Map([
  ['string', ValueType.string],
  ['str', ValueType.string],
  ['text', ValueType.string],
  ['varchar', ValueType.string],
  ['char', ValueType.string],
  ['enum', ValueType.string],
  ['null', ValueType.null],
  ['none', ValueType.null],
  ['integer', ValueType.integer],
  ['long', ValueType.integer],
  ['short', ValueType.integer],
  ['unsigned', ValueType.integer],
  ['number', ValueType.number],
  ['float', ValueType.number],
  ['double', ValueType.number],
  ['boolean', ValueType.boolean],
  ['bool', ValueType.boolean],
  ['object', ValueType.object],
  ['dict', ValueType.object],
  ['array', ValueType.array],
  ['arr', ValueType.array],
  ['list', ValueType.array],
  ['sequence', ValueType.array],
])

/**
 * The types that a schema allows: its `type` (a name or a list), the types of `enum` members and of `const`, and those of every branch
 * of `anyOf`, `oneOf` and `allOf`; a local `$ref` is followed. Nothing found means string.
 *
 * @param root - the schema that `#/...` references point into
 */
export function resolveTypes(schema: unknown, root: unknown): number {
  return collectTypes(schema, root, 0) || ValueType.string
}

/** Does the schema say string itself, not for want of anything else? */
export function saysString(schema: unknown, root: unknown): boolean {
  return (collectTypes(schema, root, 0) & ValueType.string) !== 0
}

/** The types that a schema names; 0 when it says nothing about them. */
export function namedTypes(schema: unknown, root: unknown): number {
  return collectTypes(schema, root, 0)
}

/** Does the schema of an object name this member? */
export function namesMember(schema: unknown, root: unknown, key: string): boolean {
  return searchSchema(schema, root, (here) => propertyOf(here, key)) !== undefined
}

/** Does the schema of an object name any member? */
export function namesMembers(schema: unknown, root: unknown): boolean {
  return searchSchema(schema, root, (here) => own(here, 'properties')) !== undefined
}

/**
 * The schema of an object's member: its own in `properties`, else that of `additionalProperties`. Branches of `anyOf`, `oneOf` and `allOf`
 * and a local `$ref` are searched too; where several say something, any of it may hold.
 *
 * @returns `undefined` when nothing is said about it
 */
export function memberSchema(schema: unknown, root: unknown, key: string): unknown {
  return (
    searchSchema(schema, root, (here) => propertyOf(here, key)) ??
    searchSchema(schema, root, (here) => own(here, 'additionalProperties'))
  )
}

/** The schema of an array's item: that of its place in `prefixItems`, else that of `items`. Searched as {@link memberSchema} does. */
export function itemSchema(schema: unknown, root: unknown, index: number): unknown {
  return searchSchema(schema, root, (here) => placeSchema(here, index))
}

function propertyOf(schema: Record<string, unknown>, key: string): unknown {
  const properties = own(schema, 'properties')
  const property = isRecord(properties) ? own(properties, key) : undefined
  return property === true ? {} : property
}

function placeSchema(schema: Record<string, unknown>, index: number): unknown {
  const items = own(schema, 'items')
  // Before draft 2020-12 the list was called `items` and the rest `additionalItems`.
  const list = own(schema, 'prefixItems') ?? items
  if (!Array.isArray(list)) return items
  if (index < list.length) return list[index] as unknown
  return list === items ? own(schema, 'additionalItems') : items
}

type PickSchema = (schema: Record<string, unknown>) => unknown

function searchSchema(schema: unknown, root: unknown, pick: PickSchema): unknown {
  const found: unknown[] = []
  collectSchemas(schema, root, pick, found, 0)
  return found.length > 1 ? { anyOf: found } : found[0]
}

function collectSchemas(schema: unknown, root: unknown, pick: PickSchema, found: unknown[], depth: number): void {
  if (!isRecord(schema) || depth > MAX_REF_DEPTH) return
  const picked = pick(schema)
  if (isRecord(picked)) found.push(picked)
  const reference = own(schema, '$ref')
  if (typeof reference === 'string') {
    collectSchemas(resolveReference(reference, root), root, pick, found, depth + 1)
  }
  for (const key of BRANCHES) {
    const branches = own(schema, key)
    if (!Array.isArray(branches)) continue
    for (const branch of branches) collectSchemas(branch, root, pick, found, depth + 1)
  }
}

function collectTypes(schema: unknown, root: unknown, depth: number): number {
  if (!isRecord(schema) || depth > MAX_REF_DEPTH) return 0
  let types = schema['nullable'] === true ? ValueType.null : 0
  const type = own(schema, 'type')
  for (const name of Array.isArray(type) ? (type as unknown[]) : [type]) types |= typeOfName(name)
  const members = own(schema, 'enum')
  if (Array.isArray(members)) for (const member of members) types |= typeOfValue(member)
  if (Object.hasOwn(schema, 'const')) types |= typeOfValue(schema['const'])
  for (const key of BRANCHES) {
    const branches = own(schema, key)
    if (Array.isArray(branches)) for (const branch of branches) types |= collectTypes(branch, root, depth + 1)
  }
  const reference = own(schema, '$ref')
  if (typeof reference === 'string') types |= collectTypes(resolveReference(reference, root), root, depth + 1)
  return types
}

/** The type that a name such as `integer` or `str` means, 0 for no type. */
export function typeOfName(name: unknown): number {
  if (typeof name !== 'string') return 0
  const lower = name.toLowerCase()
  const known = ALIASES.get(lower)
  if (known !== undefined) return known
  if (lower.startsWith('int') || lower.startsWith('uint')) return ValueType.integer
  return lower.startsWith('float') ? ValueType.number : 0
}

function typeOfValue(value: unknown): number {
  switch (typeof value) {
    case 'string':
      return ValueType.string
    case 'boolean':
      return ValueType.boolean
    case 'number':
      return Number.isInteger(value) ? ValueType.integer : ValueType.number
    case 'object':
      return value === null ? ValueType.null : Array.isArray(value) ? ValueType.array : ValueType.object
    default:
      return 0
  }
}

function resolveReference(reference: string, root: unknown): unknown {
  if (!reference.startsWith('#')) return undefined
  let target = root
  for (const part of reference.slice(1).split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~')
    target = isRecord(target) ? own(target, key) : undefined
  }
  return target
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A property of the object itself: keys such as `constructor` are only text. */
export function own(record: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(record, key) ? record[key] : undefined
}
