import type { Match, TextBuffer } from './text-buffer.ts'

/** Where the first of some markers stands, or how far there is certainly none. */
export type Found<T extends string> =
  | { marker: T; index: number }
  | { marker: undefined; index: number; waits: boolean }

/** Finds the first place where one of the markers stands; of several at one place the longest wins. */
export class MarkerFinder<T extends string> {
  private readonly markers: readonly T[]
  /** Made when it is first asked for: most of the finders of a parser never search. */
  private search: ((text: string, from: number) => number) | undefined

  constructor(markers: readonly T[]) {
    this.markers = [...new Set(markers)].toSorted((a, b) => b.length - a.length)
  }

  /** The next index from `from` at which a marker could begin, -1 for none. */
  candidate(text: string, from: number): number {
    this.search ??= createSearch(this.markers)
    return this.search(text, from)
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

/** Finds the first characters of markers. */
function createSearch(markers: readonly string[]): (text: string, from: number) => number {
  const firsts = [...new Set(markers.map((marker) => marker[0] as string))]
  const [first] = firsts
  if (first === undefined) return () => -1
  if (firsts.length === 1) return (text, from) => text.indexOf(first, from)
  const codes = firsts.map((one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)
  const expression = new RegExp(`[${codes.join('')}]`, 'g')
  return (text, from) => {
    expression.lastIndex = from
    return expression.exec(text)?.index ?? -1
  }
}
