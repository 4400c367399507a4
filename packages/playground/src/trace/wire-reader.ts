import { type ChatCompletionChunk, type ChunkTransformerOptions, createChunkTransformer } from '@tooldelta/openai'

const head = { id: 'chatcmpl-playground', object: 'chat.completion.chunk', created: 0, model: 'model' } as const

/** One step of a text: a chunk, or the end. */
export interface WireStep {
  /** Place of the chunk in the text. */
  from: number
  to: number
  /** Set for the end. */
  finish?: 'stop' | 'length' | undefined
}

/**
 * Tells what goes to the client in a step, without keeping what went in the others: a million small objects. What stands before the step is
 * read again as one chunk, because the places of cuts do not change what comes out; a step right behind the last one goes on from there.
 */
export class WireReader {
  private readonly options: ChunkTransformerOptions
  private transformer: ReturnType<typeof createChunkTransformer> | undefined
  /** How much of the text the transformer has read. */
  private done = 0
  private last: { step: WireStep; chunks: ChatCompletionChunk[] } | undefined

  constructor(options: ChunkTransformerOptions) {
    this.options = options
  }

  read(text: string, step: WireStep): ChatCompletionChunk[] {
    const { last } = this
    if (last?.step.from === step.from && last.step.to === step.to && last.step.finish === step.finish)
      return last.chunks
    if (this.transformer === undefined || step.from < this.done || last?.step.finish !== undefined) {
      this.transformer = createChunkTransformer(this.options)
      this.done = 0
    }
    const { transformer } = this
    if (this.done < step.from) transformer.transform(toChunk({ content: text.slice(this.done, step.from) }))
    const chunks =
      step.finish === undefined
        ? transformer.transform(toChunk({ content: text.slice(step.from, step.to) }))
        : [...transformer.transform(toChunk({}, step.finish)), ...transformer.flush('stop')]
    this.done = step.to
    this.last = { step, chunks }
    return chunks
  }
}

function toChunk(delta: object, finish: string | null = null): object {
  return { ...head, choices: [{ index: 0, delta, finish_reason: finish }] }
}
