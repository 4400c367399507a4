import type { ParserEvent } from '../events.ts'

/**
 * Joins neighbouring pieces of content, of reasoning and of one call's arguments; all else stays as it is. Merged, the events of one text
 * are the same for every way to cut it into chunks.
 *
 * @example
 * ```ts
 * mergeEvents([{ type: 'content', text: 'He' }, { type: 'content', text: 'llo' }]) // [{ type: 'content', text: 'Hello' }]
 * ```
 */
export function mergeEvents(events: Iterable<ParserEvent>): ParserEvent[] {
  const merged: ParserEvent[] = []
  for (const event of events) {
    const last = merged[merged.length - 1]
    if (last !== undefined && 'text' in last && 'text' in event && isSamePiece(last, event)) {
      last.text = `${last.text}${event.text}`
    } else merged.push({ ...event })
  }
  return merged
}

function isSamePiece(a: ParserEvent, b: ParserEvent): boolean {
  if (a.type === 'tool-call-arguments') return b.type === a.type && a.index === b.index
  return a.type === b.type && (a.type === 'content' || a.type === 'reasoning')
}
