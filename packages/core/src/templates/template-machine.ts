import type { FamilyHost, StreamEnd } from '../families/family.ts'
import { type AnchorHit, AnchorScanner, type ScanState } from '../scan/anchor-scanner.ts'
import { matchHere } from '../scan/matcher.ts'
import { type Pattern, compileLiterals, compilePattern } from '../scan/pattern.ts'
import type { LineTracker } from '../scan/line-tracker.ts'
import type { ReasoningMode } from '../options.ts'
import type { MessageMachine } from '../parser/message-machine.ts'
import { type CallReader, type CallRegion, captures as capturesOf, knownText } from './call-reader.ts'
import type { CallPlan } from './call-plan.ts'
import { JsonReader } from './json-reader.ts'
import { LayoutText } from './layout-text.ts'
import type { LoadedTemplate, TemplateField } from './load-template.ts'
import { PairReader } from './pair-reader.ts'
import { RegionEnds, acceptsLiteral } from './region-ends.ts'
import { WholeReader } from './whole-reader.ts'

export interface TemplateOptions {
  reasoning: ReasoningMode
  fencedCalls: 'content' | 'extract'
}

/** Something that is looked for in a text. */
interface Watch {
  kind: 'open' | 'close' | 'again' | 'markup' | 'endToken' | 'strayClose'
  pattern: Pattern
  field: TemplateField | undefined
}

interface TemplateState {
  /** Names of the template's fields. */
  fields: string
  /** Index of the field whose region is open, -1 for the text outside of all. */
  region: number
  /** Reasoning `auto`: it is open where the text begins. */
  hold: { pieces: string[]; offset: number; length: number } | null
  scan: ScanState | null
  /** The calls that are being read, and what their opener said. */
  call: { field: number; captures: Record<string, string>; reader: object } | null
  /** Text of a field that nobody asked for. */
  dropped: { text: string[]; offset: number } | null
  /** Names of the fields whose regions have begun. */
  seen: Record<string, true>
  /** A call of the region has opened. */
  opened: boolean
  callSeen: boolean
  /** An opener of calls was given back as text: the next closer is text too. */
  looseOpener: boolean
  /** Offset of the last match that took no text: another one there would go on for ever. */
  emptyAt: number
  limitReported: boolean
}

/** An unfinished match may always hold back as much as this. */
const MIN_HOLD = 512

/**
 * The regions of a response template: finds where they begin and end, sends the text of `content` and `thinking` on, and gives those of
 * `tool_calls` to the reader of their kind. Regions do not nest.
 */
export class TemplateMachine implements MessageMachine {
  readonly format: string = 'response_template'
  readonly families: readonly never[] = []
  private readonly host: FamilyHost
  private readonly template: LoadedTemplate
  private readonly options: TemplateOptions
  private readonly layout: LayoutText
  private readonly endTokens: readonly Watch[]
  private readonly outside: readonly Watch[]
  /** What is looked for in the region of each field. */
  private readonly inside: readonly (readonly Watch[])[]
  private readonly undecided: readonly Watch[]
  private readonly thinking: TemplateField | undefined
  private own: TemplateState
  private scanner: AnchorScanner | null = null
  private reader: CallReader | null = null

  constructor(host: FamilyHost, template: LoadedTemplate, options: TemplateOptions) {
    this.host = host
    this.template = template
    this.options = options
    this.layout = new LayoutText(host.output, host.heldChars)
    this.thinking = options.reasoning === 'off' ? undefined : template.fields.find(({ role }) => role === 'thinking')
    this.endTokens = watchEndTokens(host.endTokens)
    this.outside = this.watchOutside()
    this.inside = template.fields.map((field) => this.watchInside(field))
    this.undecided = this.outside.filter(({ kind, field }) => kind === 'open' || field?.role === 'thinking')
    this.own = createState(template)
    this.layout.enter(this.kindOutside)
    this.layout.state.gap = 'start'
    if (this.thinking?.open === undefined) return
    if (options.reasoning === 'open') this.openText(this.thinking, host.buffer.at)
    if (options.reasoning === 'auto') this.own.hold = { pieces: [], offset: 0, length: 0 }
  }

  // --- what is looked for -----------------------------------------------------------------------------------------------------------------

  /** The fields that are looked for: without tools nothing is a call, and reasoning may be off. */
  private get fields(): TemplateField[] {
    const { reasoning } = this.options
    return this.template.fields.filter(
      ({ role }) => !(role === 'tool_calls' && this.host.tools.empty) && !(role === 'thinking' && reasoning === 'off'),
    )
  }

  private watchOutside(): Watch[] {
    const { implicit, startAnchor } = this.template
    const { fields } = this
    const closers = fields.filter((field) => field.role !== 'other' && field.close?.literals && field !== implicit)
    return [
      ...fields.flatMap((field) => watch('open', field.open, field)),
      ...watch('markup', implicit?.close, implicit),
      ...this.endTokens,
      // Where the text outside is the reader's, what begins a message there may be a word of it.
      ...(implicit === undefined ? watch('markup', startAnchor) : []),
      ...closers.flatMap((field) => watch('strayClose', field.close, field)),
    ]
  }

  private watchInside(field: TemplateField): Watch[] {
    const again = field === this.thinking ? watch('again', field.open, field) : []
    return [...watch('close', field.close, field), ...again, ...this.endTokens]
  }

  private get watched(): readonly Watch[] {
    const { region, hold } = this.own
    if (hold !== null) return this.undecided
    return this.inside[region] ?? this.outside
  }

  /** What the text outside of all regions is. A field that nobody asked for may claim it; else it is the reader's. */
  private get kindOutside(): 'content' | 'reasoning' {
    return this.template.implicit?.role === 'thinking' && this.options.reasoning !== 'off' ? 'reasoning' : 'content'
  }

  // --- MessageMachine ---------------------------------------------------------------------------------------------------------------------

  get tracker(): LineTracker {
    return this.layout.tracker
  }

  get state(): TemplateState & { layout: LayoutText['state'] } {
    const { own, layout, reader, scanner } = this
    const call = own.call === null ? null : { ...own.call, reader: reader?.state ?? own.call.reader }
    return { ...own, call, layout: layout.state, scan: scanner?.state ?? null }
  }

  load(state: TemplateMachine['state']): void {
    if (state.fields !== this.own.fields) {
      throw new TypeError('The snapshot is of another template; restore it with the options of its parser')
    }
    this.own = state
    this.layout.state = state.layout
    this.scanner = null
    this.reader = null
    if (state.call === null) return
    this.reader = this.createReader(this.template.fields[state.call.field] as TemplateField, state.call.captures)
    this.reader.state = state.call.reader
  }

  get stateName(): string {
    const { region, hold } = this.own
    if (this.reader !== null) return this.reader.stateName
    if (hold !== null) return 'undecided'
    const field = this.template.fields[region]
    return field === undefined || field.role !== 'other' ? this.layout.state.kind : field.name
  }

  get heldElsewhere(): string {
    return (this.own.hold?.pieces.join('') ?? '') + this.layout.state.space
  }

  run(): void {
    while (this.step());
  }

  private step(): boolean {
    if (this.reader !== null) {
      if (this.reader.run()) return false
      this.leaveCall()
      return true
    }
    return this.own.hold === null ? this.onText() : this.onUndecided()
  }

  end(streamEnd: StreamEnd): void {
    const { buffer } = this.host
    this.run()
    if (this.reader !== null) {
      this.reader.end(streamEnd)
      this.leaveCall()
      this.run()
    }
    const field = this.template.fields[this.own.region]
    this.dropText(field)
    this.layout.end(buffer.at, field !== undefined && field.role !== 'other')
    for (const { name, optional } of this.template.fields) {
      if (optional || Object.hasOwn(this.own.seen, name)) continue
      this.host.output.diagnose('missing-field', `The text has no ${name}, which its template demands.`, buffer.at)
    }
  }

  /** The first call of a region opens. */
  commit(offset: number): void {
    if (!this.own.opened) this.layout.drop(offset)
    this.own.opened = true
    this.own.callSeen = true
  }

  /** Text that looked like a call goes back to the reader. */
  passText(text: string, offset: number): void {
    const { layout } = this
    if (layout.state.kind === 'content') {
      layout.pass(text, offset)
      return
    }
    layout.leave(offset)
    layout.enter('content', true)
    layout.pass(text, offset)
    layout.flush()
    layout.enter(this.kindOutside)
  }

  // --- text -----------------------------------------------------------------------------------------------------------------------------

  private scan(): AnchorHit | undefined {
    const { host, own, watched } = this
    if (this.scanner === null) {
      this.scanner = new AnchorScanner(
        watched.map(({ pattern }) => pattern),
        (anchor, start, end) => this.accepts((watched[anchor] as Watch).pattern, start, end),
      )
      if (own.scan === null) this.scanner.start(host.buffer.at)
      else this.scanner.state = own.scan
    }
    const hit = this.scanner.run(host.buffer, Math.max(host.heldChars, MIN_HOLD))
    // What is undecided is scanned again.
    const isNew = own.hold === null && !own.limitReported
    if (isNew && this.scanner.overflow >= 0) this.reportLimit(this.scanner.overflow)
    return hit
  }

  private reportLimit(offset: number): void {
    const { host, own } = this
    own.limitReported = true
    this.passTo(offset - host.buffer.offset)
    const message = `A marker did not end within ${Math.max(host.heldChars, MIN_HOLD)} characters (limits.heldChars): it is text.`
    host.output.diagnose('limit', message, offset)
  }

  private accepts(pattern: Pattern, start: number, end: number): boolean {
    return start === end ? start !== this.own.emptyAt : acceptsLiteral(this.host, pattern, start, end)
  }

  /** A new scan begins at the position. */
  private rescan(): true {
    this.scanner = null
    this.own.scan = null
    return true
  }

  private onText(): boolean {
    const { buffer } = this.host
    const { watched } = this
    const hit = this.scan()
    if (hit === undefined) {
      this.passTo((this.scanner as AnchorScanner).holdFrom - buffer.offset)
      return false
    }
    this.passTo(hit.start - buffer.offset)
    if (hit.start === hit.end) this.own.emptyAt = hit.start
    if (!this.onHit(watched[hit.anchor] as Watch, hit)) this.passTo(hit.end - buffer.offset)
    return this.rescan()
  }

  /** Text of the region at hand. */
  private passTo(to: number): void {
    const { buffer } = this.host
    if (to <= buffer.pos) return
    const offset = buffer.at
    const text = buffer.take(to)
    this.noteImplicit(text)
    if (!this.isDropped) {
      this.layout.pass(text, offset)
      return
    }
    this.own.dropped ??= { text: [], offset }
    this.own.dropped.text.push(text)
    this.host.output.account('dropped', offset, buffer.at)
  }

  /** Text outside of all regions is the implicit field's, when there is one. */
  private noteImplicit(text: string): void {
    const { implicit } = this.template
    const { own } = this
    if (implicit === undefined || own.region >= 0 || Object.hasOwn(own.seen, implicit.name)) return
    if (text.trim() !== '') own.seen[implicit.name] = true
  }

  private get isDropped(): boolean {
    const field = this.template.fields[this.own.region] ?? this.template.implicit
    return field?.role === 'other'
  }

  private dropText(field: TemplateField | undefined): void {
    const { dropped } = this.own
    if (dropped === null) return
    this.own.dropped = null
    const { name } = field ?? (this.template.implicit as TemplateField)
    const message = `The text of the field ${name} was dropped: it is neither content nor reasoning nor a call.`
    this.host.output.diagnose('stray-text', message, dropped.offset, dropped.text.join(''))
  }

  private takeMarkup(end: number): true {
    const { buffer, output } = this.host
    output.account('markup', buffer.at, end)
    buffer.pos = end - buffer.offset
    return true
  }

  // --- markers --------------------------------------------------------------------------------------------------------------------------

  /** @returns false when the marker is text */
  private onHit({ kind, field }: Watch, hit: AnchorHit): boolean {
    switch (kind) {
      case 'open':
        return this.onOpen(field as TemplateField, hit)
      case 'close':
        return this.onClose(field as TemplateField, hit)
      case 'again':
        return this.onAgain(hit)
      case 'markup':
        return this.takeMarkup(hit.end)
      case 'endToken':
        this.host.output.noteEndToken(this.textOf(hit).trimEnd(), hit.start)
        return this.takeMarkup(hit.end)
      case 'strayClose':
        return this.onStrayClose(field as TemplateField, hit)
    }
  }

  private textOf({ start, end }: AnchorHit): string {
    const { text, offset } = this.host.buffer
    return text.slice(start - offset, end - offset)
  }

  private onOpen(field: TemplateField, hit: AnchorHit): boolean {
    const isExample = this.tracker.inFence && (this.options.fencedCalls === 'content' || field.role === 'thinking')
    if (isExample && hit.start < hit.end) return false
    if (field.call !== undefined) return this.openCall(field, field.call, hit)
    this.openText(field, hit.start)
    return this.takeMarkup(hit.end)
  }

  private openText(field: TemplateField, offset: number): void {
    const { own } = this
    this.dropText(undefined)
    this.layout.drop(offset)
    own.region = this.template.fields.indexOf(field)
    const join = Object.hasOwn(own.seen, field.name) ? field.join : ''
    this.layout.enter(field.role === 'thinking' ? 'reasoning' : 'content', !field.strip, join)
    own.seen[field.name] = true
  }

  private onClose(field: TemplateField, hit: AnchorHit): true {
    if (field.role === 'other') this.dropText(field)
    else this.layout.leave(hit.start)
    this.own.region = -1
    this.layout.enter(this.kindOutside)
    return this.takeMarkup(hit.end)
  }

  /** The opener of a thought that has just begun, as when the prompt has one and the model writes another. */
  private onAgain(hit: AnchorHit): boolean {
    if (this.layout.state.gap !== 'marker' || hit.start === hit.end) return false
    this.host.output.diagnose(
      'stray-reasoning-marker',
      `${this.textOf(hit).trim()} stands twice; the second one was removed.`,
      hit.start,
    )
    this.layout.drop(hit.start)
    return this.takeMarkup(hit.end)
  }

  /** A closer outside of all regions: removed after what it closes, text before (fine print 5). */
  private onStrayClose(field: TemplateField, hit: AnchorHit): boolean {
    const { layout, own, host } = this
    const { gap } = layout.state
    const { role } = field
    if (this.beginsAtOnce(field, hit.start)) {
      own.emptyAt = hit.start
      this.openText(field, hit.start)
      return true
    }
    if (this.tracker.inFence || this.isDropped) return false
    if (role === 'tool_calls' && own.callSeen && !own.looseOpener) {
      host.output.diagnose('stray-closer', `${this.textOf(hit)} closes no call; it was removed.`, hit.start)
      if (gap === 'call') layout.drop(hit.start)
      this.tracker.breakLine()
      return this.takeMarkup(hit.end)
    }
    if (role === 'tool_calls') {
      own.looseOpener = false
      return false
    }
    if (gap === 'marker') {
      layout.drop(hit.start)
      if (role === 'thinking') {
        host.output.diagnose(
          'stray-reasoning-marker',
          `${this.textOf(hit)} stands twice; the second one was removed.`,
          hit.start,
        )
      }
      return this.takeMarkup(hit.end)
    }
    if (role === 'thinking' && this.thinking !== undefined && !Object.hasOwn(own.seen, this.thinking.name)) {
      const mend = "If the prompt opens the thought, set reasoning to 'open' or 'auto'."
      host.output.diagnose(
        'stray-reasoning-marker',
        `${this.textOf(hit)} closes no thought; it is content. ${mend}`,
        hit.start,
      )
    }
    return false
  }

  /** Does the field begin here without any text, as a thought may with the first character? Then its closer ends it at once. */
  private beginsAtOnce({ role, open }: TemplateField, start: number): boolean {
    if (role !== 'thinking' || open === undefined || start === this.own.emptyAt) return false
    const index = start - this.host.buffer.offset
    const match = matchHere(open, this.host.buffer, index, { limit: 0 })
    return typeof match === 'object' && match.end === index
  }

  // --- calls ----------------------------------------------------------------------------------------------------------------------------

  private openCall(field: TemplateField, plan: CallPlan, hit: AnchorHit): boolean {
    const { host, own } = this
    const { buffer } = host
    const captures = capturesOf(field.open as Pattern, hit.slots, buffer.text, buffer.offset)
    const accepted = plan.name === undefined || this.acceptsName(knownText(plan.name, captures), plan)
    if (!accepted || !host.output.mayStart(hit.start)) {
      own.looseOpener = true
      return false
    }
    own.seen[field.name] = true
    own.opened = false
    own.call = { field: this.template.fields.indexOf(field), captures, reader: {} }
    this.dropText(undefined)
    this.reader = this.createReader(field, captures)
    this.reader.begin(hit.end - buffer.offset)
    return true
  }

  /** The name must be there and be short enough (P1); a call that begins at once must be one that is wanted. */
  private acceptsName(name: string | null, plan: CallPlan): boolean {
    const { tools, unknownTools, nameChars } = this.host
    if (name === null || name === '' || name.length > nameChars) return false
    return plan.mode !== 'pairs' || tools.open || tools.declares(name) || unknownTools === 'forward'
  }

  private createReader(field: TemplateField, captures: Record<string, string>): CallReader {
    const plan = field.call as CallPlan
    const others = this.outside.filter(({ kind }) => kind === 'open' || kind === 'markup')
    const next = others.filter((entry) => entry.field === field || entry.kind === 'markup')
    const [all, following] = [others, next].map((list) => list.map(({ pattern }) => pattern)) as [Pattern[], Pattern[]]
    const ends = new RegionEnds(this.host, field.close, all, following)
    const region: CallRegion = { host: this.host, plan, captures, ends }
    if (plan.mode === 'pairs') return new PairReader(region)
    return plan.mode === 'whole' ? new WholeReader(region) : new JsonReader(region)
  }

  private leaveCall(): void {
    this.reader = null
    this.own.call = null
    this.own.looseOpener = !this.own.opened
    if (this.own.opened) this.layout.afterCall()
    this.rescan()
  }

  // --- where the text begins --------------------------------------------------------------------------------------------------------------

  /** Reasoning `auto`: all text waits until the first marker says what it is. */
  private onUndecided(): boolean {
    const { host, undecided } = this
    const { buffer } = host
    const hold = this.own.hold as NonNullable<TemplateState['hold']>
    const hit = this.scan()
    const free = (hit?.start ?? (this.scanner as AnchorScanner).holdFrom) - buffer.offset
    if (free - buffer.pos > host.heldChars - hold.length) {
      const message = `No marker came within ${host.heldChars} characters (limits.heldChars): the text is content.`
      host.output.diagnose('limit', message, hold.offset)
      return this.decide(undefined)
    }
    this.tracker.advance(buffer.text, buffer.pos, free)
    this.keep(free)
    if (hit === undefined) return buffer.ended && this.decide(undefined)
    const { kind, field } = undecided[hit.anchor] as Watch
    if (kind === 'open' && this.tracker.inFence) {
      this.keep(hit.end - buffer.offset)
      return this.rescan()
    }
    return this.decide(kind === 'open' ? undefined : field)
  }

  private keep(to: number): void {
    const hold = this.own.hold as NonNullable<TemplateState['hold']>
    const piece = this.host.buffer.take(to)
    if (piece !== '') hold.pieces.push(piece)
    hold.length += piece.length
  }

  /** @param field - the field in whose region the text begins */
  private decide(field: TemplateField | undefined): true {
    const { host, own } = this
    const hold = own.hold as NonNullable<TemplateState['hold']>
    host.buffer.unread(hold.pieces.join(''))
    own.hold = null
    this.tracker.reset()
    if (field !== undefined) this.openText(field, host.buffer.at)
    return this.rescan()
  }
}

function watch(kind: Watch['kind'], pattern: Pattern | undefined, field?: TemplateField): Watch[] {
  return pattern === undefined ? [] : [{ kind, pattern, field }]
}

/** Those of words count only at the very end of the text, the others anywhere (P14). */
function watchEndTokens(tokens: readonly string[]): Watch[] {
  const special = tokens.filter((token) => /[|｜]/.test(token))
  const words = tokens.filter((token) => !special.includes(token))
  return [
    ...watch('endToken', special.length === 0 ? undefined : compileLiterals(special)),
    ...watch('endToken', words.length === 0 ? undefined : compilePattern(`(?:${words.join('|')})\\s*\\Z`)),
  ]
}

function createState({ fields }: LoadedTemplate): TemplateState {
  return {
    fields: fields.map(({ name }) => name).join(),
    region: -1,
    hold: null,
    scan: null,
    call: null,
    dropped: null,
    seen: {},
    opened: false,
    callSeen: false,
    looseOpener: false,
    emptyAt: -1,
    limitReported: false,
  }
}
