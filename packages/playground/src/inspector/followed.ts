import type { InspectEvent, StreamDetail } from '../../../proxy/src/inspect/types.ts'
import { Answer } from './answer.ts'

/** The exchange that is looked at. A new object with every change; the answer itself grows in its place. */
export interface Followed {
  id: string
  /** Absent until the proxy has told. */
  detail?: StreamDetail | undefined
  answer: Answer
  isGone: boolean
}

export function createFollowed(id: string): Followed {
  return { id, answer: new Answer(), isGone: false }
}

/** The exchange after an event. */
export function follow(now: Followed | undefined, event: InspectEvent): Followed | undefined {
  if (now === undefined) return undefined
  switch (event.type) {
    case 'streams':
      return now
    case 'gone':
      return event.id === now.id ? { ...now, isGone: true } : now
    case 'stream': {
      const { detail } = event
      if (detail.stream.id !== now.id) return now
      // The upstream was asked again: what it said before does not count.
      const isSame = now.detail === undefined || now.detail.attempt === detail.attempt
      return { ...now, detail, answer: isSame ? now.answer : new Answer() }
    }
    case 'pieces':
      now.answer.push(event.from, event.pieces)
      return { ...now }
  }
}
