import type { Match } from '../scan/text-buffer.ts'
import type { FamilyHost } from './family.ts'
import { followedBy, isEndTokenTail, readHead } from './lookahead.ts'

/** The markers of tagged parameters. */
export interface TagMarkers {
  /** `<tool_call>` */
  open: string
  /** `</tool_call>` */
  close: string
  /** `<function=` */
  functionOpen: string
  /** `</function>` */
  functionClose: string
  /** `<parameter=` */
  parameterOpen: string
  /** `</parameter>` */
  parameterClose: string
  /** `>`, which ends the function and parameter tags. */
  tagEnd: string
}

/** Where a value ends: `length` is that of its closer, 0 when it has none and ends before the marker. */
export interface Closing {
  length: number
}

/**
 * Decides whether a `<` inside an open value ends it (P3, fine print 1 and 2). A closer is confirmed by what follows; a closer that
 * confirms another must be confirmed itself, except `</tool_call>` after `</function>`: any text may follow a whole call (P10).
 */
export class ClosingRules {
  private readonly markers: TagMarkers
  private readonly host: FamilyHost
  /** Second characters of all that can end a value: every other `<` is text at first sight. */
  private readonly seconds: Set<string>

  constructor(markers: TagMarkers, host: FamilyHost) {
    this.markers = markers
    this.host = host
    const all = [markers.parameterClose, markers.functionClose, markers.close, markers.parameterOpen, ...host.endTokens]
    this.seconds = new Set(all.map((marker) => marker[1] as string))
  }

  at(
    index: number,
    lineStart: boolean,
    context: { tool: string; seen: Record<string, true> },
  ): Closing | 'no' | 'wait' {
    const { buffer } = this.host
    const second = buffer.text[index + 1]
    if (second === undefined) return 'wait'
    if (!this.seconds.has(second)) return 'no'
    if (isEndTokenTail(this.host, index)) return 'wait'
    const { parameterClose, functionClose, close, parameterOpen } = this.markers
    for (const marker of [parameterClose, functionClose, close, parameterOpen]) {
      // A piece of a closer where the text ends never becomes argument text: a cut value is a prefix of the whole one.
      if (buffer.endsInside(marker, index)) return marker === parameterOpen && !lineStart ? 'no' : 'wait'
      if (this.host.marker(marker, index) === 'yes') return this.closingOf(marker, index, lineStart, context)
    }
    return 'no'
  }

  private closingOf(
    marker: string,
    index: number,
    lineStart: boolean,
    context: { tool: string; seen: Record<string, true> },
  ): Closing | 'no' | 'wait' {
    const { parameterClose, functionClose, parameterOpen } = this.markers
    if (marker === parameterOpen) return this.nextParameter(index, lineStart, context)
    const length = marker === parameterClose ? marker.length : 0
    if (this.host.closers === 'first') return { length }
    const after = index + marker.length
    const match =
      marker === parameterClose
        ? this.confirmsParameter(after)
        : marker === functionClose
          ? this.confirmsFunction(after)
          : this.confirmsWrapper(after)
    return match === 'yes' ? { length } : match
  }

  /** `<parameter=NAME>` at line start ends a value without its closer when NAME can be the next parameter. */
  private nextParameter(
    index: number,
    lineStart: boolean,
    context: { tool: string; seen: Record<string, true> },
  ): Closing | 'no' | 'wait' {
    if (!lineStart) return 'no'
    const { buffer, tools, nameChars } = this.host
    const head = readHead(buffer, index + this.markers.parameterOpen.length, this.markers.tagEnd, nameChars)
    if (typeof head === 'string') return head
    if (Object.hasOwn(context.seen, `$${head.name}`)) return 'no'
    const tool = tools.get(context.tool)
    return tool === undefined || tool.declares(head.name) ? { length: 0 } : 'no'
  }

  private confirmsParameter(index: number): Match {
    const { functionClose, close, parameterOpen, open, functionOpen } = this.markers
    const next = followedBy(this.host, index, [parameterOpen, functionClose, close, open, functionOpen])
    if (next.marker === functionClose) return this.confirmsFunction(next.end)
    return next.marker === close ? this.confirmsWrapper(next.end) : next.match
  }

  private confirmsFunction(index: number): Match {
    const { close, open, functionOpen } = this.markers
    return followedBy(this.host, index, [close, open, functionOpen]).match
  }

  private confirmsWrapper(index: number): Match {
    const { open, functionOpen } = this.markers
    return followedBy(this.host, index, [open, functionOpen]).match
  }
}
