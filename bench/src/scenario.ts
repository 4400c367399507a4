import type { Cutter } from './cuts.ts'
import type { Recordings } from './recordings.ts'

/** What a scenario measures: our packages, a building block to compare with, or another package. */
export type ScenarioKind = 'tooldelta' | 'baseline' | 'peer'

/** How the text is cut into chunks. */
export type CutName = 'token' | '4' | 'whole'

/** Everything that scenarios share, made once in a process. */
export interface ScenarioContext {
  recordings: Recordings
  cutters: Readonly<Record<CutName, Cutter>>
}

/** How long the reader waits for the first piece of an argument. */
export interface FirstDelta {
  /** Characters from the argument's first one to the end of the chunk that brought its first delta: at most one chunk without any wait. */
  chars: number
  /** Time from feeding the first of them until the delta was there, in microseconds; the work only, not the model's own speed. */
  microseconds: number
}

/** A scenario that is ready to be timed, its result already checked. */
export interface PreparedScenario {
  /** One repetition. The returned number keeps the work from being optimized away. */
  run: () => number | Promise<number>
  /** UTF-8 bytes of the text of one repetition. */
  bytes: number
  /** UTF-16 units of it. */
  chars: number
  chunks: number
  firstDelta?: FirstDelta
  /** How far a package that is not ours got the result right. */
  note?: string
}

/** One row of the result. */
export interface Scenario {
  name: string
  kind: ScenarioKind
  /** The text, by name: rows of the same text and cut are compared. */
  document: string
  cut: CutName
  /** Part of `--quick`. */
  isQuick: boolean
  /** So slow that one repetition has to do. */
  isSlow?: boolean
  prepare(context: ScenarioContext): PreparedScenario | Promise<PreparedScenario>
}

/** Sizes of a text and its chunks. */
export function measureText(chunks: readonly string[]): Pick<PreparedScenario, 'bytes' | 'chars' | 'chunks'> {
  const text = chunks.join('')
  return { bytes: Buffer.byteLength(text), chars: text.length, chunks: chunks.length }
}
