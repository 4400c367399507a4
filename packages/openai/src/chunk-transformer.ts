import { createToolCallParser, type FinishReason } from '@tooldelta/core'
import { copyChoiceFields, copyChunkFields, readEnvelope, type Envelope } from './carry-fields.ts'
import { createChoiceTransformer, type ChoicePiece, type ChoiceTransformer } from './choice-transformer.ts'
import { checkDelivery } from './delivery/delivery-options.ts'
import { brokenStreamBody, readError, withoutRetry } from './errors.ts'
import { toParserOptions, type ChunkTransformerOptions } from './options.ts'
import type { ChatCompletionChunk, ErrorBody, UpstreamChoice, UpstreamChunk } from './wire.ts'

/**
 * What is still wanted of an upstream. `answer`: all that it sends. `usage`: the answer was ended at its first call, and the upstream may
 * just be at its end too; give it a moment to say its usage, then end the stream. `nothing`: the answer was ended and the upstream goes
 * on; close its connection.
 */
export type UpstreamDemand = 'answer' | 'usage' | 'nothing'

/** Turns the chunks of one answer's stream into chunks with tool calls. */
export interface ChunkTransformer {
  /** What is still wanted of the upstream. Only with `singleCall` it is ever something else than `answer`. */
  readonly demand: UpstreamDemand
  /**
   * Number of the chunk, counted from 1, that brought the first of the arguments which `coalesceArguments` has collected and which are not
   * sent yet. `undefined`: there are none. A transformer has no clock; whoever keeps the time starts it anew when the number changes.
   */
  readonly collectingSince: number | undefined
  /** Returns the arguments that are collected, as chunks to send now. */
  release(): ChatCompletionChunk[]
  /**
   * Takes the upstream's next chunk and returns the chunks to send, in order. When the given chunk may go on exactly as it is, the same
   * object comes back, so a caller that still has its bytes can send those.
   *
   * After a chunk with `error` the stream is over: later calls return nothing.
   */
  transform(chunk: UpstreamChunk): ChatCompletionChunk[]
  /**
   * Ends the stream and returns the chunks that are left: text that was held back, a finish for every choice that has none yet, usage.
   *
   * @param reason - how the upstream's stream ended: `stop` (default) at its regular end, `abort` or `error` when it broke off; then an
   * error object comes last instead of a finish
   */
  flush(reason?: FinishReason): ChatCompletionChunk[]
}

/**
 * Makes the transformer of one streamed answer: raw text in `delta.content` becomes `tool_calls` deltas that every OpenAI client
 * understands. One parser runs for each choice. An upstream that already sends tool calls is passed on untouched.
 *
 * @throws TypeError for an unknown format
 * @example
 * ```ts
 * const transformer = createChunkTransformer({ format: 'qwen3_coder', tools })
 * for await (const chunk of upstream) for (const out of transformer.transform(chunk)) send(out)
 * for (const out of transformer.flush()) send(out)
 * ```
 */
export function createChunkTransformer(options: ChunkTransformerOptions): ChunkTransformer {
  // Wrong options are reported here and not in the middle of an answer.
  createToolCallParser(toParserOptions(options))
  checkDelivery(options)
  const choices = new Map<number, ChoiceTransformer>()
  let envelope: Envelope = {}
  let isEnded = false
  let hasAnswered = false
  let lastUsage: unknown
  let waitingUsage: ChatCompletionChunk | undefined
  let usageSent = false
  let turn = 0

  function choiceAt(index: number): ChoiceTransformer {
    let choice = choices.get(index)
    if (choice === undefined) {
      choice = createChoiceTransformer(index, options, () => turn)
      choices.set(index, choice)
    }
    return choice
  }

  function hasUnfinished(): boolean {
    for (const choice of choices.values()) if (!choice.isFinished) return true
    return false
  }

  function build(index: number, pieces: readonly ChoicePiece[]): ChatCompletionChunk[] {
    hasAnswered ||= pieces.some(isAnswer)
    return pieces.map((piece) => ({
      ...envelope,
      choices: [{ index, delta: piece.delta, finish_reason: piece.finishReason }],
    }))
  }

  function buildEmpty(index: number): ChatCompletionChunk {
    return build(index, [{ delta: {}, finishReason: null }])[0]!
  }

  function fail(error: ErrorBody): ChatCompletionChunk {
    isEnded = true
    return { error: hasAnswered ? withoutRetry(error) : error }
  }

  function endChoices(reason: string): ChatCompletionChunk[] {
    const chunks: ChatCompletionChunk[] = []
    for (const [index, choice] of choices) {
      const output = choice.end(reason)
      chunks.push(...build(index, output.pieces))
      if (output.error !== undefined) return [...chunks, fail(output.error)]
    }
    return chunks
  }

  function takeWithoutChoices(chunk: UpstreamChunk): ChatCompletionChunk[] {
    const whole = (Array.isArray(chunk.choices) ? chunk : { ...chunk, choices: [] }) as ChatCompletionChunk
    if (!isPresent(chunk.usage)) return [whole]
    if (options.includeUsage === false || usageSent) return []
    if (hasUnfinished()) {
      // Usage is the last chunk of a stream; the finish that it overtook comes first.
      waitingUsage = whole
      return []
    }
    usageSent = true
    return [whole]
  }

  function takeChoices(chunk: UpstreamChunk, given: readonly UpstreamChoice[]): ChatCompletionChunk[] {
    const chunks: ChatCompletionChunk[] = []
    let isUnchanged = true
    for (const choice of given) {
      const index = choice.index ?? 0
      const transformer = choiceAt(index)
      const wasFinished = transformer.isFinished
      const output = transformer.transform(choice)
      if (output.isUnchanged && given.length === 1 && !isPresent(chunk.usage)) {
        // Most chunks of most answers: nothing is built for them.
        hasAnswered ||= output.pieces.some(isAnswer)
        return [chunk as ChatCompletionChunk]
      }
      const own = build(index, output.pieces)
      if (!wasFinished) copyChoiceFields(choice, own, () => buildEmpty(index))
      chunks.push(...own)
      if (output.error !== undefined) return [...chunks, fail(output.error)]
      // Many clients read only the first choice of a chunk: each choice gets a chunk of its own.
      isUnchanged &&= output.isUnchanged && (given.length === 1 || transformer.isNative)
    }
    const keepsUsage = options.includeUsage === undefined && isBareFinish(chunks.at(-1))
    if (isUnchanged && (keepsUsage || !isPresent(chunk.usage))) return [chunk as ChatCompletionChunk]
    if (chunks.length > 0 || hasUnfinished()) copyChunkFields(chunk, chunks, () => buildEmpty(given[0]!.index ?? 0))
    if (keepsUsage && isPresent(chunk.usage)) chunks.at(-1)!.usage = chunk.usage
    return chunks
  }

  function readCollecting(): number | undefined {
    if (options.coalesceArguments === undefined) return undefined
    let first: number | undefined
    for (const { collectingSince: since } of choices.values()) {
      if (since !== undefined && (first === undefined || since < first)) first = since
    }
    return first
  }

  function readDemand(): UpstreamDemand {
    if (options.singleCall !== true || choices.size < (options.choices ?? 1)) return 'answer'
    let demand: UpstreamDemand = 'answer'
    for (const { isFinished, surplus } of choices.values()) {
      if (!isFinished) return 'answer'
      if (surplus === 'writing') demand = 'nothing'
      else if (surplus === 'nothing' && demand === 'answer') demand = 'usage'
    }
    return demand === 'usage' && (options.includeUsage === false || usageSent) ? 'nothing' : demand
  }

  return {
    get demand() {
      return readDemand()
    },
    get collectingSince() {
      return isEnded ? undefined : readCollecting()
    },
    release() {
      return isEnded ? [] : [...choices].flatMap(([index, choice]) => build(index, choice.release()))
    },
    transform(chunk) {
      if (typeof chunk !== 'object' || chunk === null) {
        throw new TypeError('transform() takes a chunk object. Is this the text of an event? Then JSON.parse it first.')
      }
      if (isEnded) return []
      turn += 1
      const error = readError(chunk)
      if (error !== undefined) {
        const chunks = endChoices('error')
        return [...chunks, fail(error)]
      }
      envelope = readEnvelope(chunk, envelope)
      if (isPresent(chunk.usage)) lastUsage = chunk.usage
      if (!Array.isArray(chunk.choices) || chunk.choices.length === 0) return takeWithoutChoices(chunk)
      return takeChoices(chunk, chunk.choices)
    },
    flush(reason = 'stop') {
      if (isEnded) return []
      const isBroken = reason === 'abort' || reason === 'error'
      const isMissing = choices.size === 0 || hasUnfinished()
      const chunks = endChoices(reason)
      if (isEnded) return chunks
      isEnded = true
      if (isBroken && isMissing) return [...chunks, fail(brokenStreamBody())]
      if (waitingUsage === undefined && !usageSent && options.includeUsage === true && lastUsage !== undefined) {
        waitingUsage = { ...envelope, choices: [], usage: lastUsage }
      }
      return waitingUsage === undefined ? chunks : [...chunks, waitingUsage]
    },
  }
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null
}

/** Whether the client has got something that it would keep when it repeats the request. */
function isAnswer(piece: ChoicePiece): boolean {
  return Object.entries(piece.delta).some(([key, value]) => key !== 'role' && isPresent(value) && value !== '')
}

function isBareFinish(chunk: ChatCompletionChunk | undefined): boolean {
  const choice = chunk?.choices?.[0]
  return choice !== undefined && choice.finish_reason !== null && Object.keys(choice.delta).length === 0
}
