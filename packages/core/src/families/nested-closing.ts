import type { Match } from '../scan/text-buffer.ts'
import { isSpace } from '../scan/char-code.ts'
import { MarkerFinder } from '../scan/find-marker.ts'
import type { FamilyHost } from './family.ts'
import { MAX_BLANKS, isEndTokenTail } from './lookahead.ts'
import type { NestedArguments } from './nested-arguments.ts'
import type { NestedTag, NestedTagReader } from './nested-tag.ts'
import type { NestedTagsRow, OpenTag } from './nested-tags.ts'

/** Where a text ends. */
export interface Closing {
  /** Characters of its closer; 0 when it has none and ends before the tag. */
  length: number
  /** The mark before its closer is missing. */
  unmarked: boolean
}

/** Most elements that one closer may end, and longest chain of closers that is followed. */
const MAX_LEVELS = 32

/** The elements around a text. */
interface Around {
  tags: readonly OpenTag[]
  tag: string
}

/**
 * Decides whether a tag inside an open text ends it (P3, fine print 1 and 2): a closer counts only before what can follow it, and a closer
 * that confirms another must be confirmed itself, except `</tool_call>` after `</invoke>`.
 */
export class NestedClosing {
  private readonly host: FamilyHost
  private readonly reader: NestedTagReader
  private readonly args: NestedArguments
  private readonly finder: MarkerFinder<string>

  constructor(row: NestedTagsRow, host: FamilyHost, reader: NestedTagReader, args: NestedArguments) {
    this.host = host
    this.reader = reader
    this.args = args
    this.finder = new MarkerFinder([row.mark, '</', ...host.endTokens])
  }

  /** The next index from `from` at which the text could end, -1 for none. */
  candidate(from: number): number {
    return this.finder.candidate(this.host.buffer.text, from)
  }

  at(index: number, around: Around): Closing | 'no' | 'wait' {
    if (isEndTokenTail(this.host, index)) return 'wait'
    const tag = this.reader.at(index)
    // A piece of a tag where the text ends never becomes argument text: a cut value is a prefix of the whole one.
    if (tag === 'wait') return 'wait'
    if (tag === 'no') return this.unmarkedAt(index, around)
    const match = this.ends(tag, around)
    if (match !== 'yes') return match
    return { length: tag.kind === 'close' && tag.name === around.tag ? tag.end - index : 0, unmarked: false }
  }

  private ends(tag: NestedTag, around: Around): Match {
    switch (tag.kind) {
      case 'open':
        return this.mayFollow(tag.name, around) ? 'yes' : 'no'
      case 'close':
        if (tag.name === around.tag) return this.confirms(tag.end, around.tags, around.tags.length, MAX_LEVELS)
        return this.confirmsClose(tag, around.tags, around.tags.length, MAX_LEVELS)
      case 'callClose':
        return this.confirmsCall(tag.end)
      case 'sectionClose':
        return this.confirmsSection(tag.end)
      default:
        return 'no'
    }
  }

  /** The next element begins although this one has no closer. */
  private mayFollow(name: string, { tag }: Around): boolean {
    return this.args.top.kind === 'array' ? name === tag : this.args.expects(name)
  }

  /** The closer of the text without its mark, directly before another tag. */
  private unmarkedAt(index: number, { tag, tags }: Around): Closing | 'no' | 'wait' {
    const { buffer, closers } = this.host
    const closer = `</${tag}>`
    if (closers === 'first') return 'no'
    if (buffer.endsInside(closer, index)) return 'wait'
    if (!buffer.text.startsWith(closer, index)) return 'no'
    const end = index + closer.length
    const next = buffer.skipSpace(end, MAX_BLANKS)
    if (next === buffer.text.length) return buffer.ended ? 'no' : 'wait'
    const following = this.reader.at(next)
    if (typeof following === 'string') return following === 'wait' && buffer.ended ? 'no' : following
    const match = this.confirms(end, tags, tags.length, MAX_LEVELS)
    return match === 'yes' ? { length: closer.length, unmarked: true } : match
  }

  // --- what confirms a closer -------------------------------------------------------------------------------------------------------

  /** @param level - how many elements are open behind the closer */
  private confirms(index: number, tags: readonly OpenTag[], level: number, budget: number): Match {
    if (this.host.closers === 'first' || budget === 0) return 'yes'
    const next = this.next(index)
    if (typeof next === 'string') return next
    switch (next.kind) {
      case 'close':
        return this.confirmsClose(next, tags, level, budget - 1)
      case 'callClose':
        return this.confirmsCall(next.end)
      case 'sectionClose':
        return this.confirmsSection(next.end)
      default:
        return 'yes'
    }
  }

  /** Is it the closer of an element around, and what follows it fits? */
  private confirmsClose(tag: NestedTag, tags: readonly OpenTag[], level: number, budget: number): Match {
    const outer = levelOf(tags, tag.name, level)
    return outer < 0 ? 'no' : this.confirms(tag.end, tags, outer, budget)
  }

  private confirmsCall(index: number): Match {
    return this.followed(index, ['section', 'sectionClose', 'call'])
  }

  private confirmsSection(index: number): Match {
    return this.followed(index, ['section', 'call'])
  }

  private followed(index: number, kinds: readonly NestedTag['kind'][]): Match {
    if (this.host.closers === 'first') return 'yes'
    const next = this.next(index)
    return typeof next === 'string' ? next : kinds.includes(next.kind) ? 'yes' : 'no'
  }

  /** The tag behind blanks. The end of the text, an end token and a piece of a tag at the end confirm as well. */
  private next(index: number): NestedTag | Match {
    const { buffer, endTokens } = this.host
    const at = buffer.skipSpace(index, MAX_BLANKS)
    const unsettled = buffer.ended ? 'yes' : 'wait'
    if (at === buffer.text.length) return unsettled
    if (at - index === MAX_BLANKS && isSpace(buffer.text.charCodeAt(at))) return 'no'
    for (const token of endTokens) {
      if (buffer.text.startsWith(token, at)) return 'yes'
      if (buffer.endsInside(token, at)) return unsettled
    }
    const tag = this.reader.at(at)
    return tag === 'wait' ? unsettled : tag
  }
}

/**
 * Index of the innermost element of this name among the first `count` that are open, -1 when there is none near. The arguments themselves
 * have no tag.
 */
export function levelOf(tags: readonly OpenTag[], name: string, count: number): number {
  const last = Math.max(1, count - MAX_LEVELS)
  for (let level = count - 1; level >= last; level -= 1) {
    const { tag, lingers } = tags[level] as OpenTag
    if (tag === name && !lingers) return level
  }
  return -1
}
