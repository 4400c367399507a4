import type { ChatTool } from '@tooldelta/core'
import { isObject, type JsonObject } from '../history/values.ts'

/** The JSON Schema of a list of calls, `[{"name", "parameters"}]`, as the parser's format `required` reads it. */
export function createCallListSchema(tools: readonly ChatTool[], isSingle: boolean): JsonObject {
  const definitions: JsonObject = {}
  const calls = tools.map(({ function: { name, parameters } }, index) => ({
    type: 'object',
    properties: { name: { type: 'string', enum: [name] }, parameters: placeSchema(parameters, index, definitions) },
    required: ['name', 'parameters'],
    additionalProperties: false,
  }))
  return {
    type: 'array',
    minItems: 1,
    ...(isSingle && { maxItems: 1 }),
    items: calls.length === 1 ? calls[0] : { anyOf: calls },
    ...(Object.keys(definitions).length > 0 && { $defs: definitions }),
  }
}

/** The schema of a tool's arguments. */
export function schemaOf(tool: ChatTool): JsonObject {
  const { parameters } = tool.function
  return isObject(parameters) ? parameters : { type: 'object', properties: {} }
}

/** A schema with references into itself must stay in one piece under a name: the root is another one now. */
function placeSchema(parameters: unknown, index: number, definitions: JsonObject): JsonObject {
  const schema = isObject(parameters) ? parameters : { type: 'object', properties: {} }
  const root = `#/$defs/tool_${index}`
  const moved = moveReferences(schema, root)
  if (moved === schema) return schema
  definitions[`tool_${index}`] = moved
  return { $ref: root }
}

/** The value with its references (`#`, `#/$defs/...`) led to the schema's new place; the given one when it has none. */
function moveReferences<T>(value: T, root: string): T {
  if (Array.isArray(value)) {
    const moved = value.map((entry: unknown) => moveReferences(entry, root))
    return (moved.every((entry, place) => entry === value[place]) ? value : moved) as T
  }
  if (!isObject(value)) return value
  let moved: JsonObject = value
  for (const [key, entry] of Object.entries(value)) {
    const isReference = key === '$ref' && typeof entry === 'string' && entry.startsWith('#')
    const after = isReference ? root + entry.slice(1) : moveReferences(entry, root)
    if (after !== entry) moved = { ...moved, [key]: after }
  }
  return moved as T
}
