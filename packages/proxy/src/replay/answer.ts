import { chunksOf, type RecordedChunk, type Recording } from './recording.ts'

/** What an answer is made for. */
export interface AnswerContext {
  /** The model that the request names. */
  model: string
  /** Number of the request, from 1; makes ids. */
  count: number
  /** Seconds since 1970. */
  created: number
  includeUsage: boolean
}

interface RecordedToolCall {
  index?: number
  id?: string | null
  type?: string
  function?: { name?: string | null; arguments?: string | null }
}

/** The chunk objects of a streamed answer, without `[DONE]`. */
export function createStreamChunks(recording: Recording, context: AnswerContext): object[] {
  const chunks = readChunks(recording, context)
  const isUsage = (chunk: RecordedChunk): boolean => chunk.choices.length === 0
  if (!context.includeUsage) return chunks.filter((chunk) => !isUsage(chunk))
  if (chunks.some((chunk) => isUsage(chunk) && chunk.usage)) return [...chunks]
  const { choices: _, ...envelope } = chunks[0] ?? { choices: [] }
  return [...chunks, { ...envelope, choices: [], usage: countUsage(chunks) }]
}

function readChunks(recording: Recording, context: AnswerContext): readonly RecordedChunk[] {
  if (recording.kind === 'text') return toChunks(recording, context)
  return recording.kind === 'stream' ? recording.chunks : chunksOf(recording.exchange)
}

/** vLLM's shape: the role alone, the pieces, the last of them in one chunk with the finish reason. */
function toChunks(recording: Recording & { kind: 'text' }, context: AnswerContext): RecordedChunk[] {
  const envelope = createEnvelope(recording, context, 'chat.completion.chunk')
  const toChunk = (delta: object, finishReason: string | null): RecordedChunk => ({
    ...envelope,
    choices: [{ index: 0, delta: { ...delta }, logprobs: null, finish_reason: finishReason }],
  })
  const pieces = recording.pieces.length === 0 ? [''] : recording.pieces
  return [
    toChunk({ role: 'assistant', content: '' }, null),
    ...pieces.map((content, place) =>
      toChunk({ content }, place === pieces.length - 1 ? recording.finishReason : null),
    ),
  ]
}

/** A whole completion. */
export function createCompletion(recording: Recording, context: AnswerContext): object {
  const chunks = createStreamChunks(recording, { ...context, includeUsage: true })
  const envelope = createEnvelope(recording, context, 'chat.completion')
  const { message, finishReason } = foldChunks(chunks as RecordedChunk[])
  const usage = (chunks as RecordedChunk[]).findLast((chunk) => chunk.usage)?.usage
  const choice = { index: 0, message, logprobs: null, finish_reason: finishReason, stop_reason: null }
  return { ...envelope, choices: [choice], usage }
}

function createEnvelope(recording: Recording, { model, count, created }: AnswerContext, object: string): object {
  return { id: `chatcmpl-replay-${recording.id}-${count}`, object, created, model }
}

/** Nobody knows the recorded token counts, so a piece counts as a token and the prompt as none. */
function countUsage(chunks: readonly RecordedChunk[]): object {
  const completion = chunks.filter((chunk) => chunk.choices[0]?.delta?.content).length
  return { prompt_tokens: 0, completion_tokens: completion, total_tokens: completion }
}

function foldChunks(chunks: readonly RecordedChunk[]): { message: object; finishReason: string } {
  const content: string[] = []
  const reasoning: string[] = []
  const calls: { id: string; type: string; function: { name: string; arguments: string } }[] = []
  let finishReason = 'stop'
  for (const chunk of chunks) {
    const choice = chunk.choices.find(({ index = 0 }) => index === 0)
    if (choice === undefined) continue
    const delta = choice.delta ?? {}
    content.push(delta.content ?? '')
    reasoning.push(readText(delta['reasoning_content']) || readText(delta['reasoning']))
    for (const call of (delta['tool_calls'] ?? []) as RecordedToolCall[]) {
      const { index = 0, id, type = 'function' } = call
      const target = (calls[index] ??= { id: id ?? '', type, function: { name: '', arguments: '' } })
      target.function.name += call.function?.name ?? ''
      target.function.arguments += call.function?.arguments ?? ''
    }
    finishReason = choice.finish_reason ?? finishReason
  }
  const text = content.join('')
  const thought = reasoning.join('')
  return {
    message: {
      role: 'assistant',
      content: text === '' && calls.length > 0 ? null : text,
      ...(thought !== '' && { reasoning_content: thought }),
      ...(calls.length > 0 && { tool_calls: calls }),
    },
    finishReason,
  }
}

function readText(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
