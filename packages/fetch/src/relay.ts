import { ToolDeltaError } from '@tooldelta/openai'
import { isAbort } from './errors.ts'
import type { EventStreamRewriter } from './event-stream.ts'
import { createHoldTimer, type HoldTimer } from './hold-timer.ts'
import type { SilenceWatch } from './silence-watch.ts'

/** What a relay needs to know beside the bytes. */
export interface RelayOptions {
  /** Rewrites the bytes; without it they go on as they are. */
  rewriter?: EventStreamRewriter | undefined
  /** Sees bytes that go on as they are. */
  tap?: BytesTap | undefined
  /** The client's signal: when it has fired, a fault of the upstream's stream is told to nobody. */
  signal?: AbortSignal | null | undefined
  /** Started with every wait for the upstream. */
  watch?: SilenceWatch | undefined
  /** Called once when the relay is over, however it ended; `isAborted` when the reader or the client has gone. */
  onEnd?: ((isAborted: boolean) => void) | undefined
}

/** Sees bytes on their way. */
export interface BytesTap {
  push(bytes: Uint8Array): void
  /** The bytes have ended; `abort` when the connection broke. */
  end(reason: 'stop' | 'abort'): void
}

/** How long the rest of a finished answer is read so that its connection can be used again. */
const drainMs = 250
/** How long an upstream may take to say its usage and to end, once its answer was ended at the first call. */
const endingMs = 80

/**
 * Moves a body on, pulled by its reader: the upstream is read only when the reader wants more, and cancelling the result cancels the
 * upstream. One loop and no chain of TransformStreams, each of which costs microseconds a chunk.
 */
export function relayBody(body: ReadableStream<Uint8Array>, options: RelayOptions): ReadableStream<Uint8Array> {
  const { rewriter, tap, signal, watch } = options
  const reader = body.getReader()
  const encoder = new TextEncoder()
  let isOver = false
  let ending: ReturnType<typeof setTimeout> | undefined
  /** A read of the upstream whose piece nobody has taken yet. */
  let reading: Promise<Uint8Array | undefined> | undefined
  let wake: (() => void) | undefined
  const hold = rewriter?.maxDelayMs === undefined ? undefined : createHoldTimer(rewriter.maxDelayMs, () => wake?.())

  function end(isAborted: boolean): void {
    if (isOver) return
    isOver = true
    clearTimeout(ending)
    hold?.end()
    watch?.end()
    options.onEnd?.(isAborted)
  }

  async function read(): Promise<Uint8Array | undefined> {
    watch?.start()
    try {
      const { done, value } = await reader.read()
      return done ? undefined : value
    } finally {
      watch?.stop()
    }
  }

  /** The next piece of the upstream, or `over` when collected arguments have to go out before it comes. */
  async function readOrHold(holding: HoldTimer): Promise<Uint8Array | 'over' | undefined> {
    if (holding.isOver) return 'over'
    reading ??= read()
    const over = new Promise<'over'>((resolve) => (wake = () => resolve('over')))
    const value = await Promise.race([reading, over]).finally(() => (wake = undefined))
    if (value !== 'over') reading = undefined
    return value
  }

  function releaseHeld(): Uint8Array | undefined {
    const text = rewriter?.release() ?? ''
    hold?.see(undefined)
    return text === '' ? undefined : encoder.encode(text)
  }

  /** What a broken upstream leaves to be sent; throws where nobody is to be told. */
  function takeFault(error: unknown): string {
    if (rewriter === undefined || isAbort(error, signal)) throw error
    const reason: unknown = error instanceof ToolDeltaError ? error : signal?.reason
    return reason instanceof ToolDeltaError ? rewriter.fail(reason.body.error) : rewriter.end('abort')
  }

  async function take(): Promise<{ bytes: Uint8Array | undefined; isLast: boolean }> {
    let value: Uint8Array | 'over' | undefined
    try {
      value = await (hold === undefined ? read() : readOrHold(hold))
    } catch (error) {
      return { bytes: encoder.encode(takeFault(error)), isLast: true }
    }
    if (value === 'over') return { bytes: releaseHeld(), isLast: false }
    if (rewriter === undefined) {
      if (value === undefined) tap?.end('stop')
      else tap?.push(value)
      return { bytes: value, isLast: value === undefined }
    }
    const text = value === undefined ? rewriter.end('stop') : rewriter.push(value)
    hold?.see(rewriter.collectingSince)
    if (rewriter.isEnding) ending ??= setTimeout(() => void reader.cancel().catch(ignore), endingMs)
    return { bytes: text === '' ? undefined : encoder.encode(text), isLast: value === undefined || rewriter.isDone }
  }

  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          for (;;) {
            const { bytes, isLast } = await take()
            if (isOver) return
            if (bytes !== undefined && bytes.length > 0) controller.enqueue(bytes)
            if (isLast) {
              end(false)
              controller.close()
              if (rewriter?.isCut === true) void reader.cancel().catch(ignore)
              else drain(reader)
              return
            }
            if (bytes !== undefined) return
          }
        } catch (error) {
          const isAborted = isAbort(error, signal)
          if (!isAborted) tap?.end('abort')
          end(isAborted)
          void reader.cancel(error).catch(ignore)
          throw error
        }
      },
      async cancel(reason) {
        end(true)
        await reader.cancel(reason)
      },
    },
    // Nothing is read ahead of the reader.
    { highWaterMark: 0 },
  )
}

/** Reads the rest of a finished answer. `[DONE]` was sent, but a server may still have to close its stream: a connection cut here could not be used again. */
export function drain(reader: ReadableStreamDefaultReader<Uint8Array>): void {
  const timer = setTimeout(() => void reader.cancel().catch(ignore), drainMs)
  void (async () => {
    try {
      while (!(await reader.read()).done);
    } catch {
      // The answer is complete; how its connection ends is of no interest.
    }
    clearTimeout(timer)
  })()
}

function ignore(): void {}
