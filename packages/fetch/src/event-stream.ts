import {
  createChunkTransformer,
  type ChatCompletionChunk,
  type ChunkTransformerOptions,
  type ErrorBody,
} from '@tooldelta/openai'
import { createParser, type EventSourceMessage } from 'eventsource-parser'
import type { StreamHooks } from './observation.ts'

/** Rewrites the bytes of one server-sent event stream. Synchronous: whoever moves the bytes decides about waiting. */
export interface EventStreamRewriter {
  /** Whether `[DONE]` has been written. What the upstream sends after that is ignored. */
  readonly isDone: boolean
  /** Whether `[DONE]` was written before the upstream's end, of which nobody wants anything: its connection is to be closed. */
  readonly isCut: boolean
  /** Whether the answer is complete and only usage may still come, for which nobody waits long. */
  readonly isEnding: boolean
  /** How long collected arguments may wait, in milliseconds; `undefined`: the time does not count. */
  readonly maxDelayMs: number | undefined
  /** As `collectingSince` of the transformer: whoever moves the bytes keeps the time. */
  readonly collectingSince: number | undefined
  /** Returns the text of the arguments that are collected, possibly none. */
  release(): string
  /** Takes the next bytes and returns the text to send, possibly none. */
  push(bytes: Uint8Array): string
  /**
   * The upstream's bytes have ended; returns the rest of the text to send.
   *
   * @param reason - `stop` for a regular end, `abort` when the connection broke
   */
  end(reason: 'stop' | 'abort'): string
  /** Ends the stream with an error object. */
  fail(error: ErrorBody): string
}

/** Clients take other comments (`: ping`) for the end of the stream, or wait for the data of a named event. */
const keepAlive = ': keep-alive\n\n'

/** What a client is told of data that cannot be read. */
export const invalidChunk: ErrorBody = {
  message: 'The upstream sent an event that is no JSON object.',
  type: 'upstream_error',
  code: 'upstream_invalid_chunk',
}

const emptyAnswer: ErrorBody = {
  message: 'The upstream ended its answer before the first chunk.',
  type: 'upstream_error',
  code: 'upstream_empty_answer',
}

/**
 * @param hooks - see what comes and what goes
 * @internal
 */
export function createEventStreamRewriter(options: ChunkTransformerOptions, hooks?: StreamHooks): EventStreamRewriter {
  const decoder = new TextDecoder()
  const transformer = createChunkTransformer(options)
  const parser = createParser({ onEvent: takeEvent, onComment: () => write(keepAlive) })
  let output = ''
  let isDone = false
  let isCut = false
  let hasChunks = false

  function write(text: string): void {
    if (!isDone) output += text
  }

  function send(chunks: readonly ChatCompletionChunk[], source?: unknown, sourceText?: string): void {
    for (const chunk of chunks) {
      hooks?.onChunk?.(chunk)
      // The same object came back: the upstream's own text of it goes on, so nothing of it can change.
      const isSource = chunk === source && sourceText !== undefined && !sourceText.includes('\n')
      write(`data: ${isSource ? sourceText : JSON.stringify(chunk)}\n\n`)
      if (chunk.error !== undefined) finish()
    }
  }

  function finish(): void {
    write('data: [DONE]\n\n')
    isDone = true
  }

  function fail(error: ErrorBody): void {
    send(transformer.transform({ error } as object))
  }

  function takeEvent({ data, event }: EventSourceMessage): void {
    if (isDone) return
    if (data === '[DONE]') {
      send(hasChunks ? transformer.flush('stop') : [])
      if (!isDone) finish()
      return
    }
    if (data.trim() === '') return write(keepAlive)
    const chunk = readChunk(data, event)
    hooks?.onData?.(data, chunk)
    if (chunk === undefined) return fail(invalidChunk)
    // `event: ping` with `data: {}`: a sign of life that several clients choke on.
    if (Object.keys(chunk).length === 0) return write(keepAlive)
    hasChunks = true
    send(transformer.transform(chunk), chunk, data)
    if (options.singleCall === true && transformer.demand === 'nothing') cut()
  }

  /** The upstream goes on behind the first call, or has nothing more to say that the client wants. */
  function cut(): void {
    if (isDone) return
    send(transformer.flush('stop'))
    if (!isDone) finish()
    isCut = true
  }

  function takeOutput(): string {
    const text = output
    output = ''
    return text
  }

  return {
    get isDone() {
      return isDone
    },
    get isCut() {
      return isCut
    },
    get isEnding() {
      return !isDone && options.singleCall === true && transformer.demand === 'usage'
    },
    maxDelayMs: options.coalesceArguments?.maxDelayMs,
    get collectingSince() {
      return isDone ? undefined : transformer.collectingSince
    },
    release() {
      send(transformer.release())
      return takeOutput()
    },
    push(bytes) {
      parser.feed(decoder.decode(bytes, { stream: true }))
      return takeOutput()
    },
    end(reason) {
      const rest = decoder.decode()
      // A regular end also ends an event whose empty line is missing; after a break nobody knows whether it was whole.
      if (reason === 'stop') parser.feed(`${rest}\n\n`)
      if (!isDone) {
        if (hasChunks || reason === 'abort') send(transformer.flush(reason))
        else fail(emptyAnswer)
      }
      if (!isDone) finish()
      return takeOutput()
    },
    fail(error) {
      if (!isDone) fail(error)
      return takeOutput()
    },
  }
}

/** Reads the data of an event; `undefined` where it is no JSON object. */
export function readChunk(data: string, event: string | undefined): object | undefined {
  let chunk: unknown
  try {
    chunk = JSON.parse(data)
  } catch {
    chunk = undefined
  }
  const isObject = typeof chunk === 'object' && chunk !== null && !Array.isArray(chunk)
  if (event === 'error') return isObject && 'error' in (chunk as object) ? (chunk as object) : { error: chunk ?? data }
  return isObject ? (chunk as object) : undefined
}
