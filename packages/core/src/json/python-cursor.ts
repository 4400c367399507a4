import { Char, isInvisible, isSpace } from '../scan/char-code.ts'
import type { Match } from '../scan/text-buffer.ts'

/** Repairs: the rules of docs/json-repair.md by number, and arguments without names. */
export type PythonRule = 'R1' | 'R5' | 'R10' | 'R22' | 'positional'

/** Who listens to a {@link PythonCursor}. */
export interface PythonListener {
  /**
   * The next piece of JSON text.
   *
   * @param index - where the text begins that it stands for
   * @param copied - it is that text, character by character
   * @param earlier - the part of that text that came with earlier runs
   */
  text(piece: string, index: number, copied: boolean, earlier: string): void
  /** A keyword argument begins. */
  keyword(name: string, index: number): void
  /** The text has to be mended here. `false` forbids it. */
  repair(rule: PythonRule, index: number): boolean
  /** Does the function declare this parameter? */
  declares(name: string): boolean
  /** The name of an argument without one. */
  parameterAt(position: number): string | undefined
  /** Does a marker that ends the call stand here? */
  markerAt(index: number): Match
}

/**
 * Open brackets. `call`: the arguments. `members`: a dict that stands for them. `{?` and `(?`: it is open whether this is a dict or a set, a
 * tuple or an expression in parentheses. `{:` and `members:`: a key is being read.
 */
export type Bracket = 'call' | '[' | '(' | '(?' | '{' | '{:' | '{?' | 'set' | 'members' | 'members:'

export interface PythonState {
  phase:
    | 'first' //   f(|a=1   [|1]    an item or the closing bracket
    | 'after' //   f(a=1|, b=2      a comma or the closing bracket
    | 'value' //   {"a":| 1}        the value of a key
    | 'string' //  f(a="te|xt"
    | 'done'
    | 'failed'
  stack: Bracket[]
  /** Of the brackets and keys whose meaning is open: where their first character goes in `pieces`. */
  marks: number[]
  /** JSON text that waits for that, and the source text that it stands for. */
  pieces: string[]
  raw: string
  string: StringState | null
  /** Arguments without a name so far, and whether one with a name has come. */
  positions: number
  keywords: boolean
  /** A dict as the only argument may hold the arguments. */
  members: 'no' | 'maybe' | 'open' | 'done'
}

export interface StringState {
  quote: number
  triple: boolean
  /** Behind its first quote: two more may make it triple. */
  opening: boolean
  raw: boolean
  bytes: boolean
  format: boolean
  /** It holds quotes that were not escaped: this is no Python. */
  mended: boolean
}

/** Look-ahead over blanks, beyond which the next character counts as a blank. */
const LOOK_AHEAD = 1024

/** The place in the text that is read, and the JSON text that comes out: at once, or when it is known what waiting text means. */
export class PythonCursor {
  readonly state: PythonState
  readonly listener: PythonListener
  text = ''
  private readonly heldChars: number
  private end = 0
  /** No more text will come. */
  private final = false
  private stop = 0
  /** Where the text begins that `pieces` stands for, after `raw`. */
  private rawFrom = 0
  /** The text that waits is as long as it may be. */
  private starved = false
  /** The last run stopped at a character that cannot go on with the arguments. */
  blocked = false

  constructor(listener: PythonListener, heldChars: number, state: PythonState) {
    this.listener = listener
    this.heldChars = heldChars
    this.state = state
  }

  /**
   * Takes steps from `index` while the text up to `end` allows it.
   *
   * @param step - returns the next index, or -1 when it can do nothing more
   * @returns the first character that is not read
   */
  run(text: string, index: number, end: number, final: boolean, step: (at: number) => number): number {
    this.text = text
    this.end = end
    this.final = final
    this.rawFrom = index
    this.blocked = false
    this.starved = false
    let at = index
    while (at >= 0 && this.state.phase !== 'done') {
      this.stop = at
      at = step(at)
    }
    if (at >= 0) this.stop = at
    if (this.starved) this.state.phase = 'failed'
    if (this.state.marks.length > 0) this.state.raw += text.slice(this.rawFrom, this.stop)
    this.text = ''
    return this.stop
  }

  /** What closes the arguments stands for no text: they end at `end`, and `from` is where the last run stopped. */
  endAt(from: number, end: number): void {
    this.rawFrom = from
    this.end = end
  }

  /** Where reading must stop: text that waits for its meaning is bounded. */
  get bound(): number {
    const { marks, raw } = this.state
    return marks.length === 0 ? this.end : Math.min(this.end, this.rawFrom - raw.length + this.heldChars)
  }

  get last(): boolean {
    return this.final && this.bound === this.end
  }

  /** More text must come. Where what waits for its meaning may not grow, it cannot. */
  starve(at: number): -1 {
    this.starved = this.bound < this.end
    return this.wait(at)
  }

  wait(at: number): -1 {
    this.stop = at
    return -1
  }

  block(at: number): -1 {
    this.blocked = true
    return this.wait(at)
  }

  fail(at: number): -1 {
    this.state.phase = 'failed'
    return this.block(at)
  }

  // --- output -----------------------------------------------------------------------------------------------------------------------

  /** @param from - where the text begins that the JSON text stands for */
  emit(json: string, from: number, copied: boolean = false): void {
    if (json === '') return
    if (this.state.marks.length > 0) this.state.pieces.push(json)
    else this.listener.text(json, from, copied, '')
  }

  /** From here on the text waits: it is open what it means. `from` is the first character that is not passed on. */
  hold(from: number, prefix: string): void {
    const { marks, pieces } = this.state
    if (marks.length === 0) this.rawFrom = from
    pieces.push(prefix, '')
    marks.push(pieces.length - 1)
  }

  /** The meaning of the last open bracket is known. */
  decide(json: string, next: number): void {
    const { state } = this
    state.pieces[state.marks.pop() as number] = json
    if (state.marks.length > 0) return
    const { raw } = state
    const text = state.pieces.join('')
    state.pieces = []
    state.raw = ''
    this.listener.text(text, this.rawFrom - raw.length, false, raw)
    this.rawFrom = next
  }

  /** The next index that holds no blank, or `bound`. Consumes nothing. */
  peek(from: number, most: number = LOOK_AHEAD): number {
    const stop = Math.min(this.bound, from + most)
    let at = from
    while (at < stop && isBlank(this.text.charCodeAt(at))) at += 1
    return at
  }
}

export function createPythonState(): PythonState {
  return {
    phase: 'first',
    stack: ['call'],
    marks: [],
    pieces: [],
    raw: '',
    string: null,
    positions: 0,
    keywords: false,
    members: 'no',
  }
}

export function isBlank(code: number): boolean {
  return isSpace(code) || isInvisible(code)
}

/** `)`, `]` or `}` */
export function isCloser(code: number): boolean {
  return code === Char.closeParen || code === Char.closeBracket || code === Char.closeBrace
}
