/** A message as a server hands it to its chat template: arguments have been read into objects. */
export interface TemplateMessage {
  role: string
  content?: unknown
  tool_calls?: { function: { name: string; arguments: unknown } }[] | undefined
}

/** What a template is rendered from. */
export interface TemplateInput {
  messages: readonly TemplateMessage[]
  tools: readonly object[] | undefined
  addGenerationPrompt: boolean
  /** The last message is not closed: the model goes on with it. */
  continueFinalMessage: boolean
  /** `enable_thinking` of the request's template arguments. */
  enableThinking: boolean | undefined
}

/** What a template does with tools, thoughts and system messages. */
export interface TemplateTraits {
  /** Writes tools, calls and results into the prompt. A template without it leaves them all out. */
  rendersTools: boolean
  /** `open` begins every thought itself; `switch` writes an empty one when `enable_thinking` is false. */
  thinking: 'none' | 'open' | 'switch'
  /** Raises where a system message is not the first message. */
  systemFirst: boolean
}

/** A template's `raise_exception`, or an error of the engine that renders it. */
export class TemplateError extends Error {
  override readonly name: string = 'TemplateError'
}

/**
 * Renders a conversation in ChatML with the tools, calls and results laid out as Qwen3-Coder's template lays them out, with its faults:
 * arguments must be a mapping, and content a string.
 *
 * @throws TemplateError
 */
export function renderChatTemplate(input: TemplateInput, traits: TemplateTraits): string {
  const { messages, tools = [], addGenerationPrompt, continueFinalMessage, enableThinking } = input
  const hasTools = traits.rendersTools && tools.length > 0
  const [first] = messages
  const rest = first?.role === 'system' ? messages.slice(1) : messages
  let prompt = renderSystem(first?.role === 'system' ? readText(first.content) : undefined, hasTools ? tools : [])
  for (const [place, message] of rest.entries()) {
    if (message.role === 'system' && traits.systemFirst) {
      throw new TemplateError('System message must be at the beginning.')
    }
    if (message.role === 'tool') prompt += renderResult(rest, place, traits)
    else prompt += renderTurn(message, traits)
  }
  if (continueFinalMessage) return prompt.replace(/<\|im_end\|>\n$/, '')
  if (!addGenerationPrompt) return prompt
  prompt += '<|im_start|>assistant\n'
  if (traits.thinking === 'open') return `${prompt}<think>\n`
  if (traits.thinking === 'switch' && enableThinking === false) return `${prompt}<think>\n\n</think>\n\n`
  return prompt
}

function renderSystem(text: string | undefined, tools: readonly object[]): string {
  if (text === undefined && tools.length === 0) return ''
  const start = text ?? 'You are Qwen, a helpful AI assistant that can interact with a computer to solve tasks.'
  if (tools.length === 0) return `<|im_start|>system\n${start}<|im_end|>\n`
  const list = tools.map((tool) => renderTool(readMapping((tool as { function?: unknown }).function ?? tool)))
  return (
    `<|im_start|>system\n${start}\n\n# Tools\n\nYou have access to the following functions:\n\n<tools>` +
    `${list.join('')}\n</tools>\n\nCall one by\n\n<tool_call>\n<function=example_function_name>\n` +
    '<parameter=example_parameter_1>\nvalue_1\n</parameter>\n</function>\n</tool_call><|im_end|>\n'
  )
}

function renderTool(tool: Record<string, unknown>): string {
  const { name, description, parameters, ...others } = tool
  let text = `\n<function>\n<name>${toPython(name)}</name>`
  if (description !== undefined) text += `\n<description>${toPython(description).trim()}</description>`
  text += '\n<parameters>'
  const { type: _type, properties = {}, ...rest } = readMapping(parameters ?? {})
  for (const [key, property] of Object.entries(readMapping(properties))) {
    text += `\n<parameter>\n<name>${key}</name>${renderKeys(readMapping(property))}\n</parameter>`
  }
  return `${text}${renderKeys(rest)}\n</parameters>${renderKeys(others)}\n</function>`
}

function renderKeys(value: Record<string, unknown>): string {
  return Object.entries(value)
    .map(([key, item]) => `\n<${key}>${toPython(item)}</${key}>`)
    .join('')
}

function renderTurn(message: TemplateMessage, traits: TemplateTraits): string {
  const calls = traits.rendersTools ? (message.tool_calls ?? []) : []
  if (message.role !== 'assistant' || calls.length === 0) {
    return `<|im_start|>${message.role}\n${readText(message.content)}<|im_end|>\n`
  }
  const content = readText(message.content ?? '').trim()
  const start = content === '' ? '<|im_start|>assistant' : `<|im_start|>assistant\n${content}\n`
  return `${start}${calls.map((call) => renderCall(call.function)).join('')}<|im_end|>\n`
}

function renderCall({ name, arguments: values }: { name: string; arguments: unknown }): string {
  const parameters = Object.entries(readMapping(values))
    .map(([key, value]) => `<parameter=${key}>\n${toPython(value)}\n</parameter>\n`)
    .join('')
  return `\n<tool_call>\n<function=${name}>\n${parameters}</function>\n</tool_call>`
}

function renderResult(messages: readonly TemplateMessage[], place: number, traits: TemplateTraits): string {
  if (!traits.rendersTools) return ''
  const opens = messages[place - 1]?.role !== 'tool'
  const closes = messages[place + 1]?.role !== 'tool'
  const response = `<tool_response>\n${readText(messages[place]!.content)}\n</tool_response>\n`
  return `${opens ? '<|im_start|>user\n' : ''}${response}${closes ? '<|im_end|>\n' : ''}`
}

function readText(value: unknown): string {
  if (typeof value === 'string') return value
  throw new TemplateError('can only concatenate str (not "NoneType") to str')
}

function readMapping(value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw new TemplateError('Can only get item pairs from a mapping.')
}

function toPython(value: unknown): string {
  if (value === null) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  return typeof value === 'object' ? toJson(value) : String(value)
}

/** As Python's json.dumps writes it. */
function toJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(toJson).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  return `{${Object.entries(value)
    .map(([key, item]) => `${JSON.stringify(key)}: ${toJson(item)}`)
    .join(', ')}}`
}

/** Cuts a text into pieces as a tokenizer would: marker tokens whole, words of a few characters, signs alone. */
export function toTokens(text: string): string[] {
  return text.match(/<\|[a-z_]+\|>|<\/?(?:tool_call|think|tool_response)>| ?\p{L}{1,6}|\d|\s+|[^\p{L}\d\s]/gu) ?? []
}
