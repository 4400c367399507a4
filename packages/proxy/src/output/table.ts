import CliTable from 'cli-table3'

const NO_LINES = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
}

/** Columns without lines around them; the last one wraps into `width` where it is given. */
export function renderTable(head: readonly string[], rows: readonly (readonly string[])[], width?: number): string {
  const columns = head.map((title, index) => Math.max(title.length, ...rows.map((row) => (row[index] ?? '').length)))
  const before = columns.slice(0, -1).reduce((sum, column) => sum + column + 2, 0)
  const last = width === undefined ? undefined : Math.max(20, width - before - 2)
  const table = new CliTable({
    head: [...head],
    chars: NO_LINES,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    wordWrap: last !== undefined,
    ...(last === undefined ? {} : { colWidths: [...columns.slice(0, -1), last] }),
  })
  table.push(...rows.map((row) => [...row]))
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
}
