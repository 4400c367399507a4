import { Char, isDigit, isHighSurrogate, isInvisible, isLowSurrogate, isSpace, isWordCode } from '../scan/char-code.ts'
import { isIdentifier, isIdentifierCode } from '../scan/identifier.ts'
import type { Match } from '../scan/text-buffer.ts'
import { escapeJson } from './escape.ts'
import { normalizeNumber } from './number.ts'
import { readEscape } from './python-escape.ts'

/** Repairs: the rules of docs/json-repair.md by number, and arguments without names. */
export type PythonRule = 'R1' | 'R5' | 'R10' | 'R22' | 'positional'

/** Who listens to a {@link PythonMachine}. */
export interface PythonListener {
  /**
   * The next piece of JSON text.
   *
   * @param index - where the text begins that it stands for
   * @param copied - it is that text, character by character
   * @param earlier - how much of that text came with earlier runs
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
type Bracket = 'call' | '[' | '(' | '(?' | '{' | '{:' | '{?' | 'set' | 'members' | 'members:'

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

interface StringState {
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

interface StringHead {
  string: StringState
  end: number
}

/** Look-ahead over blanks, beyond which the next character counts as a blank. */
const LOOK_AHEAD = 1024
/** Longest number. Python itself reads no integer of more than 4,300 digits. */
const MAX_NUMBER = 4300
/** Text of a string that is worth a native scan. */
const LONG_RUN = 64
const WORDS: ReadonlyMap<string, string> = new Map([
  ['True', 'true'],
  ['False', 'false'],
  ['None', 'null'],
  ['true', 'true'],
  ['false', 'false'],
  ['null', 'null'],
])
const PREFIX = /^(?:[rbuf]|r[bf]|[bf]r)?$/i
const REST = /^[ \t\r\n]*,?[ \t\r\n]*$/

/**
 * Reads the arguments of a Python call, from behind `(` through `)`, and passes them on as one JSON object: literals only, strings as they
 * come. An item is consumed when its value begins, so what cannot be read on has not been passed on either.
 */
export class PythonMachine {
  readonly state: PythonState
  private readonly listener: PythonListener
  private readonly limits: { nameChars: number; heldChars: number }
  private readonly special = /["'\\\u0000-\u001f\ud800-\udfff]/g
  private text = ''
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
  /** The last run has read the bracket that closes the call. */
  closed = false

  constructor(listener: PythonListener, limits: { nameChars: number; heldChars: number }, state: PythonState) {
    this.listener = listener
    this.limits = limits
    this.state = state
  }

  get done(): boolean {
    return this.state.phase === 'done'
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
    this.text = text
    this.end = end
    this.final = final
    this.rawFrom = index
    this.blocked = false
    this.starved = false
    this.closed = false
    let at = index
    while (at >= 0 && !this.done) {
      this.stop = at
      at = this.step(at)
    }
    if (at >= 0) this.stop = at
    if (this.starved) this.state.phase = 'failed'
    if (this.state.marks.length > 0) this.state.raw += text.slice(this.rawFrom, this.stop)
    this.text = ''
    return this.stop
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
    this.rawFrom = end - rest.length
    this.end = end
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
        return this.onString(at)
      default:
        return -1
    }
  }

  /** Where reading must stop: text that waits for its meaning is bounded. */
  private get bound(): number {
    const { marks, raw } = this.state
    return marks.length === 0 ? this.end : Math.min(this.end, this.rawFrom - raw.length + this.limits.heldChars)
  }

  private get top(): Bracket {
    return this.state.stack[this.state.stack.length - 1] as Bracket
  }

  private set top(bracket: Bracket) {
    this.state.stack[this.state.stack.length - 1] = bracket
  }

  /** More text must come. Where what waits for its meaning may not grow, it cannot. */
  private starve(at: number): -1 {
    this.starved = this.bound < this.end
    return this.wait(at)
  }

  private wait(at: number): -1 {
    this.stop = at
    return -1
  }

  private block(at: number): -1 {
    this.blocked = true
    return this.wait(at)
  }

  private fail(at: number): -1 {
    this.state.phase = 'failed'
    return this.block(at)
  }

  // --- output -----------------------------------------------------------------------------------------------------------------------

  /** @param from - where the text begins that the JSON text stands for */
  private emit(json: string, from: number, copied = false): void {
    if (json === '') return
    if (this.state.marks.length > 0) this.state.pieces.push(json)
    else this.listener.text(json, from, copied, '')
  }

  /** From here on the text waits: it is open what it means. `from` is the first character that is not passed on. */
  private hold(from: number, prefix: string): void {
    const { marks, pieces } = this.state
    if (marks.length === 0) this.rawFrom = from
    pieces.push(prefix, '')
    marks.push(pieces.length - 1)
  }

  /** The meaning of the last open bracket is known. */
  private decide(json: string, next: number): void {
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

  // --- between items ----------------------------------------------------------------------------------------------------------------

  /** Blanks, and what rule R22 counts as such. Returns -1 when no text is left, or a repair is forbidden. */
  private skipBlanks(from: number): number {
    const at = this.peek(from, this.bound - from)
    const refused = this.refusedBlank(from, at)
    if (refused >= 0) return this.fail(refused)
    return at >= this.bound ? this.starve(at) : at
  }

  /** The first blank that only rule R22 allows, where that is forbidden; else -1. */
  private refusedBlank(from: number, to: number): number {
    for (let i = from; i < to; i += 1) {
      if (isInvisible(this.text.charCodeAt(i)) && !this.listener.repair('R22', i)) return i
    }
    return -1
  }

  /** The next index that holds no blank, or `bound`. Consumes nothing. */
  private peek(from: number, most = LOOK_AHEAD): number {
    const stop = Math.min(this.bound, from + most)
    let at = from
    while (at < stop && isBlank(this.text.charCodeAt(at))) at += 1
    return at
  }

  private onFirst(from: number): number {
    const at = this.skipBlanks(from)
    if (at < 0) return -1
    const code = this.text.charCodeAt(at)
    if (isCloser(code)) return this.onClose(at)
    return code === Char.comma ? this.block(at) : this.onItem(at, at)
  }

  private onAfter(from: number): number {
    const at = this.skipBlanks(from)
    if (at < 0) return -1
    const code = this.text.charCodeAt(at)
    if (code === Char.colon) return this.onColon(at)
    if (isCloser(code)) return this.onClose(at)
    return code === Char.comma && !this.top.endsWith(':') ? this.onComma(at) : this.block(at)
  }

  private onComma(at: number): number {
    const next = this.peek(at + 1)
    if (next >= this.bound) return this.starve(at)
    if (this.isUnnamedSet()) return this.fail(at)
    if (this.top === '(?' || this.top === '{?') {
      this.top = this.top === '(?' ? '(' : 'set'
      this.decide('[', at)
    }
    return isCloser(this.text.charCodeAt(next)) ? at + 1 : this.onItem(at, next)
  }

  private onColon(at: number): number {
    const { state } = this
    const { top } = this
    if (top !== '{?' && !top.endsWith(':')) return this.block(at)
    const mark = state.marks[state.marks.length - 1] as number
    const key = asKey(state.pieces.splice(mark + 1).join(''))
    let opener = ''
    if (top === '{?') {
      opener = '{'
      this.top = '{'
      if (state.members === 'maybe' && state.stack.length === 2) {
        const own = this.listener.declares(JSON.parse(key) as string)
        if (!own && state.pieces[mark - 1] === '') return this.fail(at)
        state.members = own ? 'open' : 'no'
        if (own) {
          this.top = 'members'
          state.pieces[mark - 1] = ''
        }
      }
    } else this.top = top === '{:' ? '{' : 'members'
    if (this.top === 'members') this.listener.keyword(JSON.parse(key) as string, at)
    state.pieces.push(`${key}:`)
    this.decide(opener, at + 1)
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
    const code = this.text.charCodeAt(at)
    const { stack } = this.state
    let depth = stack.length - 1
    while (depth >= 0 && closerOf(stack[depth] as Bracket) !== code) depth -= 1
    const inner = stack.slice(depth + 1)
    if (depth < 0 || inner.some((bracket) => bracket.endsWith(':') || bracket === '{?')) return this.block(at)
    if (stack[depth]?.endsWith(':') === true) return this.block(at)
    if (this.isUnnamedSet()) return this.fail(at)
    if (inner.length > 0 && !this.listener.repair('R5', at)) return this.fail(at)
    while (stack.length > depth) this.closeBracket(at)
    this.closed = stack.length === 0
    return at + 1
  }

  private closeBracket(at: number): void {
    const { state } = this
    const empty = state.phase === 'first'
    const next = Math.min(at + 1, this.end)
    state.phase = 'after'
    switch (state.stack.pop() as Bracket) {
      case '(?':
        if (empty) state.pieces.push(']')
        return this.decide(empty ? '[' : '', next)
      case '{?':
        return this.closeOpenBrace(empty, next)
      case 'members':
        state.members = 'done'
        return
      case '{':
        return this.emit('}', at)
      case 'call':
        state.phase = 'done'
        return this.emit(empty ? '{}' : '}', at)
      default:
        this.emit(']', at)
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
        return this.decide('', next)
      }
    }
    state.pieces.push(empty ? '}' : ']')
    this.decide(empty ? '{' : '[', next)
  }

  // --- items ------------------------------------------------------------------------------------------------------------------------

  private onMember(from: number): number {
    const at = this.peek(from)
    return at >= this.bound ? this.starve(from) : this.onValue(from, at, '')
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
    this.hold(from, first ? '' : ',')
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
    const { state, text } = this
    if (state.members === 'done') return this.block(from)
    const prefix = first ? '{' : ','
    const end = isKeyStart(text.charCodeAt(at)) ? this.keyEnd(at) : at
    const equals = end > at ? this.peek(end) : at
    // A word that is not whole, or one whose `=` may come.
    if (end - at > this.limits.nameChars) return this.block(from)
    if (end > at && equals >= this.bound) return this.starve(from)
    if (end === at || text.charCodeAt(equals) !== Char.equals) return this.onPosition(from, at, prefix)
    if (equals + 1 >= this.bound) return this.starve(from)
    const name = text.slice(at, end)
    const named = isIdentifier(name) || this.listener.declares(name)
    if (!named || text.charCodeAt(equals + 1) === Char.equals) return this.block(from)
    const value = this.peek(equals + 1)
    if (value >= this.bound) return this.starve(from)
    const next = this.onValue(from, value, `${prefix}${quote(name)}:`)
    if (next < 0) return -1
    state.keywords = true
    this.listener.keyword(name, at)
    return next
  }

  private keyEnd(at: number): number {
    const stop = Math.min(this.bound, at + this.limits.nameChars + 1)
    let end = at
    while (end < stop && isKeyCode(this.text.charCodeAt(end))) end += 1
    return end
  }

  /** An argument without a name: the next parameter of the schema, or a dict with all of them. */
  private onPosition(from: number, at: number, prefix: string): number {
    const { state, listener } = this
    const name = listener.parameterAt(state.positions)
    const members = this.text.charCodeAt(at) === Char.openBrace && state.positions === 0 && !state.keywords
    if (state.keywords || (name === undefined && !members)) return this.block(from)
    if (!listener.repair('positional', at)) return this.fail(from)
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
    const { state, text } = this
    if (this.refusedBlank(from, at) >= 0) return this.fail(from)
    const head = this.stringHead(at)
    if (head === 'wait') return this.starve(from)
    if (head !== 'no') {
      this.emit(`${prefix}"`, from)
      state.string = head.string
      state.phase = 'string'
      return head.end
    }
    switch (text.charCodeAt(at)) {
      case Char.openBracket:
        this.emit(`${prefix}[`, from)
        state.stack.push('[')
        break
      case Char.openParen:
      case Char.openBrace:
        this.hold(from, prefix)
        state.stack.push(text.charCodeAt(at) === Char.openParen ? '(?' : '{?')
        break
      default:
        return this.onScalar(from, at, prefix)
    }
    state.phase = 'first'
    return at + 1
  }
  private onScalar(from: number, at: number, prefix: string): number {
    const { text } = this
    const code = text.charCodeAt(at)
    const number = isDigit(code) || code === Char.minus || code === Char.plus || code === Char.dot
    if (!number && !isWordCode(code)) return this.block(from)
    const stop = Math.min(this.bound, at + MAX_NUMBER)
    let end = at
    while (end < stop && isScalarCode(text.charCodeAt(end))) end += 1
    if (end >= this.bound && !this.last) return this.starve(from)
    const token = text.slice(at, end)
    const json = number ? normalizeNumber(token, true) : WORDS.get(token)
    const follows = this.follows(this.peek(end))
    if (json === undefined || follows === 'no') return this.block(from)
    if (follows === 'wait') return this.starve(from)
    this.emit(prefix + json, from)
    this.state.phase = 'after'
    return end
  }

  /** May what stands here follow a value? Operators and the like may not: what they compute is not known. */
  private follows(at: number): Match {
    if (at >= this.bound) return this.last ? 'yes' : 'wait'
    const code = this.text.charCodeAt(at)
    if (code === Char.comma || isCloser(code) || isBlank(code)) return 'yes'
    if (code === Char.colon) return this.top === '{?' || this.top.endsWith(':') ? 'yes' : 'no'
    return this.state.marks.length > 0 ? 'no' : this.listener.markerAt(at)
  }

  private get last(): boolean {
    return this.final && this.bound === this.end
  }

  // --- strings ----------------------------------------------------------------------------------------------------------------------

  /** The prefix of a string and its first quote. */
  private stringHead(at: number): StringHead | 'no' | 'wait' {
    const { text, bound, last } = this
    let start = at
    while (start < bound && start < at + 2 && isPrefixCode(text.charCodeAt(start))) start += 1
    if (start >= bound) return last ? 'no' : 'wait'
    const quote = text.charCodeAt(start)
    const prefix = text.slice(at, start)
    if ((quote !== Char.singleQuote && quote !== Char.doubleQuote) || !PREFIX.test(prefix)) return 'no'
    const has = (letter: string): boolean => prefix.toLowerCase().includes(letter)
    const kind = { raw: has('r'), bytes: has('b'), format: has('f') }
    return { string: { quote, triple: false, opening: true, ...kind, mended: false }, end: start + 1 }
  }

  private onString(at: number): number {
    const { text } = this
    const string = this.state.string as StringState
    const end = this.bound
    if (string.opening) return this.onOpening(at, string)
    let i = at
    while (i < end) {
      if (end - i > LONG_RUN && !string.format) {
        i = this.skipPlain(i, end)
        if (i === end) break
      }
      const code = text.charCodeAt(i)
      const isHigh = isHighSurrogate(code)
      if (isHigh && i + 1 < end && isLowSurrogate(text.charCodeAt(i + 1))) i += 2
      else if (code === string.quote || code === Char.backslash) {
        this.pass(at, i)
        return code === Char.backslash ? this.onBackslash(i, string) : this.onQuote(i, string)
      } else if (string.format && (code === Char.openBrace || code === Char.closeBrace)) {
        this.pass(at, i)
        return this.onFormatBrace(i, code)
      } else if (code < Char.space || code === Char.doubleQuote || isHigh || isLowSurrogate(code)) {
        this.pass(at, i)
        // The text was cut between the halves of a pair.
        if (isHigh && i + 1 === end && !this.last) return this.starve(i)
        this.emit(escapeJson(text[i] as string), i)
        return i + 1
      } else i += 1
    }
    this.pass(at, i)
    return this.starve(i)
  }

  private onOpening(at: number, string: StringState): number {
    const { text, bound } = this
    const second = text.charCodeAt(at) === string.quote
    if (at >= bound || (second && at + 1 >= bound && !this.last)) return this.starve(at)
    string.opening = false
    string.triple = second && at + 1 < bound && text.charCodeAt(at + 1) === string.quote
    return string.triple ? at + 2 : at
  }

  /** The next character that is not copied as it is: a native scan. */
  private skipPlain(from: number, end: number): number {
    this.special.lastIndex = from
    return this.special.test(this.text) ? Math.min(this.special.lastIndex - 1, end) : end
  }

  private pass(from: number, to: number): void {
    if (to > from) this.emit(this.text.slice(from, to), from, true)
  }

  private onBackslash(at: number, string: StringState): number {
    const escape = readEscape(this.text, at, this.bound, string)
    if (escape === undefined) return this.starve(at)
    if (escape.broken && !this.listener.repair('R1', at)) return this.fail(at)
    this.emit(escapeJson(escape.text), at)
    return at + escape.length
  }

  /** Braces of an f-string: doubled ones are text, others would have to be computed. */
  private onFormatBrace(at: number, code: number): number {
    if (at + 1 >= this.bound) return this.starve(at)
    if (this.text.charCodeAt(at + 1) !== code) return this.fail(at)
    this.emit(this.text[at] as string, at)
    return at + 2
  }

  private onQuote(at: number, string: StringState): number {
    if (!string.triple) return this.endString(at, at + 1, string)
    for (let i = at + 1; i < at + 3; i += 1) {
      if (i >= this.bound) return this.starve(at)
      if (this.text.charCodeAt(i) !== string.quote) return this.passQuote(at)
    }
    if (at + 3 >= this.bound && !this.last) return this.starve(at)
    if (this.text.charCodeAt(at + 3) === string.quote) {
      // Four quotes before what may follow a string: the first one was meant as text.
      const next = this.peek(at + 4)
      if (next >= this.bound && !this.last) return this.starve(at)
      if (next >= this.bound || isCloser(this.text.charCodeAt(next)) || this.text.charCodeAt(next) === Char.comma)
        return this.mendQuote(at, string)
    }
    return this.endString(at, at + 3, string)
  }

  private passQuote(at: number): number {
    this.emit(escapeJson(this.text[at] as string), at)
    return at + 1
  }

  private mendQuote(at: number, string: StringState): number {
    if (!this.listener.repair('R10', at)) return this.fail(at)
    string.mended = true
    return this.passQuote(at)
  }

  /** What stands behind its quote says whether a string ends there (R10). */
  private endString(at: number, next: number, string: StringState): number {
    const after = this.afterString(next, string)
    if (after === 'wait') return this.starve(at)
    if (typeof after === 'object') {
      this.state.string = { ...after.string, mended: false }
      return after.end
    }
    if (after === 'expression') return this.fail(at)
    if (after === 'text' && !string.triple) return this.mendQuote(at, string)
    this.emit('"', at)
    this.state.string = null
    this.state.phase = 'after'
    return next
  }

  private afterString(next: number, string: StringState): 'end' | 'text' | 'expression' | 'wait' | StringHead {
    const at = this.peek(next)
    const follows = this.follows(at)
    if (follows !== 'no') return follows === 'yes' ? 'end' : 'wait'
    if (string.mended) return 'text'
    const head = this.stringHead(at)
    if (head === 'wait') return 'wait'
    if (head !== 'no' && head.string.bytes === string.bytes) return head
    return this.isOperator(at, next)
  }

  /** `'a' + b` and `'{}'.format(x)` are computed; a quote before a dot at the end of a sentence is text. */
  private isOperator(at: number, next: number): 'expression' | 'text' | 'wait' {
    const code = this.text.charCodeAt(at)
    if (code === Char.plus || code === Char.percent || code === Char.asterisk) return 'expression'
    if (code !== Char.dot || at !== next) return 'text'
    if (at + 1 >= this.bound) return this.last ? 'text' : 'wait'
    return isWordCode(this.text.charCodeAt(at + 1)) ? 'expression' : 'text'
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

function quote(text: string): string {
  return `"${escapeJson(text)}"`
}

/** A dict's key as JSON: what is no string becomes its JSON text. */
function asKey(json: string): string {
  return json.startsWith('"') ? json : quote(json)
}

function isBlank(code: number): boolean {
  return isSpace(code) || isInvisible(code)
}

function isCloser(code: number): boolean {
  return code === Char.closeParen || code === Char.closeBracket || code === Char.closeBrace
}

function closerOf(bracket: Bracket): number {
  if (bracket === '[') return Char.closeBracket
  return bracket === 'call' || bracket.startsWith('(') ? Char.closeParen : Char.closeBrace
}

function isScalarCode(code: number): boolean {
  return isWordCode(code) || code === Char.dot || code === Char.plus || code === Char.minus
}

/** `b`, `f`, `r` and `u`, in either case. */
function isPrefixCode(code: number): boolean {
  const lower = code | 32
  return lower === 98 || lower === 102 || lower === 114 || lower === 117
}

/** A schema may name parameters as Python cannot: with `-`, `.` or `$`. */
function isKeyCode(code: number): boolean {
  return isIdentifierCode(code) || code === Char.dot || code === Char.minus
}

function isKeyStart(code: number): boolean {
  return isIdentifierCode(code) && !isDigit(code)
}
