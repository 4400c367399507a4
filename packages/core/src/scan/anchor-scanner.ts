import { type MatchText, Matcher, type MatcherState } from './matcher.ts'
import type { Pattern } from './pattern.ts'

/** Where one of the patterns matches. Offsets in the whole input. */
export interface AnchorHit {
  /** Index of the pattern. */
  anchor: number
  start: number
  end: number
  slots: number[]
}

/** How far a scan has come. Plain data. */
export interface ScanState {
  /** Offset of the next character to look at. */
  at: number
  /** The character before it, -1 where the scan began. */
  before: number
  matchers: MatcherState[]
}

/**
 * Characters behind a whole match within which a better one must show: one that began earlier, or that makes it longer. It bounds how much
 * text is ever looked at twice.
 */
export const MAX_GROWTH = 512

/**
 * Finds the first of several patterns in a text that comes in pieces: the earliest start wins, then the longest match, then the order of
 * the patterns. What it finds depends on the text alone, never on how it was cut.
 */
export class AnchorScanner {
  /** What `holdFrom` was when the text ended: the beginning of a match may stand behind it. */
  heldAtEnd = -1
  /** Offset at which text was given up because a match that began there went on for too long, -1 for none. */
  overflow = -1
  private readonly matchers: readonly Matcher[]
  private readonly firsts: RegExp | undefined
  private at = 0
  private before = -1

  /** @param accepts - may refuse a match, such as a marker whose token ids say that it is none */
  constructor(patterns: readonly Pattern[], accepts: (anchor: number, start: number, end: number) => boolean) {
    this.matchers = patterns.map((pattern, anchor) => new Matcher(pattern, (start, end) => accepts(anchor, start, end)))
    this.firsts = firstsOf(patterns)
  }

  get state(): ScanState {
    return { at: this.at, before: this.before, matchers: this.matchers.map((matcher) => matcher.state) }
  }

  set state({ at, before, matchers }: ScanState) {
    this.at = at
    this.before = before
    for (const [index, matcher] of this.matchers.entries()) matcher.state = matchers[index] as MatcherState
  }

  /** Begins anew at an offset. */
  start(offset: number): void {
    this.at = offset
    this.before = -1
    for (const matcher of this.matchers) matcher.state = { threads: [], found: null }
  }

  /** Automaton states entered so far: the measure of the work. */
  get steps(): number {
    return this.matchers.reduce((sum, matcher) => sum + matcher.steps, 0)
  }

  /** Text before this offset belongs to no match. */
  get holdFrom(): number {
    let from = this.at
    for (const { state } of this.matchers) {
      const start = state.threads[0]?.slots[0] ?? state.found?.[0]
      if (start !== undefined && start < from) from = start
    }
    return from
  }

  /**
   * Reads on.
   *
   * @param limit - most text that an unfinished match may hold back
   */
  run(source: MatchText, limit: number): AnchorHit | undefined {
    const { text, offset, ended } = source
    let index = this.at - offset
    for (;;) {
      index = this.skip(text, index)
      this.at = offset + index
      for (const matcher of this.matchers) {
        // With what a match begins is not known before it has come.
        const mayStart = index < text.length || matcher.pattern.firsts === undefined
        if (!matcher.visit(source, index, this.before, mayStart)) return undefined
      }
      const hit = this.decide(ended && index >= text.length)
      if (hit !== undefined || index >= text.length) {
        // What is open at the end of the text will never match.
        if (ended && hit === undefined) {
          this.heldAtEnd = this.holdFrom
          for (const { state } of this.matchers) state.threads = []
        }
        return hit
      }
      this.before = text.codePointAt(index) as number
      for (const matcher of this.matchers) matcher.consume(this.before)
      index += this.before > 0xffff ? 2 : 1
      this.at = offset + index
      this.giveUp(limit)
    }
  }

  /** Goes to the next character with which a match can begin, while none is open. */
  private skip(text: string, index: number): number {
    if (
      this.firsts === undefined ||
      this.matchers.some(({ state }) => state.threads.length > 0 || state.found !== null)
    )
      return index
    this.firsts.lastIndex = index
    const next = this.firsts.exec(text)?.index ?? text.length
    if (next > index) this.before = codeBefore(text, next)
    return next
  }

  /** The best match, once nothing that is open can be better. */
  private decide(isEnd: boolean): AnchorHit | undefined {
    let best: AnchorHit | undefined
    for (const [anchor, { state }] of this.matchers.entries()) {
      if (state.found === null) continue
      const hit = { anchor, start: state.found[0] as number, end: state.found[1] as number, slots: state.found }
      if (best === undefined || hit.start < best.start || (hit.start === best.start && hit.end > best.end)) best = hit
    }
    if (best === undefined || isEnd || this.at - best.end >= MAX_GROWTH) return best
    for (const [anchor, { ready }] of this.matchers.entries()) {
      const start = ready[0]?.slots[0]
      if (start !== undefined && (anchor === best.anchor || start <= best.start)) return undefined
    }
    return best
  }

  /** An unfinished match that holds back too much is none. */
  private giveUp(limit: number): void {
    while (this.at - this.holdFrom > limit && this.matchers.every(({ state }) => state.found === null)) {
      const start = this.holdFrom
      if (this.overflow < 0) this.overflow = start
      for (const { state } of this.matchers) {
        state.threads = state.threads.filter(({ slots }) => slots[0] !== start)
      }
    }
  }
}

function firstsOf(patterns: readonly Pattern[]): RegExp | undefined {
  const all = patterns.map(({ firsts }) => firsts)
  if (all.includes(undefined)) return undefined
  const codes = new Set(Array.from(all.join(''), (char) => char.codePointAt(0) as number))
  // Without a pattern nothing is ever found.
  if (codes.size === 0) return /[^\s\S]/g
  return new RegExp(`[${[...codes].map((code) => `\\u{${code.toString(16)}}`).join('')}]`, 'gu')
}

function codeBefore(text: string, index: number): number {
  const code = text.codePointAt(index - 2) ?? 0
  return code > 0xffff ? code : text.charCodeAt(index - 1)
}
