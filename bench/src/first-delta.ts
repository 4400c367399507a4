import type { FirstDelta } from './scenario.ts'

/** Feeds one chunk and returns how many characters of arguments are out so far. */
export type FeedOne = (chunk: string) => number

/** What {@link measureFirstDelta} needs. */
export interface FirstDeltaOptions {
  chunks: readonly string[]
  /** Index of the argument's first character in the text. */
  valueStart: number
  /** Length of the JSON text before the argument's first character. */
  prefixLength: number
  /** A fresh stream for one repetition. */
  open: () => FeedOne
  repetitions: number
}

/** Measures the way from the first character of the argument in to its first delta out; the median of the repetitions. */
export function measureFirstDelta(options: FirstDeltaOptions): FirstDelta {
  const times: number[] = []
  let chars = 0
  for (let repetition = 0; repetition < options.repetitions; repetition += 1) {
    const one = measureOnce(options)
    chars = one.chars
    times.push(one.microseconds)
  }
  const sorted = times.toSorted((a, b) => a - b)
  return { chars, microseconds: sorted[Math.floor(sorted.length / 2)] as number }
}

function measureOnce({ chunks, valueStart, prefixLength, open }: FirstDeltaOptions): FirstDelta {
  const feed = open()
  let fed = 0
  let startedAt = 0
  for (const chunk of chunks) {
    if (fed + chunk.length > valueStart && startedAt === 0) startedAt = performance.now()
    const written = feed(chunk)
    fed += chunk.length
    if (written > prefixLength) return { chars: fed - valueStart, microseconds: (performance.now() - startedAt) * 1000 }
  }
  throw new Error('the stream ended without a delta of the argument')
}
