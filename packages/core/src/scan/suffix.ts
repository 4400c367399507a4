import { isSpace } from './char-code.ts'
import type { Match, TextBuffer } from './text-buffer.ts'

/** Longest suffix of a marker such as `<think:6124c78e>`. */
const MAX_SUFFIX = 64

/** The beginning of markers that differ from model to model: `<think:` stands for `<think:6124c78e>` and all its like. */
export function isStem(marker: string): boolean {
  return marker.startsWith('<') && marker.endsWith(':')
}

/** The stem of a marker's suffixed kin: `<think:` for `<think>`. */
export function stemOf(marker: string): string {
  return `${marker.slice(0, -1)}:`
}

/**
 * Does a marker with this stem stand here, up to the next `>`? Blanks and `<` are no part of one.
 *
 * @param marker - judges the whole marker
 */
export function matchSuffixed(
  buffer: TextBuffer,
  stem: string,
  index: number,
  marker: (literal: string, index: number) => Match,
): Match {
  const { text } = buffer
  const begins = buffer.match(stem, index)
  if (begins !== 'yes') return begins
  const start = index + stem.length
  for (let at = start; at < text.length && at <= start + MAX_SUFFIX; at += 1) {
    const character = text[at] as string
    if (character === '>') return at === start ? 'no' : marker(text.slice(index, at + 1), index)
    if (character === '<' || isSpace(text.charCodeAt(at))) return 'no'
  }
  return text.length > start + MAX_SUFFIX || buffer.ended ? 'no' : 'wait'
}

/** The whole marker that {@link matchSuffixed} has found at an index. */
export function suffixedAt(buffer: TextBuffer, index: number): string {
  return buffer.text.slice(index, buffer.text.indexOf('>', index) + 1)
}
