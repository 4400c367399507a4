import type { ParserEvent } from '../events.ts'
import { BareJson } from '../families/bare-json.ts'
import { Channels } from '../families/channels.ts'
import { HeaderJson } from '../families/header-json.ts'
import { JsonEnvelope } from '../families/json-envelope.ts'
import type { Family, FamilyHost } from '../families/family.ts'
import { NestedTags } from '../families/nested-tags.ts'
import { Pythonic } from '../families/pythonic.ts'
import { QuotedObject } from '../families/quoted-object.ts'
import { SuffixedTags } from '../families/suffixed-tags.ts'
import { TaggedParameters } from '../families/tagged-parameters.ts'
import type { Format, Syntax } from '../formats/format.ts'
import { findDefinition } from '../formats/registry.ts'
import type { FinishReason, LedgerEntry, ParserOptions, TokenInfo } from '../options.ts'
import { TextBuffer } from '../scan/text-buffer.ts'
import type { TemplateFormat } from '../templates/template-format.ts'
import { TemplateMachine } from '../templates/template-machine.ts'
import { ToolTable } from '../tools.ts'
import { createCallId } from './call-id.ts'
import { DocumentMachine } from './document.ts'
import type { Candidate } from './document-markers.ts'
import { TokenEvidence } from './evidence.ts'
import type { MessageMachine } from './message-machine.ts'
import { Output } from './output.ts'
import { type ResolvedOptions, resolveOptions } from './resolve-options.ts'

/** Mid-stream state of a parser: plain JSON. Its inside is not a contract; only a parser of the same version reads it. */
export interface ParserSnapshot {
  version: 1
  format: string
  ended: boolean
  received: number
  buffer: object
  output: object
  ledger: LedgerEntry[]
  evidence: object
  document: object
  line: object
  families: object[]
}

/** Raw model text in, events out. One parser reads one message. */
export interface ToolCallParser {
  /**
   * Takes the next chunk of text, cut anywhere, and returns what is decided by it. Never throws on what the model wrote.
   *
   * @param text - the chunk
   * @param tokens - the ids of the chunk's tokens, as evidence about markers
   * @throws TypeError after `end`, or when `text` is no string
   */
  feed(text: string, tokens?: TokenInfo): ParserEvent[]
  /**
   * Settles everything that is open. Call it once.
   *
   * @param finishReason - why the text ended; default `stop`. Only `stop`, `tool_calls` and `function_call` are clean ends.
   */
  end(finishReason?: FinishReason): ParserEvent[]
  /** The state as plain JSON, to go on in another process with {@link restoreToolCallParser}. */
  snapshot(): ParserSnapshot
  /** What became of every input character so far, in order. Empty without `audit`. */
  ledger(): LedgerEntry[]
  /** State name and held text, for people who debug. */
  inspect(): { state: string; held: string }
}

const CLEAN_ENDS: ReadonlySet<string> = new Set(['stop', 'tool_calls', 'function_call'])

export class Parser implements ToolCallParser {
  private readonly format: Format | TemplateFormat
  private readonly buffer: TextBuffer = new TextBuffer()
  private readonly output: Output
  private readonly evidence: TokenEvidence = new TokenEvidence()
  private readonly document: MessageMachine
  private ended = false
  private received = 0

  constructor(options: ParserOptions) {
    this.format = findDefinition(options.format)
    const resolved = resolveOptions(options, this.format)
    this.output = new Output({
      createCallId:
        resolved.createCallId ?? ((index, name, offset) => createCallId(index, name, offset, this.format.callIds)),
      argumentChars: resolved.limits.argumentChars,
      calls: resolved.limits.calls,
      audit: resolved.audit,
    })
    const tools = new ToolTable(options.tools)
    this.document =
      'template' in this.format
        ? new TemplateMachine(this.createHost(resolved, tools, this.format), this.format.template, resolved)
        : this.createDocument(this.format, resolved, tools)
  }

  private createDocument(format: Format, resolved: ResolvedOptions, tools: ToolTable): DocumentMachine {
    const candidates = (format.candidates ?? [format]).map((candidate): Candidate => {
      const { syntax, alternatives, dialect, detects, endTokens } = candidate
      const host = this.createHost(resolved, tools, candidate)
      const all = [syntax, ...(alternatives ?? [])]
      // Headers of messages are markup also where nothing is a call.
      const syntaxes = tools.empty ? all.filter(hasMessages) : all
      const dialects = tools.empty || dialect === undefined ? [] : [dialect]
      const machines = syntaxes.map((one) => createFamily(one, host, false))
      const families = [...machines, ...dialects.map((one) => createFamily(one, host, true))]
      const own = detects === undefined || tools.empty ? machines : [createFamily(detects, host, false)]
      return { format: candidate.id, own, families, endTokens }
    })
    return new DocumentMachine(this.createHost(resolved, tools, format), candidates, {
      reasoning: resolved.reasoning,
      format,
      callsInReasoning: resolved.callsInReasoning,
      fencedCalls: resolved.fencedCalls,
    })
  }

  private createHost(options: ResolvedOptions, tools: ToolTable, format: Pick<Format, 'endTokens'>): FamilyHost {
    const { buffer, evidence } = this
    return {
      buffer,
      output: this.output,
      tools,
      closers: options.closers,
      repair: options.repair,
      unknownTools: options.unknownTools,
      heldChars: options.limits.heldChars,
      nameChars: options.limits.nameChars,
      endTokens: format.endTokens,
      marker: (literal, index) => {
        const match = buffer.match(literal, index)
        return match === 'yes' && !evidence.allows(literal, buffer.offset + index) ? 'no' : match
      },
      commit: (offset) => this.document.commit(offset),
      release: (text, offset) => this.document.passText(text, offset),
      addText: (text, offset) => this.document.addText?.(text, offset),
      beginMessage: (zone, join) => this.document.beginMessage?.(zone, join),
      endMessage: () => this.document.endMessage?.(),
    }
  }

  feed(text: string, tokens?: TokenInfo): ParserEvent[] {
    if (this.ended)
      throw new TypeError('feed() after end(): a parser reads one message; create another for the next one')
    if (typeof text !== 'string')
      throw new TypeError(`feed() takes a string, got ${text === null ? 'null' : typeof text}`)
    if (tokens !== undefined) this.evidence.add(this.received, this.received + text.length, tokens)
    this.received += text.length
    if (text === '') return []
    this.buffer.append(text)
    this.document.run()
    if (this.evidence.state.length > 0 && this.document.state.hold === null) this.evidence.forget(this.buffer.at)
    return this.output.take()
  }

  end(finishReason: FinishReason = 'stop'): ParserEvent[] {
    if (this.ended) throw new TypeError('end() was called already: a parser reads one message')
    this.ended = true
    this.buffer.end()
    this.document.end({ clean: CLEAN_ENDS.has(finishReason) })
    return this.output.take()
  }

  /** The format whose calls are read, `undefined` while the text has not chosen one. */
  get detected(): string | undefined {
    return this.document.format
  }

  ledger(): LedgerEntry[] {
    const sorted = [...this.output.ledger].toSorted((a, b) => a.start - b.start)
    const merged: LedgerEntry[] = []
    for (const entry of sorted) {
      const last = merged[merged.length - 1]
      const joins = last?.kind === entry.kind && last.end === entry.start && (last.added ?? entry.added) === undefined
      if (last !== undefined && joins) last.end = entry.end
      else merged.push({ ...entry })
    }
    return merged
  }

  inspect(): { state: string; held: string } {
    return { state: this.document.stateName, held: this.document.heldElsewhere + this.buffer.held }
  }

  snapshot(): ParserSnapshot {
    const snapshot: ParserSnapshot = {
      version: 1,
      format: this.format.id,
      ended: this.ended,
      received: this.received,
      buffer: this.buffer.save(),
      output: this.output.state,
      ledger: this.output.ledger,
      evidence: this.evidence.state,
      document: this.document.state,
      line: this.document.tracker.state,
      families: this.detected === undefined ? [] : this.document.families.map((family) => family.state),
    }
    return clone(snapshot)
  }

  /** Takes over the state of a snapshot. */
  restore(snapshot: ParserSnapshot): void {
    if (snapshot?.version !== 1) throw new TypeError('This is no snapshot of a tooldelta parser of this version')
    if (snapshot.format !== this.format.id) throw mismatch(snapshot.format)
    const state = clone(snapshot)
    this.ended = state.ended
    this.received = state.received
    this.buffer.load(state.buffer as ReturnType<TextBuffer['save']>)
    this.output.state = state.output as Output['state']
    this.output.ledger = state.ledger
    this.evidence.state = state.evidence as TokenEvidence['state']
    this.document.load(state.document)
    this.document.tracker.state = state.line as MessageMachine['tracker']['state']
    const families = this.detected === undefined ? [] : this.document.families
    if (state.families.length !== families.length) throw mismatch(snapshot.format)
    for (const [index, family] of families.entries()) family.state = state.families[index] as object
  }
}

function mismatch(format: string): TypeError {
  return new TypeError(`The snapshot is of format '${format}' and other options; restore it with its parser's options`)
}

function clone<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T
}

function hasMessages(syntax: Syntax): boolean {
  return syntax.family === 'channels' || (syntax.family === 'header-json' && syntax.row.text !== undefined)
}

function createFamily(syntax: Syntax, host: FamilyHost, dialect: boolean): Family {
  switch (syntax.family) {
    case 'tagged-parameters':
      return syntax.row.suffixed === true
        ? new SuffixedTags(syntax.row, host, dialect)
        : new TaggedParameters(syntax.row, host, dialect)
    case 'json-envelope':
      return new JsonEnvelope(syntax.row, host, dialect)
    case 'quoted-object':
      return new QuotedObject(syntax.row, host)
    case 'nested-tags':
      return new NestedTags(syntax.row, host)
    case 'header-json':
      return new HeaderJson(syntax.row, host)
    case 'pythonic':
      return new Pythonic(syntax.row, host)
    case 'bare-json':
      return new BareJson(syntax.row, host)
    case 'channels':
      return new Channels(syntax.row, host)
    default: {
      const { family } = syntax as { family: unknown }
      throw new TypeError(
        `The row's syntax.family is ${JSON.stringify(family)}; docs/adding-a-format.md names the families`,
      )
    }
  }
}
