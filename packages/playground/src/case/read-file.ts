import { createParser } from 'eventsource-parser'
import type { Cuts } from '../trace/cuts.ts'
import { type ChoiceText, readAnswer, readAnswerJson } from './answer-text.ts'
import type { Case } from './case.ts'
import { pickOptions } from './options.ts'

/**
 * Reads a file that somebody opened: raw text, a fixture (`Copy as fixture`), or recordings, of which the first is taken: those of
 * `tooldelta record` and of the inspector, and lists of chunks.
 */
export function readFile(name: string, content: string): Partial<Case> {
  if (/\.jsonl?$/i.test(name)) {
    const value = readJson(content) ?? readJson(content.trimStart().split('\n', 1)[0] ?? '')
    const found = toCase(Array.isArray(value) ? value[0] : value)
    if (found !== undefined) return found
  }
  return { text: content }
}

type Fields = Record<string, unknown>

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function toCase(value: unknown): Partial<Case> | undefined {
  if (!isRecord(value)) return undefined
  if (isRecord(value['response'])) return fromExchange(value)
  const { text, chunks, tools, format, options, finishReason } = value
  const pieces = Array.isArray(chunks) ? chunks.map(readChunk).filter((piece) => piece !== '') : undefined
  const whole = typeof text === 'string' ? text : pieces?.join('')
  if (whole === undefined) return undefined
  return {
    text: whole,
    ...(typeof format === 'string' && { format }),
    ...(tools !== undefined && { tools: print(tools) }),
    ...(pieces?.join('') === whole && { cuts: toMarks(pieces) }),
    ...(isRecord(options) && { options: pickOptions(options) }),
    ...(finishReason === 'length' && { finish: 'length' }),
  }
}

/** What `tooldelta record` writes: a request, and its answer as it came off the socket. */
function fromExchange({ chunks, request, response, parser, end }: Fields): Partial<Case> | undefined {
  if (!Array.isArray(chunks)) return undefined
  const body = decode(chunks)
  const answers = isEventStream(response) ? readEvents(body) : readAnswerJson(body)
  const first = answers.filter(({ choice }) => choice === 0)
  const pieces = first.map(({ text }) => text).filter((text) => text !== '')
  const finish = first.findLast((one) => one.finish !== undefined)?.finish
  const asked = isRecord(request) && typeof request['body'] === 'string' ? readJson(request['body']) : undefined
  const tools = isRecord(asked) ? asked['tools'] : undefined
  const format = isRecord(parser) ? parser['format'] : undefined
  return {
    text: pieces.join(''),
    format: typeof format === 'string' ? format : 'auto',
    tools: tools === undefined ? '' : print(tools),
    cuts: toMarks(pieces),
    finish: finish ?? (end === 'done' ? 'stop' : 'length'),
    options: isRecord(parser) ? pickOptions(parser) : {},
  }
}

/** A cut may go through a character: its two halves are then base64. */
function decode(chunks: readonly unknown[]): string {
  const decoder = new TextDecoder()
  let text = ''
  for (const chunk of chunks) {
    const piece: Fields = isRecord(chunk) ? chunk : {}
    const bytes =
      typeof piece['base64'] === 'string'
        ? Uint8Array.from(atob(piece['base64']), (letter) => letter.charCodeAt(0))
        : new TextEncoder().encode(String(piece['text'] ?? ''))
    text += decoder.decode(bytes, { stream: true })
  }
  return text + decoder.decode()
}

function isEventStream(response: unknown): boolean {
  const headers = isRecord(response) ? response['headers'] : undefined
  return isRecord(headers) && String(headers['content-type'] ?? '').startsWith('text/event-stream')
}

function readEvents(body: string): ChoiceText[] {
  const texts: ChoiceText[] = []
  const parser = createParser({ onEvent: ({ data }) => void texts.push(...readAnswerJson(data)) })
  parser.feed(`${body}\n\n`)
  return texts
}

/** A chunk of a list is its text, or the chunk object that a server sent. */
function readChunk(chunk: unknown): string {
  if (typeof chunk === 'string') return chunk
  return readAnswer(chunk).find(({ choice }) => choice === 0)?.text ?? ''
}

function print(tools: unknown): string {
  return JSON.stringify(tools, null, 2)
}

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The cuts that a list of chunks was made by. */
export function toMarks(chunks: readonly string[]): Cuts {
  let place = 0
  return { kind: 'marks', at: chunks.slice(0, -1).map((chunk) => (place += chunk.length)) }
}
