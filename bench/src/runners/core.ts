import { createDeltaEncoder, createToolCallParser, type ParserEvent } from '@tooldelta/core'
import { addDelta, collectEvents, requireExact, type CollectedMessage } from '../check.ts'
import type { BenchDocument } from '../documents.ts'
import { measureFirstDelta } from '../first-delta.ts'
import { measureText, type FirstDelta, type PreparedScenario } from '../scenario.ts'

/** The parser alone: text in, events out. A fresh parser for every repetition, every event looked at. */
export function prepareCore(name: string, document: BenchDocument, chunks: readonly string[]): PreparedScenario {
  requireExact(name, document, collectEvents(parseAll(document, chunks)))
  const expected = countText(parseAll(document, chunks))
  function run(): number {
    const parser = createToolCallParser(document.options)
    let length = 0
    for (const chunk of chunks) length += countText(parser.feed(chunk))
    length += countText(parser.end())
    if (length !== expected) throw new Error(`${name}: a repetition gave ${length} characters instead of ${expected}`)
    return length
  }
  const firstDelta = measureCoreFirstDelta(document, chunks)
  return { run, ...measureText(chunks), ...(firstDelta === undefined ? {} : { firstDelta }) }
}

/** The parser and the delta encoder: text in, `choices[].delta` objects out. */
export function prepareDeltas(name: string, document: BenchDocument, chunks: readonly string[]): PreparedScenario {
  requireExact(name, document, collectDeltas(document, chunks))
  function run(): number {
    const parser = createToolCallParser(document.options)
    const encoder = createDeltaEncoder()
    let deltas = 0
    for (const chunk of chunks) deltas += encoder.encode(parser.feed(chunk)).length
    return deltas + encoder.encode(parser.end()).length
  }
  return { run, ...measureText(chunks) }
}

/** A message and its chunks. */
export interface Turn {
  document: BenchDocument
  chunks: readonly string[]
}

/** Many messages, each with its own parser, as a server sees them. */
export function prepareTurns(name: string, turns: readonly Turn[]): PreparedScenario {
  const prepared = turns.map((turn, index) => prepareCore(`${name} ${index}`, turn.document, turn.chunks))
  function run(): number {
    let length = 0
    for (const one of prepared) length += one.run() as number
    return length
  }
  const sum = (key: 'bytes' | 'chars' | 'chunks') => prepared.reduce((total, one) => total + one[key], 0)
  return { run, bytes: sum('bytes'), chars: sum('chars'), chunks: sum('chunks') }
}

function* parseAll(document: BenchDocument, chunks: readonly string[]): Generator<ParserEvent> {
  const parser = createToolCallParser(document.options)
  for (const chunk of chunks) yield* parser.feed(chunk)
  yield* parser.end()
}

function collectDeltas(document: BenchDocument, chunks: readonly string[]): CollectedMessage {
  const parser = createToolCallParser(document.options)
  const encoder = createDeltaEncoder()
  const message: CollectedMessage = { content: '', calls: [] }
  const deltas = chunks.flatMap((chunk) => encoder.encode(parser.feed(chunk)))
  for (const delta of [...deltas, ...encoder.encode(parser.end())]) addDelta(message, delta)
  return message
}

function countText(events: Iterable<ParserEvent>): number {
  let length = 0
  for (const event of events) {
    if (event.type === 'content' || event.type === 'tool-call-arguments') length += event.text.length
  }
  return length
}

function measureCoreFirstDelta({ value, options }: BenchDocument, chunks: readonly string[]): FirstDelta | undefined {
  if (value === undefined) return undefined
  return measureFirstDelta({
    chunks,
    valueStart: value.start,
    prefixLength: value.prefixLength,
    repetitions: chunks.length === 1 ? 21 : 2001,
    open() {
      const parser = createToolCallParser(options)
      let written = 0
      return (chunk) => (written += countText(parser.feed(chunk)))
    },
  })
}
