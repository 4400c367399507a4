import type { Match } from '../scan/text-buffer.ts'
import { Char, isHighSurrogate, isSpace } from '../scan/char-code.ts'
import { escapeJson } from '../json/escape.ts'
import { quoteJson } from '../values/convert-value.ts'
import { type ValueState, admitText, closeValue, openValue, releaseText, startValue } from '../values/value-writer.ts'
import { ValueType } from '../values/schema-types.ts'
import { ClosingRules, type TagMarkers } from './closing-rules.ts'
import type { Family, FamilyHost, OpenerPlace, StreamEnd } from './family.ts'
import { MAX_BLANKS, doubledOpeners, endTokensReach, followedBy, readHead } from './lookahead.ts'

/** What a format of this family says about itself. */
export interface TaggedParametersRow extends TagMarkers {
  /** The template writes a line break after a parameter's opener and before its closer: one of each is layout. */
  trimNewline: boolean
  /** A call without its wrapper is read too (P2). */
  bareCalls: boolean
}

interface Parameter {
  key: string
  value: ValueState
  /** Nothing of the value has come: a line break here is layout. */
  atStart: boolean
  /** The value so far ends a line. */
  lineStart: boolean
  /** A second value of the same parameter: its text is dropped (P9). */
  duplicate: boolean
  offset: number
  /** Offset from which the value's text waits for its type, -1 when none does. */
  waitsFrom: number
}

interface TaggedState {
  mode:
    | 'idle'
    | 'body' //            <function=f>|<parameter=
    | 'value' //           <parameter=p>te|xt
    | 'afterFunction' //   </function>|</tool_call>
  wrapped: boolean
  tool: string
  repaired: boolean
  /** Names that have a value, each behind a `$`, so that `__proto__` is a name like any other. */
  seen: Record<string, true>
  count: number
  parameter: Parameter | null
  /** Text outside every parameter that goes nowhere. */
  stray: string
  strayOffset: number
}

/** The name in a function or parameter tag. */
interface Head {
  name: string
  end: number
  mended: boolean
}

/**
 * Calls whose parameters are tags with raw text between them:
 * `<tool_call><function=NAME><parameter=KEY>VALUE</parameter></function></tool_call>`.
 */
export class TaggedParameters implements Family {
  state: TaggedState = createState()
  readonly openers: readonly string[]
  readonly wrappers: readonly string[]
  readonly closers: readonly string[]
  private readonly row: TaggedParametersRow
  private readonly host: FamilyHost
  private readonly rules: ClosingRules
  /** `<function` of `<function=`: what a mended opener begins with. */
  private readonly functionStem: string

  /** The body belongs to another format than the one asked for; it is read with a diagnostic. */
  private readonly dialect: boolean

  constructor(row: TaggedParametersRow, host: FamilyHost, dialect: boolean) {
    this.row = row
    this.host = host
    this.dialect = dialect
    this.rules = new ClosingRules(row, host)
    this.functionStem = row.functionOpen.slice(0, -1)
    this.openers = row.bareCalls ? [row.open, this.functionStem] : [row.open]
    this.wrappers = [row.open]
    this.closers = [row.close]
  }

  get stateName(): string {
    return this.state.mode
  }

  opens(index: number, { lineStart }: OpenerPlace): Match {
    const { buffer } = this.host
    const bare = this.row.bareCalls ? this.host.marker(this.functionStem, index) : 'no'
    if (bare === 'yes') return lineStart ? this.acceptsBare(index) : 'no'
    const wrapper = this.host.marker(this.row.open, index)
    if (wrapper !== 'yes') return wrapper === 'no' ? (lineStart ? bare : 'no') : wrapper
    const doubled = doubledOpeners(this.host, [this.row.open], index)
    if (doubled.match === 'wait') return 'wait'
    const at = doubled.next
    if (at === buffer.text.length) return buffer.ended || at - doubled.openerEnd >= MAX_BLANKS ? 'no' : 'wait'
    return this.functionOpens(at)
  }

  /** A complete function tag with an acceptable name (P1, P2). */
  private functionOpens(index: number): Match {
    const head = this.functionHead(index)
    return typeof head === 'string' ? head : 'yes'
  }

  private functionHead(index: number): Head | 'no' | 'wait' {
    const { buffer, nameChars } = this.host
    const { functionOpen, tagEnd } = this.row
    const stem = buffer.match(this.functionStem, index)
    if (stem !== 'yes') return stem
    const start = index + this.functionStem.length
    if (start >= buffer.text.length) return buffer.ended ? 'no' : 'wait'
    const exact = buffer.match(functionOpen, index) === 'yes'
    if (!exact && !isSpace(buffer.text.charCodeAt(start))) return 'no'
    const head = readHead(buffer, exact ? index + functionOpen.length : start, tagEnd, nameChars)
    if (typeof head === 'string') return head
    return this.acceptsFunction(head.name, exact) ? { name: head.name, end: head.end, mended: !exact } : 'no'
  }

  private acceptsFunction(name: string, exact: boolean): boolean {
    const { tools, unknownTools } = this.host
    if (tools.declares(name)) return true
    if (!exact) return false
    return tools.open || unknownTools === 'forward'
  }

  /**
   * A bare call needs a declared name, or no tools to compare with (P2). Then the markers alone decide: the body must begin like one, or
   * `<function=` of another agent's syntax would be taken for ours.
   */
  private acceptsBare(index: number): Match {
    const head = this.functionHead(index)
    if (typeof head === 'string') return head
    const { tools } = this.host
    if (!tools.open) return tools.declares(head.name) ? 'yes' : 'no'
    return followedBy(this.host, head.end, [this.row.parameterOpen, this.row.functionClose]).match
  }

  enter(index: number): void {
    const { buffer, output } = this.host
    const wrapped = this.host.marker(this.row.open, index) === 'yes'
    let at = index
    if (wrapped) {
      const doubled = doubledOpeners(this.host, [this.row.open], index)
      at = doubled.next
      this.host.commit(buffer.offset + index)
      if (doubled.count > 1)
        output.diagnose('doubled-opener', 'The call was opened more than once.', buffer.offset + index)
    } else {
      this.host.commit(buffer.offset + index)
      output.diagnose('missing-opener', `The call has no ${this.row.open}.`, buffer.offset + index)
    }
    this.consume(at, 'markup')
    if (this.dialect) {
      const message = 'The body of the call is written in tags, as another format does; it was read as such.'
      output.diagnose('other-dialect', message, buffer.at)
    }
    this.startFunction(wrapped)
  }

  private consume(to: number, kind: 'markup' | 'dropped' | 'arguments'): string {
    const { buffer, output } = this.host
    output.account(kind, buffer.at, buffer.offset + to)
    return buffer.take(to)
  }

  private startFunction(wrapped: boolean): void {
    const { buffer, output, tools } = this.host
    const head = this.functionHead(buffer.pos) as Head
    const offset = buffer.at
    this.state = { ...createState(), mode: 'body', wrapped, tool: head.name, repaired: head.mended }
    output.startCall(head.name, offset)
    if (head.mended) output.diagnose('mended-tag', `The function tag of ${head.name} was misspelt.`, offset)
    if (!tools.open && !tools.declares(head.name)) {
      output.diagnose('unknown-tool', `The request declares no tool ${head.name}.`, offset)
    }
    this.consume(head.end, 'markup')
  }

  run(): boolean {
    for (;;) {
      switch (this.state.mode) {
        case 'idle':
          return false
        case 'body':
          if (!this.onBody()) return this.state.mode !== ('idle' as string)
          break
        case 'value':
          if (!this.onValue()) return true
          break
        case 'afterFunction':
          if (!this.onAfterFunction()) return this.state.mode !== ('idle' as string)
          break
      }
    }
  }

  // --- outside parameters ---------------------------------------------------------------------------------------------------------

  /** Between parameters. Returns false when more text must come or the call is over. */
  private onBody(): boolean {
    const { row } = this
    const at = this.skipLayout()
    if (at < 0) return false
    switch (this.markerHere([row.parameterOpen, row.functionClose, row.close, row.open, row.functionOpen])) {
      case 'wait':
        return false
      case row.parameterOpen:
        return this.startParameter()
      case row.functionClose:
        this.dropStray()
        this.consume(at + row.functionClose.length, 'markup')
        this.closeArguments()
        if (this.state.wrapped) this.state.mode = 'afterFunction'
        else this.endCall(this.state.repaired)
        return this.state.wrapped
      case row.close:
        this.dropStray()
        this.missing(row.functionClose)
        this.consume(at + row.close.length, 'markup')
        this.closeArguments()
        this.endCall(true)
        return false
      case row.open:
        return this.endUnclosed(row.functionClose)
      case row.functionOpen:
        return this.nextFunction(row.functionClose)
      case 'removed':
        return true
      default:
        return this.stray()
    }
  }

  private onAfterFunction(): boolean {
    const { row } = this
    const at = this.skipLayout()
    if (at < 0) return false
    switch (this.markerHere([row.close, row.open, row.functionOpen])) {
      case 'wait':
        return false
      case row.close:
        this.dropStray()
        this.consume(at + row.close.length, 'markup')
        this.endCall(this.state.repaired)
        return false
      case row.open:
        return this.endUnclosed(row.close)
      case row.functionOpen:
        return this.nextFunction(undefined)
      case 'removed':
        return true
      default:
        return this.stray()
    }
  }

  /** Consumes blanks. Returns the index of the next character, or -1 when there is none. */
  private skipLayout(): number {
    const { buffer } = this.host
    const at = buffer.skipSpace(buffer.pos, buffer.text.length)
    if (this.state.stray === '') this.consume(at, 'markup')
    else this.takeStray(at)
    return at < buffer.text.length ? at : -1
  }

  /** Which of the markers stands at the position; end tokens are removed on the way (P14). */
  private markerHere(markers: readonly string[]): string | undefined {
    const { buffer, output, endTokens } = this.host
    let waiting = false
    for (const marker of markers) {
      const match = this.host.marker(marker, buffer.pos)
      if (match === 'yes') return marker
      waiting ||= match === 'wait'
    }
    for (const token of endTokens) {
      const match = buffer.match(token, buffer.pos)
      waiting ||= match === 'wait'
      if (match !== 'yes') continue
      this.dropStray()
      output.noteEndToken(token, buffer.at)
      this.consume(buffer.pos + token.length, 'markup')
      return 'removed'
    }
    return waiting ? 'wait' : undefined
  }

  /** Text outside every parameter (fine print 6): dropped up to the next `<`. */
  private stray(): boolean {
    const { buffer } = this.host
    const first = buffer.text.charCodeAt(buffer.pos)
    if (isSpace(first)) return true
    const next = buffer.text.indexOf('<', buffer.pos)
    const to = next === buffer.pos ? buffer.text.indexOf('<', buffer.pos + 1) : next
    this.takeStray(to < 0 ? buffer.text.length : to)
    return true
  }

  private takeStray(to: number): void {
    if (this.state.stray === '') this.state.strayOffset = this.host.buffer.at
    this.state.stray += this.consume(to, 'dropped')
  }

  private dropStray(): void {
    const { stray, strayOffset } = this.state
    if (stray === '') return
    this.host.output.diagnose(
      'stray-text',
      'Text inside the call, outside every parameter, was dropped.',
      strayOffset,
      stray,
    )
    this.state.stray = ''
  }

  private missing(marker: string): void {
    this.state.repaired = true
    this.host.output.diagnose('missing-closer', `The call has no ${marker}.`, this.host.buffer.at)
  }

  /** A new call begins before this one was closed. */
  private endUnclosed(missing: string): false {
    this.dropStray()
    this.missing(missing)
    this.closeArguments()
    this.endCall(true)
    return false
  }

  /** `<function=` where a call is open: the next function of the same wrapper, or of none. */
  private nextFunction(missing: string | undefined): boolean {
    const { buffer, output } = this.host
    const head = this.functionHead(buffer.pos)
    if (head === 'wait') return false
    const accepted = head === 'no' ? 'no' : this.state.wrapped ? 'yes' : this.acceptsBare(buffer.pos)
    if (accepted === 'wait') return false
    if (accepted === 'no') {
      if (head === 'no' && this.isRefusedFunction(buffer.pos)) return this.leaveTo(missing)
      return this.stray()
    }
    if (!output.mayStart(buffer.at)) return this.leaveTo(missing)
    this.dropStray()
    if (missing !== undefined) this.missing(missing)
    this.closeArguments()
    this.endCall(this.state.repaired)
    const wrapped = this.state.wrapped
    if (!wrapped) output.diagnose('missing-opener', `The call has no ${this.row.open}.`, buffer.at)
    this.startFunction(wrapped)
    return true
  }

  /** A complete tag whose name is not accepted: its text goes back to the reader. */
  private isRefusedFunction(index: number): boolean {
    const { buffer, nameChars } = this.host
    return typeof readHead(buffer, index + this.row.functionOpen.length, this.row.tagEnd, nameChars) !== 'string'
  }

  private leaveTo(missing: string | undefined): false {
    this.dropStray()
    if (missing !== undefined) this.missing(missing)
    this.closeArguments()
    this.endCall(this.state.repaired)
    return false
  }

  private closeArguments(): void {
    if (this.state.mode === 'afterFunction') return
    this.host.output.arguments(this.state.count === 0 ? '{}' : '}')
  }

  private endCall(repaired: boolean): void {
    this.host.output.endCall(repaired ? 'repaired' : 'complete')
    this.state.mode = 'idle'
  }

  // --- parameters -----------------------------------------------------------------------------------------------------------------

  private startParameter(): boolean {
    const { buffer, output, nameChars } = this.host
    const head = readHead(buffer, buffer.pos + this.row.parameterOpen.length, this.row.tagEnd, nameChars)
    if (head === 'wait') return false
    if (head === 'no') return this.stray()
    this.dropStray()
    const offset = buffer.at
    const key = this.mendKey(head.name, offset)
    const duplicate = Object.hasOwn(this.state.seen, `$${key}`)
    const value = startValue(duplicate ? ValueType.string : this.typesOf(key))
    this.consume(head.end, 'markup')
    if (!duplicate) {
      this.state.seen[`$${key}`] = true
      output.arguments(`${this.state.count === 0 ? '{' : ','}${quoteJson(key)}:${openValue(value)}`)
      this.state.count += 1
    }
    this.state.parameter = { key, value, atStart: true, lineStart: false, duplicate, offset, waitsFrom: -1 }
    this.state.mode = 'value'
    return true
  }

  /** `<parameter=parameter=x>` is `x` when the tool declares it (fine print 7). */
  private mendKey(name: string, offset: number): string {
    const { parameterOpen } = this.row
    const doubled = parameterOpen.slice(1)
    const tool = this.host.tools.get(this.state.tool)
    const mended = name.startsWith(doubled) ? name.slice(doubled.length).trim() : undefined
    if (mended !== undefined && tool?.declares(mended) === true && !tool.declares(name)) {
      this.state.repaired = true
      this.host.output.diagnose('mended-tag', `The parameter tag of ${mended} was misspelt.`, offset)
      return mended
    }
    if (tool !== undefined && !tool.declares(name)) {
      this.host.output.diagnose('undeclared-parameter', `The tool declares no parameter ${name}.`, offset)
    }
    return name
  }

  private typesOf(key: string): number {
    return this.host.tools.get(this.state.tool)?.typesOf(key) ?? ValueType.string
  }

  private onValue(): boolean {
    const { buffer } = this.host
    const parameter = this.state.parameter as Parameter
    if (parameter.atStart && !this.skipLeadingNewline(parameter)) return false
    let search = buffer.pos
    for (;;) {
      const candidate = buffer.text.indexOf('<', search)
      if (candidate < 0) {
        this.passValue(parameter, this.beforeLayout(buffer.text.length, buffer.pos))
        return false
      }
      const closing = this.rules.at(candidate, this.isLineStart(parameter, candidate), this.state)
      if (closing === 'wait') {
        this.passValue(parameter, this.beforeLayout(candidate, buffer.pos))
        return false
      }
      if (closing !== 'no') {
        this.passValue(parameter, this.beforeLayout(candidate, buffer.pos))
        this.endParameter(parameter, candidate, closing.length)
        return true
      }
      search = candidate + 1
    }
  }

  private isLineStart(parameter: Parameter, index: number): boolean {
    const { buffer } = this.host
    return index === buffer.pos ? parameter.lineStart : buffer.text.charCodeAt(index - 1) === Char.newline
  }

  /** A line break right after the opener is layout. Returns false when it could still become one. */
  private skipLeadingNewline(parameter: Parameter): boolean {
    const { buffer } = this.host
    if (!this.row.trimNewline) {
      parameter.atStart = false
      return true
    }
    const { text, pos } = buffer
    const first = text.charCodeAt(pos)
    if (first === Char.carriageReturn && pos + 1 === text.length && !buffer.ended) return false
    const length = first === Char.newline ? 1 : text.startsWith('\r\n', pos) ? 2 : 0
    if (length === 0 && pos === text.length) return false
    if (length > 0) {
      this.consume(pos + length, 'markup')
      parameter.lineStart = true
    }
    parameter.atStart = false
    return true
  }

  /** Where the value ends when the line break before `end` is layout. */
  private beforeLayout(end: number, from: number): number {
    const { text } = this.host.buffer
    // Half a surrogate pair where the text was cut.
    if (end > from && end === text.length && isHighSurrogate(text.charCodeAt(end - 1))) return end - 1
    if (!this.row.trimNewline || end <= from) return end
    const last = text.charCodeAt(end - 1)
    if (last === Char.carriageReturn) return end === text.length ? end - 1 : end
    if (last !== Char.newline) return end
    return end - 1 > from && text.charCodeAt(end - 2) === Char.carriageReturn ? end - 2 : end - 1
  }

  private passValue(parameter: Parameter, to: number): void {
    const { buffer, output, heldChars } = this.host
    if (to <= buffer.pos) return
    const start = buffer.at
    const piece = buffer.take(to)
    parameter.lineStart = piece.charCodeAt(piece.length - 1) === Char.newline
    const { value } = parameter
    if (parameter.waitsFrom < 0) parameter.waitsFrom = start
    if (parameter.duplicate) {
      value.held += piece
      return
    }
    const waited = value.mode !== 'stream'
    let text = admitText(value, piece)
    if (value.held.length > heldChars) {
      const message = `The value of ${parameter.key} is longer than ${heldChars} characters (limits.heldChars): it becomes a string.`
      if (value.mode === 'wait') output.diagnose('limit', message, parameter.offset)
      text = releaseText(value)
    }
    if (value.mode !== 'stream') return
    if (waited) output.arguments('"')
    this.passString(text, parameter.waitsFrom)
    parameter.waitsFrom = -1
  }

  /** Sends text of a string. Where the arguments reach their limit the rest is dropped text (P15). */
  private passString(text: string, start: number): void {
    const { output, buffer } = this.host
    const escaped = escapeJson(text)
    let fits = text.length
    if (escaped.length <= output.room) output.arguments(escaped)
    else {
      fits = fittingLength(text, output.room)
      output.arguments(escapeJson(text.slice(0, fits)))
      output.stop()
      output.dropBeyondLimit(text.slice(fits), start + fits)
    }
    output.account('arguments', start, start + fits)
    output.account('dropped', start + fits, buffer.at)
  }

  /** Says in the ledger what became of the value's text. */
  private settleValue(parameter: Parameter, kind: 'arguments' | 'dropped'): void {
    if (parameter.waitsFrom >= 0) this.host.output.account(kind, parameter.waitsFrom, this.host.buffer.at)
    parameter.waitsFrom = -1
  }

  /**
   * @param end - index of the marker that ends the value
   * @param closerLength - 0 when the value ends without its closer
   */
  private endParameter(parameter: Parameter, end: number, closerLength: number): void {
    const { output, repair } = this.host
    if (parameter.duplicate) {
      const message = `A second value for ${parameter.key} was dropped: the first one is sent already.`
      output.diagnose('duplicate-parameter', message, parameter.offset, parameter.value.held)
      this.settleValue(parameter, 'dropped')
    } else {
      const { held } = parameter.value
      const converted = closeValue(parameter.value, repair)
      if (converted.remark !== undefined)
        output.diagnose(converted.remark.code, converted.remark.message, parameter.offset)
      if (converted.repaired === true) {
        this.state.repaired = true
        output.diagnose('json-repair', `The value of ${parameter.key} was mended JSON.`, parameter.offset)
      }
      const sent = output.arguments(converted.json)
      const fits = sent === converted.json.length
      if (!fits) output.dropBeyondLimit(held, parameter.waitsFrom)
      this.settleValue(parameter, fits ? 'arguments' : 'dropped')
    }
    this.consume(end, 'markup')
    if (closerLength === 0) this.missing(this.row.parameterClose)
    this.consume(end + closerLength, 'markup')
    this.state.parameter = null
    this.state.mode = 'body'
  }

  // --- the end --------------------------------------------------------------------------------------------------------------------

  end({ clean }: StreamEnd): void {
    const { buffer } = this.host
    switch (this.state.mode) {
      case 'idle':
        return
      case 'value':
        this.truncate()
        return
      case 'body':
        this.takeStray(buffer.text.length)
        if (!clean) return this.cut(this.state.stray)
        this.dropStray()
        this.missing(this.row.functionClose)
        this.closeArguments()
        this.endCall(true)
        return
      case 'afterFunction':
        this.takeStray(buffer.text.length)
        this.dropStray()
        this.missing(this.row.close)
        this.endCall(true)
    }
  }

  /** The value is open: its arguments stay as they are (P7). */
  private truncate(): void {
    const { buffer, output } = this.host
    const tokens = endTokensReach(this.host, buffer.pos)
    const parameter = this.state.parameter as Parameter
    const held = parameter.value.held
    this.settleValue(parameter, 'dropped')
    if (tokens.length > 0) {
      for (const token of tokens) output.noteEndToken(token.text, token.offset)
      const tail = this.consume((tokens[0] as { offset: number }).offset - buffer.offset, 'dropped')
      this.consume(buffer.text.length, 'markup')
      this.cut(held + tail)
      return
    }
    this.cut(held + this.consume(buffer.text.length, 'dropped'))
  }

  private cut(dropped: string): void {
    const { buffer, output } = this.host
    output.truncateCall(dropped, buffer.at - dropped.length)
    this.state.mode = 'idle'
  }
}

/** How many characters of the text fit into `room` once they are escaped. */
function fittingLength(text: string, room: number): number {
  let left = room
  let fits = 0
  for (const character of text) {
    left -= escapeJson(character).length
    if (left < 0) break
    fits += character.length
  }
  return fits
}

function createState(): TaggedState {
  return {
    mode: 'idle',
    wrapped: false,
    tool: '',
    repaired: false,
    seen: {},
    count: 0,
    parameter: null,
    stray: '',
    strayOffset: 0,
  }
}
