import type { Measurement } from '../measure.ts'
import type { RetainedMemory } from '../runners/memory.ts'

/** Memory of one syntax at several sizes of the argument. */
export interface MemoryRow {
  name: string
  retained: RetainedMemory[]
}

/** A run, as `bench/results/*.json` holds it. */
export interface BenchResults {
  version: 1
  /** ISO date and time of the end of the run. */
  date: string
  /** In general words: cores, processor architecture, platform, Node version. */
  machine: string
  mode: 'full' | 'quick'
  measurements: Measurement[]
  memory: MemoryRow[]
  targets: Target[]
}

/** A promise of the package and what the run says about it. */
export interface Target {
  name: string
  value: number
  limit: number
  unit: string
  bound: 'at most' | 'at least'
  isMet: boolean
}

/** Megabytes (10^6) of UTF-8 text a second. */
export function throughput({ bytes, medianMs }: Pick<Measurement, 'bytes' | 'medianMs'>): number {
  return bytes / 1000 / medianMs
}

/** Nanoseconds a chunk. */
export function chunkTime({ chunks, medianMs }: Pick<Measurement, 'chunks' | 'medianMs'>): number {
  return (medianMs * 1e6) / chunks
}

/** Time of a 1 MB argument over time of a 64 KB one, at 4-character chunks; 16 is exactly linear. */
export function growthOf(measurements: readonly Measurement[], syntax: string): number | undefined {
  const small = measurements.find((row) => row.name === `${syntax}/64KB/4`)
  const large = measurements.find((row) => row.name === `${syntax}/1MB/4`)
  return small === undefined || large === undefined ? undefined : large.medianMs / small.medianMs
}

/** The targets that this run can judge; rows that were left out judge none. */
export function judgeTargets(measurements: readonly Measurement[], memory: readonly MemoryRow[]): Target[] {
  const find = (name: string) => measurements.find((row) => row.name === name)
  return ['tagged', 'hermes'].flatMap((syntax) => {
    const small = find(`${syntax}/64KB/4`)
    const whole = find(`${syntax}/1MB/whole`)
    const growth = growthOf(measurements, syntax)
    const retained = memory.find((row) => row.name === `memory/${syntax}`)
    return [
      ...(small === undefined
        ? []
        : [target(`${syntax}: 64 KB argument, 4-character chunks`, chunkTime(small), 'at most', 500, 'ns a chunk')]),
      ...(whole === undefined
        ? []
        : [target(`${syntax}: 1 MB argument whole`, throughput(whole), 'at least', 100, 'MB/s')]),
      ...(growth === undefined ? [] : [target(`${syntax}: time of 1 MB over 64 KB`, growth, 'at most', 20, 'times')]),
      ...(retained === undefined ? [] : judgeMemory(syntax, retained.retained)),
    ]
  })
}

function judgeMemory(syntax: string, retained: readonly RetainedMemory[]): Target[] {
  const first = retained[0]
  const last = retained.at(-1)
  if (first === undefined || last === undefined) return []
  // 16 bytes of counters may have more digits; the heap moves by some kilobytes on its own.
  return [
    target(
      `${syntax}: more state at 1 MB than at 64 KB`,
      last.snapshotChars - first.snapshotChars,
      'at most',
      16,
      'characters',
    ),
    target(
      `${syntax}: more heap at 1 MB than at 64 KB`,
      (last.heapBytes - first.heapBytes) / 1024,
      'at most',
      64,
      'KB',
    ),
  ]
}

function target(name: string, value: number, bound: Target['bound'], limit: number, unit: string): Target {
  return { name, value, limit, unit, bound, isMet: bound === 'at most' ? value <= limit : value >= limit }
}
