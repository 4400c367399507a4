import { isHighSurrogate, isSpace } from '../scan/char-code.ts'
import { type AnchorHit, AnchorScanner, type ScanState } from '../scan/anchor-scanner.ts'
import { type Pattern, compileLiterals } from '../scan/pattern.ts'
import type { FamilyHost, StreamEnd } from '../families/family.ts'
import { MAX_BLANKS } from '../families/lookahead.ts'
import { NestedArguments, type NestedState, createNestedState } from '../families/nested-arguments.ts'
import { ValueType } from '../values/schema-types.ts'
import { type CallReader, type CallRegion, knownText, startCall } from './call-reader.ts'
import type { ContentPlan } from './content-options.ts'
import type { RegionEnds } from './region-ends.ts'

interface PairState {
  mode:
    | 'idle'
    | 'gap' //    |<parameter=a>      or the start of a line
    | 'line' //   what| ever\n        a line without a key
    | 'before' // <parameter=a>|      the value has not begun
    | 'value' //  <parameter=a>te|xt
  scan: ScanState | null
  args: NestedState
}

/** Longest run of blanks that waits for the text behind it. */
const MAX_TRAILING = 1024

/**
 * A call whose arguments stand one by one, as tags (`xml-inline`) or lines (`kv-lines`): each goes out as it comes, typed by the tool's
 * schema.
 */
export class PairReader implements CallReader {
  private own: PairState = { mode: 'idle', scan: null, args: createNestedState('') }
  private readonly host: FamilyHost
  private readonly ends: RegionEnds
  private readonly content: Extract<ContentPlan, { kind: 'xml-inline' | 'kv-lines' }>
  private readonly name: string
  private readonly id: string | null
  private readonly args: NestedArguments
  /** What is looked for in each mode; the own pattern comes first, then those of the region's end. */
  private readonly watched: Readonly<Record<'gap' | 'line' | 'value', readonly Pattern[]>>
  private scanner: AnchorScanner | null = null

  constructor({ host, plan, ends, captures }: CallRegion) {
    this.host = host
    this.ends = ends
    this.content = plan.content as PairReader['content']
    this.name = knownText(plan.name, captures) ?? ''
    this.id = knownText(plan.id, captures)
    const own = (): PairState => this.own
    this.args = new NestedArguments(host, {
      get state() {
        return own()
      },
    })
    this.watched = this.patterns()
  }

  private patterns(): PairReader['watched'] {
    const { content, ends, host } = this
    const tokens = host.endTokens.length === 0 ? [] : [compileLiterals(host.endTokens)]
    const outside = [...ends.patterns, ...tokens]
    const closers = ends.close === undefined ? [] : [ends.close]
    if (content.kind === 'xml-inline') {
      const { tag, parts } = content.tags
      return { gap: [parts?.head ?? tag, ...outside], line: outside, value: [parts?.tail ?? tag, ...closers] }
    }
    const line = compileLiterals([content.lineSep])
    return {
      gap: [compileLiterals([content.kvSep]), ...outside, line],
      line: [line, ...outside],
      value: [line, ...closers],
    }
  }

  get state(): PairState {
    this.own.scan = this.scanner?.state ?? null
    return this.own
  }

  set state(state: PairState) {
    this.own = state
    this.scanner = null
  }

  get stateName(): string {
    return this.own.mode
  }

  begin(to: number): void {
    const { host, own } = this
    startCall(host, this.name, host.buffer.at, this.id)
    this.args.start(this.name)
    this.args.consume(to)
    own.mode = 'gap'
  }

  run(): boolean {
    while (this.step());
    return this.own.mode !== 'idle'
  }

  private step(): boolean {
    switch (this.own.mode) {
      case 'idle':
        return false
      case 'before':
        return this.onBefore()
      case 'value':
        return this.onValue()
      default:
        return this.onGap(this.own.mode)
    }
  }

  // --- scanning -------------------------------------------------------------------------------------------------------------------------

  /** The next pattern of the mode; a scan goes on where the last run left it. */
  private scan(mode: 'gap' | 'line' | 'value'): AnchorHit | undefined {
    const patterns = this.watched[mode]
    if (this.scanner === null) {
      this.scanner = new AnchorScanner(patterns, (anchor, start, end) =>
        this.ends.accepts(patterns[anchor] as Pattern, start, end),
      )
      if (this.own.scan === null) this.scanner.start(this.host.buffer.at)
      else this.scanner.state = this.own.scan
    }
    return this.scanner.run(this.host.buffer, Math.max(this.host.heldChars, MAX_TRAILING))
  }

  /** A new scan begins at the position. */
  private enter(mode: PairState['mode']): true {
    this.own.mode = mode
    this.own.scan = null
    this.scanner = null
    return true
  }

  /** Index before which nothing of a marker stands. At the end of the text an open value is as far as is certain. */
  private get free(): number {
    const { buffer } = this.host
    const { heldAtEnd, holdFrom } = this.scanner as AnchorScanner
    const from = (heldAtEnd < 0 || this.own.mode !== 'value' ? holdFrom : heldAtEnd) - buffer.offset
    // Half a surrogate pair at the end of the stream.
    return from > buffer.pos && from === buffer.text.length && isHighSurrogate(buffer.text.charCodeAt(from - 1))
      ? from - 1
      : from
  }

  // --- between values -------------------------------------------------------------------------------------------------------------------

  private onGap(mode: 'gap' | 'line'): boolean {
    const { buffer } = this.host
    const hit = this.scan(mode)
    const isKey = mode === 'gap' && this.content.kind === 'kv-lines'
    const to = hit === undefined ? this.free : hit.start - buffer.offset
    if (isKey && to - buffer.pos > this.host.nameChars + 2 * MAX_BLANKS) return this.startLine()
    if (!isKey || (hit !== undefined && hit.anchor > 0)) this.pass(to)
    return hit !== undefined && this.onHit(mode, hit)
  }

  /** A line that is too long to begin with a key. */
  private startLine(): boolean {
    const { buffer } = this.host
    this.pass(buffer.pos + this.host.nameChars)
    return this.enter('line')
  }

  /** Text outside every value: blanks are layout. */
  private pass(to: number): void {
    const { buffer } = this.host
    const at = buffer.skipSpace(buffer.pos, Math.max(0, to - buffer.pos))
    this.args.layout(at)
    if (at < to) this.args.takeStray(to)
  }

  private onHit(mode: 'gap' | 'line', hit: AnchorHit): boolean {
    const patterns = this.watched[mode]
    const pattern = patterns[hit.anchor] as Pattern
    const isLine = this.content.kind === 'kv-lines' && hit.anchor === (mode === 'line' ? 0 : patterns.length - 1)
    if (isLine) {
      this.pass(hit.end - this.host.buffer.offset)
      return this.enter('gap')
    }
    if (mode === 'gap' && hit.anchor === 0)
      return this.content.kind === 'xml-inline' ? this.onTag(hit) : this.onKey(hit)
    if (pattern === this.ends.close) return this.finish(hit.end)
    return this.ends.patterns.includes(pattern) ? this.finish(-1) : this.removeToken(hit)
  }

  private removeToken(hit: AnchorHit): true {
    const { buffer, output } = this.host
    this.args.dropStray()
    output.noteEndToken(buffer.text.slice(hit.start - buffer.offset, hit.end - buffer.offset), hit.start)
    this.args.consume(hit.end - buffer.offset)
    return this.enter('gap')
  }

  private capture(hit: AnchorHit, group: string): { start: number; end: number } | undefined {
    const tags = this.content.kind === 'xml-inline' ? this.content.tags : undefined
    const slot = 2 + 2 * (tags?.tag.groups.indexOf(group) ?? 0)
    const start = hit.slots[slot] ?? -1
    return start < 0
      ? undefined
      : { start: start - this.host.buffer.offset, end: (hit.slots[slot + 1] as number) - this.host.buffer.offset }
  }

  private onTag(hit: AnchorHit): boolean {
    const { buffer, nameChars } = this.host
    const to = hit.end - buffer.offset
    const key = this.capture(hit, 'key')
    if (key === undefined || key.end - key.start > nameChars) {
      this.args.takeStray(to)
      return this.enter('gap')
    }
    const value = this.capture(hit, 'value')
    const name = buffer.text.slice(key.start, key.end)
    const isHead = this.content.kind === 'xml-inline' && this.content.tags.parts !== undefined
    this.args.consume(isHead ? to : (value?.start ?? to))
    this.args.startMember(name, hit.start)
    if (isHead) return this.enter('before')
    this.startLeaf()
    if (value !== undefined) this.args.pass(value.end)
    this.args.endLeaf()
    this.args.consume(to)
    return this.enter('gap')
  }

  private onKey(hit: AnchorHit): true {
    const { buffer } = this.host
    const at = hit.start - buffer.offset
    const strip = this.content.kind === 'kv-lines' && this.content.strip
    const line = buffer.text.slice(buffer.pos, at)
    this.args.consume(hit.end - buffer.offset)
    this.args.startMember(strip ? line.trim() : line, hit.start - line.length)
    return this.enter('before')
  }

  // --- values -------------------------------------------------------------------------------------------------------------------------

  /** Blanks before a value of a line are layout. What the value begins with says what it may be. */
  private onBefore(): boolean {
    const { buffer } = this.host
    const { content } = this
    if (content.kind === 'kv-lines' && content.strip) {
      let at = buffer.pos
      while (isSpace(buffer.text.charCodeAt(at)) && !content.lineSep.startsWith(buffer.text[at] as string)) at += 1
      this.args.consume(at)
    }
    if (buffer.pos === buffer.text.length && !buffer.ended) return false
    this.startLeaf()
    return this.enter('value')
  }

  private startLeaf(): void {
    const { value } = this.content
    const isBare = value !== 0 && this.args.types !== ValueType.string
    if (value === 0) this.args.startLeaf(false)
    else this.args.startLeaf(isBare, value)
  }

  private onValue(): boolean {
    const { buffer } = this.host
    const hit = this.scan('value')
    const to = hit === undefined ? this.free : hit.start - buffer.offset
    this.passValue(to, hit !== undefined && (hit.anchor === 0 || this.content.kind === 'kv-lines'))
    if (hit === undefined) return false
    if (hit.anchor === 0) return this.endValue(to, hit.end - buffer.offset)
    return this.content.kind === 'kv-lines' ? this.endValue(to, to) : this.onCloser(hit)
  }

  /** Blanks at the end of a line wait for what follows. */
  private passValue(to: number, isEnd: boolean): void {
    const { buffer } = this.host
    const strips = this.content.kind === 'kv-lines' && this.content.strip
    let end = to
    if (strips) while (end > buffer.pos && isSpace(buffer.text.charCodeAt(end - 1))) end -= 1
    if (!isEnd && to - end > MAX_TRAILING) end = to
    this.args.pass(end)
  }

  private endValue(end: number, next: number): true {
    this.args.endLeaf()
    this.args.consume(end)
    this.args.consume(next)
    return this.enter('gap')
  }

  /** The region's closer in an open value: text of the value, unless what follows says otherwise (P3). */
  private onCloser(hit: AnchorHit): boolean {
    const { buffer, output } = this.host
    const to = hit.end - buffer.offset
    const confirmed = this.ends.confirms(to)
    if (confirmed === 'wait') {
      // Looked at again from here when more has come.
      this.enter('value')
      return false
    }
    if (confirmed === 'no') {
      this.args.pass(to)
      return this.enter('value')
    }
    output.diagnose('missing-closer', 'The call ends in a value that is open.', hit.start)
    this.args.truncate(hit.start - buffer.offset)
    output.account('markup', buffer.at, buffer.offset + to)
    buffer.pos = to
    return this.leave()
  }

  // --- the end ------------------------------------------------------------------------------------------------------------------------

  /** @param closerEnd - offset behind the closer, -1 when it is missing */
  private finish(closerEnd: number): false {
    const { output, buffer } = this.host
    this.args.dropStray()
    const missing = closerEnd < 0 && this.ends.close !== undefined
    if (missing) output.diagnose('missing-closer', `The call has no ${this.ends.name}.`, buffer.at)
    this.args.close()
    if (closerEnd >= 0) this.args.consume(closerEnd - buffer.offset)
    output.endCall(this.args.repaired || (missing && !this.ends.special) ? 'repaired' : 'complete')
    return this.leave()
  }

  private leave(): false {
    this.enter('idle')
    return false
  }

  end({ clean }: StreamEnd): void {
    const { mode } = this.own
    if (mode === 'idle') return
    const isOpen = (mode === 'before' || mode === 'value') && !this.endsWithText
    if (!clean || isOpen) {
      this.args.truncate()
      this.leave()
      return
    }
    if (mode === 'before') this.startLeaf()
    if (mode === 'before' || mode === 'value') this.args.endLeaf()
    this.pass(this.host.buffer.text.length)
    this.finish(-1)
  }

  /** A last line needs no separator where the region's closer is the model's stop token, or there is none. */
  private get endsWithText(): boolean {
    return this.content.kind === 'kv-lines' && (this.ends.close === undefined || this.ends.special)
  }
}
