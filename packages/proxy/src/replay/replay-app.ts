import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import fastify, { type FastifyInstance, type FastifyReply } from 'fastify'
import { createCompletion, createStreamChunks } from './answer.ts'
import type { Recording } from './recording.ts'
import { checkRequest } from './refusal.ts'

/** Options of {@link createReplayApp}. */
export interface ReplayAppOptions {
  /** What is played: the next one in turn of those whose id or model is the request's model, or of all when there is none. */
  recordings: readonly Recording[]
  /** Milliseconds to wait before each chunk of a stream. @defaultValue 0 */
  delayMs?: number | undefined
  /** Called with every chunk of a stream just before it is sent. */
  onChunk?: ((chunk: object) => void) | undefined
}

/**
 * Makes an OpenAI-compatible model server that plays recordings. It refuses what a vLLM server without a tool parser refuses: tools with
 * `tool_choice` auto, required or a function, and earlier calls whose arguments are no JSON.
 *
 * @example
 * ```ts
 * const recordings = readRecordings(await readFile('recorded.jsonl', 'utf8'), 'recorded.jsonl')
 * await createReplayApp({ recordings }).listen({ port: 8000 })
 * ```
 */
export function createReplayApp({ recordings, delayMs = 0, onChunk }: ReplayAppOptions): FastifyInstance {
  const app = fastify({ bodyLimit: 33_554_432, forceCloseConnections: true })
  const pick = createPicker(recordings)
  const startedAt = Math.floor(Date.now() / 1000)
  let count = 0

  app.setErrorHandler((error, _request, reply) => {
    const { statusCode = 500, message } = error as { statusCode?: number; message: string }
    refuse(reply, statusCode, message)
  })
  app.setNotFoundHandler((_request, reply) => refuse(reply, 404, 'Not Found'))
  app.get('/health', async () => '')
  app.get('/v1/models', async () => ({
    object: 'list',
    data: recordings.map(({ id }) => ({ id, object: 'model', created: startedAt, owned_by: 'replay' })),
  }))
  app.post('/v1/chat/completions', async (request, reply) => {
    const checked = checkRequest(request.body)
    if ('refusal' in checked) return refuse(reply, 400, checked.refusal)
    const { model, stream, stream_options: streamOptions } = checked.request
    const recording = pick(model ?? undefined)
    count += 1
    const created = Math.floor(Date.now() / 1000)
    const includeUsage = streamOptions?.include_usage === true
    const context = { model: model ?? recording.id, count, created, includeUsage }
    if (stream !== true) return createCompletion(recording, context)
    reply.hijack()
    await writeStream(reply.raw, createStreamChunks(recording, context), { delayMs, onChunk })
    return undefined
  })
  return app
}

/** The recordings whose id or model is the request's model take turns; where there is none, all do. */
function createPicker(recordings: readonly Recording[]): (model: string | undefined) => Recording {
  const turns = new Map<readonly Recording[], number>()
  const groups = new Map<string, readonly Recording[]>()
  for (const name of recordings.flatMap(({ id, model }) => [id, model ?? id])) {
    groups.set(
      name,
      recordings.filter(({ id, model }) => id === name || model === name),
    )
  }
  return (model) => {
    const group = groups.get(model ?? '') ?? recordings
    const turn = turns.get(group) ?? 0
    turns.set(group, turn + 1)
    const recording = group[turn % group.length]
    if (recording === undefined) throw new TypeError("The option 'recordings' is empty.")
    return recording
  }
}

function refuse(reply: FastifyReply, status: number, message: string): FastifyReply {
  const type = status === 404 ? 'NotFoundError' : status < 500 ? 'BadRequestError' : 'InternalServerError'
  return reply.code(status).send({ error: { message, type, param: null, code: status } })
}

async function writeStream(
  response: ServerResponse,
  chunks: readonly object[],
  { delayMs, onChunk }: { delayMs: number; onChunk: ReplayAppOptions['onChunk'] },
): Promise<void> {
  const gone = new AbortController()
  response.on('close', () => gone.abort())
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' })
  response.flushHeaders()
  try {
    for (const chunk of chunks) {
      if (delayMs > 0) await sleep(delayMs, undefined, { signal: gone.signal })
      if (gone.signal.aborted) return
      onChunk?.(chunk)
      if (!response.write(`data: ${JSON.stringify(chunk)}\n\n`)) await once(response, 'drain', { signal: gone.signal })
    }
    response.end('data: [DONE]\n\n')
  } catch (error) {
    if (!gone.signal.aborted) throw error
  }
}
