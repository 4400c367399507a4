import type { ToolCallOptions } from '@tooldelta/fetch'
import { type Command, Option } from 'commander'
import { readErrorMessage, UsageError } from '../errors.ts'
import type { ReportExitCode } from '../exit-code.ts'
import { portNumber } from '../input/numbers.ts'
import { addParserOptions, choice, type ParserFlags, toParserOptions } from '../input/parser-options.ts'
import type { LogLevel, ProxyAppOptions } from '../serve/proxy-app.ts'

interface ServeFlags extends ParserFlags {
  upstream: string
  port: number
  host: string
  upstreamKey?: string
  profile: NonNullable<ToolCallOptions['profile']>
  truncatedCalls: NonNullable<ToolCallOptions['truncatedCalls']>
  deliver: NonNullable<ToolCallOptions['deliver']>
  logLevel: LogLevel
}

const drainMs = 30_000
const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']

const help = `
Clients use http://127.0.0.1:4000/v1 as their base URL. GET /health/live answers 200 while the proxy runs.
The log goes to standard output: one JSON line for each request, without contents.
SIGTERM and SIGINT: no new requests, answers under way have 30 seconds to end; a second signal cuts them off.
The proxy asks its clients for no key. Without --upstream-key their own Authorization header goes to the upstream.

Examples:
  vllm serve Qwen/Qwen3-Coder-30B-A3B-Instruct
  tooldelta serve --upstream http://127.0.0.1:8000 --format qwen3_coder

  tooldelta serve --upstream http://gpu:30000 --format hermes --profile sglang --port 4001
  TOOLDELTA_UPSTREAM_KEY=... tooldelta serve --upstream https://models.example.com/v1 --format qwen3_coder`

/** Adds `tooldelta serve`: the proxy in front of a model server. */
export function addServeCommand(program: Command, report: ReportExitCode): void {
  const command = program
    .command('serve')
    .description('runs the proxy: OpenAI tool calls in front of a model server without a tool parser')
    .requiredOption('-u, --upstream <url>', 'the model server, with or without /v1')
  addParserOptions(command)
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
    .addOption(
      choice('--truncated-calls <rule>', 'how a stream ends whose call was cut off', ['length', 'error']).default(
        'length',
      ),
    )
    .addOption(choice('--deliver <rule>', 'when a call is sent', ['stream', 'when-complete']).default('stream'))
    .addOption(choice('--log-level <level>', 'how much is logged', logLevels).default('info'))
    .addHelpText('after', help)
    .action(async (flags: ServeFlags) => {
      const { host, port } = flags
      const options = await toProxyOptions(flags)
      const { createProxyApp } = await import('../serve/proxy-app.ts')
      const { listen, serveUntilSignal } = await import('../serve/listen.ts')
      const app = await createProxyApp(options).catch((error: unknown) => {
        if (error instanceof TypeError) throw new UsageError(readErrorMessage(error))
        throw error
      })
      const url = await listen(app, { host, port })
      const served = serveUntilSignal(app, drainMs)
      process.stderr.write(
        `Serving ${url}/v1 in front of ${hideCredentials(flags.upstream)}, format ${flags.format}.\n`,
      )
      if (!isLoopback(host)) {
        process.stderr.write(`Everyone who reaches ${host} can use the upstream: the proxy asks for no key.\n`)
      }
      await served
      report(0)
    })
}

async function toProxyOptions(flags: ServeFlags): Promise<ProxyAppOptions> {
  const { upstream, upstreamKey, profile, truncatedCalls, deliver, logLevel } = flags
  const { tools: _, ...parser } = await toParserOptions(flags)
  // An empty variable is how compose files say "not set".
  const key = upstreamKey === '' ? undefined : upstreamKey
  return { ...parser, upstream, upstreamKey: key, profile, truncatedCalls, deliver, logLevel }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.')
}

function hideCredentials(upstream: string): string {
  return upstream.replace(/\/\/[^/]*@/, '//')
}
