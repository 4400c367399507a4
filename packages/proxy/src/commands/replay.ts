import type { Command } from 'commander'
import type { ReportExitCode } from '../exit-code.ts'
import { portNumber, wholeNumber } from '../input/numbers.ts'
import { readText } from '../input/read-text.ts'

interface ReplayFlags {
  port: number
  host: string
  delay: number
}

const help = `
FILE is one of
  JSON lines     {"id": "a", "text": "...", "chunks": ["...", "..."]}; chunks are optional
  a JSON stream  {"id": "a", "model": "...", "chunks": [chat.completion.chunk objects]}, or a list of such

A request gets the recording whose id is its model; any other model gets each recording in turn. As with a vLLM server that was started
without a tool parser, tools are taken only with tool_choice "none", and earlier calls need JSON arguments: else the answer is 400.
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
    .addHelpText('after', help)
    .action(async (file: string, { port, host, delay }: ReplayFlags) => {
      const { readRecordings } = await import('../replay/recording.ts')
      const recordings = readRecordings(await readText(file), file === '-' ? 'Standard input' : file)
      const { createReplayApp } = await import('../replay/replay-app.ts')
      const { listen, serveUntilSignal } = await import('../serve/listen.ts')
      const app = createReplayApp({ recordings, delayMs: delay })
      const url = await listen(app, { host, port })
      const what = recordings.length === 1 ? '1 recording' : `${recordings.length} recordings`
      process.stdout.write(`Replaying ${what} on ${url}/v1. Stop with Ctrl+C.\n`)
      await serveUntilSignal(app, 0)
      report(0)
    })
}
