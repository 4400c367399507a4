import type { ParserEvent } from '../events.ts'
import type { ChatCompletionDelta } from './wire.ts'

/** Turns parser events into `choices[].delta` objects. */
export interface DeltaEncoder {
  /**
   * The deltas of these events, in order, one kind each: content, reasoning or one entry of one call. The first call begins with the role
   * delta, which clients need before anything else, even when there are no events yet.
   */
  encode(events: readonly ParserEvent[]): ChatCompletionDelta[]
}

/**
 * Creates an encoder for one choice of one response. The shapes are the strictest that every known client accepts: `id`, `type` and the
 * whole name once in the first entry of a call with empty arguments, then bare argument pieces; never `{}` before real arguments.
 *
 * @example
 * ```ts
 * const encoder = createDeltaEncoder()
 * encoder.encode([{ type: 'content', text: 'Hi' }])
 * // [{ role: 'assistant', content: '' }, { content: 'Hi' }]
 * ```
 */
export function createDeltaEncoder(): DeltaEncoder {
  let started = false
  return {
    encode(events) {
      const deltas: ChatCompletionDelta[] = started ? [] : [{ role: 'assistant', content: '' }]
      started = true
      for (const event of events) {
        const delta = encodeEvent(event)
        if (delta !== undefined) deltas.push(delta)
      }
      return deltas
    },
  }
}

function encodeEvent(event: ParserEvent): ChatCompletionDelta | undefined {
  switch (event.type) {
    case 'content':
      return { content: event.text }
    case 'reasoning':
      return { reasoning_content: event.text }
    case 'tool-call-start': {
      const { index, id, name } = event
      return { tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }] }
    }
    case 'tool-call-arguments':
      return { tool_calls: [{ index: event.index, function: { arguments: event.text } }] }
    default:
      return undefined
  }
}
