/** What decides over an answer that is held back. */
export interface HoldOptions {
  /** Whether the answer is known to be delivered: what was held back goes out, and the rest as it comes. */
  isReleased(): boolean
  /** The answer has ended without being released. The answer to give instead; `undefined` to give this one. */
  next(): Promise<ReadableStream<Uint8Array> | undefined>
  /** Called once when the result is over; `isAborted` when its reader has gone. */
  onEnd(isAborted: boolean): void
}

/** Holds an answer back until somebody knows whether it is delivered. Pulled by its reader as the answer itself would be. */
export function holdStream(first: ReadableStream<Uint8Array>, options: HoldOptions): ReadableStream<Uint8Array> {
  let reader = first.getReader()
  let held: Uint8Array[] | undefined = []
  let isOver = false

  function end(isAborted: boolean): void {
    if (isOver) return
    isOver = true
    options.onEnd(isAborted)
  }

  /** @returns pieces to send now, `undefined` at the end */
  async function take(): Promise<Uint8Array[] | undefined> {
    for (;;) {
      const { done, value } = await reader.read()
      if (held === undefined) return done ? undefined : [value]
      if (!done) held.push(value)
      if (done && !options.isReleased()) {
        const next = await options.next()
        if (next !== undefined) {
          held = undefined
          reader = next.getReader()
          if (isOver) await reader.cancel()
          continue
        }
      } else if (!options.isReleased()) continue
      const pieces = held
      held = undefined
      if (pieces.length > 0) return pieces
    }
  }

  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const pieces = await take()
          if (isOver) return
          if (pieces === undefined) {
            end(false)
            controller.close()
            return
          }
          for (const piece of pieces) controller.enqueue(piece)
        } catch (error) {
          end(true)
          throw error
        }
      },
      async cancel(reason) {
        end(true)
        await reader.cancel(reason)
      },
    },
    { highWaterMark: 0 },
  )
}
