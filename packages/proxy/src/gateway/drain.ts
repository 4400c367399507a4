import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import type { Exchanges } from './exchanges.ts'

/** The end of a server. */
export interface Drain {
  isDraining(): boolean
  run(): Promise<void>
}

const idleCheckMs = 100
/** For clients to take the error event at the end of their stream. */
const lastWordsMs = 1000

/**
 * Prepares the graceful end of a server: see `Gateway.drain`.
 *
 * @param drainMs - how long answers may go on, in milliseconds
 */
export function createDrain(app: FastifyInstance, exchanges: Exchanges, drainMs: number): Drain {
  let running: Promise<void> | undefined

  async function drain(): Promise<void> {
    const closed = app.close()
    const over = new AbortController()
    // A connection whose answer has ended would be kept alive for the client's next request.
    const idleTimer = setInterval(() => app.server.closeIdleConnections(), idleCheckMs)
    const cut = cutLate(app, exchanges, drainMs, over.signal)
    await closed
    over.abort()
    clearInterval(idleTimer)
    await cut
  }

  return {
    isDraining: () => running !== undefined,
    run: () => (running ??= drain()),
  }
}

async function cutLate(app: FastifyInstance, exchanges: Exchanges, drainMs: number, over: AbortSignal): Promise<void> {
  try {
    await sleep(drainMs, undefined, { signal: over })
    exchanges.endAll()
    await sleep(lastWordsMs, undefined, { signal: over })
    app.server.closeAllConnections()
  } catch {
    // Everything has ended before.
  }
}
