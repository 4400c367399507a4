import { createToolCallParser, parseToolCalls, type ChatTool, type ParserEvent } from '@tooldelta/core'
import { toTokens } from './chat-template.ts'
import type { FakeAnswer, FakeRequest, FakeUpstreamOptions } from './types.ts'

/** A request that the server takes, and what it does with the model's text. */
export interface PreparedRequest {
  prompt: string
  /** The format of the server's own parser, where it looks at this answer. */
  parser: string | undefined
  /** What guided decoding makes the model write. */
  guided?: GuidedDecoding | undefined
}

/**
 * Guided decoding of JSON. `calls`: a list of `{name, parameters}`; `arguments`: the arguments of one call. `asCalls`: the server turns
 * that into tool calls.
 */
export interface GuidedDecoding {
  shape: 'calls' | 'arguments'
  asCalls: boolean
  name?: string
}

/** One step of an answer. */
export type GeneratedDelta =
  | { kind: 'content'; text: string }
  | { kind: 'reasoning'; text: string }
  | { kind: 'call-start'; index: number; name: string }
  | { kind: 'call-arguments'; index: number; text: string }

/** An answer before it is put into the shape of a server. */
export interface Generation {
  deltas: GeneratedDelta[]
  /** The engine's own word. */
  finishReason: 'stop' | 'length'
  /** The stop string that ended it. */
  stopReason: string | null
  hasCalls: boolean
  promptTokens: number
  completionTokens: number
  hangAfter: number | undefined
  errorAfter: number | undefined
}

interface ModelText {
  pieces: string[]
  finishReason: 'stop' | 'length'
  stopReason: string | null
}

const endTokens = ['<|im_end|>', '<|endoftext|>']

/** Lets the model answer and the server's own parser, if it has one, read the text. */
export function generate(request: FakeRequest, prepared: PreparedRequest, options: FakeUpstreamOptions): Generation {
  const { prompt } = prepared
  const spoken = options.answer(prompt, request)
  const answer: FakeAnswer = typeof spoken === 'string' ? { text: spoken } : spoken
  const text = runModel(answer, request, prepared, options)
  const deltas = readDeltas(text, request, prepared, options)
  return {
    deltas,
    finishReason: text.finishReason,
    stopReason: text.stopReason,
    hasCalls: deltas.some(({ kind }) => kind === 'call-start'),
    promptTokens: toTokens(prompt).length,
    completionTokens: text.pieces.length,
    hangAfter: answer.hangAfter,
    errorAfter: answer.errorAfter,
  }
}

function runModel(
  answer: FakeAnswer,
  request: FakeRequest,
  { prompt, guided }: PreparedRequest,
  options: FakeUpstreamOptions,
): ModelText {
  let pieces = [...(answer.pieces ?? cutTokens(answer.text, options))]
  let finishReason = answer.finishReason ?? 'stop'
  if (guided !== undefined) pieces = toTokens(writeGuided(answer.text, guided, request, options))
  // The model goes on behind what the prompt has begun for it.
  else pieces = dropStart(pieces, readPrefill(prompt, answer.text))
  const limit = request.max_completion_tokens ?? request.max_tokens ?? Infinity
  if (pieces.length > limit) {
    pieces = pieces.slice(0, limit)
    finishReason = 'length'
  }
  const special = options.specialTokens ?? endTokens
  const removes = options.kind === 'llamacpp' || request.skip_special_tokens !== false
  if (removes) pieces = pieces.map((piece) => special.reduce((text, token) => text.replaceAll(token, ''), piece))
  return stopAt({ pieces, finishReason, stopReason: null }, request)
}

function cutTokens(text: string, { specialTokens = [] }: FakeUpstreamOptions): string[] {
  if (specialTokens.length === 0) return toTokens(text)
  const parts = text.split(new RegExp(`(${specialTokens.map(escapeExpression).join('|')})`, 'u'))
  return parts.flatMap((part) => (specialTokens.includes(part) ? [part] : toTokens(part)))
}

function escapeExpression(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}

/** What the prompt has begun of the answer: behind the last header, as far as the model's text says the same. */
function readPrefill(prompt: string, text: string): number {
  const header = '<|im_start|>assistant\n'
  const start = prompt.lastIndexOf(header)
  const begun = start === -1 ? '' : prompt.slice(start + header.length)
  return begun !== '' && !begun.includes('<|im_end|>') && text.startsWith(begun) ? begun.length : 0
}

function dropStart(pieces: string[], length: number): string[] {
  const left: string[] = []
  for (const piece of pieces) {
    if (length < piece.length) left.push(piece.slice(length))
    length = Math.max(0, length - piece.length)
  }
  return left
}

function stopAt(text: ModelText, { stop, include_stop_str_in_output: includes }: FakeRequest): ModelText {
  const stops = typeof stop === 'string' ? [stop] : (stop ?? [])
  const whole = text.pieces.join('')
  const found = stops
    .map((word) => ({ word, at: whole.indexOf(word) }))
    .filter(({ at }) => at !== -1)
    .toSorted((a, b) => a.at - b.at)[0]
  if (found === undefined) return text
  const end = found.at + (includes === true ? found.word.length : 0)
  const pieces: string[] = []
  let at = 0
  for (const piece of text.pieces) {
    if (at < end) pieces.push(piece.slice(0, end - at))
    at += piece.length
  }
  return { pieces, finishReason: 'stop', stopReason: found.word }
}

/** What the model would have written under a grammar: its calls, as JSON. */
function writeGuided(text: string, guided: GuidedDecoding, request: FakeRequest, options: FakeUpstreamOptions): string {
  const calls = readCalls(text, request, options)
  if (guided.shape === 'arguments') return calls[0]?.arguments ?? '{}'
  return `[${calls.map((call) => `{"name": ${JSON.stringify(call.name)}, "parameters": ${call.arguments}}`).join(', ')}]`
}

function readCalls(
  text: string,
  request: FakeRequest,
  { format = 'qwen3_coder' }: FakeUpstreamOptions,
): { name: string; arguments: string }[] {
  const tools = (request.tools ?? undefined) as ChatTool[] | undefined
  const { toolCalls } = parseToolCalls(text, { format, ...(tools !== undefined && { tools }) })
  return toolCalls.map((call) => call.function)
}

function readDeltas(
  { pieces, finishReason }: ModelText,
  request: FakeRequest,
  { parser, guided }: PreparedRequest,
  options: FakeUpstreamOptions,
): GeneratedDelta[] {
  if (guided?.asCalls === true) return toGuidedCalls(pieces, guided)
  const shown = pieces.filter((piece) => piece !== '')
  if (parser === undefined && options.reasoningParser !== true) {
    return shown.map((text) => ({ kind: 'content', text }))
  }
  const tools = parser === undefined ? [] : ((request.tools ?? []) as ChatTool[])
  const reasoning = options.reasoningParser === true ? (options.thinking === 'open' ? 'open' : 'tags') : 'off'
  const reader = createToolCallParser({ format: parser ?? options.format ?? 'qwen3_coder', tools, reasoning })
  const events = shown.flatMap((piece) => reader.feed(piece))
  return [...events, ...reader.end(finishReason)].flatMap(toDelta)
}

function toDelta(event: ParserEvent): GeneratedDelta[] {
  switch (event.type) {
    case 'content':
    case 'reasoning':
      return [{ kind: event.type, text: event.text }]
    case 'tool-call-start':
      return [{ kind: 'call-start', index: event.index, name: event.name }]
    case 'tool-call-arguments':
      return [{ kind: 'call-arguments', index: event.index, text: event.text }]
    default:
      return []
  }
}

function toGuidedCalls(pieces: string[], guided: GuidedDecoding): GeneratedDelta[] {
  if (guided.shape === 'arguments') {
    return [
      { kind: 'call-start', index: 0, name: guided.name ?? '' },
      ...pieces.map((text): GeneratedDelta => ({ kind: 'call-arguments', index: 0, text })),
    ]
  }
  // A server reads the list as it grows; what a cut has left of it is given as far as it is whole.
  const { toolCalls } = parseToolCalls(pieces.join(''), { format: 'required' })
  return toolCalls.flatMap(({ function: call }, index): GeneratedDelta[] => [
    { kind: 'call-start', index, name: call.name },
    ...toTokens(call.arguments).map((text): GeneratedDelta => ({ kind: 'call-arguments', index, text })),
  ])
}
