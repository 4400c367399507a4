import { InvalidRequestError } from '../errors.ts'
import { isFilled, isObject, type JsonObject } from '../history/values.ts'
import type { ChatCompletionRequest } from '../wire.ts'
import { toReasoningEffort } from '../wires/effort.ts'
import type { ChatTranslation } from '../wires/types.ts'
import { toChatMessages } from './input.ts'
import { readResponseTools, toChatChoice } from './tools.ts'

/** Fields that need a store of answers, and what to do instead. */
const stateful: Readonly<Record<string, string>> = {
  previous_response_id:
    'Nothing is stored here: send the whole conversation as input, with the output of earlier answers in it.',
  conversation: 'Nothing is stored here: send the whole conversation as input.',
  prompt: 'No prompts are stored here: send their text as instructions and input.',
}

/**
 * Translates a request of the Responses API. Fields that this API does not have, such as those of vLLM, are passed on.
 *
 * @throws InvalidRequestError for what cannot be said in a chat completion, with how to mend it
 */
export function toChatRequest(body: JsonObject): ChatTranslation {
  refuseState(body)
  const warnings: string[] = []
  const tools = readResponseTools(body['tools'])
  warnings.push(...tools.warnings)
  const { instructions, max_output_tokens: limit, parallel_tool_calls: parallel, temperature, top_p: topP } = body
  const messages = toChatMessages(body['input'], warnings)
  if (isFilled(instructions)) messages.unshift({ role: 'system', content: instructions })
  const request: ChatCompletionRequest = {
    ...passedFields(body),
    messages,
    ...toolFields(body, tools),
    ...(isGiven(parallel) && tools.chatTools.length > 0 && { parallel_tool_calls: parallel }),
    ...(isGiven(limit) && { max_tokens: limit }),
    ...(isGiven(temperature) && { temperature }),
    ...(isGiven(topP) && { top_p: topP }),
    ...formatFields(body['text']),
    ...effortFields(body['reasoning']),
    stream: true,
    stream_options: { include_usage: true },
  }
  if (body['truncation'] === 'auto') warnings.push('truncation: An input that is too long is refused and not cut.')
  return { request, warnings }
}

function refuseState(body: JsonObject): void {
  for (const [field, mend] of Object.entries(stateful)) {
    if (isGiven(body[field])) throw new InvalidRequestError(`${field}: ${mend}`, field, 'unsupported_parameter')
  }
  if (body['background'] === true) {
    throw new InvalidRequestError(
      'background: Answers are given at once. Leave it out, or use "stream": true.',
      'background',
      'unsupported_parameter',
    )
  }
}

/** Everything but the fields of the Responses API. */
function passedFields(body: JsonObject): JsonObject {
  const {
    input: _input,
    instructions: _instructions,
    max_output_tokens: _limit,
    tools: _tools,
    tool_choice: _choice,
    parallel_tool_calls: _parallel,
    temperature: _temperature,
    top_p: _topP,
    text: _text,
    reasoning: _reasoning,
    previous_response_id: _previous,
    conversation: _conversation,
    prompt: _prompt,
    background: _background,
    include: _include,
    store: _store,
    truncation: _truncation,
    context_management: _context,
    max_tool_calls: _calls,
    metadata: _metadata,
    client_metadata: _clientMetadata,
    prompt_cache_key: _cacheKey,
    prompt_cache_retention: _retention,
    safety_identifier: _safety,
    service_tier: _tier,
    top_logprobs: _logprobs,
    ...passed
  } = body
  return passed
}

function toolFields(body: JsonObject, tools: ReturnType<typeof readResponseTools>): JsonObject {
  const choice = body['tool_choice']
  if (tools.chatTools.length === 0) {
    if (!isGiven(choice) || choice === 'auto' || choice === 'none') return {}
    throw new InvalidRequestError(
      'tool_choice: There is no tool that the model could call. Declare one in tools.',
      'tool_choice',
      'invalid_tool_choice',
    )
  }
  return { tools: tools.chatTools, ...(isGiven(choice) && { tool_choice: toChatChoice(choice, tools) }) }
}

function formatFields(text: unknown): JsonObject {
  const format = isObject(text) ? text['format'] : undefined
  if (!isObject(format) || format['type'] === 'text') return {}
  if (format['type'] !== 'json_schema') return { response_format: { type: format['type'] } }
  const { type, ...schema } = format
  return { response_format: { type, json_schema: schema } }
}

function effortFields(reasoning: unknown): JsonObject {
  const effort = isObject(reasoning) ? toReasoningEffort(reasoning['effort']) : undefined
  return effort === undefined ? {} : { reasoning_effort: effort }
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null
}
