import { createParser } from 'eventsource-parser'
import { z } from 'zod'

/** A piece of a body as it came off the socket: text, or bytes where a cut went through a character. */
const pieceSchema = z.union([
  z.strictObject({ ms: z.number().min(0), text: z.string() }),
  z.strictObject({ ms: z.number().min(0), base64: z.base64() }),
])

const headersSchema = z.record(z.string(), z.string())

/** One exchange with a model server, as `tooldelta record` writes it. `ms` counts from the moment the request was sent. */
export const exchangeSchema = z.looseObject({
  id: z.string().min(1),
  model: z.string().optional(),
  at: z.iso.datetime(),
  parser: z.looseObject({ format: z.union([z.string(), z.looseObject({})]) }).optional(),
  redacted: z.array(z.enum(['keys', 'contents'])),
  note: z.string().optional(),
  request: z.strictObject({ method: z.string(), path: z.string(), headers: headersSchema, body: z.string() }),
  response: z.strictObject({ status: z.number().int(), ms: z.number().min(0), headers: headersSchema }),
  chunks: z.array(pieceSchema),
  end: z.enum(['done', 'cut', 'left', 'limit']),
})

/**
 * One recorded exchange. `end`: `done`, the server ended its answer; `cut`, the connection broke; `left`, the client had gone; `limit`, the
 * rest was too long to keep.
 */
export type Exchange = z.infer<typeof exchangeSchema>
/** A piece of an answer and when it came, in milliseconds after the request. */
export type ExchangePiece = Exchange['chunks'][number]

/** A piece's bytes. */
export function toBytes(piece: ExchangePiece): Buffer {
  return 'text' in piece ? Buffer.from(piece.text, 'utf8') : Buffer.from(piece.base64, 'base64')
}

/** Whether the answer is a stream of events. */
export function isEventStream({ response }: Exchange): boolean {
  return (response.headers['content-type'] ?? '').startsWith('text/event-stream')
}

/** The whole body as text. */
export function readBody({ chunks }: Exchange): string {
  return Buffer.concat(chunks.map(toBytes)).toString('utf8')
}

/** The data of each event of a stream, without `[DONE]`. What is no JSON object is left out. */
export function readEvents(exchange: Exchange): Record<string, unknown>[] {
  const events: Record<string, unknown>[] = []
  const parser = createParser({
    onEvent({ data }) {
      const value = parseObject(data)
      if (value !== undefined) events.push(value)
    },
  })
  parser.feed(`${readBody(exchange)}\n\n`)
  return events
}

/** A JSON object, or undefined. */
export function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}
