import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { readErrorCode, readErrorMessage, UsageError } from '../errors.ts'
import type { Exchange } from '../replay/exchange.ts'
import type { ReadingOptions } from './kept-words.ts'
import { printExchange } from './print-exchange.ts'
import type { Redaction } from './redact.ts'
import { findSecrets, redactHeaders, redactPath } from './secrets.ts'

/** Options of {@link createRecorder}. */
export interface RecorderOptions {
  /** Recordings are put at its end; it is made, readable by its owner only, where there is none. */
  file: string
  /** What is covered beside the keys of each exchange. @defaultValue [] */
  redact?: readonly Redaction[] | undefined
  /** Keys that are covered wherever they stand, beside those in the headers of each exchange. @defaultValue [] */
  secrets?: readonly string[] | undefined
  /** How the model's text is read; goes into the recording. @defaultValue the format that the text is in */
  parser?: ReadingOptions | undefined
  /** Largest answer that is kept, in bytes; the rest of a longer one is passed on all the same. @defaultValue 67_108_864 */
  limit?: number | undefined
  /** Called after each exchange with what has been written so far. */
  onProgress?: ((counts: RecorderCounts) => void) | undefined
  /** Called when an exchange cannot be written. The exchange itself goes on. */
  onError?: ((error: Error) => void) | undefined
}

/** What a recorder has written. */
export interface RecorderCounts {
  exchanges: number
  /** Pieces in which the answers came. */
  chunks: number
}

/** Writes down what passes. */
export interface Recorder {
  readonly counts: RecorderCounts
  /** A fetch that does what the given one does; every POST becomes a line. What the caller gets has the cuts and the pace of the original. */
  wrap(send: typeof fetch): typeof fetch
  /** Ends the recordings under way, and is fulfilled when everything is in the file. */
  close(): Promise<void>
}

/**
 * Makes a recorder. A line is written whole when its exchange is over; other programs may write lines to the same file.
 *
 * @throws UsageError when the file cannot be written
 * @example
 * ```ts
 * const recorder = await createRecorder({ file: 'recorded.jsonl', redact: ['contents'] })
 * const handle = createUpstreamHandler({ upstream, format, fetch: recorder.wrap(fetch) })
 * ```
 */
export async function createRecorder(options: RecorderOptions): Promise<Recorder> {
  const { file, redact = [], secrets = [], parser, limit = 67_108_864, onProgress, onError } = options
  const handle = await openFile(file)
  const counts: RecorderCounts = { exchanges: 0, chunks: 0 }
  const started = Date.now().toString(36)
  const open = new Set<() => void>()
  let lines: Promise<void> = Promise.resolve()
  let number = 0

  function write(tape: Tape, end: Exchange['end']): void {
    lines = lines.then(async () => {
      try {
        await handle.appendFile(`${tape.toLine(end)}\n`)
        counts.exchanges += 1
        counts.chunks += tape.pieces.length
        onProgress?.({ ...counts })
      } catch (error) {
        onError?.(new Error(`${file}: an exchange is not recorded: ${readErrorMessage(error)}.`))
      }
    })
  }

  return {
    counts,
    wrap: (send) => async (input, init) => {
      const request = readRequest(input, init)
      if (request === undefined) return send(input, init)
      number += 1
      const tape = createTape(`${started}-${number}`, request, { redact, secrets, parser, limit })
      const response = await send(input, init)
      tape.begin(response)
      if (response.body === null) {
        write(tape, 'done')
        return response
      }
      const { body, stop } = teeBody(response.body, init?.signal ?? undefined, tape, (end) => {
        open.delete(stop)
        write(tape, end)
      })
      open.add(stop)
      const { status, statusText, headers } = response
      return new Response(body, { status, statusText, headers })
    },
    async close() {
      for (const stop of open) stop()
      await lines
      await handle.close()
    },
  }
}

async function openFile(file: string): Promise<FileHandle> {
  try {
    const isBroken = endsInsideLine(file)
    const handle = await open(file, 'a', 0o600)
    // Whoever wrote last was stopped within a line: the next one must not be part of it.
    if (isBroken) await handle.appendFile('\n')
    return handle
  } catch (error) {
    const reasons: Record<string, string> = {
      ENOENT: 'its folder does not exist. Make it first.',
      EISDIR: 'it is a directory. Name a file in it.',
      EACCES: 'this user must not write it. Change its permissions, or name another one.',
    }
    throw new UsageError(
      `${file} cannot be written: ${reasons[readErrorCode(error) ?? ''] ?? `${readErrorMessage(error)}.`}`,
    )
  }
}

function endsInsideLine(file: string): boolean {
  let descriptor: number
  try {
    descriptor = openSync(file, 'r')
  } catch (error) {
    if (readErrorCode(error) === 'ENOENT') return false
    throw error
  }
  try {
    const status = fstatSync(descriptor)
    const last = Buffer.alloc(1)
    return (
      status.isFile() && status.size > 0 && readSync(descriptor, last, 0, 1, status.size - 1) === 1 && last[0] !== 10
    )
  } finally {
    closeSync(descriptor)
  }
}

interface SentRequest {
  method: string
  url: URL
  headers: Headers
  body: string
}

/** Only what may hold a model's answer: other methods, and bodies that are streams or forms, pass. */
function readRequest(input: RequestInfo | URL, init: RequestInit | undefined): SentRequest | undefined {
  if (input instanceof Request || init?.method?.toUpperCase() !== 'POST') return undefined
  const { body, headers } = init
  const text =
    typeof body === 'string' ? body : body instanceof ArrayBuffer || ArrayBuffer.isView(body) ? decode(body) : undefined
  if (text === undefined) return undefined
  return { method: 'POST', url: new URL(input), headers: new Headers(headers), body: text }
}

function decode(bytes: ArrayBuffer | ArrayBufferView): string {
  return new TextDecoder().decode(bytes)
}

interface Tape {
  readonly pieces: readonly { ms: number; bytes: Buffer }[]
  begin(response: Response): void
  /** @returns whether the piece was kept */
  add(bytes: Uint8Array): boolean
  /** @returns the exchange as one line of JSON */
  toLine(end: Exchange['end']): string
}

interface TapeOptions {
  redact: readonly Redaction[]
  secrets: readonly string[]
  parser: ReadingOptions | undefined
  limit: number
}

function createTape(id: string, { method, url, headers, body }: SentRequest, options: TapeOptions): Tape {
  const at = new Date().toISOString()
  const start = performance.now()
  const pieces: { ms: number; bytes: Buffer }[] = []
  let head: Exchange['response'] = { status: 0, ms: 0, headers: {} }
  let size = 0
  const elapsed = (): number => Math.round((performance.now() - start) * 10) / 10

  return {
    pieces,
    begin(response) {
      head = { status: response.status, ms: elapsed(), headers: redactHeaders(response.headers) }
    },
    add(bytes) {
      size += bytes.length
      if (size > options.limit) return false
      pieces.push({ ms: elapsed(), bytes: Buffer.from(bytes) })
      return true
    },
    toLine(end) {
      const request = { method, path: redactPath(url), headers: redactHeaders(headers), body }
      const { redact, parser } = options
      const secrets = [...options.secrets, ...findSecrets(headers)]
      return printExchange({ id, at, request, response: head, pieces, end }, { redact, secrets, parser })
    },
  }
}

/** Passes a body on, piece by piece as its reader asks, and puts each on the tape. */
function teeBody(
  source: ReadableStream<Uint8Array>,
  signal: AbortSignal | undefined,
  tape: Tape,
  onEnd: (end: Exchange['end']) => void,
): { body: ReadableStream<Uint8Array>; stop: () => void } {
  const reader = source.getReader()
  let isOver = false
  let isFull = false
  const end = (how: Exchange['end']): void => {
    if (isOver) return
    isOver = true
    onEnd(isFull ? 'limit' : how)
  }
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read()
          if (done) {
            end('done')
            controller.close()
            return
          }
          if (!isOver && !isFull) isFull = !tape.add(value)
          controller.enqueue(value)
        } catch (error) {
          end(signal?.aborted === true ? 'left' : 'cut')
          controller.error(error)
        }
      },
      async cancel(reason) {
        end('left')
        await reader.cancel(reason)
      },
    },
    // Nothing is read ahead of the reader.
    { highWaterMark: 0 },
  )
  return { body, stop: () => end('left') }
}
