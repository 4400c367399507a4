import { type JsonListener, JsonMachine, type JsonRule, type JsonState, createJsonState } from '../json/json-machine.ts'
import { Char, isHighSurrogate, isInvisible, isSpace, isWordCode } from '../scan/char-code.ts'
import type { Match } from '../scan/text-buffer.ts'
import { quoteJson } from '../values/convert-value.ts'
import type { DiagnosticCode } from '../diagnostics.ts'
import type { FamilyHost } from './family.ts'
import { MAX_BLANKS, TokenTail, endTokensReach } from './lookahead.ts'

/**
 * What stands where arguments begin (fine print 23). `object`: `{`. `encoded`: a JSON string whose text is an object (R7). `empty`: `null`,
 * an empty string, or the closer of the call at once: that is `{}`.
 */
export type ArgumentsForm = 'object' | 'encoded' | 'empty'

const ESCAPED_BLANK = /^\\[nrt]/

/**
 * Looks at what stands where the arguments of a call must begin. Consumes nothing.
 *
 * @param closes - does a marker stand at an index with which the call ends?
 * @returns `no` for a list, a scalar and any other text; `end` is where an empty form ends
 */
export function argumentsAt(
  host: FamilyHost,
  index: number,
  closes: (index: number) => Match,
): { form: ArgumentsForm; end: number } | 'no' | 'wait' {
  const { buffer, repair } = host
  const { text } = buffer
  const at = skipLoose(host, index)
  if (at < 0) return 'wait'
  if (at === text.length) return buffer.ended ? 'no' : 'wait'
  const first = text.charCodeAt(at)
  if (first === Char.openBrace) return { form: 'object', end: at }
  if (first === Char.doubleQuote || (first === Char.singleQuote && repair)) return encodedAt(host, at, first)
  const closer = closes(at)
  if (closer !== 'no') return closer === 'yes' ? { form: 'empty', end: at } : 'wait'
  const nothing = buffer.match('null', at)
  if (nothing !== 'yes') return nothing
  const next = at + 'null'.length
  if (next === text.length && !buffer.ended) return 'wait'
  return isWordCode(text.charCodeAt(next)) ? 'no' : { form: 'empty', end: next }
}

function encodedAt(host: FamilyHost, quoteAt: number, quote: number): ReturnType<typeof argumentsAt> {
  const { buffer } = host
  const at = skipLoose(host, quoteAt + 1)
  if (at < 0) return 'wait'
  if (at === buffer.text.length) return buffer.ended ? 'no' : 'wait'
  const code = buffer.text.charCodeAt(at)
  if (code === quote) return { form: 'empty', end: at + 1 }
  return code === Char.openBrace ? { form: 'encoded', end: quoteAt } : 'no'
}

/** Passes over blanks and what counts as such (R11, R22). Returns -1 when a backslash waits for its character. */
function skipLoose({ buffer, repair }: FamilyHost, index: number): number {
  const { text } = buffer
  const stop = Math.min(text.length, index + MAX_BLANKS)
  let at = index
  while (at < stop) {
    const code = text.charCodeAt(at)
    if (isSpace(code) || (repair && isInvisible(code))) at += 1
    else if (repair && code === Char.backslash && at + 1 === text.length && !buffer.ended) return -1
    else if (repair && ESCAPED_BLANK.test(text.slice(at, at + 2))) at += 2
    else break
  }
  return at
}

interface Remark {
  code: DiagnosticCode
  message: string
  offset: number
}

/** All that changes while arguments are read: plain data. */
export interface ArgumentsState {
  json: JsonState
  /** The function that is called, `null` while it is not known. Until then everything waits. */
  tool: string | null
  waiting: string
  remarks: Remark[]
  /** Offsets of the first character of the arguments and behind the last one, -1 before. */
  start: number
  end: number
  /** Offset at which the arguments reached their limit, -1 before. */
  cutAt: number
  accounted: number
  repaired: boolean
  rules: Partial<Record<JsonRule, true>>
  /** Member names that have come, each behind a `$`, and the one whose value is read. */
  keys: Record<string, true>
  key: string
  /** A member `name` with a string, while the function is not known: its text and its place in `waiting`. */
  name: { text: string; from: number; to: number } | null
  /** Arguments written as a JSON string (R7): the machine that reads the decoded text, and its unread rest. */
  encoded: boolean
  inner: JsonState | null
  innerText: string
  innerStuck: boolean
}

/**
 * How far reading came. `more`: the text is used up. `done`: the arguments are whole. `marker`: a marker stands, or an end token, where they
 * should go on. `failed`: they cannot be read on.
 */
export type ArgumentsStep = 'more' | 'done' | 'marker' | 'failed'

/**
 * Reads the arguments object of one call and sends it as it comes: valid JSON is copied, defects are mended on the way (P12). The call has
 * been started by its family, which also judges what follows the object.
 */
export class JsonArguments implements JsonListener {
  readonly state: ArgumentsState
  private readonly host: FamilyHost
  private readonly endsAt: (index: number) => Match
  private readonly machine: JsonMachine
  private readonly tail: TokenTail
  private innerMachine: JsonMachine | null = null
  /** Offset at which the run at hand began. */
  private runStart = 0

  /** @param endsAt - does a marker stand at an index with which the call ends, whatever is missing of its arguments? */
  constructor(host: FamilyHost, state: ArgumentsState, endsAt: (index: number) => Match) {
    this.host = host
    this.state = state
    this.endsAt = endsAt
    this.tail = new TokenTail(host)
    this.machine = new JsonMachine(this, { state: state.json })
    if (state.inner !== null) this.innerMachine = this.createInner(state.inner)
  }

  /** @param to - index up to which the text may be read; all of it when absent */
  run(to: number = Number.POSITIVE_INFINITY): ArgumentsStep {
    const { machine, state } = this
    const { buffer } = this.host
    const end = Math.min(to, this.tail.start())
    this.runStart = buffer.at
    buffer.pos = machine.run(buffer.text, buffer.pos, end, buffer.ended && end < to)
    this.dropBeyondLimit(this.runStart, buffer.at)
    // A number or word that is not whole is judged later.
    if (state.tool !== null) this.accountTo(buffer.at - state.json.token.length)
    if (machine.done) return 'done'
    // A string around a whole object can go on as it likes: its text is all that counts.
    if (machine.failed) return this.balanced ? 'marker' : 'failed'
    return machine.blocked ? this.onBlocked() : 'more'
  }

  /** A character stands here that JSON cannot have: a marker, or nonsense. */
  private onBlocked(): ArgumentsStep {
    const { buffer, endTokens } = this.host
    const matches = [this.endsAt(buffer.pos), ...endTokens.map((token) => buffer.match(token, buffer.pos))]
    return matches.includes('yes') ? 'marker' : matches.includes('wait') ? 'more' : 'failed'
  }

  // --- JsonListener ---------------------------------------------------------------------------------------------------------------

  text(piece: string, index: number, copied: boolean): void {
    const sent = this.send(piece)
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
    if (state.encoded) this.readEncoded(piece)
    else if (state.name !== null) state.name.text += piece
  }

  key(depth: number, key: string): void {
    if (depth === 1) this.member(key)
  }

  value(depth: number, first: number, index: number): void {
    const { state } = this
    if (depth === 0) this.begin(first === Char.openBrace, this.host.buffer.offset + index)
    const quoted = first === Char.doubleQuote || first === Char.singleQuote
    if (depth === 1 && state.name?.to === 0) {
      state.json.decode = quoted
      if (!quoted) state.name = null
    }
  }

  valueEnd(depth: number, index: number): void {
    const { state } = this
    if (depth === 1 && state.name?.to === 0) {
      state.json.decode = false
      state.name.to = state.waiting.length
    }
    if (depth > 0) return
    state.end = this.host.buffer.offset + index
    if (state.encoded && !this.balanced) state.json.phase = 'failed'
  }

  repair(rule: JsonRule, index: number): boolean {
    return this.mend(rule, this.host.buffer.offset + index)
  }

  nonFinite(word: string): string {
    const { tool, key, json, inner } = this.state
    const isMember = (inner ?? json).stack.length === 1
    const says = tool !== null && this.host.tools.get(tool)?.saysString(key) === true
    return isMember && says ? quoteJson(word) : 'null'
  }

  markerAt(index: number): Match {
    // Behind a whole object a quote can only be the end of the string around it.
    return this.state.encoded && this.balanced ? 'yes' : this.endsAt(index)
  }

  private begin(isObject: boolean, offset: number): void {
    const { state } = this
    state.start = offset
    state.json.copy = isObject
    state.json.decode = !isObject
    state.encoded = !isObject
  }

  private member(key: string): void {
    const { state } = this
    state.key = key
    if (Object.hasOwn(state.keys, `$${key}`)) {
      this.remark('duplicate-key', `The key ${key} stands in the arguments twice.`, state.start)
    } else if (key === 'name' && state.tool === null) {
      // The key with its quotes has just been passed on.
      state.name = { text: '', from: state.waiting.lastIndexOf('"', state.waiting.length - 2), to: 0 }
    }
    state.keys[`$${key}`] = true
  }

  // --- arguments as a JSON string (R7) ----------------------------------------------------------------------------------------------

  private createInner(state: JsonState): JsonMachine {
    const listener: JsonListener = {
      text: (piece) => void this.send(piece),
      decoded: () => {},
      key: (depth, key) => this.key(depth, key),
      value: (depth) => {
        if (depth === 0) state.copy = true
      },
      valueEnd: () => {},
      repair: (rule) => this.mend(rule, this.state.start),
      nonFinite: (word) => this.nonFinite(word),
      markerAt: () => 'no',
    }
    return new JsonMachine(listener, { state })
  }

  private readEncoded(piece: string): void {
    const { state } = this
    if (state.innerStuck) return
    state.innerText += piece
    if (this.innerMachine === null) {
      state.inner = createJsonState()
      this.innerMachine = this.createInner(state.inner)
      this.remark('json-envelope', 'The arguments are a JSON string; its text is passed on.', state.start)
    }
    const { innerText } = state
    const last = innerText.charCodeAt(innerText.length - 1)
    const end = isHighSurrogate(last) ? innerText.length - 1 : innerText.length
    state.innerText = innerText.slice(this.innerMachine.run(innerText, 0, end, false))
    state.innerStuck = this.innerMachine.failed || this.innerMachine.blocked
  }

  /** The object is whole, perhaps without the end of the string around it. */
  private get balanced(): boolean {
    return this.innerMachine === null ? this.machine.done : this.innerMachine.done && !this.state.innerStuck
  }

  // --- what is sent -----------------------------------------------------------------------------------------------------------------

  /** The function is known now: what waited for it goes out. Its call has been started. */
  open(tool: string): void {
    const { state, host } = this
    state.tool = tool
    for (const { code, message, offset } of state.remarks) host.output.diagnose(code, message, offset)
    state.remarks = []
    host.output.arguments(state.waiting)
    state.waiting = ''
    this.accountTo(host.buffer.at)
  }

  /** Names of the members so far. */
  get keys(): string[] {
    return Object.keys(this.state.keys).map((key) => key.slice(1))
  }

  /** Takes the member `name` out of arguments that are whole and wait, with one comma. */
  removeName(): void {
    const { state } = this
    const { from, to } = state.name as { from: number; to: number }
    const before = state.waiting.slice(0, from).trimEnd()
    const after = state.waiting.slice(to)
    state.waiting = before.endsWith(',') ? before.slice(0, -1) + after : before + after.replace(/^\s*,\s*/, '')
    state.repaired = true
    this.remark('json-repair', 'The name was taken out of the arguments (R17).', state.start)
  }

  /** @returns how much of the piece is sent or waits */
  private send(piece: string): number {
    const { state, host } = this
    if (state.tool !== null) return host.output.arguments(piece)
    state.waiting += piece
    return piece.length
  }

  private mend(rule: JsonRule, offset: number): boolean {
    const { state, host } = this
    if (!host.repair) return false
    if (rule !== 'R22' && state.start >= 0) state.repaired = true
    if (state.rules[rule] === undefined) {
      state.rules[rule] = true
      this.remark('json-repair', `The JSON text was mended (${rule}).`, offset)
    }
    return true
  }

  private remark(code: DiagnosticCode, message: string, offset: number): void {
    if (this.state.tool !== null) this.host.output.diagnose(code, message, offset)
    else this.state.remarks.push({ code, message, offset })
  }

  /** Argument text behind the limit goes nowhere: what of it stands between two offsets of the buffer is reported. */
  private dropBeyondLimit(start: number, end: number): void {
    const { cutAt, end: argumentsEnd } = this.state
    if (cutAt < 0) return
    const { offset, text } = this.host.buffer
    const from = Math.max(cutAt, start)
    const to = argumentsEnd < 0 ? end : Math.min(argumentsEnd, end)
    if (to > from) this.host.output.dropBeyondLimit(text.slice(from - offset, to - offset), from)
  }

  /** Writes the ledger up to `offset`: arguments in their span, markup around it. */
  private accountTo(offset: number): void {
    const { state, host } = this
    if (!host.output.audit) return
    const start = state.start < 0 ? offset : state.start
    const end = state.end < 0 ? offset : state.end
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

  // --- ends -------------------------------------------------------------------------------------------------------------------------

  /**
   * Closes arguments that are open where the call must end (R5).
   *
   * @returns false when that cannot be: something is half written, or nothing may be mended
   */
  close(): boolean {
    const { state, host } = this
    const closing = this.balanced ? '' : this.closing()
    if (closing === undefined) return false
    this.closeWith(closing)
    state.repaired = true
    state.end = host.buffer.at
    host.output.diagnose('json-repair', 'Closing brackets were missing (R5).', host.buffer.at)
    this.accountTo(host.buffer.at)
    return true
  }

  private closing(): string | undefined {
    return this.host.repair && !this.state.encoded ? this.machine.closing() : undefined
  }

  /** A number that was not judged yet goes out with the brackets, as far as the limit lets it. */
  private closeWith(closing: string): void {
    const { state, host } = this
    const { token } = state.json
    const sent = this.send(closing)
    if (sent === closing.length || sent >= token.length || state.cutAt >= 0) return
    state.cutAt = host.buffer.at - token.length + sent
    host.output.dropBeyondLimit(token.slice(sent), state.cutAt)
  }

  /**
   * Ends a call whose arguments cannot be read on.
   *
   * @returns what of the text goes nowhere and is not reported yet
   */
  fail(): { text: string; offset: number } {
    const { output, buffer } = this.host
    const { token } = this.state.json
    const offset = buffer.at - token.length
    this.accountTo(offset)
    output.account('dropped', offset, buffer.at)
    const message = 'The arguments cannot be read on; the rest of the call was dropped.'
    output.diagnose('json-unreadable', message, offset)
    // Beyond the limit of the arguments the token is reported already.
    const text = output.over ? '' : token
    output.endCall('truncated')
    return { text, offset }
  }

  /** Settles a call whose arguments are open at the end of the text (P7, fine print 27), with all that is left of the text. */
  end(clean: boolean): void {
    const { buffer, output } = this.host
    const tokens = endTokensReach(this.host, buffer.pos)
    for (const token of tokens) output.noteEndToken(token.text, token.offset)
    const to = tokens.length > 0 ? (tokens[0] as { offset: number }).offset - buffer.offset : buffer.text.length
    if ((clean || this.balanced) && this.close()) this.endClosed(to)
    else this.cut(to)
    output.account('markup', buffer.at, buffer.offset + buffer.text.length)
    buffer.pos = buffer.text.length
  }

  /** A comma that was held means nothing any more. */
  private endClosed(to: number): void {
    const { buffer, output } = this.host
    const offset = buffer.at
    const rest = buffer.take(to)
    const stray = /[^\s,]/.test(rest)
    output.account(stray ? 'dropped' : 'markup', offset, buffer.at)
    if (stray) output.diagnose('stray-text', 'Text after the arguments was dropped.', offset, rest)
    output.endCall('repaired')
  }

  private cut(to: number): void {
    const { buffer, output } = this.host
    const { token } = this.state.json
    const offset = buffer.at - token.length
    this.accountTo(offset)
    const tail = buffer.take(to)
    output.account('dropped', offset, buffer.at)
    if (output.over) output.truncateCall(tail, offset + token.length)
    else output.truncateCall(token + tail, offset)
  }
}

/**
 * @param tool - name of the function that is called, `null` when it is not known yet
 * @param offset - offset of the first character that the reader accounts for
 */
export function createArgumentsState(tool: string | null, offset: number): ArgumentsState {
  return {
    json: createJsonState(),
    tool,
    waiting: '',
    remarks: [],
    start: -1,
    end: -1,
    cutAt: -1,
    accounted: offset,
    repaired: false,
    rules: {},
    keys: {},
    key: '',
    name: null,
    encoded: false,
    inner: null,
    innerText: '',
    innerStuck: false,
  }
}
