import type { Match } from '../scan/text-buffer.ts'
import { isSpace } from '../scan/char-code.ts'
import type { Family, FamilyHost, OpenerPlace, StreamEnd } from './family.ts'
import { type JsonBodyState, JsonBodies } from './json-bodies.ts'
import { MAX_BLANKS, doubledOpeners, followedBy } from './lookahead.ts'
import { type TagGrammar, type TagKind, type TaggedParametersRow, grammarOf } from './tag-grammar.ts'
import { type Head, readHead } from './tag-heads.ts'
import { type CallState, TagValues } from './tag-values.ts'

interface TaggedState extends CallState {
  mode:
    | 'idle'
    | 'section' //         <tool_calls>|<tool_call>
    | 'body' //            <function=f>|<parameter=
    | 'value' //           <parameter=p>te|xt
    | 'afterFunction' //   </function>|</tool_call>
    | 'json' //            <tool_call>|{"name": ...}
  /** A wrapper is open. */
  wrapped: boolean
  /** The body that is being read is JSON. */
  json: JsonBodyState | null
  /** Text outside every parameter that goes nowhere. */
  stray: string
  strayOffset: number
}

/** The openers around a function, as far as they stand at an index. */
interface Outer {
  match: Match
  section: boolean
  wrapped: boolean
  doubled: boolean
  /** Where the function must begin, and where the last opener before it ends. */
  next: number
  openerEnd: number
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
  private readonly grammar: TagGrammar
  private readonly host: FamilyHost
  private readonly values: TagValues
  private readonly json: JsonBodies | undefined

  /** The body belongs to another format than the one asked for; it is read with a diagnostic. */
  private readonly dialect: boolean

  constructor(row: TaggedParametersRow, host: FamilyHost, dialect: boolean) {
    this.host = host
    this.dialect = dialect
    this.grammar = grammarOf(row, host.endTokens)
    this.values = new TagValues(this.grammar, host)
    if (row.json === true) this.json = new JsonBodies(this.grammar, host, (offset) => this.commitJson(offset))
    this.openers = this.grammar.openers
    this.wrappers = this.grammar.wrappers
    this.closers = this.grammar.closers
  }

  get stateName(): string {
    return this.state.mode
  }

  // --- openers --------------------------------------------------------------------------------------------------------------------

  opens(index: number, { lineStart }: OpenerPlace): Match {
    const { bare } = this.grammar.row
    const outer = this.outerAt(index)
    if (outer.match === 'wait') return 'wait'
    if (this.json?.opens(outer.next) === 'yes') return 'yes'
    if (outer.section || outer.wrapped) return this.functionOpens(outer)
    if (bare === 'never' || (bare === 'line' && !lineStart)) return 'no'
    return this.acceptsBare(index)
  }

  private outerAt(index: number): Outer {
    const { sectionOpen, wrapperOpen } = this.grammar.literals
    const section = this.openersAt(sectionOpen, index)
    const wrapper = this.openersAt(wrapperOpen, section.next)
    return {
      match: section.match === 'wait' || wrapper.match === 'wait' ? 'wait' : 'yes',
      section: section.count > 0,
      wrapped: wrapper.count > 0,
      doubled: section.count > 1 || wrapper.count > 1,
      next: wrapper.next,
      openerEnd: wrapper.count > 0 ? wrapper.openerEnd : section.openerEnd,
    }
  }

  private openersAt(literals: readonly string[], index: number): ReturnType<typeof doubledOpeners> {
    const found = doubledOpeners(this.host, literals, index)
    const waits = found.count === 0 && literals.some((literal) => this.host.marker(literal, index) === 'wait')
    return waits ? { ...found, match: 'wait' } : found
  }

  /** A complete function tag with an acceptable name behind the openers (P1, P2). */
  private functionOpens({ next, openerEnd }: Outer): Match {
    const { buffer } = this.host
    if (next === buffer.text.length) return buffer.ended || next - openerEnd >= MAX_BLANKS ? 'no' : 'wait'
    const head = this.functionHead(next)
    return typeof head === 'string' ? head : 'yes'
  }

  private functionHead(index: number): Head | 'no' | 'wait' {
    const head = readHead(this.grammar.row.function.head, this.host.buffer, index, this.host.nameChars)
    return typeof head === 'string' || this.acceptsFunction(head) ? head : 'no'
  }

  private acceptsFunction({ name, mended, declaredOnly }: Head): boolean {
    const { tools, unknownTools } = this.host
    if (tools.declares(name)) return true
    return !mended && declaredOnly !== true && (tools.open || unknownTools === 'forward')
  }

  /**
   * A call without its wrapper, where its tag could be text, needs a declared name, or no tools to compare with (P2). Then the markers
   * alone decide: the body must begin like one, or `<function=` of another agent's syntax would be taken for ours.
   */
  private acceptsBare(index: number): Match {
    const head = this.functionHead(index)
    if (typeof head === 'string') return head
    if (this.grammar.row.bare === 'anywhere') return 'yes'
    const { tools } = this.host
    if (!tools.open) return tools.declares(head.name) ? 'yes' : 'no'
    const { parameterOpen, functionClose, layout } = this.grammar.literals
    return followedBy(this.host, head.end, [...parameterOpen, ...functionClose, ...layout]).match
  }

  enter(index: number): void {
    const { buffer, output } = this.host
    const outer = this.outerAt(index)
    this.state = createState()
    if (this.json?.opens(outer.next) === 'yes') return this.startJson(outer)
    this.host.commit(buffer.offset + index)
    if (outer.doubled) output.diagnose('doubled-opener', 'The call was opened more than once.', buffer.offset + index)
    this.state.section = outer.section
    this.noteMissingOpener(outer)
    this.consume(outer.next, 'markup')
    if (this.dialect) {
      const message = 'The body of the call is written in tags, as another format does; it was read as such.'
      output.diagnose('other-dialect', message, buffer.at)
    }
    this.startFunction(outer.wrapped)
  }

  /** Where both openers are missing the remark names the outer one. */
  private noteMissingOpener(
    { section, wrapped }: Pick<Outer, 'section' | 'wrapped'>,
    offset = this.host.buffer.at,
  ): void {
    const { grammar, host } = this
    const inSection = section || this.state.section
    const missing = grammar.row.section !== undefined && !inSection ? 'sectionOpen' : 'wrapperOpen'
    if (missing === 'wrapperOpen' && (wrapped || grammar.row.wrapper === undefined)) return
    host.output.diagnose('missing-opener', `The call has no ${grammar.name(missing)}.`, offset)
  }

  private startFunction(wrapped: boolean): void {
    const { buffer, output, tools } = this.host
    const head = this.functionHead(buffer.pos) as Head
    const offset = buffer.at
    const { section } = this.state
    this.state = { ...createState(), mode: 'body', section, wrapped, tool: head.name, repaired: head.mended }
    output.startCall(head.name, offset)
    if (head.doubled === true) output.diagnose('doubled-opener', 'The call was opened more than once.', offset)
    if (head.mended) output.diagnose('mended-tag', `The function tag of ${head.name} was misspelt.`, offset)
    if (!tools.open && !tools.declares(head.name)) {
      output.diagnose('unknown-tool', `The request declares no tool ${head.name}.`, offset)
    }
    this.consume(head.end, 'markup')
  }

  // --- bodies of JSON ---------------------------------------------------------------------------------------------------------------

  /** In a section that is open its opener is behind us; otherwise it waits with the body's own. */
  private startJson({ section, next }: Outer): void {
    const json = this.json as JsonBodies
    const inSection = section || this.state.section
    json.begin(next)
    this.state = { ...createState(), mode: 'json', section: inSection, json: json.state }
  }

  private commitJson(offset: number): void {
    this.host.commit(offset)
    this.noteMissingOpener({ section: false, wrapped: false }, offset)
  }

  private onJson(): boolean {
    const json = this.json as JsonBodies
    json.state = this.state.json as JsonBodyState
    const outcome = json.run()
    this.state.json = json.state
    if (outcome === 'wait') return false
    const section = outcome === 'left' && this.state.section
    this.state = { ...createState(), mode: section ? 'section' : 'idle', section }
    return true
  }

  // --- the states -----------------------------------------------------------------------------------------------------------------

  run(): boolean {
    for (;;) {
      const { mode } = this.state
      if (mode === 'idle') return false
      const goesOn = mode === 'value' ? this.onValue() : mode === 'json' ? this.onJson() : this.onTag(mode)
      if (!goesOn) return this.state.mode !== ('idle' as string)
    }
  }

  private onValue(): boolean {
    if (!this.values.read(this.state)) return false
    this.state.mode = 'body'
    return true
  }

  /** Outside every value. Returns false when more text must come or the machine leaves. */
  private onTag(mode: 'section' | 'body' | 'afterFunction'): boolean {
    const at = this.skipBlanks()
    if (at < 0) return false
    const tag = this.tagHere()
    if (tag === 'wait') return false
    if (tag === 'removed') return true
    const next = at + (tag?.length ?? 0)
    switch (tag?.kind) {
      case 'sectionOpen':
        return mode === 'section' ? this.leaveSection() : this.endUnclosed(mode)
      case 'sectionClose':
        return this.onSectionClose(mode, next)
      case 'wrapperOpen':
      case 'functionOpen':
        return mode === 'section' ? this.nextCall() : this.onOpener(mode, tag.kind)
      case 'wrapperClose':
        return mode === 'section' ? this.stray() : this.onWrapperClose(mode, next)
      case 'functionClose':
        return mode === 'body' ? this.onFunctionClose(next) : this.stray()
      case 'parameterOpen':
        return mode === 'body' ? this.onParameter() : this.stray()
      case 'layout':
        if (mode !== 'body') return this.stray()
        this.dropStray()
        this.consume(next, 'markup')
        return true
      default:
        return this.stray()
    }
  }

  /** Consumes blanks. Returns the index of the next character, or -1 when there is none. */
  private skipBlanks(): number {
    const { buffer } = this.host
    const at = buffer.skipSpace(buffer.pos, buffer.text.length)
    if (this.state.stray === '') this.consume(at, 'markup')
    else this.takeStray(at)
    return at < buffer.text.length ? at : -1
  }

  /** The tag at the position; end tokens are removed on the way (P14). */
  private tagHere(): { kind: TagKind; length: number } | 'wait' | 'removed' | undefined {
    const { buffer, output, endTokens } = this.host
    let waiting = false
    for (const [literal, kind] of this.grammar.kinds) {
      const match = this.host.marker(literal, buffer.pos)
      if (match === 'yes') return { kind, length: literal.length }
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

  private onParameter(): boolean {
    const { buffer, nameChars } = this.host
    const head = readHead(this.grammar.row.parameter.head, buffer, buffer.pos, nameChars)
    if (head === 'wait') return false
    if (head === 'no') return this.stray()
    this.dropStray()
    this.values.start(this.state, head)
    this.state.mode = 'value'
    return true
  }

  private onFunctionClose(next: number): boolean {
    this.dropStray()
    this.consume(next, 'markup')
    this.closeArguments()
    if (this.state.wrapped) this.state.mode = 'afterFunction'
    else this.endCall()
    return true
  }

  private onWrapperClose(mode: 'body' | 'afterFunction', next: number): boolean {
    this.dropStray()
    if (mode === 'body') this.missing('functionClose')
    this.consume(next, 'markup')
    this.closeArguments()
    this.endCall()
    return true
  }

  /** Ends the call that is open; the closer itself is the section's, or that of no section. */
  private onSectionClose(mode: TaggedState['mode'], next: number): boolean {
    if (mode !== 'section') return this.endUnclosed(mode)
    this.dropStray()
    this.consume(next, 'markup')
    this.state.mode = 'idle'
    return false
  }

  /** The opener of a new call where one is open. */
  private onOpener(mode: 'body' | 'afterFunction', kind: TagKind): boolean {
    return kind === 'functionOpen' ? this.nextFunction(mode) : this.endUnclosed(mode)
  }

  /** A new call begins, or the section ends, before this call was closed. */
  private endUnclosed(mode: TaggedState['mode']): boolean {
    this.dropStray()
    this.missing(mode === 'body' ? 'functionClose' : 'wrapperClose')
    this.closeArguments()
    this.endCall()
    return true
  }

  /** `<function=` where a call is open: the next function of the same wrapper or section, or of none. */
  private nextFunction(mode: 'body' | 'afterFunction'): boolean {
    const { buffer, output } = this.host
    const { section, wrapped } = this.state
    const json = this.json?.opens(buffer.pos)
    if (json === 'wait') return false
    if (json === 'yes') return this.endUnclosed(mode)
    const head = this.functionHead(buffer.pos)
    const accepted = typeof head === 'string' ? head : section || wrapped ? 'yes' : this.acceptsBare(buffer.pos)
    if (accepted === 'wait') return false
    if (accepted === 'no' && !(head === 'no' && this.isRefused(buffer.pos))) return this.stray()
    if (accepted === 'no' || !output.mayStart(buffer.at)) return this.leave(mode)
    this.dropStray()
    if (mode === 'body') this.missing('functionClose')
    this.closeArguments()
    this.endCall()
    if (!wrapped) this.noteMissingOpener({ section, wrapped })
    this.startFunction(wrapped)
    return true
  }

  /** An opener between the calls of a section. */
  private nextCall(): boolean {
    const { buffer, output } = this.host
    const outer = this.outerAt(buffer.pos)
    const json = this.json?.opens(outer.next) === 'yes'
    const match = json ? 'yes' : outer.match === 'wait' ? 'wait' : this.functionOpens(outer)
    if (match === 'wait') return false
    if (match === 'no') return this.isRefused(outer.next) ? this.leave('section') : this.stray()
    if (!output.mayStart(buffer.at)) return this.leave('section')
    this.dropStray()
    if (json) {
      this.startJson(outer)
      return true
    }
    if (outer.doubled) output.diagnose('doubled-opener', 'The call was opened more than once.', buffer.at)
    this.noteMissingOpener(outer)
    this.consume(outer.next, 'markup')
    this.startFunction(outer.wrapped)
    return true
  }

  /** A complete tag whose name is not accepted: its text goes back to the reader. */
  private isRefused(index: number): boolean {
    const { buffer, nameChars } = this.host
    return typeof readHead(this.grammar.row.function.head, buffer, index, nameChars) !== 'string'
  }

  /** Ends everything here: the text that follows belongs to the reader. */
  private leave(mode: 'section' | 'body' | 'afterFunction'): false {
    this.dropStray()
    if (mode === 'body') this.missing('functionClose')
    if (mode !== 'section') {
      this.closeArguments()
      this.endCall()
    }
    this.state.mode = 'idle'
    return false
  }

  /** The next section begins in an open one. */
  private leaveSection(): false {
    this.dropStray()
    this.noteMissing('sectionClose')
    this.state.mode = 'idle'
    return false
  }

  private consume(to: number, kind: 'markup' | 'dropped'): string {
    const { buffer, output } = this.host
    output.account(kind, buffer.at, buffer.offset + to)
    return buffer.take(to)
  }

  /** Text outside every parameter (fine print 6): dropped up to where the next tag may begin. */
  private stray(): boolean {
    const { buffer } = this.host
    if (isSpace(buffer.text.charCodeAt(buffer.pos))) return true
    const next = this.grammar.finder.candidate(buffer.text, buffer.pos + 1)
    this.takeStray(next < 0 ? buffer.text.length : next)
    return true
  }

  private takeStray(to: number): void {
    if (this.state.stray === '') this.state.strayOffset = this.host.buffer.at
    this.state.stray += this.consume(to, 'dropped')
  }

  private dropStray(): void {
    const { stray, strayOffset } = this.state
    if (stray === '') return
    this.host.output.diagnose('stray-text', 'Text that is in no parameter was dropped.', strayOffset, stray)
    this.state.stray = ''
  }

  private noteMissing(kind: TagKind): void {
    this.host.output.diagnose('missing-closer', `The call has no ${this.grammar.name(kind)}.`, this.host.buffer.at)
  }

  private missing(kind: TagKind): void {
    this.state.repaired = true
    this.noteMissing(kind)
  }

  private closeArguments(): void {
    if (this.state.mode === 'afterFunction') return
    this.host.output.arguments(this.state.count === 0 ? '{}' : '}')
  }

  private endCall(): void {
    this.host.output.endCall(this.state.repaired ? 'repaired' : 'complete')
    this.state.mode = this.state.section ? 'section' : 'idle'
  }

  // --- the end --------------------------------------------------------------------------------------------------------------------

  end({ clean }: StreamEnd): void {
    const { mode } = this.state
    if (mode === 'idle') return
    if (mode === 'value') return this.cut(this.values.truncate(this.state))
    if (mode === 'json') return this.endJson(clean)
    this.takeStray(this.host.buffer.text.length)
    if (mode === 'body' && !clean) return this.cut(this.state.stray)
    this.dropStray()
    if (mode === 'body') {
      this.missing('functionClose')
      this.closeArguments()
    } else if (mode === 'afterFunction') {
      this.noteMissing('wrapperClose')
      this.state.repaired ||= !clean || this.grammar.row.wrapper?.special !== true
    } else this.noteMissing('sectionClose')
    if (mode !== 'section') this.endCall()
    this.state.mode = 'idle'
  }

  private endJson(clean: boolean): void {
    const json = this.json as JsonBodies
    json.state = this.state.json as JsonBodyState
    json.end({ clean })
    this.state = createState()
  }

  private cut(dropped: string): void {
    const { buffer, output } = this.host
    output.truncateCall(dropped, buffer.at - dropped.length)
    this.state.mode = 'idle'
  }
}

function createState(): TaggedState {
  return {
    mode: 'idle',
    section: false,
    wrapped: false,
    tool: '',
    repaired: false,
    seen: {},
    count: 0,
    parameter: null,
    json: null,
    stray: '',
    strayOffset: 0,
  }
}
