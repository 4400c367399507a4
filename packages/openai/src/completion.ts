import { createToolCallParser, foldEvents, type ParsedMessage, type ParserEvent } from '@tooldelta/core'
import { renameReasoning } from './delivery/reasoning-names.ts'
import { MissingToolCallError, TruncatedToolCallError } from './errors.ts'
import { decideFinishReason, isRegularEnd } from './finish-reason.ts'
import { toParserOptions, type TransformOptions } from './options.ts'
import type { ChatCompletion, ChatCompletionChoice, ChatCompletionMessage, UpstreamCompletion } from './wire.ts'

/**
 * Turns the raw text of a whole completion into tool calls: `message.content` becomes `content`, `reasoning_content` and `tool_calls`,
 * with the parser and the rules of the streamed form. Fields that tooldelta does not know stay. When there is nothing to change, the
 * given object itself comes back.
 *
 * A call that was cut off stays in `tool_calls` with its arguments as far as they came and `finish_reason: 'length'`; with
 * `deliver: 'when-complete'` it is left out.
 *
 * @throws MissingToolCallError when `requiresCall` is set and there is none
 * @throws TruncatedToolCallError when a call was cut off and `truncatedCalls` is `error`
 * @example
 * ```ts
 * const completion = transformCompletion(await response.json(), { format: 'hermes', tools: request.tools })
 * completion.choices?.[0]?.message?.tool_calls
 * ```
 */
export function transformCompletion(completion: UpstreamCompletion, options: TransformOptions): ChatCompletion {
  const given = completion as ChatCompletion
  if (!Array.isArray(given.choices)) return given
  const choices = given.choices.map((choice, place) => transformChoice(choice, choice.index ?? place, options))
  if (choices.every((choice, place) => choice === given.choices?.[place])) return given
  return { ...given, choices }
}

function transformChoice(choice: ChatCompletionChoice, index: number, options: TransformOptions): ChatCompletionChoice {
  const message = choice.message
  if (typeof message !== 'object' || message === null) return choice
  if (Array.isArray(message.tool_calls) && message.tool_calls.length > 0) {
    const status = isRegularEnd(choice.finish_reason || 'stop') ? 'complete' : 'truncated'
    for (const place of message.tool_calls.keys()) options.onCall?.({ choice: index, index: place, status })
    const renamed = renameReasoning(message, options.reasoningNames)
    return renamed === message ? choice : { ...choice, message: renamed }
  }

  const upstreamReasoning = readReasoning(message)
  const given = choice.finish_reason || 'stop'
  const parsed = parseContent(message, given, upstreamReasoning !== '', options)
  for (const diagnostic of parsed?.diagnostics ?? []) options.onDiagnostic?.(diagnostic, index)

  const calls = parsed?.toolCalls ?? []
  for (const [place, { status }] of calls.entries()) options.onCall?.({ choice: index, index: place, status })
  // Why the model ended is of no interest behind a call that ends the answer.
  const reason = parsed?.isCut === true ? 'stop' : given
  const truncatedCalls = calls.filter((call) => call.status === 'truncated').length
  if (truncatedCalls > 0 && options.truncatedCalls === 'error') throw new TruncatedToolCallError()
  if (options.requiresCall === true && calls.length === 0 && isRegularEnd(reason)) throw new MissingToolCallError()
  const finishReason = decideFinishReason(reason, { wholeCalls: calls.length - truncatedCalls, truncatedCalls })

  const changed: ChatCompletionMessage = { ...message }
  const sentCalls = calls.filter((call) => call.status !== 'truncated' || options.deliver !== 'when-complete')
  delete changed.tool_calls
  if (parsed !== undefined) changed.content = parsed.content ?? (sentCalls.length > 0 ? null : '')
  if (sentCalls.length > 0) {
    changed.tool_calls = sentCalls.map(({ id, type, function: called }) => ({ id, type, function: called }))
  }
  const reasoning = upstreamReasoning + (parsed?.reasoning ?? '')
  delete changed['reasoning']
  if (reasoning !== '') changed.reasoning_content = reasoning
  options.onAnswer?.({ choice: index, message: changed, finishReason, raw: parsed?.raw })

  const sent = renameReasoning(changed, options.reasoningNames)
  if (finishReason === choice.finish_reason && isSameMessage(message, sent)) return choice
  return { ...choice, message: sent, finish_reason: finishReason }
}

/** A message, and what is known about the text that it was read from. */
interface ParsedContent extends ParsedMessage {
  /** Whether the answer was ended at its first call. */
  isCut: boolean
  raw: string | undefined
}

function parseContent(
  { content }: ChatCompletionMessage,
  finishReason: string,
  upstreamReasons: boolean,
  options: TransformOptions,
): ParsedContent | undefined {
  if (typeof content !== 'string' || content === '') return undefined
  const parserOptions = toParserOptions(options)
  // An upstream that separates the reasoning itself never starts its content inside a thought.
  if (upstreamReasons && parserOptions.reasoning !== 'off') parserOptions.reasoning = 'tags'
  const parser = createToolCallParser(parserOptions)
  const text = (options.prefill ?? '') + content
  const events = [...parser.feed(text), ...parser.end(finishReason)]
  const end = options.singleCall === true ? events.findIndex(({ type }) => type === 'tool-call-end') : -1
  if (end < 0) return { ...fold(events, options), isCut: false, raw: text }
  const isWhole = events.slice(end + 1).every(({ type }) => type === 'diagnostic')
  return { ...fold(events.slice(0, end + 1), options), isCut: true, raw: isWhole ? text : undefined }
}

function fold(events: readonly ParserEvent[], { toolNames }: TransformOptions): ParsedMessage {
  const message = foldEvents(events)
  if (toolNames === undefined) return message
  const toolCalls = message.toolCalls.map((call) => {
    const name = toolNames.get(call.function.name)
    return name === undefined ? call : { ...call, function: { ...call.function, name } }
  })
  return { ...message, toolCalls }
}

function readReasoning(message: ChatCompletionMessage): string {
  for (const text of [message.reasoning_content, message['reasoning']])
    if (typeof text === 'string' && text) return text
  return ''
}

function isSameMessage(given: ChatCompletionMessage, changed: ChatCompletionMessage): boolean {
  const keys = Object.keys(given)
  return keys.length === Object.keys(changed).length && keys.every((key) => given[key] === changed[key])
}
