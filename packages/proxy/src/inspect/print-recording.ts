import type { Exchange } from '../replay/exchange.ts'
import type { ReadingOptions } from '../record/kept-words.ts'
import { printExchange } from '../record/print-exchange.ts'
import type { InspectedStream } from './inspected-stream.ts'
import type { StreamReading, StreamSummary } from './types.ts'

const ends: Record<StreamSummary['state'], Exchange['end']> = {
  running: 'cut',
  ended: 'done',
  error: 'cut',
  aborted: 'left',
}

/**
 * An exchange as a recording of `tooldelta record`, one line: what the upstream was sent, and its answer cut between events. Texts in it
 * that look like keys are covered.
 *
 * @param secrets - are covered too
 */
export function printRecording(stream: InspectedStream, secrets: readonly string[]): string {
  const { stream: summary, reading } = stream.detail()
  const { requestId: id, at, isStream, state, isCut } = summary
  const { path, body } = stream.sent ?? { path: summary.path, body: '' }
  const type = isStream ? 'text/event-stream' : 'application/json'
  const pieces = stream.pieces(0).map(({ ms, data }) => ({ ms, bytes: Buffer.from(isStream ? toEvent(data) : data) }))
  const last = pieces.at(-1)
  if (isStream && state === 'ended' && !isCut && last !== undefined) {
    pieces.push({ ms: last.ms, bytes: Buffer.from(toEvent('[DONE]')) })
  }
  const parts = {
    id,
    at,
    request: { method: 'POST', path, headers: { 'content-type': 'application/json' }, body },
    response: {
      status: stream.response?.status ?? 0,
      ms: stream.response?.ms ?? 0,
      headers: { 'content-type': type },
    },
    pieces,
    end: isCut ? ('limit' as const) : ends[state],
  }
  return `${printExchange(parts, { redact: ['keys'], secrets, parser: toParser(reading) })}\n`
}

function toEvent(data: string): string {
  return `data: ${data.replaceAll('\n', '\ndata: ')}\n\n`
}

/** The tools stand in the request. */
function toParser(reading: StreamReading | undefined): ReadingOptions | undefined {
  if (reading?.format === undefined) return undefined
  const { format, reasoning, callsInReasoning, fencedCalls, closers, repair, unknownTools } = reading
  const options = { format, reasoning, callsInReasoning, fencedCalls, closers, repair, unknownTools }
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as never
}
