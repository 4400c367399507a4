import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import fastify, { type FastifyInstance, type FastifyReply } from 'fastify'
import { createCompletion, createStreamChunks } from './answer.ts'
import { type Exchange, isEventStream, parseObject, toBytes } from './exchange.ts'
import type { Recording } from './recording.ts'
import { checkRequest } from './refusal.ts'

/** Options of {@link createReplayApp}. */
export interface ReplayAppOptions {
  /** What is played: the next one in turn of those whose id or model is the request's model, or of all when there is none. */
  recordings: readonly Recording[]
  /** Milliseconds to wait before each chunk of a stream. @defaultValue 0 */
  delayMs?: number | undefined
  /** Waits before each piece of a recorded exchange as long as the recording did, in place of `delayMs`. @defaultValue false */
  recordedTimes?: boolean | undefined
  /** Called with every chunk of a stream just before it is sent. */
  onChunk?: ((chunk: object) => void) | undefined
}

/**
 * Makes an OpenAI-compatible model server that plays recordings. It refuses what a vLLM server without a tool parser refuses: tools with
 * `tool_choice` auto, required or a function, and earlier calls whose arguments are no JSON. A request that stands in a recorded exchange
 * gets the answer that it got then, byte for byte and with the same cuts.
 *
 * @example
 * ```ts
 * const recordings = readRecordings(await readFile('recorded.jsonl', 'utf8'), 'recorded.jsonl')
 * await createReplayApp({ recordings }).listen({ port: 8000 })
 * ```
 */
export function createReplayApp(options: ReplayAppOptions): FastifyInstance {
  const { recordings, delayMs = 0, recordedTimes = false, onChunk } = options
  const app = fastify({ bodyLimit: 33_554_432, forceCloseConnections: true })
  const pick = createPicker(recordings)
  const pickSame = createRequestPicker(recordings)
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
  app.post('/v1/*', async (request, reply) => {
    const same = pickSame(request.url, request.body)
    if (same === undefined) return refuse(reply, 404, 'Not Found')
    return playExchange(reply, same, { delayMs, recordedTimes })
  })
  app.post('/v1/chat/completions', async (request, reply) => {
    const same = pickSame(request.url, request.body)
    if (same !== undefined) return playExchange(reply, same, { delayMs, recordedTimes })
    const checked = checkRequest(request.body)
    if ('refusal' in checked) return refuse(reply, 400, checked.refusal)
    const { model, stream, stream_options: streamOptions } = checked.request
    const recording = pick(model ?? undefined)
    if (recording.kind === 'exchange' && isPlayable(recording.exchange, stream === true)) {
      return playExchange(reply, recording.exchange, { delayMs, recordedTimes })
    }
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

/** Recordings whose request is this one take turns. */
function createRequestPicker(recordings: readonly Recording[]): (url: string, body: unknown) => Exchange | undefined {
  const groups = new Map<string, Exchange[]>()
  for (const recording of recordings) {
    if (recording.kind !== 'exchange') continue
    const { request } = recording.exchange
    const key = nameRequest(request.path, parseObject(request.body))
    groups.set(key, [...(groups.get(key) ?? []), recording.exchange])
  }
  return (url, body) => {
    const group = groups.get(nameRequest(url, body))
    const exchange = group?.shift()
    if (exchange !== undefined) group?.push(exchange)
    return exchange
  }
}

/** An upstream may have its API under another path. */
function nameRequest(url: string, body: unknown): string {
  return `${url.replace(/^.*\/v\d+\w*\//, '')} ${JSON.stringify(body)}`
}

/** Whether the recorded bytes are the kind of answer that was asked for. Errors are for both. */
function isPlayable(exchange: Exchange, isStream: boolean): boolean {
  return exchange.response.status >= 400 || isEventStream(exchange) === isStream
}

async function playExchange(
  reply: FastifyReply,
  { response, chunks, end }: Exchange,
  { delayMs, recordedTimes }: { delayMs: number; recordedTimes: boolean },
): Promise<void> {
  reply.hijack()
  const { raw } = reply
  const { gone, write } = createWriter(raw)
  try {
    if (recordedTimes) await sleep(response.ms, undefined, { signal: gone })
    // Without Nagle's delay every piece is a packet of its own.
    raw.socket?.setNoDelay(true)
    raw.writeHead(response.status, pickHeaders(response.headers))
    raw.flushHeaders()
    let at = response.ms
    for (const piece of chunks) {
      const wait = recordedTimes ? piece.ms - at : delayMs
      at = piece.ms
      // A turn of the event loop keeps small pieces apart.
      await (wait > 0 ? sleep(wait, undefined, { signal: gone }) : new Promise(setImmediate))
      if (gone.aborted) return
      await write(toBytes(piece))
    }
    if (end === 'done') raw.end()
    else await cut(raw)
  } catch (error) {
    if (!gone.aborted) throw error
  }
}

/** The recording breaks off here; what was written still gets there. */
async function cut(response: ServerResponse): Promise<void> {
  await new Promise((resolve) => response.write('', resolve))
  await sleep(20)
  response.destroy()
}

function pickHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const names = ['content-type', 'cache-control', 'retry-after', 'x-request-id']
  return Object.fromEntries(names.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])))
}

/** Writes as fast as the client reads, until it goes. */
function createWriter(response: ServerResponse): { gone: AbortSignal; write(data: string | Buffer): Promise<void> } {
  const client = new AbortController()
  response.on('close', () => client.abort())
  return {
    gone: client.signal,
    async write(data) {
      if (!response.write(data)) await once(response, 'drain', { signal: client.signal })
    },
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
  const { gone, write } = createWriter(response)
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' })
  response.flushHeaders()
  try {
    for (const chunk of chunks) {
      if (delayMs > 0) await sleep(delayMs, undefined, { signal: gone })
      if (gone.aborted) return
      onChunk?.(chunk)
      await write(`data: ${JSON.stringify(chunk)}\n\n`)
    }
    response.end('data: [DONE]\n\n')
  } catch (error) {
    if (!gone.aborted) throw error
  }
}
