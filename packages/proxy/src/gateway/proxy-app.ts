import type { FastifyInstance } from 'fastify'
import { readConfig } from '../config/read-config.ts'
import type { Config } from '../config/schema.ts'
import type { LogStream } from '../telemetry/index.ts'
import { createGateway } from './gateway.ts'

type ModelSettings = Config['models'][number]

/** How much the log says. `silent` turns it off. */
export type LogLevel = Config['log']['level']

/** Options of {@link createProxyApp}. */
export interface ProxyAppOptions
  extends Partial<Pick<ModelSettings, 'mode' | 'toolChoice' | 'truncatedCalls' | 'deliver'>>, ModelSettingsOfParser {
  /** The model server, with or without `/v1`; several are replicas of one. */
  upstream: string | readonly string[]
  /** The id of the model's tool-call format, or a file `*.json` with its response_template. */
  format: string
  /** Sent to the upstream as `Authorization: Bearer`. Without it the client's own credentials are passed on. */
  upstreamKey?: string | undefined
  /** The kind of server. @defaultValue 'vllm' */
  profile?: Config['upstreams'][number]['profile'] | undefined
  /** @defaultValue 'info' */
  logLevel?: LogLevel | undefined
  /** Where log lines go, one JSON object each. @defaultValue standard output */
  logStream?: LogStream | undefined
}

type ModelSettingsOfParser = { [name in keyof ModelSettings['parser']]?: ModelSettings['parser'][name] | undefined }

/**
 * Makes a small proxy for programs: every model of one upstream, everything under `/v1` passed on, without keys, probes and the page of the
 * API. Not listening yet. For all settings use `readConfig` and `createGateway`.
 *
 * The log has one line for each request, without contents: no texts, no tools, no keys.
 *
 * @throws ConfigError for wrong options
 * @example
 * ```ts
 * const app = await createProxyApp({ upstream: 'http://127.0.0.1:8000', format: 'qwen3_coder' })
 * await app.listen({ port: 4000 })
 * ```
 */
export async function createProxyApp(options: ProxyAppOptions): Promise<FastifyInstance> {
  const { upstream, format, upstreamKey, profile, logLevel, logStream, ...rest } = options
  const { mode, toolChoice, truncatedCalls, deliver, ...parser } = rest
  const config = readConfig({
    env: {},
    overrides: {
      upstream: { urls: [upstream].flat(), profile, passPaths: ['/v1/*'] },
      model: { format, mode, toolChoice, truncatedCalls, deliver, parser },
      log: { level: logLevel },
      probe: { enabled: false },
      docs: { enabled: false },
    },
  })
  const upstreamKeys = new Map(upstreamKey === undefined ? [] : [['default', upstreamKey]])
  const { app } = await createGateway(config, { secrets: { clientKeys: [], upstreamKeys }, logStream })
  return app
}
