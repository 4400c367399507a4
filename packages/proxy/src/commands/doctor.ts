import { type Command, Option } from 'commander'
import { readErrorMessage, UsageError } from '../errors.ts'
import type { ReportExitCode } from '../exit-code.ts'
import { createColors } from '../output/colors.ts'

interface DoctorFlags {
  url: string
  key?: string
  model?: string
  format?: string
  json?: true
}

const help = `
Asks what an editor asks: health, models, a completion, a streamed tool call, a turn with the tool's result, and one
with a broken history. URL is tooldelta serve, or a bare model server: that is probed, and tried through tooldelta
inside this command, which tells what settings fit it. The model answers about ten short questions.

Examples:
  tooldelta doctor
  tooldelta doctor --url http://127.0.0.1:8000 --format qwen3_coder
  TOOLDELTA_KEY=... tooldelta doctor --url https://models.example.com/v1 --model coder --json

Exit codes: 0 fine, 1 a check failed, 2 wrong usage.`

/** Adds `tooldelta doctor`: checks a proxy or a model server end to end. */
export function addDoctorCommand(program: Command, report: ReportExitCode): void {
  program
    .command('doctor')
    .description('checks a running proxy or model server end to end, and says what to mend')
    .option('-u, --url <url>', 'the proxy or model server, with or without /v1', 'http://127.0.0.1:4000')
    .addOption(new Option('-k, --key <key>', 'key of the server; better set in the environment').env('TOOLDELTA_KEY'))
    .option('-m, --model <name>', 'the model to ask (default: the first that is listed)')
    .option('-f, --format <id>', "the format of a bare server's model (default: by its name)")
    .option('--json', 'print the report as JSON')
    .addHelpText('after', help)
    .action(async (flags: DoctorFlags) => {
      await checkFlags(flags)
      const { runDoctor } = await import('../doctor/run-doctor.ts')
      const progress = createProgress(process.stderr)
      const { url, model, format } = flags
      // An empty variable is how compose files say "not set".
      const key = flags.key === '' ? undefined : flags.key
      const result = await runDoctor({ url, key, model, format, onStart: progress.show })
      progress.end()
      if (flags.json) process.stdout.write(`${JSON.stringify(result, null, 2)}\n`)
      else {
        const { printReport } = await import('../doctor/print-report.ts')
        process.stdout.write(printReport(result, createColors(process.stdout), process.stdout.columns))
      }
      report(result.ok ? 0 : 1)
    })
}

async function checkFlags({ url, format }: DoctorFlags): Promise<void> {
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) {
    throw new UsageError(`--url must be an address such as http://127.0.0.1:4000; got '${url}'.`)
  }
  if (format === undefined) return
  const { findFormat } = await import('@tooldelta/core')
  try {
    findFormat(format)
  } catch (error) {
    throw new UsageError(readErrorMessage(error))
  }
}

/** The check under way, on a line of a terminal that is written over. */
function createProgress(stream: NodeJS.WriteStream): { show(title: string): void; end(): void } {
  if (!stream.isTTY) return { show: () => {}, end: () => {} }
  return {
    show: (title) => void stream.write(`\r\u001B[K${title}...`),
    end: () => void stream.write('\r\u001B[K'),
  }
}
