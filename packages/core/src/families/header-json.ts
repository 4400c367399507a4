import { MarkerFinder } from '../scan/find-marker.ts'
import { isHighSurrogate } from '../scan/char-code.ts'
import type { Match } from '../scan/text-buffer.ts'
import type { Family, FamilyHost, OpenerPlace, StreamEnd } from './family.ts'
import { ProgramText } from './header-json-code.ts'
import { type Header, HeaderReader, type HeaderJsonRow } from './header-json-headers.ts'
import { type ArgumentsState, JsonArguments, createArgumentsState } from './json-arguments.ts'
import { doubledOpeners } from './lookahead.ts'

interface HeaderJsonState {
  mode:
    | 'idle'
    | 'section' //    <section>|<call>
    | 'arguments' //  <call>name<sep>{"a": |1}
    | 'unnamed' //    the same, while only the arguments can tell the name: everything waits
    | 'code' //       python\nprint(|1)
    | 'closer' //     {"a": 1}|</call>
    | 'skip' //       {"a": ?? drop|ped </call>
    | 'bad' //        <call>no name at all|</call>: content
  /** The calls stand in a section. */
  sectioned: boolean
  /** A call has opened since the machine was entered. */
  committed: boolean
  args: ArgumentsState | null
  id: string | null
  repaired: boolean
  /** The header of the first message has been read: no other one lacks its opener. */
  started: boolean
  /** A code fence around the arguments is open. */
  fenced: boolean
  /** Raw text that waits for the name, and where it begins. */
  raw: string[]
  rawOffset: number
  rawLength: number
  /** Text inside the call or section that goes nowhere. */
  stray: string
  strayOffset: number
}

const FENCE = '```'

/** Calls written as a header that holds the name, and one JSON object of arguments: `[TOOL_CALLS]name[ARGS]{"a": 1}`. */
export class HeaderJson implements Family {
  state: HeaderJsonState = createState(false)
  readonly openers: readonly string[]
  readonly wrappers: readonly string[]
  readonly closers: readonly string[]
  readonly places?: 'start'
  readonly messages?: { ends: readonly string[] }
  private readonly row: HeaderJsonRow
  private readonly host: FamilyHost
  private readonly headers: HeaderReader
  private readonly sectionOpen: readonly string[]
  private readonly sectionClose: readonly string[]
  /** Markers with which a call ends, whatever is missing of it. */
  private readonly ends: MarkerFinder<string>
  private readonly badEnds: MarkerFinder<string>
  private readonly code: ProgramText
  private readonly closeMarkers: MarkerFinder<string>
  private readonly match: (literal: string, index: number) => Match
  private reader: JsonArguments | null = null

  constructor(row: HeaderJsonRow, host: FamilyHost) {
    this.row = row
    this.host = host
    this.match = (literal, index) => host.marker(literal, index)
    this.sectionOpen = row.section?.open ?? []
    this.sectionClose = row.section?.close ?? []
    const codeOpen = row.code?.open === undefined ? [] : [row.code.open]
    this.wrappers = [...this.sectionOpen, ...row.open]
    this.openers = [...this.wrappers, ...codeOpen]
    this.closers = [...(row.close === undefined ? [] : [row.close]), ...this.sectionClose]
    if (row.startsInside === true) this.places = 'start'
    // Special tokens end a message wherever they stand; what is spelled of ordinary ones may be an example in a fence.
    if (row.text !== undefined) this.messages = { ends: row.name === 'line' ? [] : row.open }
    this.ends = new MarkerFinder([...this.closers, ...this.openers])
    this.badEnds = new MarkerFinder([...this.closers, ...this.openers, ...host.endTokens])
    this.code = new ProgramText(row, host, this.closers, (index) => this.endsAt(index))
    this.closeMarkers = new MarkerFinder(this.closers)
    this.headers = new HeaderReader(row, host, (index) =>
      row.close === undefined ? this.endsAt(index) : matchOf(this.closeMarkers.at(index, this.match)),
    )
  }

  get stateName(): string {
    return this.state.mode
  }

  // --- openers ----------------------------------------------------------------------------------------------------------------------

  opens(index: number, place: OpenerPlace): Match {
    const header = this.opening(index, place)
    if (typeof header === 'string') return header
    // Among messages the machine itself counts the calls.
    const { output, buffer } = this.host
    const counts = this.messages !== undefined && header.body !== 'text'
    return counts && !output.mayStart(buffer.offset + index) ? 'no' : 'yes'
  }

  private opening(index: number, place: OpenerPlace): Header | 'no' | 'wait' {
    const section = this.sectionAt(index)
    if (section.match === 'wait') return 'wait'
    const header = this.headers.read(section.next, { bare: false, sectioned: section.count > 0 })
    if (header !== 'no' || this.places === undefined || !place.messageStart || this.state.started) return header
    return this.headers.read(index, { bare: true, sectioned: false })
  }

  private sectionAt(index: number): { match: Match; next: number; count: number } {
    if (this.sectionOpen.every((opener) => this.match(opener, index) === 'no'))
      return { match: 'no', next: index, count: 0 }
    return doubledOpeners(this.host, this.sectionOpen, index)
  }

  enter(index: number): void {
    const section = this.sectionAt(index)
    // A message begins with an opener or inside a header: the place decides nothing more here.
    const header = this.opening(index, { lineStart: true, messageStart: true }) as Header
    this.state = { ...createState(true), sectioned: section.count > 0 }
    if (header.body === 'text') this.startText(header)
    else this.startCall(header, section.count > 1)
  }

  /** Text of the answer follows: the header is markup. */
  private startText(header: Header): void {
    this.host.beginMessage('content', '\n')
    this.consume(header.end, 'markup')
  }

  /** Does a marker stand at an index with which a call ends, whatever is missing of it? */
  private endsAt(index: number): Match {
    const marker = this.ends.at(index, this.match)
    if (marker === undefined || marker === 'wait') return matchOf(marker)
    if (this.row.name !== 'line') return 'yes'
    const header = this.headers.read(index, { bare: false, sectioned: false })
    return typeof header === 'string' ? header : 'yes'
  }

  // --- calls ------------------------------------------------------------------------------------------------------------------------

  private startCall(header: Header, doubledSection: boolean): void {
    const { host, state } = this
    const { buffer, output, tools } = host
    const offset = buffer.at
    state.fenced = header.fenced
    state.repaired = false
    state.id = header.id ?? null
    if (header.name === null) {
      state.mode = 'unnamed'
      state.rawOffset = offset
      state.raw = []
      state.rawLength = 0
      this.keepRaw(header.end)
      state.args = createArgumentsState(null, offset)
      return
    }
    this.commit(header.name, offset)
    if (header.doubled || doubledSection)
      output.diagnose('doubled-opener', 'The call was opened more than once.', offset)
    if (header.tolerated) this.remarkHeader(header.name, offset)
    if (!tools.open && !tools.declares(header.name)) {
      output.diagnose('unknown-tool', `The request declares no tool ${header.name}.`, offset)
    }
    this.consume(header.end, 'markup')
    if (header.body === 'code') {
      this.code.start()
      state.mode = 'code'
    } else if (header.body === 'empty') {
      output.arguments('{}')
      this.consume(header.bodyEnd, 'markup')
      this.finishArguments(false)
    } else {
      state.args = createArgumentsState(header.name, buffer.at)
      state.mode = 'arguments'
    }
  }

  private commit(name: string, offset: number): void {
    const { host, state } = this
    host.commit(offset)
    state.committed = true
    host.output.startCall(name, offset, state.id ?? undefined)
  }

  private remarkHeader(name: string, offset: number): void {
    this.host.output.diagnose('mended-header', `The header of the call of ${name} is not written as usual.`, offset)
  }

  private consume(to: number, kind: 'markup' | 'dropped' | 'arguments'): string {
    const { buffer, output } = this.host
    output.account(kind, buffer.at, buffer.offset + to)
    return buffer.take(to)
  }

  private current(): JsonArguments {
    this.reader ??= new JsonArguments(this.host, this.state.args as ArgumentsState, (index) =>
      this.state.mode === 'unnamed' ? 'no' : this.endsAt(index),
    )
    return this.reader
  }

  run(): boolean {
    for (;;) {
      if (!this.step()) return this.state.mode !== 'idle'
    }
  }

  private step(): boolean {
    switch (this.state.mode) {
      case 'idle':
        return false
      case 'section':
        return this.onSection()
      case 'arguments':
        return this.onArguments()
      case 'unnamed':
        return this.onUnnamed()
      case 'code':
        return this.onCode()
      case 'closer':
        return this.onCloser()
      case 'skip':
        return this.onSkip()
      case 'bad':
        return this.onBad()
    }
  }

  private onArguments(): boolean {
    const reader = this.current()
    switch (reader.run()) {
      case 'more':
        return false
      case 'done':
        return this.finishArguments(reader.state.repaired)
      case 'marker':
        return reader.close() ? this.finishArguments(true) : this.failCall(reader)
      case 'failed':
        return this.failCall(reader)
    }
  }

  private finishArguments(repaired: boolean): boolean {
    this.dropReader()
    this.state.repaired = repaired
    if (this.row.close === undefined) return this.endCall(repaired)
    this.state.mode = 'closer'
    return true
  }

  private failCall(reader: JsonArguments): boolean {
    const { text, offset } = reader.fail()
    this.dropReader()
    this.state.stray = text
    this.state.strayOffset = offset
    this.state.mode = 'skip'
    return true
  }

  private dropReader(): void {
    this.reader = null
    this.state.args = null
  }

  private endCall(repaired: boolean): boolean {
    this.dropStray()
    this.host.output.endCall(repaired ? 'repaired' : 'complete')
    return this.leaveCall()
  }

  private leaveCall(): boolean {
    this.state.mode = this.state.sectioned ? 'section' : 'idle'
    return this.state.sectioned
  }

  // --- around calls -----------------------------------------------------------------------------------------------------------------

  /** Behind whole arguments: only the closer is missing. */
  private onCloser(): boolean {
    const { row, state } = this
    const at = this.skipLayout()
    if (at < 0) return false
    const marker = this.markerHere()
    if (marker === 'wait') return false
    if (marker === 'removed') return true
    if (marker !== undefined) {
      this.dropStray()
      if (marker === row.close) {
        this.consume(at + marker.length, 'markup')
        return this.endCall(state.repaired)
      }
      this.missingCloser()
      return this.endCall(state.repaired || row.closerIsToken !== true)
    }
    if (state.fenced) {
      const fence = this.host.buffer.match(FENCE, at)
      if (fence === 'wait') return false
      if (fence === 'yes' && state.stray === '') {
        state.fenced = false
        this.consume(at + FENCE.length, 'markup')
        return true
      }
    }
    this.takeStray(at + 1)
    return true
  }

  private missingCloser(): void {
    this.host.output.diagnose('missing-closer', `The call has no ${this.row.close}.`, this.host.buffer.at)
  }

  /** Between the calls of a section. */
  private onSection(): boolean {
    const { buffer, output } = this.host
    const at = this.skipLayout()
    if (at < 0) return false
    const header = this.headers.read(at, { bare: false, sectioned: true })
    if (header === 'wait') return false
    if (header !== 'no' && output.mayStart(buffer.at)) {
      this.dropStray()
      this.startCall(header, false)
      return true
    }
    const marker = this.markerHere()
    if (marker === 'wait') return false
    if (marker === 'removed') return true
    if (marker === undefined) {
      this.takeStray(at + 1)
      return true
    }
    this.dropStray()
    if (this.row.open.includes(marker)) return this.startBad(marker)
    if (marker === this.row.close)
      output.diagnose('stray-closer', `${marker} closes no call; it was removed.`, buffer.at)
    if (!this.sectionOpen.includes(marker)) this.consume(at + marker.length, 'markup')
    if (marker !== this.row.close) this.state.mode = 'idle'
    return this.state.mode !== 'idle'
  }

  /** A call that is none: its text comes back, its siblings live (fine print 26). */
  private startBad(opener: string): true {
    const { buffer, output } = this.host
    const message = 'The text in the call markers is no call that can be read: it is content.'
    output.diagnose('json-unreadable', message, buffer.at)
    this.releaseTo(buffer.pos + opener.length)
    this.state.mode = 'bad'
    return true
  }

  private releaseTo(to: number): void {
    const { buffer } = this.host
    const offset = buffer.at
    const text = buffer.take(to)
    if (text !== '') this.host.release(text, offset)
  }

  private onBad(): boolean {
    const { buffer, endTokens } = this.host
    const found = this.badEnds.find(buffer, buffer.pos, this.match)
    const closes = found.marker !== undefined && found.marker === this.row.close
    this.releaseTo(found.index + (closes ? (found.marker as string).length : 0))
    if (found.marker === undefined) return false
    if (!endTokens.includes(found.marker)) return this.leaveCall()
    this.removeEndToken(found.marker)
    return true
  }

  /** After a failure: everything up to the end of the call is dropped. */
  private onSkip(): boolean {
    const { buffer } = this.host
    let from = buffer.pos
    for (;;) {
      const found = this.ends.find(buffer, from, this.match)
      const match = found.marker === undefined ? 'wait' : this.endsAt(found.index)
      if (match === 'no') {
        from = found.index + 1
        continue
      }
      this.takeStray(found.index)
      if (match === 'wait' || found.marker === undefined) return false
      this.dropStray()
      if (found.marker === this.row.close) this.consume(found.index + found.marker.length, 'markup')
      return this.leaveCall()
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

  /** The marker at the position; end tokens are removed on the way (P14). */
  private markerHere(): string | undefined {
    const { buffer, endTokens } = this.host
    const marker = this.ends.at(buffer.pos, this.match)
    if (marker !== undefined) return marker
    let waits = false
    for (const token of endTokens) {
      const match = buffer.match(token, buffer.pos)
      waits ||= match === 'wait'
      if (match !== 'yes') continue
      this.dropStray()
      this.removeEndToken(token)
      return 'removed'
    }
    return waits ? 'wait' : undefined
  }

  private removeEndToken(token: string): void {
    const { buffer, output } = this.host
    output.noteEndToken(token, buffer.at)
    this.consume(buffer.pos + token.length, 'markup')
  }

  private takeStray(to: number): void {
    if (to <= this.host.buffer.pos) return
    if (this.state.stray === '') this.state.strayOffset = this.host.buffer.at
    this.state.stray += this.consume(to, 'dropped')
  }

  private dropStray(): void {
    const { stray, strayOffset } = this.state
    if (stray === '') return
    this.host.output.diagnose('stray-text', 'Text beside the arguments of the call was dropped.', strayOffset, stray)
    this.state.stray = ''
  }

  // --- a name that only the arguments tell ------------------------------------------------------------------------------------------

  private keepRaw(to: number): void {
    const piece = this.host.buffer.take(to)
    if (piece !== '') this.state.raw.push(piece)
    this.state.rawLength += piece.length
  }

  private onUnnamed(): boolean {
    const { buffer, heldChars } = this.host
    const { state } = this
    const reader = this.current()
    const from = buffer.pos
    const limit = beforePair(buffer.text, Math.max(from, from + heldChars - state.rawLength))
    const step = reader.run(limit)
    const to = buffer.pos
    buffer.pos = from
    this.keepRaw(to)
    if (step === 'done') return this.nameUnnamed(reader)
    if (step !== 'more') return this.releaseUnnamed('json-unreadable')
    return limit < buffer.text.length && this.releaseUnnamed('limit')
  }

  private nameUnnamed(reader: JsonArguments): boolean {
    const { host, state } = this
    const { tools } = host
    const inside = reader.state.name?.text ?? ''
    const isName = inside !== '' && inside.length <= host.nameChars && (tools.open || tools.declares(inside))
    const name = isName ? inside : tools.onlyTaker(reader.keys)
    if (name === undefined) return this.releaseUnnamed('json-unreadable')
    if (isName && !host.repair) return this.releaseUnnamed('json-unreadable')
    if (isName) reader.removeName()
    state.raw = []
    this.commit(name, state.rawOffset)
    this.remarkHeader(name, state.rawOffset)
    reader.open(name)
    return this.finishArguments(reader.state.repaired)
  }

  private releaseUnnamed(why: 'limit' | 'json-unreadable'): boolean {
    const { host, state } = this
    const message =
      why === 'limit'
        ? `The name did not come within ${host.heldChars} characters (limits.heldChars): the text is content.`
        : 'Neither the header nor the arguments tell which function is called: the text is content.'
    host.output.diagnose(why, message, state.rawOffset)
    host.release(state.raw.join(''), state.rawOffset)
    state.raw = []
    this.dropReader()
    state.mode = state.committed ? 'bad' : 'idle'
    return state.committed
  }

  // --- program text -----------------------------------------------------------------------------------------------------------------

  private onCode(): boolean {
    return this.code.run() && this.finishArguments(false)
  }

  // --- the end ----------------------------------------------------------------------------------------------------------------------

  end({ clean }: StreamEnd): void {
    const { buffer } = this.host
    switch (this.state.mode) {
      case 'idle':
        return
      case 'arguments':
        this.current().end(clean)
        break
      case 'code':
        this.code.end(clean)
        break
      case 'unnamed':
        this.keepRaw(buffer.text.length)
        this.releaseUnnamed('json-unreadable')
        break
      case 'bad':
        this.releaseTo(buffer.text.length)
        break
      case 'closer':
        this.endWithoutCloser(clean)
        break
      case 'section':
      case 'skip':
        this.takeStray(buffer.text.length)
        this.dropStray()
    }
    this.dropReader()
    this.state = createState(this.state.started)
  }

  /** The arguments are whole: nothing more could have come but the closer. */
  private endWithoutCloser(clean: boolean): void {
    const { buffer, output } = this.host
    this.takeStray(buffer.text.length)
    this.dropStray()
    const fine = clean && this.row.closerIsToken === true
    if (!fine) this.missingCloser()
    output.endCall(fine && !this.state.repaired ? 'complete' : 'repaired')
  }
}

/** A place in the text that is not between the halves of a surrogate pair. */
function beforePair(text: string, at: number): number {
  return at > 0 && at < text.length && isHighSurrogate(text.charCodeAt(at - 1)) ? at - 1 : at
}

function matchOf(marker: string | undefined): Match {
  return marker === undefined ? 'no' : marker === 'wait' ? 'wait' : 'yes'
}

function createState(started: boolean): HeaderJsonState {
  return {
    mode: 'idle',
    started,
    sectioned: false,
    committed: false,
    args: null,
    id: null,
    repaired: false,
    fenced: false,
    raw: [],
    rawOffset: 0,
    rawLength: 0,
    stray: '',
    strayOffset: 0,
  }
}
