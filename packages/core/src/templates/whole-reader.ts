import { type JsonListener, JsonMachine, type JsonState, createJsonState } from '../json/json-machine.ts'
import { isHighSurrogate, isLowSurrogate, isSpace } from '../scan/char-code.ts'
import { type AnchorHit, AnchorScanner, type ScanState } from '../scan/anchor-scanner.ts'
import type { Pattern } from '../scan/pattern.ts'
import type { Match } from '../scan/text-buffer.ts'
import { WrapperText, type WrapperTextState, createWrapperText } from '../families/envelope-text.ts'
import type { FamilyHost, StreamEnd } from '../families/family.ts'
import { TokenTail, endTokensReach } from '../families/lookahead.ts'
import { quoteJson } from '../values/convert-value.ts'
import { type CallReader, type CallRegion, captures, startCall } from './call-reader.ts'
import type { CallPlan } from './call-plan.ts'
import { pairsToJson } from './pairs-to-json.ts'
import type { RegionEnds } from './region-ends.ts'
import { type TransformedCall, transformCalls } from './transform.ts'

interface WholeState {
  mode:
    | 'idle'
    | 'json' //  {"a": |1}</call>
    | 'text' //  te|xt</call>
    | 'after' // {"a": 1}|</call>
  json: JsonState
  /** The content so far: mended JSON, or the text. */
  pieces: string[]
  /** Raw text from the opener on, in case it is no call. */
  raw: string[]
  start: number
  /** Offset behind the opener. */
  contentStart: number
  length: number
  repaired: boolean
  scan: ScanState | null
  stray: WrapperTextState
}

/** Calls whose transform needs all of the content: they are sent when their region has ended. */
export class WholeReader implements CallReader {
  private own: WholeState = createState()
  private readonly host: FamilyHost
  private readonly plan: CallPlan
  private readonly ends: RegionEnds
  private readonly captures: Readonly<Record<string, string>>
  private readonly text: WrapperText
  private readonly tail: TokenTail
  private machine: JsonMachine | null = null
  private scanner: AnchorScanner | null = null

  constructor(region: CallRegion) {
    const { host } = region
    this.host = host
    this.plan = region.plan
    this.ends = region.ends
    this.captures = region.captures
    this.text = new WrapperText(host)
    this.tail = new TokenTail(host)
  }

  get state(): WholeState {
    return { ...this.own, scan: this.scanner?.state ?? null, stray: this.text.state }
  }

  set state(state: WholeState) {
    this.own = state
    this.text.state = state.stray
    this.machine = null
    this.scanner = null
  }

  get stateName(): string {
    return this.own.mode
  }

  begin(to: number): void {
    this.own = {
      ...createState(),
      start: this.host.buffer.at,
      mode: this.plan.content.kind === 'json' ? 'json' : 'text',
    }
    this.keep(to)
    this.own.length = 0
    this.own.contentStart = this.host.buffer.at
  }

  private keep(to: number): void {
    const piece = this.host.buffer.take(to)
    if (piece === '') return
    this.own.raw.push(piece)
    this.own.length += piece.length
  }

  run(): boolean {
    while (this.step());
    return this.own.mode !== 'idle'
  }

  private step(): boolean {
    if (this.own.mode === 'idle') return false
    return this.own.mode === 'json' ? this.onJson() : this.onText()
  }

  // --- content --------------------------------------------------------------------------------------------------------------------------

  private get room(): number {
    return this.host.heldChars - this.own.length
  }

  private onJson(): boolean {
    const { buffer } = this.host
    const machine = (this.machine ??= this.createMachine())
    const available = this.tail.start()
    const limit = Math.min(available, buffer.pos + this.room)
    const to = machine.run(buffer.text, buffer.pos, limit, buffer.ended && limit === buffer.text.length)
    this.keep(to)
    if (machine.done) {
      this.own.mode = 'after'
      return true
    }
    if (machine.failed) return this.giveBack('json-unreadable')
    if (machine.blocked) return this.onBlocked(machine)
    return limit < available && this.giveBack('limit')
  }

  private onBlocked(machine: JsonMachine): boolean {
    const match = this.markerAt(this.host.buffer.pos)
    if (match === 'wait') return false
    if (match === 'no' || !this.close(machine)) return this.giveBack('json-unreadable')
    this.own.mode = 'after'
    return true
  }

  /** Closes brackets that are open where the region ends (R5). */
  private close(machine: JsonMachine): boolean {
    const closing = this.host.repair ? machine.closing() : undefined
    if (closing === undefined) return false
    this.own.pieces.push(closing)
    this.own.repaired = true
    return true
  }

  private createMachine(): JsonMachine {
    const { own } = this
    const { content } = this.plan
    const listener: JsonListener = {
      text: (piece) => void own.pieces.push(piece),
      decoded: () => {},
      key: () => {},
      value: () => {
        own.json.copy = true
      },
      valueEnd: () => {},
      repair: () => {
        own.repaired = true
        return this.host.repair
      },
      nonFinite: () => 'null',
      markerAt: (index) => this.markerAt(index),
    }
    return new JsonMachine(listener, { ...(content.kind === 'json' ? content.dialect : {}), state: own.json })
  }

  private markerAt(index: number): Match {
    const marker = this.ends.at(index)
    return marker === undefined ? 'no' : marker === 'wait' ? 'wait' : 'yes'
  }

  // --- to the closer ----------------------------------------------------------------------------------------------------------------------

  private scan(): AnchorHit | undefined {
    // Text has no other end than its closer.
    const isText = this.own.mode === 'text' && this.ends.close !== undefined
    const patterns = isText ? [this.ends.close as Pattern] : this.ends.patterns
    if (this.scanner === null) {
      this.scanner = new AnchorScanner(patterns, (anchor, start, end) =>
        this.ends.accepts(patterns[anchor] as Pattern, start, end),
      )
      if (this.own.scan === null) this.scanner.start(this.host.buffer.at)
      else this.scanner.state = this.own.scan
    }
    return this.scanner.run(this.host.buffer, Math.max(this.host.heldChars, 1024))
  }

  private onText(): boolean {
    const { buffer } = this.host
    const { own } = this
    if (own.mode === 'after' && this.ends.close === undefined) return this.send(undefined)
    const hit = this.scan()
    const free =
      hit === undefined
        ? Math.min((this.scanner as AnchorScanner).holdFrom - buffer.offset, this.tail.start())
        : hit.start - buffer.offset
    if (free - buffer.pos > this.room) {
      const to = buffer.pos + this.room
      const isInPair = isHighSurrogate(buffer.text.charCodeAt(to - 1)) && isLowSurrogate(buffer.text.charCodeAt(to))
      this.keep(isInPair ? to - 1 : to)
      return this.giveBack('limit')
    }
    const from = buffer.pos
    const offset = buffer.at
    this.keep(free)
    const piece = buffer.text.slice(from, free)
    if (own.mode === 'text') own.pieces.push(piece)
    else if (own.mode === 'after') this.addStray(piece, offset)
    if (hit === undefined) return false
    const isClose = this.ends.close !== undefined && hit.anchor === 0
    return this.send(isClose ? hit : undefined)
  }

  /** Text behind the JSON. Blanks are layout. */
  private addStray(piece: string, offset: number): void {
    const { state } = this.text
    let at = 0
    if (state.stray === '') while (isSpace(piece.charCodeAt(at))) at += 1
    if (at === piece.length) return
    if (state.stray === '') state.strayOffset = offset + at
    state.stray += piece.slice(at)
  }

  // --- the calls --------------------------------------------------------------------------------------------------------------------------

  /** @param closer - absent when it is missing */
  private send(closer: AnchorHit | undefined): false {
    const calls = this.readCalls({ ...this.captures, ...this.capturesOf(closer) })
    if (calls === undefined || calls.length === 0) return this.giveBack('json-unreadable')
    const { host, ends, own } = this
    const { buffer, output } = host
    const missing = closer === undefined && ends.close !== undefined
    const repaired = own.repaired || (missing && !ends.special)
    const contentEnd = this.text.state.stray === '' ? buffer.at : this.text.state.strayOffset
    let outcome: 'none' | 'arguments' | 'dropped' = 'none'
    for (const { name, arguments: json, id } of calls) {
      if (!startCall(host, name, own.start, id ?? null)) break
      if (outcome === 'none') {
        outcome = 'arguments'
        if (own.repaired) output.diagnose('json-repair', 'The JSON text was mended.', own.start)
        if (missing) output.diagnose('missing-closer', `The call has no ${ends.name}.`, buffer.at)
        this.text.dropStray()
      }
      const fits = output.arguments(json) === json.length
      if (!fits && outcome !== 'dropped') {
        outcome = 'dropped'
        output.dropBeyondLimit(
          own.raw.join('').slice(own.contentStart - own.start, contentEnd - own.start),
          own.contentStart,
        )
      }
      output.endCall(repaired ? 'repaired' : 'complete')
    }
    if (outcome === 'none') return this.giveBack(undefined)
    output.account('markup', own.start, own.contentStart)
    output.account(outcome, own.contentStart, contentEnd)
    output.account('dropped', contentEnd, buffer.at)
    if (closer !== undefined) {
      output.account('markup', buffer.at, closer.end)
      buffer.pos = closer.end - buffer.offset
    }
    return this.leave()
  }

  private capturesOf(closer: AnchorHit | undefined): Record<string, string> {
    const { text, offset } = this.host.buffer
    return closer === undefined ? {} : captures(this.ends.close as Pattern, closer.slots, text, offset)
  }

  private readCalls(known: Readonly<Record<string, string>>): TransformedCall[] | undefined {
    const { transform, each, content } = this.plan
    const text = this.own.pieces.join('')
    let json = text
    if (content.kind === 'text') json = quoteJson(content.strip ? text.trim() : text)
    else if (content.kind === 'xml-inline' || content.kind === 'kv-lines') {
      json = pairsToJson(text, content, this.toolOf(content, text, known), this.host.repair)
    }
    return transformCalls(transform, each, json, known)
  }

  /** The tool whose schema types the pairs: its name is found first, with every value a string. */
  private toolOf(
    content: Parameters<typeof pairsToJson>[1],
    text: string,
    known: Readonly<Record<string, string>>,
  ): ReturnType<FamilyHost['tools']['get']> {
    const { transform, each } = this.plan
    const untyped = pairsToJson(text, { ...content, value: 0 }, undefined, false)
    const name = transformCalls(transform, each, untyped, known)?.[0]?.name
    return name === undefined ? undefined : this.host.tools.get(name)
  }

  /** No call after all: the raw text goes back to the reader. */
  private giveBack(why: 'limit' | 'json-unreadable' | undefined): false {
    const { host, own } = this
    const message =
      why === 'limit'
        ? `The call did not end within ${host.heldChars} characters (limits.heldChars): its text is content.`
        : 'The text in the call markers is no call that can be read: it is content.'
    if (why !== undefined) host.output.diagnose(why, message, own.start)
    host.release(own.raw.join(''), own.start)
    return this.leave()
  }

  private leave(): false {
    this.own = createState()
    this.text.state = createWrapperText()
    this.machine = null
    this.scanner = null
    return false
  }

  // --- the end --------------------------------------------------------------------------------------------------------------------------

  end({ clean }: StreamEnd): void {
    const { buffer, output } = this.host
    const { mode } = this.own
    if (mode === 'idle') return
    const tokens = endTokensReach(this.host, buffer.pos)
    const to = tokens.length === 0 ? buffer.text.length : (tokens[0] as { offset: number }).offset - buffer.offset
    const piece = buffer.text.slice(buffer.pos, to)
    if (mode === 'text') this.own.pieces.push(piece)
    else if (mode === 'after') this.addStray(piece, buffer.at)
    const isClosed = mode === 'json' && clean && this.machine !== null && this.close(this.machine)
    const isWhole = mode === 'after' || (mode === 'text' && clean)
    this.keep(to)
    if (isClosed || isWhole) this.send(undefined)
    else this.giveBack('json-unreadable')
    for (const token of tokens) output.noteEndToken(token.text, token.offset)
    output.account('markup', buffer.at, buffer.offset + buffer.text.length)
    buffer.pos = buffer.text.length
  }
}

function createState(): WholeState {
  return {
    mode: 'idle',
    json: createJsonState(),
    pieces: [],
    raw: [],
    start: 0,
    contentStart: 0,
    length: 0,
    repaired: false,
    scan: null,
    stray: createWrapperText(),
  }
}
