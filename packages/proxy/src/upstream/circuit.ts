/** Keeps requests away from a replica that has failed several times in a row. */
export interface Circuit {
  readonly isOut: boolean
  /** Milliseconds until a request may be sent; 0 when one may be sent now, be it as the trial. */
  readonly pauseLeft: number
  /** A request is sent. When the replica is out this is the trial, and the next one comes after another pause at the soonest. */
  begin(): void
  succeed(): void
  fail(): void
  /** Takes the replica out at once. */
  open(): void
}

/** Creates a circuit that goes out after `failures` failures in a row and lets one trial through after `pause` milliseconds. */
export function createCircuit({ failures, pause }: { failures: number; pause: number }): Circuit {
  let failed = 0
  let outSince: number | undefined

  return {
    get isOut() {
      return outSince !== undefined
    },
    get pauseLeft() {
      return outSince === undefined ? 0 : Math.max(0, outSince + pause - performance.now())
    },
    begin() {
      if (outSince !== undefined) outSince = performance.now()
    },
    succeed() {
      failed = 0
      outSince = undefined
    },
    fail() {
      failed += 1
      if (failed >= failures) outSince = performance.now()
    },
    open() {
      failed = Math.max(failed, failures)
      outSince = performance.now()
    },
  }
}
