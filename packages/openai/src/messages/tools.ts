import { InvalidRequestError } from '../errors.ts'
import { isFilled, isObject, type JsonObject } from '../history/values.ts'

/** Anthropic's servers run them; without them a model answers as well as it can. */
const hosted = /^(?:web_search|web_fetch|code_execution|tool_search_tool|mcp_toolset|advisor)(?:_|$)/

/**
 * Reads the `tools` of a Messages request as tools of a chat completion.
 *
 * @throws InvalidRequestError for a tool that cannot be offered to the model
 */
export function toChatTools(tools: unknown, warnings: string[]): JsonObject[] {
  if (tools === undefined || tools === null) return []
  if (!Array.isArray(tools)) throw toolError('tools', 'Send tools as a list.')
  return (tools as unknown[]).flatMap((tool, place) => toChatTool(tool, `tools.${place}`, warnings))
}

function toChatTool(tool: unknown, path: string, warnings: string[]): JsonObject[] {
  if (!isObject(tool)) throw toolError(path, 'Each tool is an object with a name and an input_schema.')
  const { type, name, description, input_schema: schema, strict } = tool
  if (isFilled(type) && hosted.test(type)) {
    warnings.push(`${path}: ${type} is left out: this server runs no tools.`)
    return []
  }
  if (isFilled(type) && type !== 'custom') {
    throw toolError(path, `The model does not know ${type}. Declare it as a tool of your own, with an input_schema.`)
  }
  if (!isFilled(name)) throw toolError(`${path}.name`, 'Give the tool a name: a string that is not empty.')
  if (!isObject(schema))
    throw toolError(`${path}.input_schema`, 'Give the tool a JSON Schema, such as {"type": "object"}.')
  const described = isFilled(description) && { description }
  return [
    {
      type: 'function',
      function: { name, ...described, parameters: schema, ...(typeof strict === 'boolean' && { strict }) },
    },
  ]
}

/**
 * Reads the `tool_choice` of a Messages request as fields of a chat completion.
 *
 * @throws InvalidRequestError for another value
 */
export function toChatChoice(choice: unknown, hasTools: boolean): JsonObject {
  if (choice === undefined || choice === null) return {}
  const { type, name, disable_parallel_tool_use: isSingle } = isObject(choice) ? choice : {}
  const demand = type === 'any' || type === 'tool'
  if (!hasTools) {
    if (!demand) return {}
    throw choiceError('There is no tool that the model could call. Declare one in tools.')
  }
  const parallel = isSingle === true ? { parallel_tool_calls: false } : {}
  if (type === 'auto' || type === 'none') return { tool_choice: type, ...parallel }
  if (type === 'any') return { tool_choice: 'required', ...parallel }
  if (type === 'tool' && isFilled(name)) return { tool_choice: { type: 'function', function: { name } }, ...parallel }
  throw choiceError('Use {"type": "auto"}, "any", "none", or {"type": "tool", "name": "..."}.')
}

function toolError(path: string, mend: string): InvalidRequestError {
  return new InvalidRequestError(`${path}: ${mend}`, path, 'invalid_tools')
}

function choiceError(mend: string): InvalidRequestError {
  return new InvalidRequestError(`tool_choice: ${mend}`, 'tool_choice', 'invalid_tool_choice')
}
