import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import {
  startScriptedUpstream,
  type Script,
  type ScriptedAnswer,
  type ScriptedUpstream,
} from '@tooldelta/testbed/scripted-upstream'
import { afterEach, expect } from 'vitest'
import { configSchema, type ConfigInput } from '../../src/config/schema.ts'
import { createUpstream, type Upstream, type UpstreamAttempt } from '../../src/upstream/index.ts'

const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

/** Runs when the test is over. */
export function afterTest(cleanup: () => Promise<void>): void {
  cleanups.push(cleanup)
}

/** A replica that plays a script until the test is over. */
export async function startReplica(script: Script): Promise<ScriptedUpstream> {
  const replica = await startScriptedUpstream(script)
  afterTest(() => replica.close())
  return replica
}

/** Plays the answers in turn, the last of them for ever. */
export function inTurn(...answers: ScriptedAnswer[]): Script {
  let turn = 0
  return () => answers[Math.min(turn++, answers.length - 1)]!
}

export interface RawServer {
  url: string
  /** The text of each connection so far. */
  received: string[]
  /** Fulfilled when a connection has been closed from the other side; the time of it. */
  closed: Promise<number>
  close(): Promise<void>
}

/** A server below HTTP: whatever bytes a test wants, or a reset. Called with the first bytes of each connection. */
export async function startRawServer(onRequest: (socket: Socket, count: number) => void): Promise<RawServer> {
  const received: string[] = []
  const sockets = new Set<Socket>()
  let onClosed = (_at: number): void => {}
  const closed = new Promise<number>((resolve) => (onClosed = resolve))
  const server = createServer((socket) => {
    const place = received.push('') - 1
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => {
      sockets.delete(socket)
      onClosed(performance.now())
    })
    socket.on('data', (bytes) => {
      const isFirst = received[place] === ''
      received[place] += bytes.toString('latin1')
      if (isFirst) onRequest(socket, place)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy()
    if (server.listening) await new Promise<void>((resolve) => server.close(() => resolve()))
  }
  afterTest(close)
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received, closed, close }
}

/** Checks that a server's connection has been closed soon after `since`. The promise is 100 ms; a loaded test machine gets ten times that. */
export async function expectClosedSoon(server: RawServer, since: number, what: string): Promise<void> {
  const ms = (await server.closed) - since
  process.stdout.write(`  ${what}: upstream closed after ${ms.toFixed(1)} ms\n`)
  expect(ms).toBeLessThan(1000)
}

/** An address on which nobody listens. */
export async function findClosedPort(): Promise<string> {
  const server = await startRawServer(() => {})
  await server.close()
  return server.url
}

export interface OpenUpstream {
  upstream: Upstream
  attempts: UpstreamAttempt[]
  /** `URL: true` for each change. */
  changes: string[]
  ask(path?: string, init?: RequestInit): Promise<Response>
}

type UpstreamInput = Partial<ConfigInput['upstreams'][number]>
type SettingsInput = Partial<Pick<ConfigInput, 'timeouts' | 'circuit'>> & { key?: string }

/** An upstream `gpu` over these addresses, closed after the test. */
export function openUpstream(
  urls: readonly string[],
  input: UpstreamInput = {},
  { key, ...settings }: SettingsInput = {},
): OpenUpstream {
  const attempts: UpstreamAttempt[] = []
  const changes: string[] = []
  const upstreams = [{ name: 'gpu', urls: [...urls], ...input }]
  const config = configSchema.parse({ upstreams, timeouts: { drain: 1 }, ...settings })
  const upstream = createUpstream(
    config.upstreams[0]!,
    { timeouts: config.timeouts, circuit: config.circuit, key },
    {
      onAttempt: (attempt) => attempts.push(attempt),
      onReplicaState: ({ replica, isHealthy }) => changes.push(`${replica}: ${isHealthy}`),
    },
  )
  afterTest(() => upstream.close())
  const ask = (path = '/v1/chat/completions', init: RequestInit = {}): Promise<Response> =>
    upstream.fetch(`http://gpu${path}`, { method: 'POST', body: '{}', ...init })
  return { upstream, attempts, changes, ask }
}

/** Status and JSON of an answer. */
export async function readAnswer(response: Response): Promise<{ status: number; body: unknown }> {
  return { status: response.status, body: await response.json() }
}
