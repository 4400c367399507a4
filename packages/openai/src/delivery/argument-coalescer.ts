import type { ParserEvent } from '@tooldelta/core'
import type { ArgumentCoalescing } from './delivery-options.ts'

type ArgumentsEvent = ParserEvent & { type: 'tool-call-arguments' }

/** Collects the pieces of a call's arguments, so that fewer and larger ones are sent. */
export interface ArgumentCoalescer {
  /** When the first of the pieces came that are collected and not sent, as `readTurn` said; `undefined`: there are none. */
  readonly since: number | undefined
  /** Takes events that are to be sent, and returns those to send now. Their order stays, and so do the joined arguments. */
  take(events: readonly ParserEvent[]): readonly ParserEvent[]
  /** Gives what is collected. */
  release(): readonly ParserEvent[]
}

const nothing: readonly ParserEvent[] = []
const passing: ArgumentCoalescer = { since: undefined, take: (events) => events, release: () => nothing }

/**
 * @param readTurn - a number that grows with time
 * @internal
 */
export function createArgumentCoalescer(
  coalescing: ArgumentCoalescing | undefined,
  readTurn: () => number,
): ArgumentCoalescer {
  if (coalescing === undefined) return passing
  const { minChars = Infinity } = coalescing
  let pieces: string[] = []
  let size = 0
  let first: ArgumentsEvent | undefined
  let since: number | undefined

  function release(): readonly ParserEvent[] {
    if (first === undefined) return nothing
    const event: ArgumentsEvent = { ...first, text: pieces.join('') }
    first = undefined
    since = undefined
    pieces = []
    size = 0
    return [event]
  }

  function collect(event: ArgumentsEvent): readonly ParserEvent[] {
    first ??= event
    since ??= readTurn()
    pieces.push(event.text)
    size += event.text.length
    return size < minChars ? nothing : release()
  }

  return {
    get since() {
      return since
    },
    take(events) {
      const taken: ParserEvent[] = []
      for (const event of events) {
        if (event.type === 'tool-call-arguments') taken.push(...collect(event))
        // The end of the call is such an event too, so pieces of two calls never meet.
        else taken.push(...release(), event)
      }
      return taken
    },
    release,
  }
}
