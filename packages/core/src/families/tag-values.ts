import { Char, isHighSurrogate } from '../scan/char-code.ts'
import { escapeJson } from '../json/escape.ts'
import { objectKeys, quoteJson } from '../values/convert-value.ts'
import { beforeOpenEntity, decodeEntities, entityUnits } from '../values/entities.ts'
import { type ValueState, admitText, closeValue, openValue, releaseText, startValue } from '../values/value-writer.ts'
import { ANY_JSON, ValueType } from '../values/schema-types.ts'
import { type Closing, ClosingRules } from './closing-rules.ts'
import type { FamilyHost } from './family.ts'
import { MAX_BLANKS, endTokensReach, followedBy } from './lookahead.ts'
import type { TagGrammar } from './tag-grammar.ts'
import type { Head } from './tag-heads.ts'

/** The parameter whose value is being read. */
export interface Parameter {
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
  /** The value stands in a CDATA section. */
  cdata: boolean
  /** The key is sent when the value is known, because this may be an object around all arguments. */
  envelope: boolean
}

/** What the reader of values knows and changes of a call. */
export interface CallState {
  /** A section is open. */
  section: boolean
  tool: string
  repaired: boolean
  /** Names that have a value, each behind a `$`, so that `__proto__` is a name like any other. */
  seen: Record<string, true>
  count: number
  parameter: Parameter | null
}

const CDATA = '<![CDATA['

/** Reads the value of a parameter: where it ends, what is layout, and its text as JSON of the parameter's type. */
export class TagValues {
  private readonly grammar: TagGrammar
  private readonly host: FamilyHost
  private readonly rules: ClosingRules

  constructor(grammar: TagGrammar, host: FamilyHost) {
    this.grammar = grammar
    this.host = host
    this.rules = new ClosingRules(grammar, host)
  }

  /** A parameter's tag has been read. */
  start(call: CallState, head: Head): void {
    const offset = this.host.buffer.at
    const key = this.mendKey(call, head, offset)
    const duplicate = Object.hasOwn(call.seen, `$${key}`)
    const value = startValue(duplicate ? ValueType.string : this.typesOf(call.tool, key, head.type))
    const envelope = !duplicate && value.mode === 'wait' && this.mayBeEnvelope(call, key)
    call.parameter = {
      key,
      value,
      atStart: true,
      lineStart: false,
      duplicate,
      offset,
      waitsFrom: -1,
      cdata: false,
      envelope,
    }
    this.skipEscaped(head)
    this.consume(head.end, 'markup')
    call.seen[`$${key}`] = true
    if (!duplicate && !envelope) this.announce(call, call.parameter)
  }

  /** Line breaks in a tag that were written as their escapes say nothing. */
  private skipEscaped({ escaped }: Head): void {
    if (escaped === undefined) return
    const { buffer, output } = this.host
    this.consume(escaped.start, 'markup')
    const offset = buffer.at
    const message = 'A line break between the tags of a parameter was written as its escape; it was dropped.'
    output.diagnose('stray-text', message, offset, this.consume(escaped.end, 'dropped'))
  }

  private announce(call: CallState, { key, value }: Parameter): void {
    this.host.output.arguments(`${call.count === 0 ? '{' : ','}${quoteJson(key)}:${openValue(value)}`)
    call.count += 1
  }

  /** `<parameter=parameter=x>` is `x` when the tool declares it (fine print 7). */
  private mendKey(call: CallState, head: Head, offset: number): string {
    const { name } = head
    const { output, tools } = this.host
    const tool = tools.get(call.tool)
    const doubled = this.grammar.name('parameterOpen').slice(1)
    const mended = name.startsWith(doubled) ? name.slice(doubled.length).trim() : undefined
    const key = mended !== undefined && tool?.declares(mended) === true && !tool.declares(name) ? mended : name
    if (key !== name || head.mended) {
      call.repaired = true
      output.diagnose('mended-tag', `The parameter tag of ${key} was misspelt.`, offset)
    }
    if (tool !== undefined && !tool.declares(key)) {
      output.diagnose('undeclared-parameter', `The tool declares no parameter ${key}.`, offset)
    }
    return key
  }

  /** A type in the tag wins over the schema (P5). Then an empty text is null only where the schema allows it. */
  private typesOf(name: string, key: string, type: Head['type']): number {
    const types = this.host.tools.get(name)?.typesOf(key) ?? ValueType.string
    if (type === undefined) return types
    return type === 'string' ? ValueType.string : ANY_JSON | (types & ValueType.null)
  }

  private mayBeEnvelope(call: CallState, key: string): boolean {
    const { envelopes } = this.grammar.row
    const tool = this.host.tools.get(call.tool)
    return call.count === 0 && envelopes?.includes(key) === true && tool?.declares(key) === false
  }

  /**
   * Reads on.
   *
   * @returns false when more text must come
   */
  read(call: CallState): boolean {
    const { buffer } = this.host
    const parameter = call.parameter as Parameter
    if (parameter.atStart && !this.skipLayout(parameter)) return false
    let search = buffer.pos
    for (;;) {
      const candidate = this.rules.candidate(search)
      if (candidate < 0) {
        this.pass(call, parameter, this.beforeLayout(parameter, buffer.text.length))
        return false
      }
      const closing = this.closingAt(call, parameter, candidate)
      if (closing !== 'no') {
        this.pass(call, parameter, this.beforeLayout(parameter, candidate))
        if (closing === 'wait') return false
        this.close(call, parameter, candidate, closing)
        return true
      }
      search = candidate + 1
    }
  }

  private closingAt(call: CallState, parameter: Parameter, index: number): Closing | 'no' | 'wait' {
    if (parameter.cdata) return this.rules.atCdata(index, call)
    const closing = this.rules.at(index, this.isLineStart(parameter, index), call)
    if (typeof closing === 'string' || !parameter.envelope) return closing
    // Whether it is the only parameter must be known when its value ends.
    return this.closesFunction(index + closing.length) === 'wait' ? 'wait' : closing
  }

  private closesFunction(index: number): 'yes' | 'no' | 'wait' {
    const { functionClose, wrapperClose, sectionClose } = this.grammar.literals
    return followedBy(this.host, index, [...functionClose, ...wrapperClose, ...sectionClose]).match
  }

  private isLineStart(parameter: Parameter, index: number): boolean {
    const { buffer } = this.host
    return index === buffer.pos ? parameter.lineStart : buffer.text.charCodeAt(index - 1) === Char.newline
  }

  /** Skips what is layout before a value. Returns false when what stands here could still become some. */
  private skipLayout(parameter: Parameter): boolean {
    const { row } = this.grammar
    const skipped = row.xml === true ? this.skipCdata(parameter) : !row.trimNewline || this.skipLineBreak(parameter)
    parameter.atStart = !skipped
    return skipped
  }

  /** A line break right after the opener. */
  private skipLineBreak(parameter: Parameter): boolean {
    const { buffer } = this.host
    const { text, pos } = buffer
    const first = text.charCodeAt(pos)
    if (first === Char.carriageReturn && pos + 1 === text.length && !buffer.ended) return false
    const length = first === Char.newline ? 1 : text.startsWith('\r\n', pos) ? 2 : 0
    if (length === 0 && pos === text.length) return false
    if (length > 0) {
      this.consume(pos + length, 'markup')
      parameter.lineStart = true
    }
    return true
  }

  /** The opener of a CDATA section, with blanks before it. */
  private skipCdata(parameter: Parameter): boolean {
    const { buffer } = this.host
    const at = buffer.skipSpace(buffer.pos, MAX_BLANKS)
    if (at === buffer.text.length) return at - buffer.pos >= MAX_BLANKS
    // A piece of the opener where the text ends is no argument text: a cut value is a prefix of the whole one.
    if (buffer.endsInside(CDATA, at)) return false
    if (buffer.match(CDATA, at) === 'no') return true
    this.consume(at + CDATA.length, 'markup')
    parameter.cdata = true
    return true
  }

  /** Where the value ends when what stands before `end` may be layout, or is not whole yet. */
  private beforeLayout(parameter: Parameter, end: number): number {
    const { text, pos } = this.host.buffer
    if (end <= pos) return end
    if (end === text.length) {
      // Half a surrogate pair where the text was cut.
      if (isHighSurrogate(text.charCodeAt(end - 1))) return end - 1
      if (this.decodes(parameter)) return beforeOpenEntity(text, pos, end)
    }
    if (!this.grammar.row.trimNewline) return end
    const last = text.charCodeAt(end - 1)
    if (last === Char.carriageReturn) return end === text.length ? end - 1 : end
    if (last !== Char.newline) return end
    return end - 1 > pos && text.charCodeAt(end - 2) === Char.carriageReturn ? end - 2 : end - 1
  }

  private decodes({ cdata }: Parameter): boolean {
    return this.grammar.row.xml === true && !cdata
  }

  private decode(parameter: Parameter, text: string): string {
    return this.decodes(parameter) ? decodeEntities(text) : text
  }

  private pass(call: CallState, parameter: Parameter, to: number): void {
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
    if (parameter.envelope) {
      parameter.envelope = false
      this.announce(call, parameter)
    } else if (waited) output.arguments('"')
    this.passString(parameter, text)
  }

  /** Sends text of a string. Where the arguments reach their limit the rest is dropped text (P15). */
  private passString(parameter: Parameter, text: string): void {
    const { output, buffer } = this.host
    const start = parameter.waitsFrom
    const escaped = escapeJson(this.decode(parameter, text))
    let fits = text.length
    if (escaped.length <= output.room) output.arguments(escaped)
    else {
      fits = this.fittingLength(parameter, text)
      output.arguments(escapeJson(this.decode(parameter, text.slice(0, fits))))
      output.stop()
      output.dropBeyondLimit(text.slice(fits), start + fits)
    }
    output.account('arguments', start, start + fits)
    output.account('dropped', start + fits, buffer.at)
    parameter.waitsFrom = -1
  }

  /** How many characters of the text fit into the arguments once they are escaped. */
  private fittingLength(parameter: Parameter, text: string): number {
    let left = this.host.output.room
    let fits = 0
    for (const unit of this.decodes(parameter) ? entityUnits(text) : text) {
      left -= escapeJson(this.decode(parameter, unit)).length
      if (left < 0) break
      fits += unit.length
    }
    return fits
  }

  /** Says in the ledger what became of the value's text. */
  private settle(parameter: Parameter, kind: 'arguments' | 'dropped'): void {
    if (parameter.waitsFrom >= 0) this.host.output.account(kind, parameter.waitsFrom, this.host.buffer.at)
    parameter.waitsFrom = -1
  }

  /** @param end - index of the marker that ends the value */
  private close(call: CallState, parameter: Parameter, end: number, closing: Closing): void {
    const { output } = this.host
    if (parameter.duplicate) {
      const message = `A second value for ${parameter.key} was dropped: the first one is sent already.`
      output.diagnose('duplicate-parameter', message, parameter.offset, parameter.value.held)
      this.settle(parameter, 'dropped')
    } else {
      const { held } = parameter.value
      const json = this.convert(call, parameter, end + closing.length)
      const sent = output.arguments(json)
      const fits = sent === json.length
      if (!fits) output.dropBeyondLimit(held, parameter.waitsFrom)
      this.settle(parameter, fits ? 'arguments' : 'dropped')
    }
    this.consume(end, 'markup')
    if (!closing.closed) {
      call.repaired = true
      output.diagnose('missing-closer', `The call has no ${this.grammar.name('parameterClose')}.`, this.host.buffer.at)
    }
    this.consume(end + closing.length, 'markup')
    call.parameter = null
  }

  /** The rest of the value as JSON, with its key where that has waited. */
  private convert(call: CallState, parameter: Parameter, next: number): string {
    const { output, repair } = this.host
    const { key, value, offset } = parameter
    value.held = this.decode(parameter, value.held)
    const converted = closeValue(value, repair)
    if (converted.remark !== undefined) output.diagnose(converted.remark.code, converted.remark.message, offset)
    if (converted.repaired === true) {
      call.repaired = true
      output.diagnose('json-repair', `The value of ${key} was mended JSON.`, offset)
    }
    if (!parameter.envelope) return converted.json
    const unwrapped = this.closesFunction(next) === 'yes' ? this.unwrap(call, converted.json) : undefined
    if (unwrapped === undefined) {
      this.announce(call, parameter)
      return converted.json
    }
    call.repaired = true
    output.diagnose('json-envelope', `The arguments stood in a parameter ${key} of their own.`, offset)
    return unwrapped
  }

  /** The arguments without the object's last brace, if they are what the tool declares. */
  private unwrap(call: CallState, json: string): string | undefined {
    const keys = objectKeys(json)
    const tool = this.host.tools.get(call.tool)
    if (keys === undefined || tool === undefined || !keys.every((key) => tool.declares(key))) return undefined
    call.count = keys.length
    return keys.length === 0 ? '' : json.slice(0, json.lastIndexOf('}'))
  }

  /** The text has ended inside the value: its arguments stay as they are (P7). Returns the text that goes nowhere. */
  truncate(call: CallState): string {
    const { buffer, output } = this.host
    const tokens = endTokensReach(this.host, buffer.pos)
    const parameter = call.parameter as Parameter
    const held = parameter.value.held
    this.settle(parameter, 'dropped')
    if (tokens.length === 0) return held + this.consume(buffer.text.length, 'dropped')
    for (const token of tokens) output.noteEndToken(token.text, token.offset)
    const tail = this.consume((tokens[0] as { offset: number }).offset - buffer.offset, 'dropped')
    this.consume(buffer.text.length, 'markup')
    return held + tail
  }

  private consume(to: number, kind: 'markup' | 'dropped'): string {
    const { buffer, output } = this.host
    output.account(kind, buffer.at, buffer.offset + to)
    return buffer.take(to)
  }
}
