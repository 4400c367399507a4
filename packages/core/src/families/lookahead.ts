import { MarkerFinder } from '../scan/find-marker.ts'
import type { Match, TextBuffer } from '../scan/text-buffer.ts'
import { isSpace } from '../scan/char-code.ts'
import type { FamilyHost } from './family.ts'

/** Longest run of blanks between the markers of one opener or one chain of closers (P1, fine print 31). */
export const MAX_BLANKS = 64
/** Most copies of an opener that count as one. */
const MAX_DOUBLED = 8
/** Most end tokens that are looked for at the end of an open value. */
const MAX_END_TOKENS = 4

/**
 * Openers that follow each other with nothing but blanks between them count as one (fine print 5, 29).
 *
 * @param second - an opener is whole with this marker only, which blanks may stand before
 */
export function doubledOpeners(
  host: Pick<FamilyHost, 'buffer' | 'marker'>,
  openers: readonly string[],
  index: number,
  second = '',
): { match: Match; next: number; openerEnd: number; count: number } {
  const { buffer } = host
  let at = index
  let openerEnd = index
  let count = 0
  while (count < MAX_DOUBLED) {
    const found = openers.find((opener) => host.marker(opener, at) === 'yes')
    if (found === undefined) {
      const waits = count > 0 && openers.some((opener) => host.marker(opener, at) === 'wait')
      return { match: waits ? 'wait' : 'yes', next: at, openerEnd, count }
    }
    const rest = second === '' ? at + found.length : buffer.skipSpace(at + found.length, MAX_BLANKS)
    const match = second === '' ? 'yes' : host.marker(second, rest)
    if (match !== 'yes') return { match: match === 'no' && count > 0 ? 'yes' : match, next: at, openerEnd, count }
    openerEnd = rest + second.length
    at = buffer.skipSpace(openerEnd, MAX_BLANKS)
    count += 1
  }
  return { match: 'yes', next: at, openerEnd, count }
}

/** Is the text from `index` to its end nothing but end tokens, the last one perhaps unfinished? */
export function isEndTokenTail(host: Pick<FamilyHost, 'buffer' | 'endTokens'>, index: number): boolean {
  const { buffer, endTokens } = host
  let at = index
  for (let count = 0; count < MAX_END_TOKENS; count += 1) {
    // One token may begin with another.
    if (at === buffer.text.length || endTokens.some((candidate) => buffer.endsInside(candidate, at))) return true
    const fitting = endTokens.filter((candidate) => buffer.text.startsWith(candidate, at))
    if (fitting.length === 0) return false
    at += Math.max(...fitting.map((token) => token.length))
  }
  return at === buffer.text.length
}

/** Finds end tokens at the end of the text so far: at the very end of the stream they are removed from an open value (P14). */
export class TokenTail {
  private readonly host: Pick<FamilyHost, 'buffer' | 'endTokens'>
  private readonly tokens: MarkerFinder<string>

  constructor(host: Pick<FamilyHost, 'buffer' | 'endTokens'>) {
    this.host = host
    this.tokens = new MarkerFinder(host.endTokens)
  }

  /** Index where they begin, the length of the text when there are none. */
  start(): number {
    const { text, pos } = this.host.buffer
    let at = this.tokens.candidate(text, Math.max(pos, text.length - 2 * MAX_BLANKS))
    while (at >= 0 && !isEndTokenTail(this.host, at)) at = this.tokens.candidate(text, at + 1)
    return at < 0 ? text.length : at
  }
}

/** The whole end tokens at the very end of the text. */
export function endTokensReach(
  host: Pick<FamilyHost, 'buffer' | 'endTokens'>,
  from: number,
): { text: string; offset: number }[] {
  const { buffer, endTokens } = host
  const tokens: { text: string; offset: number }[] = []
  let end = buffer.text.length
  while (tokens.length < MAX_END_TOKENS) {
    const token = endTokens.find((candidate) => end - candidate.length >= from && buffer.text.endsWith(candidate, end))
    if (token === undefined) break
    end -= token.length
    tokens.unshift({ text: token, offset: buffer.offset + end })
  }
  return tokens
}

/**
 * Does one of the markers follow, with nothing but blanks before it? The end of the text, an end token and a piece of a marker at the end
 * count as well.
 */
export function followedBy(
  host: FamilyHost,
  index: number,
  markers: readonly string[],
): { match: Match; marker?: string; end: number } {
  const { buffer, endTokens } = host
  const at = skipBlanks(buffer, index)
  if (at < 0) return { match: 'no', end: index }
  if (at === buffer.text.length) return { match: buffer.ended ? 'yes' : 'wait', end: at }
  for (const marker of markers) {
    if (host.marker(marker, at) === 'yes') return { match: 'yes', marker, end: at + marker.length }
  }
  for (const token of endTokens) if (buffer.match(token, at) === 'yes') return { match: 'yes', end: at }
  const piece = [...markers, ...endTokens].some((marker) => buffer.endsInside(marker, at))
  return { match: piece ? (buffer.ended ? 'yes' : 'wait') : 'no', end: at }
}

/** First index from `index` that is no blank, or -1 when the run is too long. */
function skipBlanks(buffer: TextBuffer, index: number): number {
  const at = buffer.skipSpace(index, MAX_BLANKS)
  return at - index >= MAX_BLANKS && at < buffer.text.length && isSpace(buffer.text.charCodeAt(at)) ? -1 : at
}
