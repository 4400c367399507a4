import type { ParserOptions } from '../options.ts'
import { Parser, type ParserSnapshot, type ToolCallParser } from './parser.ts'

/**
 * Creates a parser for the raw text of one message.
 *
 * Guarantees, each with a property test of its number:
 *
 * 1. Every way to cut the text into chunks gives the same merged events.
 * 2. {@link parseToolCalls} is the fold of this parser; there is no second one.
 * 3. Argument text is append-only; joined it is one JSON object for every call that is not `truncated`.
 * 4. No input character is lost; text that never becomes a call comes back as content, byte for byte.
 * 5. String arguments flow as they arrive.
 * 6. Work and memory are linear in the input.
 * 7. Parsers share nothing; a snapshot goes on in another process.
 * 8. Numbers are text, valid JSON of the model is copied.
 * 9. Calls are indexed 0, 1, 2... and follow each other without content inside.
 *
 * @throws TypeError for an unknown format (naming the nearest), bad tools or options
 * @example
 * ```ts
 * const parser = createToolCallParser({ format: 'qwen3_coder' })
 * const events = [
 *   ...parser.feed('<tool_call>\n<function=get_weather>\n<parameter=city>\nOs'),
 *   ...parser.feed('lo\n</parameter>\n</function>\n</tool_call>'),
 *   ...parser.end('stop'),
 * ]
 * ```
 */
export function createToolCallParser(options: ParserOptions): ToolCallParser {
  return new Parser(checked(options))
}

/**
 * Goes on where {@link ToolCallParser.snapshot} was taken.
 *
 * @param options - the options of the parser that made the snapshot
 * @throws TypeError when the snapshot is of another format or version
 */
export function restoreToolCallParser(options: ParserOptions, snapshot: ParserSnapshot): ToolCallParser {
  const parser = new Parser(checked(options))
  parser.restore(snapshot)
  return parser
}

function checked(options: ParserOptions): ParserOptions {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError("Options are missing. Did you mean createToolCallParser({ format: 'qwen3_coder' })?")
  }
  return options
}
