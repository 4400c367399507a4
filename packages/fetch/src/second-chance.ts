import type { ChatCompletionMessage, ChatTool, ChunkTransformerOptions, ErrorBody } from '@tooldelta/openai'
import { checkArguments } from './check-arguments.ts'
import type { Exchange } from './exchange.ts'

/** Decides whether an answer is good enough, and how the upstream is asked again when it is not. */
export interface SecondChance {
  /** How the first answer is read. */
  readonly answer: ChunkTransformerOptions
  /** Whether the first answer is delivered, whatever is still to come of it. */
  readonly isReleased: boolean
  /** Takes note of a chunk that would be sent. */
  see(chunk: SentChunk): void
  /** The first answer has ended: the exchange to have instead. `undefined` when the answer is good, or cannot be mended. */
  next(): Exchange | undefined
}

/** The part of a chunk that tells whether a call is in it. */
interface SentChunk {
  choices?: readonly { delta?: { tool_calls?: unknown } }[]
  error?: ErrorBody
}

const advice = 'Call the tool again with arguments that fit.'

/**
 * @param answer - how the exchange's answer is read
 * @returns `undefined` when the exchange is to be asked once
 */
export function createSecondChance(exchange: Exchange, answer: ChunkTransformerOptions): SecondChance | undefined {
  const { again } = exchange
  if (again === undefined) return undefined
  const retriesMissing = again.requiredRetries > 0 && answer.requiresCall === true
  if (!retriesMissing && !again.validateArguments) return undefined
  const messages: ChatCompletionMessage[] = []
  let hasCall = false
  let isMissing = false

  return {
    answer: {
      ...answer,
      onAnswer(delivered) {
        answer.onAnswer?.(delivered)
        // Arguments of a call that was cut off break every schema, and nobody executes them.
        if (delivered.finishReason === 'tool_calls') messages.push(delivered.message)
      },
    },
    get isReleased() {
      return hasCall && !again.validateArguments
    },
    see({ choices, error }) {
      if (error?.code === 'tool_call_missing') isMissing = true
      if (choices?.some(({ delta }) => delta?.tool_calls !== undefined) === true) hasCall = true
    },
    next() {
      if (isMissing) return retriesMissing ? exchange : undefined
      if (!again.validateArguments) return undefined
      for (const message of messages) {
        const correction = correct(message, again.tools)
        if (correction !== undefined) return again.prepare(correction)
      }
      return undefined
    },
  }
}

/** The turn with its faults, as a conversation that goes on. `undefined` when it has none. */
function correct(message: ChatCompletionMessage, tools: readonly ChatTool[]): object[] | undefined {
  const calls = message.tool_calls ?? []
  const faults = calls.map((call) => checkArguments(call.function, tools))
  if (faults.every((fault) => fault === undefined)) return undefined
  const results = calls.map(({ id }, place) => ({
    role: 'tool',
    tool_call_id: id,
    content:
      faults[place] === undefined
        ? 'Not executed, because another call of this turn is wrong. Make all calls again.'
        : `Not executed: ${faults[place]} ${advice}`,
  }))
  return [message, ...results]
}
