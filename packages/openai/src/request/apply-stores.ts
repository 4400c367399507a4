import { findFormat, type ParserOptions } from '@tooldelta/core'
import { ChangeLog } from '../history/change-log.ts'
import { conversationScope, type HistoryChange, type HistoryMessage } from '../history/index.ts'
import { mapKeeping } from '../history/values.ts'
import type { DeliveredAnswer } from '../options.ts'
import type { ChatCompletionToolCall } from '../wire.ts'
import type { RequestStores } from './types.ts'

/** A history with what the stores know of it, and how the answer gets into them. */
export interface StoredHistory {
  messages: readonly HistoryMessage[]
  changes: readonly HistoryChange[]
  onAnswer(answer: DeliveredAnswer): void
}

/**
 * Puts thoughts and raw calls of earlier answers back into a history.
 *
 * @param messages - a normalised history, with the ids that the client knows
 * @param aliases - what tools are called in that history, by the client's names
 */
export function applyStores(
  messages: readonly HistoryMessage[],
  stores: RequestStores,
  { format, model, aliases }: { format: ParserOptions['format']; model: unknown; aliases: ReadonlyMap<string, string> },
): StoredHistory {
  const scope = conversationScope(messages, JSON.stringify([stores.owner ?? '', model]))
  const thoughts = stores.reasoning?.apply(messages, scope)
  const replayed = replayCalls(thoughts?.messages ?? messages, scope, stores, findFormat(format).reasoning?.close)
  return {
    messages: replayed.messages,
    changes: [...(thoughts?.changes ?? []), ...replayed.changes],
    onAnswer({ message, raw }) {
      // The history of the next turn is looked up with the names of the upstream.
      const calls = (message.tool_calls ?? []).map((call) => renameCall(call, aliases))
      const reasoning = message.reasoning_content
      if (reasoning) for (const call of calls) stores.reasoning?.put(call, reasoning, scope)
      if (raw !== undefined) stores.calls?.put({ ...message, tool_calls: calls }, raw, scope)
    },
  }
}

function replayCalls(
  messages: readonly HistoryMessage[],
  scope: string,
  { calls }: RequestStores,
  thoughtEnd: string | undefined,
): { messages: readonly HistoryMessage[]; changes: readonly HistoryChange[] } {
  if (calls === undefined) return { messages, changes: [] }
  const log = new ChangeLog()
  const replayed = mapKeeping(messages, (message, index) => {
    const raw = message.role === 'assistant' ? calls.get(message, scope) : undefined
    if (raw === undefined) return message
    const { tool_calls: _calls, ...rest } = message
    const after: HistoryMessage = { ...rest, content: raw }
    if (thoughtEnd !== undefined && raw.includes(thoughtEnd)) {
      // The thought is in the text; a template would write it twice.
      delete after['reasoning']
      delete after['reasoning_content']
    }
    log.changed(`messages.${index}`, 'call-replayed', message, after, 'The calls stand there as the model wrote them.')
    return after
  })
  return { messages: replayed, changes: log.changes }
}

function renameCall(call: ChatCompletionToolCall, aliases: ReadonlyMap<string, string>): ChatCompletionToolCall {
  const alias = aliases.get(call.function.name)
  return alias === undefined ? call : { ...call, function: { ...call.function, name: alias } }
}
