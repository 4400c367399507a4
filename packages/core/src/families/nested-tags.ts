import type { Match } from '../scan/text-buffer.ts'
import { isHighSurrogate } from '../scan/char-code.ts'
import { MarkerFinder } from '../scan/find-marker.ts'
import { ValueType } from '../values/schema-types.ts'
import type { Family, FamilyHost, OpenerPlace, StreamEnd } from './family.ts'
import { MAX_BLANKS } from './lookahead.ts'
import { NestedArguments, type NestedState, createNestedState } from './nested-arguments.ts'
import { type Closing, NestedClosing, levelOf } from './nested-closing.ts'
import { type NestedTag, NestedTagReader } from './nested-tag.ts'

/** What a format of this family says about itself. */
export interface NestedTagsRow {
  /** Stands before every structural tag, such as `]<]minimax[>[`. */
  mark: string
  /** `<tool_call>`, a section around any number of calls. */
  open: string
  close: string
  /** `<invoke name=`, up to the name. */
  callOpen: string
  /** `</invoke>` */
  callClose: string
  /** Name of the tags around an array's items. */
  item: string
}

/** The tag that an open object or array answers to. */
export interface OpenTag {
  tag: string
  /** An array whose tag has closed; the next tag of the same name goes on with it. */
  lingers: boolean
}

interface NestedTagsState {
  mode:
    | 'idle'
    | 'body' //     <invoke name="f">|<path>  or  </path>|<content>
    | 'element' //  <path>|text  or  <path>|<item>
    | 'leaf' //     <path>te|xt
    | 'section' //  </invoke>|</tool_call>
  wrapped: boolean
  args: NestedState
  /** Tags of the open objects and arrays, from the arguments themselves inwards. */
  tags: OpenTag[]
  /** Tag of the element or leaf at hand. */
  tag: string
  /** The element repeats the tag of the array that lingers. */
  repeats: boolean
  /** A text under an array's tag has closed: the next tag says whether it is the array's first item. */
  pending: boolean
}

const CONTAINER = ValueType.object | ValueType.array
const MAX_DOUBLED = 8

/**
 * Calls whose parameters are tags that nest, each behind a mark that no text has: objects and arrays are elements with elements in them.
 */
export class NestedTags implements Family {
  state: NestedTagsState = createState()
  readonly openers: readonly string[]
  readonly wrappers: readonly string[]
  readonly closers: readonly string[]
  private readonly row: NestedTagsRow
  private readonly host: FamilyHost
  private readonly args: NestedArguments
  private readonly reader: NestedTagReader
  private readonly closing: NestedClosing
  /** What can end a leaf or stray text. */
  private readonly finder: MarkerFinder<string>
  private readonly tokens: MarkerFinder<string>

  constructor(row: NestedTagsRow, host: FamilyHost) {
    this.row = row
    this.host = host
    this.args = new NestedArguments(host, this)
    this.reader = new NestedTagReader(row, host)
    this.closing = new NestedClosing(row, host, this.reader, this.args)
    this.openers = [row.mark + row.open, row.open, row.mark]
    this.wrappers = [row.mark + row.open, row.open]
    this.closers = [row.mark + row.close, row.mark + row.callClose]
    this.finder = new MarkerFinder([row.mark, ...host.endTokens])
    this.tokens = new MarkerFinder(host.endTokens)
  }

  get stateName(): string {
    return this.state.mode
  }

  // --- openers --------------------------------------------------------------------------------------------------------------------

  opens(index: number, place: OpenerPlace): Match {
    const opening = this.openingAt(index, place.lineStart)
    if (opening === 'wait') return this.host.buffer.ended ? 'no' : 'wait'
    return opening === 'no' ? 'no' : 'yes'
  }

  /** A section and the first call's tag in it, or a bare call at the start of a line (P1, P2). */
  private openingAt(index: number, lineStart: boolean): { call: NestedTag; sections: number } | 'no' | 'wait' {
    const { buffer } = this.host
    let at = index
    let sections = 0
    // Servers that delete the mark before the section leave its tag.
    const unmarked = this.host.marker(this.row.open, index)
    if (unmarked === 'wait') return 'wait'
    if (unmarked === 'yes') {
      at = buffer.skipSpace(index + this.row.open.length, MAX_BLANKS)
      sections = 1
    }
    for (;;) {
      if (at === buffer.text.length) return 'wait'
      const tag = this.reader.at(at)
      if (typeof tag === 'string') return tag
      if (tag.kind === 'call') return this.acceptsFirst(tag, sections, lineStart)
      if (tag.kind !== 'section' || sections === MAX_DOUBLED) return 'no'
      sections += 1
      at = buffer.skipSpace(tag.end, MAX_BLANKS)
    }
  }

  private acceptsFirst(
    call: NestedTag,
    sections: number,
    lineStart: boolean,
  ): { call: NestedTag; sections: number } | 'no' | 'wait' {
    const { buffer, tools } = this.host
    if (sections > 0) return this.accepts(call.name) ? { call, sections } : 'no'
    if (!lineStart) return 'no'
    if (!tools.open) return tools.declares(call.name) ? { call, sections } : 'no'
    const at = buffer.skipSpace(call.end, MAX_BLANKS)
    if (at === buffer.text.length) return 'wait'
    const next = this.reader.at(at)
    if (typeof next === 'string') return next
    return next.kind === 'open' || next.kind === 'callClose' ? { call, sections } : 'no'
  }

  private accepts(name: string): boolean {
    const { tools, unknownTools } = this.host
    return tools.open || tools.declares(name) || unknownTools === 'forward'
  }

  enter(index: number): void {
    const { buffer, output } = this.host
    const { call, sections } = this.openingAt(index, true) as { call: NestedTag; sections: number }
    const offset = buffer.at
    this.host.commit(offset)
    if (sections > 1) output.diagnose('doubled-opener', 'The calls were opened more than once.', offset)
    const { mark, open } = this.row
    if (sections === 0 || buffer.match(open, index) === 'yes') {
      const missing = sections === 0 ? open : `${mark} before ${open}`
      output.diagnose('missing-opener', `The call has no ${missing}.`, offset)
    }
    this.args.consume(call.start)
    this.startCall(call, sections > 0)
  }

  private startCall(call: NestedTag, wrapped: boolean): void {
    const { buffer, output, tools } = this.host
    const { name } = call
    output.startCall(name, buffer.at)
    if (!tools.open && !tools.declares(name)) {
      output.diagnose('unknown-tool', `The request declares no tool ${name}.`, buffer.at)
    }
    this.args.consume(call.end)
    this.args.start(name)
    this.state = { ...createState(), mode: 'body', wrapped, args: this.state.args, tags: [{ tag: '', lingers: false }] }
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
      case 'body':
        return this.onBody()
      case 'element':
        return this.onElement()
      case 'leaf':
        return this.onLeaf()
      case 'section':
        return this.onSection()
    }
  }

  // --- between elements -----------------------------------------------------------------------------------------------------------

  /** Takes blanks, then looks at what stands there: a tag, an end token (taken), text (taken) or nothing. */
  private nextTag(): NestedTag | 'taken' | 'wait' {
    const { buffer, output } = this.host
    this.args.layout(buffer.skipSpace(buffer.pos, buffer.text.length))
    if (buffer.pos === buffer.text.length) return 'wait'
    const tag = this.reader.at(buffer.pos)
    if (tag !== 'no') return tag
    const token = this.tokens.at(buffer.pos, (literal, index) => this.host.marker(literal, index))
    if (token === 'wait') return 'wait'
    if (token === undefined) {
      const next = this.finder.candidate(buffer.text, buffer.pos + 1)
      this.args.takeStray(next < 0 ? buffer.text.length : next)
      return 'taken'
    }
    this.args.dropStray()
    output.noteEndToken(token, buffer.at)
    this.args.consume(buffer.pos + token.length)
    return 'taken'
  }

  private onBody(): boolean {
    const tag = this.nextTag()
    if (typeof tag === 'string') return tag === 'taken'
    switch (tag.kind) {
      case 'open':
        return this.startElement(tag)
      case 'close':
        return this.closeElement(tag)
      case 'callClose':
        this.closeAll()
        this.args.consume(tag.end)
        this.endCall()
        return this.state.wrapped
      case 'sectionClose':
        this.closeUnclosed()
        this.args.consume(tag.end)
        this.leave()
        return false
      case 'section':
        this.closeUnclosed()
        this.leave()
        return false
      case 'call':
        return this.nextCall(tag, true)
    }
  }

  private closeUnclosed(): void {
    this.args.repair('missing-closer', `The call has no ${this.row.callClose}.`, this.host.buffer.at)
    this.closeAll()
    this.endCall()
  }

  /** The arguments end; elements that are open have lost their closers. */
  private closeAll(): void {
    this.args.dropStray()
    this.settle('')
    while (this.state.tags.length > 1) this.closeUnclosedElement()
    this.closeTop()
  }

  private closeUnclosedElement(): void {
    const { tag, lingers } = this.topTag
    if (!lingers) this.args.repair('missing-closer', `The call has no </${tag}>.`, this.host.buffer.at)
    this.closeTop()
  }

  private get topTag(): OpenTag {
    const { tags } = this.state
    return tags[tags.length - 1] as OpenTag
  }

  private closeTop(): void {
    this.state.tags.pop()
    this.args.close()
  }

  private endCall(): void {
    this.host.output.endCall(this.args.repaired ? 'repaired' : 'complete')
    if (this.state.wrapped) this.state.mode = 'section'
    else this.leave()
  }

  private leave(): void {
    this.args.dropStray()
    this.state = createState()
  }

  /** The next call's tag. One that is not accepted goes back to the reader. */
  private nextCall(call: NestedTag, open: boolean): boolean {
    const { buffer, output } = this.host
    const accepted = this.accepts(call.name) && output.mayStart(buffer.at)
    const { wrapped } = this.state
    if (open) this.closeUnclosed()
    if (!accepted || !wrapped) {
      this.leave()
      return false
    }
    this.args.dropStray()
    this.startCall(call, wrapped)
    return true
  }

  private onSection(): boolean {
    const tag = this.nextTag()
    if (typeof tag === 'string') return tag === 'taken'
    switch (tag.kind) {
      case 'call':
        return this.nextCall(tag, false)
      case 'sectionClose':
        this.args.consume(tag.end)
        this.leave()
        return false
      case 'section':
        this.leave()
        return false
      default:
        this.args.takeStray(tag.end)
        return true
    }
  }

  // --- elements -------------------------------------------------------------------------------------------------------------------

  private startElement(tag: NestedTag): boolean {
    const { state, args } = this
    const { item } = this.row
    const offset = this.host.buffer.at
    args.dropStray()
    state.repeats = this.settle(tag.name)
    state.tag = tag.name
    args.consume(tag.end)
    if (args.top.kind === 'object') args.startMember(tag.name, offset)
    else {
      args.aimItem(offset)
      if (!state.repeats) args.startItem()
      if (!state.repeats && tag.name !== item) {
        args.repair('mended-tag', `<${tag.name}> stands where an array has <${item}>.`, offset)
      }
    }
    state.mode = 'element'
    return true
  }

  /**
   * An array that lingers ends, and a text that may have been its first item is settled, unless the same tag follows.
   *
   * @returns true when the tag goes on with the array
   */
  private settle(next: string): boolean {
    const { state, args } = this
    if (state.pending) {
      state.pending = false
      if (next !== state.tag) args.endLeaf()
      else {
        args.leafToItem()
        state.tags.push({ tag: next, lingers: true })
      }
    }
    if (!this.topTag.lingers) return false
    if (this.topTag.tag === next) return true
    this.closeTop()
    return false
  }

  /** The tag of the element has come: text, elements or nothing may follow. */
  private onElement(): boolean {
    const { args } = this
    const { buffer } = this.host
    if (!this.mayNest()) return this.startLeaf()
    const at = buffer.skipSpace(buffer.pos, MAX_BLANKS)
    if (at === buffer.text.length) return false
    const tag = this.reader.at(at)
    if (tag === 'wait') return false
    if (tag === 'no' || tag.kind !== 'open') return this.startLeaf()
    args.layout(at)
    this.openContainer(tag.name)
    this.state.mode = 'body'
    return true
  }

  /** Elements may stand in the element at hand. Where its schema says nothing they may. */
  private mayNest(): boolean {
    const { types } = this.args
    return this.state.repeats || types === 0 || (types & CONTAINER) !== 0
  }

  /** What the element is, by its schema and the first tag in it. */
  private openContainer(first: string): void {
    const { state, args } = this
    if (!state.repeats) {
      const kind = this.kindOf(args.types, first)
      args.open(kind)
      state.tags.push({ tag: state.tag, lingers: kind === 'array' })
      if (kind === 'object') return
      args.aimItem(this.host.buffer.at)
    }
    if (first === this.row.item || !args.slotNames(first)) {
      // Its items follow one by one.
      this.topTag.lingers = false
      return
    }
    // The array's tag stands around each item.
    args.startItem()
    args.open('object')
    state.tags.push({ tag: state.tag, lingers: false })
  }

  private kindOf(types: number, first: string): 'object' | 'array' {
    if (types & ValueType.array && (types & ValueType.object) === 0) return 'array'
    const listed = first === this.row.item && (types === 0 || types & ValueType.array) && !this.args.slotNames(first)
    return listed ? 'array' : 'object'
  }

  private startLeaf(): boolean {
    if (this.state.repeats) this.args.startItem()
    this.args.startLeaf(false)
    this.state.mode = 'leaf'
    return true
  }

  /** A closing tag between elements. One that closes nothing is dropped text. */
  private closeElement(tag: NestedTag): boolean {
    const { state, args } = this
    if (levelOf(state.tags, tag.name, state.tags.length) < 0) {
      args.takeStray(tag.end)
      return true
    }
    args.dropStray()
    this.settle('')
    while (this.topTag.tag !== tag.name || this.topTag.lingers) this.closeUnclosedElement()
    // The tag of an array under a key may be repeated.
    if (args.mayRepeat) this.topTag.lingers = true
    else this.closeTop()
    args.consume(tag.end)
    return true
  }

  // --- leaves ---------------------------------------------------------------------------------------------------------------------

  private onLeaf(): boolean {
    const { buffer } = this.host
    let search = buffer.pos
    for (;;) {
      const at = this.closing.candidate(search)
      const closing = at < 0 ? 'wait' : this.closing.at(at, this.state)
      if (closing === 'no') {
        search = at + 1
        continue
      }
      this.args.pass(at < 0 ? this.wholeEnd() : at)
      if (closing === 'wait') return false
      this.endLeaf(closing)
      return true
    }
  }

  private endLeaf({ length, unmarked }: Closing): void {
    const { state, args } = this
    const { buffer } = this.host
    if (length === 0) args.repair('missing-closer', `The call has no </${state.tag}>.`, buffer.at)
    if (unmarked) args.repair('mended-tag', `</${state.tag}> has no ${this.row.mark}.`, buffer.at)
    // The text of an array's tag is its first item when the tag is repeated.
    state.pending = args.mayBeItem
    if (!state.pending) args.endLeaf()
    args.consume(buffer.pos + length)
    state.mode = 'body'
  }

  /** Where the text ends, without half a surrogate pair at the end of the stream. */
  private wholeEnd(): number {
    const { text, pos } = this.host.buffer
    const end = text.length
    return end > pos && isHighSurrogate(text.charCodeAt(end - 1)) ? end - 1 : end
  }

  // --- the end --------------------------------------------------------------------------------------------------------------------

  end({ clean }: StreamEnd): void {
    const { args } = this
    const { buffer } = this.host
    switch (this.state.mode) {
      case 'idle':
        return
      case 'section':
        args.takeStray(buffer.text.length)
        this.leave()
        return
      case 'body':
        args.takeStray(buffer.text.length)
        if (!clean) break
        this.closeUnclosed()
        this.leave()
        return
    }
    args.truncate()
    this.state = createState()
  }
}

function createState(): NestedTagsState {
  return {
    mode: 'idle',
    wrapped: false,
    args: createNestedState(''),
    tags: [],
    tag: '',
    repeats: false,
    pending: false,
  }
}
