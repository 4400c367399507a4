import fc from 'fast-check'

/**
 * Settings of a property: 200 runs shared by the formats it is checked for, fifty times as many with `DEEP=1`. `SEED` repeats a failure;
 * fast-check prints the seed and the shrunk example of each.
 *
 * @param share - part of the runs, for properties that are dear
 */
export function propertySettings<T>(share: number = 1): fc.Parameters<T> {
  const runs = Math.max(1, Math.round(200 * share)) * (process.env['DEEP'] === '1' ? 50 : 1)
  const seed = process.env['SEED']
  return { numRuns: runs, ...(seed === undefined ? {} : { seed: Number(seed) }) }
}
