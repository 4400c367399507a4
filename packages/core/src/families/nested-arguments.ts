import { escapeJson } from '../json/escape.ts'
import { isJsonNumber } from '../json/number.ts'
import { isSpace } from '../scan/char-code.ts'
import type { DiagnosticCode } from '../diagnostics.ts'
import { type JsonFrame, closingText, hasKey, itemText, memberText, openFrame } from '../values/json-writer.ts'
import { ValueType, itemSchema, memberSchema, namedTypes, namesMember, namesMembers } from '../values/schema-types.ts'
import { type ValueState, admitText, closeValue, openValue, releaseText, startValue } from '../values/value-writer.ts'
import type { FamilyHost } from './family.ts'
import { endTokensReach } from './lookahead.ts'

/** A string, number or literal that is being read. */
interface Leaf {
  value: ValueState
  /** It stands without quotes: blanks around it do not count, and JSON literals are taken as such where no schema says otherwise. */
  bare: boolean
  /** Offset from which its text waits for its type, -1 when none does. */
  waitsFrom: number
  /** Offset behind its text so far. */
  end: number
  /** Blanks that are its end or stand inside it. */
  space: string
}

/** A second value of a key: all its text is dropped (P9). */
interface Skip {
  /** Open frames around it. */
  depth: number
  key: string
  text: string
  offset: number
}

export interface NestedState {
  tool: string
  /** Objects and arrays that are open, from the arguments themselves inwards. */
  frames: JsonFrame[]
  /** How many of them are arrays. */
  arrays: number
  /** Place of the value that is being read, in the innermost frame. */
  slot: { key: string; offset: number }
  leaf: Leaf | null
  skip: Skip | null
  /** Text of the call outside every value that goes nowhere. */
  stray: string
  strayOffset: number
  /** Such text stands before the position, inside a dropped value too. */
  straying: boolean
  repaired: boolean
}

const RUNS = /[ \t\r\n]+|[^ \t\r\n]+/g
const CONTAINER = ValueType.object | ValueType.array
/** What a bare value without a schema may be; null is looked for by itself, since only its JSON spelling counts. */
const LITERAL = ValueType.string | ValueType.number | ValueType.boolean

export function createNestedState(tool: string): NestedState {
  return {
    tool,
    frames: tool === '' ? [] : [openFrame('object', '')],
    arrays: 0,
    slot: { key: '', offset: 0 },
    leaf: null,
    skip: null,
    stray: '',
    strayOffset: 0,
    straying: false,
    repaired: false,
  }
}

/**
 * Writes arguments that come as nested values, append-only: brackets and commas, keys, and each value typed by the schema of its place.
 * The family finds out where values begin and end.
 */
export class NestedArguments {
  private readonly host: FamilyHost
  private readonly owner: { state: { args: NestedState } }
  /** Schema of each open frame; made again where it is missing. */
  private schemas: unknown[] = []

  constructor(host: FamilyHost, owner: { state: { args: NestedState } }) {
    this.host = host
    this.owner = owner
  }

  /** The call begins. */
  start(tool: string): void {
    this.owner.state.args = createNestedState(tool)
    this.schemas = []
  }

  private get state(): NestedState {
    return this.owner.state.args
  }

  get depth(): number {
    return this.state.frames.length
  }

  get top(): JsonFrame {
    const { frames } = this.state
    return frames[frames.length - 1] as JsonFrame
  }

  get repaired(): boolean {
    return this.state.repaired
  }

  /** Is an array open? */
  get inArray(): boolean {
    return this.state.arrays > 0
  }

  /** Text that goes nowhere stands before the position. */
  get straying(): boolean {
    return this.state.straying
  }

  // --- schemas --------------------------------------------------------------------------------------------------------------------

  private get root(): unknown {
    return this.host.tools.get(this.state.tool)?.schema
  }

  /** Schema of an open frame. */
  private schemaAt(level: number): unknown {
    const { frames } = this.state
    this.schemas.length = Math.min(this.schemas.length, frames.length)
    for (let next = this.schemas.length; next <= level; next += 1) {
      const { key } = frames[next] as JsonFrame
      this.schemas.push(next === 0 ? this.root : this.childSchema(frames[next - 1] as JsonFrame, next - 1, key))
    }
    return this.schemas[level]
  }

  private childSchema({ kind }: JsonFrame, level: number, key: string): unknown {
    const schema = this.schemaAt(level)
    return kind === 'object' ? memberSchema(schema, this.root, key) : itemSchema(schema, this.root, Number(key))
  }

  private get slotSchema(): unknown {
    return this.childSchema(this.top, this.depth - 1, this.state.slot.key)
  }

  /** Types that the schema names for the value at hand; 0 when it says nothing. */
  get types(): number {
    return namedTypes(this.slotSchema, this.root)
  }

  /** May this be the key of the next member of the innermost object? Where its schema names none every new one may. */
  expects(key: string): boolean {
    const { root } = this
    const schema = this.schemaAt(this.depth - 1)
    if (hasKey(this.top, key)) return false
    const open = this.depth === 1 ? root === undefined : !namesMembers(schema, root)
    return open || namesMember(schema, root, key)
  }

  /** Does the schema of the value at hand name this member? */
  slotNames(key: string): boolean {
    return namesMember(this.slotSchema, this.root, key)
  }

  /** Is the innermost array the value of a key? */
  get mayRepeat(): boolean {
    const { frames, skip } = this.state
    return skip === null && this.top.kind === 'array' && frames[frames.length - 2]?.kind === 'object'
  }

  // --- structure ------------------------------------------------------------------------------------------------------------------

  private send(text: string): void {
    if (this.state.skip === null) this.host.output.arguments(text)
  }

  diagnose(code: DiagnosticCode, message: string, offset: number): void {
    if (this.state.skip === null) this.host.output.diagnose(code, message, offset)
  }

  /** A rewrite of the call's text. */
  repair(code: DiagnosticCode, message: string, offset: number): void {
    if (this.state.skip === null) this.state.repaired = true
    this.diagnose(code, message, offset)
  }

  /** The key of a member has come; its value is next. */
  startMember(key: string, offset: number): void {
    const { state, top } = this
    state.slot = { key, offset }
    if (state.skip !== null) return
    if (hasKey(top, key)) {
      state.skip = { depth: this.depth, key, text: '', offset }
      return
    }
    const tool = this.host.tools.get(state.tool)
    if (this.depth === 1 && tool?.declares(key) === false) {
      this.diagnose('undeclared-parameter', `The tool declares no parameter ${key}.`, offset)
    }
    this.send(memberText(top, key))
  }

  /** What comes may be the next item of the innermost array. */
  aimItem(offset: number): void {
    this.state.slot = { key: String(this.top.count), offset }
  }

  /** The item begins. */
  startItem(): void {
    this.send(itemText(this.top))
  }

  /** The value at hand is an object or array. */
  open(kind: JsonFrame['kind']): void {
    const { slot, frames } = this.state
    const { types } = this
    if (types !== 0 && (types & (kind === 'object' ? ValueType.object : ValueType.array)) === 0) {
      this.diagnose(
        'value-type',
        `The value of ${slot.key} is an ${kind}, which its schema does not allow.`,
        slot.offset,
      )
    }
    frames.push(openFrame(kind, slot.key))
    if (kind === 'array') this.state.arrays += 1
  }

  /** The innermost object or array ends. */
  close(): void {
    const frame = this.state.frames.pop() as JsonFrame
    if (frame.kind === 'array') this.state.arrays -= 1
    this.send(closingText(frame))
    this.endSlot()
  }

  private endSlot(): void {
    const { skip } = this.state
    if (skip === null || skip.depth !== this.depth) return
    this.state.skip = null
    const message = `A second value for ${skip.key} was dropped: the first one is sent already.`
    this.host.output.diagnose('duplicate-parameter', message, skip.offset, skip.text)
  }

  /** Takes markup. */
  consume(to: number): void {
    this.dropStray()
    this.take(to, 'markup')
  }

  /** Takes blanks between markup; next to text that goes nowhere they are part of it. */
  layout(to: number): void {
    if (!this.state.straying) this.take(to, 'markup')
    else this.takeStray(to)
  }

  /** Takes text that goes nowhere. */
  takeStray(to: number): void {
    const { state } = this
    if (state.stray === '') state.strayOffset = this.host.buffer.at
    const text = this.take(to, 'dropped')
    state.straying ||= text !== ''
    if (state.skip === null) state.stray += text
  }

  /** Reports the text that goes nowhere. */
  dropStray(): void {
    const { stray, strayOffset } = this.state
    this.state.straying = false
    if (stray === '') return
    this.state.stray = ''
    const message = 'Text inside the call, outside every value, was dropped.'
    this.host.output.diagnose('stray-text', message, strayOffset, stray)
  }

  /** Inside a dropped value all text goes nowhere. */
  private take(to: number, kind: 'markup' | 'dropped'): string {
    const { buffer, output } = this.host
    const { skip } = this.state
    output.account(skip === null ? kind : 'dropped', buffer.at, buffer.offset + to)
    const text = buffer.take(to)
    if (skip !== null) skip.text += text
    return text
  }

  // --- leaves ---------------------------------------------------------------------------------------------------------------------

  /**
   * The value at hand is a text.
   *
   * @param standard - what it may be where no schema says it
   */
  startLeaf(bare: boolean, standard: number = bare ? LITERAL : ValueType.string): void {
    const { buffer } = this.host
    const types = this.types || standard
    const value = startValue(types)
    // A JSON string is known at its end.
    if (bare && buffer.text[buffer.pos] === '"') value.mode = 'wait'
    this.state.leaf = { value, bare, waitsFrom: -1, end: buffer.at, space: '' }
    this.send(openValue(value))
  }

  /** Takes the next piece of the leaf's text. */
  pass(to: number): void {
    const { buffer } = this.host
    if (to <= buffer.pos) return
    const offset = buffer.at
    const text = buffer.take(to)
    const leaf = this.state.leaf as Leaf
    if (this.state.skip !== null) {
      this.state.skip.text += text
      this.host.output.account('dropped', offset, buffer.at)
    } else if (leaf.bare) this.passBare(leaf, text, offset)
    else this.passText(leaf, text, offset)
  }

  /** Words and blanks in turn: blanks wait for the next word. */
  private passBare(leaf: Leaf, text: string, offset: number): void {
    let at = offset
    for (const [run] of text.matchAll(RUNS)) {
      if (isSpace(run.charCodeAt(0))) this.holdSpace(leaf, run)
      else {
        const { space } = leaf
        leaf.space = ''
        this.passText(leaf, space + run, at - space.length)
      }
      at += run.length
    }
  }

  private holdSpace(leaf: Leaf, run: string): void {
    const { heldChars } = this.host
    leaf.space += run
    while (leaf.space.length > heldChars) {
      const space = leaf.space.slice(0, heldChars + 1)
      leaf.space = leaf.space.slice(heldChars + 1)
      this.reportLimit()
      this.passText(leaf, space, leaf.end)
    }
  }

  private reportLimit(): void {
    const { key, offset } = this.state.slot
    const message = `The value of ${key} is longer than ${this.host.heldChars} characters (limits.heldChars): it becomes a string.`
    this.host.output.diagnose('limit', message, offset)
  }

  private passText(leaf: Leaf, piece: string, offset: number): void {
    const { value } = leaf
    if (leaf.waitsFrom < 0) leaf.waitsFrom = offset
    leaf.end = offset + piece.length
    const waited = value.mode !== 'stream'
    let text = admitText(value, piece)
    if (value.held.length > this.host.heldChars) {
      if (value.mode === 'wait') this.reportLimit()
      text = releaseText(value)
    }
    if (value.mode !== 'stream') return
    if (waited) this.host.output.arguments('"')
    this.sendString(text, leaf.waitsFrom)
    leaf.waitsFrom = -1
  }

  /** Sends text of a string. Where the arguments reach their limit the rest is dropped text (P15). */
  private sendString(text: string, start: number): void {
    const { output } = this.host
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
    output.account('dropped', start + fits, start + text.length)
  }

  /** The leaf ends where the buffer stands. */
  endLeaf(): void {
    const { output } = this.host
    const leaf = this.state.leaf as Leaf
    this.state.leaf = null
    if (this.state.skip === null) {
      const { held } = leaf.value
      const json = this.convert(leaf)
      const fits = output.arguments(json) === json.length
      if (!fits) output.dropBeyondLimit(held, leaf.waitsFrom)
      if (leaf.waitsFrom >= 0) output.account(fits ? 'arguments' : 'dropped', leaf.waitsFrom, leaf.end)
      output.account('markup', leaf.end, leaf.end + leaf.space.length)
    }
    this.endSlot()
  }

  private convert({ value, bare }: Leaf): string {
    const { key, offset } = this.state.slot
    const { held, types, mode } = value
    if (bare && mode !== 'stream' && (isJsonString(held) || (held === 'null' && this.types === 0))) return held
    if (mode === 'wait' && !bare && types & CONTAINER && (types & ValueType.null) === 0 && held.trim() === '') {
      return types & ValueType.object ? '{}' : '[]'
    }
    const converted = closeValue(value, this.host.repair)
    if (converted.remark !== undefined) this.diagnose(converted.remark.code, converted.remark.message, offset)
    if (converted.repaired === true) this.repair('json-repair', `The value of ${key} was mended JSON.`, offset)
    return converted.json
  }

  /** May the leaf be a string? */
  get mayBeText(): boolean {
    return ((this.state.leaf?.value.types ?? 0) & ValueType.string) !== 0
  }

  /** Is the leaf a text that is no array where the schema wants one? */
  get mayBeItem(): boolean {
    const { leaf, skip } = this.state
    if (leaf === null || skip !== null || this.top.kind === 'array' || leaf.value.mode !== 'wait') return false
    return (leaf.value.types & ValueType.array) !== 0 && /^[^[({]/.test(leaf.value.held.trimStart())
  }

  /** The leaf was the first item of an array. */
  leafToItem(): void {
    const { leaf, slot } = this.state
    const { value, waitsFrom } = leaf as Leaf
    this.open('array')
    this.aimItem(slot.offset)
    this.startItem()
    this.startLeaf(false)
    this.passText(this.state.leaf as Leaf, value.held, waitsFrom)
    this.endLeaf()
  }

  /** Is the bare leaf a number or a literal as it stands? Then nothing of it is missing at a clean end (fine print 27). */
  get isLiteral(): boolean {
    const leaf = this.state.leaf
    if (leaf === null || !leaf.bare || leaf.value.mode === 'stream') return false
    const { held, types } = leaf.value
    return (types !== ValueType.string && isJsonNumber(held)) || /^(?:true|false|null)$/.test(held)
  }

  // --- the end --------------------------------------------------------------------------------------------------------------------

  /**
   * The call ends inside a value, or where values could be missing: its arguments stay as they are (P7).
   *
   * @param to - index where its text ends, absent when all text has ended
   */
  truncate(to?: number): void {
    const { buffer, output } = this.host
    const { leaf, skip } = this.state
    if (leaf !== null) this.dropStray()
    const { stray } = this.state
    if (leaf !== null && leaf.waitsFrom >= 0) output.account('dropped', leaf.waitsFrom, leaf.end)
    if (leaf !== null) output.account('dropped', leaf.end, leaf.end + leaf.space.length)
    const held = skip !== null ? skip.text : leaf === null ? stray : leaf.value.held + leaf.space
    // A text whose closer has come waits for the next tag: it does not stand before the position.
    const offset = skip === null && leaf !== null && leaf.waitsFrom >= 0 ? leaf.waitsFrom : buffer.at - held.length
    const end = to ?? buffer.text.length
    const tokens = to === undefined ? endTokensReach(this.host, buffer.pos) : []
    for (const token of tokens) output.noteEndToken(token.text, token.offset)
    const textEnd = tokens.length === 0 ? end : (tokens[0] as { offset: number }).offset - buffer.offset
    output.account('dropped', buffer.at, buffer.offset + textEnd)
    const dropped = held + buffer.take(textEnd)
    output.account('markup', buffer.at, buffer.offset + end)
    buffer.take(end)
    output.truncateCall(dropped, offset)
  }
}

function isJsonString(text: string): boolean {
  if (!text.startsWith('"') || !text.endsWith('"')) return false
  try {
    return typeof JSON.parse(text) === 'string'
  } catch {
    return false
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
