import { MarkerFinder } from '../scan/find-marker.ts'
import type { TagKind, TagLiterals } from './tag-grammar.ts'

/** Closers from inside out, then what may follow each of them: the closers outside it and the openers. */
export const CLOSERS: readonly TagKind[] = ['parameterClose', 'functionClose', 'wrapperClose', 'sectionClose']
const OPENERS: readonly TagKind[] = ['sectionOpen', 'wrapperOpen', 'functionOpen']
export const CDATA_END = ']]>'

/** What can end a value, and what may stand behind it. */
export class ClosingTables {
  readonly enders: readonly { literal: string; kind: TagKind }[]
  readonly followers: Readonly<Partial<Record<TagKind, readonly string[]>>>
  readonly finder: MarkerFinder<string>
  /** First two characters of all that can end a value: everything else is text at first sight. */
  readonly starts: ReadonlySet<string>

  constructor(literals: TagLiterals, endTokens: readonly string[], isXml: boolean) {
    this.enders = [...CLOSERS, 'parameterOpen' as const].flatMap((kind) =>
      literals[kind].map((literal) => ({ literal, kind })),
    )
    this.followers = Object.fromEntries(
      CLOSERS.map((closer, index) => {
        const inner: TagKind[] = index === 0 ? ['parameterOpen', 'layout'] : []
        return [closer, [...inner, ...CLOSERS.slice(index + 1), ...OPENERS].flatMap((kind) => literals[kind])]
      }),
    )
    const all = [...this.enders.map(({ literal }) => literal), ...endTokens, ...(isXml ? [CDATA_END] : [])]
    this.finder = new MarkerFinder(all)
    this.starts = new Set(all.map((literal) => literal.slice(0, 2)))
  }
}
