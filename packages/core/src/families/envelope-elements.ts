import { MarkerFinder } from '../scan/find-marker.ts'
import { isHighSurrogate, isLowSurrogate } from '../scan/char-code.ts'
import type { Match } from '../scan/text-buffer.ts'
import {
  type ElementShape,
  type ElementState,
  type ElementWrapper,
  EnvelopeElement,
  createElementState,
} from './envelope-element.ts'
import { type SkipState, passBroken, startSkip } from './envelope-skip.ts'
import type { WrapperText } from './envelope-text.ts'
import type { FamilyHost } from './family.ts'
import { MAX_BLANKS, endTokensReach, isEndTokenTail } from './lookahead.ts'

/** Finds the markers that end a wrapper. */
export type EndFinder = Pick<MarkerFinder<string>, 'at' | 'candidate' | 'find'> & {
  /** Is the marker last found a closer? Absent where a closer is known by its text. */
  closes?(marker: string): boolean
}

/** Where an element stands. */
export interface ElementPlace {
  /** In an array: others may follow. */
  siblings: boolean
  /** When it is broken it ends where its brackets do, so that what follows lives (fine print 26); else the wrapper is lost with it. */
  balances: boolean
}

export interface ElementsState {
  /** The element that is being read. */
  element: ElementState | null
  /** Raw text of the element while its call is not open. */
  raw: string[]
  /** The element is broken and is passed over. */
  skip: SkipState | null
  place: ElementPlace
  /** The element last read has ended; how its call will end. */
  pending: '' | 'complete' | 'repaired'
  /** Elements that have ended. */
  count: number
}

/**
 * What has become of an element. `wait`: more text must come. `ended`: it is over. `lost`: the rest of the wrapper goes with it.
 * `json-unreadable` and `limit`: the wrapper holds no call that can be read, and why.
 */
export type ElementOutcome = 'wait' | 'ended' | 'lost' | 'json-unreadable' | 'limit'

/**
 * The elements of a wrapper, one after the other: opens the call of each as soon as it is known to be one, keeps the raw text of those that
 * are none, closes what the wrapper's end leaves open, and passes over what cannot be read.
 */
export class ElementLoop implements ElementWrapper {
  private own: ElementsState = createElements()
  private readonly host: FamilyHost
  private readonly text: WrapperText
  private readonly shape: ElementShape
  private readonly ends: EndFinder
  private readonly tokens: MarkerFinder<string>
  private element: EnvelopeElement | null = null
  /** Index behind which no marker counts, because the hold ends there. */
  private markerLimit = Number.POSITIVE_INFINITY
  /** What stands here may become a marker with more text. */
  private undecided = false

  /** @param ends - the markers that end the wrapper */
  constructor(host: FamilyHost, text: WrapperText, shape: ElementShape, ends: EndFinder) {
    this.host = host
    this.text = text
    this.shape = shape
    this.ends = ends
    this.tokens = new MarkerFinder(host.endTokens)
  }

  get state(): ElementsState {
    return this.own
  }

  set state(state: ElementsState) {
    this.own = state
    this.element = null
  }

  /** An element begins at the next character. */
  start(place: ElementPlace): void {
    this.state.raw = []
    this.state.place = place
    this.state.element = createElementState(this.host.buffer.at, this.shape.known)
    this.element = null
  }

  /** May another element follow? Arguments without an envelope stand alone. */
  get takesMore(): boolean {
    return this.shape.bare !== true || this.state.count === 0
  }

  /** Arguments that are nothing but blanks before their closer are `{}`, when the name is known. */
  openEmpty(): boolean {
    if (this.shape.bare !== true || this.state.count > 0) return false
    this.start({ siblings: false, balances: false })
    const element = this.current()
    element.settle()
    if (element.state.opened) this.finishCall(false)
    this.drop()
    return element.state.opened
  }

  run(): ElementOutcome {
    return this.state.skip === null ? this.read() : this.passOver(this.state.skip)
  }

  private current(): EnvelopeElement {
    this.element ??= new EnvelopeElement(this.host, this, this.shape, this.state.element as ElementState)
    return this.element
  }

  private drop(): void {
    this.state.element = null
    this.element = null
  }

  // --- ElementWrapper -----------------------------------------------------------------------------------------------------------------

  markerAt(index: number): Match {
    const marker = this.ends.at(index, (literal, at) => this.host.marker(literal, at))
    if (marker === undefined) return 'no'
    this.undecided = marker === 'wait'
    // What the hold may not reach cannot decide, whether it has come already or not.
    return this.undecided || index + marker.length > this.markerLimit ? 'wait' : 'yes'
  }

  openCall(name: string, id: string | null): boolean {
    const { host, text, state } = this
    const element = state.element as ElementState
    const declared = host.tools.open || host.tools.declares(name)
    if (!declared && (host.unknownTools === 'content' || this.shape.strict === true)) return false
    if (!host.output.mayStart(element.offset)) return false
    this.endPending()
    text.commit(element.offset)
    text.sendRemarks()
    host.output.startCall(name, element.offset, id ?? undefined)
    // Nothing is held any more.
    this.markerLimit = Number.POSITIVE_INFINITY
    if (!declared) host.output.diagnose('unknown-tool', `The request declares no tool ${name}.`, element.offset)
    return true
  }

  // --- reading ------------------------------------------------------------------------------------------------------------------------

  private read(): ElementOutcome {
    const { buffer } = this.host
    for (;;) {
      const element = this.current()
      const start = buffer.pos
      const available = this.beforeEndTokens()
      const limit = element.state.opened ? available : this.holdLimit(available)
      this.markerLimit = limit < available ? limit : Number.POSITIVE_INFINITY
      this.undecided = false
      element.run(limit)
      if (!element.state.opened) this.keepRaw(buffer.text.slice(start, buffer.pos))
      if (element.done) return this.endElement()
      if (element.failed) return this.failElement()
      if (element.blocked) return this.onBlocked()
      if (limit === available || this.undecided) return 'wait'
      // The call may have opened in this very run: then it goes on without a limit.
      if (!element.state.opened && !this.openWithoutId()) return 'limit'
    }
  }

  /** The wait for the call's id is over. */
  private openWithoutId(): boolean {
    const element = this.current()
    if (!element.openWithoutId()) return false
    const message = `The call's id did not come within ${this.host.heldChars} characters (limits.heldChars).`
    this.host.output.diagnose('limit', message, element.state.offset)
    return true
  }

  private keepRaw(raw: string): void {
    this.state.raw.push(raw)
    this.text.state.heldChars += raw.length
  }

  /** Where the hold is full. Never between the halves of a surrogate pair. */
  private holdLimit(available: number): number {
    const { buffer } = this.host
    const limit = buffer.pos + this.text.room
    if (limit >= available) return available
    const { text } = buffer
    return isHighSurrogate(text.charCodeAt(limit - 1)) && isLowSurrogate(text.charCodeAt(limit)) ? limit - 1 : limit
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
  private onBlocked(): ElementOutcome {
    const { buffer } = this.host
    const match = this.markerAt(buffer.pos)
    const token = match === 'no' ? endTokenAt(this.host, buffer.pos) : undefined
    if (this.undecided || token === 'wait') return 'wait'
    if (match === 'wait') return 'limit'
    return match === 'yes' || token !== undefined ? this.closeElement() : this.failElement()
  }

  // --- the end of an element ----------------------------------------------------------------------------------------------------------

  private endElement(): ElementOutcome {
    const { state } = this.current()
    this.current().settle()
    if (state.opened) this.finishCall(state.repaired)
    else this.keepElement(state.name === null ? 'nameless' : 'bad')
    return this.ended()
  }

  private ended(): ElementOutcome {
    this.state.count += 1
    this.drop()
    return 'ended'
  }

  private finishCall(repaired: boolean): void {
    this.current().accountTo(this.host.buffer.at)
    this.state.pending = repaired ? 'repaired' : 'complete'
    this.state.raw = []
    this.text.state.heldChars = 0
  }

  /** The element is no call: its text comes back if others of the wrapper are calls, or with all of the wrapper. */
  private keepElement(kind: 'bad' | 'nameless'): void {
    const { state, text } = this
    const raw = state.raw.join('')
    const { offset } = state.element as ElementState
    state.raw = []
    text.state.heldChars -= raw.length
    const bad = kind === 'bad' || this.shape.strict === true
    if (!text.state.committed) text.hold(bad ? 'bad' : kind, raw, offset)
    else if (!bad) text.dropNameless(raw, offset)
    else {
      this.endPending()
      this.host.release(raw, offset)
    }
  }

  /** The wrapper ends while the element is open: what is missing is closed where nothing is half written (R5). */
  private closeElement(): ElementOutcome {
    const element = this.current()
    const { state } = element
    if (!this.host.repair && state.args !== 'done') return this.failElement()
    if (state.args === 'open' && !element.closeArguments()) return this.failElement()
    element.settle()
    element.recoverName()
    if (state.opened) {
      this.missingBrace()
      this.finishCall(true)
    } else this.keepElement(state.name === null ? 'nameless' : 'bad')
    return this.ended()
  }

  private missingBrace(): void {
    this.host.output.diagnose('json-repair', 'Closing brackets were missing (R5).', this.host.buffer.at)
  }

  private failElement(): ElementOutcome {
    const { state, text } = this
    this.current().openWithoutId()
    const element = this.current().state
    const { stack } = element.json
    if (element.opened && this.current().balanced) {
      // The arguments are whole: what follows them is stray text of the wrapper (R5, R6).
      this.missingBrace()
      this.finishCall(true)
      return this.ended()
    }
    if (element.opened) return this.failCall()
    if (state.place.siblings && element.name === null && element.args !== 'none' && stack.length > 0) {
      state.skip = startSkip(element.json, true)
      return this.passOver(state.skip)
    }
    if (!text.state.committed || element.name !== null) return 'json-unreadable'
    this.strayElement()
    return this.ended()
  }

  /** The arguments cannot be read on: the call ends as it is, the rest of it is dropped. */
  private failCall(): ElementOutcome {
    const { state, host, text } = this
    const element = this.current()
    const { token } = element.state.json
    const { over } = host.output
    const offset = host.buffer.at - token.length
    element.accountTo(offset)
    const message = 'The arguments cannot be read on; the rest of the call was dropped.'
    host.output.diagnose('json-unreadable', message, offset)
    host.output.endCall('truncated')
    if (over && element.state.cutAt >= 0) host.output.account('dropped', offset, host.buffer.at)
    else text.addStray(token, offset)
    this.drop()
    if (!state.place.balances) return 'lost'
    state.skip = startSkip(element.state.json, false)
    return this.passOver(state.skip)
  }

  /** The element is nonsense between calls. */
  private strayElement(): void {
    const { state, host, text } = this
    const raw = state.raw.join('')
    state.raw = []
    if (raw !== '') text.addStray(raw, (state.element as ElementState).offset)
    // The character that stopped the element goes the same way, or the gap would begin an element with it again.
    else if (host.buffer.pos < host.buffer.text.length) text.takeStray(host.buffer.pos + 1)
  }

  /** Passes over a broken element to where its brackets end, or the wrapper. */
  private passOver(skip: SkipState): ElementOutcome {
    const { host, text } = this
    const { buffer } = host
    const held = skip.bad && !text.state.committed
    const limit = held ? Math.min(buffer.text.length, buffer.pos + text.room) : buffer.text.length
    let at = buffer.pos
    let ends: Match = 'no'
    while (at < limit && skip.depth > 0) {
      if (skip.quote === 0) ends = this.endsAt(at)
      if (ends !== 'no') break
      passBroken(skip, buffer.text.charCodeAt(at))
      at += 1
    }
    if (skip.bad) this.keepRaw(buffer.take(at))
    else text.takeStray(at)
    if (skip.depth > 0 && ends !== 'yes') return at === limit && limit < buffer.text.length ? 'limit' : 'wait'
    this.state.skip = null
    if (skip.bad) this.keepElement('bad')
    else text.dropStray()
    return this.ended()
  }

  private endsAt(index: number): Match {
    const marker = this.ends.at(index, (literal, at) => this.host.marker(literal, at))
    return marker === undefined ? 'no' : marker === 'wait' ? 'wait' : 'yes'
  }

  // --- the end of the wrapper ---------------------------------------------------------------------------------------------------------

  /** The call last read ends, when the next one opens or the wrapper is over. */
  endPending(): void {
    if (this.state.pending === '') return
    this.host.output.endCall(this.state.pending)
    this.state.pending = ''
  }

  /** No call after all: the raw text of the element at hand goes back to the reader. */
  release(): void {
    const { raw, element } = this.state
    if (raw.length > 0) this.host.release(raw.join(''), (element as ElementState).offset)
  }

  /** The stream ends in an element. */
  end(clean: boolean): ElementOutcome {
    if (this.state.skip !== null) return this.state.skip.bad ? 'json-unreadable' : 'lost'
    const { buffer, output } = this.host
    const element = this.current()
    const { state } = element
    for (const token of endTokensReach(this.host, buffer.pos)) output.noteEndToken(token.text, token.offset)
    const closes = clean && this.host.repair && state.args === 'open'
    const balanced = element.balanced || (closes && element.closeArguments())
    element.openWithoutId()
    if (balanced && clean) element.recoverName()
    if (!state.opened) {
      this.state.raw.push(buffer.take(buffer.text.length))
      return 'json-unreadable'
    }
    if (!balanced) {
      this.cut(element)
      return 'lost'
    }
    this.missingBrace()
    this.finishCall(true)
    this.drop()
    return 'ended'
  }

  private cut(element: EnvelopeElement): void {
    const { buffer, output } = this.host
    const held = element.state.json.token
    const offset = buffer.at - held.length
    element.accountTo(offset)
    const tail = buffer.take(buffer.text.length)
    output.account('dropped', offset, buffer.at)
    // Beyond the limit of the arguments the token is reported already.
    if (output.over && element.state.cutAt >= 0) output.truncateCall(tail, offset + held.length)
    else output.truncateCall(held + tail, offset)
  }
}

/** The end token at an index. */
export function endTokenAt(host: FamilyHost, index: number): string | undefined {
  let waits = false
  for (const token of host.endTokens) {
    const match = host.buffer.match(token, index)
    if (match === 'yes') return token
    waits ||= match === 'wait'
  }
  return waits ? 'wait' : undefined
}

export function createElements(): ElementsState {
  return { element: null, raw: [], skip: null, place: { siblings: false, balances: false }, pending: '', count: 0 }
}
