import type { EndFinder } from '../families/envelope-elements.ts'
import type { FamilyHost } from '../families/family.ts'
import { MAX_BLANKS } from '../families/lookahead.ts'
import { MAX_GROWTH } from '../scan/anchor-scanner.ts'
import { matchHere } from '../scan/matcher.ts'
import type { Pattern } from '../scan/pattern.ts'
import type { Match, TextBuffer } from '../scan/text-buffer.ts'

/** What can end the region of a call: its closer, and whatever begins or ends another. */
export class RegionEnds implements EndFinder {
  readonly close: Pattern | undefined
  /** A missing closer is no fault at a clean end: it is a special token, and may be the stop token. */
  readonly special: boolean
  private readonly host: FamilyHost
  private readonly others: readonly Pattern[]
  private readonly next: readonly Pattern[]
  private readonly firsts: ReadonlySet<string> | undefined
  private lastIsClose = false

  /**
   * @param others - the openers of all fields, and the closer of the text around them
   * @param next - those of them that may follow a call at once
   */
  constructor(host: FamilyHost, close: Pattern | undefined, others: readonly Pattern[], next: readonly Pattern[]) {
    this.host = host
    this.close = close
    this.next = next
    this.special = close !== undefined && isSpecial(close, host.endTokens)
    // What can begin with any letter is no sign of an end.
    this.others = others.filter((pattern) => !beginsAnywhere(pattern))
    const firsts = this.patterns.map((pattern) => pattern.firsts)
    this.firsts = firsts.includes(undefined) ? undefined : new Set(firsts.join('').split(''))
  }

  /** Everything that is looked for, the closer first. */
  get patterns(): readonly Pattern[] {
    return this.close === undefined ? this.others : [this.close, ...this.others]
  }

  /** How remarks name the closer. */
  get name(): string {
    return this.close?.literals?.[0] ?? this.close?.source ?? ''
  }

  accepts(pattern: Pattern, start: number, end: number): boolean {
    return acceptsLiteral(this.host, pattern, start, end)
  }

  // --- EndFinder ------------------------------------------------------------------------------------------------------------------

  /** The text of the marker at an index. */
  at(index: number): string | 'wait' | undefined {
    const { buffer } = this.host
    for (const pattern of this.patterns) {
      const match = matchAt(this.host, pattern, index)
      if (match === 'wait') return 'wait'
      if (match === false) continue
      this.lastIsClose = pattern === this.close
      return buffer.text.slice(index, match.end)
    }
    return undefined
  }

  candidate(text: string, from: number): number {
    const { firsts } = this
    for (let at = from; at < text.length; at += 1) if (firsts?.has(text[at] as string) ?? true) return at
    return -1
  }

  find(buffer: TextBuffer, from: number): ReturnType<EndFinder['find']> {
    for (let at = this.candidate(buffer.text, from); at >= 0; at = this.candidate(buffer.text, at + 1)) {
      const marker = this.at(at)
      if (marker === 'wait') return { marker: undefined, index: at, waits: true }
      if (marker !== undefined) return { marker, index: at }
    }
    return { marker: undefined, index: buffer.text.length, waits: false }
  }

  closes(): boolean {
    return this.lastIsClose
  }

  // --- closers in open values -----------------------------------------------------------------------------------------------------------

  /** Does the closer that ends before an index end its region, although a value is open (P3)? What follows says it. */
  confirms(index: number): Match {
    const { buffer, closers, endTokens } = this.host
    if (closers === 'first') return 'yes'
    const at = buffer.skipSpace(index, MAX_BLANKS)
    if (at === buffer.text.length) return buffer.ended ? 'yes' : 'wait'
    // A piece of a marker at the end of the text counts as well.
    const piece = buffer.ended ? 'yes' : 'wait'
    let answer: Match = 'no'
    for (const pattern of this.next) {
      const match = matchAt(this.host, pattern, at, false)
      if (typeof match === 'object') return 'yes'
      if (match === 'wait') answer = piece
    }
    for (const token of endTokens) {
      if (buffer.match(token, at) === 'yes') return 'yes'
      if (buffer.endsInside(token, at)) answer = piece
    }
    return answer
  }
}

/** Matches a pattern at an index of the buffer. */
function matchAt(
  host: FamilyHost,
  pattern: Pattern,
  index: number,
  ended: boolean = host.buffer.ended,
): ReturnType<typeof matchHere> {
  const { text, offset } = host.buffer
  const accepts = (start: number, end: number): boolean => acceptsLiteral(host, pattern, start, end)
  return matchHere(pattern, { text, offset, ended }, index, { limit: MAX_GROWTH, accepts })
}

/** Token ids may say that what spells a literal is none. */
export function acceptsLiteral(host: FamilyHost, pattern: Pattern, start: number, end: number): boolean {
  if (pattern.literals === undefined) return true
  const { text, offset } = host.buffer
  return host.marker(text.slice(start - offset, end - offset), start - offset) === 'yes'
}

function beginsAnywhere(pattern: Pattern): boolean {
  return matchHere(pattern, { text: 'a', offset: 1, ended: false }, 0) !== false
}

function isSpecial({ literals, source }: Pattern, endTokens: readonly string[]): boolean {
  if (literals === undefined) return /\\\||｜/.test(source)
  return literals.every((literal) => /[|｜]/.test(literal) || endTokens.includes(literal))
}
