import { Writable } from 'node:stream'
import type { Config } from '../config/schema.ts'

/** Where log lines go. */
export interface LogStream {
  write(line: string): void
}

/** Options of pino, as Fastify takes them for its `logger`. */
export interface LoggerOptions {
  level: string
  redact: { paths: string[]; censor: string }
  stream: LogStream
}

const secretHeaders = ['authorization', '"x-api-key"', '"api-key"', '"proxy-authorization"', 'cookie', '"set-cookie"']
const secretFields = ['key', 'apiKey', 'upstreamKey', 'password']
const places = ['', 'headers', 'req.headers', 'request.headers', 'res.headers', 'response.headers', 'err', 'error']

/**
 * Options for the log of a server: one JSON object a line, keys replaced wherever a line may hold one. On a terminal, lines for people.
 *
 * @param stream - where lines go. @defaultValue standard output
 * @example
 * ```ts
 * const app = fastify({ logger: await createLoggerOptions(config.log) })
 * ```
 */
export async function createLoggerOptions(log: Config['log'], stream?: LogStream): Promise<LoggerOptions> {
  const paths = places.flatMap((place) => secretHeaders.map((name) => joinPath(place, name)))
  const options = {
    level: log.level,
    redact: { paths: [...paths, ...secretFields.map((name) => `*.${name}`)], censor: '[redacted]' },
  }
  return { ...options, stream: stream ?? (await createOutputStream()) }
}

function joinPath(place: string, name: string): string {
  if (place === '') return name.startsWith('"') ? `[${name}]` : name
  return name.startsWith('"') ? `${place}[${name}]` : `${place}.${name}`
}

async function createOutputStream(): Promise<LogStream> {
  if (process.stdout.isTTY) return createTerminalStream()
  const { destination } = await import('pino')
  // A write for each line would take as long as the rest of a small request. What is left is written when the process exits.
  return destination({ dest: 1, sync: false, minLength: 4096, periodicFlush: 200 })
}

/** Lines for people: time, level and fields in a row. */
export async function createTerminalStream(destination?: LogStream): Promise<LogStream> {
  const { default: pretty } = await import('pino-pretty')
  return pretty({
    singleLine: true,
    ignore: 'pid,hostname',
    translateTime: 'SYS:HH:MM:ss.l',
    ...(destination !== undefined && { destination: toWritable(destination) }),
  })
}

function toWritable(stream: LogStream): Writable {
  return new Writable({
    decodeStrings: false,
    write(line: string, _encoding, done) {
      stream.write(line)
      done()
    },
  })
}
