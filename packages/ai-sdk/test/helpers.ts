import type { ChatTool } from '@tooldelta/core'
import { wrapLanguageModel } from 'ai'
import { expect } from 'vitest'
import { toolCallMiddleware, type ToolCallMiddlewareOptions } from '../src/index.ts'
import { AnswerReader } from '../src/answer.ts'
import { prepareCall } from '../src/prepare-call.ts'
import type {
  CallParams,
  CallTool,
  ContentPart,
  FinishReason,
  GenerateResult,
  Model,
  StreamPart,
} from '../src/specification.ts'

type Version = 'v2' | 'v3'

/** What a scripted model answers to one call. */
export interface ScriptedAnswer {
  chunks: readonly string[]
  finishReason?: string
}

/** A provider that only writes text, and remembers what it was called with. */
export interface ScriptedModel extends Model {
  readonly calls: CallParams[]
}

/** Usage as each version writes it. */
export function usageOf(version: Version): object {
  if (version === 'v2') return { inputTokens: 3, outputTokens: 7, totalTokens: 10 }
  return {
    inputTokens: { total: 3, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
    outputTokens: { total: 7, text: undefined, reasoning: undefined },
  }
}

export function reasonOf(word: string, version: Version = 'v3'): FinishReason {
  return version === 'v2' ? word : { unified: word, raw: `raw-${word}` }
}

/** The parts of a plain text answer, as providers stream them. */
export function textParts({ chunks, finishReason = 'stop' }: ScriptedAnswer, version: Version = 'v3'): StreamPart[] {
  return [
    { type: 'stream-start', warnings: [] },
    { type: 'text-start', id: '0' },
    ...chunks.map((delta) => ({ type: 'text-delta', id: '0', delta })),
    { type: 'text-end', id: '0' },
    { type: 'finish', finishReason: reasonOf(finishReason, version), usage: usageOf(version) },
  ]
}

/** A model that streams the given parts, one list for each call, and gives the folded text where it does not stream. */
export function createModel(answers: readonly StreamPart[][], version: Version = 'v3'): ScriptedModel {
  const calls: CallParams[] = []
  function next(params: CallParams): StreamPart[] {
    const parts = answers[calls.length]
    calls.push(params)
    if (parts === undefined) throw new Error('the model was called too often')
    return parts
  }
  const model = {
    specificationVersion: version,
    provider: 'scripted',
    modelId: 'text-only',
    supportedUrls: {},
    calls,
    doStream: (params: CallParams) => Promise.resolve({ stream: streamOf(next(params)), request: { body: 'asked' } }),
    doGenerate: (params: CallParams) => Promise.resolve(foldText(next(params))),
  }
  return model
}

function streamOf(parts: readonly StreamPart[]): ReadableStream<StreamPart> {
  return new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(part)
      controller.close()
    },
  })
}

function foldText(parts: readonly StreamPart[]): GenerateResult {
  const text = parts.map((part) => (part.type === 'text-delta' ? part.delta : '')).join('')
  const finish = parts.find(({ type }) => type === 'finish')!
  const { finishReason, usage } = finish
  return { content: [{ type: 'text', text }], finishReason: finishReason!, usage, warnings: [] }
}

/** The model behind the middleware. */
export function wrap(model: Model, options: ToolCallMiddlewareOptions): Model {
  const wrapped = wrapLanguageModel({ model: model as never, middleware: toolCallMiddleware(options) })
  return wrapped as unknown as Model
}

export function toCallTools(tools: readonly ChatTool[] | undefined): CallTool[] | undefined {
  return tools?.map(({ function: { name, description, parameters } }) => ({
    type: 'function',
    name,
    description,
    inputSchema: parameters,
  }))
}

const question: CallParams['prompt'] = [{ role: 'user', content: [{ type: 'text', text: 'Please.' }] }]

export function callOf(more: Partial<CallParams> = {}): CallParams {
  return { prompt: question, ...more }
}

/** What one text becomes. */
export interface Run extends ScriptedAnswer {
  options: ToolCallMiddlewareOptions
  tools?: readonly ChatTool[] | undefined
}

/** Mode `template`, so that every format can be read. Ids are counted, so that they are the same for every cut. */
export function withCountedIds(options: ToolCallMiddlewareOptions): ToolCallMiddlewareOptions {
  return { mode: 'template', createCallId: (index) => `call-${index}`, ...options }
}

export async function streamRun({ options, tools, ...answer }: Run): Promise<StreamPart[]> {
  const model = wrap(createModel([textParts(answer)]), withCountedIds(options))
  const params = callOf(tools === undefined ? {} : { tools: toCallTools(tools) })
  return readAll((await model.doStream(params)).stream)
}

/** The same without streams around it, for the many cuts of a text. */
export function createCutReader({
  options,
  tools,
  finishReason,
}: Omit<Run, 'chunks'>): (chunks: readonly string[]) => StreamPart[] {
  const settings = withCountedIds(options)
  const prepared = prepareCall(callOf(tools === undefined ? {} : { tools: toCallTools(tools)! }), settings)
  return (chunks) => {
    const reader = new AnswerReader({ ...prepared, options: settings })
    const parts = textParts(finishReason === undefined ? { chunks } : { chunks, finishReason })
    return [...parts.flatMap((part) => reader.read(part)), ...reader.end()]
  }
}

export async function generateRun({ options, tools, ...answer }: Run): Promise<GenerateResult> {
  const model = wrap(createModel([textParts(answer)]), withCountedIds(options))
  return model.doGenerate(callOf(tools === undefined ? {} : { tools: toCallTools(tools) }))
}

export async function readAll(stream: ReadableStream<StreamPart>): Promise<StreamPart[]> {
  const parts: StreamPart[] = []
  for await (const part of stream as unknown as AsyncIterable<StreamPart>) parts.push(part)
  return parts
}

/** Joins neighbouring deltas, so that parts of different cuts can be compared. */
export function mergeParts(parts: readonly StreamPart[]): StreamPart[] {
  const merged: StreamPart[] = []
  for (const part of parts) {
    const last = merged.at(-1)
    if (part.delta !== undefined && last?.type === part.type && last.id === part.id) {
      merged[merged.length - 1] = { ...last, delta: last.delta! + part.delta }
    } else merged.push(part)
  }
  return merged
}

/** The content of a whole answer, from the parts of its stream: written again here, so that it checks the package's own fold. */
export function contentOf(parts: readonly StreamPart[]): ContentPart[] {
  return mergeParts(parts).flatMap((part): ContentPart[] => {
    if (part.type === 'text-delta') return [{ type: 'text', text: part.delta! }]
    if (part.type === 'reasoning-delta') return [{ type: 'reasoning', text: part.delta! }]
    return part.type === 'tool-call' ? [part as ContentPart] : []
  })
}

/** The laws of a stream: blocks open before they are written to, close once, and no id is used twice; a call's input is what was streamed. */
export function checkParts(parts: readonly StreamPart[]): void {
  const open = new Map<string, string>()
  const used = new Set<string>()
  const inputs = new Map<string, string>()
  for (const part of parts) {
    const [, kind, step] = /^(text|reasoning|tool-input)-(start|delta|end)$/.exec(part.type) ?? []
    if (kind === undefined) {
      if (part.type === 'tool-call') expect(part.input).toBe(inputs.get(part.toolCallId!))
      continue
    }
    const key = `${kind} ${part.id}`
    if (step === 'start') {
      expect(used, `${key} begins twice`).not.toContain(key)
      used.add(key)
      open.set(key, kind)
      if (kind === 'tool-input') inputs.set(part.id!, '')
      continue
    }
    expect(open.has(key), `${part.type} of ${part.id}, which is not open`).toBe(true)
    if (step === 'end') open.delete(key)
    else {
      expect(part.delta, 'an empty delta').not.toBe('')
      if (kind === 'tool-input') inputs.set(part.id!, inputs.get(part.id!)! + part.delta!)
    }
  }
  expect([...open.keys()], 'blocks that were not closed').toEqual([])
  expect(parts.filter(({ type }) => type === 'finish')).toHaveLength(1)
  expect(parts.at(-1)!.type).toBe('finish')
}
