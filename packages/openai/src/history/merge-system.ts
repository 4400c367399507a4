import type { ChangeLog } from './change-log.ts'
import { isFilled, type JsonObject } from './values.ts'

/** A system message in the arranged list. */
interface Found {
  message: JsonObject
  place: number
}

/**
 * Joins system messages for templates that take one, at the front. `front`: all of them. `user`: the leading ones; later ones become
 * messages of the user where they are.
 */
export function mergeSystem(
  messages: readonly JsonObject[],
  mode: 'front' | 'user',
  log: ChangeLog,
): readonly JsonObject[] {
  const found: Found[] = []
  for (const [place, message] of messages.entries()) if (message['role'] === 'system') found.push({ message, place })
  const isLeading = ({ place }: Found, count: number): boolean => place === count
  if (found.length === 0 || (found.length === 1 && isLeading(found[0]!, 0))) return messages

  const joined = mode === 'front' ? found : found.filter(isLeading)
  const others = messages.filter((message) => message['role'] !== 'system')
  const rest = mode === 'front' ? others : messages.slice(joined.length).map((message) => toUser(message, log))
  const first = joined[0]?.message
  if (first === undefined) return rest
  if (joined.length === 1 && isLeading(joined[0]!, 0)) return [first, ...rest]
  const contents = joined.map(({ message }) => message['content'])
  const after = joined.length === 1 ? first : { ...first, content: joinContents(contents) }
  log.changed(
    'messages',
    'system-merged',
    contents,
    after['content'],
    'The template takes one system message, at the front.',
  )
  return [after, ...rest]
}

function toUser(message: JsonObject, log: ChangeLog): JsonObject {
  if (message['role'] !== 'system') return message
  const after = { ...message, role: 'user' }
  log.changed('messages', 'system-merged', message, after, 'The template takes a system message at the front only.')
  return after
}

function joinContents(contents: readonly unknown[]): unknown {
  if (contents.every((content) => typeof content === 'string')) return contents.filter(isFilled).join('\n\n')
  return contents.flatMap((content) => {
    if (typeof content === 'string') return isFilled(content) ? [{ type: 'text', text: content }] : []
    return content
  })
}
