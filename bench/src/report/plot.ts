import type { Measurement } from '../measure.ts'
import { throughput, type BenchResults } from './results.ts'
import { formatNumber } from './table.ts'

const width = 1080
const colors = { tooldelta: '#1a7f5a', baseline: '#8a94a3', peer: '#c2571a' } as const
const legendEntries = [
  { kind: 'tooldelta', title: 'tooldelta', offset: 0 },
  { kind: 'baseline', title: 'building block to compare with', offset: 110 },
  { kind: 'peer', title: '@ai-sdk-tool/parser 4.1.26', offset: 350 },
] as const
const lineStyles = [
  { prefix: 'tagged', title: 'tooldelta, tagged', color: '#1a7f5a', dash: '' },
  { prefix: 'hermes', title: 'tooldelta, hermes', color: '#2f6fb3', dash: '' },
  { prefix: 'ai-sdk-tool/tagged', title: '@ai-sdk-tool/parser, tagged', color: '#c2571a', dash: '' },
  { prefix: 'ai-sdk-tool/hermes', title: '@ai-sdk-tool/parser, hermes', color: '#c2571a', dash: '6 4' },
] as const

/** Draws throughput as bars and the cost of a character over the argument's size as lines, both on logarithmic scales. */
export function drawPlot(results: BenchResults): string {
  const bars = drawBars(results.measurements, 74)
  const lines = drawLines(results.measurements, bars.bottom + 70)
  const height = lines.bottom + 30
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, 'Segoe UI', Helvetica, Arial, sans-serif" font-size="13" fill="#1c2430" role="img" aria-label="Benchmark of tooldelta: throughput and growth">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    text(20, 28, 'Throughput of a tool call that writes a file, in MB/s (more is better, logarithmic)', {
      size: 17,
      weight: 600,
    }),
    text(20, 50, `${results.machine}; ${results.date.slice(0, 10)}`, { color: '#5b6675' }),
    bars.svg,
    lines.svg,
    '</svg>',
  ]
  return `${parts.join('\n')}\n`
}

interface Panel {
  svg: string
  bottom: number
}

/** Rows of the bar panel, by what the reader should see next to what. */
const barRows: readonly { name: string; title: string }[] = [
  { name: 'indexof/tagged/64KB/whole', title: 'String.indexOf, 64 KB whole' },
  { name: 'stringify/tagged/64KB/whole', title: 'JSON.stringify, 64 KB whole' },
  { name: 'tagged/1MB/whole', title: 'tagged, 1 MB whole' },
  { name: 'hermes/1MB/whole', title: 'hermes, 1 MB whole' },
  { name: 'text/64KB/4', title: 'plain text, 4-character chunks' },
  { name: 'tagged/64KB/token', title: 'tagged, 64 KB, token chunks' },
  { name: 'tagged/64KB/4', title: 'tagged, 64 KB, 4-character chunks' },
  { name: 'hermes/64KB/4', title: 'hermes, 64 KB, 4-character chunks' },
  { name: 'stringify-each/tagged/64KB/4', title: 'JSON.stringify of each 4-character chunk' },
  { name: 'fast-xml-parser/tagged/64KB/4', title: 'buffer, then fast-xml-parser' },
  { name: 'identity-stream/tagged/64KB/4', title: 'TransformStream that changes nothing' },
  { name: 'sse-json/tagged/64KB/4', title: 'SSE parse and stringify of each event' },
  { name: 'sse/transform-response/tagged/64KB/4', title: 'transformResponse, SSE bytes to bytes' },
  { name: 'ai-sdk-tool/tagged/64KB/4', title: '@ai-sdk-tool/parser, tagged, 64 KB at 4' },
  { name: 'ai-sdk-tool/hermes/64KB/4', title: '@ai-sdk-tool/parser, hermes, 64 KB at 4' },
]

function drawBars(measurements: readonly Measurement[], top: number): Panel {
  const rows = barRows.flatMap(({ name, title }) => {
    const row = measurements.find((one) => one.name === name)
    return row === undefined ? [] : [{ title, kind: row.kind, value: throughput(row) }]
  })
  if (rows.length === 0) return { svg: '', bottom: top }
  const left = 320
  const scale = createScale(
    rows.map((row) => row.value),
    left,
    width - 90,
  )
  const axisTop = top + 24
  const bottom = axisTop + rows.length * 25
  const bars = rows.map(({ title, kind, value }, index) => {
    const y = axisTop + index * 25
    return [
      text(left - 10, y + 17, title, { anchor: 'end' }),
      `<rect x="${left}" y="${y + 4}" width="${round(scale.at(value) - left)}" height="17" rx="2" fill="${colors[kind]}"/>`,
      text(scale.at(value) + 6, y + 17, formatNumber(value)),
    ].join('\n')
  })
  const grid = scale.ticks.map(
    (tick) =>
      verticalLine(scale.at(tick), axisTop, bottom) +
      text(scale.at(tick), bottom + 18, formatTick(tick), { anchor: 'middle', color: '#5b6675' }),
  )
  const legend = legendEntries.map(({ kind, title, offset }) => {
    const x = left + offset
    return `<rect x="${x}" y="${top}" width="12" height="12" rx="2" fill="${colors[kind]}"/>${text(x + 18, top + 11, title)}`
  })
  return { svg: [...legend, ...grid, ...bars].join('\n'), bottom: bottom + 24 }
}

function drawLines(measurements: readonly Measurement[], top: number): Panel {
  const series = lineStyles
    .map((style) => ({ ...style, points: readPoints(measurements, style.prefix) }))
    .filter(({ points }) => points.length > 1)
  if (series.length === 0) return { svg: '', bottom: top - 70 }
  const area = { left: 90, right: width - 330, top: top + 24, bottom: top + 290 }
  const all = series.flatMap(({ points }) => points)
  const x = createScale(
    all.map(([size]) => size),
    area.left + 20,
    area.right - 20,
    4,
  )
  const y = createScale(
    all.map(([, cost]) => cost),
    area.bottom - 8,
    area.top + 8,
  )
  const grid = [
    ...y.ticks.map(
      (tick) =>
        `<line x1="${area.left}" x2="${area.right}" y1="${round(y.at(tick))}" y2="${round(y.at(tick))}" stroke="#dde2e8"/>${text(area.left - 8, y.at(tick) + 4, formatTick(tick), { anchor: 'end', color: '#5b6675' })}`,
    ),
    ...x.ticks.map(
      (tick) =>
        verticalLine(x.at(tick), area.top, area.bottom) +
        text(x.at(tick), area.bottom + 18, formatSize(tick), { anchor: 'middle', color: '#5b6675' }),
    ),
  ]
  const drawn = series.map(({ points, color, dash, title }, index) => {
    const path = points.map(([size, cost]) => `${round(x.at(size))},${round(y.at(cost))}`).join(' ')
    const dots = points.map(
      ([size, cost]) => `<circle cx="${round(x.at(size))}" cy="${round(y.at(cost))}" r="3.5" fill="${color}"/>`,
    )
    const legendY = area.top + 20 + index * 26
    const stroke = `stroke="${color}" stroke-width="2"${dash === '' ? '' : ` stroke-dasharray="${dash}"`}`
    const key = `<line x1="${area.right + 30}" x2="${area.right + 62}" y1="${legendY}" y2="${legendY}" ${stroke}/>${text(area.right + 70, legendY + 4, title)}`
    return [`<polyline points="${path}" fill="none" ${stroke}/>`, ...dots, key].join('\n')
  })
  const titles = [
    text(20, top, 'Nanoseconds a character over the size of the argument, 4-character chunks (flat is linear)', {
      size: 17,
      weight: 600,
    }),
    text((area.left + area.right) / 2, area.bottom + 42, 'characters of the string argument', {
      anchor: 'middle',
      color: '#5b6675',
    }),
  ]
  return { svg: [...titles, ...grid, ...drawn].join('\n'), bottom: area.bottom + 48 }
}

function readPoints(measurements: readonly Measurement[], prefix: string): [number, number][] {
  return measurements
    .filter(
      ({ name }) =>
        name.startsWith(`${prefix}/`) && name.split('/').length === prefix.split('/').length + 2 && name.endsWith('/4'),
    )
    .map(({ chars, medianMs }): [number, number] => [chars, (medianMs * 1e6) / chars])
    .toSorted(([a], [b]) => a - b)
}

interface Scale {
  at(value: number): number
  ticks: number[]
}

/** A logarithmic scale from the power of `base` below the least value to the one above the greatest. */
function createScale(values: readonly number[], from: number, to: number, base = 10): Scale {
  const log = (value: number) => Math.log(value) / Math.log(base)
  const low = Math.floor(log(Math.min(...values)) + 1e-9)
  const high = Math.max(low + 1, Math.ceil(log(Math.max(...values)) - 1e-9))
  return {
    at: (value) => from + ((log(value) - low) / (high - low)) * (to - from),
    ticks: Array.from({ length: high - low + 1 }, (_, index) => base ** (low + index)),
  }
}

interface TextStyle {
  anchor?: 'middle' | 'end'
  color?: string
  size?: number
  weight?: number
}

function text(x: number, y: number, content: string, { anchor, color, size, weight }: TextStyle = {}): string {
  const attributes = [
    anchor === undefined ? '' : ` text-anchor="${anchor}"`,
    color === undefined ? '' : ` fill="${color}"`,
    size === undefined ? '' : ` font-size="${size}"`,
    weight === undefined ? '' : ` font-weight="${weight}"`,
  ]
  return `<text x="${round(x)}" y="${round(y)}"${attributes.join('')}>${escapeText(content)}</text>`
}

function verticalLine(x: number, top: number, bottom: number): string {
  return `<line x1="${round(x)}" x2="${round(x)}" y1="${top}" y2="${bottom}" stroke="#dde2e8"/>`
}

function escapeText(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

function formatTick(value: number): string {
  return value >= 1 ? value.toLocaleString('en-US') : String(Number(value.toPrecision(1)))
}

function formatSize(chars: number): string {
  return chars >= 1024 * 1024
    ? `${formatNumber(chars / 1024 / 1024)} MB`
    : chars >= 1024
      ? `${formatNumber(chars / 1024)} KB`
      : String(chars)
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
