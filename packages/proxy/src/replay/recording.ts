import { z } from 'zod'
import { UsageError } from '../errors.ts'
import { cutText } from '../input/cut-text.ts'
import { readJson } from '../input/read-json.ts'
import { type Exchange, exchangeSchema, isEventStream, parseObject, readBody, readEvents } from './exchange.ts'

const chunkSchema = z.looseObject({
  choices: z.array(
    z.looseObject({
      index: z.number().optional(),
      delta: z.looseObject({ content: z.string().nullish() }).optional(),
      finish_reason: z.string().nullish(),
    }),
  ),
  usage: z.looseObject({}).nullish(),
})

const textSchema = z.looseObject({
  id: z.string().min(1),
  model: z.string().optional(),
  text: z.string().optional(),
  chunks: z.array(z.string()).optional(),
  finish_reason: z.string().optional(),
})

const streamSchema = z.looseObject({
  id: z.string().min(1),
  model: z.string().optional(),
  chunks: z.array(chunkSchema).min(1),
})

/** A chunk object of a recorded stream. */
export type RecordedChunk = z.infer<typeof chunkSchema>

/** One recorded answer. */
export type Recording =
  /** The model's raw text, cut where it was streamed. */
  | { kind: 'text'; id: string; model?: string | undefined; pieces: readonly string[]; finishReason: string }
  /** The chunk objects as a server sent them. */
  | { kind: 'stream'; id: string; model?: string | undefined; chunks: readonly RecordedChunk[] }
  /** What `tooldelta record` wrote: a request and the bytes of its answer, cut where they came. */
  | { kind: 'exchange'; id: string; model?: string | undefined; exchange: Exchange }

/**
 * Reads recordings: JSON lines `{"id","text","chunks"}` or those of `tooldelta record`, or one JSON document
 * `{"id","model","chunks":[chunk objects]}` or a list of such.
 *
 * @param text - the file's text
 * @param name - the file's name, for messages
 * @throws UsageError that names the line and the field
 */
export function readRecordings(text: string, name: string): Recording[] {
  const recordings = isOneDocument(text) ? readDocument(text, name) : readLines(text, name)
  if (recordings.length === 0) throw new UsageError(`${name} holds no recordings. It needs one JSON object a line.`)
  return recordings
}

/** JSON lines are told by their first line, which is a whole object; a document may be laid out over lines in any way. */
function isOneDocument(text: string): boolean {
  return isJson(text) || !isJson(text.trimStart().split('\n', 1)[0] ?? '')
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function readDocument(text: string, name: string): Recording[] {
  const value = readJson(text, name)
  return Array.isArray(value)
    ? value.map((entry: unknown, place) => toRecording(entry, `${name}, entry ${place}`))
    : [toRecording(value, name)]
}

function readLines(text: string, name: string): Recording[] {
  const recordings: Recording[] = []
  for (const [place, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue
    recordings.push(toRecording(readJson(line, name, place + 1), `${name}, line ${place + 1}`))
  }
  return recordings
}

function toRecording(value: unknown, where: string): Recording {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UsageError(`${where} is no recording. It must be an object such as {"id": "a", "text": "..."}.`)
  }
  if ('response' in value) {
    const exchange = check(exchangeSchema, value, where)
    return { kind: 'exchange', id: exchange.id, model: exchange.model, exchange }
  }
  const { chunks } = value as { chunks?: unknown }
  const isStream = Array.isArray(chunks) && typeof chunks[0] === 'object'
  return isStream ? toStream(value, where) : toText(value, where)
}

function toStream(value: object, where: string): Recording {
  const { id, model, chunks } = check(streamSchema, value, where)
  return { kind: 'stream', id, model, chunks }
}

function toText(value: object, where: string): Recording {
  const { id, model, text, chunks, finish_reason: finishReason = 'stop' } = check(textSchema, value, where)
  if (text === undefined && chunks === undefined) {
    throw new UsageError(`${where} has neither "text" nor "chunks". Give it the model's text.`)
  }
  if (text !== undefined && chunks !== undefined && chunks.join('') !== text) {
    throw new UsageError(`${where}: "chunks" joined are not "text". Leave one of them out.`)
  }
  return { kind: 'text', id, model, pieces: chunks ?? cutText(text ?? '', 4), finishReason }
}

/** The chunk objects of an exchange's answer, whether it was streamed or whole. Empty where the server gave none. */
export function chunksOf(exchange: Exchange): RecordedChunk[] {
  const objects = isEventStream(exchange) ? readEvents(exchange) : [toChunk(parseObject(readBody(exchange)) ?? {})]
  return objects.flatMap((object) => {
    const result = chunkSchema.safeParse(object)
    return result.success ? [result.data] : []
  })
}

/** A whole completion as one chunk. */
function toChunk(completion: Record<string, unknown>): object {
  const { choices, ...rest } = completion
  if (!Array.isArray(choices)) return rest
  const deltas = choices.map(({ message, ...choice }: Record<string, unknown>) => ({ ...choice, delta: message ?? {} }))
  return { ...rest, object: 'chat.completion.chunk', choices: deltas }
}

function check<T>(schema: z.ZodType<T>, value: unknown, where: string): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  const path = issue?.path.join('.') ?? ''
  throw new UsageError(`${where}: ${path === '' ? '' : `${path}: `}${issue?.message ?? 'invalid'}.`)
}
