import type { TokenInfo } from '../options.ts'

interface ChunkTokens {
  start: number
  end: number
  ids: number[]
  markers: Record<string, number>
}

/**
 * What token ids say about markers: a marker that is one vocabulary token counts only where its id stands. A text that merely spells it
 * is ordinary. Chunks without ids say nothing.
 */
export class TokenEvidence {
  state: ChunkTokens[] = []

  add(start: number, end: number, tokens: TokenInfo): void {
    this.state.push({ start, end, ids: [...tokens.ids], markers: { ...tokens.markers } })
  }

  /** Chunks before `offset` are judged. */
  forget(offset: number): void {
    let keep = 0
    while (keep < this.state.length && (this.state[keep] as ChunkTokens).end <= offset) keep += 1
    if (keep > 0) this.state.splice(0, keep)
  }

  /** May `literal`, spelled at `offset`, be a marker? */
  allows(literal: string, offset: number): boolean {
    for (const chunk of this.state) {
      if (offset < chunk.start || offset >= chunk.end) continue
      if (!Object.hasOwn(chunk.markers, literal)) return true
      return offset + literal.length <= chunk.end && chunk.ids.includes(chunk.markers[literal] as number)
    }
    return true
  }
}
