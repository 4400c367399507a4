import { ToolCallTransformStream, transformResponse } from '@tooldelta/fetch'
import { createParser, type EventSourceMessage } from 'eventsource-parser'
import { addDelta, requireExact, type CollectedMessage, type WireDelta } from '../check.ts'
import type { BenchDocument } from '../documents.ts'
import { measureText, type PreparedScenario } from '../scenario.ts'

/** Which public entry of the fetch package moves the bytes. */
export type SsePath = 'transform-stream' | 'transform-response'

/** Bytes of a server-sent event stream in, bytes of one out: one event a chunk, one read an event, as a busy vLLM sends them. */
export async function prepareSse(
  name: string,
  path: SsePath,
  document: BenchDocument,
  chunks: readonly string[],
): Promise<PreparedScenario> {
  const input = encodeEventStream(chunks)
  const output = await new Response(openPath(path, document, input)).text()
  requireExact(name, document, readEventStream(output))
  const run = () => countBytes(openPath(path, document, input))
  return { run, ...measureText(chunks) }
}

/** The floor of every proxy: parse the event stream, read each event's JSON, write it again. */
export function prepareSseFloor(chunks: readonly string[]): PreparedScenario {
  const input = encodeEventStream(chunks)
  function run(): number {
    const decoder = new TextDecoder()
    const encoder = new TextEncoder()
    let bytes = 0
    const parser = createParser({
      onEvent({ data }: EventSourceMessage) {
        const text = data === '[DONE]' ? data : JSON.stringify(JSON.parse(data))
        bytes += encoder.encode(`data: ${text}\n\n`).length
      },
    })
    for (const piece of input) parser.feed(decoder.decode(piece, { stream: true }))
    return bytes
  }
  return { run, ...measureText(chunks) }
}

/** The floor of web streams: the same bytes through one TransformStream that changes nothing. */
export function prepareIdentityStream(chunks: readonly string[]): PreparedScenario {
  const input = encodeEventStream(chunks)
  async function run(): Promise<number> {
    const body = new ReadableStream<Uint8Array>(createSource(input))
    return countBytes(body.pipeThrough(new TransformStream<Uint8Array, Uint8Array>()))
  }
  return { run, ...measureText(chunks) }
}

async function countBytes(stream: ReadableStream<Uint8Array>): Promise<number> {
  let bytes = 0
  for await (const piece of stream as unknown as AsyncIterable<Uint8Array>) bytes += piece.length
  return bytes
}

function openPath(path: SsePath, document: BenchDocument, input: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  const body = new ReadableStream<Uint8Array>(createSource(input))
  if (path === 'transform-stream') return body.pipeThrough(new ToolCallTransformStream(document.options))
  const response = new Response(body, { headers: { 'content-type': 'text/event-stream' } })
  return transformResponse(response, document.options).body as ReadableStream<Uint8Array>
}

function createSource(input: readonly Uint8Array[]): UnderlyingDefaultSource<Uint8Array> {
  let next = 0
  return {
    pull(controller) {
      const piece = input[next]
      next += 1
      if (piece === undefined) controller.close()
      // A copy: a stream may take the bytes it is given.
      else controller.enqueue(piece.slice())
    },
  }
}

/** The bytes that a model server without a tool parser sends for these chunks of text. */
export function encodeEventStream(chunks: readonly string[]): Uint8Array[] {
  const encoder = new TextEncoder()
  const head = { id: 'chatcmpl-bench', object: 'chat.completion.chunk', created: 1_764_028_800, model: 'bench' }
  const line = (delta: object, finishReason: string | null) => {
    const choices = [{ index: 0, delta, logprobs: null, finish_reason: finishReason }]
    return encoder.encode(`data: ${JSON.stringify({ ...head, choices })}\n\n`)
  }
  return [
    line({ role: 'assistant', content: '' }, null),
    ...chunks.map((content) => line({ content }, null)),
    line({}, 'stop'),
    encoder.encode('data: [DONE]\n\n'),
  ]
}

interface WireChunk {
  choices?: { delta?: WireDelta }[]
}

/** Puts the message of an event stream together, as a client does. */
export function readEventStream(text: string): CollectedMessage {
  const message: CollectedMessage = { content: '', calls: [] }
  const parser = createParser({
    onEvent({ data }: EventSourceMessage) {
      if (data === '[DONE]') return
      for (const { delta } of (JSON.parse(data) as WireChunk).choices ?? []) addDelta(message, delta ?? {})
    },
  })
  parser.feed(text)
  return message
}
