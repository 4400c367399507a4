import { Char } from '../scan/char-code.ts'
import type { Match } from '../scan/text-buffer.ts'
import { EnvelopeBody, type EnvelopeBodyRow, FENCE, skipInvisible } from './envelope-body.ts'
import type { Family, FamilyHost, StreamEnd } from './family.ts'
import { MAX_BLANKS, doubledOpeners } from './lookahead.ts'

/** What a format of this family says about itself. */
export interface JsonEnvelopeRow extends EnvelopeBodyRow {
  /** Openers, such as `<tool_call>`. Several may stand in a row. */
  open: readonly string[]
  /** Second half of the opener, behind blanks. */
  openSecond?: string
}

/** Calls written as JSON objects inside markers: `<tool_call>{"name": ..., "arguments": {...}}</tool_call>`. */
export class JsonEnvelope implements Family {
  readonly openers: readonly string[]
  readonly wrappers: readonly string[]
  readonly closers: readonly string[]
  private readonly row: JsonEnvelopeRow
  private readonly host: FamilyHost
  private readonly body: EnvelopeBody
  /** The body belongs to another format than the one asked for; it is read with a diagnostic. */
  private readonly dialect: boolean

  constructor(row: JsonEnvelopeRow, host: FamilyHost, dialect: boolean) {
    this.row = row
    this.host = host
    this.dialect = dialect
    this.openers = row.open
    this.wrappers = row.open
    this.closers = row.close === undefined ? [] : [row.close]
    this.body = new EnvelopeBody(row, host, [...this.closers, ...row.open])
  }

  get state(): object {
    return this.body.state
  }

  set state(state: object) {
    this.body.state = state as EnvelopeBody['state']
  }

  get stateName(): string {
    return this.body.stateName
  }

  opens(index: number): Match {
    const { buffer } = this.host
    if (!this.row.open.some((opener) => this.host.marker(opener, index) === 'yes')) {
      return this.row.open.some((opener) => this.host.marker(opener, index) === 'wait') ? 'wait' : 'no'
    }
    const doubled = this.doubled(index)
    if (doubled.match !== 'yes') return doubled.match
    const at = this.skipLayout(doubled.next, doubled.openerEnd + MAX_BLANKS)
    if (at < 0) return 'wait'
    const code = buffer.text.charCodeAt(at)
    if (code === Char.openBrace && this.row.body !== 'array') return 'yes'
    if (code === Char.openBracket && this.row.body !== 'object') return this.opensArray(at + 1)
    return this.dialect || at === buffer.text.length ? 'no' : buffer.match(FENCE, at)
  }

  /** Only an object can stand first in an array of calls. */
  private opensArray(index: number): Match {
    const at = this.skipLayout(index, index + MAX_BLANKS)
    if (at < 0) return 'wait'
    return this.host.buffer.text.charCodeAt(at) === Char.openBrace ? 'yes' : this.host.buffer.match(FENCE, at)
  }

  /** The first index from `index` that is no layout, -1 when more text must come. */
  private skipLayout(index: number, limit: number): number {
    const { buffer } = this.host
    const { text } = buffer
    const at = this.dialect ? buffer.skipSpace(index, limit - index) : skipInvisible(text, index, limit)
    const waits = at === text.length || (at + 1 === text.length && text.charCodeAt(at) === Char.backslash)
    return waits && !buffer.ended ? -1 : at
  }

  private doubled(index: number): ReturnType<typeof doubledOpeners> {
    return doubledOpeners(this.host, this.row.open, index, this.row.openSecond)
  }

  enter(index: number): void {
    const { body, host } = this
    const doubled = this.doubled(index)
    const offset = host.buffer.offset + index
    body.begin()
    if (doubled.count > this.row.open.length)
      body.text.remark('doubled-opener', 'The call was opened more than once.', offset)
    if (this.dialect) {
      const message = 'The body of the call is JSON, which another format writes; it was read as such.'
      body.text.remark('other-dialect', message, offset)
    }
    body.text.takeMarkup(doubled.openerEnd)
  }

  run(): boolean {
    return this.body.run()
  }

  end(streamEnd: StreamEnd): void {
    this.body.end(streamEnd)
  }
}
