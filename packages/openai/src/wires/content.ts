import type { JsonObject } from '../history/values.ts'

/** A part of a chat message's content. */
export type ChatPart = JsonObject & { type: string }

export function textPart(text: string): ChatPart {
  return { type: 'text', text }
}

/** Parts as a message's content: one text is a string, as most templates want it. */
export function toChatContent(parts: readonly ChatPart[]): string | readonly ChatPart[] {
  if (parts.length === 0) return ''
  const [first] = parts
  return parts.length === 1 && first?.type === 'text' ? (first['text'] as string) : parts
}
