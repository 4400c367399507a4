import type { UpstreamResponse } from '@tooldelta/fetch'
import { Pool, type Dispatcher } from 'undici'
import { readReplicaAddress } from './address.ts'
import { createCircuit } from './circuit.ts'
import { isDeadline, readErrorCode } from './failures.ts'
import type { UpstreamRequest } from './request.ts'
import { readAnswer } from './response.ts'
import type { ReplicaState } from './types.ts'

/** What came of one attempt. */
export type Outcome = { response: UpstreamResponse; error?: undefined } | { response?: undefined; error: unknown }

/** One server of an upstream, with connections of its own. */
export interface Replica extends Readonly<ReplicaState> {
  /** Milliseconds until it may be asked; 0 when now. */
  readonly pauseLeft: number
  /** All connections are in use, and as many requests wait for one. */
  readonly isFull: boolean
  /** Sends a request. @throws the signal's reason when it has fired before there was an answer, unless it is a deadline */
  ask(request: UpstreamRequest): Promise<Outcome>
  check(headers: ReadonlyMap<string, string>): Promise<void>
  /** Fulfilled when no answer is under way. */
  whenIdle(): Promise<void>
  close(): Promise<void>
}

export interface ReplicaOptions {
  url: string
  connections: number
  connectMs: number
  circuit: { failures: number; pause: number }
  onState(isHealthy: boolean): void
}

/** uvicorn closes a connection after 5 s of silence; ours must be closed first, or a request meets the server's close on its way. */
const keepAliveMs = 4000

/** After this many milliseconds a check has failed. */
const checkMs = 5000

/** Answers that say that the server, or what is in front of it, is not able to answer. */
const failingStatuses: ReadonlySet<number> = new Set([502, 503, 504])

/** Whether a status is a failure of the replica, so that another one may do better. */
export function isFailing(status: number): boolean {
  return failingStatuses.has(status)
}

export function createReplica(options: ReplicaOptions): Replica {
  const { url, connections, connectMs } = options
  const address = readReplicaAddress(url)
  const circuit = createCircuit(options.circuit)
  const pool = createPool(connections)
  // Checks have a connection of their own: behind all the requests of a busy server they would fail.
  const checks = createPool(1)
  const idle: (() => void)[] = []
  let inFlight = 0
  let wasHealthy = true

  function createPool(limit: number): Pool {
    return new Pool(address.origin, {
      connections: limit,
      connectTimeout: connectMs,
      keepAliveTimeout: keepAliveMs,
      keepAliveMaxTimeout: keepAliveMs,
      // The caller's signal is the one deadline.
      headersTimeout: 0,
      bodyTimeout: 0,
    })
  }

  function tell(): void {
    const isHealthy = !circuit.isOut
    if (isHealthy === wasHealthy) return
    wasHealthy = isHealthy
    options.onState(isHealthy)
  }

  function succeed(): void {
    circuit.succeed()
    tell()
  }

  function fail(): void {
    circuit.fail()
    tell()
  }

  function leave(): void {
    inFlight -= 1
    if (inFlight === 0) for (const resolve of idle.splice(0)) resolve()
  }

  async function ask(request: UpstreamRequest): Promise<Outcome> {
    const { signal } = request
    circuit.begin()
    inFlight += 1
    try {
      const data = await send(pool, request)
      if (isFailing(data.statusCode)) fail()
      else succeed()
      const response = readAnswer(data, (fault) => {
        leave()
        // A reader that cancels is no fault of the server.
        if (fault !== null && readErrorCode(fault) !== 'UND_ERR_ABORTED' && isFault(signal)) fail()
      })
      return { response }
    } catch (error) {
      leave()
      if (isFault(signal)) fail()
      if (signal?.aborted && !isDeadline(signal.reason)) throw signal.reason
      return { error: signal?.aborted ? signal.reason : error }
    }
  }

  function send(dispatcher: Dispatcher, request: UpstreamRequest): Promise<Dispatcher.ResponseData> {
    const { method, path, headers, body, signal } = request
    const sent = dispatcher.request({
      method: method as Dispatcher.HttpMethod,
      path: address.join(path),
      headers,
      body,
      signal: signal ?? null,
    })
    return signal === undefined ? sent : untilAborted(sent, signal)
  }

  /** @returns `undefined` when the server has no such path */
  async function isAlive(path: string, headers: ReadonlyMap<string, string>): Promise<boolean | undefined> {
    const signal = AbortSignal.timeout(checkMs)
    const { statusCode, body } = await send(checks, {
      method: 'GET',
      path,
      headers: [...headers].flat(),
      body: null,
      signal,
    })
    await body.dump()
    return statusCode === 404 || statusCode === 405 ? undefined : statusCode < 500
  }

  async function check(headers: ReadonlyMap<string, string>): Promise<void> {
    try {
      const isWell = (await isAlive('/health', headers)) ?? (await isAlive('/v1/models', headers)) ?? true
      if (!isWell) circuit.open()
      // A server may call itself healthy and fail on every request: its pause is not cut short.
      else if (circuit.pauseLeft === 0) circuit.succeed()
    } catch (error) {
      // A server under load may be slow with this, so once is not enough.
      if (error instanceof Error && error.name === 'TimeoutError') circuit.fail()
      else circuit.open()
    }
    tell()
  }

  return {
    url,
    get inFlight() {
      return inFlight
    },
    get isHealthy() {
      return wasHealthy
    },
    get pauseLeft() {
      return circuit.pauseLeft
    },
    get isFull() {
      return inFlight >= 2 * connections
    },
    ask,
    check,
    whenIdle() {
      return inFlight === 0 ? Promise.resolve() : new Promise((resolve) => idle.push(resolve))
    },
    async close() {
      await Promise.all([pool.destroy(), checks.destroy()])
    },
  }
}

/** Whether what went wrong is to be blamed on the replica, and not on a client that has gone. */
function isFault(signal: AbortSignal | undefined): boolean {
  return signal?.aborted !== true || isDeadline(signal.reason)
}

/** undici hears of an abort only when a request has got its connection; one that still waits would wait on. */
async function untilAborted<T>(sent: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop = (): void => {}
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason as Error)
    signal.addEventListener('abort', stop)
    if (signal.aborted) stop()
  })
  try {
    return await Promise.race([sent, aborted])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
