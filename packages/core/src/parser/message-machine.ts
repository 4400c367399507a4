import type { Family, StreamEnd } from '../families/family.ts'
import type { LineTracker } from '../scan/line-tracker.ts'

/** What finds the parts of a message: that of the built-in formats, or that of a template. */
export interface MessageMachine {
  /** Plain data. `hold` is text that waits for a decision about all of it. */
  readonly state: object & { hold: object | null }
  /** The format whose calls are read, `undefined` while the text has not chosen one. */
  readonly format: string | undefined
  readonly tracker: LineTracker
  readonly families: readonly Family[]
  /** Name of the state, for tracing. */
  readonly stateName: string
  /** Text held outside the buffer. */
  readonly heldElsewhere: string
  /** Takes over a state. */
  load(state: object): void
  run(): void
  end(end: StreamEnd): void
  /** The first call of a wrapper opens. */
  commit(offset: number): void
  /** Text goes to the reader. */
  passText(text: string, offset: number): void
  addText?(text: string, offset: number): void
  beginMessage?(zone: 'content' | 'reasoning', join: string): void
  endMessage?(): void
}
