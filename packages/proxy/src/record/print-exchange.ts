import { type Exchange, type ExchangePiece, parseObject } from '../replay/exchange.ts'
import type { ReadingOptions } from './kept-words.ts'
import { redactBodies, type Redaction } from './redact.ts'
import { createSecretMask } from './secrets.ts'

/** What is known of an exchange. The path and the headers must be free of secrets already. */
export interface ExchangeParts extends Pick<Exchange, 'id' | 'at' | 'request' | 'response' | 'end'> {
  /** The answer as it came, `ms` after the request. */
  pieces: readonly { ms: number; bytes: Buffer }[]
}

/** What {@link printExchange} covers, and how the model's text is read. */
export interface PrintOptions {
  redact: readonly Redaction[]
  /** Covered wherever they stand. */
  secrets: readonly string[]
  /** Goes into the recording. @defaultValue the format that the text is in */
  parser?: ReadingOptions | undefined
}

/** An exchange as one line of a recording, without the line break. */
export function printExchange(
  { id, at, request, response, pieces, end }: ExchangeParts,
  options: PrintOptions,
): string {
  const { redact, parser } = options
  const secrets = [...new Set(options.secrets)].toSorted((a, b) => b.length - a.length)
  const isEventStream = (response.headers['content-type'] ?? '').startsWith('text/event-stream')
  const bodies = redactBodies(
    { request: request.body, pieces: pieces.map(({ bytes }) => bytes), isEventStream },
    { redact, secrets, parser: parser ?? { format: 'auto' } },
  )
  const model = parseObject(request.body)?.['model']
  const exchange: Exchange = {
    id,
    ...(typeof model === 'string' && { model }),
    at,
    ...(parser !== undefined && { parser: { ...parser } as NonNullable<Exchange['parser']> }),
    redacted: [...redact],
    ...(!bodies.isSameParse && { note: 'With its contents covered this answer is parsed in another way.' }),
    request: { ...request, body: bodies.request },
    response,
    chunks: bodies.pieces.map((bytes, place) => toPiece(pieces[place]!.ms, bytes)),
    end,
  }
  // What quotes a key outside the bodies, such as a header of the answer.
  return createSecretMask(secrets)(JSON.stringify(exchange), '')
}

function toPiece(ms: number, bytes: Buffer): ExchangePiece {
  try {
    return { ms, text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) }
  } catch {
    return { ms, base64: bytes.toString('base64') }
  }
}
