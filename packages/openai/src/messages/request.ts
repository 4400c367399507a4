import { InvalidRequestError } from '../errors.ts'
import { isFilled, isObject, type JsonObject } from '../history/values.ts'
import type { ChatCompletionRequest } from '../wire.ts'
import { toReasoningEffort } from '../wires/effort.ts'
import type { ChatTranslation } from '../wires/types.ts'
import { toChatMessages, toSystemText } from './content.ts'
import { unsupportedThread } from './errors.ts'
import { toChatChoice, toChatTools } from './tools.ts'

/**
 * Translates a request of the Anthropic Messages API. Fields that this API does not have, such as those of vLLM, are passed on.
 *
 * @throws InvalidRequestError for what cannot be said in a chat completion, with how to mend it
 */
export function toChatRequest(body: JsonObject): ChatTranslation {
  const { messages: given, metadata, stop_sequences: stop } = body
  refuseState(body)
  if (!Array.isArray(given)) {
    throw new InvalidRequestError('messages: Send the conversation as a list of messages.', 'messages')
  }
  const warnings: string[] = []
  const messages = given.flatMap((message, place) => toChatMessages(message, `messages.${place}`, warnings))
  const system = toSystemText(body['system'])
  const tools = toChatTools(body['tools'], warnings)
  const choice = toChatChoice(body['tool_choice'], tools.length > 0)
  const user = isObject(metadata) ? metadata['user_id'] : undefined
  const request: ChatCompletionRequest = {
    ...passedFields(body),
    messages: system === '' ? messages : [{ role: 'system', content: system }, ...messages],
    ...(tools.length > 0 && { tools }),
    ...choice,
    ...(Array.isArray(stop) && stop.length > 0 && { stop }),
    ...(isFilled(user) && { user }),
    ...outputFields(body['output_config']),
    ...continuation(messages, choice['tool_choice']),
    stream: true,
    stream_options: { include_usage: true },
  }
  return { request, warnings }
}

function refuseState({ thread, mcp_servers: servers }: JsonObject): void {
  if (thread !== undefined && thread !== null) {
    throw new InvalidRequestError(
      'thread: Nothing is stored here: send the whole conversation as messages.',
      'thread',
      unsupportedThread,
    )
  }
  if (Array.isArray(servers) && servers.length > 0) {
    throw new InvalidRequestError(
      'mcp_servers: This server connects to no others. Let the client run their tools.',
      'mcp_servers',
      'unsupported_parameter',
    )
  }
}

/** `max_tokens`, `temperature`, `top_p` and `top_k` are the same in both. */
function passedFields(body: JsonObject): JsonObject {
  const {
    messages: _messages,
    thread: _thread,
    system: _system,
    tools: _tools,
    tool_choice: _choice,
    stop_sequences: _stop,
    metadata: _metadata,
    thinking: _thinking,
    output_config: _output,
    output_format: _format,
    cache_control: _cache,
    container: _container,
    context_management: _context,
    diagnostics: _diagnostics,
    inference_geo: _geo,
    mcp_servers: _servers,
    service_tier: _tier,
    speed: _speed,
    betas: _betas,
    fallbacks: _fallbacks,
    user_profile_id: _profile,
    workspace_id: _workspace,
    ...passed
  } = body
  return passed
}

function outputFields(config: unknown): JsonObject {
  if (!isObject(config)) return {}
  const { format } = config
  const effort = toReasoningEffort(config['effort'])
  const schema = isObject(format) && format['type'] === 'json_schema' ? format['schema'] : undefined
  return {
    ...(effort !== undefined && { reasoning_effort: effort }),
    ...(schema !== undefined && {
      response_format: { type: 'json_schema', json_schema: { name: 'output', schema, strict: true } },
    }),
  }
}

/** A conversation that ends with the assistant is one whose last turn is to be gone on with. */
function continuation(messages: readonly JsonObject[], choice: unknown): JsonObject {
  const last = messages.at(-1)
  const isForced = choice !== undefined && choice !== 'auto' && choice !== 'none'
  if (last?.['role'] !== 'assistant' || last['tool_calls'] !== undefined || isForced) return {}
  return { continue_final_message: true, add_generation_prompt: false }
}
