import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import { followConnections } from '../serve/idle-connections.ts'
import type { Exchanges } from './exchanges.ts'

/** The end of a server. */
export interface Drain {
  isDraining(): boolean
  run(): Promise<void>
}

/** For clients to take the error event at the end of their stream. */
const lastWordsMs = 1000

/**
 * Prepares the graceful end of a server: see `Gateway.drain`.
 *
 * @param drainMs - how long answers may go on, in milliseconds
 */
export function createDrain(app: FastifyInstance, exchanges: Exchanges, drainMs: number): Drain {
  const connections = followConnections(app.server)
  let running: Promise<void> | undefined

  async function drain(): Promise<void> {
    const closed = app.close()
    const over = new AbortController()
    const endClosing = connections.keepClosing()
    const cut = cutLate(app, exchanges, drainMs, over.signal)
    await closed
    over.abort()
    endClosing()
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
