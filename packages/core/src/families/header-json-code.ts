import { escapeJson } from '../json/escape.ts'
import { MarkerFinder } from '../scan/find-marker.ts'
import type { Match } from '../scan/text-buffer.ts'
import type { FamilyHost } from './family.ts'
import type { HeaderJsonRow } from './header-json-headers.ts'
import { TokenTail, endTokensReach, followedBy } from './lookahead.ts'

const FENCE = '```'

/** Program text that stands where arguments should: it goes out as the string of `{"code": "..."}`. */
export class ProgramText {
  private readonly host: FamilyHost
  private readonly fenced: boolean
  private readonly ends: MarkerFinder<string>
  private readonly tail: TokenTail
  private readonly endsAt: (index: number) => Match
  private readonly closers: readonly string[]

  /**
   * @param closers - one of them must follow a code fence that closes the text
   * @param endsAt - does a marker stand at an index with which the text ends?
   */
  constructor(row: HeaderJsonRow, host: FamilyHost, closers: readonly string[], endsAt: (index: number) => Match) {
    this.host = host
    this.fenced = row.code?.fenced === true
    this.ends = new MarkerFinder(this.fenced ? [`\n${FENCE}`, FENCE] : (row.code?.ends ?? []))
    this.tail = new TokenTail(host)
    this.closers = closers
    this.endsAt = endsAt
  }

  start(): void {
    this.host.output.arguments('{"code":"')
  }

  /** Reads on. Returns true when the text has ended: what ends it stands at the position. */
  run(): boolean {
    const { buffer } = this.host
    let from = buffer.pos
    for (;;) {
      const found = this.ends.find(buffer, from, (literal, index) => this.host.marker(literal, index))
      const match = found.marker === undefined ? 'wait' : this.confirm(found.index, found.marker)
      if (match === 'no') {
        from = found.index + 1
        continue
      }
      this.pass(Math.min(found.index, this.tail.start()))
      if (match === 'wait') return false
      this.close(found.index + layoutLength(found.marker as string))
      return true
    }
  }

  /** A fence must close the call, or it is text of the program. */
  private confirm(index: number, marker: string): Match {
    return this.fenced
      ? followedBy(this.host, index + marker.length, this.closers).match
      : this.endsAt(index + layoutLength(marker))
  }

  private close(to: number): void {
    const { buffer, output } = this.host
    output.arguments('"}')
    output.account('markup', buffer.at, buffer.offset + to)
    buffer.pos = to
  }

  /** Settles the text at the end of the stream, which is what ends it where no fence does. */
  end(clean: boolean): void {
    const { buffer, output } = this.host
    const tokens = endTokensReach(this.host, buffer.pos)
    for (const token of tokens) output.noteEndToken(token.text, token.offset)
    const to = tokens.length > 0 ? (tokens[0] as { offset: number }).offset - buffer.offset : buffer.text.length
    if (!this.fenced && (clean || tokens.length > 0)) {
      this.pass(to)
      this.close(buffer.text.length)
      output.endCall('complete')
      return
    }
    const offset = buffer.at
    const held = buffer.take(to)
    output.account('dropped', offset, buffer.at)
    output.account('markup', buffer.at, buffer.offset + buffer.text.length)
    buffer.pos = buffer.text.length
    output.truncateCall(held, offset)
  }

  /** Sends text. Where the arguments reach their limit the rest is dropped text (P15). */
  private pass(to: number): void {
    const { buffer, output } = this.host
    if (to <= buffer.pos) return
    const start = buffer.at
    const text = buffer.take(to)
    const escaped = escapeJson(text)
    let fits = text.length
    if (escaped.length <= output.room) output.arguments(escaped)
    else {
      fits = fittingLength(text, output.room)
      output.arguments(escapeJson(text.slice(0, fits)))
      output.stop()
      output.dropBeyondLimit(text.slice(fits), start + fits)
    }
    output.account('arguments', start, start + fits)
    output.account('dropped', start + fits, buffer.at)
  }
}

/** A line break before the marker that ends the text is layout. */
function layoutLength(marker: string): number {
  return marker.startsWith('\n') ? 1 : 0
}

/** How many characters of the text fit into `room` once they are escaped. */
function fittingLength(text: string, room: number): number {
  let left = room
  let fits = 0
  for (const character of text) {
    left -= escapeJson(character).length
    if (left < 0) break
    fits += character.length
  }
  return fits
}
