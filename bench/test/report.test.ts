import { XMLValidator } from 'fast-xml-parser'
import { describe, expect, it } from 'vitest'
import type { Measurement } from '../src/measure.ts'
import { drawPlot } from '../src/report/plot.ts'
import {
  chunkTime,
  growthOf,
  judgeTargets,
  throughput,
  type BenchResults,
  type MemoryRow,
} from '../src/report/results.ts'
import { formatNumber, printReport } from '../src/report/table.ts'

function row(
  name: string,
  medianMs: number,
  chars: number,
  chunks: number,
  more: Partial<Measurement> = {},
): Measurement {
  const [document, cut] = [name.split('/').slice(0, -1).join('/'), name.split('/').at(-1) as Measurement['cut']]
  return {
    name,
    kind: 'tooldelta',
    document,
    cut,
    bytes: chars,
    chars,
    chunks,
    medianMs,
    minMs: medianMs,
    samples: 9,
    ...more,
  }
}

const measurements: Measurement[] = [
  row('tagged/64KB/4', 8, 65_536, 16_384, { firstDelta: { chars: 4, microseconds: 1.5 } }),
  row('tagged/1MB/4', 120, 1_048_576, 262_144),
  row('tagged/1MB/whole', 20, 1_048_576, 1),
  row('ai-sdk-tool/tagged/2KB/4', 12, 2048, 512, { kind: 'peer' }),
  row('ai-sdk-tool/tagged/64KB/4', 4000, 65_536, 16_384, {
    kind: 'peer',
    document: 'tagged/64KB',
    samples: 1,
    note: 'joined <deltas> differ',
  }),
  row('indexof/tagged/64KB/whole', 0.02, 65_536, 1, { kind: 'baseline', document: 'tagged/64KB' }),
]
const memory: MemoryRow[] = [
  {
    name: 'memory/tagged',
    retained: [
      { chars: 65_536, heapBytes: 9000, snapshotChars: 1000 },
      { chars: 1_048_576, heapBytes: 2_000_000, snapshotChars: 1004 },
    ],
  },
]
const results: BenchResults = {
  version: 1,
  date: '2026-11-25T00:00:00.000Z',
  machine: '2 cores, x64',
  mode: 'full',
  measurements,
  memory,
  targets: judgeTargets(measurements, memory),
}

describe('results', () => {
  it('reckon in megabytes a second and nanoseconds a chunk', () => {
    const half = row('a/b/4', 500, 1_000_000, 1000)
    expect(throughput(half)).toBe(2)
    expect(chunkTime(half)).toBe(500_000)
    expect(growthOf(measurements, 'tagged')).toBe(15)
    expect(growthOf(measurements, 'hermes')).toBeUndefined()
  })

  it('judge only the targets whose rows were measured', () => {
    expect(results.targets.map(({ isMet, value }) => [isMet, Math.round(value)])).toEqual([
      [true, 488],
      [false, 52],
      [true, 15],
      [true, 4],
      [false, 1944],
    ])
    expect(judgeTargets([], [])).toEqual([])
  })
})

describe('printReport', () => {
  const report = printReport(results)

  it('compares with baselines of the same text', () => {
    const line = report.split('\n').find((one) => one.startsWith('tagged/64KB/4')) ?? ''
    expect(line).toMatch(/16384 +8 +8\.19 +488 +0\.0025x +500x +4 chars 1\.5 us$/)
  })

  it('says what was missed and what one repetition gave', () => {
    expect(report).toMatch(/MISSED +tagged: 1 MB argument whole +52\.4 MB\/s +at least 100/)
    expect(report).toContain('joined <deltas> differ; one repetition:\n  ai-sdk-tool/tagged/64KB/4')
  })

  it('has something to say about no rows at all', () => {
    expect(printReport({ ...results, measurements: [], memory: [], targets: [] })).toContain('2 cores')
  })

  it.each([
    [1234.5, '1235'],
    [12.345, '12.3'],
    [0.012345, '0.0123'],
    [Number.NaN, '-'],
  ])('writes %f as %s', (value, text) => {
    expect(formatNumber(value)).toBe(text)
  })
})

describe('drawPlot', () => {
  it('is well-formed SVG with the rows, both axes and the legend', () => {
    const svg = drawPlot(results)
    expect(XMLValidator.validate(svg)).toBe(true)
    for (const label of [
      'tagged, 64 KB, 4-character chunks',
      'tooldelta, tagged',
      '@ai-sdk-tool/parser, tagged',
      '64 KB',
      '1 MB',
    ]) {
      expect(svg).toContain(label)
    }
    expect(svg).not.toMatch(/NaN|undefined|Infinity/)
  })

  it('is well-formed without any row', () => {
    expect(XMLValidator.validate(drawPlot({ ...results, measurements: [] }))).toBe(true)
  })
})
