import fc from 'fast-check'
import { vi } from 'vitest'

const DEEP = process.env['DEEP'] === '1'
if (DEEP) vi.setConfig({ testTimeout: 3_600_000 })

/**
 * Settings of a property: 200 runs, fifty times as many with `DEEP=1`, a quarter with `QUICK=1`. `SEED` repeats a failure; fast-check prints
 * the seed and the shrunk example of each.
 *
 * @param share - part of the runs, for properties that are dear
 */
export function propertySettings<T>(share: number = 1): fc.Parameters<T> {
  const factor = DEEP ? 50 : process.env['QUICK'] === '1' ? 0.25 : 1
  const runs = Math.max(1, Math.round(200 * share * factor))
  const seed = process.env['SEED']
  return { numRuns: runs, ...(seed === undefined ? {} : { seed: Number(seed) }) }
}
