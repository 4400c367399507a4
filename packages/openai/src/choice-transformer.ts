import {
  createDeltaEncoder,
  createToolCallParser,
  type ParserEvent,
  type ParserOptions,
  type TokenInfo,
  type ToolCallParser,
} from '@tooldelta/core'
import { createCallDelivery } from './call-delivery.ts'
import { truncatedCallBody } from './errors.ts'
import { decideFinishReason } from './finish-reason.ts'
import { toParserOptions, type ChunkTransformerOptions } from './options.ts'
import type { ErrorBody, UpstreamChoice, UpstreamDelta } from './wire.ts'

/** A chunk to send, without what all chunks of an answer share. */
export interface ChoicePiece {
  delta: Record<string, unknown>
  finishReason: string | null
}

/** What a choice sends for one chunk of the upstream. */
export interface ChoiceOutput {
  pieces: ChoicePiece[]
  /** Whether the upstream's own entry says exactly the same as the one piece. */
  isUnchanged: boolean
  /** Set when the whole stream ends after the pieces. */
  error?: ErrorBody
}

/** The stream of one choice. */
export interface ChoiceTransformer {
  readonly isFinished: boolean
  /** Whether the upstream has turned out to parse calls itself. */
  readonly isNative: boolean
  transform(choice: UpstreamChoice): ChoiceOutput
  /** The upstream's stream has ended; gives what is left of a choice without a finish. */
  end(reason: string): ChoiceOutput
}

const handledFields: ReadonlySet<string> = new Set(['role', 'content', 'reasoning_content', 'reasoning', 'tool_calls'])

/** @internal */
export function createChoiceTransformer(index: number, options: ChunkTransformerOptions): ChoiceTransformer {
  const encoder = createDeltaEncoder()
  const delivery = createCallDelivery(options.deliver)
  let parser: ToolCallParser | undefined
  let isFinished = false
  let isNative = false
  let roleSent = false
  let upstreamReasons = false
  let waitingReasoning = ''
  let pieces: ChoicePiece[] = []

  function put(delta: object, finishReason: string | null = null): void {
    pieces.push({ delta: delta as Record<string, unknown>, finishReason })
  }

  function sendRole(): void {
    if (roleSent) return
    roleSent = true
    for (const delta of encoder.encode([])) put(delta)
  }

  function isHolding(): boolean {
    return delivery.isInsideCall || (parser !== undefined && parser.inspect().held !== '')
  }

  /** Reasoning of the upstream never goes inside a call, and never ahead of earlier text that is still held back. */
  function sendReasoning(): void {
    if (waitingReasoning === '' || isHolding()) return
    put({ reasoning_content: waitingReasoning })
    waitingReasoning = ''
  }

  function send(events: readonly ParserEvent[]): void {
    let batch: ParserEvent[] = []
    for (const event of events) {
      if (event.type === 'diagnostic') {
        const { type: _type, ...diagnostic } = event
        options.onDiagnostic?.(diagnostic, index)
        continue
      }
      batch.push(...delivery.take(event))
      if (event.type === 'tool-call-end' && waitingReasoning !== '') {
        for (const delta of encoder.encode(batch)) put(delta)
        batch = []
        put({ reasoning_content: waitingReasoning })
        waitingReasoning = ''
      }
    }
    if (batch.length > 0) for (const delta of encoder.encode(batch)) put(delta)
  }

  function takeText(text: string, tokens: TokenInfo | undefined): void {
    if (text === '') return
    parser ??= createToolCallParser(parserOptionsFor(options, upstreamReasons))
    send(tokens === undefined ? parser.feed(text) : parser.feed(text, tokens))
    sendReasoning()
  }

  function endText(reason: string): void {
    if (parser !== undefined) send(parser.end(reason))
    parser = undefined
    sendReasoning()
  }

  function finish(reason: string): ChoiceOutput {
    isFinished = true
    if (delivery.truncatedCalls > 0 && options.truncatedCalls === 'error') {
      return { pieces, isUnchanged: false, error: truncatedCallBody() }
    }
    put({}, decideFinishReason(reason, delivery))
    return { pieces, isUnchanged: false }
  }

  /** The upstream parses after all: what was held back is text, as it came. */
  function turnNative(): void {
    isNative = true
    if (parser === undefined) return
    const { held, state } = parser.inspect()
    if (state === 'content' && !delivery.isInsideCall) {
      if (held !== '') put({ content: held })
      parser = undefined
    }
    endText('abort')
  }

  function takeNative(choice: UpstreamChoice, delta: UpstreamDelta): ChoiceOutput {
    if (delta.role === 'assistant') roleSent = true
    sendRole()
    const { tool_calls: calls, ...rest } = delta
    const finishReason = choice.finish_reason || null
    isFinished = finishReason !== null
    const isEmptyList = calls !== undefined && !isFilledList(calls)
    const isShifted = delivery.sentCalls > 0 && isFilledList(calls)
    const isUnchanged = pieces.length === 0 && !isEmptyList && !isShifted
    if (isShifted) put({ ...rest, tool_calls: shiftIndexes(calls, delivery.sentCalls) }, finishReason)
    else put(isEmptyList ? rest : delta, finishReason)
    return { pieces, isUnchanged }
  }

  function takeRaw(choice: UpstreamChoice, delta: UpstreamDelta): ChoiceOutput {
    sendRole()
    const reasoning = firstText(delta.reasoning_content, delta.reasoning)
    upstreamReasons ||= reasoning !== ''
    waitingReasoning += reasoning
    sendReasoning()
    const text = readText(delta.content)
    takeText(text, readTokens(choice.token_ids, options.markerTokens))
    if (choice.finish_reason) endText(choice.finish_reason)
    // A chunk without text is a sign of life, or carries token ids: it goes on.
    const isSilent = pieces.length === 0 && text === '' && reasoning === ''
    const extras = unknownFields(delta)
    if (extras !== undefined || (isSilent && !choice.finish_reason)) {
      if (pieces.length === 0) put({})
      Object.assign(pieces[0]!.delta, extras)
    }
    if (!choice.finish_reason) {
      const isWellFormed = choice.finish_reason === null && isPresent(choice.delta)
      return { pieces, isUnchanged: isWellFormed && pieces.length === 1 && isSameDelta(delta, pieces[0]!.delta) }
    }
    const isOnlyFinish = pieces.length === 0 && isPresent(choice.delta) && Object.keys(delta).length === 0
    const output = finish(choice.finish_reason)
    output.isUnchanged = isOnlyFinish && pieces[0]?.finishReason === choice.finish_reason
    return output
  }

  return {
    get isFinished() {
      return isFinished
    },
    get isNative() {
      return isNative
    },
    transform(choice) {
      pieces = []
      // Clients count a second finish, or text after it, as part of the next answer.
      if (isFinished) return { pieces, isUnchanged: false }
      const delta = choice.delta ?? {}
      if (!isNative && isFilledList(delta.tool_calls)) turnNative()
      return isNative ? takeNative(choice, delta) : takeRaw(choice, delta)
    },
    end(reason) {
      pieces = []
      if (isFinished) return { pieces, isUnchanged: false }
      endText(reason)
      if (reason !== 'abort' && reason !== 'error') {
        // Nobody knows whether a call that the upstream parsed had come to its end.
        return finish(isNative ? 'length' : reason)
      }
      isFinished = true
      return { pieces, isUnchanged: false }
    },
  }
}

/** An upstream that separates the reasoning itself never starts its content inside a thought. */
function parserOptionsFor(options: ChunkTransformerOptions, upstreamReasons: boolean): ParserOptions {
  const parserOptions = toParserOptions(options)
  if (!upstreamReasons || parserOptions.reasoning === 'off') return parserOptions
  return { ...parserOptions, reasoning: 'tags' }
}

function firstText(...values: unknown[]): string {
  for (const value of values) if (typeof value === 'string' && value !== '') return value
  return ''
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null
}

/** Some servers send content as a list of parts. */
function readText(content: unknown): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return ''
  return content.map((part: { text?: unknown } | null) => (typeof part?.text === 'string' ? part.text : '')).join('')
}

function readTokens(ids: unknown, markers: Readonly<Record<string, number>> | undefined): TokenInfo | undefined {
  return markers !== undefined && Array.isArray(ids) ? { ids: ids as number[], markers } : undefined
}

function unknownFields(delta: UpstreamDelta): Record<string, unknown> | undefined {
  let extras: Record<string, unknown> | undefined
  for (const [key, value] of Object.entries(delta)) {
    if (handledFields.has(key) || value === null) continue
    extras ??= {}
    extras[key] = value
  }
  return extras
}

function isSameDelta(given: UpstreamDelta, sent: Record<string, unknown>): boolean {
  const record = given as Record<string, unknown>
  const keys = Object.keys(record)
  if (keys.length !== Object.keys(sent).length) return false
  return keys.every(
    (key) => record[key] === sent[key] || (key === 'content' && record[key] === null && sent[key] === ''),
  )
}

function isFilledList(calls: unknown): calls is { index?: unknown }[] {
  return Array.isArray(calls) && calls.length > 0
}

function shiftIndexes(calls: readonly { index?: unknown }[], shift: number): object[] {
  return calls.map((call) => (typeof call.index === 'number' ? { ...call, index: call.index + shift } : call))
}
