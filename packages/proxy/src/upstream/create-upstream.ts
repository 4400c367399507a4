import { setTimeout as sleep } from 'node:timers/promises'
import { toResponse, type UpstreamResponse } from '@tooldelta/fetch'
import type { Config, UpstreamConfig } from '../config/schema.ts'
import { createBusyAnswer, createOutAnswer, createStoppingAnswer, readErrorCode, toFailure } from './failures.ts'
import { createReplica, type Outcome, type Replica } from './replica.ts'
import { readHeader, readOwnHeaders, readRequest, type UpstreamRequest } from './request.ts'
import { createChooser } from './choose.ts'
import { isRepeatable, readWait } from './retry.ts'
import type { Upstream, UpstreamEvents } from './types.ts'

/** The settings of the whole proxy that an upstream needs, and its key. */
export interface UpstreamSettings {
  timeouts: Pick<Config['timeouts'], 'connect' | 'drain'>
  circuit: Config['circuit']
  /** Sent as `Authorization: Bearer`. */
  key?: string | undefined
  /** Without `key`, the client's own credentials go to the server: for a proxy that asks its clients for no key. @defaultValue false */
  passesCredentials?: boolean | undefined
}

/** How long the result of a check is good, in milliseconds. */
const checkEveryMs = 5000

/**
 * Makes an upstream: for each replica connections of its own, the replica with the fewest requests in flight first, and repeats of what
 * failed before its answer began, on another replica first. A replica that fails several times in a row is left out for a while; then
 * one request tries it.
 *
 * @example
 * ```ts
 * const upstream = createUpstream(config.upstreams[0], { timeouts: config.timeouts, circuit: config.circuit })
 * const handle = createUpstreamHandler({ upstream: 'http://upstream', format: 'qwen3_coder', fetch: upstream.fetch })
 * ```
 */
export function createUpstream(
  config: UpstreamConfig,
  settings: UpstreamSettings,
  events: UpstreamEvents = {},
): Upstream {
  const { name } = config
  const own = readOwnHeaders(config.headers, settings.key, settings.passesCredentials)
  const replicas = config.urls.map((url) =>
    createReplica({
      url,
      connections: config.connections,
      connectMs: settings.timeouts.connect,
      circuit: settings.circuit,
      onState: (isHealthy) => events.onReplicaState?.({ upstream: name, replica: url, isHealthy }),
    }),
  )
  const choose = createChooser(replicas)
  let isClosed = false
  let checked: { at: number; done: Promise<void> } | undefined

  async function attempt(replica: Replica, request: UpstreamRequest, isRetry: boolean): Promise<Outcome> {
    const outcome = await replica.ask(request)
    const result =
      outcome.response === undefined ? { errorCode: readErrorCode(outcome.error) } : { status: outcome.response.status }
    const requestId = readHeader(request.headers, 'x-request-id')
    events.onAttempt?.({ upstream: name, replica: replica.url, isRetry, ...result, ...(requestId && { requestId }) })
    return outcome
  }

  async function send(request: UpstreamRequest): Promise<UpstreamResponse> {
    const tried = new Set<Replica>()
    let replica = choose(tried)
    if (replica === undefined) return refuse()
    for (let repeats = 0; ; repeats += 1) {
      const outcome = await attempt(replica, request, repeats > 0)
      tried.add(replica)
      const next = repeats < config.retries && isRepeatable(outcome) ? choose(tried) : undefined
      const waitMs = next === undefined || !tried.has(next) ? 0 : readWait(outcome, repeats)
      if (next === undefined || waitMs === undefined) {
        if (outcome.response !== undefined) return outcome.response
        throw toFailure(outcome.error, name, replica.url)
      }
      await outcome.response?.body?.cancel()
      await pause(waitMs, request.signal)
      replica = next
    }
  }

  function refuse(): Response {
    const pauses = replicas.map((replica) => replica.pauseLeft)
    return pauses.includes(0) ? createBusyAnswer(name) : createOutAnswer(name, Math.min(...pauses))
  }

  async function ask(...[input, init]: Parameters<typeof fetch>): Promise<UpstreamResponse> {
    const request = await readRequest(input, init, own)
    request.signal?.throwIfAborted()
    return isClosed ? createStoppingAnswer() : send(request)
  }

  return {
    name,
    profile: config.profile,
    ask,
    fetch: async (input, init) => toResponse(await ask(input, init)),
    replicas: () => replicas.map(({ url, isHealthy, inFlight }) => ({ url, isHealthy, inFlight })),
    check() {
      const now = performance.now()
      if (checked === undefined || now - checked.at > checkEveryMs) {
        const done = Promise.all(replicas.map((replica) => replica.check(own.headers))).then(() => undefined)
        checked = { at: now, done }
      }
      return checked.done
    },
    async close() {
      isClosed = true
      const idle = Promise.all(replicas.map((replica) => replica.whenIdle()))
      const late = new AbortController()
      await Promise.race([idle, sleep(settings.timeouts.drain, undefined, { signal: late.signal }).catch(() => {})])
      late.abort()
      await Promise.all(replicas.map((replica) => replica.close()))
    },
  }
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  if (ms === 0) return
  try {
    await sleep(ms, undefined, signal === undefined ? {} : { signal })
  } catch {
    signal?.throwIfAborted()
  }
}
