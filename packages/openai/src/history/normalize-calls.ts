import type { ChatCompletionToolCall } from '../wire.ts'
import { hashLetters } from './call-id-hash.ts'
import type { ChangeLog } from './change-log.ts'
import { readArguments } from './read-arguments.ts'
import type { InvalidArguments } from './types.ts'
import { isFilled, isObject, without, type JsonObject } from './values.ts'

/** What the calls of one history share. */
export interface CallContext {
  log: ChangeLog
  policy: InvalidArguments
  toolNames: ReadonlyMap<string, string> | undefined
  /** Every id of the history; made ones are added. */
  ids: Set<string>
  /** How often a call without an id has been seen, by its content. */
  seen: Map<string, number>
}

type GivenIds = (string | undefined)[]

/** The calls of a message, and the ids under which their results may come. */
export interface MessageCalls {
  message: JsonObject
  /** Whether the client gave the id; when it did not, results cannot name the call. Same order as the calls. */
  givenIds: GivenIds
}

/**
 * The message with calls that every server takes: no empty list, no call without a name, each with an id of its own, a type and
 * arguments that are the text of a JSON object.
 */
export function normalizeCalls(message: JsonObject, path: string, context: CallContext): MessageCalls {
  const given = message['tool_calls']
  const { calls, givenIds } = normalizeList(given, `${path}.tool_calls`, context)
  if (calls.length > 0) {
    const isSame =
      Array.isArray(given) && given.length === calls.length && calls.every((call, at) => call === given[at])
    return { message: isSame ? message : { ...message, tool_calls: calls }, givenIds }
  }
  if (given !== undefined) {
    context.log.removed(`${path}.tool_calls`, 'calls-empty', given, 'A message without calls has no list of calls.')
  }
  const bare = given === undefined ? message : without(message, 'tool_calls')
  const withLegacy = fromLegacyCall(bare, path, context)
  return withLegacy === bare ? { message: bare, givenIds } : normalizeCalls(withLegacy, path, context)
}

function normalizeList(
  given: unknown,
  path: string,
  context: CallContext,
): { calls: JsonObject[]; givenIds: GivenIds } {
  const calls: JsonObject[] = []
  const givenIds: GivenIds = []
  const list = isObject(given) && isObject(given['function']) ? [given] : given
  if (!Array.isArray(list)) return { calls, givenIds }
  if (list !== given) context.log.changed(path, 'call-type', given, list, 'Calls are a list.')
  const taken = new Set<string>()
  for (const [index, entry] of list.entries()) {
    const callPath = `${path}.${index}`
    const call = normalizeCall(entry, callPath, context)
    if (call === undefined) continue
    const givenId = readId(call['id'])
    givenIds.push(givenId)
    calls.push(withId(call, givenId, taken, callPath, context))
  }
  return { calls, givenIds }
}

/** An id as text; servers and clients write numbers too. `undefined` when there is none. */
export function readId(id: unknown): string | undefined {
  if (typeof id === 'number') return String(id)
  return isFilled(id) ? id : undefined
}

function fromLegacyCall(message: JsonObject, path: string, { log }: CallContext): JsonObject {
  const legacy = message['function_call']
  if (!isObject(legacy) || !isFilled(legacy['name'])) return message
  const call = { type: 'function', function: legacy }
  log.changed(`${path}.function_call`, 'legacy-call', legacy, call, 'function_call is what tool_calls were before.')
  return { ...without(message, 'function_call'), tool_calls: [call] }
}

function normalizeCall(entry: unknown, path: string, context: CallContext): JsonObject | undefined {
  const { log, policy, toolNames } = context
  const call = isObject(entry) ? fromCustomCall(entry, path, log) : undefined
  const called = call?.['function']
  if (call === undefined || !isObject(called) || !isFilled(called['name'])) {
    log.removed(path, 'call-dropped', entry, 'A call without the name of a function cannot be shown to a model.')
    return undefined
  }
  let after = call
  if (call['type'] !== 'function') {
    log.set(`${path}.type`, 'call-type', call['type'], 'function', 'Every call is the call of a function.')
    after = { ...after, type: 'function' }
  }
  let func = called
  const name = toolNames?.get(called['name'])
  if (name !== undefined && name !== called['name']) {
    log.changed(`${path}.function.name`, 'call-name', called['name'], name, 'The tool has this name upstream.')
    func = { ...func, name }
  }
  const { text, rule, reason } = readArguments(called['arguments'], policy)
  if (rule !== undefined) {
    log.set(`${path}.function.arguments`, rule, called['arguments'], text, reason ?? '')
    func = { ...func, arguments: text }
  }
  return func === called ? after : { ...after, function: func }
}

/** A call of a custom tool has free text instead of arguments. */
function fromCustomCall(entry: JsonObject, path: string, log: ChangeLog): JsonObject {
  const custom = entry['custom']
  if (isObject(entry['function']) || !isObject(custom) || !isFilled(custom['name'])) return entry
  const func = { name: custom['name'], arguments: JSON.stringify({ input: custom['input'] ?? '' }) }
  log.changed(path, 'call-custom', custom, func, 'Chat templates know functions, not custom tools.')
  return { ...without(entry, 'custom'), type: 'function', function: func }
}

/** Gives a call an id when it has none, or when another call of its message has the same. */
function withId(
  call: JsonObject,
  givenId: string | undefined,
  taken: Set<string>,
  path: string,
  context: CallContext,
): JsonObject {
  const id = givenId !== undefined && !taken.has(givenId) ? givenId : createId(call, context)
  taken.add(id)
  if (id === call['id']) return call
  const reason = givenId === id ? 'An id is text.' : 'Every call of a message has an id of its own.'
  context.log.set(`${path}.id`, 'call-id', call['id'], id, reason)
  return { ...call, id }
}

/** The same id whenever the same history comes: from what is called, and the how-manieth equal call it is. */
function createId(call: JsonObject, { ids, seen }: CallContext): string {
  const { name, arguments: text } = call['function'] as ChatCompletionToolCall['function']
  const content = `${name}\n${text}`
  const count = (seen.get(content) ?? 0) + 1
  seen.set(content, count)
  let id = ''
  let salt = 0
  do id = `call_${hashLetters(`${count}\n${content}`, 24, salt++)}`
  while (ids.has(id))
  ids.add(id)
  return id
}
