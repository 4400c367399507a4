import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { readAll, startLoopbackServer, Tally, writePiece } from './loopback-server.ts'

/** One step of an answer. */
export type ScriptStep =
  /** Sends this as one write; with `bytesPerWrite` in writes of that many bytes. */
  | { write: string | Uint8Array; bytesPerWrite?: number }
  | { waitMs: number }
  /** Cuts the connection without an end. */
  | { destroy: true }
  /** Says nothing more until the client goes. */
  | { hang: true }
  /** Writes this again and again, at most `times`, as fast as the reader takes it. */
  | { repeat: string; times: number }

/** An answer of the upstream: its head and what it does then. Ends regularly after the last step. */
export interface ScriptedAnswer {
  status?: number
  headers?: Record<string, string>
  steps: readonly ScriptStep[]
}

/** A request as the upstream received it. */
export interface RecordedRequest {
  method: string
  path: string
  headers: IncomingHttpHeaders
  body: string
}

/** A model server that plays a script on a loopback socket. */
export interface ScriptedUpstream {
  /** `http://127.0.0.1:PORT` */
  url: string
  requests: RecordedRequest[]
  /** Bytes handed to sockets so far. */
  readonly bytesWritten: number
  /** Answers whose client went away before their end, and when, by `performance.now()`. */
  readonly cutAnswers: readonly number[]
  /** TCP connections made so far. */
  readonly connections: number
  /** Fulfilled when `count` answers have been cut. */
  waitForCut(count?: number): Promise<number>
  close(): Promise<void>
}

/** How a scripted upstream answers: always the same, or by request. */
export type Script = ScriptedAnswer | ((request: RecordedRequest) => ScriptedAnswer)

/** Starts a scripted upstream on a free port of the loopback interface. */
export async function startScriptedUpstream(script: Script): Promise<ScriptedUpstream> {
  const requests: RecordedRequest[] = []
  const cuts = new Tally<number>()
  const counters = { bytes: 0 }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const recorded: RecordedRequest = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body: await readAll(request),
    }
    requests.push(recorded)
    const { status = 200, headers = {}, steps } = typeof script === 'function' ? script(recorded) : script
    response.writeHead(status, headers)
    response.flushHeaders()
    for (const step of steps) {
      if (response.destroyed) return
      if (!(await play(step, response, counters))) return
    }
    response.end()
  }

  const server = await startLoopbackServer((request, response) => {
    response.on('close', () => {
      if (!response.writableFinished && !(response as { isScripted?: boolean }).isScripted) cuts.add(performance.now())
    })
    void answer(request, response)
  })
  return {
    url: server.url,
    requests,
    cutAnswers: cuts.seen,
    get bytesWritten() {
      return counters.bytes
    },
    get connections() {
      return server.connections
    },
    waitForCut: (count = 1) => cuts.waitFor(count),
    close: () => server.close(),
  }
}

/** @returns whether the script goes on */
async function play(step: ScriptStep, response: ServerResponse, counters: { bytes: number }): Promise<boolean> {
  if ('waitMs' in step) await sleep(step.waitMs)
  if ('hang' in step) return false
  if ('destroy' in step) {
    ;(response as { isScripted?: boolean }).isScripted = true
    // The last write reaches the client before the cut does.
    await sleep(20)
    response.destroy()
    return false
  }
  if ('repeat' in step) {
    for (let count = 0; count < step.times && !response.destroyed; count += 1) {
      await write(response, Buffer.from(step.repeat), counters)
    }
  }
  if ('write' in step) {
    const bytes = Buffer.from(step.write as string)
    const size = step.bytesPerWrite ?? bytes.length
    for (let start = 0; start < bytes.length; start += size) {
      await write(response, bytes.subarray(start, start + size), counters)
      // A turn of the event loop lets small writes leave as packets of their own.
      if (size < bytes.length) await new Promise((resolve) => setImmediate(resolve))
    }
  }
  return true
}

async function write(response: ServerResponse, bytes: Buffer, counters: { bytes: number }): Promise<void> {
  counters.bytes += bytes.length
  await writePiece(response, bytes)
}

const envelope = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1_760_000_000, model: 'qwen3-coder' }

/** How a vLLM stream ends and what it carries. */
export interface VllmStreamOptions {
  finishReason?: string
  usage?: Record<string, number>
  /** Leaves the `[DONE]` out. */
  withoutDone?: boolean
}

/** One event of a stream. */
export function toEvent(data: unknown): string {
  return `data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`
}

/** A chunk of a stream as vLLM writes it. */
export function createChunk(delta: object, finishReason: string | null = null, more: object = {}): object {
  return { ...envelope, choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason, ...more }] }
}

/**
 * The events of an answer in vLLM's shape: the role alone, then the pieces, the last of them in one chunk with the finish reason, then
 * usage and `[DONE]`.
 */
export function createVllmEvents(pieces: readonly string[], options: VllmStreamOptions = {}): string[] {
  const { finishReason = 'stop', usage, withoutDone } = options
  const events = [toEvent(createChunk({ role: 'assistant', content: '' }))]
  for (const [place, content] of pieces.entries()) {
    const isLast = place === pieces.length - 1
    events.push(
      toEvent(isLast ? createChunk({ content }, finishReason, { stop_reason: null }) : createChunk({ content })),
    )
  }
  if (usage !== undefined) events.push(toEvent({ ...envelope, choices: [], usage }))
  if (!withoutDone) events.push('data: [DONE]\n\n')
  return events
}

/** A streamed answer: each text one write. */
export function createStreamAnswer(events: readonly string[], ending: readonly ScriptStep[] = []): ScriptedAnswer {
  return {
    headers: { 'content-type': 'text/event-stream; charset=utf-8' },
    steps: [...events.map((write) => ({ write })), ...ending],
  }
}

/** A JSON answer. */
export function createJsonAnswer(body: unknown, status = 200): ScriptedAnswer {
  return { status, headers: { 'content-type': 'application/json' }, steps: [{ write: JSON.stringify(body) }] }
}

/** A whole completion with this text as content. */
export function createCompletion(content: string, finishReason = 'stop', more: object = {}): object {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1_760_000_000,
    model: 'qwen3-coder',
    choices: [
      { index: 0, message: { role: 'assistant', content, tool_calls: [] }, finish_reason: finishReason, ...more },
    ],
    usage: { prompt_tokens: 12, completion_tokens: 30, total_tokens: 42 },
  }
}

/** Cuts a text into pieces of a few characters, as tokens would. */
export function cutText(text: string, size = 4): string[] {
  const characters = [...text]
  const pieces: string[] = []
  for (let start = 0; start < characters.length; start += size)
    pieces.push(characters.slice(start, start + size).join(''))
  return pieces
}
