import { MarkerFinder } from '../scan/find-marker.ts'
import { Char, isHighSurrogate, isInvisible, isSpace } from '../scan/char-code.ts'
import type { Match } from '../scan/text-buffer.ts'
import { type ElementState, type ElementWrapper, EnvelopeElement, createElementState } from './envelope-element.ts'
import type { Family, FamilyHost, StreamEnd } from './family.ts'
import { MAX_BLANKS, doubledOpeners, endTokensReach, isEndTokenTail } from './lookahead.ts'

/** What a format of this family says about itself. */
export interface JsonEnvelopeRow {
  /** Openers, such as `<tool_call>`. */
  open: readonly string[]
  /** Closer. Without one the calls end where the JSON text ends. */
  close?: string
  /**
   * What a missing closer means. `call`: a repair. `special`: the closer is a special token of the model and may be its stop token, so at
   * a clean end nothing is missing. `section`: it closes a section around whole calls, which are complete without it.
   */
  closer: 'call' | 'special' | 'section'
  /** The body may be an array of calls. */
  arrays: boolean
}

interface Segment {
  kind: 'markup' | 'bad' | 'nameless'
  text: string
  offset: number
}

interface EnvelopeState {
  mode:
    | 'idle'
    | 'gap' //      <tool_call>|{...}|</tool_call>
    | 'element' //  {"name": "f", "argu|ments"
    | 'skip' //     {"a": ?? drop|ped </tool_call>
  /** A call of this wrapper has opened; before that all text may have to go back. */
  committed: boolean
  inArray: boolean
  /** The element last read has ended; how its call will end. */
  pending: '' | 'complete' | 'repaired'
  elements: number
  segments: Segment[]
  heldChars: number
  element: ElementState | null
  /** Raw text of the element while its call is not open. */
  raw: string[]
  stray: string
  strayOffset: number
  /** Where a broken element of an array ends: open brackets, the open quote, and whether its text comes back. */
  skip: { depth: number; quote: number; escaped: boolean; bad: boolean } | null
  remarks: { code: 'doubled-opener' | 'other-dialect' | 'json-envelope'; message: string; offset: number }[]
}

const FENCE = '```'
const ESCAPED_BLANK = /^\\[nrt]/
const FENCE_LINE = /^```[A-Za-z]*[ \t]*\r?\n/

/** Calls written as JSON objects inside markers: `<tool_call>{"name": ..., "arguments": {...}}</tool_call>`. */
export class JsonEnvelope implements Family, ElementWrapper {
  state: EnvelopeState = createState()
  readonly openers: readonly string[]
  readonly wrappers: readonly string[]
  readonly closers: readonly string[]
  private readonly row: JsonEnvelopeRow
  private readonly host: FamilyHost
  private readonly ends: MarkerFinder<string>
  private readonly tokens: MarkerFinder<string>
  private element: EnvelopeElement | null = null
  /** Index behind which no marker counts, because the hold ends there. */
  private markerLimit = Number.POSITIVE_INFINITY
  /** What stands here may become a marker with more text. */
  private undecided = false

  /** The body belongs to another format than the one asked for; it is read with a diagnostic. */
  private readonly dialect: boolean

  constructor(row: JsonEnvelopeRow, host: FamilyHost, dialect: boolean) {
    this.row = row
    this.host = host
    this.dialect = dialect
    this.openers = row.open
    this.wrappers = row.open
    this.closers = row.close === undefined ? [] : [row.close]
    this.ends = new MarkerFinder([...this.closers, ...row.open])
    this.tokens = new MarkerFinder(host.endTokens)
  }

  get stateName(): string {
    return this.state.mode
  }

  opens(index: number): Match {
    const { buffer } = this.host
    if (!this.row.open.some((opener) => this.host.marker(opener, index) === 'yes')) {
      return this.row.open.some((opener) => this.host.marker(opener, index) === 'wait') ? 'wait' : 'no'
    }
    const doubled = doubledOpeners(this.host, this.row.open, index)
    if (doubled.match === 'wait') return 'wait'
    const { text } = buffer
    const at = this.dialect ? doubled.next : skipInvisible(text, doubled.next, doubled.openerEnd + MAX_BLANKS)
    if (at === text.length) return buffer.ended || at - doubled.openerEnd >= MAX_BLANKS ? 'no' : 'wait'
    const code = text.charCodeAt(at)
    if (code === Char.openBrace || (code === Char.openBracket && this.row.arrays)) return 'yes'
    if (code === Char.backslash && at + 1 === text.length && !this.dialect) return buffer.ended ? 'no' : 'wait'
    return this.dialect ? 'no' : buffer.match(FENCE, at)
  }

  enter(index: number): void {
    const { buffer } = this.host
    this.state = { ...createState(), mode: 'gap' }
    const doubled = doubledOpeners(this.host, this.row.open, index)
    const offset = buffer.offset + index
    if (doubled.count > 1) {
      this.state.remarks.push({ code: 'doubled-opener', message: 'The call was opened more than once.', offset })
    }
    if (this.dialect) {
      const message = 'The body of the call is JSON, which another format writes; it was read as such.'
      this.state.remarks.push({ code: 'other-dialect', message, offset })
    }
    this.takeMarkup(doubled.openerEnd)
  }

  run(): boolean {
    for (;;) {
      const mode = this.state.mode
      if (mode === 'idle') return false
      const goesOn = mode === 'gap' ? this.onGap() : mode === 'element' ? this.onElement() : this.onSkip()
      if (!goesOn) return this.state.mode !== ('idle' as string)
    }
  }

  // --- between elements -------------------------------------------------------------------------------------------------------------

  /** Consumes text that is layout or markup of the wrapper; it is held while no call has opened. */
  private takeMarkup(to: number): void {
    const { buffer, output } = this.host
    if (to <= buffer.pos) return
    const offset = buffer.at
    const text = buffer.take(to)
    if (this.state.committed) output.account('markup', offset, buffer.at)
    else this.hold('markup', text, offset)
  }

  private hold(kind: Segment['kind'], text: string, offset: number): void {
    const { segments } = this.state
    const last = segments[segments.length - 1]
    if (last !== undefined && last.kind === kind && kind === 'markup') last.text += text
    else segments.push({ kind, text, offset })
    this.state.heldChars += text.length
  }

  private get room(): number {
    return this.host.heldChars - this.state.heldChars
  }

  private onGap(): boolean {
    const { buffer } = this.host
    const { text } = buffer
    const limit = this.state.committed ? text.length : Math.min(text.length, buffer.pos + this.room)
    let at = buffer.pos
    while (at < limit && isSpace(text.charCodeAt(at))) at += 1
    if (this.state.stray === '') this.takeMarkup(at)
    else this.takeStray(at)
    if (at === limit && limit < text.length) return this.giveBack('limit')
    return at < text.length && this.onGapCharacter(at)
  }

  private onGapCharacter(at: number): boolean {
    const { state } = this
    const code = this.host.buffer.text.charCodeAt(at)
    switch (code) {
      case Char.openBrace:
        return this.startElement()
      case Char.openBracket:
        if (!this.row.arrays || state.inArray || state.elements > 0) break
        state.inArray = true
        this.takeMarkup(at + 1)
        return true
      case Char.closeBracket:
        if (!state.inArray) break
        this.dropStray()
        state.inArray = false
        this.takeMarkup(at + 1)
        return this.row.close !== undefined || this.leave('complete')
      case Char.comma:
      case Char.semicolon:
        if (state.elements === 0) break
        this.takeMarkup(at + 1)
        return true
      case Char.backslash:
        return this.onGapEscape(at)
      default:
        if (!isInvisible(code)) break
        this.skipRemarked(at + 1, 'R22')
        return true
    }
    return this.onGapMarker(at)
  }

  /** R11: a line break that was written as its escape. */
  private onGapEscape(at: number): boolean {
    const { buffer } = this.host
    if (at + 1 === buffer.text.length && !buffer.ended) return false
    if (!ESCAPED_BLANK.test(buffer.text.slice(at, at + 2))) return this.onGapMarker(at)
    this.skipRemarked(at + 2, 'R11')
    return true
  }

  private skipRemarked(to: number, rule: string): void {
    const { remarks } = this.state
    remarks.push({
      code: 'json-envelope',
      message: `Characters before the call were skipped (${rule}).`,
      offset: this.host.buffer.at,
    })
    this.takeMarkup(to)
  }

  private onGapMarker(at: number): boolean {
    const { buffer } = this.host
    const marker = this.ends.at(at, (literal, index) => this.host.marker(literal, index))
    if (marker === 'wait') return false
    if (marker !== undefined)
      return marker === this.row.close ? this.closeWrapper(at + marker.length) : this.endWithoutCloser()
    const token = this.endTokenAt(at)
    if (token === 'wait') return false
    if (token !== undefined) return this.removeToken(token)
    const fence = buffer.match(FENCE, at)
    if (fence === 'wait') return false
    if (fence === 'yes' && this.skipFence(at)) return true
    if (this.waitsForFence(at)) return false
    if (!this.state.committed) return this.giveBack('json-unreadable')
    if (this.row.close === undefined && !this.state.inArray) return this.leave('complete')
    this.takeStray(at + 1)
    return true
  }

  private endTokenAt(at: number): string | undefined {
    let waits = false
    for (const token of this.host.endTokens) {
      const match = this.host.buffer.match(token, at)
      if (match === 'yes') return token
      waits ||= match === 'wait'
    }
    return waits ? 'wait' : undefined
  }

  private removeToken(token: string): boolean {
    const { buffer, output } = this.host
    if (!this.state.committed) return this.giveBack('json-unreadable')
    output.noteEndToken(token, buffer.at)
    this.takeMarkup(buffer.pos + token.length)
    return true
  }

  /** R16: a Markdown fence around the JSON text. */
  private skipFence(at: number): boolean {
    const { text } = this.host.buffer
    if (this.state.elements > 0) {
      this.takeMarkup(at + FENCE.length)
      return true
    }
    const line = FENCE_LINE.exec(text.slice(at, at + MAX_BLANKS))
    if (line === null) return false
    this.state.remarks.push({
      code: 'json-envelope',
      message: 'A code fence around the call was skipped.',
      offset: this.host.buffer.at,
    })
    this.takeMarkup(at + line[0].length)
    return true
  }

  private waitsForFence(at: number): boolean {
    const { buffer } = this.host
    const rest = buffer.text.slice(at, at + MAX_BLANKS)
    return !buffer.ended && rest.length < MAX_BLANKS && /^```[A-Za-z]*[ \t]*\r?$/.test(rest)
  }

  private takeStray(to: number): void {
    const { buffer, output } = this.host
    if (this.state.stray === '') this.state.strayOffset = buffer.at
    output.account('dropped', buffer.at, buffer.offset + to)
    this.state.stray += buffer.take(to)
  }

  private dropStray(): void {
    const { stray, strayOffset } = this.state
    if (stray === '') return
    this.host.output.diagnose('stray-text', 'Text inside the wrapper that is no call was dropped.', strayOffset, stray)
    this.state.stray = ''
  }

  // --- elements ---------------------------------------------------------------------------------------------------------------------

  private startElement(): boolean {
    this.dropStray()
    this.state.mode = 'element'
    this.state.raw = []
    this.state.element = createElementState(this.host.buffer.at)
    this.element = null
    return true
  }

  private current(): EnvelopeElement {
    this.element ??= new EnvelopeElement(this.host, this, this.state.element as ElementState)
    return this.element
  }

  markerAt(index: number): Match {
    const marker = this.ends.at(index, (literal, at) => this.host.marker(literal, at))
    if (marker === undefined) return 'no'
    this.undecided = marker === 'wait'
    // What the hold may not reach cannot decide, whether it has come already or not.
    return this.undecided || index + marker.length > this.markerLimit ? 'wait' : 'yes'
  }

  openCall(name: string): boolean {
    const { host, state } = this
    const element = state.element as ElementState
    const declared = host.tools.open || host.tools.declares(name)
    if (!declared && host.unknownTools === 'content') return false
    if (!host.output.mayStart(element.offset)) return false
    this.endPending()
    if (!state.committed) this.commit(element.offset)
    for (const { code, message, offset } of state.remarks) host.output.diagnose(code, message, offset)
    state.remarks = []
    host.output.startCall(name, element.offset)
    if (!declared) host.output.diagnose('unknown-tool', `The request declares no tool ${name}.`, element.offset)
    return true
  }

  private commit(offset: number): void {
    const { host, state } = this
    host.commit(offset)
    state.committed = true
    for (const segment of state.segments) {
      if (segment.kind === 'markup') host.output.account('markup', segment.offset, segment.offset + segment.text.length)
      else if (segment.kind === 'bad') host.release(segment.text, segment.offset)
      else this.dropNameless(segment.text, segment.offset)
    }
    state.segments = []
    state.heldChars = 0
  }

  private dropNameless(text: string, offset: number): void {
    this.host.output.account('dropped', offset, offset + text.length)
    this.host.output.diagnose('stray-text', 'An object without a name inside the wrapper was dropped.', offset, text)
  }

  private onElement(): boolean {
    const { buffer } = this.host
    const element = this.current()
    const start = buffer.pos
    const available = this.beforeEndTokens()
    const limit = element.state.opened ? available : this.holdLimit(available)
    this.markerLimit = limit < available ? limit : Number.POSITIVE_INFINITY
    this.undecided = false
    element.run(limit)
    if (!element.state.opened) {
      const raw = buffer.text.slice(start, buffer.pos)
      this.state.raw.push(raw)
      this.state.heldChars += raw.length
    }
    if (element.done) return this.endElement()
    if (element.failed) return this.failElement()
    if (element.blocked) return this.onBlocked()
    if (limit === available || this.undecided) return false
    // The call may have opened in this very run: then it goes on without a limit.
    return element.state.opened || this.giveBack('limit')
  }

  /** Where the hold is full. Never between the halves of a surrogate pair. */
  private holdLimit(available: number): number {
    const { buffer } = this.host
    const limit = buffer.pos + this.room
    if (limit >= available) return available
    return isHighSurrogate(buffer.text.charCodeAt(limit - 1)) ? limit - 1 : limit
  }

  /** End tokens at the end of the text so far wait: at the very end of the stream they are removed (P14). */
  private beforeEndTokens(): number {
    const { buffer } = this.host
    const { text } = buffer
    let at = this.tokens.candidate(text, Math.max(buffer.pos, text.length - 2 * MAX_BLANKS))
    while (at >= 0 && !isEndTokenTail(this.host, at)) at = this.tokens.candidate(text, at + 1)
    return at < 0 ? text.length : at
  }

  /** The JSON text meets a character that it cannot contain: the end of the wrapper, or nonsense. */
  private onBlocked(): boolean {
    const { buffer } = this.host
    const match = this.markerAt(buffer.pos)
    const token = match === 'no' ? this.endTokenAt(buffer.pos) : undefined
    if (this.undecided || token === 'wait') return false
    if (match === 'wait') return this.giveBack('limit')
    return match === 'yes' || token !== undefined ? this.closeElement() : this.failElement()
  }

  private endElement(): boolean {
    const { state } = this.current()
    if (!state.opened && state.name !== null && (state.args === 'none' || state.args === 'empty'))
      this.current().openEmpty()
    if (state.opened) this.finishCall(state.repaired)
    else this.keepElement(state.name === null ? 'nameless' : 'bad')
    return this.afterElement()
  }

  private finishCall(repaired: boolean): void {
    this.current().accountTo(this.host.buffer.at)
    this.state.pending = repaired ? 'repaired' : 'complete'
    this.state.raw = []
    this.state.heldChars = 0
  }

  /** The element is no call: its text comes back if others of the wrapper are calls, or with all of the wrapper. */
  private keepElement(kind: 'bad' | 'nameless'): void {
    const { state } = this
    const text = state.raw.join('')
    const { offset } = state.element as ElementState
    state.raw = []
    state.heldChars -= text.length
    if (!state.committed) {
      this.hold(kind, text, offset)
    } else if (kind === 'nameless') this.dropNameless(text, offset)
    else {
      this.endPending()
      this.host.release(text, offset)
    }
  }

  private afterElement(): boolean {
    const { state } = this
    state.elements += 1
    state.element = null
    this.element = null
    state.mode = 'gap'
    if (this.row.close !== undefined || state.inArray) return true
    return state.committed ? this.leave('complete') : this.giveBack('json-unreadable')
  }

  /** The wrapper ends while the element is open: what is missing is closed where nothing is half written (R5). */
  private closeElement(): boolean {
    const element = this.current()
    const { state } = element
    if (!this.host.repair && state.args !== 'done') return this.failElement()
    if (state.args === 'open' && !element.closeArguments()) return this.failElement()
    if (state.args === 'none' || state.args === 'empty') element.openEmpty()
    else element.recoverName()
    if (state.opened) {
      this.missingBrace()
      this.finishCall(true)
    } else this.keepElement(state.name === null ? 'nameless' : 'bad')
    return this.afterElement()
  }

  private missingBrace(): void {
    this.host.output.diagnose('json-repair', 'Closing brackets were missing (R5).', this.host.buffer.at)
  }

  private failElement(): boolean {
    const { state, host } = this
    const element = this.current()
    const depth = element.state.json.stack.length
    if (element.state.opened && element.state.args === 'done') {
      // The arguments are whole: what follows them is stray text of the wrapper (R5, R6).
      this.missingBrace()
      this.finishCall(true)
      return this.afterElement()
    }
    if (element.state.opened) {
      const { token } = element.state.json
      const { over } = host.output
      const offset = host.buffer.at - token.length
      element.accountTo(offset)
      host.output.account('dropped', offset, host.buffer.at)
      host.output.diagnose(
        'json-unreadable',
        'The arguments cannot be read on; the rest of the call was dropped.',
        offset,
      )
      host.output.endCall('truncated')
      state.stray = over ? '' : token
      state.strayOffset = offset
      state.element = null
      this.element = null
      state.mode = 'skip'
      state.skip = state.inArray ? { depth, quote: 0, escaped: false, bad: false } : null
      return true
    }
    if (state.inArray && element.state.name === null && element.state.args !== 'none' && depth > 0) {
      state.mode = 'skip'
      state.skip = { depth, quote: 0, escaped: false, bad: true }
      return true
    }
    if (state.committed && element.state.name === null) {
      const text = state.raw.join('')
      const offset = element.state.offset
      state.raw = []
      host.output.account('dropped', offset, offset + text.length)
      state.stray = text
      state.strayOffset = offset
      state.element = null
      this.element = null
      state.mode = 'gap'
      // The character that stopped the element goes the same way, or the gap would begin an element with it again.
      if (host.buffer.pos < host.buffer.text.length && text === '') this.takeStray(host.buffer.pos + 1)
      return true
    }
    return this.giveBack('json-unreadable')
  }

  /** No call after all: the text goes back to the reader, who goes on behind it. */
  private giveBack(why: 'limit' | 'json-unreadable'): false {
    const { state, host } = this
    const offset = state.segments[0]?.offset ?? state.element?.offset ?? host.buffer.at
    const message =
      why === 'limit'
        ? `The call did not begin within ${host.heldChars} characters (limits.heldChars): its text is content.`
        : 'The text in the call markers is no call that can be read: it is content.'
    this.endPending()
    host.output.diagnose(why, message, offset)
    for (const segment of state.segments) host.release(segment.text, segment.offset)
    if (state.raw.length > 0) host.release(state.raw.join(''), (state.element as ElementState).offset)
    this.element = null
    this.state = createState()
    return false
  }

  /** After a failure: everything up to the end of the wrapper is dropped. */
  private onSkip(): boolean {
    const { buffer } = this.host
    if (this.state.skip !== null) return this.onSkipElement(this.state.skip)
    const found = this.ends.find(buffer, buffer.pos, (literal, index) => this.host.marker(literal, index))
    this.takeStray(found.index)
    if (found.marker === undefined) return false
    this.dropStray()
    if (found.marker === this.row.close) this.takeMarkup(found.index + found.marker.length)
    this.state = createState()
    return false
  }

  /** In an array the broken element ends where its brackets do, so that its siblings live (fine print 26). */
  private onSkipElement(skip: NonNullable<EnvelopeState['skip']>): boolean {
    const { buffer } = this.host
    const limit =
      skip.bad && !this.state.committed ? Math.min(buffer.text.length, buffer.pos + this.room) : buffer.text.length
    let at = buffer.pos
    while (at < limit && skip.depth > 0) {
      passBroken(skip, buffer.text.charCodeAt(at))
      at += 1
    }
    if (skip.bad) {
      const raw = buffer.take(at)
      this.state.raw.push(raw)
      this.state.heldChars += raw.length
      if (skip.depth > 0) return limit < buffer.text.length && this.giveBack('limit')
      this.keepElement('bad')
    } else {
      this.takeStray(at)
      if (skip.depth > 0) return false
      this.dropStray()
    }
    this.state.skip = null
    return this.afterElement()
  }

  // --- the end of the wrapper ---------------------------------------------------------------------------------------------------------

  private endPending(): void {
    if (this.state.pending === '') return
    this.host.output.endCall(this.state.pending)
    this.state.pending = ''
  }

  private leave(status: 'complete' | 'repaired'): false {
    this.dropStray()
    if (status === 'repaired' && this.state.pending !== '') this.state.pending = 'repaired'
    this.endPending()
    this.state = createState()
    return false
  }

  private closeWrapper(end: number): false {
    if (!this.state.committed) {
      this.takeMarkup(end)
      return this.giveBack('json-unreadable')
    }
    this.dropStray()
    this.takeMarkup(end)
    return this.leave('complete')
  }

  /** The next wrapper opens before this one has closed. */
  private endWithoutCloser(): false {
    if (!this.state.committed) return this.giveBack('json-unreadable')
    const { closer, close } = this.row
    if (close === undefined || closer === 'section') return this.leave('complete')
    this.host.output.diagnose('missing-closer', `The call has no ${close}.`, this.host.buffer.at)
    return this.leave(closer === 'special' ? 'complete' : 'repaired')
  }

  end({ clean }: StreamEnd): void {
    const { mode } = this.state
    if (mode === 'idle') return
    if (mode === 'element') this.endInElement(clean)
    if (this.state.mode === 'skip' && this.state.skip?.bad === true) this.giveBack('json-unreadable')
    if (this.state.mode === 'skip') {
      this.takeStray(this.host.buffer.text.length)
      this.dropStray()
      this.state = createState()
    }
    if (this.state.mode !== 'gap') return
    this.dropTail()
    if (!this.state.committed) this.giveBack('json-unreadable')
    else this.endOpenWrapper(clean)
  }

  private endOpenWrapper(clean: boolean): void {
    const { closer, close } = this.row
    const sectionOnly = closer === 'section' && !this.state.inArray
    const fine = close === undefined || sectionOnly || (clean && closer !== 'call')
    if (!fine && this.state.pending !== '') {
      this.host.output.diagnose('missing-closer', `The call has no ${close}.`, this.host.buffer.at)
    }
    this.leave(fine ? 'complete' : 'repaired')
  }

  private endInElement(clean: boolean): void {
    const { buffer, output } = this.host
    const element = this.current()
    const { state } = element
    for (const token of endTokensReach(this.host, buffer.pos)) {
      output.noteEndToken(token.text, token.offset)
    }
    const closes = clean && this.host.repair && state.args === 'open'
    const balanced = element.balanced || (closes && element.closeArguments())
    if (balanced && clean) element.recoverName()
    if (!state.opened) {
      this.state.raw.push(buffer.take(buffer.text.length))
      this.giveBack('json-unreadable')
      return
    }
    if (!balanced) {
      this.cut(element)
      return
    }
    this.missingBrace()
    this.finishCall(true)
    this.state.element = null
    this.element = null
    this.state.mode = 'gap'
  }

  private cut(element: EnvelopeElement): void {
    const { buffer, output } = this.host
    const held = element.state.json.token
    const offset = buffer.at - held.length
    element.accountTo(offset)
    const tail = buffer.take(buffer.text.length)
    output.account('dropped', offset, buffer.at)
    // Beyond the limit of the arguments the token is reported already.
    if (output.over) output.truncateCall(tail, offset + held.length)
    else output.truncateCall(held + tail, offset)
    this.element = null
    this.state = createState()
  }

  /** A comma that was held, a piece of a marker, end tokens: nothing of it can become a call any more. */
  private dropTail(): void {
    const { buffer } = this.host
    if (buffer.pos === buffer.text.length) return
    if (this.state.committed) {
      const tokens = endTokensReach(this.host, buffer.pos)
      const to = tokens.length > 0 ? (tokens[0] as { offset: number }).offset - buffer.offset : buffer.text.length
      if (/[^\s,]/.test(buffer.text.slice(buffer.pos, to))) this.takeStray(to)
      this.takeMarkup(buffer.text.length)
      this.dropStray()
    } else {
      const offset = buffer.at
      this.hold('markup', buffer.take(buffer.text.length), offset)
    }
  }
}

/** Follows strings and brackets of JSON text that cannot be read. */
function passBroken(skip: { depth: number; quote: number; escaped: boolean }, code: number): void {
  if (skip.quote !== 0) {
    if (skip.escaped) skip.escaped = false
    else if (code === Char.backslash) skip.escaped = true
    else if (code === skip.quote) skip.quote = 0
  } else if (code === Char.doubleQuote) skip.quote = code
  else if (code === Char.openBrace || code === Char.openBracket) skip.depth += 1
  else if (code === Char.closeBrace || code === Char.closeBracket) skip.depth -= 1
}

/** First index that holds neither a blank nor what counts as one before JSON text (R11, R22). */
function skipInvisible(text: string, index: number, limit: number): number {
  const stop = Math.min(text.length, limit)
  let at = index
  while (at < stop) {
    const code = text.charCodeAt(at)
    if (isSpace(code) || isInvisible(code)) at += 1
    else if (ESCAPED_BLANK.test(text.slice(at, at + 2))) at += 2
    else break
  }
  return Math.min(at, text.length)
}

function createState(): EnvelopeState {
  return {
    mode: 'idle',
    committed: false,
    inArray: false,
    pending: '',
    elements: 0,
    segments: [],
    heldChars: 0,
    element: null,
    raw: [],
    stray: '',
    strayOffset: 0,
    skip: null,
    remarks: [],
  }
}
