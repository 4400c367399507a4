import { createToolCallParser, type ParserEvent, type ParserOptions } from '@tooldelta/core'
import type { Colors } from '../output/colors.ts'
import { quoteText } from '../output/quote.ts'

/**
 * Feeds chunks to a parser and describes each step: the offset and the text, the state after it, the text held back and the events.
 *
 * @returns blocks of whole lines, one for each chunk and one for the end
 */
export function* traceChunks(
  chunks: readonly string[],
  options: ParserOptions,
  finish: 'stop' | 'length',
  colors: Colors,
): Generator<string> {
  const parser = createToolCallParser(options)
  let offset = 0
  for (const chunk of chunks) {
    const events = parser.feed(chunk)
    const title = `${colors.bold(String(offset))} ${colors.cyan(quoteText(chunk))}`
    yield describeStep(title, events, parser.inspect(), colors)
    offset += chunk.length
  }
  const events = parser.end(finish)
  yield describeStep(
    `${colors.bold(String(offset))} ${colors.cyan(`end (${finish})`)}`,
    events,
    parser.inspect(),
    colors,
  )
}

function describeStep(
  title: string,
  events: readonly ParserEvent[],
  { state, held }: { state: string; held: string },
  colors: Colors,
): string {
  const lines = [title, `  ${colors.dim('state')}  ${state}`]
  if (held !== '') lines.push(`  ${colors.dim('held')}   ${colors.yellow(quoteText(held))}`)
  for (const event of events) lines.push(`  ${colors.dim('event')}  ${colors.green(describeEvent(event))}`)
  return `${lines.join('\n')}\n`
}

/** An event on one line. */
export function describeEvent(event: ParserEvent): string {
  switch (event.type) {
    case 'content':
    case 'reasoning':
      return `${event.type} ${quoteText(event.text)}`
    case 'tool-call-start':
      return `${event.type} #${event.index} ${event.name} (${event.id})`
    case 'tool-call-arguments':
      return `${event.type} #${event.index} ${quoteText(event.text)}`
    case 'tool-call-end':
      return `${event.type} #${event.index} ${event.status}`
    case 'diagnostic':
      return `${event.type} ${event.code} at ${event.offset}: ${event.message}`
  }
}
