import { Char, isDigit, isInvisible, isWordCode } from '../scan/char-code.ts'
import { isIdentifier, isIdentifierCode } from '../scan/identifier.ts'
import type { Match } from '../scan/text-buffer.ts'
import { escapeJson } from './escape.ts'
import { normalizeNumber } from './number.ts'
import {
  type Bracket,
  PythonCursor,
  type PythonListener,
  type PythonState,
  isBlank,
  isCloser,
} from './python-cursor.ts'
import { PythonStrings } from './python-strings.ts'

/** Longest number. */
const MAX_NUMBER = 1024
const WORDS: ReadonlyMap<string, string> = new Map([
  ['True', 'true'],
  ['False', 'false'],
  ['None', 'null'],
  ['true', 'true'],
  ['false', 'false'],
  ['null', 'null'],
])
const REST = /^[ \t\r\n]*,?[ \t\r\n]*$/

/**
 * Reads the arguments of a Python call, from behind `(` through `)`, and passes them on as one JSON object: literals only, strings as they
 * come. An item is consumed when its value begins, so what cannot be read on has not been passed on either.
 */
export class PythonMachine {
  readonly state: PythonState
  private readonly listener: PythonListener
  private readonly nameChars: number
  private readonly cursor: PythonCursor
  private readonly strings: PythonStrings
  /** The last run has read the bracket that closes the call. */
  closed = false

  constructor(listener: PythonListener, limits: { nameChars: number; heldChars: number }, state: PythonState) {
    this.listener = listener
    this.nameChars = limits.nameChars
    this.state = state
    this.cursor = new PythonCursor(listener, limits.heldChars, state)
    this.strings = new PythonStrings(this.cursor, (at) => this.follows(at))
  }

  get done(): boolean {
    return this.state.phase === 'done'
  }

  /** The last run stopped at a character that cannot go on with the arguments. */
  get blocked(): boolean {
    return this.cursor.blocked
  }

  get failed(): boolean {
    return this.state.phase === 'failed'
  }

  /** Nothing but the closing bracket of the call can follow. */
  get balanced(): boolean {
    return this.state.members === 'done' && this.state.stack.length === 1
  }

  /**
   * Reads from `index` up to `end`.
   *
   * @returns the first character that is not read
   */
  run(text: string, index: number, end: number, final = false): number {
    this.closed = false
    return this.cursor.run(text, index, end, final, (at) => this.step(at))
  }

  /**
   * Closes what is open after the last run where the text ends, or the call must end: every bracket, behind a whole value (rule 27 of the
   * fine print).
   *
   * @param rest - what the last run has left
   * @returns false when something is half written
   */
  close(rest: string, end: number): boolean {
    const { phase, stack } = this.state
    const whole = phase === 'after' ? REST.test(rest) : phase === 'first' && rest.trim() === ''
    if (!whole || stack.some((bracket) => bracket.endsWith(':')) || this.isOpenSet()) return false
    if (!this.listener.repair('R5', end)) return false
    this.cursor.endAt(end - rest.length, end)
    while (stack.length > 0) this.closeBracket(end)
    return true
  }

  /** A brace that holds something may be a set or a dict. */
  private isOpenSet(): boolean {
    const { phase, stack } = this.state
    const at = stack.indexOf('{?')
    return at >= 0 && (at < stack.length - 1 || phase === 'after')
  }

  private step(at: number): number {
    switch (this.state.phase) {
      case 'first':
        return this.onFirst(at)
      case 'after':
        return this.onAfter(at)
      case 'value':
        return this.onMember(at)
      case 'string':
        return this.strings.read(at)
      default:
        return -1
    }
  }

  private get top(): Bracket {
    return this.state.stack[this.state.stack.length - 1] as Bracket
  }

  private set top(bracket: Bracket) {
    this.state.stack[this.state.stack.length - 1] = bracket
  }

  // --- between items ----------------------------------------------------------------------------------------------------------------

  /** Blanks, and what rule R22 counts as such. Returns -1 when no text is left, or a repair is forbidden. */
  private skipBlanks(from: number): number {
    const at = this.cursor.peek(from, this.cursor.bound - from)
    const refused = this.refusedBlank(from, at)
    if (refused >= 0) return this.cursor.fail(refused)
    return at >= this.cursor.bound ? this.cursor.starve(at) : at
  }

  /** The first blank that only rule R22 allows, where that is forbidden; else -1. */
  private refusedBlank(from: number, to: number): number {
    for (let i = from; i < to; i += 1) {
      if (isInvisible(this.cursor.text.charCodeAt(i)) && !this.listener.repair('R22', i)) return i
    }
    return -1
  }

  private onFirst(from: number): number {
    const at = this.skipBlanks(from)
    if (at < 0) return -1
    const code = this.cursor.text.charCodeAt(at)
    if (isCloser(code)) return this.onClose(at)
    return code === Char.comma ? this.cursor.block(at) : this.onItem(at, at)
  }

  private onAfter(from: number): number {
    const at = this.skipBlanks(from)
    if (at < 0) return -1
    const code = this.cursor.text.charCodeAt(at)
    if (code === Char.colon) return this.onColon(at)
    if (isCloser(code)) return this.onClose(at)
    return code === Char.comma && !this.top.endsWith(':') ? this.onComma(at) : this.cursor.block(at)
  }

  private onComma(at: number): number {
    const next = this.cursor.peek(at + 1)
    if (next >= this.cursor.bound) return this.cursor.starve(at)
    if (this.isUnnamedSet()) return this.cursor.fail(at)
    if (this.top === '(?' || this.top === '{?') {
      this.top = this.top === '(?' ? '(' : 'set'
      this.cursor.decide('[', at)
    }
    return isCloser(this.cursor.text.charCodeAt(next)) ? at + 1 : this.onItem(at, next)
  }

  private onColon(at: number): number {
    const { state } = this
    const { top } = this
    if (top !== '{?' && !top.endsWith(':')) return this.cursor.block(at)
    const mark = state.marks[state.marks.length - 1] as number
    const key = asKey(state.pieces.splice(mark + 1).join(''))
    let opener = ''
    if (top === '{?') {
      opener = '{'
      this.top = '{'
      if (state.members === 'maybe' && state.stack.length === 2) {
        const own = this.listener.declares(JSON.parse(key) as string)
        if (!own && state.pieces[mark - 1] === '') return this.cursor.fail(at)
        state.members = own ? 'open' : 'no'
        if (own) {
          this.top = 'members'
          state.pieces[mark - 1] = ''
        }
      }
    } else this.top = top === '{:' ? '{' : 'members'
    if (this.top === 'members') this.listener.keyword(JSON.parse(key) as string, at)
    state.pieces.push(`${key}:`)
    this.cursor.decide(opener, at + 1)
    state.phase = 'value'
    return at + 1
  }

  /** Without a name only a dict can stand for the arguments. */
  private isUnnamedSet(): boolean {
    const { phase, stack, members, marks, pieces } = this.state
    if (members !== 'maybe' || stack.length !== 2 || phase === 'first') return false
    return pieces[(marks[marks.length - 1] as number) - 1] === ''
  }

  private onClose(at: number): number {
    const code = this.cursor.text.charCodeAt(at)
    const { stack } = this.state
    let depth = stack.length - 1
    while (depth >= 0 && closerOf(stack[depth] as Bracket) !== code) depth -= 1
    const inner = stack.slice(depth + 1)
    if (depth < 0 || inner.some((bracket) => bracket.endsWith(':') || bracket === '{?')) return this.cursor.block(at)
    if (stack[depth]?.endsWith(':') === true) return this.cursor.block(at)
    if (this.isUnnamedSet()) return this.cursor.fail(at)
    if (inner.length > 0 && !this.listener.repair('R5', at)) return this.cursor.fail(at)
    while (stack.length > depth) this.closeBracket(at)
    this.closed = stack.length === 0
    return at + 1
  }

  private closeBracket(at: number): void {
    const { state } = this
    const empty = state.phase === 'first'
    const next = at + 1
    state.phase = 'after'
    switch (state.stack.pop() as Bracket) {
      case '(?':
        if (empty) state.pieces.push(']')
        return this.cursor.decide(empty ? '[' : '', next)
      case '{?':
        return this.closeOpenBrace(empty, next)
      case 'members':
        state.members = 'done'
        return
      case '{':
        return this.cursor.emit('}', at)
      case 'call':
        state.phase = 'done'
        return this.cursor.emit(empty ? '{}' : '}', at)
      default:
        this.cursor.emit(']', at)
    }
  }

  private closeOpenBrace(empty: boolean, next: number): void {
    const { state } = this
    const mark = state.marks[state.marks.length - 1] as number
    if (state.members === 'maybe' && state.stack.length === 1) {
      state.members = 'no'
      if (empty && state.pieces[mark - 1] === '') {
        // An empty dict that is no argument of any name: there are none.
        state.members = 'done'
        state.pieces[mark - 1] = '{'
        return this.cursor.decide('', next)
      }
    }
    state.pieces.push(empty ? '}' : ']')
    this.cursor.decide(empty ? '{' : '[', next)
  }

  // --- items ------------------------------------------------------------------------------------------------------------------------

  private onMember(from: number): number {
    const at = this.cursor.peek(from)
    return at >= this.cursor.bound ? this.cursor.starve(from) : this.onValue(from, at, '')
  }

  /** An item begins at `at`. Where it is not the first, `from` is the comma before it. */
  private onItem(from: number, at: number): number {
    const first = from === at
    switch (this.top) {
      case 'call':
        return this.onArgument(from, at, first)
      case '{':
      case 'members':
        return this.onKey(from, at, first)
      default:
        return this.onValue(from, at, first ? '' : ',')
    }
  }

  private onKey(from: number, at: number, first: boolean): number {
    const { top } = this
    this.cursor.hold(from, first ? '' : ',')
    this.top = top === '{' ? '{:' : 'members:'
    const next = this.onValue(from, at, '')
    if (next >= 0) return next
    // Nothing of it was read.
    this.top = top
    this.state.marks.pop()
    this.state.pieces.splice(-2)
    return -1
  }

  private onArgument(from: number, at: number, first: boolean): number {
    const { state } = this
    const { text } = this.cursor
    if (state.members === 'done') return this.cursor.block(from)
    const prefix = first ? '{' : ','
    const end = isKeyStart(text.charCodeAt(at)) ? this.keyEnd(at) : at
    const equals = end > at ? this.cursor.peek(end) : at
    // A word that is not whole, or one whose `=` may come.
    if (end - at > this.nameChars) return this.cursor.block(from)
    if (end > at && equals >= this.cursor.bound) return this.cursor.starve(from)
    if (end === at || text.charCodeAt(equals) !== Char.equals) return this.onPosition(from, at, prefix)
    if (equals + 1 >= this.cursor.bound) return this.cursor.starve(from)
    const name = text.slice(at, end)
    const named = isIdentifier(name) || this.listener.declares(name)
    if (!named || text.charCodeAt(equals + 1) === Char.equals) return this.cursor.block(from)
    const value = this.cursor.peek(equals + 1)
    if (value >= this.cursor.bound) return this.cursor.starve(from)
    const next = this.onValue(from, value, `${prefix}${quote(name)}:`)
    if (next < 0) return -1
    state.keywords = true
    this.listener.keyword(name, at)
    return next
  }

  private keyEnd(at: number): number {
    const stop = Math.min(this.cursor.bound, at + this.nameChars + 1)
    let end = at
    while (end < stop && isKeyCode(this.cursor.text.charCodeAt(end))) end += 1
    return end
  }

  /** An argument without a name: the next parameter of the schema, or a dict with all of them. */
  private onPosition(from: number, at: number, prefix: string): number {
    const { state, listener } = this
    const name = listener.parameterAt(state.positions)
    const members = this.cursor.text.charCodeAt(at) === Char.openBrace && state.positions === 0 && !state.keywords
    if (state.keywords || (name === undefined && !members)) return this.cursor.block(from)
    if (!listener.repair('positional', at)) return this.cursor.fail(from)
    const before = state.members
    if (members) state.members = 'maybe'
    const next = this.onValue(from, at, name === undefined ? '' : `${prefix}${quote(name)}:`)
    if (next < 0) {
      state.members = before
      return -1
    }
    state.positions += 1
    return next
  }

  /** A value at `at`. What stands before it in the source, from `from` on, is consumed with its first piece. */
  private onValue(from: number, at: number, prefix: string): number {
    const { state } = this
    const { text } = this.cursor
    if (this.refusedBlank(from, at) >= 0) return this.cursor.fail(from)
    const head = this.strings.head(at)
    if (head === 'wait') return this.cursor.starve(from)
    if (head !== 'no') {
      this.cursor.emit(`${prefix}"`, from)
      state.string = head.string
      state.phase = 'string'
      return head.end
    }
    switch (text.charCodeAt(at)) {
      case Char.openBracket:
        this.cursor.emit(`${prefix}[`, from)
        state.stack.push('[')
        break
      case Char.openParen:
      case Char.openBrace:
        this.cursor.hold(from, prefix)
        state.stack.push(text.charCodeAt(at) === Char.openParen ? '(?' : '{?')
        break
      default:
        return this.onScalar(from, at, prefix)
    }
    state.phase = 'first'
    return at + 1
  }

  private onScalar(from: number, at: number, prefix: string): number {
    const { text } = this.cursor
    const code = text.charCodeAt(at)
    const number = isDigit(code) || code === Char.minus || code === Char.plus || code === Char.dot
    if (!number && !isWordCode(code)) return this.cursor.block(from)
    const stop = Math.min(this.cursor.bound, at + MAX_NUMBER)
    let end = at
    while (end < stop && isScalarCode(text.charCodeAt(end))) end += 1
    if (end >= this.cursor.bound && !this.cursor.last) return this.cursor.starve(from)
    const token = text.slice(at, end)
    const json = number ? normalizeNumber(token, true) : WORDS.get(token)
    const follows = this.follows(this.cursor.peek(end))
    if (json === undefined || follows === 'no') return this.cursor.block(from)
    if (follows === 'wait') return this.cursor.starve(from)
    this.cursor.emit(prefix + json, from)
    this.state.phase = 'after'
    return end
  }

  /** May what stands here follow a value? Operators and the like may not: what they compute is not known. */
  private follows(at: number): Match {
    if (at >= this.cursor.bound) return this.cursor.last ? 'yes' : 'wait'
    const code = this.cursor.text.charCodeAt(at)
    if (code === Char.comma || isCloser(code) || isBlank(code)) return 'yes'
    if (code === Char.colon) return this.top === '{?' || this.top.endsWith(':') ? 'yes' : 'no'
    return this.state.marks.length > 0 ? 'no' : this.listener.markerAt(at)
  }
}

function quote(text: string): string {
  return `"${escapeJson(text)}"`
}

/** A dict's key as JSON: what is no string becomes its JSON text. */
function asKey(json: string): string {
  return json.startsWith('"') ? json : quote(json)
}

function closerOf(bracket: Bracket): number {
  if (bracket === '[') return Char.closeBracket
  return bracket === 'call' || bracket.startsWith('(') ? Char.closeParen : Char.closeBrace
}

function isScalarCode(code: number): boolean {
  return isWordCode(code) || code === Char.dot || code === Char.plus || code === Char.minus
}

/** A schema may name parameters as Python cannot: with `-`, `.` or `$`. */
function isKeyCode(code: number): boolean {
  return isIdentifierCode(code) || code === Char.dot || code === Char.minus
}

function isKeyStart(code: number): boolean {
  return isIdentifierCode(code) && !isDigit(code)
}
