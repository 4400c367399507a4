import type { ChangeLog } from './change-log.ts'
import { isFilled, type JsonObject } from './values.ts'

const names = ['reasoning_content', 'reasoning'] as const

/** A thought under both of its names: servers and templates read one or the other. */
export function mirrorReasoning(message: JsonObject, path: string, log: ChangeLog): JsonObject {
  const from = names.find((name) => isFilled(message[name]))
  if (from === undefined) return message
  const to = from === 'reasoning' ? 'reasoning_content' : 'reasoning'
  const before = message[to]
  if (before !== undefined && before !== null && before !== '') return message
  const after = message[from]
  log.set(
    `${path}.${to}`,
    'reasoning-mirrored',
    before,
    after,
    'Servers and templates read a thought under either name.',
  )
  return { ...message, [to]: after }
}
