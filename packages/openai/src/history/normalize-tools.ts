import type { ChatCompletionRequest } from '../wire.ts'
import { ChangeLog } from './change-log.ts'
import { createAliases, safeName } from './tool-names.ts'
import type { HistoryChange } from './types.ts'
import { isFilled, isObject, mapKeeping, without, type JsonObject } from './values.ts'

/** Options of {@link normalizeTools} and {@link normalizeToolFields}. */
export interface NormalizeToolsOptions {
  /** Also fill a description that is missing: vLLM gives templates `None` for it, which Qwen3-Coder's prints. @defaultValue false */
  fillDescription?: boolean | undefined
  /** Fields that are left out of a function (`strict`) or of its parameters (`$schema`), for templates that print them. @defaultValue [] */
  dropFields?: readonly ('strict' | '$schema')[] | undefined
  /** Which names may go upstream; others get an alias. @defaultValue letters, digits, `_`, `.` and `-`, up to 128 */
  safeName?: RegExp | undefined
}

/** What tools are called upstream, and back. */
export interface ToolNames {
  /** Alias by the client's name; for {@link NormalizeHistoryOptions.toolNames}. Empty when every name is safe. */
  aliases: ReadonlyMap<string, string>
  /** The client's name by alias, for the calls of the answer. */
  originals: ReadonlyMap<string, string>
}

/** The result of {@link normalizeTools}. */
export interface NormalizedTools extends ToolNames {
  /** The given list itself when nothing was changed; `undefined` when there are no tools. */
  tools: unknown
  changes: HistoryChange[]
}

/** The result of {@link normalizeToolFields}. */
export interface NormalizedToolFields extends ToolNames {
  /** The given request itself when nothing was changed. */
  request: ChatCompletionRequest
  changes: HistoryChange[]
}

/**
 * Mends the tools of a request, so that every server and chat template takes them. What is malformed beyond that stays, for the check
 * that tells the client.
 *
 * @param tools - the `tools` of a chat-completion request; never written to
 * @example
 * ```ts
 * const { tools, originals } = normalizeTools(body.tools, { dropFields: ['strict', '$schema'] })
 * const nameForClient = originals.get(call.name) ?? call.name
 * ```
 */
export function normalizeTools(tools: unknown, options: NormalizeToolsOptions = {}): NormalizedTools {
  const log = new ChangeLog()
  const none: ToolNames = { aliases: new Map(), originals: new Map() }
  if (tools === undefined) return { tools, changes: [], ...none }
  if (tools === null || (Array.isArray(tools) && tools.length === 0)) {
    log.removed('tools', 'tools-empty', tools, 'Servers refuse an empty list of tools.')
    return { tools: undefined, changes: log.changes, ...none }
  }
  if (!Array.isArray(tools)) return { tools, changes: [], ...none }
  const pattern = options.safeName ?? safeName
  // A pattern with the flag g remembers where it was.
  const aliases = createAliases(tools.flatMap(readName), (name) => name.search(pattern) !== -1)
  const normalized = mapKeeping(tools as unknown[], (tool, index) =>
    isObject(tool) ? normalizeTool(tool, `tools.${index}`, { log, aliases, options }) : tool,
  )
  const originals = new Map([...aliases].map(([name, alias]) => [alias, name]))
  return { tools: normalized, changes: log.changes, aliases, originals }
}

/**
 * Mends everything in a request that is about tools: {@link normalizeTools}, `functions` and `function_call` of old clients, and
 * `tool_choice`, which has no place without tools and names tools by their aliases.
 *
 * @param request - never written to
 */
export function normalizeToolFields(
  request: ChatCompletionRequest,
  options: NormalizeToolsOptions = {},
): NormalizedToolFields {
  const log = new ChangeLog()
  const modern = fromLegacyFields(request, log)
  const { tools, changes, aliases, originals } = normalizeTools(modern.tools, options)
  log.changes.push(...changes)
  let after = modern
  if (tools !== modern.tools) {
    after = tools === undefined ? without(modern, 'tools') : { ...modern, tools }
  }
  if (tools === undefined && after.tool_choice !== undefined) {
    log.removed('tool_choice', 'tool-choice', after.tool_choice, 'Servers refuse tool_choice without tools.')
    after = without(after, 'tool_choice')
  }
  const choice = renameChoice(after.tool_choice, aliases)
  if (choice !== after.tool_choice) {
    log.changed('tool_choice', 'tool-name', after.tool_choice, choice, 'The tool has this name upstream.')
    after = { ...after, tool_choice: choice }
  }
  return { request: after, changes: log.changes, aliases, originals }
}

interface ToolContext {
  log: ChangeLog
  aliases: ReadonlyMap<string, string>
  options: NormalizeToolsOptions
}

function normalizeTool(tool: JsonObject, path: string, context: ToolContext): JsonObject {
  const { log } = context
  const before = tool['function']
  if (!isObject(before)) return tool
  const func = normalizeFunction(before, `${path}.function`, context)
  let after = func === before ? tool : { ...tool, function: func }
  if (tool['type'] === undefined || tool['type'] === null) {
    log.set(`${path}.type`, 'tool-type', tool['type'], 'function', 'Templates print the type of a tool.')
    after = { ...after, type: 'function' }
  }
  return after
}

function normalizeFunction(before: JsonObject, path: string, { log, aliases, options }: ToolContext): JsonObject {
  let func = before
  const { name, description } = before
  const alias = typeof name === 'string' ? aliases.get(name) : undefined
  if (alias !== undefined) {
    log.changed(
      `${path}.name`,
      'tool-name',
      name,
      alias,
      'Some formats cannot write this name; calls are renamed back.',
    )
    func = { ...func, name: alias }
  }
  if (description === null || (description === undefined && options.fillDescription === true)) {
    log.set(
      `${path}.description`,
      'tool-description',
      description,
      '',
      'Templates print a missing description as None.',
    )
    func = { ...func, description: '' }
  }
  const parameters = normalizeParameters(before['parameters'], `${path}.parameters`, log, options)
  if (parameters !== before['parameters']) func = { ...func, parameters }
  if (options.dropFields?.includes('strict') === true && func['strict'] !== undefined) {
    log.removed(`${path}.strict`, 'tool-field', func['strict'], 'Templates print it into the prompt.')
    func = without(func, 'strict')
  }
  return func
}

function normalizeParameters(before: unknown, path: string, log: ChangeLog, options: NormalizeToolsOptions): unknown {
  const read = typeof before === 'string' ? readSchema(before) : (before ?? {})
  // No schema at all: the check of the tools says so.
  if (!isObject(read)) return before
  const filled = fillSchema(read)
  if (filled !== before) {
    log.set(path, 'tool-parameters', before, filled, 'Templates go through the properties of a schema object.')
  }
  if (options.dropFields?.includes('$schema') !== true || filled['$schema'] === undefined) return filled
  log.removed(`${path}.$schema`, 'tool-field', filled['$schema'], 'Templates print it into the prompt.')
  return without(filled, '$schema')
}

function readSchema(text: string): unknown {
  if (!isFilled(text)) return {}
  try {
    const value: unknown = JSON.parse(text)
    return value ?? {}
  } catch {
    return undefined
  }
}

/** A schema of an object has properties, unless other keywords say what the arguments are. */
function fillSchema(schema: JsonObject): JsonObject {
  const { type, properties } = schema
  const isOther = ['$ref', 'anyOf', 'oneOf', 'allOf'].some((keyword) => schema[keyword] !== undefined)
  if (isOther || (type !== undefined && type !== null && type !== 'object')) return schema
  if (type === 'object' && isObject(properties)) return schema
  const filled: JsonObject = { ...schema, type: 'object' }
  return properties === undefined || properties === null ? { ...filled, properties: {} } : filled
}

function readName(tool: unknown): string[] {
  const name = isObject(tool) && isObject(tool['function']) ? tool['function']['name'] : undefined
  // An empty name is no name to be made safe: the check of the tools says so.
  return isFilled(name) ? [name] : []
}

function fromLegacyFields(request: ChatCompletionRequest, log: ChangeLog): ChatCompletionRequest {
  const { functions, function_call: choice } = request
  if (request.tools !== undefined && request.tools !== null) return request
  if (!Array.isArray(functions)) return request
  const tools = functions.map((func: unknown) => ({ type: 'function', function: func }))
  log.changed('functions', 'legacy-tools', functions, tools, 'functions is what tools were before.')
  const after: ChatCompletionRequest = { ...without(without(request, 'functions'), 'function_call'), tools }
  if (choice === undefined || choice === null || after.tool_choice !== undefined) return after
  const toolChoice = isObject(choice) ? { type: 'function', function: choice } : choice
  log.changed('function_call', 'legacy-tools', choice, toolChoice, 'function_call is what tool_choice was before.')
  return { ...after, tool_choice: toolChoice }
}

function renameChoice(choice: unknown, aliases: ReadonlyMap<string, string>): unknown {
  if (aliases.size === 0 || !isObject(choice)) return choice
  const func = choice['function']
  if (isObject(func) && typeof func['name'] === 'string') {
    const alias = aliases.get(func['name'])
    return alias === undefined ? choice : { ...choice, function: { ...func, name: alias } }
  }
  const allowed = choice['allowed_tools']
  if (isObject(allowed)) {
    const renamed = renameAllowed(allowed, aliases)
    return renamed === allowed ? choice : { ...choice, allowed_tools: renamed }
  }
  return renameAllowed(choice, aliases)
}

/** The tools that `allowed_tools` names: `{mode, tools: [{type, function: {name}}]}`. */
function renameAllowed(allowed: JsonObject, aliases: ReadonlyMap<string, string>): JsonObject {
  if (!Array.isArray(allowed['tools'])) return allowed
  const tools = mapKeeping(allowed['tools'] as unknown[], (tool) =>
    isObject(tool) ? renameChoice(tool, aliases) : tool,
  )
  return tools === allowed['tools'] ? allowed : { ...allowed, tools }
}
