export { mergeEvents } from '@tooldelta/core'
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
