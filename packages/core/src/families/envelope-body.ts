import { MarkerFinder } from '../scan/find-marker.ts'
import { Char, isInvisible, isSpace } from '../scan/char-code.ts'
import type { ElementShape } from './envelope-element.ts'
import {
  type ElementOutcome,
  type EndFinder,
  ElementLoop,
  type ElementsState,
  createElements,
  endTokenAt,
} from './envelope-elements.ts'
import { WrapperText, type WrapperTextState, createWrapperText } from './envelope-text.ts'
import type { FamilyHost, StreamEnd } from './family.ts'
import { MAX_BLANKS, endTokensReach } from './lookahead.ts'

/** What a wrapper says about its body. */
export interface EnvelopeBodyRow {
  /** Closer. Without one the calls end where the JSON text ends. */
  close?: string
  /**
   * What a missing closer means. `call`: a repair. `special`: the closer is a special token of the model and may be its stop token, so at
   * a clean end nothing is missing. `section`: it closes a section around whole calls, which are complete without it. `optional`: the calls
   * end where the JSON text ends, and a closer behind it belongs to them. `none`: there is none.
   */
  closer: 'call' | 'special' | 'section' | 'optional' | 'none'
  /** One object, an array of them, or either. `list`: an array whose brackets may be missing, with a remark. */
  body: 'object' | 'array' | 'any' | 'list'
  /** How one call is written, where it is not `{"name": ..., "arguments": ...}` without an id. */
  element?: ElementShape
  /** Markers that cannot stand in the body: the closer is missing before them. */
  until?: readonly string[]
}

interface BodyState {
  mode:
    | 'idle'
    | 'gap' //      <tool_call>|{...}|</tool_call>
    | 'element' //  {"name": "f", "argu|ments"
    | 'skip' //     {"a": ?? drop|ped </tool_call>
    | 'tail' //     [{...}]| </tool_call>   a closer may follow
  inArray: boolean
  listOver: boolean
  text: WrapperTextState
  elements: ElementsState
}

export const FENCE = '```'
const ESCAPED_BLANK = /^\\[nrt]/
const FENCE_LINE = /^```[A-Za-z]*[ \t]*\r?\n/

/**
 * What stands between a wrapper's opener and its end: JSON elements, alone or in an array, and what is written around them. It needs no
 * opener: who owns it says where it begins.
 */
export class EnvelopeBody {
  readonly text: WrapperText
  /** Once it has left: a call has opened in it. */
  hadCalls = false
  private mode: BodyState['mode'] = 'idle'
  private inArray = false
  /** The closing bracket of the list has come. */
  private listOver = false
  private readonly elements: ElementLoop
  private readonly row: EnvelopeBodyRow
  private readonly host: FamilyHost
  private readonly ends: EndFinder

  /** @param ends - the markers that end it: its closer, and the openers that may follow; or what finds them */
  constructor(row: EnvelopeBodyRow, host: FamilyHost, ends: readonly string[] | EndFinder) {
    this.row = row
    this.host = host
    this.ends = 'candidate' in ends ? ends : new MarkerFinder([...ends, ...(row.until ?? [])])
    this.text = new WrapperText(host)
    this.elements = new ElementLoop(host, this.text, row.element ?? {}, this.ends)
  }

  get state(): BodyState {
    const { mode, inArray, listOver } = this
    return { mode, inArray, listOver, text: this.text.state, elements: this.elements.state }
  }

  set state({ mode, inArray, listOver, text, elements }: BodyState) {
    this.mode = mode
    this.inArray = inArray
    this.listOver = listOver
    this.text.state = text
    this.elements.state = elements
  }

  get stateName(): string {
    return this.mode
  }

  begin(): void {
    this.reset('gap')
  }

  private reset(mode: BodyState['mode']): void {
    this.hadCalls = this.text.state.committed
    this.state = { mode, inArray: false, listOver: false, text: createWrapperText(), elements: createElements() }
  }

  /** Reads on. Returns false when it has left. */
  run(): boolean {
    while (this.step());
    return this.mode !== 'idle'
  }

  private step(): boolean {
    switch (this.mode) {
      case 'idle':
        return false
      case 'gap':
        return this.onGap()
      case 'element':
        return this.onElement(this.elements.run())
      case 'skip':
        return this.onSkip()
      case 'tail':
        return this.onTail()
    }
  }

  private get committed(): boolean {
    return this.text.state.committed
  }

  /** The calls are over where the JSON text ends. */
  private get endsAlone(): boolean {
    return this.row.closer === 'none' || this.row.closer === 'optional'
  }

  /** A list without its opening bracket may have the other one. */
  private get closesBareList(): boolean {
    return this.row.body === 'list' && this.elements.state.count > 0 && !this.listOver
  }

  // --- between elements -------------------------------------------------------------------------------------------------------------

  private onGap(): boolean {
    const { host, text } = this
    const { buffer } = host
    const { length } = buffer.text
    const limit = this.committed ? length : Math.min(length, buffer.pos + text.room)
    let at = buffer.pos
    while (at < limit && isSpace(buffer.text.charCodeAt(at))) at += 1
    if (text.state.stray === '') text.takeMarkup(at)
    else text.takeStray(at)
    if (at === limit && limit < length) return this.giveBack('limit')
    return at < length && this.onGapCharacter(at)
  }

  private onGapCharacter(at: number): boolean {
    const { text } = this
    const code = this.host.buffer.text.charCodeAt(at)
    switch (code) {
      case Char.openBrace:
        if ((this.row.body === 'array' && !this.inArray) || !this.elements.takesMore) break
        this.startElement()
        return true
      case Char.openBracket:
        if (this.row.body === 'object' || this.inArray || this.elements.state.count > 0) break
        this.inArray = true
        text.takeMarkup(at + 1)
        return true
      case Char.closeBracket:
        if (!this.inArray && !this.closesBareList) break
        text.dropStray()
        this.inArray = false
        this.listOver = true
        text.takeMarkup(at + 1)
        return !this.endsAlone || this.endBody()
      case Char.comma:
      case Char.semicolon:
        if (this.elements.state.count === 0) break
        text.takeMarkup(at + 1)
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
    this.text.remark('json-envelope', `Characters before the call were skipped (${rule}).`, this.host.buffer.at)
    this.text.takeMarkup(to)
  }

  private onGapMarker(at: number): boolean {
    const { host } = this
    const marker = this.ends.at(at, (literal, index) => host.marker(literal, index))
    if (marker === 'wait') return false
    if (marker !== undefined)
      return this.closes(marker) ? this.closeWrapper(at + marker.length) : this.endWithoutCloser()
    const token = endTokenAt(host, at)
    if (token === 'wait') return false
    if (token !== undefined) return this.removeToken(token)
    const fence = host.buffer.match(FENCE, at)
    if (fence === 'wait') return false
    if (fence === 'yes' && this.skipFence(at)) return true
    if (this.waitsForFence(at)) return false
    if (!this.committed) return this.giveBack('json-unreadable')
    this.text.takeStray(at + 1)
    return true
  }

  private closes(marker: string): boolean {
    return this.ends.closes?.(marker) ?? marker === this.row.close
  }

  private removeToken(token: string): boolean {
    const { buffer, output } = this.host
    if (!this.committed) return this.giveBack('json-unreadable')
    output.noteEndToken(token, buffer.at)
    this.text.takeMarkup(buffer.pos + token.length)
    return true
  }

  /** R16: a Markdown fence around the JSON text. */
  private skipFence(at: number): boolean {
    const { text, host } = this
    if (this.elements.state.count > 0) {
      text.takeMarkup(at + FENCE.length)
      return true
    }
    const line = FENCE_LINE.exec(host.buffer.text.slice(at, at + MAX_BLANKS))
    if (line === null) return false
    text.remark('json-envelope', 'A code fence around the call was skipped.', host.buffer.at)
    text.takeMarkup(at + line[0].length)
    return true
  }

  private waitsForFence(at: number): boolean {
    const { buffer } = this.host
    const rest = buffer.text.slice(at, at + MAX_BLANKS)
    return !buffer.ended && rest.length < MAX_BLANKS && /^```[A-Za-z]*[ \t]*\r?$/.test(rest)
  }

  // --- elements ---------------------------------------------------------------------------------------------------------------------

  private startElement(): void {
    const { text, elements } = this
    text.dropStray()
    if (this.row.body === 'list' && !this.inArray && elements.state.count === 0) {
      text.remark('json-envelope', 'The list of calls has no opening bracket.', this.host.buffer.at)
    }
    this.mode = 'element'
    elements.start({ siblings: this.inArray, balances: this.inArray || this.endsAlone })
  }

  private onElement(outcome: ElementOutcome): boolean {
    switch (outcome) {
      case 'wait':
        return false
      case 'ended':
        this.mode = 'gap'
        return this.inArray || !this.endsAlone || this.endBody()
      case 'lost':
        this.mode = 'skip'
        return true
      default:
        return this.giveBack(outcome)
    }
  }

  /** No call after all: the text goes back to the reader, who goes on behind it. */
  private giveBack(why: 'limit' | 'json-unreadable'): false {
    const { text, elements, host } = this
    const offset = text.start ?? elements.state.element?.offset ?? host.buffer.at
    const message =
      why === 'limit'
        ? `The call did not begin within ${host.heldChars} characters (limits.heldChars): its text is content.`
        : 'The text in the call markers is no call that can be read: it is content.'
    elements.endPending()
    // JSON text without a marker is nothing to remark on.
    if (why === 'limit' || this.row.element?.strict !== true) host.output.diagnose(why, message, offset)
    text.release()
    elements.release()
    this.reset('idle')
    return false
  }

  /** After a failure: everything up to the end of the wrapper is dropped. */
  private onSkip(): boolean {
    const { host, text } = this
    const found = this.ends.find(host.buffer, host.buffer.pos, (literal, index) => host.marker(literal, index))
    text.takeStray(found.index)
    if (found.marker === undefined) return false
    text.dropStray()
    if (this.closes(found.marker)) text.takeMarkup(found.index + found.marker.length)
    this.reset('idle')
    return false
  }

  // --- the end of the wrapper ---------------------------------------------------------------------------------------------------------

  /** The JSON text is over, and the calls with it. */
  private endBody(): boolean {
    if (!this.committed) return this.giveBack('json-unreadable')
    if (this.row.close === undefined) return this.leave('complete')
    this.elements.endPending()
    this.mode = 'tail'
    return true
  }

  private onTail(): boolean {
    const { buffer } = this.host
    const at = buffer.skipSpace(buffer.pos, MAX_BLANKS)
    const match = at === buffer.text.length && !buffer.ended ? 'wait' : this.host.marker(this.row.close as string, at)
    if (match === 'wait') return false
    if (match === 'yes') this.text.takeMarkup(at + (this.row.close as string).length)
    return this.leave('complete')
  }

  private leave(status: 'complete' | 'repaired'): false {
    const { elements, text } = this
    text.dropStray()
    if (status === 'repaired' && elements.state.pending !== '') elements.state.pending = 'repaired'
    elements.endPending()
    this.reset('idle')
    return false
  }

  private closeWrapper(end: number): false {
    const { text } = this
    if (!this.committed && !this.elements.openEmpty()) {
      text.takeMarkup(end)
      return this.giveBack('json-unreadable')
    }
    text.dropStray()
    if (this.inArray && this.row.body === 'list') {
      this.host.output.diagnose('json-envelope', 'The list of calls has no closing bracket.', this.host.buffer.at)
    }
    text.takeMarkup(end)
    return this.leave('complete')
  }

  /** The next wrapper opens before this one has closed. */
  private endWithoutCloser(): false {
    if (!this.committed) return this.giveBack('json-unreadable')
    const { closer, close } = this.row
    if (this.endsAlone || closer === 'section') return this.leave('complete')
    this.host.output.diagnose('missing-closer', `The call has no ${close}.`, this.host.buffer.at)
    return this.leave(closer === 'special' ? 'complete' : 'repaired')
  }

  end({ clean }: StreamEnd): void {
    if (this.mode === 'element') {
      const outcome = this.elements.end(clean)
      if (outcome === 'ended') this.mode = 'gap'
      else if (outcome === 'lost') this.mode = 'skip'
      else this.giveBack('json-unreadable')
    }
    if (this.mode === 'skip') {
      this.text.takeStray(this.host.buffer.text.length)
      this.text.dropStray()
      this.reset('idle')
    }
    if (this.mode !== 'gap') return
    this.dropTail()
    if (!this.committed) this.giveBack('json-unreadable')
    else this.endOpenWrapper(clean)
  }

  private endOpenWrapper(clean: boolean): void {
    const { closer, close } = this.row
    const sectionOnly = (this.endsAlone || closer === 'section') && !this.inArray
    const fine = sectionOnly || (clean && closer !== 'call')
    if (!fine && this.elements.state.pending !== '') {
      const missing = close ?? 'closing bracket'
      this.host.output.diagnose('missing-closer', `The call has no ${missing}.`, this.host.buffer.at)
    }
    this.leave(fine ? 'complete' : 'repaired')
  }

  /** A comma that was held, a piece of a marker, end tokens: nothing of it can become a call any more. */
  private dropTail(): void {
    const { host, text } = this
    const { buffer } = host
    if (buffer.pos === buffer.text.length) return
    if (this.committed) {
      const tokens = endTokensReach(host, buffer.pos)
      const to = tokens.length > 0 ? (tokens[0] as { offset: number }).offset - buffer.offset : buffer.text.length
      if (/[^\s,]/.test(buffer.text.slice(buffer.pos, to))) text.takeStray(to)
      text.takeMarkup(buffer.text.length)
      text.dropStray()
    } else {
      const offset = buffer.at
      text.hold('markup', buffer.take(buffer.text.length), offset)
    }
  }
}

/** First index that holds neither a blank nor what counts as one before JSON text (R11, R22). */
export function skipInvisible(text: string, index: number, limit: number): number {
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
