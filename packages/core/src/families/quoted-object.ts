import type { Match } from '../scan/text-buffer.ts'
import { isHighSurrogate } from '../scan/char-code.ts'
import { MarkerFinder } from '../scan/find-marker.ts'
import type { Family, FamilyHost, StreamEnd } from './family.ts'
import { MAX_BLANKS, doubledOpeners, followedBy, isEndTokenTail } from './lookahead.ts'
import { NestedArguments, type NestedState, createNestedState } from './nested-arguments.ts'
import { type ReadName, readName } from './read-name.ts'

/** What a format of this family says about itself. */
export interface QuotedObjectRow {
  /** `<|tool_call>` */
  open: string
  /** `<tool_call|>`, a special token: at a clean end nothing is missing without it. */
  close: string
  /** `call:`, before the name. */
  prefix: string
  /** `<|"|>`, before and after a string. */
  quote: string
}

interface QuotedState {
  mode:
    | 'idle'
    | 'key' //        {|path:   or  ,|path:
    | 'value' //      path:|    or  [|
    | 'string' //     <|"|>te|xt<|"|>
    | 'bare' //       tr|ue
    | 'after' //      <|"|>text<|"|>|,
    | 'closed' //     }|<tool_call|>
  args: NestedState
}

/** Characters that end a bare key or cannot stand in one. */
const NO_KEY = '<{}[],\r\n'
const NO_NAME = '<\r\n'

/**
 * Calls that are objects with token quotes around raw strings: `<|tool_call>call:NAME{key:<|"|>text<|"|>,n:3,list:[...]}<tool_call|>`. A
 * quote inside a string can be told from its end only by what follows.
 */
export class QuotedObject implements Family {
  state: QuotedState = createState()
  readonly openers: readonly string[]
  readonly wrappers: readonly string[]
  readonly closers: readonly string[]
  private readonly row: QuotedObjectRow
  private readonly host: FamilyHost
  private readonly args: NestedArguments
  /** What can end a string, a bare value or stray text. */
  private readonly finders: Record<'string' | 'bare' | 'stray', MarkerFinder<string>>
  private readonly markers: MarkerFinder<string>
  /** What ends a quoted key. */
  private readonly keyEnds: MarkerFinder<string>
  /** Markers that can stand where a value is. */
  private readonly values: readonly string[]

  constructor(row: QuotedObjectRow, host: FamilyHost) {
    this.row = row
    this.host = host
    this.args = new NestedArguments(host, this)
    this.openers = [row.open]
    this.wrappers = [row.open]
    this.closers = [row.close]
    const tokens = [row.open, row.close, ...host.endTokens]
    this.markers = new MarkerFinder(tokens)
    this.keyEnds = new MarkerFinder([row.quote, row.open, row.close])
    this.values = [row.quote, ...tokens]
    this.finders = {
      string: new MarkerFinder([row.quote, ...host.endTokens]),
      bare: new MarkerFinder([',', '}', ']', ...tokens]),
      stray: new MarkerFinder([',', '}', ']', row.prefix, row.quote, ...tokens]),
    }
  }

  get stateName(): string {
    return this.state.mode
  }

  // --- openers --------------------------------------------------------------------------------------------------------------------

  opens(index: number): Match {
    const { buffer } = this.host
    const opener = this.host.marker(this.row.open, index)
    if (opener !== 'yes') return opener
    const doubled = doubledOpeners(this.host, [this.row.open], index)
    if (doubled.match === 'wait') return 'wait'
    if (doubled.next === buffer.text.length) return buffer.ended ? 'no' : 'wait'
    const head = this.headAt(doubled.next)
    return typeof head === 'string' ? head : 'yes'
  }

  /** `call:NAME{` with an acceptable name (P1). */
  private headAt(index: number): ReadName | 'no' | 'wait' {
    const { buffer, nameChars, tools, unknownTools } = this.host
    const prefix = buffer.match(this.row.prefix, index)
    if (prefix !== 'yes') return prefix
    const head = readName(buffer.text, index + this.row.prefix.length, '{', NO_NAME, nameChars)
    if (typeof head === 'string') return head === 'wait' && buffer.ended ? 'no' : head
    return tools.open || tools.declares(head.name) || unknownTools === 'forward' ? head : 'no'
  }

  enter(index: number): void {
    const { buffer, output } = this.host
    const doubled = doubledOpeners(this.host, [this.row.open], index)
    this.host.commit(buffer.at)
    if (doubled.count > 1) output.diagnose('doubled-opener', 'The call was opened more than once.', buffer.at)
    const offset = buffer.at
    this.args.consume(doubled.next)
    this.startCall(offset)
  }

  private startCall(offset: number): void {
    const { buffer, output, tools } = this.host
    const { name, end } = this.headAt(buffer.pos) as ReadName
    output.startCall(name, offset)
    if (!tools.open && !tools.declares(name)) {
      output.diagnose('unknown-tool', `The request declares no tool ${name}.`, buffer.at)
    }
    this.args.consume(end)
    this.args.start(name)
    this.state.mode = 'key'
  }

  run(): boolean {
    while (this.step());
    return this.state.mode !== 'idle'
  }

  /** Returns false when more text must come or the call is over. */
  private step(): boolean {
    switch (this.state.mode) {
      case 'idle':
        return false
      case 'key':
        return this.onKey()
      case 'value':
        return this.onValue()
      case 'string':
        return this.onString()
      case 'bare':
        return this.onBare()
      case 'after':
        return this.onAfter()
      case 'closed':
        return this.onClosed()
    }
  }

  // --- between values -------------------------------------------------------------------------------------------------------------

  /** Takes blanks. Returns the next character, `undefined` when there is none. */
  private nextUnit(): string | undefined {
    const { buffer } = this.host
    this.args.layout(buffer.skipSpace(buffer.pos, buffer.text.length))
    return buffer.text[buffer.pos]
  }

  private onKey(): boolean {
    const { buffer } = this.host
    const unit = this.nextUnit()
    if (unit === undefined) return false
    if (unit === ',') {
      this.args.consume(buffer.pos + 1)
      return true
    }
    if (unit === '}' || unit === ']') return this.onBracket(unit)
    const marker = this.markerHere()
    if (marker !== 'none') return marker === 'taken'
    // Text that is no key goes nowhere up to the next comma.
    const key = this.args.straying ? 'no' : this.keyAt(buffer.pos)
    if (key === 'wait') return false
    if (key === 'no') return this.strayKey(unit)
    const offset = buffer.at
    this.args.consume(key.end)
    this.args.startMember(key.name, offset)
    this.state.mode = 'value'
    return true
  }

  /** A doubled brace or a quote without its partner goes nowhere alone: a key may stand behind it. */
  private strayKey(unit: string): true {
    const { buffer } = this.host
    const length = unit === '{' ? 1 : this.host.marker(this.row.quote, buffer.pos) === 'yes' ? this.row.quote.length : 0
    if (length === 0 || this.args.straying) return this.stray()
    this.args.takeStray(buffer.pos + length)
    this.args.dropStray()
    return true
  }

  /** A key with its colon, quoted or not. */
  private keyAt(index: number): ReadName | 'no' | 'wait' {
    const { buffer, nameChars } = this.host
    if (buffer.endsInside(this.row.quote, index)) return 'wait'
    const quoted = this.host.marker(this.row.quote, index) === 'yes'
    return quoted ? this.quotedKeyAt(index) : readName(buffer.text, index, ':', NO_KEY, nameChars)
  }

  /** A quoted key ends at the next quote, and a colon follows. */
  private quotedKeyAt(index: number): ReadName | 'no' | 'wait' {
    const { buffer, nameChars } = this.host
    const { quote, open, close } = this.row
    const start = index + quote.length
    const found = this.keyEnds.find(buffer, start, (literal, at) => this.host.marker(literal, at))
    if (found.index - start > nameChars) return 'no'
    if (found.marker === undefined) return 'wait'
    if (found.marker === open || found.marker === close) return 'no'
    const colon = buffer.skipSpace(found.index + quote.length, MAX_BLANKS)
    if (colon === buffer.text.length) return 'wait'
    return buffer.text[colon] === ':' ? { name: buffer.text.slice(start, found.index), end: colon + 1 } : 'no'
  }

  private onValue(): boolean {
    const { buffer } = this.host
    const unit = this.nextUnit()
    if (unit === undefined) return false
    const isItem = this.args.top.kind === 'array'
    switch (unit) {
      case ',':
        if (!isItem) return this.endEmpty()
        this.args.consume(buffer.pos + 1)
        return true
      case '}':
      case ']':
        if (this.closesFrame(unit)) return isItem ? this.onBracket(unit) : this.endEmpty()
        break
      case '{':
      case '[':
        if (isItem) this.startItem()
        this.args.open(unit === '{' ? 'object' : 'array')
        this.args.consume(buffer.pos + 1)
        this.state.mode = unit === '{' ? 'key' : 'value'
        return true
    }
    // A piece of a marker where the text ends never becomes argument text.
    if (this.values.some((literal) => buffer.endsInside(literal, buffer.pos))) return false
    if (this.host.marker(this.row.quote, buffer.pos) !== 'yes') return this.startBare(isItem)
    if (isItem) this.startItem()
    this.args.consume(buffer.pos + this.row.quote.length)
    this.args.startLeaf(false)
    this.state.mode = 'string'
    return true
  }

  private startBare(isItem: boolean): boolean {
    const marker = this.peekMarker()
    if (marker !== undefined)
      return isItem || this.host.endTokens.includes(marker) ? this.takeMarker(marker) : this.endEmpty()
    if (isItem) this.startItem()
    this.args.startLeaf(true)
    this.state.mode = 'bare'
    return true
  }

  private startItem(): void {
    this.args.aimItem(this.host.buffer.at)
    this.args.startItem()
  }

  /** A key without a value. */
  private endEmpty(): true {
    this.args.startLeaf(true)
    return this.endLeaf()
  }

  private endLeaf(): true {
    this.args.endLeaf()
    this.state.mode = 'after'
    return true
  }

  private onAfter(): boolean {
    const { buffer } = this.host
    const unit = this.nextUnit()
    if (unit === undefined) return false
    if (unit === '}' || unit === ']') return this.onBracket(unit)
    if (unit === ',') {
      this.args.consume(buffer.pos + 1)
      this.state.mode = this.args.top.kind === 'object' ? 'key' : 'value'
      return true
    }
    const marker = this.markerHere()
    return marker === 'none' ? this.stray() : marker === 'taken'
  }

  /** Does a frame that this bracket can close stand open? */
  private closesFrame(bracket: '}' | ']'): boolean {
    return bracket === '}' || this.args.inArray
  }

  private onBracket(bracket: '}' | ']'): boolean {
    if (!this.closesFrame(bracket)) return this.stray()
    const kind = bracket === '}' ? 'object' : 'array'
    while (this.args.top.kind !== kind) this.closeUnclosed()
    const { buffer } = this.host
    // What the bracket closes may be a value that is dropped: then it belongs to it.
    this.args.consume(buffer.pos + 1)
    this.args.close()
    this.state.mode = this.args.depth === 0 ? 'closed' : 'after'
    return true
  }

  private closeUnclosed(): void {
    const bracket = this.args.top.kind === 'object' ? '}' : ']'
    this.args.repair('missing-closer', `The call has no ${bracket}.`, this.host.buffer.at)
    this.args.close()
  }

  /** The call ends, or is whole: every bracket that is open is missing. */
  private closeAll(): void {
    this.args.dropStray()
    while (this.args.depth > 0) this.closeUnclosed()
  }

  // --- markers --------------------------------------------------------------------------------------------------------------------

  private peekMarker(): string | undefined {
    return this.markers.at(this.host.buffer.pos, (literal, index) => this.host.marker(literal, index))
  }

  /** `taken` when the call goes on, `over` when it does not, `wait` when more text must come. */
  private markerHere(): 'none' | 'wait' | 'taken' | 'over' {
    const marker = this.peekMarker()
    if (marker === undefined) return 'none'
    if (marker === 'wait') return 'wait'
    return this.takeMarker(marker) ? 'taken' : 'over'
  }

  /** Returns false when the call is over. */
  private takeMarker(marker: string): boolean {
    const { buffer, output } = this.host
    if (marker !== this.row.open && marker !== this.row.close) {
      this.args.dropStray()
      output.noteEndToken(marker, buffer.at)
      this.args.consume(buffer.pos + marker.length)
      return true
    }
    this.closeAll()
    if (marker === this.row.close) this.args.consume(buffer.pos + marker.length)
    else output.diagnose('missing-closer', `The call has no ${this.row.close}.`, buffer.at)
    this.endCall(this.args.repaired)
    return false
  }

  private endCall(repaired: boolean): void {
    this.args.dropStray()
    this.host.output.endCall(repaired ? 'repaired' : 'complete')
    this.state = createState()
  }

  /** Text outside every value: dropped up to the next character that can mean something (fine print 6). */
  private stray(): true {
    const { buffer } = this.host
    const next = this.finders.stray.candidate(buffer.text, buffer.pos + 1)
    this.args.takeStray(next < 0 ? buffer.text.length : next)
    return true
  }

  /** The object is whole: its closer, or the next call of the same wrapper. */
  private onClosed(): boolean {
    const { buffer, output } = this.host
    if (this.nextUnit() === undefined) return false
    const marker = this.markerHere()
    if (marker !== 'none') return marker === 'taken'
    const head = this.headAt(buffer.pos)
    if (head === 'wait') return false
    if (head === 'no' || !output.mayStart(buffer.at)) return this.stray()
    const { repaired } = this.args
    this.args.dropStray()
    output.endCall(repaired ? 'repaired' : 'complete')
    this.startCall(buffer.at)
    return true
  }

  // --- values ---------------------------------------------------------------------------------------------------------------------

  private onString(): boolean {
    const { buffer } = this.host
    let search = buffer.pos
    for (;;) {
      const at = this.finders.string.candidate(buffer.text, search)
      const match = at < 0 ? 'wait' : this.endsString(at)
      if (match === 'no') {
        search = at + 1
        continue
      }
      this.args.pass(at < 0 ? this.wholeEnd() : at)
      if (match === 'wait') return false
      // A string that is dropped has its quotes with it.
      this.args.consume(at + this.row.quote.length)
      return this.endLeaf()
    }
  }

  /** A quote ends the string only before what can follow a value (P3). A piece of one where the text ends never becomes argument text. */
  private endsString(index: number): Match {
    const { buffer, closers } = this.host
    const { quote } = this.row
    if (buffer.endsInside(quote, index) || isEndTokenTail(this.host, index)) return 'wait'
    if (this.host.marker(quote, index) !== 'yes') return 'no'
    if (closers === 'first') return 'yes'
    const next = followedBy(this.host, index + quote.length, [',', '}', ']', this.row.close, this.row.open])
    return next.marker === ',' ? this.separates(next.end) : next.match
  }

  /** Does the comma before this index end a value? In an object a key must follow, or the object's end. */
  private separates(index: number): Match {
    const { buffer } = this.host
    if (this.args.top.kind === 'array') return 'yes'
    const next = followedBy(this.host, index, ['}', this.row.close, this.row.open])
    if (next.match === 'yes') return 'yes'
    const at = buffer.skipSpace(index, MAX_BLANKS)
    const key = this.keyAt(at)
    if (key === 'wait' || next.match === 'wait') return buffer.ended ? 'yes' : 'wait'
    return key === 'no' ? 'no' : 'yes'
  }

  private onBare(): boolean {
    const { buffer } = this.host
    let search = buffer.pos
    for (;;) {
      const at = this.finders.bare.candidate(buffer.text, search)
      const match = at < 0 ? 'wait' : this.endsBare(at)
      if (match === 'no') {
        search = at + 1
        continue
      }
      this.args.pass(at < 0 ? this.wholeEnd() : at)
      return match === 'yes' && this.endLeaf()
    }
  }

  private endsBare(index: number): Match {
    const { buffer, closers } = this.host
    const unit = buffer.text[index]
    // Only a text can hold a comma.
    if (unit === ',') return closers === 'first' || !this.args.mayBeText ? 'yes' : this.separates(index + 1)
    if (unit === '}' || unit === ']') return this.closesFrame(unit) ? 'yes' : 'no'
    if (isEndTokenTail(this.host, index)) return 'wait'
    for (const marker of [this.row.close, this.row.open]) {
      if (buffer.endsInside(marker, index)) return 'wait'
      if (this.host.marker(marker, index) === 'yes') return 'yes'
    }
    return 'no'
  }

  /** Where the text ends, without half a surrogate pair at the end of the stream. */
  private wholeEnd(): number {
    const { text, pos } = this.host.buffer
    const end = text.length
    return end > pos && isHighSurrogate(text.charCodeAt(end - 1)) ? end - 1 : end
  }

  // --- the end --------------------------------------------------------------------------------------------------------------------

  end({ clean }: StreamEnd): void {
    const { buffer, output } = this.host
    const { mode } = this.state
    if (mode === 'idle') return
    if (mode === 'bare' && clean && this.args.isLiteral) {
      this.endLeaf()
      this.run()
    }
    if (this.isWhole(clean)) {
      this.args.takeStray(buffer.text.length)
      this.closeAll()
      output.diagnose('missing-closer', `The call has no ${this.row.close}.`, buffer.at)
      this.endCall(this.args.repaired || !clean)
      return
    }
    this.args.truncate()
    this.state = createState()
  }

  /** Is nothing missing but brackets? Where the text was cut, brackets are not enough: members could be missing. */
  private isWhole(clean: boolean): boolean {
    const { mode } = this.state
    if (mode === 'closed') return true
    return clean && (mode === 'after' || mode === 'key' || (mode === 'value' && this.args.top.kind === 'array'))
  }
}

function createState(): QuotedState {
  return { mode: 'idle', args: createNestedState('') }
}
