import type { ChatCompletionToolCall } from '../wire.ts'
import { BoundedMap, type StoreLimits } from './bounded-map.ts'
import { hashLetters } from './call-id-hash.ts'
import { ChangeLog } from './change-log.ts'
import type { HistoryMessage, NormalizedHistory } from './types.ts'
import { isFilled, mapKeeping } from './values.ts'

/** An answer as the client got it: the `message` of a completion, or what the chunks of a stream add up to. */
export interface DeliveredMessage {
  role?: string
  content?: unknown
  tool_calls?: readonly ChatCompletionToolCall[]
}

/** Remembers thoughts by the calls that they led to, since most clients do not send them back. */
export interface ReasoningStore {
  readonly size: number
  /**
   * Remembers the thought before a call.
   *
   * @param scope - whose conversation it is; only the same scope finds it again
   */
  put(call: ChatCompletionToolCall, reasoning: string, scope?: string): void
  /** The messages with the thoughts of their calls under `reasoning` and `reasoning_content`, where they have none. */
  apply(messages: readonly HistoryMessage[], scope?: string): NormalizedHistory
  clear(): void
}

/** Remembers the raw text of answers with calls, so that they can be written into a prompt exactly as the model wrote them. */
export interface CallStore {
  readonly size: number
  /**
   * Remembers what the model wrote for an answer. An answer without calls is not kept.
   *
   * @param raw - the whole text of the model, with its markers
   * @param scope - whose conversation it is; only the same scope finds it again
   */
  put(message: DeliveredMessage, raw: string, scope?: string): void
  /** The raw text of a message of the history. `undefined` when it is not known or the client has changed what was in it. */
  get(message: DeliveredMessage, scope?: string): string | undefined
  clear(): void
}

interface KeptReasoning {
  call: ChatCompletionToolCall
  reasoning: string
}

/**
 * Creates a store of thoughts. It forgets what was not used for longest.
 *
 * @remarks
 * Ids of calls can repeat: Kimi's are `functions.ls:0` in every conversation. Name and arguments must be the same too, and a `scope`
 * keeps users and conversations apart; {@link conversationScope} makes one.
 * @example
 * ```ts
 * const store = createReasoningStore({ maxEntries: 10_000 })
 * for (const call of message.tool_calls ?? []) store.put(call, message.reasoning_content ?? '', scope)
 * const { messages } = store.apply(history, scope)
 * ```
 */
export function createReasoningStore(limits: StoreLimits = {}): ReasoningStore {
  const kept = new BoundedMap<KeptReasoning>(limits)
  const find = (message: HistoryMessage, scope: string): string | undefined => {
    for (const call of message.tool_calls ?? []) {
      const entry = kept.get(keyOf([call], scope))
      if (entry !== undefined && isSameCall(entry.call, call)) return entry.reasoning
    }
    return undefined
  }
  return {
    get size() {
      return kept.size
    },
    put(call, reasoning, scope = '') {
      if (!isFilled(reasoning)) return
      kept.set(keyOf([call], scope), { call: copyCall(call), reasoning }, reasoning.length + sizeOf(call))
    },
    apply(messages, scope = '') {
      const log = new ChangeLog()
      const applied = mapKeeping(messages, (message, index) => {
        if (message.role !== 'assistant' || isFilled(message['reasoning']) || isFilled(message['reasoning_content'])) {
          return message
        }
        const reasoning = find(message, scope)
        if (reasoning === undefined) return message
        const reason = 'The thought that led to this call is put back.'
        log.set(
          `messages.${index}.reasoning_content`,
          'reasoning-restored',
          message['reasoning_content'],
          reasoning,
          reason,
        )
        return { ...message, reasoning_content: reasoning, reasoning }
      })
      return { messages: applied, changes: log.changes }
    },
    clear: () => kept.clear(),
  }
}

/**
 * Creates a store of raw answers. It forgets what was not used for longest.
 *
 * @example
 * ```ts
 * const store = createCallStore({ maxChars: 64 * 1024 * 1024 })
 * store.put(completion.choices[0].message, rawText, scope)
 * const raw = store.get(historyMessage, scope) // the same text in the next turn
 * ```
 */
export function createCallStore(limits: StoreLimits = {}): CallStore {
  const kept = new BoundedMap<{ content: string; calls: ChatCompletionToolCall[]; raw: string }>(limits)
  return {
    get size() {
      return kept.size
    },
    put({ content, tool_calls: calls }, raw, scope = '') {
      if (calls === undefined || calls.length === 0) return
      const text = visibleText(content)
      const size = calls.reduce((sum, call) => sum + sizeOf(call), raw.length + text.length)
      kept.set(keyOf(calls, scope), { content: text, calls: calls.map(copyCall), raw }, size)
    },
    get({ content, tool_calls: calls }, scope = '') {
      if (calls === undefined || calls.length === 0) return undefined
      const entry = kept.get(keyOf(calls, scope))
      const isSame =
        entry !== undefined &&
        entry.calls.every((call, place) => isSameCall(call, calls[place]!)) &&
        entry.content === visibleText(content)
      return isSame ? entry.raw : undefined
    },
    clear: () => kept.clear(),
  }
}

/**
 * A scope for the stores that tells conversations apart: it depends on the messages up to the first one of the user, which stay the
 * same over its turns.
 *
 * @param owner - what tells clients and models apart, such as the name of the key and of the model
 */
export function conversationScope(messages: readonly HistoryMessage[], owner: string = ''): string {
  const first = messages.findIndex(({ role }) => role === 'user')
  const start = messages.slice(0, first + 1).map(({ role, content }) => [role, content])
  return hashLetters(JSON.stringify([owner, start]), 24)
}

function keyOf(calls: readonly ChatCompletionToolCall[], scope: string): string {
  return JSON.stringify([scope, ...calls.map(({ id }) => id)])
}

function copyCall({ id, type, function: { name, arguments: text } }: ChatCompletionToolCall): ChatCompletionToolCall {
  return { id, type, function: { name, arguments: text } }
}

function sizeOf({ id, function: { name, arguments: text } }: ChatCompletionToolCall): number {
  return id.length + name.length + text.length
}

/** Clients parse arguments and write them anew: other blanks do not make them others, another order of the keys does. */
function isSameCall(kept: ChatCompletionToolCall, call: ChatCompletionToolCall): boolean {
  return (
    kept.id === call.id &&
    kept.function.name === call.function.name &&
    (kept.function.arguments === call.function.arguments ||
      rewrite(kept.function.arguments) === rewrite(call.function.arguments))
  )
}

function rewrite(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text))
  } catch {
    return text
  }
}

/** Clients trim content and write a blank, null or nothing for none. */
function visibleText(content: unknown): string {
  return typeof content === 'string' ? content.trim() : content ? JSON.stringify(content) : ''
}
