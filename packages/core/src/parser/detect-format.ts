import { Parser } from './parser.ts'

/**
 * Says which format a text is written in, by the first call in it. A call inside a Markdown fence or in a thought that closes is an
 * example and says nothing.
 *
 * @returns the id of the format, `undefined` when the text holds no call of any format
 * @example
 * ```ts
 * detectFormat('<tool_call>\n<function=ls>\n</function>\n</tool_call>') // 'qwen3_coder'
 * ```
 */
export function detectFormat(text: string): string | undefined {
  const parser = new Parser({ format: 'auto' })
  parser.feed(text)
  parser.end()
  return parser.detected
}
