import {
  createStreamAnswer,
  createVllmEvents,
  cutText,
  type Script,
  type ScriptedUpstream,
  startScriptedUpstream,
} from '@tooldelta/testbed/scripted-upstream'
import { afterEach } from 'vitest'
import { readConfig } from '../../src/config/read-config.ts'
import type { Config, ConfigInput } from '../../src/config/schema.ts'
import { createGateway, type Gateway, type GatewayOptions } from '../../src/gateway/index.ts'
import { listen } from '../../src/serve/listen.ts'
import { qwenText, tools } from '../helpers/texts.ts'

/** Settings of a test; the upstream's address is put in. */
export type Settings = Partial<ConfigInput>

/** A gateway that listens on a free port of the loopback interface. */
export interface RunningGateway {
  url: string
  gateway: Gateway
  config: Config
  /** Lines of the log so far. */
  log: Record<string, unknown>[]
}

/** What {@link describeWithGateways} gives to tests. */
export interface GatewayStarter {
  upstream(script?: Script): Promise<ScriptedUpstream>
  gateway(upstream: { url: string }, settings?: Settings, options?: GatewayOptions): Promise<RunningGateway>
}

/** An ordinary answer of a model: content and one call. */
export const callAnswer = createStreamAnswer(createVllmEvents(cutText(qwenText)))

/** Starts gateways and upstreams for the tests of a file, and ends them after each. */
export function createStarter(): GatewayStarter {
  const closers: (() => Promise<unknown>)[] = []
  afterEach(async () => {
    for (const close of closers.splice(0).toReversed()) await close()
  })
  return {
    async upstream(script = callAnswer) {
      const upstream = await startScriptedUpstream(script)
      closers.push(() => upstream.close())
      return upstream
    },
    async gateway({ url: upstream }, settings = {}, options = {}) {
      const log: Record<string, unknown>[] = []
      const env = options.env ?? {}
      const config = readConfig({
        text: JSON.stringify({
          listen: { port: 0 },
          upstreams: [{ name: 'gpu', urls: [upstream] }],
          models: [
            { name: 'coder', aliases: ['qwen-coder'], upstreamModel: 'Qwen/Qwen3-Coder', format: 'qwen3_coder' },
          ],
          probe: { enabled: false },
          ...settings,
        }),
        env,
      })
      const logStream = { write: (line: string) => void log.push(JSON.parse(line) as Record<string, unknown>) }
      const gateway = await createGateway(config, { logStream, env, ...options })
      const url = await listen(gateway.app, config.listen)
      closers.push(async () => {
        gateway.app.server.closeAllConnections()
        await gateway.app.close()
      })
      return { url, gateway, config, log }
    },
  }
}

/** Asks for a chat completion. */
export function chat(url: string, body: object = {}, init: RequestInit = {}): Promise<Response> {
  const { headers, ...rest } = init
  return fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(headers as Record<string, string>) },
    body: JSON.stringify({
      model: 'coder',
      messages: [{ role: 'user', content: 'Hi' }],
      tools,
      stream: true,
      ...body,
    }),
    ...rest,
  })
}

/** The error object of an answer, after a look at its shape. */
export async function readError(
  response: Response,
): Promise<{ message: string; type: string; code: unknown; param?: unknown }> {
  const { error } = (await response.json()) as { error: { message: string; type: string; code: unknown } }
  if (typeof error.message !== 'string' || typeof error.type !== 'string' || !('code' in error)) {
    throw new Error(`no error of OpenAI's shape: ${JSON.stringify(error)}`)
  }
  return error
}
