import type { ChatCompletionChunk, ErrorBody, Wire, WireEncoder, WireEvent } from '@tooldelta/openai'
import { createParser, type EventSourceMessage } from 'eventsource-parser'
import { disconnectFailure, isAbort } from './errors.ts'
import { invalidChunk, readChunk } from './event-stream.ts'
import { drain } from './relay.ts'

/** Reads a finished chat-completion stream as the events of a wire. */
interface WireReader {
  /** Nothing more belongs to the answer. */
  readonly isOver: boolean
  push(bytes: Uint8Array): WireEvent[]
  end(): WireEvent[]
  fail(error: ErrorBody): WireEvent[]
}

const comment: WireEvent = { type: '' }

function createWireReader(wire: Wire, encoder: WireEncoder): WireReader {
  const decoder = new TextDecoder()
  const parser = createParser({ onEvent: take, onComment: () => put([wire.ping ?? comment]) })
  let events: WireEvent[] = []
  let isOver = false

  function put(more: readonly WireEvent[]): void {
    if (!isOver) events.push(...more)
  }

  function finish(more: readonly WireEvent[]): void {
    put(more)
    isOver = true
  }

  function take({ data, event }: EventSourceMessage): void {
    if (isOver || data.trim() === '') return
    if (data === '[DONE]') return finish(encoder.end())
    const chunk = readChunk(data, event)
    put(chunk === undefined ? encoder.fail(invalidChunk) : encoder.push(chunk as ChatCompletionChunk))
    isOver ||= encoder.error !== undefined
  }

  function takeEvents(): WireEvent[] {
    const taken = events
    events = []
    return taken
  }

  return {
    get isOver() {
      return isOver
    },
    push(bytes) {
      parser.feed(decoder.decode(bytes, { stream: true }))
      return takeEvents()
    },
    end() {
      parser.feed(`${decoder.decode()}\n\n`)
      finish(encoder.end())
      return takeEvents()
    },
    fail(error) {
      finish(encoder.fail(error))
      return takeEvents()
    },
  }
}

/** How a wire's answer is read. */
export interface WireReading {
  wire: Wire
  encoder: WireEncoder
  /** The client's signal: when it has fired, nobody is to be told anything. */
  signal?: AbortSignal | null | undefined
}

/** The events of a stream as server-sent events. Pulled by its reader; cancelling it cancels the chat completion. */
export function streamWire(body: ReadableStream<Uint8Array>, reading: WireReading): ReadableStream<Uint8Array> {
  const { wire } = reading
  const steps = readSteps(body, reading)
  const encoder = new TextEncoder()
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        for (;;) {
          const events = await steps.next()
          if (events === undefined) return controller.close()
          if (events.length === 0) continue
          controller.enqueue(encoder.encode(events.map((event) => toEventText(event, wire)).join('')))
          return
        }
      },
      cancel: (reason) => steps.cancel(reason),
    },
    // Nothing is read ahead of the reader.
    { highWaterMark: 0 },
  )
}

/** Reads a stream to its end, for a client that wants the whole answer. Fails with the abort of the client. */
export async function collectWire(body: ReadableStream<Uint8Array>, reading: WireReading): Promise<void> {
  const steps = readSteps(body, reading)
  while ((await steps.next()) !== undefined);
}

interface Steps {
  /** `undefined` at the end. */
  next(): Promise<WireEvent[] | undefined>
  cancel(reason: unknown): Promise<void>
}

function readSteps(body: ReadableStream<Uint8Array>, { wire, encoder, signal }: WireReading): Steps {
  const source = body.getReader()
  const reader = createWireReader(wire, encoder)
  return {
    async next() {
      if (reader.isOver) return undefined
      let events: WireEvent[]
      try {
        const { done, value } = await source.read()
        events = done ? reader.end() : reader.push(value)
      } catch (error) {
        if (isAbort(error, signal)) throw error
        events = reader.fail(disconnectFailure().body.error)
      }
      if (reader.isOver) drain(source)
      return events
    },
    cancel: (reason) => source.cancel(reason),
  }
}

/** An event as it is sent. */
export function toEventText(event: WireEvent, wire: Wire): string {
  return event === comment ? ': keep-alive\n\n' : `event: ${event.type}\ndata: ${wire.write(event)}\n\n`
}
