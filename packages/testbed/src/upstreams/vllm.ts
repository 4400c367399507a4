import { randomUUID } from 'node:crypto'
import { renderChatTemplate, TemplateError, toTokens } from './chat-template.ts'
import {
  describeTemplate,
  type Dialect,
  foldCalls,
  hasTools,
  interleave,
  isSet,
  joinText,
  parserOf,
  toUsage,
} from './dialect.ts'
import type { GeneratedDelta, Generation, GuidedDecoding, PreparedRequest } from './generate.ts'
import { loadArguments, toTemplateMessages } from './history.ts'
import { PythonJsonError, pythonJsonLoads } from './python-json.ts'
import { Refusal } from './refusal.ts'
import type { FakeRequest, FakeUpstreamOptions } from './types.ts'

const typical = { 'vllm-old': '0.10.2', 'vllm-new': '0.28.0' }
const needsFlags = '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'

/** vLLM's OpenAI server, as its versions differ. */
export function createVllm(options: FakeUpstreamOptions): Dialect {
  const version = options.version ?? typical[options.kind as keyof typeof typical]
  const isAtLeast = (minor: number): boolean => compareMinor(version, minor)
  const model = options.model ?? 'qwen3-coder'
  const maxModelLength = options.maxModelLength ?? 32_768

  function prepare(request: FakeRequest): PreparedRequest {
    checkFields(request)
    checkToolChoice(request)
    const prompt = render(request)
    const promptTokens = toTokens(prompt).length
    if (promptTokens >= maxModelLength) {
      throw new Refusal(
        400,
        `This model's maximum context length is ${maxModelLength} tokens. However, your request has ${promptTokens} input tokens. Please reduce the length of the input messages.`,
      )
    }
    const guided = readGuided(request)
    // An explicit null takes the tools and leaves the answer alone, as none does.
    const isRaw = request.tool_choice === 'none' || request.tool_choice === null
    const isParsed = hasTools(request) && !isRaw && guided === undefined
    return { prompt, parser: isParsed ? parserOf(options) : undefined, guided }
  }

  function checkFields(request: FakeRequest): void {
    if (request.stream !== true && isSet(request.stream_options)) {
      throw new Refusal(400, 'Stream options can only be defined when `stream=True`.')
    }
    if (request.continue_final_message === true && request.add_generation_prompt !== false) {
      throw new Refusal(400, 'Cannot set both `continue_final_message` and `add_generation_prompt` to True.')
    }
    if (request['chat_template'] !== undefined) {
      throw new Refusal(
        400,
        'Chat template is passed with request, but --trust-request-chat-template is not set. Refused request with untrusted chat template.',
      )
    }
    const { type } = request.response_format ?? {}
    if (type === 'structural_tag' && !isStructuralTag(request.response_format!)) {
      throw new Refusal(400, 'Invalid response_format structural_tag specification.')
    }
  }

  function checkToolChoice(request: FakeRequest): void {
    const { tool_choice: choice, tools } = request
    if (Array.isArray(tools) && tools.length === 0 && isAtLeast(12)) {
      throw new Refusal(400, '`tools` must not be an empty array. Either provide at least one tool or omit the field.')
    }
    if (!hasTools(request)) {
      if (isSet(choice) && choice !== 'none' && !(Array.isArray(tools) && choice === 'required')) {
        throw new Refusal(400, 'When using `tool_choice`, `tools` must be set.')
      }
      return
    }
    if (choice === 'none' || choice === null) return
    const hasParser = parserOf(options) !== undefined
    if (choice === undefined || choice === 'auto') {
      if (!hasParser) throw new Refusal(400, needsFlags)
      return
    }
    if (choice === 'required') {
      if (!hasParser && isAtLeast(12)) {
        throw new Refusal(400, 'tool_choice="required" requires --tool-call-parser to be set')
      }
      return
    }
    const name = (choice as { function?: { name?: unknown } }).function?.name
    const isKnown = request.tools!.some((tool) => tool.function?.['name'] === name)
    if (!isKnown)
      throw new Refusal(400, `The tool specified in \`tool_choice\` does not match any of the specified \`tools\``)
    if (!hasParser && isAtLeast(12)) {
      throw new Refusal(400, `tool_choice=function ${JSON.stringify(name)} requires --tool-call-parser to be set`)
    }
  }

  function readGuided(request: FakeRequest): GuidedDecoding | undefined {
    const { tool_choice: choice } = request
    if (hasTools(request) && choice === 'required') return { shape: 'calls', asCalls: true }
    if (hasTools(request) && typeof choice === 'object' && choice !== null) {
      const { function: named } = choice as { function: { name: string } }
      return { shape: 'arguments', asCalls: true, name: named.name }
    }
    const schema = readSchema(request, isAtLeast(12))
    return schema === undefined
      ? undefined
      : { shape: schema['type'] === 'array' ? 'calls' : 'arguments', asCalls: false }
  }

  function render(request: FakeRequest): string {
    const isExcluded = options.excludesToolsWhenNone ?? !isAtLeast(10)
    const tools = request.tool_choice === 'none' && isExcluded ? undefined : (request.tools ?? undefined)
    const continues = request.continue_final_message === true
    try {
      const prompt = renderChatTemplate(
        {
          messages: toTemplateMessages(request.messages, readArguments),
          // A missing description becomes None on the way through vLLM's own classes.
          tools: tools?.map((tool) => ({ ...tool, function: { description: null, ...tool.function } })),
          addGenerationPrompt: request.add_generation_prompt ?? true,
          continueFinalMessage: continues,
          enableThinking: request.chat_template_kwargs?.['enable_thinking'] as boolean | undefined,
        },
        describeTemplate(options),
      )
      return continues && !isAtLeast(12) ? prompt.trimEnd() : prompt
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error
      throw new Refusal(error.message.includes('mapping') ? 500 : 400, error.message)
    }
  }

  function readArguments(value: unknown): unknown {
    const status = options.historyErrorStatus ?? 400
    if ((value === undefined || value === null || value === '') && isAtLeast(11)) return {}
    if (typeof value === 'object' && value !== null && isAtLeast(12)) return value
    if (!isAtLeast(30)) return loadArguments(value, status)
    try {
      const read = pythonJsonLoads(String(value))
      return typeof read === 'object' && read !== null && !Array.isArray(read) ? read : {}
    } catch (error) {
      if (error instanceof PythonJsonError) return {}
      throw error
    }
  }

  return {
    prepare,
    errorBody(status, message) {
      const type = status === 404 ? 'NotFoundError' : status < 500 ? 'BadRequestError' : 'InternalServerError'
      const error = { message, type, param: null, code: status }
      return isAtLeast(10) ? { error } : { object: 'error', ...error }
    },
    get(path) {
      if (path === '/health' || path === '/ping') return ''
      if (path === '/version') return { version }
      if (path !== '/v1/models') return undefined
      const card = { id: model, object: 'model', created: 1_760_000_000, owned_by: 'vllm', root: model, parent: null }
      return { object: 'list', data: [{ ...card, max_model_len: maxModelLength, permission: [] }] }
    },
    post(path, body) {
      if (path !== '/tokenize') return undefined
      const request = body as FakeRequest & { prompt?: string; return_token_strs?: boolean }
      const text = request.prompt ?? render({ ...request, tool_choice: undefined })
      const tokens = toTokens(text)
      return {
        count: tokens.length,
        max_model_len: maxModelLength,
        tokens: tokens.map((_, place) => place),
        token_strs: request.return_token_strs === true ? tokens : null,
      }
    },
    completion: (generations, request) => toCompletion(generations, request, isAtLeast(12)),
    stream: (generations, request) => toStream(generations, request, isAtLeast(12)),
  }
}

function compareMinor(version: string, minor: number): boolean {
  const [major = 0, actual = 0] = version.split('.').map(Number)
  return major > 0 || actual >= minor
}

function isStructuralTag(format: Record<string, unknown>): boolean {
  return (
    typeof format['format'] === 'object' || (Array.isArray(format['structures']) && Array.isArray(format['triggers']))
  )
}

/** The JSON schema that guided decoding follows; `guided_json` went with 0.12. */
function readSchema(request: FakeRequest, isNew: boolean): Record<string, unknown> | undefined {
  const { response_format: format, structured_outputs: outputs } = request
  const schema =
    format?.['type'] === 'json_schema'
      ? (format['json_schema'] as { schema?: unknown }).schema
      : (outputs?.['json'] ?? (isNew ? undefined : request['guided_json']))
  return typeof schema === 'string' ? (JSON.parse(schema) as Record<string, unknown>) : (schema as never)
}

function toCompletion(generations: Generation[], request: FakeRequest, isNew: boolean): object {
  const choices = generations.map((generation, index) => {
    const text = joinText(generation.deltas, 'content')
    const reasoning = joinText(generation.deltas, 'reasoning') || null
    const calls = foldCalls(generation.deltas, createCallId)
    const isCall = calls.length > 0
    const message = {
      role: 'assistant',
      content: text === '' && isCall ? null : text,
      refusal: null,
      annotations: null,
      audio: null,
      function_call: null,
      tool_calls: calls,
      [isNew ? 'reasoning' : 'reasoning_content']: reasoning,
    }
    return {
      index,
      message,
      logprobs: null,
      finish_reason: finishOf(generation, request),
      stop_reason: generation.stopReason,
    }
  })
  return {
    id: `chatcmpl-${randomUUID().replaceAll('-', '')}`,
    object: 'chat.completion',
    created: 1_760_000_000,
    model: request.model,
    choices,
    service_tier: null,
    system_fingerprint: null,
    usage: { ...toUsage(generations), prompt_tokens_details: null },
    prompt_logprobs: null,
    kv_transfer_params: null,
  }
}

function* toStream(generations: Generation[], request: FakeRequest, isNew: boolean): Generator<object> {
  const envelope = {
    id: `chatcmpl-${randomUUID().replaceAll('-', '')}`,
    object: 'chat.completion.chunk',
    created: 1_760_000_000,
    model: request.model,
  }
  const more = isNew ? { token_ids: null } : {}
  const toChunk = (index: number, delta: object, finish: string | null, rest: object = {}): object => ({
    ...envelope,
    choices: [{ index, delta, logprobs: null, finish_reason: finish, ...rest, ...more }],
  })
  for (const index of generations.keys()) {
    const chunk = toChunk(index, { role: 'assistant', content: '' }, null)
    yield isNew ? { ...chunk, prompt_token_ids: null } : chunk
  }
  const toDelta = (delta: GeneratedDelta): object => {
    if (delta.kind === 'content') return { content: delta.text }
    if (delta.kind === 'reasoning') return { [isNew ? 'reasoning' : 'reasoning_content']: delta.text }
    if (delta.kind === 'call-arguments') {
      return { tool_calls: [{ index: delta.index, function: { arguments: delta.text } }] }
    }
    return {
      tool_calls: [
        { id: createCallId(), type: 'function', index: delta.index, function: { name: delta.name, arguments: '' } },
      ],
    }
  }
  for (const [place, index, delta] of interleave(generations)) {
    const generation = generations[index]!
    const isLast = place === generation.deltas.length - 1
    // The last text and the reason of the end share a chunk.
    yield isLast
      ? toChunk(index, toDelta(delta), finishOf(generation, request), { stop_reason: generation.stopReason })
      : toChunk(index, toDelta(delta), null)
  }
  for (const [index, generation] of generations.entries()) {
    if (generation.deltas.length > 0) continue
    yield toChunk(index, { content: '' }, finishOf(generation, request), { stop_reason: generation.stopReason })
  }
  if (request.stream_options?.include_usage === true) yield { ...envelope, choices: [], usage: toUsage(generations) }
}

function createCallId(): string {
  return `chatcmpl-tool-${randomUUID().replaceAll('-', '')}`
}

/** vLLM says `tool_calls` whenever a call was sent, even one that was cut off; with a named tool the engine's word stays. */
function finishOf({ hasCalls, finishReason }: Generation, { tool_choice: choice }: FakeRequest): string {
  return hasCalls && !(typeof choice === 'object' && choice !== null) ? 'tool_calls' : finishReason
}
