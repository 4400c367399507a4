import {
  type JsonDialect,
  type JsonListener,
  JsonMachine,
  type JsonRule,
  type JsonState,
  createJsonState,
} from '../json/json-machine.ts'
import { Char, isHighSurrogate } from '../scan/char-code.ts'
import type { Match } from '../scan/text-buffer.ts'
import { quoteJson } from '../values/convert-value.ts'
import type { DiagnosticCode } from '../diagnostics.ts'
import type { FamilyHost } from './family.ts'

/** Keys that name the function, and keys that hold its arguments (R15). */
const NAME_KEYS: readonly string[] = ['name', 'tool_name', 'function']
const ARGUMENT_KEYS: readonly string[] = ['arguments', 'parameters', 'args']
/** Keys of the OpenAI shape that carry nothing for us. */
const SILENT_KEYS: ReadonlySet<string> = new Set(['type', 'id', 'index', 'tool_call_id'])
/** Python literals, where they are the format (fine print 19). */
const PYTHON_RULES: ReadonlySet<JsonRule> = new Set<JsonRule>(['R3', 'R4', 'R20'])
/** Rewrites that leave a call `complete` when they touch its envelope only (fine print 25). */
const ENVELOPE_RULES: ReadonlySet<JsonRule> = new Set<JsonRule>(['R3', 'R4', 'R9', 'R22'])

/** How a call is written, where it is not `{"name": ..., "arguments": {...}}`. */
export interface ElementShape {
  /** The key is the name: `{"get_weather": {"city": "Oslo"}}`. */
  short?: boolean
  /** The member that holds the call's id, which is kept. The call opens when it has come, or its object is over. */
  id?: string
  /** Other keys of the name and of the arguments. */
  names?: readonly string[]
  arguments?: readonly string[]
  /** The name and id, where they stand before the JSON text. */
  known?: { name: string; id: string | null }
  /** The JSON text is nothing but the arguments. */
  bare?: boolean
  /** No marker stands before it: only a declared name with both keys, and no others, makes a call. */
  strict?: boolean
  /** Python's spelling of strings and literals is the format's own. */
  python?: boolean
  /** What the JSON text has beside JSON. */
  dialect?: JsonDialect
}

interface Remark {
  code: DiagnosticCode
  message: string
  offset: number
}

export interface ElementState {
  /** Offset of the element's first character. */
  offset: number
  json: JsonState
  /** The member of the envelope whose value is being read. */
  key: string
  role: 'none' | 'name' | 'id' | 'arguments' | 'encoded' | 'scalar'
  name: string | null
  nameText: string
  /** The call's own id. */
  id: string | null
  /**
   * `none`: not seen. `open`: an object is being read. `done`: it is whole. `empty`: null or an empty string, which means `{}`.
   * `bad`: a list or a scalar, which is no call.
   */
  args: 'none' | 'open' | 'done' | 'empty' | 'bad'
  argsStart: number
  argsEnd: number
  /** Offset at which the arguments reached their limit, -1 before. */
  cutAt: number
  /** Arguments that wait for the name. */
  waiting: string
  scalar: string
  /** The members stand inside `"function": {...}`. */
  nested: boolean
  opened: boolean
  /** The name is not accepted: the element is text. */
  refused: boolean
  repaired: boolean
  rules: Partial<Record<JsonRule, true>>
  remarks: Remark[]
  argKeys: Record<string, true>
  argKey: string
  /** A `name` inside the arguments (R17) and where its member begins in `waiting`. */
  innerName: string | null
  innerNameText: string
  innerNameFrom: number
  /** Arguments written as a JSON string (R7): the machine that reads the decoded text, and its unread rest. */
  inner: JsonState | null
  innerText: string
  /** The decoded text is no object that can be read. */
  innerStuck: boolean
  accounted: number
}

/** What the wrapper around the elements does for them. */
export interface ElementWrapper {
  /** Opens the call, when it may: ends the one before, and sends what waited. */
  openCall(name: string, id: string | null): boolean
  markerAt(index: number): Match
}

/** Reads one `{"name": ..., "arguments": {...}}` and sends its call as soon as it is known to be one (fine print 23). */
export class EnvelopeElement implements JsonListener {
  readonly state: ElementState
  private readonly host: FamilyHost
  private readonly wrapper: ElementWrapper
  private readonly shape: ElementShape
  private readonly machine: JsonMachine
  private innerMachine: JsonMachine | null = null
  /** Offset at which the run at hand began. */
  private runStart = 0

  constructor(host: FamilyHost, wrapper: ElementWrapper, shape: ElementShape, state: ElementState) {
    this.host = host
    this.wrapper = wrapper
    this.shape = shape
    this.state = state
    this.machine = new JsonMachine(this, { ...shape.dialect, state: state.json, python: shape.python === true })
    if (state.inner !== null) this.innerMachine = this.createInner(state.inner)
  }

  get done(): boolean {
    return this.machine.done
  }

  /** The text cannot be read on as JSON. */
  get failed(): boolean {
    return this.machine.failed
  }

  /** A character stands where none of JSON can: a marker, or nonsense. */
  get blocked(): boolean {
    return this.machine.blocked
  }

  /** The arguments are whole, whatever of their envelope is missing. */
  get balanced(): boolean {
    return this.state.args === 'done' || (this.innerMachine?.done === true && !this.state.innerStuck)
  }

  run(end: number): void {
    const { buffer } = this.host
    this.runStart = buffer.at
    const to = this.machine.run(buffer.text, buffer.pos, end, buffer.ended && end === buffer.text.length)
    buffer.pos = to
    this.dropBeyondLimit(this.runStart, buffer.at)
    // A number or word that is not whole is judged later.
    if (this.state.opened) this.accountTo(buffer.at - this.state.json.token.length)
  }

  /** Argument text behind the limit goes nowhere: what of it stands between two offsets of the buffer is reported. */
  private dropBeyondLimit(start: number, end: number): void {
    const { cutAt, argsEnd } = this.state
    if (cutAt < 0) return
    const { offset, text } = this.host.buffer
    const from = Math.max(cutAt, start)
    const to = argsEnd < 0 ? end : Math.min(argsEnd, end)
    if (to > from) this.host.output.dropBeyondLimit(text.slice(from - offset, to - offset), from)
  }

  // --- JsonListener ---------------------------------------------------------------------------------------------------------------

  text(piece: string, index: number, copied: boolean): void {
    if (this.state.role === 'scalar') {
      this.state.scalar += piece
      return
    }
    const sent = this.passArguments(piece)
    if (sent === piece.length || this.state.cutAt >= 0) return
    // Here the limit of the arguments is reached: what follows is dropped text (P15).
    const begin = this.host.buffer.offset + index
    const cutAt = copied ? begin + sent : begin
    this.state.cutAt = cutAt
    // A number or word may have begun in an earlier chunk.
    if (cutAt < this.runStart) {
      this.host.output.dropBeyondLimit(this.machine.rawToken.slice(cutAt - begin, this.runStart - begin), cutAt)
    }
  }

  decoded(piece: string): void {
    const { state } = this
    if (state.role === 'name' || state.role === 'id') state.nameText += piece
    else if (state.role === 'encoded') this.readEncoded(piece)
    else if (state.role === 'arguments') state.innerNameText += piece
  }

  key(depth: number, key: string): void {
    const { state } = this
    if (depth === this.level) state.key = key
    else if (depth === this.level + 1 && state.role === 'arguments') this.argumentKey(key)
  }

  value(depth: number, first: number, index: number): void {
    const { state } = this
    if (depth === this.level) this.member(first, index)
    else if (depth === this.level + 1 && state.role === 'arguments' && !state.opened) {
      const isName = state.argKey === 'name' && (first === Char.doubleQuote || first === Char.singleQuote)
      state.json.decode = isName
      state.innerNameText = ''
      if (!isName) state.innerName = null
    }
  }

  valueEnd(depth: number, index: number): void {
    const { state } = this
    if (depth === this.level + 1 && state.role === 'arguments' && state.json.decode) {
      state.json.decode = false
      state.innerName = state.innerNameText
    }
    if (depth === this.level) this.memberEnd(index)
    else if (depth === 1 && state.nested) state.nested = false
  }

  repair(rule: JsonRule, index: number): boolean {
    return this.mend(rule, this.host.buffer.offset + index)
  }

  nonFinite(word: string): string {
    const { state, host } = this
    const isMember = state.json.stack.length === this.level + 1
    const tool = state.name === null ? undefined : host.tools.get(state.name)
    return isMember && tool?.saysString(state.argKey) === true ? quoteJson(word) : 'null'
  }

  markerAt(index: number): Match {
    return this.wrapper.markerAt(index)
  }

  // --- members of the envelope ------------------------------------------------------------------------------------------------------

  private get level(): number {
    return this.shape.bare === true ? 0 : this.state.nested ? 2 : 1
  }

  private get nameKeys(): readonly string[] {
    return this.shape.names ?? NAME_KEYS
  }

  private get argumentKeys(): readonly string[] {
    return this.shape.arguments ?? ARGUMENT_KEYS
  }

  private member(first: number, index: number): void {
    const { state } = this
    const { key } = state
    const quoted = first === Char.doubleQuote || first === Char.singleQuote
    if (this.shape.bare === true) this.startArguments(first, quoted, index)
    else if (this.isShortName(key, first)) {
      state.name = key
      this.startArguments(first, quoted, index)
    } else if (key === 'function' && first === Char.openBrace && !state.nested) {
      state.nested = true
    } else if (this.nameKeys.includes(key)) {
      if (state.name !== null) this.remark('json-envelope', `A second ${key} in the call was ignored.`, index)
      else if (quoted) this.startName('name')
    } else if (key === this.shape.id && quoted && state.id === null) {
      this.startName('id')
    } else if (this.argumentKeys.includes(key)) {
      if (state.args === 'none') this.startArguments(first, quoted, index)
      else this.remark('json-envelope', `A second set of arguments (${key}) was ignored.`, index)
    } else if (this.shape.strict === true && !state.opened && !SILENT_KEYS.has(key)) state.json.phase = 'failed'
    else if (!SILENT_KEYS.has(key))
      this.remark('json-envelope', `The key ${key} beside the arguments was ignored.`, index)
  }

  private startName(role: 'name' | 'id'): void {
    const { state } = this
    state.role = role
    state.nameText = ''
    state.json.decode = true
    state.json.room = this.host.nameChars
  }

  /** The key is the function's name, unless it is one that other shapes have and no tool is called so. */
  private isShortName(key: string, first: number): boolean {
    const { state, host } = this
    if (this.shape.short !== true || state.name !== null || state.args !== 'none' || key === '') return false
    if (host.tools.declares(key)) return true
    const known = NAME_KEYS.includes(key) || ARGUMENT_KEYS.includes(key) || SILENT_KEYS.has(key)
    return !known && key.length <= host.nameChars && (first === Char.openBrace || host.tools.open)
  }

  private startArguments(first: number, quoted: boolean, index: number): void {
    const { state } = this
    state.argsStart = this.host.buffer.offset + index
    if (first === Char.openBrace) {
      state.args = 'open'
      state.role = 'arguments'
      state.json.copy = true
      this.openIfKnown()
    } else if (quoted) {
      state.role = 'encoded'
      state.json.decode = true
    } else if (first === Char.openBracket) state.args = 'bad'
    else {
      state.role = 'scalar'
      state.scalar = ''
      state.json.copy = true
    }
  }

  private memberEnd(index: number): void {
    const { state } = this
    const role = state.role
    state.role = 'none'
    state.json.copy = false
    state.json.decode = false
    state.json.room = -1
    switch (role) {
      case 'name':
        if (state.nameText !== '') state.name = state.nameText
        if (state.args === 'open' || state.args === 'done') this.openIfKnown()
        return
      case 'id':
        if (state.nameText !== '') state.id = state.nameText
        if (state.args === 'open' || state.args === 'done') this.openIfKnown()
        return
      case 'arguments':
        state.args = 'done'
        state.argsEnd = this.host.buffer.offset + index
        return
      case 'encoded':
        this.endEncoded(index)
        return
      case 'scalar':
        state.args = state.scalar === 'null' ? 'empty' : 'bad'
        if (state.args === 'empty') this.remark('json-envelope', 'The arguments are null, which means {}.', index)
        return
      case 'none':
    }
  }

  private argumentKey(key: string): void {
    const { state } = this
    state.argKey = key
    // The key itself, with its quotes, has just been passed on.
    if (key === 'name' && !state.opened) state.innerNameFrom = state.waiting.lastIndexOf('"name"')
    if (Object.hasOwn(state.argKeys, `$${key}`)) {
      this.remarkAt('duplicate-key', `The key ${key} stands in the arguments twice.`, state.argsStart)
    }
    state.argKeys[`$${key}`] = true
  }

  // --- arguments as a JSON string (R7) ----------------------------------------------------------------------------------------------

  private createInner(state: JsonState): JsonMachine {
    const listener: JsonListener = {
      text: (piece) => void this.passArguments(piece),
      decoded: () => {},
      key: (depth, key) => {
        if (depth === 1) this.argumentKey(key)
      },
      value: (depth) => {
        if (depth === 0) state.copy = true
      },
      valueEnd: () => {},
      repair: (rule) => this.mend(rule, this.state.argsStart),
      nonFinite: (word) => this.nonFinite(word),
      markerAt: () => 'no',
    }
    return new JsonMachine(listener, { state })
  }

  private readEncoded(piece: string): void {
    const { state } = this
    if (state.args === 'bad' || state.innerStuck) return
    state.innerText += piece
    if (this.innerMachine === null) {
      const first = /[^ \t\r\n]/.exec(state.innerText)
      if (first === null) return
      if (first[0] !== '{') {
        state.args = 'bad'
        return
      }
      state.args = 'open'
      state.inner = createJsonState()
      this.innerMachine = this.createInner(state.inner)
      this.remarkAt('json-envelope', 'The arguments are a JSON string; its text is passed on.', state.argsStart)
      this.openIfKnown()
    }
    const { innerText } = state
    const last = innerText.charCodeAt(innerText.length - 1)
    const read = this.innerMachine.run(
      innerText,
      0,
      isHighSurrogate(last) ? innerText.length - 1 : innerText.length,
      false,
    )
    state.innerText = innerText.slice(read)
    state.innerStuck ||= this.innerMachine.failed || this.innerMachine.blocked
  }

  private endEncoded(index: number): void {
    const { state, innerMachine } = this
    state.argsEnd = this.host.buffer.offset + index
    if (state.args === 'bad') return
    if (innerMachine === null) {
      state.args = 'empty'
      return
    }
    state.innerText = ''
    if (innerMachine.done && !state.innerStuck) state.args = 'done'
    else if (state.opened) state.json.phase = 'failed'
    else state.args = 'bad'
  }

  // --- the call ---------------------------------------------------------------------------------------------------------------------

  /** @param withId - an id that has not come yet may still come */
  private openIfKnown(withId = this.shape.id !== undefined): void {
    const { state } = this
    if (state.name === null || state.opened || state.refused || (withId && state.id === null)) return
    if (!this.wrapper.openCall(state.name, state.id)) {
      state.refused = true
      return
    }
    state.opened = true
    for (const { code, message, offset } of state.remarks) this.host.output.diagnose(code, message, offset)
    state.remarks = []
    this.host.output.arguments(state.waiting)
    state.waiting = ''
  }

  /** Opens the call of an envelope that has ended: without arguments they are `{}` (P8). */
  settle(): void {
    const { state } = this
    if (state.opened) return
    const empty = state.args === 'empty' || (state.args === 'none' && this.shape.strict !== true)
    if (empty || state.args === 'done') this.openIfKnown(false)
    if (state.opened && empty) this.host.output.arguments('{}')
  }

  /**
   * Opens the call whose id has not come.
   *
   * @returns false when there is none
   */
  openWithoutId(): boolean {
    const { state } = this
    if (state.opened || this.shape.id === undefined || (state.args !== 'open' && state.args !== 'done')) return false
    this.openIfKnown(false)
    return state.opened
  }

  /** @returns how much of the piece is sent or waits */
  private passArguments(piece: string): number {
    if (this.state.opened) return this.host.output.arguments(piece)
    this.state.waiting += piece
    return piece.length
  }

  /**
   * Closes arguments that are open where the call must end.
   *
   * @returns false when they cannot be closed
   */
  closeArguments(): boolean {
    const closing = this.machine.closing()
    if (closing === undefined || this.innerMachine !== null) return false
    // The brackets of the envelope come last and are no part of the arguments.
    this.passArguments(closing.slice(0, closing.length - this.level))
    this.state.args = 'done'
    this.state.argsEnd = this.host.buffer.at
    return true
  }

  /** R17: a missing brace has put the name into the arguments. Takes it out when it can only be the name. */
  recoverName(): boolean {
    const { state, host } = this
    const name = state.innerName
    if (state.name !== null || state.args !== 'done' || name === null || !host.repair) return false
    const tool = host.tools.get(name)
    if (tool === undefined || tool.declares('name')) return false
    let end = state.innerNameFrom
    while (end > 0 && /[\s,]/.test(state.waiting[end - 1] as string)) end -= 1
    state.waiting = `${state.waiting.slice(0, end)}}`
    state.name = name
    state.repaired = true
    this.remarkAt('json-repair', 'The name was taken out of the arguments (R17).', state.argsStart)
    this.openIfKnown(false)
    return state.opened
  }

  private mend(rule: JsonRule, offset: number): boolean {
    const { state, host } = this
    if (this.shape.python === true && PYTHON_RULES.has(rule)) return true
    if (!host.repair) return false
    const inArguments = state.role === 'arguments' || state.role === 'encoded'
    if (inArguments ? rule !== 'R22' : !ENVELOPE_RULES.has(rule)) state.repaired = true
    if (state.rules[rule] === undefined) {
      state.rules[rule] = true
      this.remarkAt('json-repair', `The JSON text was mended (${rule}).`, offset)
    }
    return true
  }

  private remark(code: DiagnosticCode, message: string, index: number): void {
    this.remarkAt(code, message, this.host.buffer.offset + index)
  }

  private remarkAt(code: DiagnosticCode, message: string, offset: number): void {
    if (this.state.opened) this.host.output.diagnose(code, message, offset)
    else this.state.remarks.push({ code, message, offset })
  }

  /** Writes the ledger up to `offset`: arguments in their span, markup around it. */
  accountTo(offset: number): void {
    const { state, host } = this
    if (!host.output.audit) return
    const start = state.argsStart < 0 ? offset : state.argsStart
    const end = state.argsEnd < 0 ? offset : state.argsEnd
    this.accountSpan('markup', Math.min(start, offset))
    if (state.cutAt >= 0) this.accountSpan('arguments', Math.min(state.cutAt, end, offset))
    this.accountSpan(state.cutAt < 0 ? 'arguments' : 'dropped', Math.min(end, offset))
    this.accountSpan('markup', offset)
  }

  private accountSpan(kind: 'markup' | 'arguments' | 'dropped', to: number): void {
    const { state, host } = this
    host.output.account(kind, state.accounted, to)
    state.accounted = Math.max(state.accounted, to)
  }
}

export function createElementState(offset: number, known: ElementShape['known']): ElementState {
  return {
    offset,
    json: createJsonState(),
    key: '',
    role: 'none',
    name: known?.name ?? null,
    nameText: '',
    id: known?.id ?? null,
    args: 'none',
    argsStart: -1,
    argsEnd: -1,
    cutAt: -1,
    waiting: '',
    scalar: '',
    nested: false,
    opened: false,
    refused: false,
    repaired: false,
    rules: {},
    remarks: [],
    argKeys: {},
    argKey: '',
    innerName: null,
    innerNameText: '',
    innerNameFrom: 0,
    inner: null,
    innerText: '',
    innerStuck: false,
    accounted: offset,
  }
}
