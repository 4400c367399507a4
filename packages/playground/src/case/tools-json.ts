import type { ChatTool } from '@tooldelta/core'
import { parse, type ParseError, printParseErrorCode } from 'jsonc-parser'

/** Tools, or what is wrong with their JSON. */
export type ToolsResult = { tools: ChatTool[] | undefined } | { problem: string }

/**
 * Reads the tools of a request: `[{"type": "function", "function": {...}}]`, bare function objects, or a whole request with `tools`.
 * Blank text: no tools are given, so that markers alone decide.
 *
 * @returns the tools, or one sentence that says where what is wrong
 */
export function readTools(text: string): ToolsResult {
  if (text.trim() === '') return { tools: undefined }
  const errors: ParseError[] = []
  const value: unknown = parse(text, errors, { disallowComments: true })
  if (errors[0] !== undefined) return { problem: describeSyntaxError(text, errors[0]) }
  const list = isRecord(value) && Array.isArray(value['tools']) ? value['tools'] : value
  if (!Array.isArray(list)) {
    return { problem: 'The tools must be a list: [{"type": "function", "function": {"name": "..."}}].' }
  }
  const tools: ChatTool[] = []
  const names = new Set<string>()
  for (const [index, entry] of list.entries()) {
    const tool = readTool(entry, `tools[${index}]`)
    if (typeof tool === 'string') return { problem: tool }
    const { name } = tool.function
    if (names.has(name)) return { problem: `tools[${index}]: the name ${JSON.stringify(name)} is taken already.` }
    names.add(name)
    tools.push(tool)
  }
  return { tools }
}

function readTool(entry: unknown, path: string): ChatTool | string {
  if (!isRecord(entry)) return `${path} must be an object with a "function".`
  const bare = entry['function'] === undefined && typeof entry['name'] === 'string'
  const inner = bare ? entry : entry['function']
  if (!isRecord(inner)) return `${path}.function must be an object such as {"name": "read_file", "parameters": {...}}.`
  const { name, parameters } = inner
  const at = bare ? path : `${path}.function`
  if (typeof name !== 'string' || name === '') return `${at}.name must be a text that is not empty.`
  if (parameters !== undefined && !isRecord(parameters)) return `${at}.parameters must be a JSON Schema object.`
  return { type: 'function', function: { ...inner, name } }
}

function describeSyntaxError(text: string, { error, offset }: ParseError): string {
  const before = text.slice(0, offset)
  const line = before.split('\n').length
  const column = before.length - before.lastIndexOf('\n')
  // `ValueExpected` reads as words.
  const words = printParseErrorCode(error).replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
  return `Line ${line}, column ${column} is no JSON: ${words.toLowerCase()}.`
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
