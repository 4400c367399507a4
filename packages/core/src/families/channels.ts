import { MarkerFinder } from '../scan/find-marker.ts'
import { isHighSurrogate, isSpace } from '../scan/char-code.ts'
import type { Match } from '../scan/text-buffer.ts'
import { type Header, type HeaderWords, mayBeginHeader, readHeader } from './channels-header.ts'
import { ChannelCall, type ChannelCallState, createChannelCall } from './channels-call.ts'
import { EnvelopeBody } from './envelope-body.ts'
import type { Family, FamilyHost, OpenerPlace, StreamEnd } from './family.ts'
import { MAX_BLANKS } from './lookahead.ts'

/** What a format of this family says about itself. */
export interface ChannelsRow {
  /** Begins a message with its header. */
  start: string
  /** Markers inside a header that is made of words and says what the body is. Without them a header is one word of no meaning. */
  words?: HeaderWords
  /**
   * Markers that end a header, with what follows: text for the reader, a thought, a call as a JSON envelope, or what the words of the
   * header say.
   */
  bodies: Readonly<Record<string, 'content' | 'reasoning' | 'envelope' | 'header'>>
  /** Markers that end a message. */
  ends: readonly string[]
  /** What stands between two messages of content. */
  join: string
}

interface ChannelsState {
  mode:
    | 'idle'
    | 'between' //  <|end|>| <|start|>
    | 'header' //   <|start|>assis|tant<|channel|>
    | 'call' //     <|message|>|{"a": 1}<|call|>
    | 'envelope' // <|content_invoke_tool_json|>|{"name": "f", "args": {}}<|end_message|>
  /** The text belongs to a message: without a marker no header begins. */
  inBody: boolean
  /** Offset behind the last marker. */
  markedTo: number
  /** Offsets in the open header: its begin, the end of its first marker, and as far as it has been searched. */
  headerFrom: number
  headerText: number
  searched: number
  /** A brace stands in the header that begins no arguments. */
  braceSeen: boolean
  call: ChannelCallState | null
  envelope: object
}

/** Text of a header beside the name in it: role, channel and content type, with what models add to them. */
const HEADER_ROOM = 256
/** Recipients that are not tools of the request but the model's own, or people. */
const BUILT_IN = /^(?:python|browser|container)(?:\.|$)/
const ROLES: ReadonlySet<string> = new Set(['assistant', 'user', 'system', 'developer', 'all'])
const FUNCTIONS = 'functions.'

/** What ends a header: a marker, or without one the brace of arguments, the limit of its length, the end of the text. */
interface HeaderEnd {
  marker?: string
  why?: 'brace' | 'limit' | 'end'
}

/**
 * Formats whose whole text is a sequence of messages with headers: `<|channel|>analysis<|message|>...<|end|>`. It reads the headers and the
 * calls; the text of messages is read by the parser around it.
 */
export class Channels implements Family {
  readonly openers: readonly string[]
  readonly wrappers: readonly string[] = []
  readonly closers: readonly string[] = []
  readonly places = 'start'
  readonly messages: { ends: readonly string[] }
  private readonly row: ChannelsRow
  private readonly host: FamilyHost
  private readonly opening: MarkerFinder<string>
  private readonly headerEnds: MarkerFinder<string>
  private readonly envelope: EnvelopeBody
  private call: ChannelCall | null = null
  private own: ChannelsState = createState()

  constructor(row: ChannelsRow, host: FamilyHost) {
    const { start, words, bodies, ends } = row
    this.row = row
    this.host = host
    this.messages = { ends }
    this.openers = [start, ...(words === undefined ? [] : [words.channel]), ...Object.keys(bodies), ...ends]
    this.opening = new MarkerFinder(this.openers)
    this.headerEnds = new MarkerFinder([start, ...Object.keys(bodies), ...ends, ...(words === undefined ? [] : ['{'])])
    const close = ends[0] as string
    this.envelope = new EnvelopeBody({ close, closer: 'special', body: 'object' }, host, this.openers)
  }

  get state(): ChannelsState {
    return { ...this.own, call: this.call?.state ?? null, envelope: this.envelope.state }
  }

  set state(state: ChannelsState) {
    this.own = state
    this.call = state.call === null ? null : this.createCall(state.call)
    this.envelope.state = state.envelope as EnvelopeBody['state']
  }

  get stateName(): string {
    if (this.own.mode === 'call') return (this.call as ChannelCall).state.mode
    return this.own.mode === 'envelope' ? this.envelope.stateName : this.own.mode
  }

  private readonly match = (literal: string, index: number): Match => this.host.marker(literal, index)

  opens(index: number, place: OpenerPlace): Match {
    const marker = this.opening.at(index, this.match)
    if (marker === 'wait') return 'wait'
    if (marker === undefined) return place.messageStart && !this.own.inBody ? this.bareHeader(index) : 'no'
    if (this.row.bodies[marker] !== 'header') return 'yes'
    // Without a header this marker means something only where one could stand.
    const bare = place.messageStart && !this.own.inBody
    return bare || this.host.buffer.offset + index === this.own.markedTo ? 'yes' : 'no'
  }

  /** The prompt has written the first marker of the message: it begins with words of a header and a marker inside of one. */
  private bareHeader(index: number): Match {
    const { buffer } = this.host
    const { text } = buffer
    const stop = Math.min(text.length, index + this.headerRoom)
    let at = index
    while (at < stop) {
      const end = this.wordEnd(at, stop)
      const word = text.slice(at, end)
      if (word === '') return at === index ? 'no' : this.markerInHeader(at)
      if (!this.belongs(word, end < text.length)) return 'no'
      at = this.row.words === undefined ? end : buffer.skipSpace(end, stop - end)
    }
    return at === text.length && !buffer.ended ? 'wait' : 'no'
  }

  private wordEnd(start: number, stop: number): number {
    const { text } = this.host.buffer
    let at = start
    while (at < stop && text[at] !== '<' && !isSpace(text.charCodeAt(at))) at += 1
    return at
  }

  private belongs(word: string, whole: boolean): boolean {
    if (this.row.words !== undefined) return mayBeginHeader(word, whole)
    const { tools } = this.host
    if (tools.open || tools.empty) return /^[\w.-]+$/.test(word)
    return tools.names.some((name) => (whole ? name === word : name.startsWith(word)))
  }

  private markerInHeader(index: number): Match {
    const { words, bodies } = this.row
    const markers = [...(words === undefined ? [] : [words.channel, words.constrain]), ...Object.keys(bodies)]
    const matches = markers.map((marker) => this.match(marker, index))
    return matches.includes('yes') ? 'yes' : matches.includes('wait') ? 'wait' : 'no'
  }

  private get headerRoom(): number {
    return Math.min(this.host.heldChars, this.host.nameChars + HEADER_ROOM)
  }

  enter(index: number): void {
    const marker = this.opening.at(index, this.match)
    this.begin(marker === undefined || marker === 'wait' ? '' : marker)
  }

  /** The marker at the position begins a header, or ends a message. */
  private begin(marker: string): void {
    const { own, host, row } = this
    const { buffer } = host
    if (row.ends.includes(marker)) {
      this.takeMarkup(buffer.pos + marker.length)
      host.endMessage()
      own.inBody = false
      own.mode = 'between'
    } else if (own.inBody && row.bodies[marker] === 'header') {
      this.takeDoubled(marker)
      own.mode = 'idle'
    } else {
      own.mode = 'header'
      own.inBody = false
      own.braceSeen = false
      own.headerFrom = buffer.at
      own.headerText = buffer.at + (row.bodies[marker] === undefined ? marker.length : 0)
      own.searched = own.headerText
    }
  }

  private takeMarkup(to: number): void {
    const { buffer, output } = this.host
    output.account('markup', buffer.at, buffer.offset + to)
    buffer.pos = to
    this.own.markedTo = buffer.at
  }

  run(): boolean {
    for (;;) {
      const { mode } = this.own
      if (mode === 'idle') return false
      if (!this.step()) return this.own.mode !== 'idle'
    }
  }

  private step(): boolean {
    switch (this.own.mode) {
      case 'idle':
        return false
      case 'between':
        return this.onBetween()
      case 'header':
        return this.onHeader()
      case 'call':
        return this.onCall()
      case 'envelope':
        return !this.envelope.run() && this.endCall()
    }
  }

  /** Blanks between the end of a message and the next header are layout. */
  private onBetween(): boolean {
    const { buffer, heldChars } = this.host
    const limit = Math.min(MAX_BLANKS, heldChars)
    const at = buffer.skipSpace(buffer.pos, limit)
    if (at === buffer.text.length && at - buffer.pos < limit) return false
    const marker = this.opening.at(at, this.match)
    if (marker === 'wait') return false
    if (marker === undefined) return this.leave()
    this.takeMarkup(at)
    this.begin(marker)
    return true
  }

  private leave(): false {
    this.own.mode = 'idle'
    return false
  }

  // --- headers ----------------------------------------------------------------------------------------------------------------------

  private onHeader(): boolean {
    const { own, host } = this
    const { buffer } = host
    const { text, offset } = buffer
    const limit = own.headerText - offset + this.headerRoom
    const head = text.slice(0, limit + 1)
    for (let at = own.searched - offset; ; at += 1) {
      at = this.headerEnds.candidate(head, at)
      if (at < 0) break
      const marker = this.headerEnds.at(at, this.match)
      if (marker === 'wait') {
        own.searched = offset + at
        return false
      }
      if (marker === undefined || (marker === '{' && !this.isArguments(at))) continue
      return this.endHeader(at, marker === '{' ? { why: 'brace' } : { marker })
    }
    if (text.length > limit) return this.endHeader(this.beforeHalf(limit), { why: 'limit' })
    own.searched = offset + text.length
    return false
  }

  private beforeHalf(index: number): number {
    return isHighSurrogate(this.host.buffer.text.charCodeAt(index - 1)) ? index - 1 : index
  }

  /** The marker before the arguments is missing: the first brace of a header that names a tool begins them. */
  private isArguments(at: number): boolean {
    if (this.own.braceSeen) return false
    this.own.braceSeen = true
    return this.nameOf(this.readHeader(at, 'text')) !== undefined
  }

  private readHeader(to: number, ended: 'marker' | 'text' | 'cut'): Header {
    const { host, row } = this
    return readHeader(host, { start: row.start, words: row.words }, [host.buffer.pos, to], ended, (word) =>
      this.isTool(word),
    )
  }

  private endHeader(at: number, end: HeaderEnd): boolean {
    const kind = end.marker === undefined ? undefined : this.row.bodies[end.marker]
    if (end.marker === undefined || kind === undefined) return this.endWithoutMarker(at, end)
    const header = this.readHeader(at, 'marker')
    this.takeHeader(
      header,
      at,
      this.deviates(header) ? 'The header of the message is not as the format writes it.' : '',
    )
    return this.enterBody(kind, end.marker, header)
  }

  /** The marker before the body is missing: what follows the known pieces of the header is the body. */
  private endWithoutMarker(at: number, { marker, why }: HeaderEnd): boolean {
    const { buffer } = this.host
    const header = this.readHeader(at, why === 'limit' || why === 'end' ? 'cut' : 'text')
    const rest = buffer.skipSpace(header.known, at - header.known)
    if (rest < at && why === 'end' && this.isHeaderPiece(buffer.text.slice(rest, at))) header.ignored.push([rest, at])
    else if (rest < at) {
      this.takeHeader(header, rest, 'The header of the message has no end: what follows it is the text of the message.')
      return this.enterBody('header', '', header)
    }
    const calls = this.nameOf(header) !== undefined
    const begins = why === 'limit' || why === 'brace' || (calls && marker !== undefined && marker !== this.row.start)
    this.takeHeader(
      header,
      at,
      begins ? 'The header of the message has no end.' : 'A header without a message was removed.',
    )
    if (begins) return this.enterBody('header', '', header)
    if (marker === undefined) return this.leave()
    this.begin(marker)
    return true
  }

  /** Could this end of the text have become a word or a marker of a header? */
  private isHeaderPiece(text: string): boolean {
    const word = text.trimEnd()
    if (/^<\|?\w*\|?$/.test(word)) return true
    return this.row.words !== undefined && (mayBeginHeader(word, false) || 'json'.startsWith(word))
  }

  private takeHeader({ ignored }: Header, to: number, message: string): void {
    const { buffer, output } = this.host
    const { offset, text } = buffer
    const start = buffer.at
    for (const [from, end] of ignored) {
      this.takeMarkup(from)
      output.account('dropped', offset + from, offset + end)
      buffer.pos = end
    }
    this.takeMarkup(to)
    if (message === '') return
    const dropped = ignored.map(([from, end]) => text.slice(from, end)).join('')
    const first = ignored[0]
    if (first === undefined) output.diagnose('mended-header', message, start)
    else output.diagnose('mended-header', message, offset + first[0], dropped)
  }

  // --- bodies -----------------------------------------------------------------------------------------------------------------------

  /** @param marker - the marker at the position, empty where it is missing */
  private enterBody(kind: ChannelsRow['bodies'][string], marker: string, header: Header): boolean {
    const { own, host, envelope } = this
    const { buffer } = host
    if (kind === 'envelope') {
      host.endMessage()
      envelope.begin()
      envelope.text.takeMarkup(buffer.pos + marker.length)
      own.mode = 'envelope'
      return true
    }
    this.takeMarkup(buffer.pos + marker.length)
    const name = kind === 'header' ? this.nameOf(header) : undefined
    if (name === undefined) return this.enterText(kind === 'header' ? this.zoneOf(header) : kind)
    host.endMessage()
    this.call = this.createCall(createChannelCall(name, own.headerFrom))
    own.mode = 'call'
    return true
  }

  private enterText(zone: 'content' | 'reasoning'): false {
    this.host.beginMessage(zone, this.row.join)
    this.own.inBody = true
    return this.leave()
  }

  /** The tool that a message calls. */
  private nameOf({ recipient }: Header): string | undefined {
    const { tools, unknownTools, nameChars } = this.host
    if (recipient === undefined || tools.empty) return undefined
    const name = recipient.startsWith(FUNCTIONS) ? recipient.slice(FUNCTIONS.length) : recipient
    const declared = tools.declares(name)
    const named = declared || name !== recipient || (tools.open && !BUILT_IN.test(name) && !ROLES.has(name))
    if (!named || name === '' || name.length > nameChars) return undefined
    return declared || tools.open || unknownTools === 'forward' ? name : undefined
  }

  private deviates(header: Header): boolean {
    const { channel, recipient, tolerated, ignored } = header
    const bare = recipient?.startsWith(FUNCTIONS) === false && this.nameOf(header) !== undefined
    return tolerated || bare || channel === 'unknown' || ignored.length > 0
  }

  /** Does a word without `to=` name a tool? */
  private isTool(word: string): boolean {
    return word.startsWith(FUNCTIONS) || this.host.tools.declares(word)
  }

  /** What a message is that calls no tool. */
  private zoneOf({ channel, recipient }: Header): 'content' | 'reasoning' {
    const thought = channel === 'analysis' || channel === 'unknown'
    if (recipient === undefined) return thought ? 'reasoning' : 'content'
    if (BUILT_IN.test(recipient)) return 'reasoning'
    if (recipient.startsWith(FUNCTIONS)) return 'content'
    const { tools, output } = this.host
    if (!tools.open && !tools.empty && !ROLES.has(recipient)) {
      const message = `The message is for ${recipient}, which is no tool of the request: it is text.`
      output.diagnose('unknown-tool', message, this.own.headerFrom)
    }
    return thought ? 'reasoning' : 'content'
  }

  private createCall(state: ChannelCallState): ChannelCall {
    const { start, words, ends } = this.row
    const headers = [start, ...(words === undefined ? [] : [words.channel])]
    return new ChannelCall(this.host, { closers: ends, headers }, state)
  }

  private onCall(): boolean {
    const call = this.call as ChannelCall
    if (call.state.mode === 'gap') {
      const again = this.repeatsEnd()
      if (again !== 'no') return again === 'yes'
    }
    const step = call.run()
    if (step === 'wait') return false
    if (step === 'over') return this.endCall()
    const { buffer, output } = this.host
    output.diagnose('json-unreadable', 'The body of the call is no JSON object: it is content.', buffer.at)
    this.call = null
    return this.enterText('content')
  }

  /** Takes a second copy of the marker that has ended the header. */
  private repeatsEnd(): Match {
    const { buffer } = this.host
    const marker = this.opening.at(buffer.pos, this.match)
    if (marker === 'wait' || buffer.at !== this.own.markedTo) return marker === 'wait' ? 'wait' : 'no'
    if (marker === undefined || this.row.bodies[marker] !== 'header') return 'no'
    this.takeDoubled(marker)
    return 'yes'
  }

  private takeDoubled(marker: string): void {
    const { buffer, output } = this.host
    output.diagnose('doubled-opener', `${marker} stands twice; the second one was removed.`, buffer.at)
    this.takeMarkup(buffer.pos + marker.length)
  }

  private endCall(): true {
    this.host.endMessage()
    this.call = null
    this.own.inBody = false
    this.own.mode = 'between'
    return true
  }

  end({ clean }: StreamEnd): void {
    const { own, host } = this
    const { buffer } = host
    if (own.mode === 'header') {
      this.endHeader(buffer.text.length, { why: 'end' })
      this.run()
    }
    if (own.mode === 'call') {
      const call = this.call as ChannelCall
      if (call.state.mode === 'gap' && !clean) {
        const message = 'The text ended before the arguments of the call: its header was removed.'
        host.output.diagnose('mended-header', message, own.headerFrom)
      }
      call.end(clean)
      this.call = null
    } else if (own.mode === 'envelope') this.envelope.end({ clean })
    else if (own.mode === 'between') this.takeMarkup(buffer.text.length)
    this.leave()
  }
}

function createState(): ChannelsState {
  return {
    mode: 'idle',
    inBody: false,
    markedTo: -1,
    headerFrom: 0,
    headerText: 0,
    searched: 0,
    braceSeen: false,
    call: null,
    envelope: {},
  }
}
