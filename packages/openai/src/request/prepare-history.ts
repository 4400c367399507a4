import { findFormat } from '@tooldelta/core'
import { controlTokensOf, mapCallIds, normalizeHistory, type HistoryMessage } from '../history/index.ts'
import type { DeliveredAnswer } from '../options.ts'
import { applyStores } from './apply-stores.ts'
import type { RequestDraft } from './draft.ts'
import type { PrepareRequestOptions } from './types.ts'

/** Formats whose template prints the ids of calls, counted as `functions.NAME:INDEX`. */
const countedIds: ReadonlySet<string> = new Set(['kimi_k2'])

/**
 * Mends the messages of a request and puts back what the stores know. A request whose messages are no list is left to the upstream, which
 * words the error.
 *
 * @returns what is to be called with the answer, where there are stores
 */
export function prepareHistory(
  draft: RequestDraft,
  options: PrepareRequestOptions,
  aliases: ReadonlyMap<string, string>,
): ((answer: DeliveredAnswer) => void) | undefined {
  if (!Array.isArray(draft.request.messages)) return undefined
  const { format, stores } = options
  const normalized = normalizeHistory(draft.request.messages, {
    toolNames: aliases,
    systemMessages: options.mergeSystemMessages === true ? 'front' : 'keep',
    controlTokens: options.neutralizeToolResults === true ? controlTokensOf(format) : undefined,
  })
  draft.replace('messages', normalized.messages, normalized.changes)
  const onAnswer = stores === undefined ? undefined : restore(draft, stores, options, aliases)
  const { id, callIds } = findFormat(format)
  const shape = countedIds.has(id) ? 'functions' : callIds
  if (shape !== undefined) {
    const mapped = mapCallIds(draft.request.messages as readonly HistoryMessage[], shape)
    draft.replace('messages', mapped.messages, mapped.changes)
  }
  return onAnswer
}

function restore(
  draft: RequestDraft,
  stores: NonNullable<PrepareRequestOptions['stores']>,
  { format }: PrepareRequestOptions,
  aliases: ReadonlyMap<string, string>,
): (answer: DeliveredAnswer) => void {
  const { messages, model } = draft.request
  const stored = applyStores(messages as readonly HistoryMessage[], stores, { format, model, aliases })
  draft.replace('messages', stored.messages, stored.changes)
  return stored.onAnswer
}
