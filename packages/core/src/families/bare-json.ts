import { Char } from '../scan/char-code.ts'
import type { Match } from '../scan/text-buffer.ts'
import { EnvelopeBody, type EnvelopeBodyRow, FENCE } from './envelope-body.ts'
import type { ElementShape } from './envelope-element.ts'
import type { Family, FamilyHost, OpenerPlace, StreamEnd } from './family.ts'
import { MAX_BLANKS } from './lookahead.ts'
import { ResponseText, type ResponseTextState } from './response-text.ts'

/** What a format of this family says about itself. */
export interface BareJsonRow {
  /** Markers that may stand before the JSON text. Behind one it may stand anywhere, and any name is accepted. */
  open: readonly string[]
  /** Where JSON text is looked for without a marker: at the start of the message, or of every line. */
  places: 'start' | 'lines'
  body: 'object' | 'array' | 'any'
  /**
   * What makes JSON text a call where no marker stands. `both-keys`: a declared name and both keys. `forced`: the server was made to write
   * calls, so a name is enough. `arguments`: the server was made to write the arguments of the only tool.
   */
  accepts: 'both-keys' | 'forced' | 'arguments'
  /** Separators behind a call, before the next one. */
  separators?: readonly string[]
  /** Members of an object around the calls, and one whose text is the answer: `{"tool_calls": [...]}`, `{"response": "Hi."}`. */
  around?: { calls: readonly string[]; response: string }
  /** The JSON text may stand in a Markdown fence. */
  fence?: boolean
  /** How one call is written, where it is not `{"name": ..., "arguments": ...}`. */
  element?: ElementShape
}

interface BareState {
  mode:
    | 'idle'
    | 'calls' //    {"name": "f", "argu|ments": {}}
    | 'tail' //     {"name": ...}|; {"name": ...}     a separator, a brace or a fence may follow
    | 'response' // {"response": "Hel|lo"}
  /** What may still close behind the JSON text: the object around it, then the fence. */
  closers: string[]
  body: object
  response: ResponseTextState
}

/** Where the JSON text of an opening begins, and what stands around it. */
interface Opening {
  at: number
  /** `response` when the member's text is the answer. */
  what: 'calls' | 'response'
  closers: string[]
  marked: boolean
}

/** First keys of an object that can be a call. */
const CALL_KEYS: readonly string[] = ['name', 'arguments', 'parameters', 'args', 'tool_name', 'type', 'function', 'id']
const FENCES: readonly string[] = ['```json\n', '```json\r\n', '```\n', '```\r\n']

/** Calls written as JSON text without a marker, or with one that may be missing. Precision comes before recall: prose is never taken for a call. */
export class BareJson implements Family {
  readonly openers: readonly string[]
  readonly wrappers: readonly string[]
  readonly closers: readonly string[] = []
  readonly places: 'start' | 'lines'
  private mode: BareState['mode'] = 'idle'
  private closing: string[] = []
  private readonly row: BareJsonRow
  private readonly host: FamilyHost
  private readonly body: EnvelopeBody
  private readonly marked: EnvelopeBody
  private current: EnvelopeBody
  private readonly response: ResponseText

  constructor(row: BareJsonRow, host: FamilyHost) {
    this.row = row
    this.host = host
    this.openers = row.open
    this.wrappers = row.open
    this.places = row.places
    const shape: EnvelopeBodyRow = { closer: 'none', body: row.body, element: row.element ?? {} }
    this.marked = new EnvelopeBody(shape, host, row.open)
    this.body = new EnvelopeBody({ ...shape, element: elementOf(row, host) }, host, row.open)
    this.current = this.body
    this.response = new ResponseText(host)
  }

  get state(): object {
    const marked = this.current === this.marked
    return { mode: this.mode, closers: this.closing, marked, body: this.current.state, response: this.response.state }
  }

  set state(state: object) {
    const { mode, closers, marked, body, response } = state as BareState & { marked: boolean }
    this.mode = mode
    this.closing = closers
    this.current = marked ? this.marked : this.body
    this.current.state = body as EnvelopeBody['state']
    this.response.state = response
  }

  get stateName(): string {
    return this.mode === 'calls' ? this.current.stateName : this.mode
  }

  // --- openings ---------------------------------------------------------------------------------------------------------------------

  opens(index: number, place: OpenerPlace): Match {
    const opening = this.opening(index, place)
    return typeof opening === 'string' ? opening : 'yes'
  }

  private opening(index: number, { lineStart, messageStart }: OpenerPlace): Opening | 'no' | 'wait' {
    const { buffer } = this.host
    const marker = this.row.open.find((open) => this.host.marker(open, index) !== 'no')
    if (marker !== undefined) {
      if (this.host.marker(marker, index) === 'wait') return 'wait'
      return this.jsonAt(buffer.skipSpace(index + marker.length, MAX_BLANKS), [], true)
    }
    if (!(this.places === 'lines' ? lineStart : messageStart)) return 'no'
    if (this.row.fence !== true || buffer.text.charCodeAt(index) !== Char.backtick) return this.jsonAt(index, [], false)
    const fence = FENCES.find((line) => buffer.match(line, index) !== 'no')
    if (fence === undefined) return 'no'
    if (buffer.match(fence, index) === 'wait') return 'wait'
    return this.jsonAt(buffer.skipSpace(index + fence.length, MAX_BLANKS), [FENCE], false)
  }

  /** JSON text that can hold a call: decided by its first key, so that other JSON text is never held. */
  private jsonAt(at: number, closers: string[], marked: boolean): Opening | 'no' | 'wait' {
    const { buffer } = this.host
    if (at >= buffer.text.length) return buffer.ended ? 'no' : 'wait'
    const code = buffer.text.charCodeAt(at)
    const isArray = code === Char.openBracket && this.row.body !== 'object'
    if (isArray && this.row.around === undefined) {
      const first = buffer.skipSpace(at + 1, MAX_BLANKS)
      if (first >= buffer.text.length) return buffer.ended ? 'no' : 'wait'
      if (buffer.text.charCodeAt(first) !== Char.openBrace) return 'no'
      return this.keyed(first, at, closers, marked)
    }
    if (code !== Char.openBrace) return 'no'
    if (this.row.accepts === 'arguments') return { at, what: 'calls', closers, marked }
    if (this.row.around !== undefined) return this.surrounded(at, this.row.around, closers)
    return this.row.body === 'array' ? 'no' : this.keyed(at, at, closers, marked)
  }

  private keyed(brace: number, at: number, closers: string[], marked: boolean): Opening | 'no' | 'wait' {
    const { element } = this.row
    const keys = [...CALL_KEYS, ...(element?.names ?? []), ...(element?.arguments ?? [])]
    const key = this.firstKey(brace, keys)
    return typeof key === 'string' ? key : { at, what: 'calls', closers, marked }
  }

  /** The calls, or the answer, are a member of an object. */
  private surrounded(
    brace: number,
    { calls, response }: NonNullable<BareJsonRow['around']>,
    closers: string[],
  ): Opening | 'no' | 'wait' {
    const { buffer } = this.host
    const key = this.firstKey(brace, [...calls, response])
    if (typeof key === 'string') return key
    const colon = buffer.skipSpace(key.end, MAX_BLANKS)
    if (colon >= buffer.text.length) return buffer.ended ? 'no' : 'wait'
    if (buffer.text.charCodeAt(colon) !== Char.colon) return 'no'
    const at = buffer.skipSpace(colon + 1, MAX_BLANKS)
    if (at >= buffer.text.length) return buffer.ended ? 'no' : 'wait'
    const code = buffer.text.charCodeAt(at)
    const around = ['}', ...closers]
    if (key.name === response) {
      return code === Char.doubleQuote ? { at: at + 1, what: 'response', closers: around, marked: false } : 'no'
    }
    if (code !== Char.openBrace && code !== Char.openBracket) return 'no'
    return { at, what: 'calls', closers: around, marked: false }
  }

  /** The first key of the object at `brace`, when it is one of these. */
  private firstKey(brace: number, keys: readonly string[]): { name: string; end: number } | 'no' | 'wait' {
    const { buffer } = this.host
    const at = buffer.skipSpace(brace + 1, MAX_BLANKS)
    if (at >= buffer.text.length) return buffer.ended ? 'no' : 'wait'
    const quote = buffer.text[at] as string
    const mark = quote === '"' || quote === "'" ? quote : ''
    let waits = false
    for (const name of keys) {
      const literal = `${mark}${name}${mark}`
      const match = buffer.match(literal, at)
      if (match === 'yes' && this.endsWord(at + literal.length, mark)) return { name, end: at + literal.length }
      waits ||= match === 'wait'
    }
    return waits ? 'wait' : 'no'
  }

  /** A key without quotes must not go on. */
  private endsWord(index: number, mark: string): boolean {
    return mark !== '' || !/\w/.test(this.host.buffer.text[index] ?? '')
  }

  // --- reading ----------------------------------------------------------------------------------------------------------------------

  enter(index: number, place: OpenerPlace): void {
    const { at, what, closers, marked } = this.opening(index, place) as Opening
    this.closing = closers
    if (what === 'response') {
      this.mode = 'response'
      this.host.output.account('markup', this.host.buffer.at, this.host.buffer.offset + at)
      this.host.buffer.take(at)
      this.response.begin()
      return
    }
    this.mode = 'calls'
    this.current = marked ? this.marked : this.body
    this.current.begin()
    this.current.text.takeMarkup(at)
  }

  run(): boolean {
    for (;;) {
      switch (this.mode) {
        case 'idle':
          return false
        case 'calls':
          if (this.current.run()) return true
          // No call has opened: the body's text went back to the reader.
          this.mode = this.current.hadCalls ? 'tail' : 'idle'
          break
        case 'response':
          if (this.response.run()) return true
          this.mode = 'tail'
          break
        case 'tail':
          if (!this.onTail()) return this.mode !== ('idle' as string)
      }
    }
  }

  /** Behind the JSON text: what closes around it, or a separator before the next call. Returns false when it is over, or text must come. */
  private onTail(): boolean {
    const { buffer } = this.host
    const at = buffer.skipSpace(buffer.pos, MAX_BLANKS)
    if (at === buffer.text.length && !buffer.ended) return false
    const closer = this.closing[0]
    if (closer !== undefined) {
      const match = buffer.match(closer, at)
      if (match === 'wait') return false
      if (match === 'yes') {
        this.takeMarkup(at + closer.length)
        this.closing = this.closing.slice(1)
        return true
      }
    }
    const next = this.afterSeparator(at)
    if (next === 'wait') return false
    if (next !== undefined) this.takeMarkup(next)
    this.mode = 'idle'
    return false
  }

  /** Where the next call begins behind a separator. */
  private afterSeparator(at: number): number | 'wait' | undefined {
    const { buffer } = this.host
    if (!(this.row.separators ?? []).includes(buffer.text[at] ?? '')) return undefined
    const next = buffer.skipSpace(at + 1, MAX_BLANKS)
    if (next === buffer.text.length) return buffer.ended ? undefined : 'wait'
    return buffer.text.charCodeAt(next) === Char.openBrace ? next : undefined
  }

  private takeMarkup(to: number): void {
    const { buffer, output } = this.host
    output.account('markup', buffer.at, buffer.offset + to)
    buffer.take(to)
  }

  end(streamEnd: StreamEnd): void {
    if (this.mode === 'calls') this.current.end(streamEnd)
    if (this.mode === 'response') this.response.end()
    this.mode = 'idle'
  }
}

/** @throws TypeError when the format needs one tool and there are none or several */
function elementOf({ accepts, element = {} }: BareJsonRow, { tools }: FamilyHost): ElementShape {
  if (accepts === 'forced') return element
  if (accepts === 'both-keys') return { ...element, strict: true }
  const name = tools.only
  if (name === undefined) {
    throw new TypeError("The format 'named' reads the arguments of one chosen tool: tools must hold exactly that tool")
  }
  return { bare: true, known: { name, id: null } }
}
