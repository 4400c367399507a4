import { createRandomCallId, prepareRequest, type AnswerOptions, type ChatTool } from '@tooldelta/openai'
import { findFormat, type ParserOptions } from '@tooldelta/core'
import { toHistory, toPrompt, type PastMessage } from './history.ts'
import type { ToolCallMiddlewareOptions } from './options.ts'
import type { CallParams, CallTool, PromptMessage, PromptPart } from './specification.ts'

/** A call of the model that is ready to be made, and how its answer is read. */
export interface PreparedCall {
  params: CallParams
  answer: AnswerOptions
  warnings: readonly string[]
}

/** What the options of the middleware are for the request side and the parser. */
type RequestOptions = Parameters<typeof prepareRequest>[1]

/**
 * Prepares one call of the model: the tools are written into the prompt (mode `prompt`) or left to the provider (mode `template`).
 *
 * @throws InvalidRequestError when tools or toolChoice are malformed
 */
export function prepareCall(params: CallParams, options: ToolCallMiddlewareOptions): PreparedCall {
  const own = (params.tools ?? []).filter(isOwn)
  const others = (params.tools ?? []).filter((tool) => !isOwn(tool))
  const isPrompt = options.mode !== 'template'
  const system = params.prompt[0]?.role === 'system' ? params.prompt.slice(0, 1) : []
  const { request, parser, report } = prepareRequest(
    {
      messages: toHistory(isPrompt ? params.prompt : system),
      ...(own.length === 0 ? {} : { tools: own.map(toChatTool), tool_choice: toChoice(params.toolChoice, others) }),
      ...(options.parallelToolCalls === false ? { parallel_tool_calls: false } : {}),
      ...(params.responseFormat?.type === 'json' ? { response_format: { type: 'json_object' } } : {}),
    },
    toRequestOptions(options),
  )
  const messages = request.messages as PastMessage[]
  const answer: AnswerOptions = { ...parser, createCallId: options.createCallId ?? createIds(options.format) }
  const format = readResponseFormat(request['response_format'])
  const next: CallParams = {
    ...params,
    ...(format === undefined ? {} : { responseFormat: format }),
    prompt: isPrompt
      ? toPrompt(messages)
      : [...toPrompt(messages), ...rename(params.prompt.slice(system.length), parser)],
  }
  // A tool of the provider's own may be what toolChoice names.
  const offered = isPrompt ? [] : ((request.tools ?? []) as ChatTool[]).map((tool, index) => toOwn(own[index]!, tool))
  setTools(next, [...offered, ...others], isPrompt || offered.length === 0 ? undefined : options)
  return { params: next, answer, warnings: report.warnings }
}

/** Checks options before the first call. @throws TypeError with what is allowed */
export function toRequestOptions(options: ToolCallMiddlewareOptions): RequestOptions {
  const {
    mode = 'prompt',
    toolChoice = 'instruction',
    upstreamToolChoice: _upstreamToolChoice,
    parallelToolCalls: _parallelToolCalls,
    deliver: _deliver,
    onDiagnostic: _onDiagnostic,
    onCall: _onCall,
    ...rest
  } = options
  return { ...rest, mode, toolChoice, profile: 'generic' }
}

function isOwn({ type }: CallTool): boolean {
  return type === 'function'
}

function toChatTool({ name, description, inputSchema }: CallTool): ChatTool {
  const about = description === undefined ? {} : { description }
  return { type: 'function', function: { name, ...about, parameters: inputSchema ?? { type: 'object' } } }
}

/** The tool as the prepared request has it: its name may be one that the format can write. */
function toOwn(tool: CallTool, { function: { name, parameters } }: ChatTool): CallTool {
  return name === tool.name ? tool : { ...tool, name, inputSchema: parameters }
}

function toChoice(choice: CallParams['toolChoice'], others: readonly CallTool[]): unknown {
  if (choice?.type !== 'tool') return choice?.type ?? 'auto'
  const isOfProvider = others.some(({ name }) => name === choice.toolName)
  return isOfProvider ? 'auto' : { type: 'function', function: { name: choice.toolName } }
}

function setTools(
  params: CallParams,
  tools: readonly CallTool[],
  template: ToolCallMiddlewareOptions | undefined,
): void {
  if (tools.length === 0) {
    delete params.tools
    delete params.toolChoice
    return
  }
  params.tools = tools
  const named = params.toolChoice?.type === 'tool' ? params.toolChoice.toolName : undefined
  if (template !== undefined) params.toolChoice = { type: template.upstreamToolChoice ?? 'none' }
  // The model could answer to no demand for a tool that it is not told of.
  else if (
    params.toolChoice?.type === 'required' ||
    (named !== undefined && !tools.some(({ name }) => name === named))
  ) {
    params.toolChoice = { type: 'auto' }
  }
}

function readResponseFormat(format: unknown): CallParams['responseFormat'] | undefined {
  const { type, json_schema: json } = (format ?? {}) as {
    type?: string
    json_schema?: { name: string; schema: unknown }
  }
  return type === 'json_schema' && json !== undefined
    ? { type: 'json', name: json.name, schema: json.schema }
    : undefined
}

/** Calls and results of the past under the names that the tools have upstream. */
function rename(prompt: readonly PromptMessage[], { toolNames }: AnswerOptions): readonly PromptMessage[] {
  if (toolNames === undefined) return prompt
  const aliases = new Map([...toolNames].map(([alias, name]) => [name, alias]))
  const renamePart = (part: PromptPart): PromptPart => {
    const alias = part.toolName === undefined ? undefined : aliases.get(part.toolName)
    return alias === undefined ? part : { ...part, toolName: alias }
  }
  return prompt.map((message) =>
    typeof message.content === 'string' ? message : { ...message, content: message.content.map(renamePart) },
  )
}

function createIds(format: ParserOptions['format']): () => string {
  const shape = typeof format === 'string' ? findFormat(format).callIds : undefined
  return () => createRandomCallId(shape)
}
