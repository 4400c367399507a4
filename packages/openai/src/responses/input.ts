import { InvalidRequestError } from '../errors.ts'
import { isFilled, isObject, type JsonObject } from '../history/values.ts'
import { type ChatPart, textPart, toChatContent } from '../wires/content.ts'
import { readCarriedThought } from './carried-thought.ts'
import { toChatName } from './tools.ts'

/** The model's turn that is being put together. */
interface Turn {
  reasoning: string[]
  parts: ChatPart[]
  calls: JsonObject[]
}

/** What tools of another server did; there is nothing in it for this model. */
const hostedItems: ReadonlySet<unknown> = new Set([
  'web_search_call',
  'file_search_call',
  'code_interpreter_call',
  'image_generation_call',
  'mcp_list_tools',
  'mcp_approval_request',
  'mcp_approval_response',
  'mcp_call',
  'tool_search_call',
  'tool_search_output',
  'compaction',
])

/**
 * Reads the `input` of a Responses request as messages of a chat completion. Thoughts, texts and calls that follow one another are one turn
 * of the model.
 *
 * @throws InvalidRequestError for an item that no chat completion can have
 */
export function toChatMessages(input: unknown, warnings: string[]): JsonObject[] {
  if (typeof input === 'string') return [{ role: 'user', content: input }]
  if (!Array.isArray(input)) throw inputError('input', 'Send the conversation as a text or as a list of items.')
  const reader = new InputReader(warnings)
  for (const [place, item] of (input as unknown[]).entries()) {
    if (!isObject(item)) throw inputError(`input.${place}`, 'Each item is an object.')
    reader.take(item, `input.${place}`)
  }
  return reader.end()
}

class InputReader {
  private readonly messages: JsonObject[] = []
  private readonly warnings: string[]
  private turn: Turn | undefined

  constructor(warnings: string[]) {
    this.warnings = warnings
  }

  take(item: JsonObject, path: string): void {
    const type = item['type'] ?? (typeof item['role'] === 'string' ? 'message' : undefined)
    switch (type) {
      case 'message':
        return this.takeMessage(item, path)
      case 'reasoning': {
        const thought = readThought(item)
        if (thought !== '') this.open().reasoning.push(thought)
        return
      }
      case 'function_call':
        return this.takeCall(item, typeof item['arguments'] === 'string' ? item['arguments'] : '{}')
      case 'custom_tool_call':
        return this.takeCall(item, JSON.stringify({ input: String(item['input'] ?? '') }))
      case 'function_call_output':
      case 'custom_tool_call_output':
        this.close()
        this.messages.push({
          role: 'tool',
          tool_call_id: item['call_id'],
          content: toChatContent(readParts(item['output'], `${path}.output`)),
        })
        return
      default:
        return this.refuse(type, path)
    }
  }

  end(): JsonObject[] {
    this.close()
    return this.messages
  }

  private takeMessage(item: JsonObject, path: string): void {
    const parts = readParts(item['content'], `${path}.content`)
    if (item['role'] === 'assistant') {
      this.open().parts.push(...parts)
      return
    }
    this.close()
    this.messages.push({ role: item['role'], content: toChatContent(parts) })
  }

  private takeCall(item: JsonObject, text: string): void {
    const name = toChatName(String(item['name']), item['namespace'])
    this.open().calls.push({ id: item['call_id'], type: 'function', function: { name, arguments: text } })
  }

  private refuse(type: unknown, path: string): void {
    if (hostedItems.has(type)) {
      this.warnings.push(`${path}: ${String(type)} is left out: it belongs to a tool of another server.`)
      return
    }
    if (type === 'item_reference') {
      throw inputError(path, 'Nothing is stored here: send the item itself in place of its id.')
    }
    throw inputError(
      path,
      `Items of type ${JSON.stringify(type)} are not known here. Use message, reasoning, function_call, function_call_output, custom_tool_call or custom_tool_call_output.`,
    )
  }

  private open(): Turn {
    this.turn ??= { reasoning: [], parts: [], calls: [] }
    return this.turn
  }

  private close(): void {
    const { turn } = this
    this.turn = undefined
    if (turn === undefined) return
    const { reasoning, parts, calls } = turn
    // A thought that led to nothing is none of the history.
    if (parts.length === 0 && calls.length === 0) return
    this.messages.push({
      role: 'assistant',
      content: parts.length === 0 ? null : toChatContent(parts),
      ...(reasoning.length > 0 && { reasoning_content: reasoning.join('\n') }),
      ...(calls.length > 0 && { tool_calls: calls }),
    })
  }
}

function readThought(item: JsonObject): string {
  const carried = readCarriedThought(item['encrypted_content'])
  if (carried !== undefined) return carried
  const lists = [item['content'], item['summary']]
  for (const list of lists) {
    const text = Array.isArray(list)
      ? list.map((part) => (isObject(part) ? String(part['text'] ?? '') : '')).join('\n')
      : ''
    if (text !== '') return text
  }
  return ''
}

function readParts(content: unknown, path: string): ChatPart[] {
  if (content === undefined || content === null) return []
  if (typeof content === 'string') return [textPart(content)]
  // Codex has sent failed results as an object.
  if (isObject(content))
    return [textPart(typeof content['content'] === 'string' ? content['content'] : JSON.stringify(content))]
  if (!Array.isArray(content)) throw inputError(path, 'Content is a text or a list of parts.')
  return (content as unknown[]).map((part, place) => readPart(part, `${path}.${place}`))
}

function readPart(part: unknown, path: string): ChatPart {
  if (!isObject(part)) throw inputError(path, 'Each part of a content is an object.')
  switch (part['type']) {
    case 'input_text':
    case 'output_text':
    case 'text':
      return textPart(String(part['text'] ?? ''))
    case 'refusal':
      return textPart(String(part['refusal'] ?? ''))
    case 'input_image':
      return readImage(part, path)
    case 'input_audio':
      return { type: 'input_audio', input_audio: part['input_audio'] }
    case 'input_file':
      return readFile(part, path)
    default:
      throw inputError(
        path,
        `Parts of type ${JSON.stringify(part['type'])} are not known here. Use input_text or input_image.`,
      )
  }
}

function readImage({ image_url: url, detail }: JsonObject, path: string): ChatPart {
  if (!isFilled(url))
    throw inputError(path, 'No files are stored here: send the image as image_url, by its address or as a data URL.')
  return { type: 'image_url', image_url: { url, ...(isFilled(detail) && detail !== 'original' && { detail }) } }
}

function readFile({ file_data: data, filename }: JsonObject, path: string): ChatPart {
  if (!isFilled(data))
    throw inputError(path, 'No files are stored or fetched here: send its content as file_data, or as text.')
  return { type: 'file', file: { file_data: data, ...(isFilled(filename) && { filename }) } }
}

function inputError(path: string, mend: string): InvalidRequestError {
  return new InvalidRequestError(`${path}: ${mend}`, path, 'invalid_input')
}
