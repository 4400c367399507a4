import type { PrintedCall, PrintedMessage } from './printers/index.ts'

/** What a reader must make of a printed message. */
export interface Expectation {
  content: string | null
  reasoning: string | null
  calls: PrintedCall[]
}

const LEADING = /^[ \t\r\n]+/
const TRAILING = /[ \t\r\n]+$/

/**
 * The result that policy P10 gives a printed message: blanks before a call, blanks alone between calls and after the last one, and
 * blanks next to reasoning markers are layout; all other text is content, byte for byte.
 *
 * @param join - what the format puts between two texts
 */
export function expectationOf(message: PrintedMessage, startsInThought: boolean, join = ''): Expectation {
  const { parts, reasoning } = message
  const marked = reasoning !== null || startsInThought
  const texts = parts.map((part, index) => {
    if (typeof part !== 'string') return ''
    const afterMarker = index === 0 && marked
    const nextIsCall = index + 1 < parts.length
    const text = afterMarker ? part.replace(LEADING, '') : part
    if (nextIsCall) return text.replace(TRAILING, '')
    const layoutOnly = (index > 0 || afterMarker) && text.replace(LEADING, '') === ''
    return layoutOnly ? '' : text
  })
  return {
    content: texts.filter((text) => text !== '').join(join) || null,
    reasoning: reasoning === null ? null : reasoning.replace(LEADING, '').replace(TRAILING, '') || null,
    calls: parts.filter((part) => typeof part !== 'string'),
  }
}
