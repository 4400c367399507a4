import type { CallIdShape } from '@tooldelta/core'
import type { ChatCompletionToolCall } from '../wire.ts'
import { hashLetters } from './call-id-hash.ts'
import { ChangeLog } from './change-log.ts'
import type { HistoryMessage, NormalizedHistory } from './types.ts'
import { mapKeeping } from './values.ts'

/** The result of {@link mapCallIds}. */
export interface MappedCallIds extends NormalizedHistory {
  /** The new id of each id that was changed; the last one where an id occurs in several turns. */
  ids: ReadonlyMap<string, string>
}

type NewId = (call: ChatCompletionToolCall) => string

/**
 * Gives calls and their results the ids that a family's template demands, for a history that another model has written. An id that fits
 * stays. The same id becomes the same new one each time, so the prompt of a conversation does not change as it grows.
 *
 * @param messages - a normalized history; never written to
 * @param shape - `FormatInfo.callIds` (Mistral: nine letters or digits), or `functions` for `functions.NAME:INDEX` as Kimi K2 counts
 * @example
 * ```ts
 * const { messages } = mapCallIds(history, { prefix: '', length: 9 })
 * ```
 */
export function mapCallIds(messages: readonly HistoryMessage[], shape: CallIdShape | 'functions'): MappedCallIds {
  const log = new ChangeLog()
  const ids = new Map<string, string>()
  const given = collectCalls(messages)
  const newId = shape === 'functions' ? countIds(given) : hashIds(given, checkShape(shape))
  const set = (before: string, after: string, path: string): void => {
    if (after === before) return
    log.changed(path, 'call-id', before, after, 'The template of the model takes ids of this shape only.')
  }
  const mapped = mapKeeping(messages, (message, index) => {
    const path = `messages.${index}`
    if (message.role === 'tool' && typeof message.tool_call_id === 'string') {
      const before = message.tool_call_id
      const after = ids.get(before) ?? before
      set(before, after, `${path}.tool_call_id`)
      return after === before ? message : { ...message, tool_call_id: after }
    }
    if (!message.tool_calls) return message
    const calls = mapKeeping(message.tool_calls, (call, place) => {
      const after = newId(call)
      ids.set(call.id, after)
      set(call.id, after, `${path}.tool_calls.${place}.id`)
      return after === call.id ? call : { ...call, id: after }
    })
    return calls === message.tool_calls ? message : { ...message, tool_calls: [...calls] }
  })
  for (const [before, after] of ids) if (before === after) ids.delete(before)
  return { messages: mapped, changes: log.changes, ids }
}

function collectCalls(messages: readonly HistoryMessage[]): ChatCompletionToolCall[] {
  return messages.flatMap((message) => message.tool_calls ?? [])
}

/** New ids from a hash of the old one; of two that meet, the later one is hashed again. */
function hashIds(given: readonly ChatCompletionToolCall[], { prefix, length }: CallIdShape): NewId {
  const fits = (id: string): boolean =>
    id.length === prefix.length + length && id.startsWith(prefix) && /^[A-Za-z0-9]*$/u.test(id.slice(prefix.length))
  const taken = new Set(given.map(({ id }) => id).filter(fits))
  const known = new Map<string, string>()
  return ({ id }) => {
    if (fits(id)) return id
    let after = known.get(id)
    if (after !== undefined) return after
    let salt = 0
    do after = prefix + hashLetters(id, length, salt++)
    while (taken.has(after))
    taken.add(after)
    known.set(id, after)
    return after
  }
}

/** The name of the function and the place of the call among all calls of the conversation. */
function countIds(given: readonly ChatCompletionToolCall[]): NewId {
  const fits = ({ id, function: { name } }: ChatCompletionToolCall): boolean =>
    id.startsWith(`functions.${name}:`) && /^\d+$/u.test(id.slice(`functions.${name}:`.length))
  const taken = new Set(given.filter(fits).map(({ id }) => id))
  let count = 0
  return (call) => {
    const place = count++
    if (fits(call)) return call.id
    let index = place
    while (taken.has(`functions.${call.function.name}:${index}`)) index++
    const after = `functions.${call.function.name}:${index}`
    taken.add(after)
    return after
  }
}

function checkShape(shape: CallIdShape): CallIdShape {
  if (typeof shape?.prefix === 'string' && Number.isInteger(shape.length) && shape.length >= 4) return shape
  throw new TypeError("The shape of call ids is 'functions' or { prefix: string, length: 4 or more }.")
}
