import { createToolCallParser, type ParserEvent, type ParserOptions, type ToolCallParser } from '@tooldelta/core'
import { MissingToolCallError, type AnswerOptions } from '@tooldelta/openai'
import { Blocks } from './blocks.ts'
import { endOfText, isRegularEnd, withWord } from './finish-reason.ts'
import type { ToolCallMiddlewareOptions } from './options.ts'
import type { FinishReason, ProviderMetadata, StreamPart } from './specification.ts'

/** A call that is being read. */
interface OpenCall {
  id: string
  name: string
  pieces: string[]
}

/** What the reader does not know from the call itself. */
export interface AnswerSettings {
  answer: AnswerOptions
  options: Pick<ToolCallMiddlewareOptions, 'deliver' | 'onDiagnostic' | 'onCall'>
  warnings: readonly string[]
}

/**
 * Reads the parts of one answer: text goes through the parser and comes out as text, reasoning and tool calls; all other parts pass as
 * they are.
 */
export class AnswerReader {
  private readonly settings: AnswerSettings
  private readonly blocks = new Blocks((part) => this.out.push(part))
  private readonly remarks: object[] = []
  private out: StreamPart[] = []
  private parser: ToolCallParser | undefined
  private call: OpenCall | undefined
  private whole = 0
  private truncated = 0
  private isNative = false
  private isCut = false
  private isEnded = false
  private providerReasons = false
  private metadata: ProviderMetadata | undefined

  constructor(settings: AnswerSettings) {
    this.settings = settings
  }

  /** Takes the provider's next part and returns those to pass on. */
  read(part: StreamPart): StreamPart[] {
    this.take(part)
    return this.flush()
  }

  /** The stream has ended; gives what is left where the provider sent no finish. */
  end(): StreamPart[] {
    if (!this.isEnded) this.endText('abort')
    this.isEnded = true
    return this.flush()
  }

  private flush(): StreamPart[] {
    const out = this.out
    this.out = []
    return out
  }

  private take(part: StreamPart): void {
    switch (part.type) {
      case 'text-start':
        return this.blocks.begin(part)
      case 'text-delta':
        return this.takeText(part)
      case 'text-end':
        return this.blocks.finish(part, this.isHolding())
      case 'reasoning-start':
        this.providerReasons = true
        return this.pass(part)
      case 'tool-input-start':
      case 'tool-call':
        if (part.providerExecuted !== true) this.turnNative()
        return this.pass(part)
      case 'stream-start':
        return this.pass(withWarnings(part, this.settings.warnings))
      case 'finish':
        return this.finish(part)
      default:
        return this.pass(part)
    }
  }

  private pass(part: StreamPart): void {
    this.out.push(part)
  }

  private takeText({ delta = '', providerMetadata }: StreamPart): void {
    if (delta === '' || this.isCut || this.isEnded) return
    if (this.isNative) return this.blocks.write('text', delta, providerMetadata)
    this.metadata = providerMetadata
    this.write(this.openParser().feed(delta))
    this.metadata = undefined
  }

  private openParser(): ToolCallParser {
    if (this.parser !== undefined) return this.parser
    this.parser = createToolCallParser(parserOptionsOf(this.settings.answer, this.providerReasons))
    return this.parser
  }

  private isHolding(): boolean {
    return this.parser !== undefined && this.parser.inspect().held !== ''
  }

  /** The provider parses calls itself after all: what was held back is text, as it came. */
  private turnNative(): void {
    if (this.isNative) return
    this.isNative = true
    const { held, state } = this.parser?.inspect() ?? { held: '', state: '' }
    if (this.call === undefined && state === 'content') {
      if (held !== '') this.blocks.write('text', held, undefined)
      this.parser = undefined
    }
    this.endText('abort')
  }

  private endText(reason: string): void {
    if (this.parser !== undefined && !this.isCut) this.write(this.parser.end(reason))
    this.parser = undefined
    this.blocks.close()
  }

  private write(events: readonly ParserEvent[]): void {
    for (const event of events) {
      this.writeEvent(event)
      if (event.type !== 'tool-call-end' || this.settings.answer.singleCall !== true) continue
      this.isCut = true
      return
    }
  }

  private writeEvent(event: ParserEvent): void {
    switch (event.type) {
      case 'content':
      case 'reasoning':
        this.blocks.write(event.type === 'content' ? 'text' : 'reasoning', event.text, this.metadata)
        this.metadata = undefined
        return
      case 'tool-call-start':
        return this.startCall(event)
      case 'tool-call-arguments':
        this.call!.pieces.push(event.text)
        if (!this.waitsForEnd) this.pass({ type: 'tool-input-delta', id: this.call!.id, delta: event.text })
        return
      case 'tool-call-end':
        return this.endCall(event.status)
      case 'diagnostic': {
        const { type: _type, ...diagnostic } = event
        const { text: _text, ...remark } = diagnostic
        this.remarks.push(remark)
        this.settings.options.onDiagnostic?.(diagnostic)
      }
    }
  }

  private get waitsForEnd(): boolean {
    return this.settings.options.deliver === 'when-complete'
  }

  private startCall({ id, name }: { id: string; name: string }): void {
    this.blocks.close()
    this.call = { id, name: this.settings.answer.toolNames?.get(name) ?? name, pieces: [] }
    if (!this.waitsForEnd) this.pass({ type: 'tool-input-start', id, toolName: this.call.name })
  }

  /** Only a whole call becomes a `tool-call` part: the SDK would run the tool. */
  private endCall(status: 'complete' | 'repaired' | 'truncated'): void {
    const { id, name, pieces } = this.call!
    this.call = undefined
    const isTruncated = status === 'truncated'
    if (isTruncated) this.truncated += 1
    else this.whole += 1
    const input = pieces.join('')
    if (this.waitsForEnd && !isTruncated) {
      this.pass({ type: 'tool-input-start', id, toolName: name })
      this.pass({ type: 'tool-input-delta', id, delta: input })
    }
    if (!this.waitsForEnd || !isTruncated) this.pass({ type: 'tool-input-end', id })
    if (!isTruncated) {
      const more = status === 'repaired' ? { providerMetadata: { tooldelta: { status } } } : {}
      this.pass({ type: 'tool-call', toolCallId: id, toolName: name, input, ...more })
    }
    this.settings.options.onCall?.({ toolCallId: id, toolName: name, status })
  }

  private finish(part: StreamPart): void {
    const { finishReason, providerMetadata } = part
    if (!this.isEnded) this.endText(endOfText(finishReason))
    this.isEnded = true
    const isMissing = this.isCallMissing(finishReason)
    if (isMissing) this.pass({ type: 'error', error: new MissingToolCallError() })
    const word = isMissing ? 'error' : this.decideWord(finishReason)
    this.pass({
      ...part,
      finishReason: word === undefined ? finishReason! : withWord(finishReason, word),
      ...(this.remarks.length === 0
        ? {}
        : { providerMetadata: { ...providerMetadata, tooldelta: { diagnostics: this.remarks } } }),
    })
  }

  private isCallMissing(reason: FinishReason | undefined): boolean {
    const isMade = this.whole + this.truncated > 0 || this.isNative
    return this.settings.answer.requiresCall === true && !isMade && isRegularEnd(reason)
  }

  /** `tool-calls` is never said when a call was cut off. Other reasons of the provider stay. */
  private decideWord(reason: FinishReason | undefined): string | undefined {
    if (!isRegularEnd(reason)) return undefined
    if (this.truncated > 0) return 'length'
    if (this.isNative) return undefined
    return this.whole > 0 ? 'tool-calls' : 'stop'
  }
}

/** A provider that separates the reasoning itself never starts its text inside a thought. */
function parserOptionsOf(answer: AnswerOptions, providerReasons: boolean): ParserOptions {
  const {
    prefill: _prefill,
    singleCall: _singleCall,
    requiresCall: _requiresCall,
    toolNames: _toolNames,
    choices: _choices,
    onAnswer: _onAnswer,
    ...options
  } = answer
  return providerReasons && options.reasoning !== 'off' ? { ...options, reasoning: 'tags' } : options
}

function withWarnings(part: StreamPart, warnings: readonly string[]): StreamPart {
  if (warnings.length === 0) return part
  return { ...part, warnings: [...(part.warnings ?? []), ...warnings.map(toWarning)] }
}

/** A warning as every version of the specification writes it. */
export function toWarning(message: string): object {
  return { type: 'other', message }
}
