/** One look at the gateway's memory, after a garbage collection. */
export interface Sample {
  seconds: number
  answers: number
  rss: number
  heapUsed: number
  external: number
}

/** How much the heap may grow between the first and the last third of the time after warming up, in bytes. */
export const growthBound = 4 * 2 ** 20

/** How much the heap has grown: the median of the last third against that of the first, the first quarter (warming up) left out. */
export function readGrowth(samples: readonly Sample[]): number {
  const warm = samples.slice(Math.ceil(samples.length / 4))
  const third = Math.max(1, Math.floor(warm.length / 3))
  return median(warm.slice(-third)) - median(warm.slice(0, third))
}

function median(samples: readonly Sample[]): number {
  const heaps = samples.map(({ heapUsed, external }) => heapUsed + external).toSorted((a, b) => a - b)
  return heaps[heaps.length >> 1] ?? 0
}
