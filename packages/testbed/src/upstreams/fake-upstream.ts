import type { IncomingMessage, ServerResponse } from 'node:http'
import { readAll, startLoopbackServer, Tally, writePiece } from '../loopback-server.ts'
import type { Dialect } from './dialect.ts'
import { generate, type Generation } from './generate.ts'
import { createLlamaCpp } from './llamacpp.ts'
import { Refusal } from './refusal.ts'
import { createSglang } from './sglang.ts'
import type { FakeRequest, FakeUpstream, FakeUpstreamOptions, SeenRequest } from './types.ts'
import { createVllm } from './vllm.ts'

const dialects = { 'vllm-old': createVllm, 'vllm-new': createVllm, sglang: createSglang, llamacpp: createLlamaCpp }

/**
 * Starts a model server that takes, refuses and answers requests as one of the real ones does: it renders the prompt, asks the model, and
 * streams what the model says in that server's shape. Nothing of it knows tooldelta's request side.
 *
 * @example
 * ```ts
 * const upstream = await startFakeUpstream({ kind: 'vllm-new', answer: () => 'Hello' })
 * ```
 */
export async function startFakeUpstream(options: FakeUpstreamOptions): Promise<FakeUpstream> {
  const dialect = dialects[options.kind](options)
  const requests: SeenRequest[] = []
  const aborts = new Tally<number>()
  let openStreams = 0
  let isLoading = options.isLoading ?? false

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await readAll(request)
    const path = (request.url ?? '').split('?', 1)[0]!
    const seen: SeenRequest = {
      method: request.method ?? '',
      path,
      headers: request.headers,
      body: undefined,
      prompt: undefined,
      status: 200,
    }
    requests.push(seen)
    try {
      checkAccess(request, path)
      if (request.method === 'GET') return send(seen, response, dialect.get(path))
      const body = readBody(text)
      if (path !== '/v1/chat/completions') return send(seen, response, dialect.post(path, body))
      seen.body = JSON.parse(text) as FakeRequest
      await complete(body as FakeRequest, seen, response)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      seen.status = error.status
      sendJson(response, error.status, dialect.errorBody(error.status, error.message))
    }
  }

  function checkAccess(request: IncomingMessage, path: string): void {
    if (isLoading) throw new Refusal(503, 'Loading model')
    const isOpen = path === '/health' || path === '/ping'
    if (options.key !== undefined && !isOpen && request.headers.authorization !== `Bearer ${options.key}`) {
      throw new Refusal(401, 'Unauthorized')
    }
  }

  function send(seen: SeenRequest, response: ServerResponse, value: unknown): void {
    if (value === undefined) throw new Refusal(404, 'Not Found')
    if (typeof value === 'string') {
      response.writeHead(200).end(value)
      return
    }
    sendJson(response, seen.status, value as object)
  }

  async function complete(request: FakeRequest, seen: SeenRequest, response: ServerResponse): Promise<void> {
    checkRequest(request, options)
    const prepared = dialect.prepare(request)
    seen.prompt = prepared.prompt
    const generations = Array.from({ length: request.n ?? 1 }, () => generate(request, prepared, options))
    openStreams += 1
    response.on('close', () => {
      openStreams -= 1
      if (!response.writableFinished) aborts.add(performance.now())
    })
    if (request.stream === true) await stream(request, generations, response)
    else if (generations[0]!.hangAfter === undefined) sendJson(response, 200, dialect.completion(generations, request))
  }

  async function stream(request: FakeRequest, generations: Generation[], response: ServerResponse): Promise<void> {
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
    response.flushHeaders()
    const { hangAfter, errorAfter } = generations[0]!
    let count = 0
    for (const data of dialect.stream(generations, request)) {
      if (response.destroyed) return
      // The first event only says the role.
      if (hangAfter !== undefined && count > hangAfter) return
      if (errorAfter !== undefined && count > errorAfter) {
        await write(response, `data: ${JSON.stringify(toErrorEvent(dialect))}\n\n`)
        break
      }
      if (options.keepAliveEvery !== undefined && count % options.keepAliveEvery === 0) {
        await write(response, ': keep-alive\n\n')
      }
      await write(response, `data: ${JSON.stringify(data)}\n\n`)
      count += 1
    }
    response.end('data: [DONE]\n\n')
  }

  const server = await startLoopbackServer((request, response) => {
    void answer(request, response).catch((error: unknown) => response.destroy(error as Error))
  })
  return {
    url: server.url,
    requests,
    get chats() {
      return requests.filter(({ path }) => path === '/v1/chat/completions')
    },
    get openStreams() {
      return openStreams
    },
    get abortedStreams() {
      return aborts.seen.length
    },
    waitForAbort: (count = 1) => aborts.waitFor(count),
    setLoading(value) {
      isLoading = value
    },
    close: () => server.close(),
  }
}

function checkRequest(request: FakeRequest, options: FakeUpstreamOptions): void {
  if (!Array.isArray(request.messages) || request.messages.length === 0) {
    throw new Refusal(
      400,
      "1 validation error:\n  {'type': 'missing', 'loc': ('body', 'messages'), 'msg': 'Field required'}",
    )
  }
  const { model = 'qwen3-coder' } = options
  // llama.cpp has one model and answers for every name.
  if (options.kind !== 'llamacpp' && request.model !== model) {
    throw new Refusal(404, `The model \`${request.model}\` does not exist.`)
  }
}

function toErrorEvent(dialect: Dialect): object {
  const body = dialect.errorBody(500, 'CUDA out of memory')
  return 'error' in body ? body : { error: body }
}

function readBody(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw new Refusal(400, 'JSON decode error')
  }
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

async function write(response: ServerResponse, text: string): Promise<void> {
  await writePiece(response, text)
  // Events leave one by one, as a model makes them.
  await new Promise((resolve) => setImmediate(resolve))
}
