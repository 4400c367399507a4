import type { ServerResponse } from 'node:http'

/** Keeps the way to a client open while a stream has nothing to say. */
export interface KeepAlive {
  /** To be told every piece that is written. */
  note(bytes: Uint8Array): void
  /** Whether what has been written so far ends with a whole event. */
  isBetweenEvents(): boolean
  /** No more comments. */
  end(): void
}

// Exactly this: a line that begins with `: ping` ends the stream for Continue's own reader.
const comment = ': keep-alive\n\n'
const lineFeed = 10
const carriageReturn = 13

/**
 * Writes a comment of the event-stream format whenever the stream has been silent for `ms` milliseconds, between two events only.
 *
 * @param ms - undefined: no comments; only the place between events is watched
 */
export function createKeepAlive(response: ServerResponse, ms: number | undefined): KeepAlive {
  let lastWrite = Date.now()
  let tail: Uint8Array = new Uint8Array()
  let timer = ms === undefined ? undefined : arm(ms, ms)

  function arm(delay: number, every: number): NodeJS.Timeout {
    return setTimeout(() => check(every), delay).unref()
  }

  function check(every: number): void {
    const left = lastWrite + every - Date.now()
    timer = arm(left > 0 ? left : every, every)
    // A client that does not take what is there needs no sign of life.
    if (left > 0 || response.destroyed || response.writableNeedDrain || !isBetweenEvents()) return
    lastWrite = Date.now()
    response.write(comment)
  }

  function isBetweenEvents(): boolean {
    const last = tail.at(-1)
    if (last === undefined) return true
    if (last !== lineFeed && last !== carriageReturn) return false
    if (tail.at(-2) === last) return true
    return last === lineFeed && tail.at(-2) === carriageReturn && tail.at(-3) === lineFeed
  }

  return {
    note(bytes) {
      lastWrite = Date.now()
      tail = bytes.length >= 3 ? bytes.subarray(-3) : Buffer.concat([tail, bytes]).subarray(-3)
    },
    isBetweenEvents,
    end: () => clearTimeout(timer),
  }
}
