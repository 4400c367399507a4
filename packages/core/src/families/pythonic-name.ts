import { Char } from '../scan/char-code.ts'
import { isIdentifier, isIdentifierCode } from '../scan/identifier.ts'
import type { TextBuffer } from '../scan/text-buffer.ts'
import { MAX_BLANKS } from './lookahead.ts'

/** The name of a call. */
export interface NameHead {
  name: string
  /** Behind `(`. */
  end: number
}

/**
 * Looks for `NAME(` at an index. Consumes nothing.
 *
 * @param oddNames - declared names that are no dotted identifiers
 */
export function nameAt(
  buffer: TextBuffer,
  index: number,
  nameChars: number,
  oddNames: readonly string[],
): NameHead | 'no' | 'wait' {
  const { text } = buffer
  let waits = false
  for (const name of oddNames) {
    const match = buffer.match(name, index)
    const head = match === 'yes' ? behindName(buffer, name, index + name.length) : match
    if (typeof head === 'object') return head
    waits ||= head === 'wait'
  }
  const stop = index + nameChars
  let at = index
  while (at < text.length && at <= stop && isDottedCode(text.charCodeAt(at))) at += 1
  if (at === text.length && at <= stop && !buffer.ended) return 'wait'
  const name = text.slice(index, at)
  const head = at <= stop && isDotted(name) ? behindName(buffer, name, at) : 'no'
  return head === 'no' && waits ? 'wait' : head
}

function behindName(buffer: TextBuffer, name: string, from: number): NameHead | 'no' | 'wait' {
  const at = buffer.skipSpace(from, MAX_BLANKS)
  if (buffer.text.charCodeAt(at) === Char.openParen) return { name, end: at + 1 }
  return at === buffer.text.length && at < from + MAX_BLANKS && !buffer.ended ? 'wait' : 'no'
}

/** Identifiers with dots between them: `maps.route`. */
export function isDotted(name: string): boolean {
  return name.split('.').every(isIdentifier)
}

function isDottedCode(code: number): boolean {
  return isIdentifierCode(code) || code === Char.dot
}
