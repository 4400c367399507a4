import { createRandomCallId } from '../call-id.ts'
import { brokenStreamBody } from '../errors.ts'
import type { JsonObject } from '../history/values.ts'
import type { ErrorBody } from '../wire.ts'
import { type AnswerBlock, type BlockWriter, createAnswerBlocks } from '../wires/answer-blocks.ts'
import { createStepReader, type AnswerStep } from '../wires/answer-steps.ts'
import { parseExactly } from '../wires/exact-json.ts'
import type { WireEncoder, WireEncoderOptions, WireEvent } from '../wires/types.ts'
import { readTokenCounts } from '../wires/usage.ts'
import { toStreamError } from './errors.ts'

const stopReasons: Readonly<Record<string, string>> = {
  stop: 'end_turn',
  tool_calls: 'tool_use',
  function_call: 'tool_use',
  length: 'max_tokens',
  content_filter: 'refusal',
}

/** Why an answer ended, as the API says it. */
interface Ending {
  stop_reason: string | null
  stop_sequence: string | null
}

/** Turns the chunks of a chat completion into the events of the Anthropic Messages API. */
export function createMessageEncoder(body: JsonObject, options: WireEncoderOptions = {}): WireEncoder {
  const createId = options.createId ?? ((prefix) => createRandomCallId({ prefix, length: 24 }))
  const reader = createStepReader()
  const writer = createBlockWriter()
  const blocks = createAnswerBlocks(writer)
  const id = createId('msg_')
  let ending: Ending = { stop_reason: null, stop_sequence: null }
  let usage: Readonly<Record<string, unknown>> | undefined
  let error: ErrorBody | undefined
  let hasBegun = false
  let isOver = false

  function begin(): WireEvent[] {
    if (hasBegun) return []
    hasBegun = true
    return [{ type: 'message_start', message: answer() }]
  }

  function take(step: AnswerStep): WireEvent[] {
    switch (step.type) {
      case 'finish':
        ending = toEnding(step, body['stop_sequences'])
        return blocks.end(step.reason === 'length')
      case 'usage':
        usage = step.usage
        return []
      case 'error':
        return fail(step.error)
      default:
        // Nothing belongs to the answer behind its end.
        return ending.stop_reason === null ? blocks.take(step) : []
    }
  }

  function fail(given: ErrorBody): WireEvent[] {
    if (isOver) return []
    isOver = true
    error = given
    return [toStreamError(given) as WireEvent]
  }

  function answer(): JsonObject {
    return {
      id,
      type: 'message',
      role: 'assistant',
      model: body['model'] ?? '',
      content: writer.content(),
      container: null,
      diagnostics: null,
      stop_details: null,
      ...ending,
      usage: { ...toUsage(usage), cache_creation: null, inference_geo: null, service_tier: null, speed: null },
    }
  }

  return {
    get error() {
      return error
    },
    push(chunk) {
      if (isOver) return []
      const steps = reader.read(chunk)
      // An error before anything else is the whole answer.
      const events = steps[0]?.type === 'error' ? [] : begin()
      for (const step of steps) events.push(...take(step))
      return events
    },
    end() {
      if (isOver) return []
      if (ending.stop_reason === null) return fail(brokenStreamBody())
      isOver = true
      const delta = { container: null, stop_details: null, ...ending }
      return [{ type: 'message_delta', delta, usage: toUsage(usage) }, { type: 'message_stop' }]
    },
    fail,
    answer,
  }
}

function toEnding({ reason, stopSequence }: Extract<AnswerStep, { type: 'finish' }>, stops: unknown): Ending {
  if (reason === 'stop' && stopSequence !== undefined && Array.isArray(stops) && stops.includes(stopSequence)) {
    return { stop_reason: 'stop_sequence', stop_sequence: stopSequence }
  }
  return { stop_reason: stopReasons[reason] ?? 'end_turn', stop_sequence: null }
}

/** What was in the server's cache is not counted as input. */
function toUsage(usage: Readonly<Record<string, unknown>> | undefined): JsonObject {
  const { prompt, cached, completion, reasoning } = readTokenCounts(usage)
  return {
    input_tokens: prompt - cached,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: cached,
    output_tokens: completion,
    output_tokens_details: reasoning === 0 ? null : { thinking_tokens: reasoning },
    server_tool_use: null,
  }
}

/** Writes blocks of content, each behind the other. */
function createBlockWriter(): BlockWriter & { content(): JsonObject[] } {
  const finished: (() => JsonObject)[] = []
  let index = -1

  return {
    open(block) {
      index += 1
      const start: WireEvent = { type: 'content_block_start', index, content_block: toBlock(block) }
      return block.kind === 'call' ? [start, toDelta(index, block, '')] : [start]
    },
    add: (block, piece) => [toDelta(index, block, piece)],
    close(block, isCut) {
      // Its input is no JSON; whoever reads only the whole answer must not run it.
      if (block.kind !== 'call' || !isCut) finished.push(() => toBlock(block))
      return [{ type: 'content_block_stop', index }]
    },
    content: () => finished.map((build) => build()),
  }
}

function toBlock({ kind, id, name, text }: AnswerBlock): JsonObject {
  if (kind === 'text') return { type: 'text', text, citations: null }
  // The text of open models' thoughts is not signed.
  if (kind === 'reasoning') return { type: 'thinking', thinking: text, signature: '' }
  return { type: 'tool_use', id, caller: { type: 'direct' }, name, input: text === '' ? {} : parseExactly(text) }
}

function toDelta(index: number, { kind }: AnswerBlock, piece: string): WireEvent {
  const type = 'content_block_delta'
  if (kind === 'text') return { type, index, delta: { type: 'text_delta', text: piece } }
  if (kind === 'reasoning') return { type, index, delta: { type: 'thinking_delta', thinking: piece } }
  return { type, index, delta: { type: 'input_json_delta', partial_json: piece } }
}
