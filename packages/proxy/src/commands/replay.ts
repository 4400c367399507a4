import type { Command } from 'commander'
import { UsageError } from '../errors.ts'
import type { ReportExitCode } from '../exit-code.ts'
import { portNumber, wholeNumber } from '../input/numbers.ts'
import { readText } from '../input/read-text.ts'
import type { Recording } from '../replay/recording.ts'

interface ReplayFlags {
  port: number
  host: string
  delay: number
  recordedTimes?: boolean
  id?: string
}

const help = `
FILE is one of
  JSON lines     {"id": "a", "text": "...", "chunks": ["...", "..."]}; chunks are optional
  a JSON stream  {"id": "a", "model": "...", "chunks": [chat.completion.chunk objects]}, or a list of such
  a recording    what tooldelta record wrote

A request that was recorded gets the answer that it got then, byte for byte and with the same cuts.
Any other request gets the recordings whose id or model is its model, in turn; where there are none, all of them in turn.
As with a vLLM server that was started without a tool parser, tools are taken only with tool_choice "none", and
earlier calls need JSON objects as arguments: else the answer is 400.
Usage that was not recorded counts each chunk as a token.

Examples:
  tooldelta replay recorded.jsonl
  tooldelta replay stream.json --port 8001 --delay 20
  tooldelta serve --upstream http://127.0.0.1:8000 --format qwen3_coder`

/** Adds `tooldelta replay`: a model server that plays recordings. */
export function addReplayCommand(program: Command, report: ReportExitCode): void {
  program
    .command('replay')
    .description('runs an OpenAI-compatible model server that plays recordings')
    .argument('<FILE>', 'recordings, JSON lines or JSON; - for standard input')
    .option('-p, --port <n>', 'port to listen on; 0 for any free one', portNumber, 8000)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--delay <ms>', 'milliseconds before each chunk of a stream', wholeNumber({ min: 0, max: 600_000 }), 0)
    .option('--recorded-times', 'wait before each piece of a recorded exchange as long as the recording did')
    .option('--id <id>', 'play only this recording')
    .addHelpText('after', help)
    .action(async (file: string, { port, host, delay, recordedTimes, id }: ReplayFlags) => {
      const { readRecordings } = await import('../replay/recording.ts')
      const name = file === '-' ? 'Standard input' : file
      const recordings = selectById(readRecordings(await readText(file), name), id, name)
      const { createReplayApp } = await import('../replay/replay-app.ts')
      const { listen, serveUntilSignal } = await import('../serve/listen.ts')
      const app = createReplayApp({ recordings, delayMs: delay, recordedTimes })
      const url = await listen(app, { host, port })
      const served = serveUntilSignal(app, 0)
      const what = recordings.length === 1 ? '1 recording' : `${recordings.length} recordings`
      process.stdout.write(`Replaying ${what} on ${url}/v1. Stop with Ctrl+C.\n`)
      await served
      report(0)
    })
}

function selectById(recordings: Recording[], id: string | undefined, name: string): Recording[] {
  if (id === undefined) return recordings
  const selected = recordings.filter((recording) => recording.id === id)
  if (selected.length > 0) return selected
  const known = recordings.slice(0, 5).map((recording) => recording.id)
  const more = recordings.length > known.length ? ' and others' : ''
  throw new UsageError(`${name} has no recording '${id}'. It has ${known.join(', ')}${more}.`)
}
