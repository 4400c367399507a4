import type { ChangeLog } from './change-log.ts'
import { readId } from './normalize-calls.ts'
import { breakTokens } from './control-tokens.ts'
import { isFilled, type JsonObject } from './values.ts'

/** A message and where it came from. */
export interface Entry {
  message: JsonObject
  /** Its place in the given list. */
  index: number
  /** The ids that the client gave its calls; see `MessageCalls`. */
  givenIds: readonly (string | undefined)[]
}

/** How results are put in order. */
export interface ArrangeOptions {
  missingResult: string
  orphanResults: 'user' | 'drop'
  controlTokens: readonly string[]
}

interface PendingCall {
  id: string
  /** The client gave no id, so a result that names none we know may be its own. */
  isUnnamed: boolean
  name: string
  /** Its place in the list of calls. */
  place: number
  result?: Entry
}

interface Turn {
  entry: Entry
  calls: PendingCall[]
}

/**
 * Puts the results of calls right behind their calls and in their order: most templates link them by nothing else. A missing one gets a
 * stub; one whose call is not there becomes text of the user.
 */
export function arrangeResults(
  entries: readonly Entry[],
  log: ChangeLog,
  options: ArrangeOptions,
): readonly JsonObject[] {
  const { turns, orphans } = linkResults(entries)
  const linked = new Set<Entry>()
  for (const turn of turns.values()) for (const { result } of turn.calls) if (result) linked.add(result)

  const messages: JsonObject[] = []
  for (const entry of entries) {
    if (linked.has(entry)) continue
    if (orphans.has(entry)) {
      const text = fromOrphan(entry, log, options)
      if (text !== undefined) messages.push(text)
      continue
    }
    messages.push(entry.message)
    const turn = turns.get(entry)
    if (turn !== undefined) pushResults(turn, messages, log, options)
  }
  return messages
}

function linkResults(entries: readonly Entry[]): { turns: Map<Entry, Turn>; orphans: Set<Entry> } {
  const turns = new Map<Entry, Turn>()
  const orphans = new Set<Entry>()
  // Unanswered calls by id; the one to answer next is the last.
  const pending = new Map<string, PendingCall[]>()
  let latest: PendingCall[] = []
  for (const entry of entries) {
    if (entry.message['role'] === 'tool') {
      const call = findCall(entry.message, pending, latest)
      if (call === undefined) orphans.add(entry)
      else call.result = entry
      continue
    }
    if (entry.givenIds.length === 0) continue
    latest = readCalls(entry)
    turns.set(entry, { entry, calls: latest })
    for (const [place, call] of [...latest.entries()].reverse()) {
      const key = entry.givenIds[place]
      if (key === undefined) continue
      const calls = pending.get(key)
      if (calls === undefined) pending.set(key, [call])
      else calls.push(call)
    }
  }
  return { turns, orphans }
}

function readCalls({ message, givenIds }: Entry): PendingCall[] {
  const calls = message['tool_calls'] as { id: string; function: { name: string } }[]
  return calls.map((call, place) => ({
    id: call.id,
    isUnnamed: givenIds[place] === undefined,
    name: call.function.name,
    place,
  }))
}

function findCall(
  message: JsonObject,
  pending: ReadonlyMap<string, PendingCall[]>,
  latest: readonly PendingCall[],
): PendingCall | undefined {
  const id = readId(message['tool_call_id'])
  if (id !== undefined) {
    const calls = pending.get(id) ?? []
    for (let call = calls.pop(); call !== undefined; call = calls.pop()) if (call.result === undefined) return call
  }
  // Without an id that we know, only the turn before can be meant.
  const { name } = message
  return latest.find(
    (call) =>
      call.result === undefined && (id === undefined || call.isUnnamed) && (!isFilled(name) || call.name === name),
  )
}

function pushResults(turn: Turn, messages: JsonObject[], log: ChangeLog, options: ArrangeOptions): void {
  let before = turn.entry.index
  for (const { id, name, place, result } of turn.calls) {
    if (result === undefined) {
      const stub = { role: 'tool', tool_call_id: id, content: options.missingResult }
      const path = `messages.${turn.entry.index}.tool_calls.${place}`
      log.added(path, 'result-missing', stub, `The call of ${name} has no result; servers and models expect one.`)
      messages.push(stub)
      continue
    }
    const path = `messages.${result.index}`
    if (result.index !== before + 1) {
      const reason = 'Results follow their calls in the same order; templates link them by nothing else.'
      log.changed(
        path,
        'result-moved',
        `messages.${result.index}`,
        `messages.${turn.entry.index}.tool_calls.${place}`,
        reason,
      )
    }
    before = result.index
    messages.push(withCallId(result.message, id, path, log))
  }
}

function withCallId(message: JsonObject, id: string, path: string, log: ChangeLog): JsonObject {
  const before = message['tool_call_id']
  if (before === id) return message
  log.set(`${path}.tool_call_id`, 'result-id', before, id, 'A result names the call that it answers.')
  return { ...message, tool_call_id: id }
}

function fromOrphan({ message, index }: Entry, log: ChangeLog, options: ArrangeOptions): JsonObject | undefined {
  const path = `messages.${index}`
  if (options.orphanResults === 'drop') {
    log.removed(path, 'result-orphan', message, 'No call in the history belongs to this result.')
    return undefined
  }
  const name = isFilled(message['name']) ? ` ${breakTokens(message['name'], options.controlTokens)}` : ''
  const heading = `Result of the tool${name}:\n`
  const { content } = message
  const after = {
    role: 'user',
    content: Array.isArray(content)
      ? [{ type: 'text', text: heading }, ...(content as unknown[])]
      : heading + String(content),
  }
  log.changed(path, 'result-orphan', message, after, 'No call in the history belongs to this result; it is text now.')
  return after
}
