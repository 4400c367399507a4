/** What SIGTERM and SIGINT do. */
export interface StopActions {
  /** At the first signal. */
  stop(): void
  /** At the second one. */
  cut(): void
}

/** Listens for SIGTERM and SIGINT. */
export function onStopSignals({ stop, cut }: StopActions): void {
  let count = 0
  const onSignal = (): void => {
    count += 1
    if (count === 1) stop()
    else cut()
  }
  process.on('SIGTERM', onSignal)
  process.on('SIGINT', onSignal)
}
