import {
  createDeltaEncoder,
  createToolCallParser,
  type ParserEvent,
  type ParserOptions,
  type TokenInfo,
  type ToolCallParser,
} from '@tooldelta/core'
import { AnswerRecord } from './answer-record.ts'
import { createArgumentCoalescer } from './delivery/argument-coalescer.ts'
import { createCallDelivery } from './delivery/call-delivery.ts'
import { reasoningFields, renameReasoning } from './delivery/reasoning-names.ts'
import { missingCallBody, truncatedCallBody } from './errors.ts'
import { decideFinishReason, isRegularEnd } from './finish-reason.ts'
import { toParserOptions, type ChunkTransformerOptions } from './options.ts'
import {
  firstText,
  isFilledList,
  isPresent,
  isSameDelta,
  readText,
  readTokens,
  shiftIndexes,
  unknownFields,
} from './upstream-delta.ts'
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
  /**
   * What the upstream does of which nobody gets anything, since the answer was ended at its first call. `nothing` yet: it may be at its
   * end. `writing`: it goes on. `undefined`: the answer was not ended by us, or the upstream has ended it too.
   */
  readonly surplus: 'nothing' | 'writing' | undefined
  /** When the first piece of arguments came that is collected and not sent; `undefined`: there is none. */
  readonly collectingSince: number | undefined
  /** Gives the pieces that are collected. */
  release(): ChoicePiece[]
  transform(choice: UpstreamChoice): ChoiceOutput
  /** The upstream's stream has ended; gives what is left of a choice without a finish. */
  end(reason: string): ChoiceOutput
}

/**
 * @param readTurn - a number that grows with time
 * @internal
 */
export function createChoiceTransformer(
  index: number,
  options: ChunkTransformerOptions,
  readTurn: () => number,
): ChoiceTransformer {
  const encoder = createDeltaEncoder()
  const delivery = createCallDelivery(options.deliver)
  const coalescer = createArgumentCoalescer(options.coalesceArguments, readTurn)
  let parser: ToolCallParser | undefined
  const record = options.onAnswer === undefined ? undefined : new AnswerRecord()
  let isFinished = false
  let isNative = false
  let isCut = false
  let surplus: ChoiceTransformer['surplus']
  let nativeCalls = 0
  let roleSent = false
  let upstreamReasons = false
  let waitingReasoning = ''
  let pieces: ChoicePiece[] = []

  /** Sends events as deltas. */
  function putEvents(events: readonly ParserEvent[]): void {
    for (const delta of encoder.encode(events)) {
      put(
        delta.reasoning_content === undefined
          ? delta
          : reasoningFields(delta.reasoning_content, options.reasoningNames),
      )
    }
  }

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
    putReasoning()
  }

  function putReasoning(): void {
    put(reasoningFields(waitingReasoning, options.reasoningNames))
    record?.addReasoning(waitingReasoning)
    waitingReasoning = ''
  }

  function send(events: readonly ParserEvent[]): void {
    let batch: ParserEvent[] = []
    for (const [place, event] of events.entries()) {
      if (event.type === 'diagnostic') {
        const { type: _type, ...diagnostic } = event
        options.onDiagnostic?.(diagnostic, index)
        continue
      }
      const delivered = delivery.take(nameForClient(event, options.toolNames))
      record?.add(delivered)
      batch.push(...coalescer.take(delivered))
      if (event.type !== 'tool-call-end') continue
      options.onCall?.({ choice: index, index: event.index, status: event.status })
      if (waitingReasoning !== '') {
        putEvents(batch)
        batch = []
        putReasoning()
      }
      if (options.singleCall === true) {
        isCut = true
        const isLast = events.slice(place + 1).every(({ type }) => type === 'diagnostic')
        record?.cutRaw(isLast ? parser?.inspect().held.length : undefined)
        break
      }
    }
    if (batch.length > 0) putEvents(batch)
  }

  function takeText(text: string, tokens: TokenInfo | undefined): void {
    if (text === '') return
    if (parser === undefined) startText()
    record?.addRaw(text)
    send(tokens === undefined ? parser!.feed(text) : parser!.feed(text, tokens))
    sendReasoning()
  }

  function startText(): void {
    parser = createToolCallParser(parserOptionsFor(options, upstreamReasons))
    const { prefill } = options
    if (prefill === undefined || prefill === '') return
    record?.addRaw(prefill)
    send(parser.feed(prefill))
  }

  function endText(reason: string): void {
    if (parser !== undefined && !isCut) send(parser.end(reason))
    parser = undefined
    sendReasoning()
  }

  function finish(reason: string): ChoiceOutput {
    isFinished = true
    if (delivery.truncatedCalls > 0 && options.truncatedCalls === 'error') {
      return { pieces, isUnchanged: false, error: truncatedCallBody() }
    }
    const hasCalls = delivery.wholeCalls + delivery.truncatedCalls > 0
    if (options.requiresCall === true && !hasCalls && !isNative && isRegularEnd(reason)) {
      return { pieces, isUnchanged: false, error: missingCallBody() }
    }
    const finishReason = decideFinishReason(reason, delivery)
    put({}, finishReason)
    if (record !== undefined && !isNative) options.onAnswer?.(record.end(index, finishReason))
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

  /** The upstream does not say when a call has ended; at the finish all have. */
  function countNative(calls: unknown, finishReason: string | null): void {
    if (isFilledList(calls)) {
      for (const call of calls) if (typeof call.index === 'number') nativeCalls = Math.max(nativeCalls, call.index + 1)
    }
    if (finishReason === null) return
    const status = isRegularEnd(finishReason) ? 'complete' : 'truncated'
    for (let place = 0; place < nativeCalls; place += 1) {
      options.onCall?.({ choice: index, index: delivery.sentCalls + place, status })
    }
  }

  function takeNative(choice: UpstreamChoice, delta: UpstreamDelta): ChoiceOutput {
    if (delta.role === 'assistant') roleSent = true
    sendRole()
    const named = renameReasoning(delta, options.reasoningNames)
    const { tool_calls: calls, ...rest } = named
    const finishReason = choice.finish_reason || null
    isFinished = finishReason !== null
    countNative(calls, finishReason)
    const isEmptyList = calls !== undefined && !isFilledList(calls)
    const isShifted = delivery.sentCalls > 0 && isFilledList(calls)
    const isUnchanged = pieces.length === 0 && named === delta && !isEmptyList && !isShifted
    if (isShifted) put({ ...rest, tool_calls: shiftIndexes(calls, delivery.sentCalls) }, finishReason)
    else put(isEmptyList ? rest : named, finishReason)
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
    if (choice.finish_reason || isCut) endText(choice.finish_reason || 'stop')
    // A chunk without text is a sign of life, or carries token ids: it goes on.
    const isSilent = pieces.length === 0 && text === '' && reasoning === ''
    const extras = unknownFields(delta)
    if (extras !== undefined || (isSilent && !choice.finish_reason)) {
      if (pieces.length === 0) put({})
      Object.assign(pieces[0]!.delta, extras)
    }
    if (isCut) {
      surplus = choice.finish_reason ? undefined : 'nothing'
      // Why the model ended is of no interest: its first call was whole before.
      return finish('stop')
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
    get surplus() {
      return surplus
    },
    get collectingSince() {
      return coalescer.since
    },
    release() {
      pieces = []
      putEvents(coalescer.release())
      return pieces
    },
    transform(choice) {
      pieces = []
      const delta = choice.delta ?? {}
      // Clients count a second finish, or text after it, as part of the next answer.
      if (isFinished) {
        if (surplus !== undefined) surplus = readSurplus(choice, delta)
        return { pieces, isUnchanged: false }
      }
      if (!isNative && isFilledList(delta.tool_calls)) turnNative()
      return isNative ? takeNative(choice, delta) : takeRaw(choice, delta)
    },
    end(reason) {
      pieces = []
      if (isFinished) return { pieces, isUnchanged: false }
      endText(reason)
      if (reason !== 'abort' && reason !== 'error') {
        // Nobody knows whether a call that the upstream parsed had come to its end.
        return finish(isNative ? 'length' : isCut ? 'stop' : reason)
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

/** Blanks may follow the last call; everything else shows that the upstream goes on. */
function readSurplus(choice: UpstreamChoice, delta: UpstreamDelta): ChoiceTransformer['surplus'] {
  if (choice.finish_reason) return undefined
  return readText(delta.content).trim() === '' && !isFilledList(delta.tool_calls) ? 'nothing' : 'writing'
}

function nameForClient(event: ParserEvent, names: ChunkTransformerOptions['toolNames']): ParserEvent {
  if (names === undefined || event.type !== 'tool-call-start') return event
  const name = names.get(event.name)
  return name === undefined ? event : { ...event, name }
}
