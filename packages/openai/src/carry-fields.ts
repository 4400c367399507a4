import type { ChatCompletionChunk, UpstreamChoice, UpstreamChunk } from './wire.ts'

/** The fields that say which answer a chunk belongs to. Every chunk has them. */
export type Envelope = Pick<ChatCompletionChunk, 'id' | 'object' | 'created' | 'model'>

const envelopeFields: ReadonlySet<string> = new Set(['id', 'object', 'created', 'model'])
const handledChunkFields: ReadonlySet<string> = new Set([...envelopeFields, 'choices', 'usage'])
const handledChoiceFields: ReadonlySet<string> = new Set(['index', 'delta', 'finish_reason'])
/** The same on every chunk of an answer, so not worth an empty chunk of their own. */
const constantFields: ReadonlySet<string> = new Set(['system_fingerprint', 'service_tier'])
/** They explain the finish reason and go with it. */
const finishFields: ReadonlySet<string> = new Set(['stop_reason', 'matched_stop'])

/** Reads the envelope of a chunk; what it leaves out is taken from the chunks before it. */
export function readEnvelope(chunk: UpstreamChunk, before: Envelope): Envelope {
  const envelope: Envelope = {}
  const id = chunk.id ?? before.id
  const created = chunk.created ?? before.created
  const model = chunk.model ?? before.model
  if (id !== undefined) envelope.id = id
  envelope.object = chunk.object || before.object || 'chat.completion.chunk'
  if (created !== undefined) envelope.created = created
  if (model !== undefined) envelope.model = model
  return envelope
}

/**
 * Copies what tooldelta does not know of a choice (logprobs, token_ids...) to the first chunk that came out of it. Where none came out
 * because the text waits, an empty one carries it.
 */
export function copyChoiceFields(
  choice: UpstreamChoice,
  chunks: ChatCompletionChunk[],
  createEmpty: () => ChatCompletionChunk,
): void {
  for (const [key, value] of Object.entries(choice)) {
    if (handledChoiceFields.has(key)) continue
    if (chunks.length === 0) {
      if (value === null) continue
      chunks.push(createEmpty())
    }
    const last = chunks.at(-1)?.choices?.[0]
    const target = finishFields.has(key) && last?.finish_reason ? last : chunks[0]?.choices?.[0]
    if (target !== undefined) target[key] = value
  }
}

/** Copies what tooldelta does not know of a chunk to the first chunk that came out of it. */
export function copyChunkFields(
  chunk: UpstreamChunk,
  chunks: ChatCompletionChunk[],
  createEmpty: () => ChatCompletionChunk,
): void {
  for (const [key, value] of Object.entries(chunk)) {
    const isNullUsage = key === 'usage' && value === null
    if (handledChunkFields.has(key) && !isNullUsage) continue
    if (chunks.length === 0) {
      if (value === null || constantFields.has(key)) continue
      chunks.push(createEmpty())
    }
    chunks[0]![key] = value
  }
}
