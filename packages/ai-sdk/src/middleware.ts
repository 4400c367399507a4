import { createToolCallParser } from '@tooldelta/core'
import { prepareRequest } from '@tooldelta/openai'
import type { LanguageModelMiddleware } from 'ai'
import { AnswerReader, type AnswerSettings } from './answer.ts'
import { readResult } from './generate.ts'
import type { ToolCallMiddlewareOptions } from './options.ts'
import { prepareCall, toRequestOptions } from './prepare-call.ts'
import type { CallParams, GenerateResult, Model, StreamPart, StreamResult } from './specification.ts'

/** What the AI SDK gives the middleware. */
interface Wrapped {
  params: CallParams
  model: Model
}

const allowed = {
  mode: ['prompt', 'template'],
  toolChoice: ['instruction', 'json'],
  upstreamToolChoice: ['none', 'auto'],
  deliver: ['stream', 'when-complete'],
  parallelToolCalls: [true, false],
} as const satisfies Partial<Record<keyof ToolCallMiddlewareOptions, readonly unknown[]>>

/**
 * Gives a language model of the AI SDK tool calls that its provider has not: tools, calls and results go into the prompt, and the calls
 * that the model writes into its text come out as tool-call parts. Their input streams as the model writes it.
 *
 * The type is that of the installed `ai`: a `LanguageModelV3Middleware` for version 6, a `LanguageModelV2Middleware` for version 5.
 *
 * @throws TypeError for wrong options, an unknown format (it names the nearest), and mode `prompt` with a format whose prompt tooldelta
 *   cannot write
 * @example
 * ```ts
 * import { wrapLanguageModel } from 'ai'
 *
 * const model = wrapLanguageModel({ model: provider('qwen3-coder'), middleware: toolCallMiddleware({ format: 'qwen3_coder' }) })
 * ```
 */
export function toolCallMiddleware(options: ToolCallMiddlewareOptions): LanguageModelMiddleware {
  checkOptions(options)
  const middleware = {
    specificationVersion: 'v3',
    async wrapGenerate({ params, model }: Wrapped): Promise<GenerateResult> {
      const { params: prepared, ...settings } = prepareCall(params, options)
      return readResult(await model.doGenerate(prepared), { ...settings, options })
    },
    async wrapStream({ params, model }: Wrapped): Promise<StreamResult> {
      const { params: prepared, ...settings } = prepareCall(params, options)
      const { stream, ...result } = await model.doStream(prepared)
      return { ...result, stream: stream.pipeThrough(createReaderStream({ ...settings, options })) }
    },
  }
  // Every version of the specification has these members; only their types differ.
  return middleware as unknown as LanguageModelMiddleware
}

function createReaderStream(settings: AnswerSettings): TransformStream<StreamPart, StreamPart> {
  const reader = new AnswerReader(settings)
  return new TransformStream({
    transform(part, controller) {
      for (const one of reader.read(part)) controller.enqueue(one)
    },
    flush(controller) {
      for (const one of reader.end()) controller.enqueue(one)
    },
  })
}

function checkOptions(options: ToolCallMiddlewareOptions): void {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError("toolCallMiddleware needs options such as { format: 'qwen3_coder' }.")
  }
  for (const [name, values] of Object.entries(allowed)) {
    const value = options[name as keyof typeof allowed]
    if (value === undefined || (values as readonly unknown[]).includes(value)) continue
    throw new TypeError(`Unknown ${name} '${String(value)}'. Use one of ${values.join(', ')}.`)
  }
  prepareRequest({ messages: [] }, toRequestOptions(options))
  createToolCallParser({ ...options, tools: [] })
}
