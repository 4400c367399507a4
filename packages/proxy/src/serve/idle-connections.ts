import type { Server } from 'node:http'
import type { Socket } from 'node:net'

const checkMs = 100

/** Connections of a server on which nothing is under way. */
export interface IdleConnections {
  /**
   * Closes them, those too that become idle later: after an answer a connection would be kept alive for the client's next request.
   *
   * @returns ends it
   */
  keepClosing(): () => void
}

/**
 * Follows the connections of a server. Node's `closeIdleConnections` leaves those on which no request has ever come, which browsers and
 * `fetch` open ahead: a server with one of them would not end before its drain time.
 */
export function followConnections(server: Server): IdleConnections {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  return {
    keepClosing() {
      const close = (): void => {
        server.closeIdleConnections()
        for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy()
      }
      const timer = setInterval(close, checkMs)
      return () => clearInterval(timer)
    },
  }
}
