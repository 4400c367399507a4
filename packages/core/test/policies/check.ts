import { expect, test } from 'vitest'
import {
  createToolCallParser,
  foldEvents,
  parseToolCalls,
  restoreToolCallParser,
  type ChatTool,
  type DiagnosticCode,
  type FinishReason,
  type LedgerEntry,
  type ParsedMessage,
  type ParserEvent,
  type ParserOptions,
  type ToolCallStatus,
} from '../../src/index.ts'

/** Name, the text of the arguments byte for byte, how the call ended. */
export type ExpectedCall = readonly [name: string, argumentsText: string, status: ToolCallStatus]

/** One sentence of a policy: what comes in, what must come out. */
export interface PolicyRow {
  /** Begins with the policy: `P3 ...`, `FP1 ...`, `REC R3 ...`. */
  name: string
  format: string
  options?: Omit<ParserOptions, 'format'>
  raw: string
  /** @defaultValue 'stop' */
  finish?: FinishReason
  /** What is left out is `null` or no call. */
  message: { content?: string | null; reasoning?: string | null; calls?: readonly ExpectedCall[] }
  /** Every diagnostic of the message, in any order, repeats included. Left out: not compared. */
  codes?: readonly DiagnosticCode[]
}

const chunkSizes = [1, 2, 3, 5, 7]

/** A tool whose parameters are `properties`, each a JSON Schema. */
export function tool(
  name: string,
  properties: Record<string, unknown> = {},
  rest: Record<string, unknown> = {},
): ChatTool {
  return { type: 'function', function: { name, parameters: { type: 'object', properties, ...rest } } }
}

/** Joins neighbouring pieces of the same text, so that two ways to cut one input can be compared. */
export function mergeEvents(events: readonly ParserEvent[]): ParserEvent[] {
  const merged: ParserEvent[] = []
  for (const event of events) {
    const last = merged.at(-1)
    if (event.type === 'content' && last?.type === 'content') last.text += event.text
    else if (event.type === 'reasoning' && last?.type === 'reasoning') last.text += event.text
    else if (event.type === 'tool-call-arguments' && last?.type === 'tool-call-arguments' && last.index === event.index)
      last.text += event.text
    else merged.push({ ...event })
  }
  return merged
}

/** Cuts a text into chunks of one size, in UTF-16 units (surrogate pairs are cut too). */
export function cutText(text: string, size: number): string[] {
  const chunks: string[] = []
  for (let start = 0; start < text.length; start += size) chunks.push(text.slice(start, start + size))
  return chunks
}

/** All events of a text that arrives in chunks. */
export function collectEvents(options: ParserOptions, chunks: readonly string[], finish: FinishReason): ParserEvent[] {
  const parser = createToolCallParser(options)
  const events: ParserEvent[] = []
  for (const chunk of chunks) events.push(...parser.feed(chunk))
  events.push(...parser.end(finish))
  return events
}

/** As {@link collectEvents} for two chunks, with the parser written down and rebuilt between them. */
function collectResumed(options: ParserOptions, head: string, tail: string, finish: FinishReason): ParserEvent[] {
  const first = createToolCallParser(options)
  const events = first.feed(head)
  const second = restoreToolCallParser(options, JSON.parse(JSON.stringify(first.snapshot())))
  return [...events, ...second.feed(tail), ...second.end(finish)]
}

/** The shape of a message that rows are written in. */
export function summarize(message: ParsedMessage): Required<PolicyRow['message']> {
  return {
    content: message.content,
    reasoning: message.reasoning,
    calls: message.toolCalls.map((call) => [call.function.name, call.function.arguments, call.status] as const),
  }
}

/** As `expect`, for the checks that run for every event of every cut: much faster. */
function ensure(condition: boolean, message: string): void {
  if (!condition) expect.fail(message)
}

/** The rules that hold for every stream, whatever its text. */
function checkStream(events: readonly ParserEvent[]): void {
  let open: number | undefined
  let count = 0
  let argumentsText = ''
  for (const event of events) {
    switch (event.type) {
      case 'content':
      case 'reasoning':
        ensure(open === undefined, 'text between the first and the last event of a call')
        ensure(event.text !== '', 'an event without text')
        break
      case 'tool-call-start':
        ensure(open === undefined, 'calls overlap')
        ensure(event.index === count, `index ${event.index} in place of ${count}`)
        count += 1
        open = event.index
        argumentsText = ''
        break
      case 'tool-call-arguments':
        ensure(event.index === open, 'arguments outside their call')
        ensure(event.text !== '', 'an event without text')
        ensure(!isJson(argumentsText), `a prefix reads as whole JSON: ${argumentsText}`)
        argumentsText += event.text
        break
      case 'tool-call-end':
        ensure(event.index === open, 'the end of another call')
        open = undefined
        ensure(isJsonObject(argumentsText) === (event.status !== 'truncated'), `${event.status}: ${argumentsText}`)
        break
      case 'diagnostic':
        ensure(event.message !== '', `${event.code} says nothing`)
    }
  }
  ensure(open === undefined, 'a call without its end')
}

/** Every character is accounted for once, and what the ledger calls content and reasoning, or added to it, is what came out. */
function checkLedger(ledger: readonly LedgerEntry[], raw: string, message: ParsedMessage): void {
  let position = 0
  const text = { content: '', reasoning: '', arguments: '', markup: '', dropped: '' }
  for (const entry of ledger) {
    const covers = entry.added === undefined ? entry.end > entry.start : entry.end === entry.start
    ensure(entry.start === position && covers, `a gap or an overlap in the ledger at ${position}`)
    text[entry.kind] += entry.added ?? raw.slice(entry.start, entry.end)
    position = entry.end
  }
  expect(position, 'the ledger ends where the text ends').toBe(raw.length)
  expect(text.content).toBe(message.content ?? '')
  expect(text.reasoning).toBe(message.reasoning ?? '')
  const dropped = message.diagnostics.toSorted((a, b) => a.offset - b.offset).map((diagnostic) => diagnostic.text ?? '')
  expect(dropped.join(''), 'dropped text is in the diagnostics').toBe(text.dropped)
}

function isJson(text: string): boolean {
  // Only an object can be whole: anything else is not worth the error that JSON.parse builds.
  if (!text.trimEnd().endsWith('}')) return false
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function isJsonObject(text: string): boolean {
  return isJson(text) && text.trimStart().startsWith('{')
}

/** Checks one row whole, in small chunks, at every two-way cut and with a snapshot taken at the cuts. */
export function checkRow(row: PolicyRow): void {
  const options: ParserOptions = { ...row.options, format: row.format }
  const finish = row.finish ?? 'stop'
  const whole = createToolCallParser({ ...options, audit: true })
  const wholeEvents = [...whole.feed(row.raw), ...whole.end(finish)]
  const message = foldEvents(wholeEvents)
  expect(summarize(message)).toEqual({ content: null, reasoning: null, calls: [], ...row.message })
  if (row.codes !== undefined)
    expect(message.diagnostics.map((diagnostic) => diagnostic.code).toSorted()).toEqual([...row.codes].toSorted())
  checkStream(wholeEvents)
  checkLedger(whole.ledger(), row.raw, message)
  expect(parseToolCalls(row.raw, { ...options, finishReason: finish })).toEqual(message)

  const merged = mergeEvents(wholeEvents)
  const wanted = JSON.stringify(merged)
  const compare = (events: readonly ParserEvent[], how: string): void => {
    const got = mergeEvents(events)
    if (JSON.stringify(got) !== wanted) expect(got, how).toEqual(merged)
  }
  for (const size of chunkSizes) {
    const events = collectEvents(options, cutText(row.raw, size), finish)
    compare(events, `chunks of ${size}`)
    checkStream(events)
  }
  for (let cut = 1; cut < row.raw.length; cut++) {
    const head = row.raw.slice(0, cut)
    const tail = row.raw.slice(cut)
    compare(collectEvents(options, [head, tail], finish), `cut at ${cut}`)
    if (cut % 5 === 0) compare(collectResumed(options, head, tail, finish), `resumed at ${cut}`)
  }
}

/** Checks one row whole and in pieces of one character: for the same sentence in one more format. */
export function checkRowBriefly(row: PolicyRow): void {
  const options: ParserOptions = { ...row.options, format: row.format }
  const finish = row.finish ?? 'stop'
  for (const size of [row.raw.length, 1]) {
    const events = collectEvents(options, cutText(row.raw, size), finish)
    expect(summarize(foldEvents(events)), row.name).toEqual({
      content: null,
      reasoning: null,
      calls: [],
      ...row.message,
    })
    checkStream(events)
  }
}

/** One test for each row; `defaults` are options that all of them share. */
export function testRows(rows: readonly PolicyRow[], defaults: Omit<ParserOptions, 'format'> = {}): void {
  for (const row of rows) test(row.name, () => checkRow({ ...row, options: { ...defaults, ...row.options } }))
}
