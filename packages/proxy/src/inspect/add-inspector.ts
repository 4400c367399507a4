import { ToolDeltaError } from '@tooldelta/openai'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { isLoopback } from '../config/check-meaning.ts'
import type { Secrets } from '../config/secrets.ts'
import { takeKey } from '../gateway/keys.ts'
import { printRecording } from './print-recording.ts'
import type { InspectedStream } from './inspected-stream.ts'
import type { StreamStore } from './stream-store.ts'
import { watchStreams } from './watch-streams.ts'

/** What the inspector is built from. */
export interface InspectorContext {
  store: StreamStore
  secrets: Secrets
}

const mostViewers = 32

/**
 * Adds the API of the inspector under `/inspect/api`. It needs a key of a client where there is one; without keys only pages of this
 * machine are answered, whatever name a page in the browser has found for it.
 */
export async function addInspector(app: FastifyInstance, { store, secrets }: InspectorContext): Promise<void> {
  const { clientKeys, upstreamKeys } = secrets
  const viewers = new Set<() => void>()
  app.addHook('preClose', async () => {
    for (const stop of viewers) stop()
  })
  await app.register(async (scope) => {
    scope.addHook('onRequest', async (request, reply) => {
      void reply.header('cache-control', 'no-store').header('x-content-type-options', 'nosniff')
      if (clientKeys.length > 0) takeKey(request.raw.headers, clientKeys)
      else checkHost(request)
    })

    scope.get('/inspect/api/streams', async () => ({ streams: store.list().map((stream) => stream.summary()) }))
    scope.get<ById>('/inspect/api/streams/:id', async (request) => {
      const stream = find(store, request.params.id)
      return { ...stream.detail(), pieces: stream.pieces(0) }
    })
    scope.get<ById>('/inspect/api/streams/:id/recording', async (request, reply) => {
      const { id } = request.params
      const text = printRecording(find(store, id), [...upstreamKeys.values()])
      return reply
        .type('application/x-ndjson; charset=utf-8')
        .header('content-disposition', `attachment; filename="stream-${id}.jsonl"`)
        .send(text)
    })
    scope.get<{ Querystring: { stream?: string } }>('/inspect/api/events', async (request, reply) => {
      if (viewers.size >= mostViewers) throw tooManyViewers()
      const { stream: follow } = request.query
      reply.hijack()
      for (const [name, value] of Object.entries(reply.getHeaders())) reply.raw.setHeader(name, value as string)
      const stop = watchStreams(store, reply.raw, { follow })
      viewers.add(stop)
      reply.raw.on('close', () => viewers.delete(stop))
    })
  })
}

interface ById {
  Params: { id: string }
}

function find(store: StreamStore, id: string): InspectedStream {
  const stream = store.get(id)
  if (stream !== undefined) return stream
  throw new ToolDeltaError(404, {
    message: `There is no exchange ${id.slice(0, 40)} here. Old ones make room for new ones (inspect.streams, inspect.bytes).`,
    type: 'invalid_request_error',
    code: 'unknown_stream',
  })
}

/** A page of a stranger may have a name of its own for this machine; the browser then lets it read what is answered. */
function checkHost(request: FastifyRequest): void {
  if (isLoopback(request.hostname.replace(/^\[(.*)\]$/, '$1'))) return
  throw new ToolDeltaError(403, {
    message: 'Without keys the inspector answers only to 127.0.0.1 and localhost. Set TOOLDELTA_KEY or keys.',
    type: 'invalid_request_error',
    code: 'loopback_only',
  })
}

function tooManyViewers(): ToolDeltaError {
  return new ToolDeltaError(429, {
    message: `${mostViewers} pages look at this server already. Close one.`,
    type: 'rate_limit_error',
    code: 'too_many_viewers',
  })
}
