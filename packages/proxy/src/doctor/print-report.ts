import type { Colors } from '../output/colors.ts'
import { renderTable } from '../output/table.ts'
import type { CheckRow, CheckStatus, DoctorReport } from './types.ts'

const signs: Readonly<Record<CheckStatus, string>> = { ok: '✓', failed: '✗', note: '–', skipped: ' ' }

/** The report for people: a table with a sign for each check, the mends, and one line that sums it up. */
export function printReport(report: DoctorReport, colors: Colors, width: number | undefined): string {
  const rows = report.rows.map((row) => [signs[row.status], row.title, describe(row)])
  const table = renderTable(['', 'Check', 'Result'], rows, width)
  const failures = report.rows.filter(({ status }) => status === 'failed')
  const mends = failures.map(({ title, mend }) => `  ${title}: ${mend}`)
  const lines = [colorSigns(table, colors), '']
  if (mends.length > 0) lines.push(colors.bold('What to do:'), ...mends, '')
  lines.push(sumUp(report, failures.length, colors))
  return `${lines.join('\n')}\n`
}

function describe({ status, detail, ms }: CheckRow): string {
  return status === 'ok' && ms > 0 ? `${detail} (${ms} ms)` : detail
}

function colorSigns(table: string, colors: Colors): string {
  return table.replaceAll(/^[✓✗–]/gm, (sign) => {
    if (sign === '✓') return colors.green(sign)
    return sign === '✗' ? colors.red(sign) : colors.yellow(sign)
  })
}

function sumUp({ role, mode, format, server }: DoctorReport, failures: number, colors: Colors): string {
  if (failures > 0) return colors.red(failures === 1 ? 'One check failed.' : `${failures} checks failed.`)
  if (role === 'proxy') return colors.green('Tool calls work here.')
  const flags = `--format ${format}${server?.kind === 'vllm' ? '' : ` --profile ${profileOf(server?.kind)}`}`
  return colors.green(`Tool calls work here behind tooldelta serve ${flags}, mode ${mode}.`)
}

function profileOf(kind: string | undefined): string {
  return kind === 'sglang' || kind === 'llamacpp' ? kind : 'generic'
}
