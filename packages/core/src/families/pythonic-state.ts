import { type WrapperTextState, createWrapperText } from './envelope-text.ts'
import type { CallState } from './pythonic-call.ts'
import type { PythonicSkip } from './pythonic-skip.ts'

/** All that changes while calls are read: plain data. */
export interface PythonicState {
  mode:
    | 'idle'
    | 'gap' //   [|f(a=1)|, |g()|]
    | 'call' //  f(a=|1
    | 'skip' //  f(x +| y)   a call that cannot be read
    | 'echo' //  behind the closer
  wrapped: boolean
  /** Inside `[`. */
  inList: boolean
  /** Calls that have ended, whether they could be read or not. */
  count: number
  text: WrapperTextState
  call: CallState | null
  /** Raw text of the call while it is not open, and where it begins. */
  raw: string
  rawOffset: number
  skip: PythonicSkip | null
  /** Text between the markers, while it is short enough for an echo. */
  body: string | null
}

export function createPythonicState(mode: PythonicState['mode']): PythonicState {
  return {
    mode,
    wrapped: false,
    inList: false,
    count: 0,
    text: createWrapperText(),
    call: null,
    raw: '',
    rawOffset: 0,
    skip: null,
    body: '',
  }
}
