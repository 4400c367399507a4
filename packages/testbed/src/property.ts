import { type FormatPrinter, representatives } from '@tooldelta/testkit'
import fc from 'fast-check'
import { vi } from 'vitest'

const DEEP = process.env['DEEP'] === '1'
/** The same cases in every ordinary run, so that a failure is the change's own; `DEEP=1` looks for new ones. */
const STANDARD_SEED = '20250817'
if (DEEP) vi.setConfig({ testTimeout: 3_600_000 })

/** Formats of a kind share their code: one of each kind gets all runs, the others this part. */
const SHARE_OF_OTHERS = 0.15

/**
 * Settings of a property: 200 runs, fifty times as many with `DEEP=1`, a quarter with `QUICK=1`. `SEED` chooses the
 * cases; fast-check prints the seed and the shrunk example of each failure.
 *
 * @param share - part of the runs, for properties that are dear
 * @param printer - the format that the property is about
 */
export function propertySettings<T>(share: number = 1, printer?: FormatPrinter): fc.Parameters<T> {
  const isOther = printer !== undefined && !representatives.has(printer)
  const factor = (DEEP ? 50 : process.env['QUICK'] === '1' ? 0.25 : 1) * (isOther && !DEEP ? SHARE_OF_OTHERS : 1)
  const runs = Math.max(1, Math.round(200 * share * factor))
  const seed = process.env['SEED'] ?? (DEEP ? undefined : STANDARD_SEED)
  return { numRuns: runs, ...(seed === undefined ? {} : { seed: Number(seed) }) }
}
