import type { FamilyHost } from './family.ts'
import { MAX_BLANKS } from './lookahead.ts'
import type { NestedTagsRow } from './nested-tags.ts'
import { readName } from './read-name.ts'

/** A structural tag. */
export interface NestedTag {
  kind:
    | 'section' //      <tool_call>
    | 'sectionClose' // </tool_call>
    | 'call' //         <invoke name="NAME">
    | 'callClose' //    </invoke>
    | 'open' //         <NAME>
    | 'close' //        </NAME>
  name: string
  /** Index of its mark. */
  start: number
  /** Index behind it. */
  end: number
}

/** Characters that no tag's name has. */
const NO_NAME = '<\r\n'

/** Reads tags with the mark before them. */
export class NestedTagReader {
  private readonly row: NestedTagsRow
  private readonly host: FamilyHost
  private readonly fixed: readonly [kind: NestedTag['kind'], literal: string][]

  constructor(row: NestedTagsRow, host: FamilyHost) {
    this.row = row
    this.host = host
    this.fixed = [
      ['section', row.open],
      ['sectionClose', row.close],
      ['callClose', row.callClose],
    ]
  }

  /** The tag at an index. `wait` while it is not whole, whether more text can come or not. */
  at(index: number): NestedTag | 'no' | 'wait' {
    const { buffer, nameChars } = this.host
    const { mark, callOpen } = this.row
    if (buffer.endsInside(mark, index)) return 'wait'
    if (this.host.marker(mark, index) !== 'yes') return 'no'
    const at = buffer.skipSpace(index + mark.length, MAX_BLANKS)
    if (at === buffer.text.length) return 'wait'
    if (buffer.text[at] !== '<') return 'no'
    for (const [kind, literal] of this.fixed) {
      if (buffer.endsInside(literal, at)) return 'wait'
      if (buffer.text.startsWith(literal, at)) return { kind, name: '', start: index, end: at + literal.length }
    }
    if (buffer.endsInside(callOpen, at)) return 'wait'
    const kind = buffer.text.startsWith(callOpen, at) ? 'call' : buffer.text[at + 1] === '/' ? 'close' : 'open'
    const from = at + (kind === 'call' ? callOpen.length : kind === 'close' ? 2 : 1)
    const head = readName(buffer.text, from, '>', NO_NAME, nameChars)
    return typeof head === 'string' ? head : { kind, name: head.name, start: index, end: head.end }
  }
}
