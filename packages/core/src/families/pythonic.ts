import { Char, isHighSurrogate } from '../scan/char-code.ts'
import { MarkerFinder } from '../scan/find-marker.ts'
import type { Match } from '../scan/text-buffer.ts'
import { endTokenAt } from './envelope-elements.ts'
import { WrapperText } from './envelope-text.ts'
import type { Family, FamilyHost, OpenerPlace, StreamEnd } from './family.ts'
import { MAX_BLANKS, TokenTail, doubledOpeners, endTokensReach } from './lookahead.ts'
import { type CallState, type CallWrapper, PythonicCall, createCallState } from './pythonic-call.ts'
import { type NameHead, isDotted, nameAt } from './pythonic-name.ts'
import { type PythonicSkip, passCode } from './pythonic-skip.ts'
import { type PythonicState, createPythonicState } from './pythonic-state.ts'

/** What a format of this family says about itself. */
export interface PythonicRow {
  /** Markers around the calls. */
  markers?: { open: string; close: string }
  /** What opens without markers, at the start of a line: a list `[f(...)]`, or a call `f(...)` with nothing around it. */
  bare?: 'list' | 'call'
  /** The model may repeat the calls behind the closer; equal text there is dropped. */
  echo?: boolean
}

/** Longest text whose echo is known. */
const MAX_ECHO = 1000
const OPEN_LIST = '['

/** Calls written as Python expressions: `[get_weather(city="Oslo"), now()]`. */
export class Pythonic implements Family, CallWrapper {
  readonly openers: readonly string[]
  readonly wrappers: readonly string[]
  readonly closers: readonly string[]
  readonly places?: 'lines'
  private own: PythonicState = createPythonicState('idle')
  private readonly row: PythonicRow
  private readonly host: FamilyHost
  private readonly text: WrapperText
  private readonly ends: MarkerFinder<string>
  private readonly tail: TokenTail
  /** First characters of all markers and end tokens. */
  private readonly firsts: ReadonlySet<number>
  /** Declared names that Python could not have. */
  private readonly oddNames: readonly string[]
  private current: PythonicCall | null = null
  /** Index behind which no marker counts, because the hold ends there. */
  private markerLimit = Number.POSITIVE_INFINITY
  /** What stands here may become a marker with more text. */
  private undecided = false
  /** Index up to which `body` has the text. */
  private bodyEnd = 0

  constructor(row: PythonicRow, host: FamilyHost) {
    const { markers, bare } = row
    this.row = row
    this.host = host
    this.text = new WrapperText(host)
    this.wrappers = markers === undefined ? [] : [markers.open]
    this.openers = bare === 'list' ? [...this.wrappers, OPEN_LIST] : this.wrappers
    this.closers = markers === undefined ? [] : [markers.close]
    if (bare === 'call') this.places = 'lines'
    this.ends = new MarkerFinder([...this.closers, ...this.wrappers])
    this.tail = new TokenTail(host)
    const all = [...this.closers, ...this.wrappers, ...host.endTokens]
    this.firsts = new Set(all.map((marker) => marker.charCodeAt(0)))
    this.oddNames = host.tools.names.filter((name) => !isDotted(name) && name.length <= host.nameChars)
  }

  get state(): PythonicState {
    return { ...this.own, text: this.text.state }
  }

  set state(state: PythonicState) {
    this.own = state
    this.text.state = state.text
    this.current = null
  }

  get stateName(): string {
    return this.own.mode
  }

  private reset(mode: PythonicState['mode']): void {
    this.state = createPythonicState(mode)
  }

  private get committed(): boolean {
    return this.text.state.committed
  }

  // --- openers ------------------------------------------------------------------------------------------------------------------------

  opens(index: number, { lineStart }: OpenerPlace): Match {
    const { host, row } = this
    const { buffer } = host
    const marker = row.markers === undefined ? 'no' : host.marker(row.markers.open, index)
    if (marker === 'wait') return 'wait'
    if (marker === 'yes') {
      const { match, next } = doubledOpeners(host, this.wrappers, index)
      if (match !== 'yes') return match
      const inList = buffer.text[next] === OPEN_LIST
      return this.opensCall(inList ? buffer.skipSpace(next + 1, MAX_BLANKS) : next, true)
    }
    if (!lineStart || row.bare === undefined) return 'no'
    if (row.bare === 'call') return this.opensCall(index, false)
    return buffer.text[index] === OPEN_LIST ? this.opensCall(buffer.skipSpace(index + 1, MAX_BLANKS), false) : 'no'
  }

  private opensCall(index: number, wrapped: boolean): Match {
    const head = this.nameAt(index)
    if (typeof head === 'string') return head
    return wrapped || this.accepts(head.name, false) ? 'yes' : 'no'
  }

  private nameAt(index: number): NameHead | 'no' | 'wait' {
    return nameAt(this.host.buffer, index, this.host.nameChars, this.oddNames)
  }

  /** Without markers an undeclared name is no call (fine print 28). */
  private accepts(name: string, wrapped: boolean): boolean {
    const { tools, unknownTools } = this.host
    return tools.open || tools.declares(name) || (wrapped && unknownTools === 'forward')
  }

  enter(index: number): void {
    const { host, row, text } = this
    this.reset('gap')
    if (row.markers !== undefined && host.marker(row.markers.open, index) === 'yes') {
      const { count, openerEnd } = doubledOpeners(host, this.wrappers, index)
      const message = 'The call was opened more than once.'
      if (count > 1) text.remark('doubled-opener', message, host.buffer.offset + index)
      this.own.wrapped = true
      text.takeMarkup(openerEnd)
    } else if (row.bare === 'list') {
      this.own.inList = true
      text.takeMarkup(index + OPEN_LIST.length)
    }
  }

  run(): boolean {
    this.bodyEnd = this.host.buffer.pos
    while (this.step());
    this.recordBody(this.host.buffer.pos)
    return this.own.mode !== 'idle'
  }

  private step(): boolean {
    switch (this.own.mode) {
      case 'idle':
        return false
      case 'gap':
        return this.text.state.stray === '' ? this.onGap() : this.onStray()
      case 'call':
        return this.onCall()
      case 'skip':
        return this.onSkip(this.own.skip as PythonicSkip)
      case 'echo':
        return this.onEcho()
    }
  }

  // --- between calls ------------------------------------------------------------------------------------------------------------------

  private onGap(): boolean {
    const { host, text, own } = this
    const { buffer } = host
    const { length } = buffer.text
    const limit = this.committed ? length : Math.min(length, buffer.pos + text.room)
    const at = buffer.skipSpace(buffer.pos, limit - buffer.pos)
    // Behind a list without markers text may follow, and the blanks before it are its own.
    const open = this.committed && !own.wrapped
    if (open && at > buffer.pos + MAX_BLANKS) return this.leave()
    if (!open) text.takeMarkup(at)
    if (at >= limit) return limit < length && this.giveBack('limit')
    const isOpener = own.wrapped && this.isOpenList(at)
    if (isOpener || this.isSeparator(at)) {
      own.inList ||= isOpener
      text.takeMarkup(at + 1)
      return true
    }
    if (own.inList && buffer.text.charCodeAt(at) === Char.closeBracket) return this.endList(at)
    const marked = this.onMarker(at)
    return marked === 'no' ? this.onName(at) : marked === 'read'
  }

  private isSeparator(at: number): boolean {
    const code = this.host.buffer.text.charCodeAt(at)
    return this.own.count > 0 && (code === Char.comma || code === Char.semicolon)
  }

  private isOpenList(at: number): boolean {
    return !this.own.inList && this.host.buffer.text[at] === OPEN_LIST
  }

  private endList(at: number): boolean {
    this.own.inList = false
    this.text.takeMarkup(at + 1)
    if (this.own.wrapped) return true
    return this.committed ? this.leave() : this.giveBack('json-unreadable')
  }

  /** A marker or an end token between calls. `read`: there is more to do; `stopped`: there is not. */
  private onMarker(at: number): 'no' | 'read' | 'stopped' {
    const { host, text, own } = this
    if (!this.firsts.has(host.buffer.text.charCodeAt(at))) return 'no'
    const marker = this.ends.at(at, (literal, index) => host.marker(literal, index))
    const token = marker === undefined ? endTokenAt(host, at) : undefined
    if (marker === undefined && token === undefined) return 'no'
    if (marker === 'wait' || token === 'wait') return 'stopped'
    const closes = marker !== undefined && this.closers.includes(marker)
    if (!this.committed) {
      if (own.wrapped && closes) text.takeMarkup(at + marker.length)
      this.giveBack('json-unreadable')
      return 'stopped'
    }
    // Another opener, and all markers behind a list without its own, are for the parser.
    if (!own.wrapped || (marker !== undefined && !closes)) {
      this.leave()
      return 'stopped'
    }
    text.dropStray()
    if (token !== undefined) host.output.noteEndToken(token, host.buffer.at)
    else this.recordBody(at)
    text.takeMarkup(at + (marker ?? token ?? '').length)
    if (token !== undefined) return 'read'
    return this.closeWrapper() ? 'read' : 'stopped'
  }

  private closeWrapper(): boolean {
    const body = this.own.body?.trim() ?? ''
    if (this.row.echo !== true || body === '') return this.leave()
    this.own.body = body
    this.own.mode = 'echo'
    return true
  }

  private onName(at: number): boolean {
    const head = this.nameAt(at)
    if (head === 'wait') return false
    if (head !== 'no') return this.startCall(at, head)
    if (!this.committed) return this.giveBack('json-unreadable')
    if (!this.own.wrapped) return this.leave()
    this.text.takeStray(at + 1)
    // Behind a bracket too many a name may begin at once.
    if (this.host.buffer.text[at] === OPEN_LIST) this.text.dropStray()
    return true
  }

  /** Other text inside markers goes to the next comma or line break: a word's end is no name. */
  private onStray(): boolean {
    const { text, own, firsts } = this
    const { buffer } = this.host
    const source = buffer.text
    let at = buffer.pos
    while (at < source.length && !isStrayEnd(source.charCodeAt(at)) && !firsts.has(source.charCodeAt(at))) at += 1
    text.takeStray(at)
    if (at === source.length) return false
    const code = source.charCodeAt(at)
    if (isStrayEnd(code) && (code !== Char.closeBracket || own.inList)) {
      text.dropStray()
      return true
    }
    const marked = this.onMarker(at)
    if (marked !== 'no') return marked === 'read'
    text.takeStray(at + 1)
    return true
  }

  // --- calls --------------------------------------------------------------------------------------------------------------------------

  private startCall(at: number, { name, end }: NameHead): boolean {
    const { own, host } = this
    const { buffer } = host
    this.text.takeMarkup(at)
    own.raw = ''
    own.rawOffset = buffer.at
    this.keepRaw(buffer.take(end))
    if (!this.accepts(name, own.wrapped) || !host.output.mayStart(own.rawOffset)) return this.skipBad(1, 0)
    own.call = createCallState(name, own.rawOffset, buffer.at)
    this.current = null
    own.mode = 'call'
    return true
  }

  private keepRaw(raw: string): void {
    this.own.raw += raw
    this.text.state.heldChars += raw.length
  }

  private get call(): PythonicCall {
    this.current ??= new PythonicCall(this.host, this, this.own.call as CallState)
    return this.current
  }

  openCall({ name, offset }: CallState): void {
    const { host, text, own } = this
    text.commit(offset)
    text.sendRemarks()
    text.state.heldChars = 0
    own.raw = ''
    host.output.startCall(name, offset)
    if (!host.tools.open && !host.tools.declares(name)) {
      host.output.diagnose('unknown-tool', `The request declares no tool ${name}.`, offset)
    }
  }

  markerAt(index: number): Match {
    const marker = this.ends.at(index, (literal, at) => this.host.marker(literal, at)) ?? endTokenAt(this.host, index)
    if (marker === undefined) return 'no'
    this.undecided = marker === 'wait'
    // What the hold may not reach cannot decide, whether it has come already or not.
    return this.undecided || index + marker.length > this.markerLimit ? 'wait' : 'yes'
  }

  private onCall(): boolean {
    const { buffer } = this.host
    const { state, machine } = this.call
    const start = buffer.pos
    const available = this.tail.start()
    const limit = state.opened ? available : this.holdLimit(available)
    this.markerLimit = limit < available ? limit : Number.POSITIVE_INFINITY
    this.undecided = false
    this.call.run(limit)
    if (!state.opened) this.keepRaw(buffer.text.slice(start, buffer.pos))
    if (machine.done) return this.finishCall()
    if (machine.failed) return this.failCall()
    if (machine.blocked) return this.onBlocked()
    if (limit === available || this.undecided) return false
    // The call may have opened in this very run: then it goes on without a limit.
    return state.opened || this.giveBack('limit')
  }

  /** Where the hold is full. Never between the halves of a surrogate pair. */
  private holdLimit(available: number): number {
    const { buffer } = this.host
    const limit = buffer.pos + Math.max(0, this.text.room)
    const cutsPair = limit > buffer.pos && isHighSurrogate(buffer.text.charCodeAt(limit - 1))
    return Math.min(cutsPair ? limit - 1 : limit, available)
  }

  /** A character that no argument can contain: the call ends here without its bracket, or cannot be read. */
  private onBlocked(): boolean {
    const { buffer } = this.host
    const { text } = buffer
    let at = buffer.skipSpace(buffer.pos, text.length)
    if (text.charCodeAt(at) === Char.comma) at = buffer.skipSpace(at + 1, text.length)
    if (this.call.state.opened) this.markerLimit = Number.POSITIVE_INFINITY
    const match = this.markerAt(at)
    if (this.undecided) return false
    if (match === 'wait') return this.giveBack('limit')
    const next = match === 'no' ? this.endsBeforeCall(at) : 'yes'
    if (next !== 'yes') return next === 'no' && this.failCall()
    const { state } = this.call
    const start = buffer.pos
    const closed = this.call.close(at)
    if (!state.opened) this.keepRaw(text.slice(start, buffer.pos))
    return closed ? this.finishCall() : this.failCall()
  }

  /** Where no marker stands: the list may end here, or another call begin on its own line. */
  private endsBeforeCall(at: number): Match {
    const { own, host } = this
    const { phase, stack } = this.call.state.python
    if (own.inList) return host.buffer.text.charCodeAt(at) === Char.closeBracket ? 'yes' : 'no'
    if (phase !== 'after' || stack.length > 1 || at > host.buffer.pos) return 'no'
    const head = this.nameAt(at)
    if (typeof head === 'string') return head
    return this.accepts(head.name, own.wrapped) ? 'yes' : 'no'
  }

  private finishCall(): boolean {
    this.host.output.endCall(this.call.state.repaired ? 'repaired' : 'complete')
    return this.afterCall()
  }

  private afterCall(): boolean {
    const { own } = this
    own.count += 1
    own.call = null
    this.current = null
    own.mode = 'gap'
    return own.wrapped || own.inList || this.leave()
  }

  /** The call cannot be read on: it comes back as its own text, or ends where it is and the rest is dropped (fine print 26, 28). */
  private failCall(): boolean {
    const { host, text, own } = this
    const { state } = this.call
    const { stack, string } = state.python
    if (!state.opened) return this.skipBad(stack.length, string?.quote ?? 0)
    const unsent = this.call.takeUnsent()
    const message = 'The arguments cannot be read on; the rest of the call was dropped.'
    host.output.diagnose('json-unreadable', message, unsent.offset)
    host.output.endCall('truncated')
    if (unsent.text !== '') text.addStray(unsent.text, unsent.offset)
    own.call = null
    this.current = null
    own.mode = 'skip'
    own.skip = { depth: stack.length, quote: string?.quote ?? 0, escaped: false, word: false, bad: false }
    return true
  }

  private skipBad(depth: number, quote: number): boolean {
    const { own } = this
    // A line of text is no list that could hold calls yet.
    if (!own.wrapped && !own.inList) return this.giveBack('json-unreadable')
    own.call = null
    this.current = null
    own.mode = 'skip'
    own.skip = { depth, quote, escaped: false, word: false, bad: true }
    if (this.committed) this.releaseRaw()
    return true
  }

  private releaseRaw(): void {
    const { own, host, text } = this
    text.state.heldChars -= own.raw.length
    if (own.raw !== '') host.release(own.raw, own.rawOffset)
    own.raw = ''
  }

  private onSkip(skip: PythonicSkip): boolean {
    const { host, text } = this
    const { buffer } = host
    const held = skip.bad && !this.committed
    const limit = held ? Math.min(buffer.text.length, buffer.pos + Math.max(0, text.room)) : buffer.text.length
    let at = buffer.pos
    let ends: ReturnType<Pythonic['endsSkip']> = 'no'
    while (at < limit && skip.depth > 0) {
      ends = this.endsSkip(at, skip)
      if (ends !== 'no') break
      passCode(skip, buffer.text.charCodeAt(at))
      at += 1
    }
    const offset = buffer.at
    if (!skip.bad) text.takeStray(at)
    else if (held) this.keepRaw(buffer.take(at))
    else host.release(buffer.take(at), offset)
    if (skip.depth === 0 || ends === 'call') return this.endSkip(skip)
    if (ends === 'list') return this.committed ? this.leave() : this.giveBack('json-unreadable')
    return ends === 'no' && limit < buffer.text.length && this.giveBack('limit')
  }

  /** Does the text that is passed over end here? A list without markers ends with its line, so that prose is not held. */
  private endsSkip(at: number, { bad }: PythonicSkip): 'no' | 'call' | 'list' | 'wait' {
    const { host, own } = this
    const code = host.buffer.text.charCodeAt(at)
    const bare = bad && !own.wrapped
    if (bare && code === Char.newline) return 'list'
    if (!this.firsts.has(code)) return 'no'
    const marker =
      this.ends.at(at, (literal, index) => host.marker(literal, index)) ?? (bare ? endTokenAt(host, at) : undefined)
    if (marker === undefined || marker === 'wait') return marker ?? 'no'
    return own.wrapped ? 'call' : 'list'
  }

  private endSkip({ bad }: PythonicSkip): boolean {
    const { own, text } = this
    own.skip = null
    if (!bad) text.dropStray()
    else if (!this.committed) {
      text.state.heldChars -= own.raw.length
      text.hold('bad', own.raw, own.rawOffset)
      own.raw = ''
    }
    return this.afterCall()
  }

  // --- the end of the calls -----------------------------------------------------------------------------------------------------------

  private leave(): false {
    this.text.dropStray()
    this.reset('idle')
    return false
  }

  /** No call after all: the text goes back to the reader, who goes on behind it. */
  private giveBack(why: 'limit' | 'json-unreadable'): false {
    const { host, text, own } = this
    const message =
      why === 'limit'
        ? `The call did not begin within ${host.heldChars} characters (limits.heldChars): its text is content.`
        : 'The text looks like a call and cannot be read as one: it is content.'
    // Without tools and markers it may be any text.
    if (own.wrapped || !host.tools.open || why === 'limit')
      host.output.diagnose(why, message, text.start ?? own.rawOffset)
    text.release()
    this.releaseRaw()
    this.reset('idle')
    return false
  }

  private recordBody(to: number): void {
    const { own } = this
    if (this.row.echo !== true || !own.wrapped || own.body === null || own.mode === 'echo') return
    const more = to - this.bodyEnd
    own.body = own.body.length + more > MAX_ECHO ? null : own.body + this.host.buffer.text.slice(this.bodyEnd, to)
    this.bodyEnd = to
  }

  /** Fine print 26: the text of the calls once more is no content. */
  private onEcho(): boolean {
    const { text, own } = this
    const { buffer } = this.host
    const at = buffer.skipSpace(buffer.pos, MAX_BLANKS)
    const body = own.body as string
    const match = buffer.match(body, at)
    if (match === 'wait') return false
    if (match === 'yes') {
      text.takeMarkup(at)
      text.takeStray(at + body.length)
    }
    return this.leave()
  }

  end({ clean }: StreamEnd): void {
    const { own, host } = this
    const { buffer, output } = host
    if (own.mode === 'idle') return
    const tokens = endTokensReach(host, buffer.pos)
    const to = tokens[0] === undefined ? buffer.text.length : tokens[0].offset - buffer.offset
    if (own.mode === 'call') this.endInCall(to, clean)
    else if (own.mode === 'skip') this.endInSkip(to, own.skip as PythonicSkip)
    else this.endInGap(to)
    for (const token of tokens) output.noteEndToken(token.text, token.offset)
    output.account('markup', buffer.at, buffer.offset + buffer.text.length)
    buffer.pos = buffer.text.length
    this.reset('idle')
  }

  private endInCall(to: number, clean: boolean): void {
    const { buffer, output } = this.host
    const { state, machine } = this.call
    const start = buffer.pos
    // Without markers and tools all of its form counts (fine print 28).
    const known = state.opened || this.own.wrapped || !this.host.tools.open
    if (clean && known) this.call.run(to, true)
    // Before its first argument it may have been anything (fine print 23).
    const { phase, stack } = state.python
    const begun = state.opened || (known && (phase !== 'first' || stack.length > 1))
    const closed = begun && (clean || machine.balanced) && this.call.close(to)
    if (!state.opened) this.keepRaw(buffer.text.slice(start, to))
    if (closed) return output.endCall(state.repaired ? 'repaired' : 'complete')
    if (!state.opened) {
      buffer.pos = to
      this.giveBack('json-unreadable')
      return
    }
    const { text, offset } = this.call.takeUnsent()
    const tail = buffer.take(to)
    output.account('dropped', offset, buffer.at)
    output.truncateCall(text + tail, offset)
  }

  private endInSkip(to: number, skip: PythonicSkip): void {
    const { buffer } = this.host
    const offset = buffer.at
    if (!skip.bad) {
      this.text.takeStray(to)
      this.text.dropStray()
    } else if (this.committed) this.host.release(buffer.take(to), offset)
    else {
      this.keepRaw(buffer.take(to))
      this.giveBack('json-unreadable')
    }
  }

  /** What is left is a comma, the beginning of a marker, or that of a call that never opened: only the last comes back. */
  private endInGap(to: number): void {
    const { host, text } = this
    const { buffer } = host
    const offset = buffer.at
    if (!this.committed) {
      text.hold('markup', buffer.take(to), offset)
      this.giveBack('json-unreadable')
      return
    }
    const isMarker = this.ends.candidate(buffer.text, buffer.pos) === buffer.pos
    if (text.state.stray !== '' || isMarker) text.takeStray(to)
    else host.release(buffer.take(to), offset)
    text.dropStray()
  }
}

function isStrayEnd(code: number): boolean {
  return code === Char.newline || code === Char.comma || code === Char.semicolon || code === Char.closeBracket
}
