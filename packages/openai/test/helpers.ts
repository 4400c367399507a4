import { foldStrictly, type FoldedStream } from '@tooldelta/testbed/wire-check'
import { createChunkTransformer, type ChatCompletionChunk, type ChunkTransformerOptions } from '../src/index.ts'

/** Fields that every chunk of the tests has. */
export const envelope = {
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created: 1_760_000_000,
  model: 'qwen3-coder',
}

export const openCall =
  '<tool_call>\n<function=write_file>\n<parameter=path>\na.txt\n</parameter>\n<parameter=content>\nhel'
export const closeCall = 'lo\n</parameter>\n</function>\n</tool_call>'
export const wholeCall: string = openCall + closeCall
export const emptyCall = '<tool_call>\n<function=list_files>\n</function>\n</tool_call>'

/** A chunk of one choice. */
export function chunkOf(
  delta: object,
  finishReason: string | null = null,
  choice: object = {},
  chunk: object = {},
): object {
  return { ...envelope, choices: [{ index: 0, delta, finish_reason: finishReason, ...choice }], ...chunk }
}

export const roleChunk: object = chunkOf({ role: 'assistant', content: '' })

/** A chunk with text. */
export function text(
  content: string,
  finishReason: string | null = null,
  choice: object = {},
  chunk: object = {},
): object {
  return chunkOf({ content }, finishReason, choice, chunk)
}

/** What comes out for each chunk; `'same'` where the very same chunk goes on. The last entry is what flush gives. */
export function stepsOf(
  chunks: readonly object[],
  options: Partial<ChunkTransformerOptions> = {},
  reason?: string,
): (ChatCompletionChunk[] | 'same')[] {
  const transformer = createChunkTransformer({ format: 'qwen3_coder', ...options })
  const steps = chunks.map((chunk) => {
    const before = JSON.stringify(chunk)
    const out = transformer.transform(chunk)
    if (JSON.stringify(chunk) !== before) throw new Error('The given chunk was changed')
    return out.length === 1 && out[0] === chunk ? 'same' : out
  })
  return [...steps, transformer.flush(reason)]
}

/** Everything that comes out, in order. */
export function run(
  chunks: readonly object[],
  options: Partial<ChunkTransformerOptions> = {},
  reason?: string,
): ChatCompletionChunk[] {
  const transformer = createChunkTransformer({ format: 'qwen3_coder', ...options })
  return [...chunks.flatMap((chunk) => transformer.transform(chunk)), ...transformer.flush(reason)]
}

/** Everything that comes out, checked and put together. */
export function fold(
  chunks: readonly object[],
  options: Partial<ChunkTransformerOptions> = {},
  reason?: string,
): FoldedStream {
  return foldStrictly(run(chunks, options, reason))
}

/** The deltas and finish reasons only. */
export function deltasOf(chunks: readonly ChatCompletionChunk[]): unknown[] {
  return chunks.map((chunk) => {
    if (chunk.error !== undefined) return { error: chunk.error }
    const choice = chunk.choices?.[0]
    if (choice === undefined) return { usage: chunk.usage }
    return choice.finish_reason === null ? choice.delta : { delta: choice.delta, finish: choice.finish_reason }
  })
}
