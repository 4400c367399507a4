import type { ServerResponse } from 'node:http'
import { ToolDeltaError } from '@tooldelta/openai'
import type { ClientAnswer } from '../client-answer.ts'
import { disconnectFailure } from '../errors.ts'
import { createKeepAlive } from './keep-alive.ts'

/** How {@link writeNodeResponse} sends an answer. */
export interface WriteNodeResponseOptions {
  /** Headers beside the answer's own. */
  headers?: Readonly<Record<string, string | number | string[] | undefined>> | undefined
  /** Silence of an event stream after which a comment `: keep-alive` is sent, in milliseconds. @defaultValue none is sent */
  keepAliveMs?: number | undefined
  /** Called with each time that the client took to make room for more, in milliseconds. */
  onClientWait?: ((ms: number) => void) | undefined
}

/**
 * Sends an answer over Node's HTTP server. The head goes out at once; the body is read as fast as the client takes it. An event stream
 * whose source breaks off ends with an error event.
 *
 * @returns when everything has been handed over, or when the client has gone
 */
export async function writeNodeResponse(
  answer: ClientAnswer,
  response: ServerResponse,
  { headers = {}, keepAliveMs, onClientWait }: WriteNodeResponseOptions = {},
): Promise<void> {
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) response.setHeader(name, value)
  for (const [name, value] of answer.headers) response.setHeader(name, value)
  response.statusCode = answer.status
  const { body } = answer
  const isHead = response.req.method === 'HEAD'
  if (body === null || typeof body === 'string' || isHead) {
    if (typeof body === 'object') await body?.cancel()
    response.end(typeof body === 'string' && !isHead ? body : undefined)
    return
  }
  const type = answer.headers.get('content-type') ?? ''
  const isStream = type.startsWith('text/event-stream')
  // One write for head and body: each costs as much as the rest of a small answer. Other bodies may come bit by bit.
  const isWhole = type.startsWith('application/json')
  // The client learns that its request was taken before the model has said a word.
  if (!isWhole) response.flushHeaders()
  const keepAlive = isStream ? createKeepAlive(response, keepAliveMs) : undefined
  const reader = body.getReader()
  const onClose = (): void => void reader.cancel().catch(ignore)
  response.on('close', onClose)
  try {
    let held: Uint8Array | undefined
    for (;;) {
      const { done, value } = await reader.read()
      if (done || response.destroyed) break
      keepAlive?.note(value)
      const next = isWhole ? held : value
      if (isWhole) held = value
      if (next !== undefined && !response.write(next)) await waitForDrain(response, onClientWait)
    }
    if (!response.destroyed) response.end(held)
  } catch (error) {
    // With the client gone there is nobody to be told.
    if (response.destroyed) return
    if (keepAlive === undefined) throw error
    response.end(createErrorEvents(error, keepAlive.isBetweenEvents()))
  } finally {
    keepAlive?.end()
    response.off('close', onClose)
  }
}

/** What a client reads at the end of a stream that nobody else has ended. */
function createErrorEvents(error: unknown, isBetweenEvents: boolean): string {
  const { body } = error instanceof ToolDeltaError ? error : disconnectFailure()
  return `${isBetweenEvents ? '' : '\n\n'}data: ${JSON.stringify(body)}\n\ndata: [DONE]\n\n`
}

async function waitForDrain(response: ServerResponse, onWait?: (ms: number) => void): Promise<void> {
  if (response.destroyed) return
  const began = performance.now()
  await new Promise<void>((resolve) => {
    const done = (): void => {
      response.off('drain', done)
      response.off('close', done)
      resolve()
    }
    response.on('drain', done)
    response.on('close', done)
  })
  onWait?.(performance.now() - began)
}

function ignore(): void {}
