import { createRandomCallId } from '../call-id.ts'
import { readError, upstreamErrorType } from '../errors.ts'
import { firstText, isFilledList, readText } from '../upstream-delta.ts'
import type { ChatCompletion, ChatCompletionChunk, ErrorBody } from '../wire.ts'

/** What a chunk says, one thing at a time and in its order. */
export type AnswerStep =
  | { type: 'text' | 'reasoning' | 'arguments'; text: string }
  | { type: 'call'; id: string; name: string }
  | { type: 'finish'; reason: string; stopSequence: string | undefined }
  | { type: 'usage'; usage: Readonly<Record<string, unknown>> }
  | { type: 'error'; error: ErrorBody }

/** Reads the first choice of a stream's chunks. */
export interface StepReader {
  read(chunk: ChatCompletionChunk): AnswerStep[]
}

const interleaved: ErrorBody = {
  message: 'The upstream went back to a call that it had left; the calls of its answer cannot be told apart any more.',
  type: upstreamErrorType,
  code: 'upstream_invalid_chunk',
}

interface Delta {
  content?: unknown
  reasoning_content?: unknown
  reasoning?: unknown
  tool_calls?: unknown
}

interface CallEntry {
  index?: unknown
  id?: unknown
  function?: { name?: unknown; arguments?: unknown } | null
}

/** Chunks of an upstream that parses calls itself are read as well. */
export function createStepReader(): StepReader {
  let callIndex = -1

  function readCall({ index, id, function: called }: CallEntry): AnswerStep[] {
    const name = typeof called?.name === 'string' ? called.name : ''
    const place = typeof index === 'number' ? index : name === '' ? callIndex : callIndex + 1
    if (place < callIndex || (place > callIndex && name === '')) return [{ type: 'error', error: interleaved }]
    const steps: AnswerStep[] = []
    if (place > callIndex) {
      callIndex = place
      steps.push({ type: 'call', id: typeof id === 'string' && id !== '' ? id : createRandomCallId(), name })
    }
    const given = called?.arguments
    const text = typeof given === 'object' && given !== null ? JSON.stringify(given) : given
    if (typeof text === 'string' && text !== '') steps.push({ type: 'arguments', text })
    return steps
  }

  function readDelta(delta: Delta): AnswerStep[] {
    const steps: AnswerStep[] = []
    const reasoning = firstText(delta.reasoning_content, delta.reasoning)
    if (reasoning !== '') steps.push({ type: 'reasoning', text: reasoning })
    const text = readText(delta.content)
    if (text !== '') steps.push({ type: 'text', text })
    if (isFilledList(delta.tool_calls)) for (const call of delta.tool_calls) steps.push(...readCall(call))
    return steps
  }

  return {
    read(chunk) {
      const error = readError(chunk)
      if (error !== undefined) return [{ type: 'error', error }]
      const steps: AnswerStep[] = []
      const choice = chunk.choices?.find(({ index }) => (index ?? 0) === 0)
      if (choice !== undefined) {
        steps.push(...readDelta((choice.delta ?? {}) as Delta))
        const { finish_reason: reason, stop_reason: stop } = choice
        if (reason) steps.push({ type: 'finish', reason, stopSequence: typeof stop === 'string' ? stop : undefined })
      }
      const { usage } = chunk
      if (typeof usage === 'object' && usage !== null) {
        steps.push({ type: 'usage', usage: usage as Readonly<Record<string, unknown>> })
      }
      return steps
    },
  }
}

/** A completion that was not streamed, as one chunk. */
export function toChunk({ choices, ...completion }: ChatCompletion): ChatCompletionChunk {
  return {
    ...completion,
    choices: (choices ?? []).map(({ message = {}, finish_reason: reason = null, ...choice }, place) => ({
      ...choice,
      index: choice.index ?? place,
      delta: { ...message, tool_calls: message.tool_calls?.map((call, index) => ({ index, ...call })) } as never,
      finish_reason: reason,
    })),
  }
}
