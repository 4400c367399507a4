import type { FastifyInstance } from 'fastify'
import { readErrorCode, readErrorMessage, UsageError } from '../errors.ts'
import { followConnections } from './idle-connections.ts'

/** Where a server listens. */
export interface ListenAddress {
  host: string
  /** 0 lets the system choose. */
  port: number
}

/**
 * Starts a server.
 *
 * @returns its address, such as `http://127.0.0.1:4000`
 * @throws UsageError when the address cannot be had
 */
export async function listen(app: FastifyInstance, { host, port }: ListenAddress): Promise<string> {
  try {
    await app.listen({ host, port, listenTextResolver: (address) => `Listening at ${address}` })
  } catch (error) {
    throw new UsageError(explainListenError(error, { host, port }))
  }
  const address = app.server.address()
  const actual = typeof address === 'object' && address !== null ? address.port : port
  return `http://${host.includes(':') ? `[${host}]` : host}:${actual}`
}

function explainListenError(error: unknown, { host, port }: ListenAddress): string {
  switch (readErrorCode(error)) {
    case 'EADDRINUSE':
      return `Port ${port} on ${host} is in use. Stop what listens there, or choose another one with --port.`
    case 'EACCES':
      return `Port ${port} may not be used by this user. Choose one above 1023 with --port.`
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `${host} is no address of this machine. Use 127.0.0.1, or 0.0.0.0 for all of its addresses.`
    default:
      return `Listening on ${host}:${port} failed: ${readErrorMessage(error)}.`
  }
}

/**
 * Runs a server until SIGTERM or SIGINT: no new connections then, and answers that are under way get time to end. A second signal, or the
 * end of that time, cuts them off.
 *
 * @param drainMs - how long answers may go on, in milliseconds
 */
export async function serveUntilSignal(app: FastifyInstance, drainMs: number): Promise<void> {
  const connections = followConnections(app.server)
  await nextSignal()
  const cut = (): void => app.server.closeAllConnections()
  const timer = setTimeout(cut, drainMs)
  const endClosing = connections.keepClosing()
  process.once('SIGTERM', cut)
  process.once('SIGINT', cut)
  await app.close()
  clearTimeout(timer)
  endClosing()
  process.off('SIGTERM', cut)
  process.off('SIGINT', cut)
}

function nextSignal(): Promise<void> {
  return new Promise((resolve) => {
    const stop = (): void => {
      process.off('SIGTERM', stop)
      process.off('SIGINT', stop)
      resolve()
    }
    process.on('SIGTERM', stop)
    process.on('SIGINT', stop)
  })
}
