import type { FormatInfo, FinishReason, ParserOptions } from '@tooldelta/core'
import { formats } from '@tooldelta/core'
import { readFormatFixtures, type FormatFixture } from '@tooldelta/testbed'
import { createChunkTransformer, type ChatCompletionChunk, type WireEncoder, type WireEvent } from '../../src/index.ts'

export const usage = {
  prompt_tokens: 20,
  completion_tokens: 7,
  total_tokens: 27,
  prompt_tokens_details: { cached_tokens: 16 },
}

/** A fixture with what its model's answer is read with. */
export interface NamedFixture {
  name: string
  fixture: FormatFixture
  options: ParserOptions
}

/** Every fixture of every format whose expected message nobody has to be told more for. */
export const fixtures: NamedFixture[] = formats.flatMap(({ id }: FormatInfo) =>
  readFormatFixtures(id).map((fixture) => ({
    name: `${id}: ${fixture.title}`,
    fixture,
    options: { format: id, tools: fixture.tools, ...fixture.options } as ParserOptions,
  })),
)

/** The chunks of a text that a server has cut into these pieces, as they come out of the transformer. */
export function chunksOf(
  pieces: readonly string[],
  options: ParserOptions,
  finish: FinishReason = 'stop',
): ChatCompletionChunk[] {
  const transformer = createChunkTransformer({ ...options, includeUsage: true })
  const envelope = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1_760_000_000, model: 'm' }
  const chunk = (delta: object, reason: string | null = null): object => ({
    ...envelope,
    choices: [{ index: 0, delta, finish_reason: reason }],
  })
  const given = [
    chunk({ role: 'assistant', content: '' }),
    ...pieces.map((content) => chunk({ content })),
    chunk({}, finish),
    { ...envelope, choices: [], usage },
  ]
  return [...given.flatMap((one) => transformer.transform(one)), ...transformer.flush()]
}

/** All events of the chunks. */
export function eventsOf(encoder: WireEncoder, chunks: readonly ChatCompletionChunk[]): WireEvent[] {
  return [...chunks.flatMap((chunk) => encoder.push(chunk)), ...encoder.end()]
}

/** Ids that are the same in every run. */
export function countIds(): (prefix: string) => string {
  let count = 0
  return (prefix) => `${prefix}${(count += 1)}`
}

/** Counted call ids, so that two runs can be compared. */
export function withCallIds(options: ParserOptions): ParserOptions {
  return { ...options, createCallId: (index) => `call_${index}` }
}
