import { InvalidRequestError } from '../errors.ts'
import { arrangeResults, type Entry } from './arrange-results.ts'
import { ChangeLog } from './change-log.ts'
import { clearBlankContent, normalizeContent, normalizeResult } from './content.ts'
import { checkControlTokens, neutralizeResult } from './control-tokens.ts'
import { mergeSystem } from './merge-system.ts'
import { mirrorReasoning } from './mirror-reasoning.ts'
import { normalizeCalls, readId, type CallContext } from './normalize-calls.ts'
import type { HistoryMessage, NormalizedHistory, NormalizeHistoryOptions } from './types.ts'
import { isFilled, isObject, type JsonObject } from './values.ts'

interface Context extends CallContext {
  controlTokens: readonly string[]
  mirror: boolean
}

/**
 * Mends the messages of a request, so that every server and chat template takes them: arguments are texts of JSON objects, calls have
 * ids, results follow their calls, content is text. Valid arguments keep every byte. Pure and idempotent; nothing is dropped but what
 * could not be shown to a model.
 *
 * @param messages - the `messages` of a chat-completion request; never written to
 * @throws InvalidRequestError (status 400) when it is no list of objects with a role
 * @throws TypeError for wrong options
 * @example
 * ```ts
 * const { messages, changes } = normalizeHistory(body.messages)
 * for (const { rule } of changes) countRepair(rule)
 * ```
 */
export function normalizeHistory(messages: unknown, options: NormalizeHistoryOptions = {}): NormalizedHistory {
  checkOptions(options)
  const given = checkMessages(messages)
  const log = new ChangeLog()
  const context: Context = {
    log,
    policy: options.invalidArguments ?? 'repair',
    toolNames: options.toolNames,
    ids: collectIds(given),
    seen: new Map(),
    controlTokens: options.controlTokens ?? [],
    mirror: options.reasoning !== 'keep',
  }
  const entries = given.map((message, index) => normalizeMessage(message, index, context))
  const arranged = arrangeResults(entries, log, {
    missingResult: options.missingResult ?? 'There is no result of this call.',
    orphanResults: options.orphanResults ?? 'user',
    controlTokens: context.controlTokens,
  })
  const { systemMessages = 'keep' } = options
  const merged = systemMessages === 'keep' ? arranged : mergeSystem(arranged, systemMessages, log)
  const isSame = merged.length === given.length && merged.every((message, index) => message === given[index])
  return { messages: (isSame ? given : merged) as readonly HistoryMessage[], changes: log.changes }
}

function normalizeMessage(given: JsonObject, index: number, context: Context): Entry {
  const path = `messages.${index}`
  const { log } = context
  const message = normalizeRole(given, path, context)
  switch (message['role']) {
    case 'assistant': {
      const { message: withCalls, givenIds } = normalizeCalls(message, path, context)
      const thought = context.mirror ? mirrorReasoning(withCalls, path, log) : withCalls
      const content = normalizeContent(thought, path, log)
      return { message: givenIds.length > 0 ? clearBlankContent(content, path, log) : content, index, givenIds }
    }
    case 'tool': {
      const result = normalizeResult(message, path, log)
      return { message: neutralizeResult(result, path, context.controlTokens, log), index, givenIds: [] }
    }
    default:
      return { message: normalizeContent(message, path, log), index, givenIds: [] }
  }
}

function normalizeRole(message: JsonObject, path: string, { log, toolNames }: Context): JsonObject {
  const { role, name } = message
  if (role === 'developer') {
    log.changed(`${path}.role`, 'role-developer', role, 'system', 'Chat templates know the role as system.')
    return { ...message, role: 'system' }
  }
  if (role !== 'function' && role !== 'tool') return message
  const alias = typeof name === 'string' ? toolNames?.get(name) : undefined
  const named = alias === undefined || alias === name ? message : { ...message, name: alias }
  if (named !== message) log.changed(`${path}.name`, 'call-name', name, alias, 'The tool has this name upstream.')
  if (role === 'tool') return named
  log.changed(`${path}.role`, 'legacy-result', role, 'tool', 'The role function is what the role tool was before.')
  return { ...named, role: 'tool' }
}

function checkMessages(messages: unknown): readonly JsonObject[] {
  if (!Array.isArray(messages)) {
    throw new InvalidRequestError('messages: Send the conversation as a list of messages.', 'messages')
  }
  for (const [index, message] of messages.entries()) {
    if (isObject(message) && isFilled(message['role'])) continue
    const path = `messages.${index}`
    throw new InvalidRequestError(
      `${path}: A message is an object with a role, such as {"role": "user", "content": "..."}.`,
      path,
    )
  }
  return messages as JsonObject[]
}

function checkOptions(options: NormalizeHistoryOptions): void {
  const allowed = {
    invalidArguments: ['repair', 'empty', 'wrap'],
    orphanResults: ['user', 'drop'],
    systemMessages: ['keep', 'front', 'user'],
    reasoning: ['mirror', 'keep'],
  } as const
  for (const [name, values] of Object.entries(allowed)) {
    const value = options[name as keyof typeof allowed]
    if (value === undefined || (values as readonly string[]).includes(value)) continue
    throw new TypeError(`${name}: unknown value '${String(value)}'. Use one of ${values.join(', ')}.`)
  }
  if (options.missingResult !== undefined && typeof options.missingResult !== 'string') {
    throw new TypeError('missingResult must be a string.')
  }
  checkControlTokens(options.controlTokens ?? [])
}

/** Every id that calls and results have: made ones must differ from them. */
function collectIds(messages: readonly JsonObject[]): Set<string> {
  const ids = new Set<string>()
  const add = (id: unknown): void => {
    const text = readId(id)
    if (text !== undefined) ids.add(text)
  }
  for (const message of messages) {
    add(message['tool_call_id'])
    const calls = message['tool_calls']
    if (Array.isArray(calls)) for (const call of calls) if (isObject(call)) add(call['id'])
  }
  return ids
}
