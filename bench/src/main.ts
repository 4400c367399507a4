import { fork } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism, loadavg } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { drawPlot } from './report/plot.ts'
import { judgeTargets, type BenchResults } from './report/results.ts'
import { formatNumber, printReport } from './report/table.ts'
import { listScenarios } from './scenarios.ts'
import { memoryRows, runRow, type WorkerReport } from './worker.ts'

const usage = `npm run bench -- [--quick] [--only TEXT] [--check] [--reference] [--list]

  --quick        fewer rows and less time for each: under a minute
  --only TEXT    only rows whose name contains TEXT, such as tagged/64KB
  --check        exit with 1 when a target is missed
  --reference    also write bench/results/reference.json and .svg, which are committed
  --row NAME     one row in this process, as JSON; for a profiler
  --list         the names of all rows`

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    check: { type: 'boolean', default: false },
    reference: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
    row: { type: 'string' },
  },
})
const recordings = resolve('packages/testbed/fixtures/recordings')
const budget = { milliseconds: options.quick ? 150 : 1200 }

if (options.help) process.stdout.write(`${usage}\n`)
else if (options.list) process.stdout.write(`${selectRows().join('\n')}\n`)
else if (options.row !== undefined) report(await runRow(options.row, recordings, budget))
else process.exitCode = await runAll()

function report(result: WorkerReport): void {
  if (process.send === undefined) process.stdout.write(`${JSON.stringify(result, undefined, 2)}\n`)
  else process.send(result, () => process.disconnect())
}

function selectRows(): string[] {
  const scenarios = listScenarios().filter((scenario) => scenario.isQuick || !options.quick)
  const names = [...scenarios.map((scenario) => scenario.name), ...memoryRows]
  return names.filter((name) => options.only === undefined || name.includes(options.only))
}

async function runAll(): Promise<number> {
  const names = selectRows()
  if (names.length === 0) return fail(`no row contains ${options.only ?? ''}; see --list`)
  warnOfLoad()
  const results: BenchResults = {
    version: 1,
    date: '',
    machine: `${availableParallelism()} cores, ${process.arch}, ${process.platform}, Node ${process.versions.node}`,
    mode: options.quick ? 'quick' : 'full',
    measurements: [],
    memory: [],
    targets: [],
  }
  let failures = 0
  for (const [index, name] of names.entries()) {
    process.stderr.write(`[${index + 1}/${names.length}] ${name} `)
    const report = await runInProcess(name).catch((error: Error) => error)
    if (report instanceof Error) {
      failures += 1
      process.stderr.write(`FAILED: ${report.message}\n`)
    } else addReport(results, report)
  }
  results.date = new Date().toISOString()
  results.targets = judgeTargets(results.measurements, results.memory)
  process.stdout.write(`\n${printReport(results)}\n`)
  writeResults(results, 'latest')
  if (options.reference) writeResults(results, 'reference')
  if (failures > 0) return fail(`${failures} of ${names.length} rows failed`)
  return options.check && results.targets.some((target) => !target.isMet) ? fail('a target was missed') : 0
}

/** Processor time leaves the time of other processes out, but they still share caches and cores' units. */
function warnOfLoad(): void {
  const load = loadavg()[0] as number
  if (load > 1)
    process.stderr.write(`bench: the machine is busy (load ${load.toFixed(1)}), the times will be somewhat too long\n`)
}

function runInProcess(row: string): Promise<WorkerReport> {
  const quick = options.quick ? ['--quick'] : []
  const child = fork(process.argv[1] as string, ['--row', row, ...quick], {
    execArgv: ['--expose-gc'],
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    serialization: 'advanced',
  })
  let errorText = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (errorText += text))
  return new Promise((done, reject) => {
    let report: WorkerReport | undefined
    child.on('message', (message) => (report = message as WorkerReport))
    child.on('error', reject)
    child.on('close', (code) => {
      if (report !== undefined && code === 0) done(report)
      else reject(new Error(/^\w*Error: .*$/m.exec(errorText)?.[0] ?? `exit code ${code}\n${errorText}`))
    })
  })
}

function addReport(results: BenchResults, report: WorkerReport): void {
  if ('memory' in report) {
    results.memory.push(report.memory)
    process.stderr.write(
      `${report.memory.retained.map(({ heapBytes }) => `${formatNumber(heapBytes / 1024)} KB`).join(', ')}\n`,
    )
    return
  }
  results.measurements.push(report.measurement)
  process.stderr.write(`${formatNumber(report.measurement.medianMs)} ms\n`)
}

function writeResults(results: BenchResults, name: string): void {
  const folder = resolve('bench/results')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(results, undefined, 2)}\n`)
  writeFileSync(join(folder, `${name}.svg`), drawPlot(results))
  process.stdout.write(`\nwritten: bench/results/${name}.json and ${name}.svg\n`)
}

function fail(message: string): number {
  process.stderr.write(`bench: ${message}\n`)
  return 1
}
