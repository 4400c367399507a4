import {
  prepareRequest,
  ToolDeltaError,
  type ChatCompletionRequest,
  type ChatTool,
  type ChunkTransformerOptions,
} from '@tooldelta/openai'
import type { ExchangeObserver } from './observer.ts'
import { toPrepareOptions, toTransformOptions, type ToolCallOptions } from './options.ts'
import { RequestBody } from './request-body.ts'

/** What is to be done with one request. */
export interface Exchange {
  /** The body to send: the given one itself when nothing in it changes. */
  body: RequestBody
  /** The format that the handler was made for. */
  format: ToolCallOptions['format']
  /** How to read the answer; absent when it goes on untouched. */
  answer?: ChunkTransformerOptions
  /** The client has asked for a stream. */
  isStream?: boolean
  /** How the upstream is asked again; absent when it is asked once. */
  again?: SecondAsk
  /** Set when the request is wrong: the error to answer with, without asking the upstream. */
  refusal?: ToolDeltaError
}

/** How the upstream is asked again when its answer is not good enough. */
export interface SecondAsk {
  requiredRetries: number
  validateArguments: boolean
  /** The tools as the client knows them. */
  tools: readonly ChatTool[]
  /** The same request with more messages at its end. */
  prepare(messages: readonly object[]): Exchange
}

/** Who asks, and who looks on. */
export interface ExchangeContext {
  /** Tells clients apart in the stores. */
  owner?: string | undefined
  observer?: ExchangeObserver | undefined
  /** What was left out of the request before it came here. */
  warnings?: readonly string[] | undefined
  /** The body, where it has been parsed already. */
  value?: object | undefined
}

/** Reads the body of a chat-completion request and prepares it for the upstream. */
export function prepareExchange(given: RequestBody, options: ToolCallOptions, context: ExchangeContext = {}): Exchange {
  const { format } = options
  const body = (context.value as ChatCompletionRequest | undefined) ?? readObject(given.text)
  // No JSON object: the upstream words the error.
  if (body === undefined) return { body: given, format }
  const isStream = body.stream === true
  try {
    const { request, parser, report } = prepareRequest(body, toPrepareOptions(options, context.owner))
    report.warnings.push(...(context.warnings ?? []))
    options.onRequest?.(report)
    context.observer?.onRequest?.(report, parser)
    const exchange: Exchange = { body: request === body ? given : given.patch(body, request), format, isStream }
    if (report.mode === 'passthrough') return exchange
    const includeUsage = body.stream_options?.include_usage === true
    exchange.answer = { ...parser, ...toTransformOptions(options), includeUsage }
    const { requiredRetries = 0, validateArguments = false } = options
    if (requiredRetries > 0 || validateArguments) {
      const prepare = (messages: readonly object[]): Exchange => prepareMore(given, body, messages, options, context)
      const tools = Array.isArray(body.tools) ? (body.tools as ChatTool[]) : []
      exchange.again = { requiredRetries, validateArguments, tools, prepare }
    }
    return exchange
  } catch (error) {
    if (error instanceof ToolDeltaError) return { body: given, format, refusal: error }
    throw error
  }
}

/** The request after an answer that was not good enough. It is asked once, and nobody is told of it. */
function prepareMore(
  given: RequestBody,
  body: ChatCompletionRequest,
  more: readonly object[],
  options: ToolCallOptions,
  { owner }: ExchangeContext,
): Exchange {
  const longer = { ...body, messages: [...(body.messages as unknown[]), ...more] }
  const once = { ...options, requiredRetries: 0, validateArguments: false, onRequest: undefined }
  return prepareExchange(given.patch(body, longer), once, { owner })
}

function readObject(text: string): ChatCompletionRequest | undefined {
  try {
    const body: unknown = JSON.parse(text)
    return typeof body === 'object' && body !== null && !Array.isArray(body)
      ? (body as ChatCompletionRequest)
      : undefined
  } catch {
    return undefined
  }
}
