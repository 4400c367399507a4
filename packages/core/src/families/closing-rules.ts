import type { Match } from '../scan/text-buffer.ts'
import { CDATA_END, CLOSERS } from './closing-tables.ts'
import type { FamilyHost } from './family.ts'
import { followedBy, isEndTokenTail } from './lookahead.ts'
import type { TagGrammar, TagKind } from './tag-grammar.ts'
import { readHead } from './tag-heads.ts'

/** Where a value ends. */
export interface Closing {
  /** Characters of its closer. */
  length: number
  /** The value has its own closer. */
  closed: boolean
}

/** What decides whether a parameter may come next. */
export interface ClosingContext {
  /** A section is open. */
  section: boolean
  tool: string
  seen: Record<string, true>
}

/**
 * Decides whether a marker inside an open value ends it (P3, fine print 1 and 2). A closer is confirmed by what follows; a closer that
 * confirms another must be confirmed itself, except the one that makes the call whole where no closer is missing: any text may follow a
 * whole call (P10).
 */
export class ClosingRules {
  private readonly grammar: TagGrammar
  private readonly host: FamilyHost
  /** A parameter's tag cannot be mistaken for text: its key and value have tags of their own. Line breaks need not stand before it. */
  private readonly anywhere: boolean

  constructor(grammar: TagGrammar, host: FamilyHost) {
    this.grammar = grammar
    this.host = host
    this.anywhere = grammar.row.parameter.head.kind === 'key'
  }

  /** The next index from `from` at which something could end a value, -1 for none. */
  candidate(from: number): number {
    return this.grammar.closing.finder.candidate(this.host.buffer.text, from)
  }

  /** Does the value end at this index? */
  at(index: number, lineStart: boolean, context: ClosingContext): Closing | 'no' | 'wait' {
    const { buffer } = this.host
    if (!this.mayEnd(index)) return 'no'
    if (index + 1 === buffer.text.length || isEndTokenTail(this.host, index)) return 'wait'
    for (const { literal, kind } of this.grammar.closing.enders) {
      // A piece of a closer where the text ends never becomes argument text: a cut value is a prefix of the whole one.
      if (buffer.endsInside(literal, index)) {
        if (kind !== 'parameterOpen' || lineStart || this.anywhere) return 'wait'
      } else if (this.host.marker(literal, index) === 'yes') {
        if (kind === 'parameterOpen') return this.nextParameter(index, lineStart, context)
        const match = this.host.closers === 'first' ? 'yes' : this.confirms(kind, index + literal.length, context)
        const closed = kind === 'parameterClose'
        return match === 'yes' ? { length: closed ? literal.length : 0, closed } : match
      }
    }
    return 'no'
  }

  private mayEnd(index: number): boolean {
    const { text } = this.host.buffer
    return index + 1 === text.length || this.grammar.closing.starts.has(text.slice(index, index + 2))
  }

  /** Does a CDATA section end at this index, and the value with it? Its end counts before the value's own closer only. */
  atCdata(index: number, context: ClosingContext): Closing | 'no' | 'wait' {
    const { buffer } = this.host
    if (!this.mayEnd(index)) return 'no'
    if (index + 1 === buffer.text.length || isEndTokenTail(this.host, index)) return 'wait'
    if (buffer.endsInside(CDATA_END, index)) return 'wait'
    const match = buffer.match(CDATA_END, index)
    if (match !== 'yes') return match
    const start = index + CDATA_END.length
    const next = followedBy(this.host, start, this.grammar.literals.parameterClose)
    if (next.match !== 'yes') return next.match
    if (next.marker === undefined) return { length: CDATA_END.length, closed: false }
    const confirmed = this.host.closers === 'first' ? 'yes' : this.confirms('parameterClose', next.end, context)
    return confirmed === 'yes' ? { length: next.end - index, closed: true } : confirmed
  }

  /** `<parameter=NAME>` at line start, a whole key anywhere, ends a value without its closer when the next parameter can have the name. */
  private nextParameter(index: number, lineStart: boolean, context: ClosingContext): Closing | 'no' | 'wait' {
    if (!lineStart && !this.anywhere) return 'no'
    const { buffer, tools, nameChars } = this.host
    const head = readHead(this.grammar.row.parameter.head, buffer, index, nameChars)
    if (typeof head === 'string') return head
    if (Object.hasOwn(context.seen, `$${head.name}`)) return 'no'
    const tool = tools.get(context.tool)
    return tool === undefined || tool.declares(head.name) ? { length: 0, closed: false } : 'no'
  }

  /** Is a closer confirmed by what stands behind it? */
  private confirms(closer: TagKind, index: number, context: ClosingContext): Match {
    const { grammar, host } = this
    const next = followedBy(host, index, grammar.closing.followers[closer] as readonly string[])
    const kind = next.marker === undefined ? undefined : (grammar.kinds.get(next.marker) as TagKind)
    if (kind === undefined || !this.closes(kind)) return next.match
    // Tags that say nothing may stand between the last parameter and the function's closer.
    if (kind === 'layout') return this.confirmsFunction(next.end, context)
    const whole = kind === grammar.lastCloser(context.section) && this.isNext(closer, kind)
    return whole ? 'yes' : this.confirms(kind, next.end, context)
  }

  private confirmsFunction(index: number, context: ClosingContext): Match {
    const next = followedBy(this.host, index, this.grammar.literals.functionClose)
    if (next.marker === undefined) return next.match
    const whole = this.grammar.lastCloser(context.section) === 'functionClose'
    return whole ? 'yes' : this.confirms('functionClose', next.end, context)
  }

  private closes(kind: TagKind): boolean {
    return kind === 'layout' || CLOSERS.includes(kind)
  }

  /** No closer is missing between the two. */
  private isNext(closer: TagKind, outer: TagKind): boolean {
    const between = CLOSERS.slice(CLOSERS.indexOf(closer) + 1, CLOSERS.indexOf(outer))
    return between.every((kind) => this.grammar.literals[kind].length === 0)
  }
}
