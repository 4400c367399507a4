import { isDeepStrictEqual } from 'node:util'
import type { ParserEvent } from '@tooldelta/core'
import type { BenchDocument } from './documents.ts'

/** A message put together from a stream, by whatever made it. */
export interface CollectedMessage {
  content: string
  calls: { name: string; arguments: string; status?: string }[]
}

/** Puts parser events together. */
export function collectEvents(events: Iterable<ParserEvent>): CollectedMessage {
  const message: CollectedMessage = { content: '', calls: [] }
  for (const event of events) {
    if (event.type === 'content') message.content += event.text
    else if (event.type === 'tool-call-start') message.calls.push({ name: event.name, arguments: '' })
    else if (event.type === 'tool-call-arguments') callAt(message, event.index).arguments += event.text
    else if (event.type === 'tool-call-end') callAt(message, event.index).status = event.status
  }
  return message
}

/** The call at `index`, made when it is new. */
function callAt(message: CollectedMessage, index: number): CollectedMessage['calls'][number] {
  while (message.calls.length <= index) message.calls.push({ name: '', arguments: '' })
  return message.calls[index] as CollectedMessage['calls'][number]
}

/** The fields of a `choices[].delta` that carry the message. */
export interface WireDelta {
  content?: string | null
  tool_calls?: { index: number; function?: { name?: string; arguments?: string } }[]
}

/** Adds one delta to a message, as an OpenAI client does. */
export function addDelta(message: CollectedMessage, delta: WireDelta): void {
  message.content += delta.content ?? ''
  for (const entry of delta.tool_calls ?? []) {
    const call = callAt(message, entry.index)
    call.name += entry.function?.name ?? ''
    call.arguments += entry.function?.arguments ?? ''
  }
}

/**
 * What is wrong with a message, in a few words.
 *
 * @returns undefined when it is exactly what the document says
 */
export function findDifference(
  document: Pick<BenchDocument, 'expected'>,
  message: CollectedMessage,
): string | undefined {
  const { content, calls } = document.expected
  if (message.content !== (content ?? '')) {
    return `content of ${message.content.length} characters differs from the expected ${(content ?? '').length}`
  }
  if (message.calls.length !== calls.length) return `${message.calls.length} calls instead of ${calls.length}`
  for (const [index, call] of calls.entries()) {
    const got = message.calls[index] as CollectedMessage['calls'][number]
    if (got.name !== call.name) return `call ${index} is named ${got.name} instead of ${call.name}`
    if (got.status !== undefined && got.status !== 'complete') return `call ${index} is ${got.status}`
    if (!isDeepStrictEqual(readJson(got.arguments), call.arguments)) return `the arguments of call ${index} differ`
  }
  return undefined
}

/** @throws Error that names the scenario when its result is not exact: a wrong parser must not be called fast */
export function requireExact(name: string, document: Pick<BenchDocument, 'expected'>, message: CollectedMessage): void {
  const difference = findDifference(document, message)
  if (difference !== undefined) throw new Error(`${name}: wrong result, ${difference}`)
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
