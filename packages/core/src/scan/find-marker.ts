import type { Match, TextBuffer } from './text-buffer.ts'

/** Where the first of some markers stands, or how far there is certainly none. */
export type Found<T extends string> =
  | { marker: T; index: number }
  | { marker: undefined; index: number; waits: boolean }

/** Finds the first place where one of the markers stands; of several at one place the longest wins. */
export class MarkerFinder<T extends string> {
  private readonly markers: readonly T[]
  /** The one character that every marker begins with, or an expression for several. */
  private readonly first: string
  private readonly firsts: RegExp

  constructor(markers: readonly T[]) {
    this.markers = [...new Set(markers)].toSorted((a, b) => b.length - a.length)
    const firsts = [...new Set(this.markers.map((marker) => marker[0] as string))]
    this.first = firsts.length === 1 ? (firsts[0] as string) : ''
    this.firsts = new RegExp(
      `[${firsts.map((first) => `\\u${first.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')}]`,
      'g',
    )
  }

  /** The next index from `from` at which a marker could begin, -1 for none. */
  candidate(text: string, from: number): number {
    if (this.markers.length === 0) return -1
    if (this.first !== '') return text.indexOf(this.first, from)
    this.firsts.lastIndex = from
    return this.firsts.exec(text)?.index ?? -1
  }

  find(buffer: TextBuffer, from: number, match: (literal: string, index: number) => Match): Found<T> {
    for (let at = this.candidate(buffer.text, from); at >= 0; at = this.candidate(buffer.text, at + 1)) {
      const found = this.at(at, match)
      if (found === 'wait') return { marker: undefined, index: at, waits: true }
      if (found !== undefined) return { marker: found, index: at }
    }
    return { marker: undefined, index: buffer.text.length, waits: false }
  }

  /** The marker at an index. `wait` when a longer one could still come to stand there. */
  at(index: number, match: (literal: string, index: number) => Match): T | 'wait' | undefined {
    for (const marker of this.markers) {
      const answer = match(marker, index)
      if (answer === 'wait') return 'wait'
      if (answer === 'yes') return marker
    }
    return undefined
  }
}
