import { findDefinition, formats } from './registry.ts'
import type { Syntax } from './format.ts'

/**
 * Says which format a text is written in, by its first call marker and what follows it.
 *
 * @returns the id of the format, `undefined` when no marker of any format stands in the text
 * @example
 * ```ts
 * detectFormat('<tool_call>\n<function=ls>\n</function>\n</tool_call>') // 'qwen3_coder'
 * ```
 */
export function detectFormat(text: string): string | undefined {
  let best: { id: string; at: number } | undefined
  for (const { id } of formats) {
    const at = firstOpening(findDefinition(id).syntax, text)
    if (at >= 0 && (best === undefined || at < best.at)) best = { id, at }
  }
  return best?.id
}

function firstOpening(syntax: Syntax, text: string): number {
  const openers = syntax.family === 'tagged-parameters' ? [syntax.row.open] : syntax.row.open
  let first = -1
  for (const opener of openers) {
    for (let at = text.indexOf(opener); at >= 0; at = text.indexOf(opener, at + 1)) {
      if (!bodyFits(syntax, text.slice(at + opener.length, at + opener.length + 128).trimStart())) continue
      if (first < 0 || at < first) first = at
      break
    }
  }
  return first
}

function bodyFits(syntax: Syntax, body: string): boolean {
  if (syntax.family === 'tagged-parameters') return body.startsWith(syntax.row.functionOpen)
  return body.startsWith('{') || (syntax.row.arrays && body.startsWith('['))
}
