/** Notices when an awaited upstream stays silent for too long. */
export interface SilenceWatch {
  /** A wait begins. */
  start(): void
  /** The wait is over. Time between waits (a slow client) does not count. */
  stop(): void
  /** No more waits. */
  end(): void
}

/**
 * Creates a watch that calls `onSilence` once when a wait takes longer than `ms` milliseconds. One timer serves all waits of an answer:
 * setting one for each chunk would cost more than the chunk.
 */
export function createSilenceWatch(ms: number, onSilence: () => void): SilenceWatch {
  let deadline = Infinity
  let timer: ReturnType<typeof setTimeout> | undefined

  function arm(delay: number): void {
    timer = setTimeout(check, delay)
    // The timer alone shall not keep a Node process alive; browsers' timers are numbers.
    if (typeof timer === 'object') timer.unref()
  }

  function check(): void {
    timer = undefined
    if (deadline === Infinity) return
    const left = deadline - Date.now()
    if (left <= 0) onSilence()
    else arm(left)
  }

  return {
    start() {
      deadline = Date.now() + ms
      if (timer === undefined) arm(ms)
    },
    stop() {
      deadline = Infinity
    },
    end() {
      deadline = Infinity
      clearTimeout(timer)
      timer = undefined
    },
  }
}

/** Creates a watch that calls `onOver` when all waits together, and what is between them, take longer than `ms` milliseconds. */
export function createDeadline(ms: number, onOver: () => void): SilenceWatch {
  let timer: ReturnType<typeof setTimeout> | undefined

  return {
    start() {
      timer ??= setTimeout(onOver, ms)
      if (typeof timer === 'object') timer.unref()
    },
    stop() {},
    end: () => clearTimeout(timer),
  }
}
