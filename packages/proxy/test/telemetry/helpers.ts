import { configSchema, type ConfigInput } from '../../src/config/schema.ts'
import { createTelemetry, type RequestLog, type Telemetry } from '../../src/telemetry/index.ts'

export interface LogLine extends Record<string, unknown> {
  level: 'info' | 'warn' | 'error'
  message: string
}

/** A log that keeps its lines. */
export function createLines(): { log: RequestLog; lines: LogLine[] } {
  const lines: LogLine[] = []
  const add = (level: LogLine['level']) => (line: object, message: string) =>
    void lines.push({ ...line, level, message })
  return {
    lines,
    log: { info: add('info'), error: add('error'), warn: (message) => void lines.push({ level: 'warn', message }) },
  }
}

export interface TestTelemetry {
  telemetry: Telemetry
  lines: LogLine[]
  /** All samples of `/metrics` whose name begins so. */
  samples(name: string): Promise<string[]>
}

/** Telemetry of a server with one upstream `gpu` and the models given. */
export async function startTelemetry(
  settings: Partial<ConfigInput> = {},
  env: NodeJS.ProcessEnv = {},
): Promise<TestTelemetry> {
  const config = configSchema.parse({
    upstreams: [{ name: 'gpu', urls: ['http://127.0.0.1:1'] }],
    models: [{ name: 'coder', aliases: ['gpt-4o'], upstream: 'gpu', format: 'qwen3_coder' }],
    ...settings,
  })
  const { log, lines } = createLines()
  const telemetry = await createTelemetry(config, log, env)
  return {
    telemetry,
    lines,
    async samples(name) {
      const { text } = await telemetry.metrics()
      return text.split('\n').filter((line) => line.startsWith(name))
    },
  }
}

/** A chat request as it arrives. */
export const chat = { id: 'r1', method: 'POST', path: '/v1/chat/completions' }
/** Its route, once its body is read. */
export const route = { model: 'coder', upstream: 'gpu', format: 'qwen3_coder', isStream: true }
