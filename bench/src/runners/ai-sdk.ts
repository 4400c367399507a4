import type { wrapLanguageModel } from 'ai'
import { findDifference, type CollectedMessage } from '../check.ts'
import type { BenchDocument } from '../documents.ts'
import { readProcessorTime } from '../processor-time.ts'
import { measureText, type FirstDelta, type PreparedScenario } from '../scenario.ts'

type Model = Parameters<typeof wrapLanguageModel>[0]['model']
type StreamResult = Awaited<ReturnType<Model['doStream']>>
type StreamPart = StreamResult['stream'] extends ReadableStream<infer Part> ? Part : never

/** A middleware of the AI SDK: ours, or `@ai-sdk-tool/parser`. */
export type MiddlewareName = 'ai-sdk' | 'ai-sdk-tool'

/** What one stream through a middleware gave. */
export interface MiddlewareRun {
  message: CollectedMessage
  /** Joined argument deltas of the first call. */
  deltas: string
  firstDelta: FirstDelta | undefined
}

/** A middleware through `wrapLanguageModel().doStream()`, with a model whose stream yields the chunks as text deltas. Ours must be exact. */
export async function prepareMiddleware(
  name: MiddlewareName,
  document: BenchDocument,
  chunks: readonly string[],
): Promise<PreparedScenario> {
  const first = await runMiddleware(name, document, chunks)
  const difference = findDifference(document, first.message)
  const input = first.message.calls[0]?.arguments ?? ''
  if (name === 'ai-sdk' && (difference !== undefined || first.deltas !== input)) {
    throw new Error(`${name}: wrong result, ${difference ?? 'the deltas differ from the input'}`)
  }
  const notes = [
    difference === undefined ? 'final input exact' : `final input not exact: ${difference}`,
    first.deltas === input ? 'joined deltas equal it' : 'joined deltas differ from it',
    ...(first.firstDelta === undefined ? ['no piece of the long argument was streamed'] : []),
  ]
  return {
    run: async () => (await runMiddleware(name, document, chunks)).deltas.length,
    ...measureText(chunks),
    ...(first.firstDelta === undefined ? {} : { firstDelta: first.firstDelta }),
    note: notes.join('; '),
  }
}

/** One stream through a middleware. */
export async function runMiddleware(
  name: MiddlewareName,
  document: Pick<BenchDocument, 'options' | 'value'>,
  chunks: readonly string[],
): Promise<MiddlewareRun> {
  const source = new ChunkSource(chunks, document.value?.start ?? 0)
  const model = createModel(source)
  const wrapped = await wrapModel(name, document.options, model)
  const { stream } = await wrapped.doStream(createCall(document))
  const run: MiddlewareRun = { message: { content: '', calls: [] }, deltas: '', firstDelta: undefined }
  const prefixLength = document.value?.prefixLength ?? 0
  for await (const part of stream as unknown as AsyncIterable<StreamPart>) {
    if (part.type === 'text-delta') run.message.content += part.delta
    else if (part.type === 'tool-call') run.message.calls.push({ name: part.toolName, arguments: part.input })
    else if (part.type === 'tool-input-delta') {
      run.deltas += part.delta
      if (run.deltas.length > prefixLength) run.firstDelta ??= source.sinceValue()
    }
  }
  return run
}

/** Hands chunks out one by one and knows how many characters are out. */
class ChunkSource {
  private readonly chunks: readonly string[]
  private readonly valueStart: number
  private next = 0
  private fed = 0
  private startedAt = 0

  constructor(chunks: readonly string[], valueStart: number) {
    this.chunks = chunks
    this.valueStart = valueStart
  }

  take(): string | undefined {
    const chunk = this.chunks[this.next]
    if (chunk === undefined) return undefined
    this.next += 1
    this.fed += chunk.length
    if (this.fed > this.valueStart && this.startedAt === 0) this.startedAt = readProcessorTime()
    return chunk
  }

  sinceValue(): FirstDelta {
    return { chars: this.fed - this.valueStart, microseconds: (readProcessorTime() - this.startedAt) / 1000 }
  }
}

function createModel(source: ChunkSource): Model {
  const tokens = {
    total: 1,
    noCache: undefined,
    cacheRead: undefined,
    cacheWrite: undefined,
    text: undefined,
    reasoning: undefined,
  }
  const head: StreamPart[] = [
    { type: 'stream-start', warnings: [] },
    { type: 'text-start', id: '0' },
  ]
  const tail: StreamPart[] = [
    { type: 'text-end', id: '0' },
    {
      type: 'finish',
      finishReason: { unified: 'stop', raw: 'stop' },
      usage: { inputTokens: tokens, outputTokens: tokens },
    },
  ]
  const stream = new ReadableStream<StreamPart>({
    start(controller) {
      for (const part of head) controller.enqueue(part)
    },
    pull(controller) {
      const delta = source.take()
      if (delta !== undefined) return controller.enqueue({ type: 'text-delta', id: '0', delta })
      for (const part of tail) controller.enqueue(part)
      controller.close()
    },
  })
  return {
    specificationVersion: 'v3',
    provider: 'bench',
    modelId: 'bench',
    supportedUrls: {},
    doGenerate: () => Promise.reject(new Error('only streams are measured')),
    doStream: () => Promise.resolve({ stream }),
  } as Model
}

/** Loaded only here: the rows of other packages need not wait for it. */
async function wrapModel(name: MiddlewareName, options: BenchDocument['options'], model: Model): Promise<Model> {
  const { wrapLanguageModel } = await import('ai')
  const middleware = await (name === 'ai-sdk' ? loadOurs(options) : loadPeer(options))
  return wrapLanguageModel({ model, middleware }) as Model
}

type Middleware = Parameters<typeof wrapLanguageModel>[0]['middleware']

async function loadOurs({ format, reasoning }: BenchDocument['options']): Promise<Middleware> {
  const { toolCallMiddleware } = await import('@tooldelta/ai-sdk')
  return toolCallMiddleware({ format, reasoning })
}

async function loadPeer({ format }: BenchDocument['options']): Promise<Middleware> {
  const { hermesToolMiddleware, qwen3CoderToolMiddleware } = await import('@ai-sdk-tool/parser')
  return format === 'hermes' ? hermesToolMiddleware : qwen3CoderToolMiddleware
}

function createCall(document: Pick<BenchDocument, 'options'>): Parameters<Model['doStream']>[0] {
  const tools = (document.options.tools ?? []).map(({ function: { name, parameters } }) => ({
    type: 'function' as const,
    name,
    inputSchema: parameters as { type: 'object' },
  }))
  return { prompt: [{ role: 'user', content: [{ type: 'text', text: 'Write the file.' }] }], tools }
}
