import { AsyncLocalStorage } from 'node:async_hooks'
import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Diagnostic } from '@tooldelta/core'
import type { RequestReport } from '@tooldelta/openai'
import type { FastifyInstance } from 'fastify'

/** What is noted about a request while it runs. No contents: neither texts nor names of tools. */
interface RequestNotes {
  mode?: string
  warnings: number
  diagnostics: Record<string, number>
}

/** Writes one line for each request. */
export interface RequestLog {
  /** To be called with what was changed in a request. */
  onRequest(report: RequestReport): void
  /** To be called with each remark of a parser. */
  onDiagnostic(diagnostic: Diagnostic): void
  /** Adds the log to an application, before its routes. */
  install(app: FastifyInstance): void
}

/** The client's own `x-request-id` where it is fit for a log, else a new one. */
export function readRequestId(request: IncomingMessage): string {
  const given = request.headers['x-request-id']
  return typeof given === 'string' && /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID()
}

/**
 * Makes the log of a server's requests: method, path, status (499 when the client left), time in milliseconds, what mode was used, and how many remarks of each kind the parser made.
 */
export function createRequestLog(): RequestLog {
  // The handler's callbacks know no request; what they are called in does.
  const current = new AsyncLocalStorage<RequestNotes>()
  return {
    onRequest({ mode, warnings }) {
      const notes = current.getStore()
      if (notes === undefined) return
      notes.mode = mode
      notes.warnings = warnings.length
    },
    onDiagnostic({ code }) {
      const notes = current.getStore()
      if (notes !== undefined) notes.diagnostics[code] = (notes.diagnostics[code] ?? 0) + 1
    },
    install(app) {
      app.addHook('onRequest', (request, reply, done) => {
        // Client, proxy and upstream name a request the same way.
        request.raw.headers['x-request-id'] = request.id
        reply.header('x-request-id', request.id)
        const notes: RequestNotes = { warnings: 0, diagnostics: {} }
        const start = performance.now()
        const { method } = request
        // Queries may carry keys.
        const path = request.url.split('?', 1)[0]
        reply.raw.on('close', () => {
          const status = reply.raw.writableFinished ? reply.raw.statusCode : 499
          const line = {
            method,
            path,
            status,
            ms: Math.round(performance.now() - start),
            ...(notes.mode !== undefined && { mode: notes.mode }),
            ...(notes.warnings > 0 && { warnings: notes.warnings }),
            ...(Object.keys(notes.diagnostics).length > 0 && { diagnostics: notes.diagnostics }),
          }
          request.log[status >= 500 ? 'error' : 'info'](line, 'request')
        })
        current.run(notes, done)
      })
    },
  }
}
