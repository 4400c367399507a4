import type { StreamPiece } from '../../../proxy/src/inspect/types.ts'
import { readAnswerJson } from '../case/answer-text.ts'

interface ChoiceSoFar {
  chunks: string[]
  finish?: 'stop' | 'length' | undefined
}

/** The answer of an upstream as far as it came: for each choice its text with the cuts that the server made. */
export class Answer {
  /** Pieces taken so far. */
  pieces = 0
  private readonly choices: ChoiceSoFar[] = []

  /** Takes more pieces; those that are there already are left out. */
  push(from: number, pieces: readonly StreamPiece[]): void {
    for (const { data } of pieces.slice(Math.max(0, this.pieces - from))) {
      this.pieces += 1
      for (const { choice, text, finish } of readAnswerJson(data)) {
        const kept = (this.choices[choice] ??= { chunks: [] })
        if (text !== '') kept.chunks.push(text)
        if (finish !== undefined) kept.finish = finish
      }
    }
  }

  /** Choices that have come. */
  get count(): number {
    return this.choices.length
  }

  chunks(choice: number): readonly string[] {
    return this.choices[choice]?.chunks ?? []
  }

  finish(choice: number): 'stop' | 'length' | undefined {
    return this.choices[choice]?.finish
  }
}
