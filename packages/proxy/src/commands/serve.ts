import { type Command, Option } from 'commander'
import type { Config } from '../config/schema.ts'
import type { ConfigOverrides } from '../config/short-settings.ts'
import { UsageError } from '../errors.ts'
import type { ReportExitCode } from '../exit-code.ts'
import { portNumber, wholeNumber } from '../input/numbers.ts'
import { readFormat } from '../input/read-format.ts'
import { addParserOptions, choice, type ParserFlags } from '../input/parser-options.ts'

interface ServeFlags extends Partial<ParserFlags> {
  config?: string
  upstream?: string[]
  port?: number
  host?: string
  upstreamKey?: string
  profile?: Config['upstreams'][number]['profile']
  truncatedCalls?: Config['models'][number]['truncatedCalls']
  deliver?: Config['models'][number]['deliver']
  logLevel?: Config['log']['level']
  probe: boolean
  allowWithoutKey?: true
  inspect?: true
  workers: number
}

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']

const help = `
Settings come from a file, then from the environment (TOOLDELTA_...), then from flags; the later ones win. Without --config: the file of
TOOLDELTA_CONFIG, or tooldelta.yaml in this folder. With --upstream no file is needed, and every path under /v1 is passed on.

Clients use http://127.0.0.1:4000/v1 as their base URL; http://127.0.0.1:4000/docs is a page to try requests.
GET /health/live answers 200 while the proxy runs, /health/ready while an upstream is up, /metrics is for Prometheus.
The log goes to standard output: one JSON line for each request, without contents.
Keys of clients come from keys in the file, or from TOOLDELTA_KEY. Without one only this machine is served, and the clients' own
Authorization header goes to the upstream where that has no key of its own.
SIGTERM and SIGINT: no new requests, answers under way have 30 seconds (timeouts.drain) to end; a second signal cuts them off.
Limits of requests count in each worker by itself.
--inspect: http://127.0.0.1:4000/inspect shows the last exchanges (inspect.streams, inspect.bytes), with contents, to whoever has a key.

Examples:
  vllm serve Qwen/Qwen3-Coder-30B-A3B-Instruct
  tooldelta serve --upstream http://127.0.0.1:8000 --format qwen3_coder

  tooldelta serve --config tooldelta.yaml --workers 4
  tooldelta serve --config tooldelta.yaml --inspect
  tooldelta serve --upstream http://gpu:30000 --format hermes --profile sglang --port 4001
  TOOLDELTA_UPSTREAM_KEY=... tooldelta serve --upstream https://models.example.com/v1 --format qwen3_coder
  TOOLDELTA_KEY=... tooldelta serve --upstream http://gpu:8000 --format qwen3_coder --host 0.0.0.0`

/** Adds `tooldelta serve`: the proxy in front of model servers. */
export function addServeCommand(program: Command, report: ReportExitCode): void {
  const command = program
    .command('serve')
    .description('runs the proxy: OpenAI tool calls in front of a model server without a tool parser')
    .option('-c, --config <file>', 'the settings, a YAML file; tooldelta config init writes one')
    .option('-u, --upstream <url...>', 'the model server, with or without /v1; several are replicas of one')
  addParserOptions(command, { isFormatRequired: false })
    .option('-p, --port <n>', 'port to listen on; 0 for any free one (default: 4000)', portNumber)
    .option('--host <address>', 'address to listen on (default: 127.0.0.1)')
    .addOption(
      new Option(
        '--upstream-key <key>',
        'key for the upstream; better set in the environment as TOOLDELTA_UPSTREAM_KEY',
      ),
    )
    .addOption(
      choice('--profile <server>', 'the kind of server (default: vllm)', ['vllm', 'sglang', 'llamacpp', 'generic']),
    )
    .addOption(
      choice('--truncated-calls <rule>', 'how a stream ends whose call was cut off (default: length)', [
        'length',
        'error',
      ]),
    )
    .addOption(choice('--deliver <rule>', 'when a call is sent (default: stream)', ['stream', 'when-complete']))
    .addOption(choice('--log-level <level>', 'how much is logged (default: info)', logLevels))
    .option('--no-probe', 'do not ask the models at start what their server does with tools')
    .option('--allow-without-key', 'serve other machines without asking for a key')
    .option('--inspect', 'keep the last exchanges in memory and show them at /inspect while they run')
    .option('--workers <n>', 'processes that share the port', wholeNumber({ min: 1, max: 1024 }), 1)
    .addHelpText('after', help)
    .action(async (flags: ServeFlags) => {
      const { readConfig } = await import('../config/read-config.ts')
      const { findConfigFile } = await import('../config/find-file.ts')
      const env = toEnvironment(flags)
      const overrides = toOverrides(flags)
      const file = flags.config ?? (flags.upstream === undefined ? findConfigFile(undefined, env) : undefined)
      if (file === undefined) checkShortForm(flags, env)
      if (flags.format !== undefined) await readFormat(flags.format)
      const config = readConfig({ file, env, overrides })
      const { serve } = await import('../serve/serve.ts')
      await serve(config, { env, workers: flags.workers })
      report(0)
    })
}

/** Without a file two things must be said; where they are missing, the words of the flags are those to mend it with. */
function checkShortForm({ upstream, format }: ServeFlags, env: NodeJS.ProcessEnv): void {
  const isSet = (name: string): boolean => Object.keys(env).some((key) => key.startsWith(name) && env[key] !== '')
  if (upstream === undefined && !isSet('TOOLDELTA_UPSTREAM')) {
    throw new UsageError(
      'It is not said where the model server is: --upstream http://127.0.0.1:8000, or --config with a file of settings.',
    )
  }
  if (format === undefined && !isSet('TOOLDELTA_FORMAT') && !isSet('TOOLDELTA_MODELS')) {
    throw new UsageError(
      "The model's tool-call format is missing: --format qwen3_coder, or --format auto to go by the model's name and text.",
    )
  }
}

/** A key on the command line takes the place of the variable. */
function toEnvironment({ upstreamKey }: ServeFlags): NodeJS.ProcessEnv {
  return upstreamKey === undefined ? process.env : { ...process.env, TOOLDELTA_UPSTREAM_KEY: upstreamKey }
}

function toOverrides(flags: ServeFlags): ConfigOverrides {
  const { upstream, format, profile, truncatedCalls, deliver, host, port, allowWithoutKey, logLevel } = flags
  const { reasoning, callsInReasoning, fencedCalls, closers, unknownTools } = flags
  // Only with --no-repair: what the file says stays otherwise.
  const repair = flags.repair === false ? false : undefined
  const parser = { reasoning, callsInReasoning, fencedCalls, closers, unknownTools, repair }
  return withoutNothing({
    listen: { host, port, allowWithoutKey },
    log: { level: logLevel },
    inspect: { enabled: flags.inspect },
    probe: { enabled: flags.probe ? undefined : false },
    upstream: { urls: upstream, profile, passPaths: upstream === undefined ? undefined : ['/v1/*'] },
    model: { format, truncatedCalls, deliver, parser },
  }) as ConfigOverrides
}

/** Settings of flags that were not given are not there, so that they change nothing. */
function withoutNothing(value: object): object {
  const entries = Object.entries(value).flatMap(([name, child]) => {
    const rest: unknown = typeof child === 'object' && !Array.isArray(child) ? withoutNothing(child as object) : child
    const isEmpty = rest === undefined || (typeof rest === 'object' && Object.keys(rest as object).length === 0)
    return isEmpty ? [] : [[name, rest] as const]
  })
  return Object.fromEntries(entries)
}
