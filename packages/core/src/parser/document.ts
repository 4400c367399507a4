import type { Family, FamilyHost, OpenerPlace, StreamEnd } from '../families/family.ts'
import type { Format } from '../formats/format.ts'
import type { CallsInReasoning, ReasoningMode } from '../options.ts'
import { isSpace } from '../scan/char-code.ts'
import { LineTracker } from '../scan/line-tracker.ts'
import { isStem, matchSuffixed, stemOf, suffixedAt } from '../scan/suffix.ts'
import type { Match } from '../scan/text-buffer.ts'
import { type Candidate, DocumentMarkers, familiesOf, hasMessages, rememberMarkers } from './document-markers.ts'

export interface DocumentOptions {
  reasoning: ReasoningMode
  /** Its markers count around calls. */
  format: Format
  callsInReasoning: CallsInReasoning
  fencedCalls: 'content' | 'extract'
}

/** Text that waits for a decision about all of it. */
interface Hold {
  pieces: string[]
  offset: number
  length: number
}

interface DocumentState {
  zone:
    | 'undecided' // reasoning 'auto': it is open whether this is a thought
    | 'content'
    | 'reasoning'
  /**
   * What stands before the blanks that wait. Blanks next to a call or a reasoning marker are layout (P10, fine print 13), and so is a message
   * of blanks alone: the header of one that follows content counts as a call here.
   */
  gap: 'start' | 'text' | 'marker' | 'call'
  /** What stands before the next content: a line break between two messages. */
  join: string
  /** Blanks that wait for what follows, with the places they came from. */
  space: string
  spaceSpans: [number, number][]
  /** More blanks came than may wait: the first of them went to the reader. */
  spaceOverflow: boolean
  /** Index of the format whose calls are read, -1 while several are possible. */
  candidate: number
  /** Index of the call machine that owns the text, -1 for none. */
  family: number
  /** A call has opened since the machine was entered. */
  opened: boolean
  hold: Hold | null
  callSeen: boolean
  /** Content has been sent. */
  textSeen: boolean
  /** An opener was given back as text: closers are text too until the next call, because an opener may have several. */
  looseOpener: boolean
  thoughtSeen: boolean
  /** The one closer of the open thought, where a suffix decides; empty where any does. */
  thoughtCloser: string
  /** The thought has not closed before the text ended: calls in it are real. */
  extract: boolean
}

type Decision = 'text' | 'wait' | 'taken'

/**
 * Everything around calls: content and reasoning, blanks next to markup, Markdown fences, end tokens, and the decision whether an opener
 * begins a call. While a call machine is active the text is its own.
 */
export class DocumentMachine {
  state: DocumentState
  readonly tracker: LineTracker = new LineTracker()
  /** The call machines that may read: those of all formats that are possible. */
  families: readonly Family[] = []
  private readonly candidates: readonly Candidate[]
  private readonly host: FamilyHost
  private readonly options: DocumentOptions
  private markers!: DocumentMarkers
  /** Markers of thoughts count. */
  private readonly thoughts: boolean
  private readonly match: (literal: string, index: number) => Match

  /** @param candidates - the format, or all from which the text chooses; the first that fits wins */
  constructor(host: FamilyHost, candidates: readonly Candidate[], options: DocumentOptions) {
    this.host = host
    this.candidates = candidates
    this.options = options
    this.match = (literal, index) => this.matchMarker(literal, index)
    const { format, reasoning } = options
    const isSequence = candidates.length === 1 && hasMessages(candidates[0] as Candidate)
    this.thoughts = reasoning !== 'off' && format.reasoning !== undefined && !isSequence
    const mode = this.thoughts || isSequence ? reasoning : 'off'
    this.state = createState(mode, candidates.length === 1 ? 0 : -1)
    this.load(this.state)
  }

  /** Takes over a state and looks for the markers that count in it. */
  load(state: DocumentState): void {
    this.state = state
    const decided = state.candidate >= 0
    const candidates = decided ? [this.candidates[state.candidate] as Candidate] : this.candidates
    this.families = familiesOf(candidates, decided)
    const { format } = this.options
    const key = `${state.candidate} ${this.thoughts} ${this.host.tools.empty}`
    this.markers = rememberMarkers(format, key, () => {
      const thoughts = this.thoughts && format.reasoning ? [format.reasoning, ...(format.reasoning.others ?? [])] : []
      return new DocumentMarkers(candidates, decided, thoughts, format.response)
    })
  }

  get stateName(): string {
    const { family, hold, zone } = this.state
    if (family >= 0) return (this.families[family] as Family).stateName
    return hold !== null && zone === 'reasoning' ? 'rehearsal' : zone
  }

  /** Text held outside the buffer. */
  get heldElsewhere(): string {
    return (this.state.hold?.pieces.join('') ?? '') + this.state.space
  }

  run(): void {
    while (this.step());
  }

  private step(): boolean {
    const { state } = this
    if (state.family >= 0) {
      if ((this.families[state.family] as Family).run()) return false
      this.leaveFamily()
      return true
    }
    if (state.zone === 'undecided') return this.onUndecided()
    return state.hold === null ? this.onText() : this.onRehearsal()
  }

  end(streamEnd: StreamEnd): void {
    const { state } = this
    this.run()
    if (state.family >= 0) {
      ;(this.families[state.family] as Family).end(streamEnd)
      this.leaveFamily()
      this.run()
    }
    if (state.gap === 'start' || state.gap === 'text') this.flushSpace()
    else this.dropSpace()
  }

  // --- text -----------------------------------------------------------------------------------------------------------------------

  private onText(): boolean {
    const { buffer } = this.host
    const finder = this.markers.finders[this.state.zone]
    let search = buffer.pos
    for (;;) {
      const at = finder.candidate(buffer.text, search)
      const place = this.place(search)
      if (place >= 0 && (at < 0 || place <= at)) {
        this.passTo(place)
        const decision = this.onPlace(place, place === at)
        if (decision !== 'text') return decision === 'taken'
        if (place !== at) {
          search = place + 1
          continue
        }
      }
      if (at < 0) {
        this.passTo(buffer.text.length)
        return false
      }
      const marker = finder.at(at, this.match)
      search = at + 1
      if (marker === undefined) continue
      this.passTo(at)
      const decision = marker === 'wait' ? 'wait' : this.decide(marker, at)
      if (decision !== 'text') return decision === 'taken'
    }
  }

  /** The next index from `search` at which a call could begin without an opener, -1 for none. */
  private place(search: number): number {
    if (this.markers.places === undefined) return -1
    const { buffer } = this.host
    let line = search
    if (search > buffer.pos || !this.tracker.atLineStart) {
      if (this.markers.places === 'start') return -1
      line = buffer.text.indexOf('\n', search) + 1
      if (line === 0) return -1
    } else if (this.markers.places === 'start' && !this.atMessageStart) return -1
    const at = buffer.skipSpace(line, buffer.text.length)
    return at === buffer.text.length ? -1 : at
  }

  private get openerPlace(): OpenerPlace {
    return { lineStart: this.tracker.atLineStart, messageStart: this.atMessageStart }
  }

  private get atMessageStart(): boolean {
    return this.state.gap === 'start' || (this.state.gap === 'marker' && !this.state.textSeen)
  }

  /** A marker that begins at the same place is judged before it. */
  private onPlace(at: number, marked: boolean): Decision {
    if (marked && this.markers.finders[this.state.zone].at(at, this.match) !== undefined) return 'text'
    return this.onOpener('', at)
  }

  private passTo(to: number): void {
    const { buffer } = this.host
    if (to <= buffer.pos) return
    const offset = buffer.at
    this.passText(buffer.take(to), offset)
  }

  /** Text of the zone goes to the reader; blanks at its end wait for what follows. */
  passText(text: string, offset: number): void {
    const { state } = this
    this.tracker.advance(text, 0, text.length)
    let end = text.length
    while (end > 0 && isSpace(text.charCodeAt(end - 1))) end -= 1
    if (end === 0) {
      this.addSpace(text, offset)
      return
    }
    let start = 0
    if (state.gap === 'marker') {
      while (isSpace(text.charCodeAt(start))) start += 1
      this.addSpace(text.slice(0, start), offset)
    }
    if (state.gap === 'marker') this.dropSpace()
    else this.flushSpace()
    this.emit(text.slice(start, end), offset + start)
    state.gap = 'text'
    if (state.zone === 'content') state.textSeen = true
    state.spaceOverflow = false
    if (end < text.length) this.addSpace(text.slice(end), offset + end)
  }

  /** Text that the input spells in another way. Blanks of it are no layout. */
  addText(text: string, offset: number): void {
    const { state } = this
    this.tracker.advance(text, 0, text.length)
    if (state.gap === 'marker') this.dropSpace()
    else this.flushSpace()
    this.writeJoin(offset)
    this.host.output.addContent(text, offset, state.zone === 'reasoning' ? 'reasoning' : 'content')
    state.gap = 'text'
    state.spaceOverflow = false
    if (state.zone === 'content') state.textSeen = true
  }

  private emit(text: string, offset: number): void {
    this.writeJoin(offset)
    const kind = this.state.zone === 'reasoning' ? 'reasoning' : 'content'
    this.host.output.text(kind, text)
    this.host.output.account(kind, offset, offset + text.length)
  }

  private writeJoin(offset: number): void {
    const { state, host } = this
    if (state.join === '' || state.zone !== 'content') return
    host.output.addContent(state.join, offset)
    state.join = ''
  }

  private addSpace(text: string, offset: number): void {
    if (text === '') return
    const { state, host } = this
    const room = host.heldChars - state.space.length
    state.space += text.slice(0, room)
    state.spaceSpans.push([offset, offset + Math.min(room, text.length)])
    if (text.length <= room) return
    this.flushSpace()
    state.gap = 'text'
    state.spaceOverflow = true
    this.addSpace(text.slice(room), offset + room)
  }

  private flushSpace(): void {
    const { space, spaceSpans } = this.state
    if (space === '') return
    this.writeJoin((spaceSpans[0] as [number, number])[0])
    const kind = this.state.zone === 'reasoning' ? 'reasoning' : 'content'
    this.host.output.text(kind, space)
    for (const [start, end] of spaceSpans) this.host.output.account(kind, start, end)
    this.state.space = ''
    this.state.spaceSpans = []
  }

  private dropSpace(markerOffset: number = this.host.buffer.at): void {
    if (this.state.spaceOverflow) {
      const message = `Of more than ${this.host.heldChars} blanks before a marker (limits.heldChars) the first are text.`
      this.host.output.diagnose('limit', message, markerOffset)
      this.state.spaceOverflow = false
    }
    for (const [start, end] of this.state.spaceSpans) this.host.output.account('markup', start, end)
    this.state.space = ''
    this.state.spaceSpans = []
  }

  // --- markers --------------------------------------------------------------------------------------------------------------------

  private decide(marker: string, at: number): Decision {
    const { markers } = this
    if (markers.thoughtOpeners.has(marker)) return this.onReasoningOpen(marker)
    if (markers.thoughtClosers.has(marker)) return this.onReasoningClose(marker)
    if (markers.responseOpeners.has(marker)) return this.onResponse(marker, true)
    if (markers.responseClosers.has(marker)) return this.onResponse(marker, false)
    if (markers.endTokens.has(marker)) return this.removeEndToken(marker)
    return markers.closers.has(marker) ? this.onStrayCloser(marker) : this.onOpener(marker, at)
  }

  private takeMarker(marker: string): 'taken' {
    const { buffer, output } = this.host
    const { length } = this.spelling(marker)
    output.account('markup', buffer.at, buffer.at + length)
    buffer.pos += length
    return 'taken'
  }

  /** A thought with a suffix, `<think:6124c78e>`, ends with the suffix that it began with. */
  private matchMarker(literal: string, index: number): Match {
    const { thoughtCloser } = this.state
    if (thoughtCloser !== '' && this.markers.thoughtClosers.has(literal)) return this.host.marker(thoughtCloser, index)
    const { buffer, marker } = this.host
    return isStem(literal) ? matchSuffixed(buffer, literal, index, marker) : marker(literal, index)
  }

  /** The text of a marker that stands at the position. */
  private spelling(marker: string): string {
    const { buffer } = this.host
    const { thoughtCloser } = this.state
    if (thoughtCloser !== '' && this.markers.thoughtClosers.has(marker)) return thoughtCloser
    return isStem(marker) ? suffixedAt(buffer, buffer.pos) : marker
  }

  /** The closer that belongs to the opener at the position, where suffixes tell closers apart. */
  private closerOf(opener: string): string {
    const closer = this.markers.thoughtOpeners.get(opener) as string
    if (isStem(opener)) return closer + this.spelling(opener).slice(opener.length)
    return this.markers.thoughtOpeners.has(stemOf(opener)) ? closer : ''
  }

  private removeEndToken(token: string): Decision {
    this.host.output.noteEndToken(token, this.host.buffer.at)
    return this.takeMarker(token)
  }

  private onReasoningOpen(marker: string): Decision {
    const { state, host } = this
    if (state.zone === 'reasoning') {
      if (state.gap !== 'marker') return 'text'
      if (state.thoughtSeen) {
        host.output.diagnose(
          'stray-reasoning-marker',
          `${this.spelling(marker)} stands twice; the second one was removed.`,
          host.buffer.at,
        )
      }
      this.dropSpace()
      state.thoughtSeen = true
      state.thoughtCloser = this.closerOf(marker)
      return this.takeMarker(marker)
    }
    if (this.tracker.inFence) return 'text'
    this.changeZone('reasoning')
    state.thoughtSeen = true
    state.thoughtCloser = this.closerOf(marker)
    return this.takeMarker(marker)
  }

  private onReasoningClose(marker: string): Decision {
    const { state, host } = this
    if (state.zone === 'reasoning') {
      this.changeZone('content')
      state.thoughtSeen = true
      this.takeMarker(marker)
      state.thoughtCloser = ''
      return 'taken'
    }
    if (state.gap === 'marker') {
      host.output.diagnose(
        'stray-reasoning-marker',
        `${this.spelling(marker)} stands twice; the second one was removed.`,
        host.buffer.at,
      )
      this.dropSpace()
      return this.takeMarker(marker)
    }
    if (!state.thoughtSeen && !this.tracker.inFence) {
      const mend = "If the prompt opens the thought, set reasoning to 'open' or 'auto'."
      host.output.diagnose(
        'stray-reasoning-marker',
        `${this.spelling(marker)} closes no thought; it is content. ${mend}`,
        host.buffer.at,
      )
    }
    return 'text'
  }

  /** Markers around the answer are layout. In a thought that is open only an opener counts: it ends the thought. */
  private onResponse(marker: string, opens: boolean): Decision {
    if (this.isExample() || (!opens && this.state.zone === 'reasoning')) return 'text'
    this.changeZone('content')
    this.state.thoughtCloser = ''
    return this.takeMarker(marker)
  }

  private changeZone(zone: 'content' | 'reasoning'): void {
    this.dropSpace()
    this.state.zone = zone
    this.state.gap = 'marker'
    this.tracker.reset()
  }

  /** A closer outside every call: removed after a call, text before the first one (fine print 5). */
  private onStrayCloser(marker: string): Decision {
    const { state, host } = this
    if (this.isExample()) return 'text'
    if (!state.callSeen || state.looseOpener) return 'text'
    host.output.diagnose('stray-closer', `${this.spelling(marker)} closes no call; it was removed.`, host.buffer.at)
    if (state.gap === 'call') this.dropSpace()
    this.tracker.breakLine()
    return this.takeMarker(marker)
  }

  private isExample(): boolean {
    return this.options.fencedCalls === 'content' && this.tracker.inFence
  }

  private onOpener(marker: string, at: number): Decision {
    const { state, host } = this
    if (this.isExample() && !this.markers.messageEnds.has(marker)) return 'text'
    const { callsInReasoning } = this.options
    if (state.zone === 'reasoning' && callsInReasoning === 'ignore' && !this.markers.hasMessages) return 'text'
    const family = this.opening(at)
    if (family === 'wait') return 'wait'
    // A header need not begin a call.
    if (family === 'no' || !(this.markers.hasMessages || host.output.mayStart(host.buffer.offset + at))) {
      if (this.markers.wrappers.has(marker)) state.looseOpener = true
      return 'text'
    }
    if (state.zone === 'reasoning' && callsInReasoning === 'if-last' && !state.extract && !this.markers.hasMessages) {
      state.hold = { pieces: [], offset: host.buffer.at, length: 0 }
      return 'taken'
    }
    state.family = family
    state.opened = false
    ;(this.families[family] as Family).enter(at, this.openerPlace)
    return 'taken'
  }

  /**
   * The call machine for which a call begins here: the first in order, so that a later one never wins because less text had come. Where
   * several formats are possible the text chooses its own.
   */
  private opening(at: number): number | 'no' | 'wait' {
    const place = this.openerPlace
    for (const [index, family] of this.families.entries()) {
      if (!this.mayOpen(family, at, place)) continue
      const match = family.opens(at, place)
      if (match === 'wait') return 'wait'
      if (match !== 'yes') continue
      if (this.state.candidate >= 0) return index
      this.choose(family)
      return this.opening(at)
    }
    return 'no'
  }

  /** One of the machine's openers may stand here, or it needs none at this place. */
  private mayOpen(family: Family, at: number, { lineStart, messageStart }: OpenerPlace): boolean {
    if (family.places === 'lines' ? lineStart : family.places === 'start' && messageStart) return true
    return family.openers.some((opener) => this.match(opener, at) !== 'no')
  }

  private choose(family: Family): void {
    const chosen = this.candidates.findIndex(({ own }) => own.includes(family))
    const { format } = this.candidates[chosen] as Candidate
    this.host.output.diagnose('format-detected', `The calls are written as ${format} writes them.`, this.host.buffer.at)
    this.state.candidate = chosen
    this.load(this.state)
  }

  /** The format whose calls are read. `undefined` while several are possible. */
  get format(): string | undefined {
    return this.candidates[this.state.candidate]?.format
  }

  /** The first call of a wrapper opens. */
  commit(offset: number): void {
    const { state, host } = this
    this.dropSpace(offset)
    state.opened = true
    state.callSeen = true
    if (state.zone === 'reasoning') {
      host.output.diagnose('call-in-reasoning', 'The call stands inside a thought; it was read as a call.', offset)
    }
  }

  /** A message of the text begins: its header says what it is (without reasoning all of it is content). */
  beginMessage(zone: 'content' | 'reasoning', join: string): void {
    const { state } = this
    this.endMessage()
    if (zone === 'reasoning' && this.options.reasoning !== 'off') this.changeZone('reasoning')
    else if (state.gap === 'text') {
      this.flushSpace()
      state.spaceOverflow = false
      state.gap = 'call'
    } else this.dropSpace()
    if (state.zone === 'content' && state.textSeen) state.join = join
  }

  /** Blanks of content wait on: they are layout if a call follows. */
  endMessage(): void {
    const { state } = this
    if (state.zone === 'reasoning') this.changeZone('content')
    if (state.opened) state.gap = 'call'
    state.opened = false
    state.join = ''
    this.tracker.reset()
  }

  private leaveFamily(): void {
    const { state } = this
    state.family = -1
    if (!state.opened) {
      state.looseOpener = true
      return
    }
    state.gap = 'call'
    state.looseOpener = false
    this.tracker.breakLine()
  }

  // --- decisions about long texts ---------------------------------------------------------------------------------------------------

  /** A call inside an open thought waits for the end of the thought: a rehearsal if it closes, real if it does not (P11). */
  private onRehearsal(): boolean {
    const { state, host } = this
    const { buffer } = host
    const hold = state.hold as Hold
    const found = this.markers.finders.rehearsal.find(buffer, buffer.pos, this.match)
    const limit = buffer.pos + host.heldChars - hold.length
    if (found.index >= limit) {
      this.keep(limit)
      host.output.diagnose(
        'limit',
        `A call inside a thought is longer than ${host.heldChars} characters (limits.heldChars): it is reasoning.`,
        hold.offset,
      )
      return this.releaseRehearsal()
    }
    this.keep(found.index)
    if (found.marker !== undefined) {
      host.output.diagnose('call-in-reasoning', 'A call rehearsed in a thought is reasoning.', hold.offset)
      return this.releaseRehearsal()
    }
    if (!buffer.ended) return false
    state.extract = true
    state.hold = null
    buffer.unread(hold.pieces.join(''))
    return true
  }

  private keep(to: number): void {
    const hold = this.state.hold as Hold
    const piece = this.host.buffer.take(to)
    if (piece !== '') hold.pieces.push(piece)
    hold.length += piece.length
  }

  private releaseRehearsal(): true {
    const hold = this.state.hold as Hold
    this.state.hold = null
    this.passText(hold.pieces.join(''), hold.offset)
    return true
  }

  /** Reasoning `auto`: all text waits until the first marker says what it is. */
  private onUndecided(): boolean {
    const { state, host } = this
    const { buffer } = host
    state.hold ??= { pieces: [], offset: buffer.at, length: 0 }
    const limit = buffer.pos + host.heldChars - state.hold.length
    let search = buffer.pos
    for (;;) {
      const at = this.markers.finders.undecided.candidate(buffer.text, search)
      const to = at < 0 ? buffer.text.length : at
      if (to >= limit && limit < buffer.text.length) {
        const message = `No marker came within ${host.heldChars} characters (limits.heldChars): the text is content.`
        host.output.diagnose('limit', message, state.hold.offset)
        return this.decideZone('content')
      }
      this.tracker.advance(buffer.text, buffer.pos, to)
      this.keep(to)
      if (at < 0) return buffer.ended && this.decideZone('content')
      const zone = this.zoneAt(at)
      if (zone === 'wait') return false
      if (zone !== undefined) return this.decideZone(zone)
      search = at + 1
    }
  }

  private zoneAt(at: number): 'content' | 'reasoning' | 'wait' | undefined {
    const marker = this.markers.finders.undecided.at(at, this.match)
    if (marker === undefined || marker === 'wait') return marker
    if (this.markers.thoughtOpeners.has(marker)) return this.tracker.inFence ? undefined : 'content'
    if (this.markers.thoughtClosers.has(marker) || this.markers.messageEnds.has(marker)) return 'reasoning'
    if (this.isExample()) return undefined
    if (this.markers.responseOpeners.has(marker)) return 'content'
    const family = this.opening(at)
    return family === 'no' ? undefined : family === 'wait' ? 'wait' : 'content'
  }

  private decideZone(zone: 'content' | 'reasoning'): true {
    const { state, host } = this
    host.buffer.unread((state.hold as Hold).pieces.join(''))
    state.hold = null
    state.zone = zone
    state.gap = zone === 'reasoning' ? 'marker' : 'start'
    this.tracker.reset()
    return true
  }
}

function createState(reasoning: ReasoningMode, candidate: number): DocumentState {
  const open = reasoning === 'open'
  return {
    zone: open ? 'reasoning' : reasoning === 'auto' ? 'undecided' : 'content',
    gap: open ? 'marker' : 'start',
    join: '',
    space: '',
    spaceSpans: [],
    spaceOverflow: false,
    candidate,
    family: -1,
    opened: false,
    hold: null,
    callSeen: false,
    textSeen: false,
    looseOpener: false,
    thoughtSeen: false,
    thoughtCloser: '',
    extract: false,
  }
}
