import { existsSync, statSync } from 'node:fs'
import type { Command } from 'commander'
import packageJson from '../../package.json' with { type: 'json' }
import { UsageError } from '../errors.ts'
import type { ReportExitCode } from '../exit-code.ts'
import { wholeNumber } from '../input/numbers.ts'
import { defaultName, findRunning, type InstanceFiles, instanceFiles } from '../process/instance.ts'

interface NameFlags {
  name: string
}

const place = `
Files are in TOOLDELTA_STATE_DIR, else in XDG_STATE_HOME/tooldelta, else in ~/.local/state/tooldelta.`

/** Adds `start`, `stop`, `status` and `logs`: `serve` in the background, for people without a service manager. */
export function addBackgroundCommands(program: Command, report: ReportExitCode): void {
  addStart(program, report)
  addStop(program, report)
  addStatus(program, report)
  addLogs(program, report)
}

function addName(command: Command): Command {
  return command.option('--name <name>', 'which instance', defaultName)
}

const startHelp = `
All other options are those of serve: tooldelta serve --help lists them. The command ends when the proxy is ready.
The log is rotated beyond --log-size; 5 older files are kept. Exit code 1: the proxy did not become ready.
${place}

Examples:
  tooldelta start --config tooldelta.yaml
  tooldelta start --upstream http://127.0.0.1:8000 --format qwen3_coder
  tooldelta start --name second --config second.yaml
  tooldelta status && tooldelta logs -f`

interface StartFlags extends NameFlags {
  wait: number
  logSize: number
}

function addStart(program: Command, report: ReportExitCode): void {
  addName(program.command('start'))
    .description('runs serve in the background')
    .usage('[options] [options of serve]')
    .option('--wait <seconds>', 'how long it may take to be ready', wholeNumber({ min: 1, max: 3600 }), 60)
    .option('--log-size <MiB>', 'size of the log file', wholeNumber({ min: 1, max: 10_000 }), 10)
    .allowUnknownOption()
    .allowExcessArguments()
    .addHelpText('after', startHelp)
    .action(async ({ name, wait, logSize }: StartFlags, command: Command) => {
      const { startInstance } = await import('../process/start.ts')
      const files = instanceFiles(name, process.env)
      const result = await startInstance({
        files,
        args: [process.argv[1] as string, 'serve', ...command.args],
        version: packageJson.version,
        timeoutMs: wait * 1000,
        maxLogBytes: logSize * 1024 * 1024,
      })
      if (result.isReady) {
        const { pid, url } = result.record
        process.stdout.write(`Serving ${url}/v1, pid ${pid}, log ${files.logFile}\n`)
        report(0)
        return
      }
      const output = result.output === '' ? '' : `\n${result.output}`
      process.stderr.write(`tooldelta: The proxy ${result.reason}. Its log ${files.logFile} says:${output}\n`)
      report(1)
    })
}

const stopHelp = `
No new requests; answers under way may end, as long as timeouts.drain allows. Exit code 1: it still runs after --wait.

Examples:
  tooldelta stop
  tooldelta stop --name second --wait 5 --force`

function addStop(program: Command, report: ReportExitCode): void {
  addName(program.command('stop'))
    .description('ends the proxy in the background')
    .option('--wait <seconds>', 'how long answers under way may take', wholeNumber({ min: 1, max: 86_400 }), 40)
    .option('--force', 'kill it after that')
    .addHelpText('after', stopHelp)
    .action(async ({ name, wait, force }: NameFlags & { wait: number; force?: true }) => {
      const { stopInstance } = await import('../process/stop.ts')
      const { readHealth } = await import('../process/health.ts')
      const { removeRecord } = await import('../process/instance.ts')
      const files = instanceFiles(name, process.env)
      const record = findRunning(files)
      if (record === undefined) {
        removeRecord(files)
        process.stdout.write(`${describe(files)} does not run.\n`)
        return
      }
      const { inFlight = 0 } = await readHealth(record.url)
      if (inFlight > 0) process.stderr.write(`Waiting for ${inFlight} answers under way.\n`)
      const result = await stopInstance({
        files,
        record,
        timeoutMs: wait * 1000,
        isForced: force === true,
        onWait: (seconds) => {
          if (seconds % 5 === 0) process.stderr.write(`Still waiting, ${seconds} of ${wait} seconds.\n`)
        },
      })
      if (result === 'running') {
        process.stderr.write(`tooldelta: ${describe(files)} still runs, pid ${record.pid}. Wait, or add --force.\n`)
        report(1)
        return
      }
      process.stdout.write(`${describe(files)} was ${result}, pid ${record.pid}.\n`)
      report(0)
    })
}

const statusHelp = `
Exit code 0: it runs, whether or not its upstream does; 1: it does not run.
${place}

Examples:
  tooldelta status
  tooldelta status --json | jq .health`

function addStatus(program: Command, report: ReportExitCode): void {
  addName(program.command('status'))
    .description('says whether the proxy runs in the background, where, and how it is')
    .option('--json', 'print JSON')
    .addHelpText('after', statusHelp)
    .action(async ({ name, json }: NameFlags & { json?: true }) => {
      const { readHealth } = await import('../process/health.ts')
      const files = instanceFiles(name, process.env)
      const record = findRunning(files)
      report(record === undefined ? 1 : 0)
      if (record === undefined) {
        const text = json === true ? JSON.stringify({ name, running: false }) : `${describe(files)} does not run.`
        process.stdout.write(`${text}\n`)
        return
      }
      const { status, inFlight } = await readHealth(record.url)
      const uptime = Math.floor((Date.now() - record.startedAt) / 1000)
      const { pid, url, version } = record
      const all = {
        name,
        running: true,
        pid,
        url,
        version,
        uptime_seconds: uptime,
        health: status,
        in_flight: inFlight,
        log: files.logFile,
      }
      if (json === true) process.stdout.write(`${JSON.stringify(all, null, 2)}\n`)
      else process.stdout.write(renderStatus(all))
    })
}

function renderStatus(all: Record<string, unknown>): string {
  const { pid, url, version, uptime_seconds, health, in_flight, log, name } = all
  const rows: [string, unknown][] = [
    ['instance', `${name as string}, pid ${pid as number}, version ${version as string}`],
    ['address', url === undefined ? '-' : `${url as string}/v1`],
    ['running for', formatSeconds(uptime_seconds as number)],
    ['health', health],
    ['in flight', in_flight ?? '-'],
    ['log', log],
  ]
  return rows.map(([title, value]) => `${title.padEnd(13)}${String(value)}\n`).join('')
}

function formatSeconds(seconds: number): string {
  const days = Math.floor(seconds / 86_400)
  const clock = new Date(seconds * 1000).toISOString().slice(11, 19)
  return days === 0 ? clock : `${days} d ${clock}`
}

const logsHelp = `
The log has one JSON line for each request, and what the proxy says at its start and end. -f goes on across rotations, until Ctrl+C.
${place}

Examples:
  tooldelta logs -n 100
  tooldelta logs -f | jq -c 'select(.status >= 500)'`

function addLogs(program: Command, report: ReportExitCode): void {
  addName(program.command('logs'))
    .description('prints the log of the proxy in the background')
    .option('-n, --lines <n>', 'how many lines', wholeNumber({ min: 0, max: 10_000_000 }), 20)
    .option('-f, --follow', 'go on with what is added')
    .addHelpText('after', logsHelp)
    .action(async ({ name, lines, follow }: NameFlags & { lines: number; follow?: true }) => {
      const { followLog, readLastLines } = await import('../process/log-file.ts')
      const { logFile } = instanceFiles(name, process.env)
      if (!existsSync(logFile)) {
        throw new UsageError(`There is no log ${logFile}. Start the instance first: tooldelta start --name ${name}`)
      }
      const size = statSync(logFile).size
      const write = (text: string): void => void process.stdout.write(text)
      write(readLastLines(logFile, lines))
      if (follow === true) await followLog(logFile, size, write, untilSignal())
      report(0)
    })
}

function untilSignal(): AbortSignal {
  const controller = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => controller.abort())
  return controller.signal
}

function describe({ name }: InstanceFiles): string {
  return name === defaultName ? 'The proxy' : `The instance '${name}'`
}
