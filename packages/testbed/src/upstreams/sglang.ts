import { randomBytes } from 'node:crypto'
import { renderChatTemplate, TemplateError, toTokens } from './chat-template.ts'
import {
  describeTemplate,
  type Dialect,
  foldCalls,
  hasTools,
  interleave,
  joinText,
  parserOf,
  toUsage,
} from './dialect.ts'
import type { GeneratedDelta, Generation, GuidedDecoding, PreparedRequest } from './generate.ts'
import { loadArguments, toTemplateMessages } from './history.ts'
import { Refusal } from './refusal.ts'
import type { FakeRequest, FakeUpstreamOptions } from './types.ts'

/** SGLang's OpenAI server. */
export function createSglang(options: FakeUpstreamOptions): Dialect {
  const { version = '0.5.6', model = 'qwen3-coder', maxModelLength = 32_768 } = options

  function prepare(request: FakeRequest): PreparedRequest {
    const isUsed = hasTools(request) && request.tool_choice !== 'none'
    if (!hasTools(request) && isForced(request.tool_choice)) {
      throw new Refusal(400, 'Tools cannot be empty if tool choice is set to required.')
    }
    for (const [place, tool] of (request.tools ?? []).entries()) checkSchema(tool.function, place)
    const prompt = render(request, isUsed)
    const promptTokens = toTokens(prompt).length
    if (promptTokens >= maxModelLength) {
      throw new Refusal(
        400,
        `The input (${promptTokens} tokens) is longer than the model's context length (${maxModelLength} tokens).`,
      )
    }
    const parser = isUsed ? parserOf(options) : undefined
    // With tools the model's special tokens always stay in the text.
    if (isUsed) request.skip_special_tokens = false
    return { prompt, parser, guided: readGuided(request, isUsed, parser !== undefined) }
  }

  function render(request: FakeRequest, isUsed: boolean): string {
    const continues = request.continue_final_message === true && request.messages.at(-1)?.role === 'assistant'
    const status = options.historyErrorStatus ?? 400
    try {
      // The last message is put behind the beginning of the model's turn.
      const messages = continues ? request.messages.slice(0, -1) : request.messages
      const prompt = renderChatTemplate(
        {
          messages: toTemplateMessages(messages, (value) => loadArguments(value, status)),
          // Bare functions, without the wrapper that says they are functions.
          tools: isUsed ? request.tools!.map((tool) => tool.function ?? tool) : undefined,
          addGenerationPrompt: true,
          continueFinalMessage: false,
          enableThinking: request.chat_template_kwargs?.['enable_thinking'] as boolean | undefined,
        },
        describeTemplate(options),
      )
      return continues ? prompt + String(request.messages.at(-1)!.content) : prompt
    } catch (error) {
      if (error instanceof TemplateError) throw new Refusal(400, error.message)
      throw error
    }
  }

  function readGuided(request: FakeRequest, isUsed: boolean, hasParser: boolean): GuidedDecoding | undefined {
    if (isUsed && isForced(request.tool_choice)) {
      // Without a parser the list comes back as text.
      return { shape: 'calls', asCalls: hasParser }
    }
    const format = request.response_format
    if (format?.['type'] !== 'json_schema') return undefined
    const { schema } = format['json_schema'] as { schema?: { type?: unknown } }
    return { shape: schema?.type === 'array' ? 'calls' : 'arguments', asCalls: false }
  }

  return {
    prepare,
    errorBody: (status, message) => ({
      object: 'error',
      message,
      type: status < 500 ? 'BadRequest' : 'InternalServerError',
      param: null,
      code: status,
    }),
    get(path) {
      if (path === '/health' || path === '/health_generate') return ''
      if (path === '/get_server_info' || path === '/server_info') {
        return { model_path: model, served_model_name: model, tool_call_parser: parserOf(options) ?? null, version }
      }
      if (path === '/get_model_info' || path === '/model_info') return { model_path: model, is_generation: true }
      if (path !== '/v1/models') return undefined
      const card = { id: model, object: 'model', created: 1_760_000_000, owned_by: 'sglang', root: model, parent: null }
      return { object: 'list', data: [{ ...card, max_model_len: maxModelLength }] }
    },
    post: () => undefined,
    completion: toCompletion,
    stream: toStream,
  }
}

function isForced(choice: unknown): boolean {
  return choice === 'required' || (typeof choice === 'object' && choice !== null)
}

function checkSchema(tool: Record<string, unknown> | undefined, place: number): void {
  const parameters = tool?.['parameters']
  if (parameters === undefined || parameters === null) return
  const isSchema = typeof parameters === 'object' && !Array.isArray(parameters)
  if (!isSchema) throw new Refusal(400, `Tool ${place} function has invalid 'parameters' schema`)
}

function createId(): string {
  return `call_${randomBytes(12).toString('hex')}`
}

function toCompletion(generations: Generation[], request: FakeRequest): object {
  const choices = generations.map((generation, index) => {
    const calls = foldCalls(generation.deltas, createId)
    const text = joinText(generation.deltas, 'content')
    return {
      index,
      message: {
        role: 'assistant',
        content: text === '' && calls.length > 0 ? null : text,
        reasoning_content: joinText(generation.deltas, 'reasoning') || null,
        tool_calls: calls.length > 0 ? calls.map((call, place) => ({ ...call, index: place })) : null,
      },
      logprobs: null,
      finish_reason: finishOf(generation),
      matched_stop: matchedStop(generation),
    }
  })
  return {
    id: randomBytes(16).toString('hex'),
    object: 'chat.completion',
    created: 1_760_000_000,
    model: request.model,
    choices,
    usage: { ...toUsage(generations), prompt_tokens_details: null, reasoning_tokens: 0 },
    metadata: { weight_version: 'default' },
  }
}

function finishOf({ hasCalls, finishReason }: Generation): string {
  return hasCalls && finishReason === 'stop' ? 'tool_calls' : finishReason
}

function matchedStop({ finishReason, stopReason }: Generation): string | number | null {
  return finishReason === 'stop' ? (stopReason ?? 151_645) : null
}

function* toStream(generations: Generation[], request: FakeRequest): Generator<object> {
  const envelope = {
    id: randomBytes(16).toString('hex'),
    object: 'chat.completion.chunk',
    created: 1_760_000_000,
    model: request.model,
  }
  // Every field is there, as null where it says nothing.
  const toChunk = (index: number, delta: object, finish: string | null, matched: unknown = null): object => ({
    ...envelope,
    choices: [
      {
        index,
        delta: { role: null, content: null, reasoning_content: null, tool_calls: null, ...delta },
        logprobs: null,
        finish_reason: finish,
        matched_stop: matched,
      },
    ],
    usage: null,
  })
  for (const index of generations.keys()) yield toChunk(index, { role: 'assistant', content: '' }, null)
  for (const [, index, delta] of interleave(generations)) yield toChunk(index, toDelta(delta), null)
  for (const [index, generation] of generations.entries()) {
    yield toChunk(index, {}, finishOf(generation), matchedStop(generation))
  }
  if (request.stream_options?.include_usage !== true) return
  yield { ...envelope, choices: [], usage: { ...toUsage(generations), prompt_tokens_details: null } }
}

function toDelta(delta: GeneratedDelta): object {
  if (delta.kind === 'content') return { content: delta.text }
  if (delta.kind === 'reasoning') return { reasoning_content: delta.text }
  const { index } = delta
  return delta.kind === 'call-start'
    ? { tool_calls: [{ id: createId(), index, type: 'function', function: { name: delta.name, arguments: '' } }] }
    : { tool_calls: [{ id: null, index, type: 'function', function: { name: null, arguments: delta.text } }] }
}
