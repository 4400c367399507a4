import type { ParserEvent } from '@tooldelta/core'
import type { DeliveryOptions } from './delivery-options.ts'

/** Decides which of a choice's events are sent and when, and counts its calls. */
export interface CallDelivery {
  /** Whether a call has begun and not ended: nothing but its own deltas may be sent. */
  readonly isInsideCall: boolean
  /** Calls that may be executed. */
  readonly wholeCalls: number
  /** Calls that were cut off. */
  readonly truncatedCalls: number
  /** Calls of which at least the start was sent; the next one's index. */
  readonly sentCalls: number
  /** Takes the parser's next event and returns those to send now, in order. */
  take(event: ParserEvent): readonly ParserEvent[]
}

const nothing: readonly ParserEvent[] = []

/** @internal */
export function createCallDelivery(deliver: DeliveryOptions['deliver']): CallDelivery {
  const waitsForEnd = deliver === 'when-complete'
  let waiting: ParserEvent[] = []
  let isInsideCall = false
  let wholeCalls = 0
  let truncatedCalls = 0
  let sentCalls = 0

  function end(event: ParserEvent & { type: 'tool-call-end' }): readonly ParserEvent[] {
    isInsideCall = false
    const isTruncated = event.status === 'truncated'
    if (isTruncated) truncatedCalls += 1
    else wholeCalls += 1
    if (!waitsForEnd) return [event]
    const events = waiting
    waiting = []
    if (isTruncated) return nothing
    // A call that was left out leaves no gap: clients count on 0, 1, 2...
    const index = sentCalls
    sentCalls += 1
    events.push(event)
    return joinArguments(events).map((one) =>
      one.type.startsWith('tool-call') ? ({ ...one, index } as ParserEvent) : one,
    )
  }

  return {
    get isInsideCall() {
      return isInsideCall
    },
    get wholeCalls() {
      return wholeCalls
    },
    get truncatedCalls() {
      return truncatedCalls
    },
    get sentCalls() {
      return sentCalls
    },
    take(event) {
      if (event.type === 'tool-call-end') return end(event)
      if (event.type === 'tool-call-start') {
        isInsideCall = true
        if (!waitsForEnd) sentCalls += 1
      }
      if (waitsForEnd && isInsideCall) {
        waiting.push(event)
        return nothing
      }
      return [event]
    },
  }
}

/** A call that has waited for its end is one delta: some clients read all arguments anew with each. */
function joinArguments(events: readonly ParserEvent[]): ParserEvent[] {
  const pieces = events.flatMap((event) => (event.type === 'tool-call-arguments' ? [event.text] : []))
  let isJoined = false
  return events.flatMap((event): ParserEvent[] => {
    if (event.type !== 'tool-call-arguments') return [event]
    if (isJoined) return []
    isJoined = true
    return [{ ...event, text: pieces.join('') }]
  })
}
