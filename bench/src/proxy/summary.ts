import type { Samples, Throughput } from './measure.ts'
import { chunksOfStream } from './requests.ts'

/** One row of the table. */
export interface Row {
  request: string
  target: string
  p50: number
  p95: number
  p99: number
  count: number
  /** Median over that of the forwarder, in milliseconds. */
  overhead?: number
  /** For streams: microseconds a chunk over the forwarder. */
  overheadPerChunk?: number
  /** Processor time of the target for one request, in milliseconds. */
  processorMs?: number
  failure?: string
}

/** One promise and whether it was kept. */
export interface ProxyTarget {
  promise: string
  value: number
  limit: number
  unit: string
  isMet: boolean
}

/** What one run has found. */
export interface ProxyResults {
  date: string
  machine: string
  load: number
  rows: Row[]
  throughput: Throughput[]
  targets: ProxyTarget[]
}

/** The value below which a part of the sorted values is. */
export function percentile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] as number
}

/** Rows of all samples, each beside the forwarder with the same request. */
export function summarize(samples: readonly Samples[]): Row[] {
  const medians = new Map(samples.map((one) => [`${one.target} ${one.request}`, median(one)]))
  return samples.map((one): Row => {
    const { target, request, times, failure, processorMs } = one
    const sorted = times.toSorted((a, b) => a - b)
    const base = medians.get(`forwarder ${request}`)
    const row: Row = {
      request,
      target,
      p50: percentile(sorted, 0.5),
      p95: percentile(sorted, 0.95),
      p99: percentile(sorted, 0.99),
      count: times.length,
      ...(processorMs !== undefined && { processorMs }),
    }
    if (failure !== undefined || times.length === 0) return { ...row, failure: failure ?? 'no answer' }
    if (base === undefined || target === 'forwarder' || target === 'direct') return row
    const overhead = row.p50 - base
    return request === 'stream'
      ? { ...row, overhead, overheadPerChunk: (overhead * 1000) / chunksOfStream }
      : { ...row, overhead }
  })
}

function median({ times }: Samples): number | undefined {
  return times.length === 0
    ? undefined
    : percentile(
        times.toSorted((a, b) => a - b),
        0.5,
      )
}

/** Compares with what is promised. */
export function judge(rows: readonly Row[]): ProxyTarget[] {
  const find = (request: string): Row | undefined =>
    rows.find((row) => row.target === 'tooldelta' && row.request === request)
  const targets: ProxyTarget[] = []
  const add = (promise: string, value: number | undefined, limit: number, unit: string): void => {
    if (value !== undefined) targets.push({ promise, value, limit, unit, isMet: value <= limit })
  }
  add('a small request over the forwarder, p50', find('small')?.overhead, 0.5, 'ms')
  add('a 400 kB request over the forwarder, p50', find('large')?.overhead, 3, 'ms')
  add('a chunk of a stream over the forwarder', find('stream')?.overheadPerChunk, 50, 'us')
  return targets
}

/** Everything for a terminal. */
export function printResults(results: ProxyResults): string {
  const head = ['request', 'through', 'p50 ms', 'p95 ms', 'p99 ms', 'over forwarder', 'processor ms', 'requests']
  const table = results.rows.map((row) => {
    if (row.failure !== undefined) return [row.request, row.target, row.failure.slice(0, 80)]
    const times = [row.p50, row.p95, row.p99].map(formatMs)
    return [row.request, row.target, ...times, formatOverhead(row), formatMs(row.processorMs), String(row.count)]
  })
  const flows = results.throughput.map(({ target, streams, chunksPerSecond, chunksPerSecondPerCore, failure }) =>
    failure === undefined
      ? [
          target,
          `${streams} streams`,
          `${Math.round(chunksPerSecond)}`,
          `${Math.round(chunksPerSecondPerCore ?? Number.NaN)}`,
        ]
      : [target, failure.slice(0, 80)],
  )
  const targets = results.targets.map(({ promise, value, limit, unit, isMet }) => {
    return `${isMet ? 'met   ' : 'MISSED'}  ${promise}: ${value.toFixed(2)} ${unit}, at most ${limit} ${unit}`
  })
  return [
    `${results.machine}, load ${results.load.toFixed(1)}, ${results.date}`,
    alignColumns([head, ...table]),
    flows.length === 0 ? '' : alignColumns([['throughput', '', 'chunks/s', 'chunks/s/core'], ...flows]),
    targets.join('\n'),
  ]
    .filter((section) => section !== '')
    .join('\n\n')
}

function formatOverhead({ overhead, overheadPerChunk }: Row): string {
  if (overhead === undefined) return ''
  return overheadPerChunk === undefined ? `+${overhead.toFixed(2)} ms` : `+${overheadPerChunk.toFixed(1)} us/chunk`
}

function formatMs(ms: number | undefined): string {
  return ms === undefined ? '' : ms.toFixed(2)
}

function alignColumns(rows: readonly string[][]): string {
  const widths: number[] = []
  // A row with a reason in place of numbers makes no column wider.
  for (const row of rows.filter(({ length }) => length > 3)) {
    for (const [place, cell] of row.entries()) widths[place] = Math.max(widths[place] ?? 0, cell.length)
  }
  return rows
    .map((row) =>
      row
        .map((cell, place) =>
          place < 2 ? cell.padEnd(widths[place] ?? 0) : cell.padStart(row.length > 3 ? (widths[place] ?? 0) : 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
