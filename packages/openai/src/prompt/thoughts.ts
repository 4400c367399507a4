import type { HistoryMessage } from '../history/index.ts'

const closer = '</think>'

/** A message whose thought and content stand apart, as templates take them apart. */
export interface SplitMessage {
  /** `undefined` when the message says nothing about a thought. */
  thought: string | undefined
  content: unknown
}

/** The thought of a message: the field, or what stands before `</think>` in the content, without the line breaks next to the tags. */
export function splitThought(message: HistoryMessage): SplitMessage {
  const { thought, content } = splitField(message)
  if (thought !== undefined || typeof content !== 'string' || !content.includes(closer)) return { thought, content }
  const before = content.slice(0, content.indexOf(closer))
  const opened = before.lastIndexOf('<think>')
  return {
    thought: trimLines(opened === -1 ? before : before.slice(opened + '<think>'.length)),
    content: trimFirstLines(content.slice(content.lastIndexOf(closer) + closer.length)),
  }
}

/** The thought in the field alone. */
export function splitField({ reasoning_content: thought, content = '' }: HistoryMessage): SplitMessage {
  return { thought: typeof thought === 'string' ? thought : undefined, content }
}

/** As {@link splitThought}; the line breaks at the end of a content with tags are left out too. */
export function splitThoughtClosely(message: HistoryMessage): SplitMessage {
  const { thought, content } = splitThought(message)
  return { thought, content: content === message.content || typeof content !== 'string' ? content : trimLines(content) }
}

/**
 * The same message with its thought in the field, where the text of its calls holds `</think>`: templates look for the tag in the
 * content of messages without the field, and would take the calls before it for a thought.
 */
export function shieldThought(message: HistoryMessage): HistoryMessage {
  const calls = message.tool_calls ?? []
  const isShielded = typeof message['reasoning_content'] === 'string'
  if (isShielded || !calls.some((call) => `${call.function.name}${call.function.arguments}`.includes(closer)))
    return message
  const { thought = '', content } = splitThought(message)
  return { ...message, content, reasoning_content: thought }
}

function trimLines(text: string): string {
  let end = text.length
  while (end > 0 && text[end - 1] === '\n') end--
  return trimFirstLines(text.slice(0, end))
}

function trimFirstLines(text: string): string {
  let start = 0
  while (text[start] === '\n') start++
  return text.slice(start)
}
