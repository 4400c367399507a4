import type { Measurement } from '../measure.ts'
import { chunkTime, growthOf, throughput, type BenchResults, type MemoryRow, type Target } from './results.ts'

/** Everything a run has to say, for a terminal. */
export function printReport(results: BenchResults): string {
  const { measurements } = results
  const growth = ['tagged', 'hermes'].flatMap((syntax) => {
    const times = growthOf(measurements, syntax)
    return times === undefined ? [] : [`${syntax} ${formatNumber(times)}x`]
  })
  const sections = [
    `${results.machine}, ${results.mode} run, ${results.date}`,
    measurements.length === 0 ? '' : alignTable([header, ...measurements.map((row) => printRow(row, measurements))]),
    printNotes(measurements),
    growth.length === 0
      ? ''
      : `Growth, time of 1 MB over time of 64 KB at 4-character chunks (16 is linear): ${growth.join(', ')}`,
    printMemory(results.memory),
    printTargets(results.targets),
  ]
  return sections.filter((section) => section !== '').join('\n\n')
}

/** Columns that compare: our speed over that of the baseline with the same text (and cut, where the baseline has one). */
const comparisons = [
  { title: '/indexOf', prefix: 'indexof', cut: 'whole' },
  { title: '/stringify', prefix: 'stringify', cut: 'whole' },
  { title: '/SSE json', prefix: 'sse-json', cut: 'same' },
  { title: '/stream', prefix: 'identity-stream', cut: 'same' },
  { title: '/fast-xml', prefix: 'fast-xml-parser', cut: 'same' },
  { title: '/ai-sdk', prefix: 'ai-sdk-tool', cut: 'same' },
] as const

const header = ['row', 'chunks', 'ms', 'MB/s', 'ns/chunk', ...comparisons.map(({ title }) => title), 'first delta']

function printRow(row: Measurement, all: readonly Measurement[]): string[] {
  const ratios = comparisons.map(({ prefix, cut }) => {
    const baseline = all.find((other) => other.name === `${prefix}/${row.document}/${cut === 'same' ? row.cut : cut}`)
    return baseline === undefined || row.kind !== 'tooldelta' ? '' : formatRatio(throughput(row) / throughput(baseline))
  })
  const { firstDelta } = row
  return [
    row.name,
    String(row.chunks),
    formatNumber(row.medianMs),
    formatNumber(throughput(row)),
    formatNumber(chunkTime(row)),
    ...ratios,
    firstDelta === undefined ? '' : `${firstDelta.chars} chars ${formatNumber(firstDelta.microseconds)} us`,
  ]
}

function printNotes(measurements: readonly Measurement[]): string {
  const groups = new Map<string, string[]>()
  for (const { name, note, samples } of measurements) {
    const text = [note, samples === 1 ? 'one repetition' : undefined].filter((part) => part !== undefined).join('; ')
    if (text !== '') groups.set(text, [...(groups.get(text) ?? []), name])
  }
  return [...groups].map(([text, names]) => `${text}:\n  ${names.join('\n  ')}`).join('\n')
}

function printMemory(memory: readonly MemoryRow[]): string {
  if (memory.length === 0) return ''
  const rows = memory.flatMap(({ name, retained }) =>
    retained.map(({ chars, heapBytes, snapshotChars }) => [
      name,
      `${chars / 1024} KB in`,
      `${formatNumber(heapBytes / 1024)} KB heap`,
      `${snapshotChars} chars of state`,
    ]),
  )
  return `Kept by a parser inside an open string argument\n${alignTable(rows)}`
}

function printTargets(targets: readonly Target[]): string {
  if (targets.length === 0) return ''
  const rows = targets.map(({ name, value, limit, unit, bound, isMet }) => [
    isMet ? 'met' : 'MISSED',
    name,
    `${formatNumber(value)} ${unit}`,
    `${bound} ${limit}`,
  ])
  return `Targets\n${alignTable(rows)}`
}

/** Pads columns: the first to the left and words too, numbers to the right. */
function alignTable(rows: readonly string[][]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] as string).length)))
  const isText = widths.map((_, column) =>
    rows.slice(1).every((row) => column === 0 || /^[A-Za-z]/.test(row[column] as string)),
  )
  const lines = rows.map((row) =>
    row
      .map((cell, column) =>
        isText[column] === true ? cell.padEnd(widths[column] as number) : cell.padStart(widths[column] as number),
      )
      .join('  ')
      .trimEnd(),
  )
  return lines.join('\n')
}

function formatRatio(ratio: number): string {
  return `${ratio < 1 ? Number(ratio.toPrecision(2)) : formatNumber(ratio)}x`
}

/** Three significant digits, without an exponent. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return '-'
  const rounded = Number(value.toPrecision(3))
  return Math.abs(rounded) >= 100 ? String(Math.round(value)) : String(rounded)
}
