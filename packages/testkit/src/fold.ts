import type { ParsedMessage, ParserEvent } from '@tooldelta/core'

/** The message that events describe: an implementation of its own, to compare the core's with. */
export function foldSeparately(events: readonly ParserEvent[]): ParsedMessage {
  const starts = events.filter((event) => event.type === 'tool-call-start')
  const ends = events.filter((event) => event.type === 'tool-call-end')
  return {
    content: joinText(events, 'content'),
    reasoning: joinText(events, 'reasoning'),
    toolCalls: starts.map(({ index, id, name }) => ({
      id,
      type: 'function',
      function: { name, arguments: argumentsOf(events, index) },
      status: ends.find((end) => end.index === index)?.status ?? 'truncated',
    })),
    diagnostics: events.filter((event) => event.type === 'diagnostic').map(({ type: _, ...diagnostic }) => diagnostic),
  }
}

function joinText(events: readonly ParserEvent[], type: 'content' | 'reasoning'): string | null {
  const pieces = events.map((event) => (event.type === type ? event.text : ''))
  return pieces.some((piece) => piece !== '') ? pieces.join('') : null
}

/** All argument text of one call. */
export function argumentsOf(events: readonly ParserEvent[], index: number): string {
  return events
    .map((event) => (event.type === 'tool-call-arguments' && event.index === index ? event.text : ''))
    .join('')
}
