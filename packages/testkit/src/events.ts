import { type FinishReason, type ParserEvent, type ParserOptions, createToolCallParser } from '@tooldelta/core'

/** Events of a whole stream, in order. */
export function runParser(
  options: ParserOptions,
  chunks: Iterable<string>,
  finishReason?: FinishReason,
): ParserEvent[] {
  const parser = createToolCallParser(options)
  const events: ParserEvent[] = []
  for (const chunk of chunks) events.push(...parser.feed(chunk))
  events.push(...parser.end(finishReason))
  return events
}

/** Joins neighbouring pieces of content, of reasoning and of one call's arguments; all else stays as it is. */
export function mergeEvents(events: Iterable<ParserEvent>): ParserEvent[] {
  const merged: ParserEvent[] = []
  for (const event of events) {
    const last = merged.at(-1)
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
