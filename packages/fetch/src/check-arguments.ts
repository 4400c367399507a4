import { Validator, type Schema, type SchemaDraft } from '@cfworker/json-schema'
import type { ChatTool } from '@tooldelta/openai'

/** As many faults as a model can make use of. */
const mostFaults = 5

/**
 * Checks the arguments of a call against the JSON Schema of its tool.
 *
 * @returns what is wrong, in words for the model; `undefined` when they fit, or when there is no schema to tell
 */
export function checkArguments(
  call: { name: string; arguments: string },
  tools: readonly ChatTool[],
): string | undefined {
  const schema = tools.find(({ function: { name } }) => name === call.name)?.function.parameters
  if (typeof schema !== 'object' || schema === null) return undefined
  let value: unknown
  try {
    value = JSON.parse(call.arguments)
  } catch {
    return `The arguments of ${call.name} are no JSON object.`
  }
  const faults = findFaults(value, schema)
  return faults.length === 0 ? undefined : `The arguments of ${call.name} do not fit its schema. ${faults.join(' ')}`
}

function findFaults(value: unknown, schema: object): string[] {
  try {
    const { errors } = new Validator(schema as Schema, draftOf(schema), false).validate(value)
    // The errors of containers only say that something in them is wrong.
    const inner = errors.filter(({ keyword }) => keyword !== 'properties' && keyword !== 'items' && keyword !== '$ref')
    const words = inner.map(({ instanceLocation, error }) => `${instanceLocation}: ${error}`)
    return [...new Set(words)].slice(0, mostFaults)
  } catch {
    // A schema with a reference that leads nowhere: the fault is not the model's.
    return []
  }
}

function draftOf(schema: object): SchemaDraft {
  const { $schema: named } = schema as { $schema?: unknown }
  const [, draft] = /draft-0?(4|7)\b|draft\/(?:2019-09)/.exec(typeof named === 'string' ? named : '') ?? []
  if (draft === '4' || draft === '7') return draft
  return typeof named === 'string' && named.includes('2019-09') ? '2019-09' : '2020-12'
}
