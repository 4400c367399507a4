import type { SilenceWatch } from './silence-watch.ts'

/**
 * A watch that also tells how long each wait was.
 *
 * @param onWait - gets milliseconds; absent: the watch comes back as it is
 */
export function measureWaits(watch: SilenceWatch, onWait: ((ms: number) => void) | undefined): SilenceWatch {
  if (onWait === undefined) return watch
  let began: number | undefined

  function tell(): void {
    if (began === undefined) return
    onWait?.(performance.now() - began)
    began = undefined
  }

  return {
    start() {
      began = performance.now()
      watch.start()
    },
    stop() {
      tell()
      watch.stop()
    },
    end() {
      tell()
      watch.end()
    },
  }
}
