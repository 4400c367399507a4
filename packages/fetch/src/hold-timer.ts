/** Says when what is collected has to go out: one timer for each time that something is. */
export interface HoldTimer {
  /** Whether the time is over. */
  readonly isOver: boolean
  /**
   * Looks at what is collected now.
   *
   * @param since - changes when something else is the first; `undefined`: nothing is collected
   */
  see(since: number | undefined): void
  /** No more times. */
  end(): void
}

const longestTimer = 2_147_483_647

/** @param onOver - called when the time is over */
export function createHoldTimer(ms: number, onOver: () => void): HoldTimer {
  let seen: number | undefined
  let isOver = false
  let timer: ReturnType<typeof setTimeout> | undefined

  function end(): void {
    clearTimeout(timer)
    isOver = false
  }

  return {
    get isOver() {
      return isOver
    },
    see(since) {
      if (since === seen) return
      seen = since
      end()
      if (since === undefined) return
      timer = setTimeout(
        () => {
          isOver = true
          onOver()
        },
        Math.min(ms, longestTimer),
      )
    },
    end,
  }
}
