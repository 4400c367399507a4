import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

/** A server on a free port of the loopback interface. */
export interface LoopbackServer {
  /** `http://127.0.0.1:PORT` */
  url: string
  /** TCP connections made so far. */
  readonly connections: number
  /** Cuts every connection. */
  close(): Promise<void>
}

export async function startLoopbackServer(listener: RequestListener): Promise<LoopbackServer> {
  const sockets = new Set<Socket>()
  let connections = 0
  const server = createServer(listener)
  server.on('connection', (socket) => {
    connections += 1
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {})
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get connections() {
      return connections
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

export async function readAll(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = []
  for await (const piece of request) pieces.push(piece as Buffer)
  return Buffer.concat(pieces).toString('utf8')
}

/** Writes, and waits until the reader takes more or is gone. */
export async function writePiece(response: ServerResponse, piece: string | Uint8Array): Promise<void> {
  if (response.write(piece) || response.destroyed) return
  await new Promise<void>((resolve) => {
    const done = (): void => {
      response.off('drain', done)
      response.off('close', done)
      resolve()
    }
    response.on('drain', done)
    response.on('close', done)
  })
}

/** Counts what happens, and tells those who wait for it to have happened often enough. */
export class Tally<T> {
  readonly seen: T[] = []
  private readonly waiting: { count: number; resolve: (last: T) => void }[] = []

  add(value: T): void {
    this.seen.push(value)
    for (const { count, resolve } of this.waiting) if (this.seen.length === count) resolve(value)
  }

  waitFor(count: number): Promise<T> {
    const last = this.seen[count - 1]
    if (last !== undefined) return Promise.resolve(last)
    return new Promise((resolve) => this.waiting.push({ count, resolve }))
  }
}
