import { type Command, Option } from 'commander'
import { readErrorMessage, UsageError } from '../errors.ts'
import type { ExitCode, ReportExitCode } from '../exit-code.ts'
import { portNumber, wholeNumber } from '../input/numbers.ts'
import { addParserOptions, choice, type ParserFlags, toReadingOptions } from '../input/parser-options.ts'
import { readFormat } from '../input/read-format.ts'
import { readText } from '../input/read-text.ts'
import type { ReadingOptions } from '../record/kept-words.ts'
import type { RecordAppOptions } from '../record/record-app.ts'
import type { RecorderCounts } from '../record/recorder.ts'
import type { Redaction } from '../record/redact.ts'

interface RecordFlags extends Omit<ParserFlags, 'format'> {
  upstream?: string
  out?: string
  port: number
  host: string
  upstreamKey?: string
  format?: string
  profile: NonNullable<RecordAppOptions['profile']>
  redact: Redaction[]
  toFixture?: string
  index?: number
}

const drainMs = 30_000

const help = `
The proxy passes everything under /v1 on, and appends a line to FILE for each POST: request, head of the answer, and
its pieces as they came, with their times. Without --format requests and answers pass untouched; with it clients get
tool calls, and the recording still has the model's own text.

Keys in headers and query strings, and copies of them anywhere, are never written. --redact keys also covers texts in
bodies that look like keys. --redact contents covers what people and models wrote: letters become x, digits 1, with
markers of calls, names of tools and parameters left, so that the text is parsed as before.

--to-fixture FILE makes a test of a recording: the text, its cuts and the result that the parser gives it now, checked
with every way to cut it. With --out DIR it is added to DIR/FORMAT.json, else printed. See docs/recordings.md.

Examples:
  tooldelta record --upstream http://127.0.0.1:8000 --out recorded.jsonl
  tooldelta record -u http://127.0.0.1:8000 --out recorded.jsonl --format qwen3_coder --redact contents keys
  tooldelta replay recorded.jsonl
  tooldelta record --to-fixture recorded.jsonl --index 0 --out packages/testbed/fixtures/formats

Exit codes: 0 fine, 1 the parser breaks a guarantee on a recorded text, 2 wrong usage.`

/** Adds `tooldelta record`: a proxy that writes down what passes, and fixtures of what it wrote. */
export function addRecordCommand(program: Command, report: ReportExitCode): void {
  const command = program
    .command('record')
    .description('records the raw answers of a model server, and makes tests of recordings')
    .option('-u, --upstream <url>', 'the model server, with or without /v1')
    .option('-o, --out <path>', 'the file to append to; with --to-fixture the folder of fixtures')
    .addOption(choice('--redact <what...>', 'what is covered in bodies', ['keys', 'contents']).default([], 'nothing'))
    .option('-p, --port <n>', 'port to listen on; 0 for any free one', portNumber, 4000)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .addOption(
      new Option('--upstream-key <key>', 'key for the upstream; better set in the environment').env(
        'TOOLDELTA_UPSTREAM_KEY',
      ),
    )
    .addOption(
      choice('--profile <server>', 'the kind of server', ['vllm', 'sglang', 'llamacpp', 'generic']).default('vllm'),
    )
    .option('--to-fixture <file>', 'make fixtures of the recordings in this file; - for standard input')
    .option('--index <n>', 'only this recording of the file, from 0', wholeNumber({ min: 0 }))
  addParserOptions(command, { isFormatRequired: false })
    .addHelpText('after', help)
    .action(async (flags: RecordFlags) => {
      report(flags.toFixture === undefined ? await record(flags) : await makeFixtures(flags, flags.toFixture))
    })
}

async function record(flags: RecordFlags): Promise<ExitCode> {
  const { upstream, out, host, port, redact, profile } = flags
  if (upstream === undefined) throw new UsageError('--upstream is missing: the address of the model server.')
  if (out === undefined) throw new UsageError('--out is missing: the file to append recordings to.')
  const parser = await readParser(flags)
  // An empty variable is how compose files say "not set".
  const upstreamKey = flags.upstreamKey === '' ? undefined : flags.upstreamKey
  const { createRecorder } = await import('../record/recorder.ts')
  const { createRecordApp } = await import('../record/record-app.ts')
  const { listen, serveUntilSignal } = await import('../serve/listen.ts')
  const recorder = await createRecorder({
    file: out,
    redact,
    parser,
    onProgress: printProgress,
    onError: ({ message }) => process.stderr.write(`${message}\n`),
  })
  const app = await createRecordApp({ recorder, upstream, upstreamKey, profile, ...parser }).catch((error: unknown) => {
    if (error instanceof TypeError) throw new UsageError(readErrorMessage(error))
    throw error
  })
  const url = await listen(app, { host, port })
  const served = serveUntilSignal(app, drainMs)
  process.stderr.write(`Recording ${url}/v1 into ${out}. Stop with Ctrl+C.\n`)
  await served
  await recorder.close()
  process.stderr.write(`${count(recorder.counts)} in ${out}.\n`)
  return 0
}

async function readParser(flags: RecordFlags): Promise<ReadingOptions | undefined> {
  if (flags.format === undefined) return undefined
  const options = { ...toReadingOptions(flags), format: await readFormat(flags.format) }
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as ReadingOptions
}

/** A terminal shows one line that counts up. */
function printProgress(counts: RecorderCounts): void {
  process.stderr.write(process.stderr.isTTY ? `\r${count(counts)}` : `${count(counts)}\n`)
}

function count({ exchanges, chunks }: RecorderCounts): string {
  return `${exchanges} ${exchanges === 1 ? 'exchange' : 'exchanges'}, ${chunks} ${chunks === 1 ? 'chunk' : 'chunks'}`
}

async function makeFixtures(flags: RecordFlags, file: string): Promise<ExitCode> {
  const { readRecordings } = await import('../replay/recording.ts')
  const { createFixtures } = await import('../record/fixture.ts')
  const { printFixtures, writeFixtures } = await import('../record/write-fixtures.ts')
  const name = file === '-' ? 'Standard input' : file
  const recordings = readRecordings(await readText(file), name)
  const { index, out } = flags
  const chosen = index === undefined ? recordings : recordings.slice(index, index + 1)
  if (chosen.length === 0) throw new UsageError(`${name} has ${recordings.length} recordings; --index counts from 0.`)
  const { repair, ...reading } = toReadingOptions(flags)
  const given = {
    ...reading,
    ...(repair === false && { repair }),
    ...(flags.format !== undefined && { format: await readFormat(flags.format) }),
  }
  const fixtures = chosen.flatMap((recording) => createFixtures(recording, given))
  if (out === undefined) process.stdout.write(printFixtures(fixtures.map(({ fixture }) => fixture)))
  else for (const written of await writeFixtures(out, fixtures)) process.stderr.write(`${written}\n`)
  const faults = fixtures.flatMap(({ fault }) => (fault === undefined ? [] : [fault]))
  for (const fault of faults) process.stderr.write(`${fault}\n`)
  return faults.length === 0 ? 0 : 1
}
