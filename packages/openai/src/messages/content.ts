import { InvalidRequestError } from '../errors.ts'
import { isFilled, isObject, type JsonObject } from '../history/values.ts'
import { type ChatPart, textPart, toChatContent } from '../wires/content.ts'
import { stringifyExactly } from '../wires/exact-json.ts'

/** Claude Code's first line of the system prompt. It is new with every request, and no cache of a prefix would ever fit. */
const billingLine = /^x-anthropic-billing-header:[^\n]*\n?/

/** Blocks of tools that another server ran. */
const hostedBlock = /^(?:server_tool_use|mcp_tool_use|redacted_thinking|compaction|container_upload|\w+_tool_result)$/

/** The text of `system`. */
export function toSystemText(system: unknown): string {
  const texts = typeof system === 'string' ? [system] : Array.isArray(system) ? system.map(textOf) : []
  return texts
    .map((text) => text.replace(billingLine, ''))
    .filter((text) => text !== '')
    .join('\n')
}

/**
 * Reads one message of a Messages request as messages of a chat completion: results of tools are messages of their own.
 *
 * @throws InvalidRequestError for a block that no chat completion can have
 */
export function toChatMessages(message: unknown, path: string, warnings: string[]): JsonObject[] {
  if (!isObject(message) || !isFilled(message['role'])) {
    throw contentError(path, 'A message is an object with a role, such as {"role": "user", "content": "..."}.')
  }
  const { role } = message
  const blocks = readBlocks(message['content'], `${path}.content`)
  const turn = new Turn(warnings)
  for (const [place, block] of blocks.entries()) turn.take(block, `${path}.content.${place}`)
  return role === 'assistant' ? turn.asAssistant() : turn.asUser(role)
}

class Turn {
  private readonly warnings: string[]
  private readonly thoughts: string[] = []
  private readonly parts: ChatPart[] = []
  private readonly calls: JsonObject[] = []
  private readonly results: JsonObject[] = []

  constructor(warnings: string[]) {
    this.warnings = warnings
  }

  take(block: JsonObject, path: string): void {
    const type = String(block['type'])
    if (type === 'thinking') this.thoughts.push(String(block['thinking'] ?? ''))
    else if (type === 'tool_use') this.calls.push(toCall(block, path))
    else if (type === 'tool_result') this.results.push(toResult(block, path))
    else if (hostedBlock.test(type)) this.warnings.push(`${path}: ${type} is left out: this server cannot read it.`)
    else this.parts.push(...toParts(block, path))
  }

  asUser(role: string): JsonObject[] {
    const { parts, results } = this
    if (parts.length === 0 && results.length > 0) return results
    return [...results, { role, content: toChatContent(parts) }]
  }

  asAssistant(): JsonObject[] {
    const { thoughts, parts, calls } = this
    if (parts.length === 0 && calls.length === 0) return []
    const reasoning = thoughts.join('\n')
    return [
      {
        role: 'assistant',
        content: parts.length === 0 ? null : toChatContent(parts),
        ...(reasoning !== '' && { reasoning_content: reasoning }),
        ...(calls.length > 0 && { tool_calls: calls }),
      },
    ]
  }
}

function toCall({ id, name, input }: JsonObject, path: string): JsonObject {
  if (!isFilled(name)) throw contentError(`${path}.name`, 'A tool_use names its tool.')
  return { id, type: 'function', function: { name, arguments: stringifyExactly(input ?? {}) } }
}

function toResult(block: JsonObject, path: string): JsonObject {
  const parts = readBlocks(block['content'], `${path}.content`).flatMap((inner, place) =>
    toParts(inner, `${path}.content.${place}`),
  )
  if (block['is_error'] === true) markError(parts)
  return { role: 'tool', tool_call_id: block['tool_use_id'], content: toChatContent(parts) }
}

/** A chat completion has no other place to say it. */
function markError(parts: ChatPart[]): void {
  const [first] = parts
  if (first?.type !== 'text') parts.unshift(textPart('Error'))
  else if (!/^\W*error/i.test(String(first['text']))) parts[0] = textPart(`Error: ${String(first['text'])}`)
}

function toParts(block: JsonObject, path: string): ChatPart[] {
  switch (block['type']) {
    case 'text':
      return [textPart(textOf(block))]
    case 'image':
      return [{ type: 'image_url', image_url: { url: readImageUrl(block['source'], path) } }]
    case 'document':
      return toDocument(block, path)
    case 'search_result': {
      const texts = readBlocks(block['content'], `${path}.content`).map(textOf)
      return [textPart([block['title'], block['source'], ...texts].filter(isFilled).join('\n'))]
    }
    case 'tool_reference':
      return [textPart(String(block['tool_name'] ?? ''))]
    default:
      throw contentError(
        path,
        `Blocks of type ${JSON.stringify(block['type'])} are not known here. Use text, image, thinking, tool_use or tool_result.`,
      )
  }
}

function readImageUrl(source: unknown, path: string): string {
  const { type, media_type: media, data, url } = isObject(source) ? source : {}
  if (type === 'base64' && isFilled(data)) return `data:${String(media)};base64,${data}`
  if (type === 'url' && isFilled(url)) return url
  throw contentError(`${path}.source`, 'No files are stored here: send the image as base64 or by its url.')
}

function toDocument(block: JsonObject, path: string): ChatPart[] {
  const source = isObject(block['source']) ? block['source'] : {}
  const { type, media_type: media, data, content } = source
  const title = block['title']
  const heading = isFilled(title) ? `${title}\n` : ''
  if (type === 'text' && typeof data === 'string') return [textPart(heading + data)]
  if (type === 'content') {
    return readBlocks(content, `${path}.source.content`).flatMap((inner, place) =>
      toParts(inner, `${path}.source.content.${place}`),
    )
  }
  if (type === 'base64' && isFilled(data)) {
    const file = { file_data: `data:${String(media)};base64,${data}`, ...(isFilled(title) && { filename: title }) }
    return [{ type: 'file', file }]
  }
  throw contentError(`${path}.source`, 'No files are stored or fetched here: send the document as text or base64.')
}

function readBlocks(content: unknown, path: string): JsonObject[] {
  if (content === undefined || content === null) return []
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  if (Array.isArray(content) && content.every(isObject)) return content
  throw contentError(path, 'Content is a text or a list of blocks.')
}

function textOf(block: unknown): string {
  return isObject(block) && typeof block['text'] === 'string' ? block['text'] : ''
}

function contentError(path: string, mend: string): InvalidRequestError {
  return new InvalidRequestError(`${path}: ${mend}`, path, 'invalid_messages')
}
