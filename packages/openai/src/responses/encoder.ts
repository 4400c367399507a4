import { createRandomCallId } from '../call-id.ts'
import { brokenStreamBody } from '../errors.ts'
import { isObject, type JsonObject } from '../history/values.ts'
import type { ErrorBody } from '../wire.ts'
import { createAnswerBlocks } from '../wires/answer-blocks.ts'
import { createStepReader, type AnswerStep } from '../wires/answer-steps.ts'
import type { WireEncoder, WireEncoderOptions, WireEvent } from '../wires/types.ts'
import { readTokenCounts } from '../wires/usage.ts'
import { createItemWriter } from './items.ts'
import { readResponseTools } from './tools.ts'

/** Reasons of a finish for which a Responses answer is not complete. */
const incompleteReasons: Readonly<Record<string, string>> = {
  length: 'max_output_tokens',
  content_filter: 'content_filter',
}

/** Turns the chunks of a chat completion into the events of the Responses API. */
export function createResponseEncoder(body: JsonObject, options: WireEncoderOptions = {}): WireEncoder {
  const createId = options.createId ?? ((prefix) => createRandomCallId({ prefix, length: 32 }))
  const now = options.now ?? (() => Math.floor(Date.now() / 1000))
  const reader = createStepReader()
  let sequence = 0
  const emit = (type: string, fields: JsonObject): WireEvent => ({ type, sequence_number: sequence++, ...fields })
  const items = createItemWriter({ emit, createId, tools: readResponseTools(body['tools']), body })
  const blocks = createAnswerBlocks(items)
  const shared = { id: createId('resp_'), created_at: 0 }
  let finishReason: string | undefined
  let usage: Readonly<Record<string, unknown>> | undefined
  let error: ErrorBody | undefined
  let isOver = false

  function begin(created: unknown): WireEvent[] {
    if (sequence > 0) return []
    shared.created_at = typeof created === 'number' ? created : now()
    return ['response.created', 'response.in_progress'].map((type) => emit(type, { response: answer() }))
  }

  function take(step: AnswerStep): WireEvent[] {
    switch (step.type) {
      case 'finish':
        finishReason = step.reason
        return blocks.end(incompleteReasons[step.reason] !== undefined)
      case 'usage':
        usage = step.usage
        return []
      case 'error':
        return fail(step.error)
      default:
        // Nothing belongs to the answer behind its end.
        return finishReason === undefined ? blocks.take(step) : []
    }
  }

  function fail(given: ErrorBody): WireEvent[] {
    if (isOver) return []
    const begun = begin(undefined)
    isOver = true
    error = given
    const { message, code, param = null } = given
    const flat = { code: code === null ? null : String(code), message, param }
    return [
      ...begun,
      // The published type has the fields themselves; OpenAI's servers send them inside, and its clients look there.
      emit('error', { ...flat, error: { type: given.type, ...flat } }),
      emit('response.failed', { response: answer() }),
    ]
  }

  function answer(): JsonObject {
    return { ...describe(body), ...shared, ...ending(), output: items.output(), ...usageFields(usage) }
  }

  function ending(): JsonObject {
    const incomplete = finishReason === undefined ? undefined : incompleteReasons[finishReason]
    const failure = error === undefined ? null : { code: toErrorCode(error), message: error.message }
    let status = isOver ? 'completed' : 'in_progress'
    if (failure !== null) status = 'failed'
    else if (isOver && incomplete !== undefined) status = 'incomplete'
    return {
      status,
      error: failure,
      incomplete_details: status === 'incomplete' ? { reason: incomplete } : null,
    }
  }

  return {
    get error() {
      return error
    },
    push(chunk) {
      if (isOver) return []
      const events = begin(chunk.created)
      for (const step of reader.read(chunk)) events.push(...take(step))
      return events
    },
    end() {
      if (isOver) return []
      if (finishReason === undefined) return fail(brokenStreamBody())
      isOver = true
      const status = ending()['status'] as string
      return [emit(`response.${status}`, { response: answer() })]
    },
    fail,
    answer,
  }
}

/** What an answer repeats of its request. */
function describe(body: JsonObject): JsonObject {
  const { effort = null, summary = null } = isObject(body['reasoning']) ? body['reasoning'] : {}
  return {
    object: 'response',
    background: false,
    instructions: body['instructions'] ?? null,
    max_output_tokens: body['max_output_tokens'] ?? null,
    metadata: body['metadata'] ?? {},
    model: body['model'] ?? '',
    parallel_tool_calls: body['parallel_tool_calls'] ?? true,
    previous_response_id: null,
    reasoning: { effort, summary },
    store: false,
    temperature: body['temperature'] ?? null,
    text: body['text'] ?? { format: { type: 'text' } },
    tool_choice: body['tool_choice'] ?? 'auto',
    tools: body['tools'] ?? [],
    top_p: body['top_p'] ?? null,
    truncation: 'disabled',
  }
}

function usageFields(usage: Readonly<Record<string, unknown>> | undefined): JsonObject {
  if (usage === undefined) return {}
  const { prompt, cached, completion, reasoning } = readTokenCounts(usage)
  return {
    usage: {
      input_tokens: prompt,
      input_tokens_details: { cached_tokens: cached },
      output_tokens: completion,
      output_tokens_details: { reasoning_tokens: reasoning },
      total_tokens: prompt + completion,
    },
  }
}

/** Clients tell apart what they ask again for by it. */
function toErrorCode({ type, code }: ErrorBody): string {
  if (code === 'context_length_exceeded') return code
  const isLimit = type === 'rate_limit_error' || code === 'rate_limit_exceeded' || code === 429
  return isLimit ? 'rate_limit_exceeded' : 'server_error'
}
