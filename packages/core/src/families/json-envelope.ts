import { Char } from '../scan/char-code.ts'
import type { Match } from '../scan/text-buffer.ts'
import { EnvelopeBody, type EnvelopeBodyRow, FENCE, skipInvisible } from './envelope-body.ts'
import type { Family, FamilyHost, StreamEnd } from './family.ts'
import { MAX_BLANKS, doubledOpeners } from './lookahead.ts'

/** What a format of this family says about itself. */
export interface JsonEnvelopeRow extends EnvelopeBodyRow {
  /** Openers, such as `<tool_call>`. */
  open: readonly string[]
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
    const doubled = doubledOpeners(this.host, this.row.open, index)
    if (doubled.match === 'wait') return 'wait'
    const { text } = buffer
    const at = this.dialect ? doubled.next : skipInvisible(text, doubled.next, doubled.openerEnd + MAX_BLANKS)
    if (at === text.length) return buffer.ended || at - doubled.openerEnd >= MAX_BLANKS ? 'no' : 'wait'
    const code = text.charCodeAt(at)
    if (code === Char.openBrace || (code === Char.openBracket && this.row.arrays)) return 'yes'
    if (code === Char.backslash && at + 1 === text.length && !this.dialect) return buffer.ended ? 'no' : 'wait'
    return this.dialect ? 'no' : buffer.match(FENCE, at)
  }

  enter(index: number): void {
    const { body, host } = this
    const doubled = doubledOpeners(host, this.row.open, index)
    const offset = host.buffer.offset + index
    body.begin()
    if (doubled.count > 1) body.text.remark('doubled-opener', 'The call was opened more than once.', offset)
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
