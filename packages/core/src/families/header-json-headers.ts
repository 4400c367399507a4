import { Char, isSpace } from '../scan/char-code.ts'
import { MarkerFinder } from '../scan/find-marker.ts'
import type { Match } from '../scan/text-buffer.ts'
import type { FamilyHost } from './family.ts'
import { type ArgumentsForm, argumentsAt } from './json-arguments.ts'
import { MAX_BLANKS, doubledOpeners } from './lookahead.ts'
import { resolveCounted } from './header-json-names.ts'

/** What a format of this family says about itself. */
export interface HeaderJsonRow {
  /** Markers around all calls of a message. */
  section?: { open: readonly string[]; close: readonly string[] }
  /** Openers of one header. */
  open: readonly string[]
  /** The prompt ends with the first opener: a message begins with the rest of a header. */
  startsInside?: boolean
  /** What the header of a call may begin with, inside a section, when its opener is missing. */
  implied?: string
  /** Literals that end the name. A `{` among them belongs to the arguments. */
  nameEnds: readonly string[]
  /**
   * How the name is written. `plain`: as it is. `letters`: letters, digits, `_` and `-`, at most 64; or a declared name. `line`: right
   * behind the opener, a line of its own, with the arguments in the next. `counted`: `functions.NAME:N`, which is the id too. `typed`:
   * `TYPE`, the literal, the name in a line of its own and a code fence; or just the name. `untyped`: just the name.
   */
  name: 'plain' | 'letters' | 'line' | 'counted' | 'typed' | 'untyped'
  /** Stands between the name and the id of a call. */
  idOpen?: string
  /** Closer of a call. Without one it ends where its JSON text ends. */
  close?: string
  /** The closer is a special token of the model and may be its stop token: at a clean end nothing is missing. */
  closerIsToken?: boolean
  /** The name with which a header says that text of the answer follows. */
  text?: string
  /** A tool whose arguments may be raw program text, which becomes `{"code": "..."}`. */
  code?: {
    tool: string
    /** Opener of raw program text. */
    open?: string
    /** Literals that end the text, with what is layout before them. The end of the stream does so too. */
    ends: readonly string[]
    /** The text stands in a code fence. */
    fenced?: boolean
  }
}

/** A header that has been read: the name is complete and the arguments have begun. */
export interface Header {
  /** `null` when only the arguments can tell (kimi_k2). */
  name: string | null
  id: string | undefined
  body: ArgumentsForm | 'code' | 'text'
  /** Index where the arguments begin, blanks before them included. */
  end: number
  /** Where empty arguments end. */
  bodyEnd: number
  /** The arguments stand in a code fence. */
  fenced: boolean
  doubled: boolean
  /** The header deviates from what the template writes. */
  tolerated: boolean
}

/** Where a header is read. */
export interface HeaderPlace {
  /** The opener is missing because the message begins behind it. */
  bare: boolean
  sectioned: boolean
}

const FENCE = '```'
const FENCE_LINE = /^```[A-Za-z]*[ \t]*\r?\n/
const OPEN_FENCE_LINE = /^`{0,2}$|^```[A-Za-z]*[ \t]*\r?$/
const LETTERS = /^[\w-]{1,64}$/
const TYPE = 'function'
/** `functions.` and a counter around a name. */
const COUNTED_EXTRA = 32

interface Piece {
  text: string
  /** The literal that ends it, and the index behind that. */
  literal: string
  end: number
}

/** Reads headers: what stands before the arguments of a call. Consumes nothing and keeps nothing. */
export class HeaderReader {
  private readonly row: HeaderJsonRow
  private readonly host: FamilyHost
  private readonly openers: MarkerFinder<string>
  private readonly match: (literal: string, index: number) => Match
  private readonly closes: (index: number) => Match

  /** @param closes - does a marker stand at an index with which a call without arguments ends? */
  constructor(row: HeaderJsonRow, host: FamilyHost, closes: (index: number) => Match) {
    this.row = row
    this.host = host
    this.closes = closes
    this.match = (literal, index) => host.marker(literal, index)
    this.openers = new MarkerFinder([...row.open, ...(row.code?.open === undefined ? [] : [row.code.open])])
  }

  read(index: number, place: HeaderPlace): Header | 'no' | 'wait' {
    const { row } = this
    if (place.bare) return this.headerAt(index, place, false)
    const opener = this.openers.at(index, this.match)
    if (opener === 'wait') return 'wait'
    if (opener === undefined) {
      const implied = place.sectioned && row.implied !== undefined ? this.match(row.implied, index) : 'no'
      return implied === 'yes' ? this.headerAt(index, place, false) : implied
    }
    if (opener === row.code?.open) return this.codeHeader(row.code.tool, index + opener.length, place, false)
    if (row.name === 'line') return this.headerAt(index + opener.length, place, false)
    const doubled = doubledOpeners(this.host, row.open, index)
    return doubled.match === 'wait' ? 'wait' : this.headerAt(doubled.next, place, doubled.count > 1)
  }

  private headerAt(start: number, place: HeaderPlace, doubled: boolean): Header | 'no' | 'wait' {
    const { row } = this
    if (row.name === 'line' && isSpace(this.host.buffer.text.charCodeAt(start))) return 'no'
    const name = this.textUntil(start, row.nameEnds)
    if (typeof name === 'string') return name
    const header =
      row.name === 'typed' || row.name === 'untyped' ? this.typedHeader(name, place) : this.plainHeader(name, place)
    if (typeof header !== 'string') header.doubled = doubled
    return header
  }

  private plainHeader(name: Piece, place: HeaderPlace): Header | 'no' | 'wait' {
    const { row } = this
    const { text } = name
    if (text === '') return 'no'
    if (text === row.text) return this.header(text, 'text', name.end, name.end, false)
    if (text === row.code?.tool && row.code.open === undefined) {
      const code = this.codeHeader(text, name.end, place, false)
      if (code !== 'no') return code
    }
    const id = name.literal === row.idOpen ? this.textUntil(name.end, row.nameEnds) : undefined
    if (typeof id === 'string') return id
    return this.callHeader(text, id?.text, id?.end ?? name.end, place, false)
  }

  /** DeepSeek: V3 writes a type, the name in a line of its own and a fence; V3.1 the name alone. Each is seen from the other's models. */
  private typedHeader(first: Piece, place: HeaderPlace): Header | 'no' | 'wait' {
    const plain = first.text === '' ? 'no' : this.callHeader(first.text, undefined, first.end, place, false)
    if (plain !== 'no' || first.text !== TYPE || this.row.name === 'untyped') return plain
    const name = this.textUntil(first.end, ['\n'])
    if (typeof name === 'string') return name
    if (name.text === '') return 'no'
    const { buffer } = this.host
    const rest = buffer.text.slice(name.end, name.end + MAX_BLANKS)
    const fence = FENCE_LINE.exec(rest)
    if (fence === null && !buffer.ended && rest.length < MAX_BLANKS && OPEN_FENCE_LINE.test(rest)) return 'wait'
    const end = name.end + (fence?.[0].length ?? 0)
    if (name.text === this.row.code?.tool && fence !== null) {
      const code = this.codeHeader(name.text, end, place, true)
      if (code !== 'no') return code
    }
    const header = this.callHeader(name.text, undefined, end, place, fence !== null)
    if (typeof header !== 'string') header.tolerated = fence === null
    return header
  }

  private callHeader(
    text: string,
    id: string | undefined,
    end: number,
    place: HeaderPlace,
    fenced: boolean,
  ): Header | 'no' | 'wait' {
    const { host, row } = this
    const named = row.name === 'counted' ? resolveCounted(text, host.tools) : { name: text, id, tolerated: false }
    if (!this.accepts(named.name, place)) return 'no'
    const closes = fenced ? (index: number) => either(host.buffer.match(FENCE, index), this.closes(index)) : this.closes
    const found = argumentsAt(host, end, closes)
    if (typeof found === 'string') return found
    // Where nothing but a name stands before the arguments, only an object can be meant; and only one can tell the name.
    if (found.form !== 'object' && (row.name === 'line' || named.name === null)) return 'no'
    const header = this.header(named.name, found.form, end, found.end, fenced)
    return { ...header, id: named.id === '' ? undefined : named.id, tolerated: named.tolerated }
  }

  private header(name: string | null, body: Header['body'], end: number, bodyEnd: number, fenced: boolean): Header {
    return { name, id: undefined, body, end, bodyEnd, fenced, doubled: false, tolerated: false }
  }

  private accepts(name: string | null, { bare }: HeaderPlace): boolean {
    const { tools, unknownTools, nameChars } = this.host
    if (name === null) return true
    if (tools.empty || name === '' || name.length > nameChars) return false
    if (tools.declares(name)) return true
    if (this.row.name === 'letters' && !LETTERS.test(name)) return false
    return tools.open || (unknownTools === 'forward' && !bare)
  }

  /** Program text needs a character that is no blank, and must not begin like an object of arguments. */
  private codeHeader(name: string, end: number, place: HeaderPlace, fenced: boolean): Header | 'no' | 'wait' {
    const { buffer, endTokens } = this.host
    if (!this.accepts(name, place)) return 'no'
    const at = buffer.skipSpace(end, MAX_BLANKS)
    if (at === buffer.text.length) return buffer.ended || at - end >= MAX_BLANKS ? 'no' : 'wait'
    if (isSpace(buffer.text.charCodeAt(at))) return 'no'
    const marker = [this.closes(at), ...endTokens.map((token) => buffer.match(token, at))]
    if (marker.includes('yes')) return 'no'
    if (marker.includes('wait')) return 'wait'
    if (buffer.text.charCodeAt(at) === Char.openBrace && this.row.code?.open === undefined) {
      const key = buffer.skipSpace(at + 1, MAX_BLANKS)
      if (key === buffer.text.length && key - at <= MAX_BLANKS) return buffer.ended ? 'no' : 'wait'
      if (`"'}`.includes(buffer.text.charAt(key))) return 'no'
    }
    return this.header(name, 'code', end, end, fenced)
  }

  /** A name or id up to one of the literals, without the blanks around it. It holds no blanks and nothing of markup. */
  private textUntil(start: number, literals: readonly string[]): Piece | 'no' | 'wait' {
    const { buffer, nameChars } = this.host
    const { text } = buffer
    const stop = start + nameChars + 2 * MAX_BLANKS + COUNTED_EXTRA
    let from = -1
    let to = start
    for (let at = start; at < text.length && at <= stop; at += 1) {
      for (const literal of literals) {
        const match = this.match(literal, at)
        if (match === 'wait') return 'wait'
        if (match === 'no') continue
        const end = literal === '{' ? at : at + literal.length
        return { text: from < 0 ? '' : text.slice(from, to), literal, end }
      }
      const code = text.charCodeAt(at)
      if (isSpace(code)) continue
      if ((from >= 0 && to < at) || '<>{}[]"`'.includes(text.charAt(at))) return 'no'
      if (from < 0) from = at
      to = at + 1
    }
    return text.length > stop || buffer.ended ? 'no' : 'wait'
  }
}

function either(a: Match, b: Match): Match {
  return a === 'yes' || b === 'yes' ? 'yes' : a === 'wait' || b === 'wait' ? 'wait' : 'no'
}
