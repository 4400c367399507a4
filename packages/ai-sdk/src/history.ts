import type { PromptMessage, PromptPart } from './specification.ts'

/** A message as the OpenAI API writes it, with the AI SDK's message that it was made from. */
export interface PastMessage {
  role: string
  content: string | readonly unknown[]
  reasoning_content?: string
  tool_calls?: { id: string; type: 'function'; function: { name: string; arguments: string } }[]
  tool_call_id?: string
  name?: string
  origin?: Origin
  [key: string]: unknown
}

/** Where a message comes from. While its content is still the same, the message itself goes back. */
interface Origin {
  message: PromptMessage
  content: string | readonly unknown[]
}

/** A part that is no text, on its way through a list of OpenAI parts: `file` is a type that stays in every list. */
interface CarriedPart {
  type: 'file'
  carried: PromptPart
}

/** The messages of a prompt as the OpenAI API writes them, so that a prompt can be rendered from them. */
export function toHistory(prompt: readonly PromptMessage[]): PastMessage[] {
  return prompt.flatMap((message) => {
    if (typeof message.content === 'string') return [withOrigin(message, message.content)]
    if (message.role === 'tool') return message.content.filter(isResult).map(toResult)
    return [message.role === 'assistant' ? toAnswer(message, message.content) : toTurn(message, message.content)]
  })
}

function withOrigin(message: PromptMessage, content: PastMessage['content']): PastMessage {
  return { role: message.role, content, origin: { message, content } }
}

function toTurn(message: PromptMessage, parts: readonly PromptPart[]): PastMessage {
  return withOrigin(message, toContent(parts))
}

/** Calls and results of the provider's own tools stay parts: only the provider knows what they are. */
function toAnswer(message: PromptMessage, parts: readonly PromptPart[]): PastMessage {
  const calls = parts.filter((part) => part.type === 'tool-call' && part.providerExecuted !== true)
  const thought = parts.flatMap((part) => (part.type === 'reasoning' ? [part.text ?? ''] : [])).join('\n')
  const rest = parts.filter((part) => part.type !== 'reasoning' && !calls.includes(part))
  const past = withOrigin(message, toContent(rest))
  if (thought !== '') past.reasoning_content = thought
  if (calls.length > 0) past.tool_calls = calls.map(toCall)
  return past
}

function toCall({ toolCallId = '', toolName = '', input }: PromptPart): NonNullable<PastMessage['tool_calls']>[number] {
  // Input that could not be read is the model's own text; the history's rules mend it.
  const text = typeof input === 'string' ? input : JSON.stringify(input ?? {})
  return { id: toolCallId, type: 'function', function: { name: toolName, arguments: text } }
}

function isResult(part: PromptPart): boolean {
  return part.type === 'tool-result'
}

function toResult({ toolCallId = '', toolName = '', output }: PromptPart): PastMessage {
  return { role: 'tool', tool_call_id: toolCallId, name: toolName, content: toResultContent(output) }
}

function toResultContent(output: PromptPart['output']): PastMessage['content'] {
  if (output === undefined) return ''
  const { type, value, reason } = output
  if (type === 'execution-denied') return reason ?? 'The user did not allow this call.'
  if (type === 'content' && Array.isArray(value)) return toContent((value as PromptPart[]).map(toPromptPart))
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
}

/** The parts of a result as parts of a message; what no message can hold is written as JSON. */
function toPromptPart(part: PromptPart): PromptPart {
  const { type, data, url, mediaType, filename } = part
  const named = filename === undefined ? {} : { filename }
  if (type === 'text' || type === 'file') return part
  if (['file-data', 'image-data', 'media'].includes(type)) return { type: 'file', data, mediaType, ...named }
  if (['file-url', 'image-url'].includes(type)) {
    return { type: 'file', data: new URL(url as string), mediaType: mediaType ?? 'image/*', ...named }
  }
  return { type: 'text', text: JSON.stringify(part) }
}

/** A string where all is text, else a list. */
function toContent(parts: readonly PromptPart[]): PastMessage['content'] {
  if (parts.every(({ type }) => type === 'text')) return parts.map(({ text }) => text ?? '').join('\n')
  return parts.map((part): PromptPart | CarriedPart => {
    return part.type === 'text' ? { type: 'text', text: part.text ?? '' } : { type: 'file', carried: part }
  })
}

/** The messages of a prompt again, from a history without tools and calls. */
export function toPrompt(history: readonly PastMessage[]): PromptMessage[] {
  return history.map((message) => {
    const { role, content, origin } = message
    if (origin !== undefined && isSame(message, origin)) return origin.message
    const options = origin?.message.providerOptions
    const more = options === undefined ? {} : { providerOptions: options }
    if (role === 'system') return { role, content: toText(content), ...more }
    const thought = role === 'assistant' ? message.reasoning_content : undefined
    const parts = toParts(content)
    return {
      role,
      content: thought === undefined || thought === '' ? parts : [{ type: 'reasoning', text: thought }, ...parts],
      ...more,
    }
  })
}

/** Whatever was written into a message, calls or tools, stands in its content. */
function isSame({ role, content }: PastMessage, origin: Origin): boolean {
  return role === origin.message.role && content === origin.content
}

function toText(content: PastMessage['content']): string {
  return typeof content === 'string'
    ? content
    : toParts(content)
        .map(({ text }) => text ?? '')
        .join('\n')
}

function toParts(content: PastMessage['content']): PromptPart[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  return (content as readonly (PromptPart | CarriedPart)[]).map((part) =>
    'carried' in part ? (part as CarriedPart).carried : part,
  )
}
