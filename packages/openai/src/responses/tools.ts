import { InvalidRequestError } from '../errors.ts'
import { isFilled, isObject, type JsonObject } from '../history/values.ts'

/** A tool as the client knows it. */
export interface ClientTool {
  kind: 'function' | 'custom'
  name: string
  namespace: string | undefined
}

/** The tools of a request. */
export interface ResponseTools {
  /** As a chat completion has them. */
  chatTools: JsonObject[]
  /** By their name in the chat completion. */
  byChatName: ReadonlyMap<string, ClientTool>
  warnings: string[]
}

/** The model's server would have to run them; without them a model answers as well as it can. */
const hosted =
  /^(?:web_search|file_search|code_interpreter|image_generation|mcp|tool_search|programmatic_tool_calling)(?:_|$)/

/**
 * Reads the `tools` of a Responses request. A custom tool becomes a function with one string, `input`; the tools of a namespace become
 * functions of their own.
 *
 * @throws InvalidRequestError for a tool that cannot be offered to the model
 */
export function readResponseTools(tools: unknown): ResponseTools {
  const chatTools: JsonObject[] = []
  const byChatName = new Map<string, ClientTool>()
  const warnings: string[] = []

  function take(tool: unknown, path: string, namespace?: string): void {
    if (!isObject(tool)) throw toolError(path, 'Each tool is an object with a type.')
    const type = String(tool['type'])
    if (type === 'namespace') {
      return toList(tool['tools'], `${path}.tools`).forEach((inner, place) =>
        take(inner, `${path}.tools.${place}`, readName(tool, path)),
      )
    }
    if (hosted.test(type)) {
      warnings.push(`${path}: ${type} is left out: this server runs no tools.`)
      return
    }
    if (type !== 'function' && type !== 'custom') {
      throw toolError(path, `The model does not know ${type}. Declare it as a function or as a custom tool.`)
    }
    const name = readName(tool, path)
    const chatName = toChatName(name, namespace)
    byChatName.set(chatName, { kind: type, name, namespace })
    chatTools.push({
      type: 'function',
      function: type === 'custom' ? fromCustom(tool, chatName) : fromFunction(tool, chatName),
    })
  }

  if (tools !== undefined && tools !== null)
    toList(tools, 'tools').forEach((tool, place) => take(tool, `tools.${place}`))
  return { chatTools, byChatName, warnings }
}

/** Codex calls the namespace of tools that have none `functions`. */
export function toChatName(name: string, namespace: unknown): string {
  if (!isFilled(namespace) || namespace === 'functions') return name
  return namespace.endsWith('__') ? namespace + name : `${namespace}__${name}`
}

/**
 * Reads the `tool_choice` of a Responses request.
 *
 * @throws InvalidRequestError for a tool that the model does not have
 */
export function toChatChoice(choice: unknown, { byChatName }: ResponseTools): unknown {
  if (!isObject(choice)) return choice
  const { type } = choice
  if (type === 'function' || type === 'custom') return toNamed(choice)
  if (type === 'allowed_tools' && Array.isArray(choice['tools'])) {
    const tools = (choice['tools'] as unknown[])
      .filter((tool) => isObject(tool) && !hosted.test(String(tool['type'])))
      .map((tool) => toNamed(tool as JsonObject))
    return tools.length === 0 ? 'none' : { type, allowed_tools: { mode: choice['mode'] ?? 'auto', tools } }
  }
  const names = [...byChatName.keys()].join(', ')
  throw new InvalidRequestError(
    `tool_choice: Use 'auto', 'none', 'required', a function, a custom tool or allowed_tools${names === '' ? '' : ` of ${names}`}.`,
    'tool_choice',
    'invalid_tool_choice',
  )
}

function toNamed(choice: JsonObject): JsonObject {
  return { type: 'function', function: { name: toChatName(String(choice['name']), choice['namespace']) } }
}

function fromFunction(tool: JsonObject, name: string): JsonObject {
  // Some clients write tools as a chat completion has them.
  const { description, parameters, strict } = isObject(tool['function']) ? tool['function'] : tool
  return {
    name,
    ...(isFilled(description) && { description }),
    ...(isObject(parameters) && { parameters }),
    ...(typeof strict === 'boolean' && { strict }),
  }
}

function fromCustom({ description, format }: JsonObject, name: string): JsonObject {
  const parts = [isFilled(description) ? description : '', describeFormat(format)].filter((part) => part !== '')
  const input = { type: 'string', description: 'The input of the tool, as plain text.' }
  return {
    name,
    ...(parts.length > 0 && { description: parts.join('\n\n') }),
    parameters: { type: 'object', properties: { input }, required: ['input'], additionalProperties: false },
  }
}

function describeFormat(format: unknown): string {
  if (!isObject(format) || format['type'] !== 'grammar') return ''
  return `The input must follow this ${String(format['syntax'])} grammar:\n${String(format['definition'])}`
}

function readName(tool: JsonObject, path: string): string {
  const name = tool['name'] ?? (isObject(tool['function']) ? tool['function']['name'] : undefined)
  if (isFilled(name)) return name
  throw toolError(`${path}.name`, 'Give the tool a name: a string that is not empty.')
}

function toList(value: unknown, path: string): unknown[] {
  if (Array.isArray(value)) return value
  throw toolError(path, 'Send tools as a list.')
}

function toolError(path: string, mend: string): InvalidRequestError {
  return new InvalidRequestError(`${path}: ${mend}`, path, 'invalid_tools')
}
