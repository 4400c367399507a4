import { randomBytes } from 'node:crypto'
import { renderChatTemplate, TemplateError, toTokens } from './chat-template.ts'
import { describeTemplate, type Dialect, foldCalls, hasTools, interleave, isSet, joinText, toUsage } from './dialect.ts'
import type { GeneratedDelta, Generation, PreparedRequest } from './generate.ts'
import { toTemplateMessages } from './history.ts'
import { Refusal } from './refusal.ts'
import type { FakeRequest, FakeUpstreamOptions } from './types.ts'

/** llama.cpp's `llama-server`. */
export function createLlamaCpp(options: FakeUpstreamOptions): Dialect {
  const { version = 'b7200-a94d563e', model = 'qwen3-coder', maxModelLength = 32_768, jinja = true } = options
  const { format = 'qwen3_coder', templateRendersTools = true } = options

  function prepare(request: FakeRequest): PreparedRequest {
    if (isSet(request.tools) && !jinja) throw new Refusal(500, 'tools param requires --jinja flag')
    const choice = readToolChoice(request)
    if (hasTools(request) && choice !== 'none' && isSet(request['grammar'])) {
      throw new Refusal(400, 'Cannot use custom grammar constraints with tools.')
    }
    if (hasTools(request) && request.stream === true && request['logprobs'] === true) {
      throw new Refusal(400, 'logprobs is not supported with tools + stream')
    }
    const prompt = render(request)
    if (toTokens(prompt).length >= maxModelLength) {
      throw new Refusal(400, 'the request exceeds the available context size, try increasing it')
    }
    const isParsed = hasTools(request) && choice !== 'none' && templateRendersTools
    const guided = readSchema(request)
    const parser = isParsed ? (typeof options.toolParser === 'string' ? options.toolParser : format) : undefined
    return { prompt, parser, ...(guided !== undefined && { guided }) }
  }

  function render(request: FakeRequest): string {
    checkMessages(request)
    const isPrefill = request.messages.at(-1)?.role === 'assistant'
    if (isPrefill && request.messages.at(-2)?.role === 'assistant') {
      throw new Refusal(400, 'Cannot have 2 or more assistant messages at the end of the list.')
    }
    const enableThinking = request.chat_template_kwargs?.['enable_thinking'] as boolean | undefined
    if (isPrefill && options.thinking !== undefined && options.thinking !== 'none' && enableThinking !== false) {
      throw new Refusal(400, 'Assistant response prefill is incompatible with enable_thinking.')
    }
    try {
      // The last message is put behind the beginning of the model's turn.
      const messages = isPrefill ? request.messages.slice(0, -1) : request.messages
      const prompt = renderChatTemplate(
        {
          messages: toTemplateMessages(messages, readArguments),
          // The tools are in the prompt whatever the choice is.
          tools: request.tools ?? undefined,
          addGenerationPrompt: true,
          continueFinalMessage: false,
          enableThinking,
        },
        describeTemplate(options),
      )
      return isPrefill ? prompt + String(request.messages.at(-1)!.content) : prompt
    } catch (error) {
      if (error instanceof TemplateError) throw new Refusal(500, error.message)
      throw error
    }
  }

  return {
    prepare,
    errorBody: (status, message) => ({
      error: { code: status, message, type: typeOf(status) },
    }),
    get(path) {
      if (path === '/health' || path === '/v1/health') return { status: 'ok' }
      if (path === '/props') {
        return {
          default_generation_settings: { n_ctx: maxModelLength },
          total_slots: 1,
          model_path: `/models/${model}.gguf`,
          chat_template: templateRendersTools ? '{% if tools %}...{% endif %}' : '{% for message in messages %}...',
          build_info: version,
        }
      }
      if (path !== '/v1/models' && path !== '/models') return undefined
      const card = { id: model, object: 'model', created: 1_760_000_000, owned_by: 'llamacpp' }
      return {
        models: [{ name: model, model }],
        object: 'list',
        data: [{ ...card, meta: { n_ctx_train: maxModelLength } }],
      }
    },
    post(path, body) {
      if (path === '/apply-template') return { prompt: render(body as FakeRequest) }
      if (path === '/tokenize')
        return { tokens: toTokens(String((body as { content?: unknown }).content)).map((_, at) => at) }
      return undefined
    },
    completion: (generations, request) => toCompletion(generations, request, version),
    stream: (generations, request) => toStream(generations, request, version),
  }
}

function readToolChoice({ tool_choice: choice }: FakeRequest): string {
  // An object is no string, so the default stays.
  if (typeof choice !== 'string') return 'auto'
  if (!['auto', 'none', 'required'].includes(choice)) throw new Refusal(400, `Invalid tool_choice: ${choice}`)
  return choice
}

function checkMessages({ messages }: FakeRequest): void {
  for (const message of messages) {
    if (message.role !== 'assistant' && !('content' in message)) {
      throw new Refusal(400, "All non-assistant messages must contain 'content'")
    }
    const hasCalls = Array.isArray(message.tool_calls) && message.tool_calls.length > 0
    if (message.role === 'assistant' && !isSet(message.content) && !hasCalls) {
      throw new Refusal(400, "Assistant message must contain either 'content' or 'tool_calls'!")
    }
  }
}

function readArguments(value: unknown): unknown {
  if (typeof value !== 'string') throw new Refusal(500, 'type must be string, but is object')
  try {
    return JSON.parse(value)
  } catch {
    throw new Refusal(
      500,
      'Failed to parse tool call arguments as JSON: [json.exception.parse_error.101] parse error at line 1, column ' +
        `${value.length + 1}: syntax error while parsing value - unexpected end of input`,
    )
  }
}

function readSchema(request: FakeRequest): PreparedRequest['guided'] {
  const { response_format: format } = request
  const schema =
    format?.['type'] === 'json_schema'
      ? (format['json_schema'] as { schema?: { type?: unknown } }).schema
      : (request['json_schema'] as { type?: unknown } | undefined)
  if (schema === undefined) return undefined
  return { shape: schema.type === 'array' ? 'calls' : 'arguments', asCalls: false }
}

function typeOf(status: number): string {
  if (status === 503) return 'unavailable_error'
  if (status === 401) return 'authentication_error'
  if (status === 404) return 'not_found_error'
  return status < 500 ? 'invalid_request_error' : 'server_error'
}

function createId(): string {
  return randomBytes(24).toString('base64url').slice(0, 32)
}

function finishOf({ hasCalls, finishReason }: Generation): string {
  return hasCalls && finishReason === 'stop' ? 'tool_calls' : finishReason
}

function toCompletion(generations: Generation[], request: FakeRequest, version: string): object {
  const choices = generations.map((generation, index) => {
    const calls = foldCalls(generation.deltas, createId)
    const text = joinText(generation.deltas, 'content')
    const reasoning = joinText(generation.deltas, 'reasoning')
    return {
      finish_reason: finishOf(generation),
      index,
      message: {
        role: 'assistant',
        content: text === '' && calls.length > 0 ? null : text,
        ...(reasoning !== '' && { reasoning_content: reasoning }),
        ...(calls.length > 0 && { tool_calls: calls }),
      },
    }
  })
  return {
    choices,
    created: 1_760_000_000,
    model: request.model,
    system_fingerprint: version,
    object: 'chat.completion',
    usage: toUsage(generations),
    id: `chatcmpl-${createId()}`,
    timings: { prompt_n: 1, predicted_n: 1 },
  }
}

function* toStream(generations: Generation[], request: FakeRequest, version: string): Generator<object> {
  const envelope = {
    created: 1_760_000_000,
    id: `chatcmpl-${createId()}`,
    model: request.model,
    system_fingerprint: version,
    object: 'chat.completion.chunk',
  }
  const toChunk = (index: number, delta: object, finish: string | null): object => ({
    choices: [{ finish_reason: finish, index, delta }],
    ...envelope,
  })
  for (const index of generations.keys()) yield toChunk(index, { role: 'assistant', content: null }, null)
  for (const [, index, delta] of interleave(generations)) yield toChunk(index, toDelta(delta), null)
  for (const [index, generation] of generations.entries()) yield toChunk(index, {}, finishOf(generation))
  if (request.stream_options?.include_usage !== true) return
  yield { choices: [], ...envelope, usage: toUsage(generations), timings: { prompt_n: 1, predicted_n: 1 } }
}

function toDelta(delta: GeneratedDelta): object {
  if (delta.kind === 'content') return { content: delta.text }
  if (delta.kind === 'reasoning') return { reasoning_content: delta.text }
  const { index } = delta
  return delta.kind === 'call-start'
    ? { tool_calls: [{ index, id: createId(), type: 'function', function: { name: delta.name, arguments: '' } }] }
    : { tool_calls: [{ index, function: { arguments: delta.text } }] }
}
