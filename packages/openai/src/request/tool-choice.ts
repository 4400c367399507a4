import type { ChatTool } from '@tooldelta/core'
import { InvalidRequestError } from '../errors.ts'
import { isFilled, isObject, type JsonObject } from '../history/values.ts'
import type { ToolChoiceKind } from './types.ts'

/** What the client wants of its tools. */
export interface ToolDemand {
  kind: ToolChoiceKind
  /** The tool that must be called. */
  name?: string
  /** The tools that may be called. The given list itself when these are all. */
  tools: readonly ChatTool[]
}

/**
 * Reads `tool_choice`: `auto`, `none`, `required` (`any` in Mistral's words), `{type: 'function', function: {name}}` or `{type: 'function', name}`,
 * `{type: 'allowed_tools', allowed_tools: {mode, tools}}` or the same without the inner object.
 *
 * @throws InvalidRequestError (status 400) for another value, and for a tool that is not among the tools
 */
export function readToolChoice(choice: unknown, tools: readonly ChatTool[]): ToolDemand {
  if (choice === undefined || choice === null || choice === 'auto') return { kind: 'auto', tools }
  if (choice === 'none') return { kind: 'none', tools }
  if (choice === 'required' || choice === 'any') return { kind: 'required', tools }
  if (isObject(choice)) {
    if (choice['type'] === 'allowed_tools') return readAllowed(choice, tools)
    const name = nameIn(choice)
    if (name !== undefined) return { kind: 'named', name: find(name, tools, 'tool_choice').function.name, tools }
  }
  throw new InvalidRequestError(
    'tool_choice: Use \'auto\', \'none\', \'required\', {"type": "function", "function": {"name": "..."}} or a list of allowed tools.',
    'tool_choice',
    'invalid_tool_choice',
  )
}

function readAllowed(choice: JsonObject, tools: readonly ChatTool[]): ToolDemand {
  const inner = isObject(choice['allowed_tools']) ? choice['allowed_tools'] : choice
  const { mode = 'auto', tools: listed } = inner
  if (!Array.isArray(listed) || listed.length === 0 || (mode !== 'auto' && mode !== 'required')) {
    throw new InvalidRequestError(
      'tool_choice: allowed_tools needs a mode, auto or required, and a list of tools that is not empty.',
      'tool_choice',
      'invalid_tool_choice',
    )
  }
  const allowed = new Set(
    listed.map((entry: unknown) => find((isObject(entry) && nameIn(entry)) || '', tools, 'tool_choice.tools')),
  )
  // In the order of the tools, so that the prompt does not depend on that of the choice.
  const kept = tools.filter((tool) => allowed.has(tool))
  return { kind: mode, tools: kept.length === tools.length ? tools : kept }
}

function nameIn(choice: JsonObject): string | undefined {
  const name = isObject(choice['function']) ? choice['function']['name'] : choice['name']
  return isFilled(name) ? name : undefined
}

function find(name: string, tools: readonly ChatTool[], path: string): ChatTool {
  const tool = tools.find(({ function: { name: own } }) => own === name)
  if (tool !== undefined) return tool
  const names = tools.map(({ function: { name: own } }) => own).join(', ')
  throw new InvalidRequestError(
    `${path}: There is no tool '${name}' in tools. Name one of ${names}.`,
    'tool_choice',
    'invalid_tool_choice',
  )
}
