import { describe, expect, it } from 'vitest'
import {
  createToolCallParser,
  foldEvents,
  parseToolCalls,
  type DiagnosticCode,
  type FinishReason,
  type LedgerEntry,
  type ParsedMessage,
  type ParserEvent,
  type ParserOptions,
  type ToolCallStatus,
} from '../../src/index.ts'

/** Expected argument text: the exact text, a pattern, or the value it must parse to (where the documents leave the blanks open). */
export type ExpectedArguments = string | RegExp | { value: unknown }

/** Name, argument text and status; the status is `complete` unless given. */
export type ExpectedCall = readonly [name: string, argumentText: ExpectedArguments, status?: ToolCallStatus]

/** One row of a table of cases. */
export interface Case {
  name: string
  raw: string
  options?: Partial<ParserOptions>
  finish?: FinishReason
  content?: string | null
  reasoning?: string | null
  calls?: readonly ExpectedCall[]
  /** Codes that must occur. An empty list: no diagnostic at all. */
  codes?: readonly DiagnosticCode[]
  /** Codes that must not occur. */
  withoutCodes?: readonly DiagnosticCode[]
}

/** Feeds the pieces one by one and ends. */
export function runPieces(pieces: Iterable<string>, options: ParserOptions, finish?: FinishReason): ParserEvent[] {
  const parser = createToolCallParser(options)
  const events: ParserEvent[] = []
  for (const piece of pieces) events.push(...parser.feed(piece))
  events.push(...parser.end(finish))
  return events
}

/** Neighbours of one kind become one event. */
export function mergeEvents(events: readonly ParserEvent[]): ParserEvent[] {
  const merged: ParserEvent[] = []
  for (const event of events) {
    const last = merged.at(-1)
    if (event.type === 'content' && last?.type === 'content') last.text += event.text
    else if (event.type === 'reasoning' && last?.type === 'reasoning') last.text += event.text
    else if (event.type === 'tool-call-arguments' && last?.type === event.type && last.index === event.index)
      last.text += event.text
    else merged.push({ ...event })
  }
  return merged
}

function cutEvery(text: string, size: number): string[] {
  const pieces: string[] = []
  for (let start = 0; start < text.length; start += size) pieces.push(text.slice(start, start + size))
  return pieces
}

function checkOrder(events: readonly ParserEvent[]): void {
  let open = -1
  let next = 0
  for (const event of events) {
    if (event.type === 'tool-call-start') {
      expect(open, 'a call starts inside another').toBe(-1)
      expect(event.index).toBe(next)
      open = next
      next += 1
    } else if (event.type === 'tool-call-arguments' || event.type === 'tool-call-end') {
      expect(event.index).toBe(open)
      if (event.type === 'tool-call-end') open = -1
    } else if (event.type !== 'diagnostic') expect(open, `${event.type} inside a call`).toBe(-1)
  }
  expect(open, 'a call never ended').toBe(-1)
}

function checkLedger(raw: string, ledger: readonly LedgerEntry[], message: ParsedMessage): void {
  let at = 0
  const kept = { content: '', reasoning: '', dropped: '' }
  for (const entry of ledger) {
    expect(entry.start, 'the ledger has a hole or an overlap').toBe(at)
    expect(entry.end).toBeGreaterThan(entry.start)
    at = entry.end
    if (entry.kind === 'content' || entry.kind === 'reasoning' || entry.kind === 'dropped')
      kept[entry.kind] += raw.slice(entry.start, entry.end)
  }
  expect(at, 'the ledger does not reach the end').toBe(raw.length)
  expect(kept.content, 'content and ledger differ').toBe(message.content ?? '')
  expect(kept.reasoning, 'reasoning and ledger differ').toBe(message.reasoning ?? '')
  const reported = message.diagnostics.map((diagnostic) => diagnostic.text ?? '').join('')
  expect(reported, 'dropped text and diagnostics differ').toBe(kept.dropped)
}

function checkCalls(message: ParsedMessage): void {
  for (const call of message.toolCalls) {
    const text = call.function.arguments
    let value: unknown
    let parses = true
    try {
      value = JSON.parse(text)
    } catch {
      parses = false
    }
    if (call.status === 'truncated') expect(parses, `truncated arguments look whole: ${text}`).toBe(false)
    else {
      expect(parses, `arguments are no JSON: ${text}`).toBe(true)
      expect(Object.prototype.toString.call(value), text).toBe('[object Object]')
    }
  }
}

/** Runs the text whole: the ledger must cover the text, and the laws of the events must hold. */
function runWhole(raw: string, options: ParserOptions, finish?: FinishReason): ParserEvent[] {
  const parser = createToolCallParser({ ...options, audit: true })
  const events = [...parser.feed(raw), ...parser.end(finish)]
  const message = foldEvents(events)
  checkOrder(events)
  checkLedger(raw, parser.ledger(), message)
  checkCalls(message)
  for (const diagnostic of message.diagnostics) {
    expect(diagnostic.offset).toBeGreaterThanOrEqual(0)
    expect(diagnostic.offset).toBeLessThanOrEqual(raw.length)
  }
  return events
}

/** Runs the text whole only. */
export function runOnce(raw: string, options: ParserOptions, finish?: FinishReason): ParsedMessage {
  return foldEvents(runWhole(raw, options, finish))
}

/** Runs the text whole and one character at a time. Both must agree. */
export function runBothWays(raw: string, options: ParserOptions, finish?: FinishReason): ParsedMessage {
  const events = runWhole(raw, options, finish)
  expect(mergeEvents(runPieces(cutEvery(raw, 1), options, finish))).toEqual(mergeEvents(events))
  return foldEvents(events)
}

/** Runs the text whole and in pieces: one character at a time, in small sizes, and cut in two at every place. All must agree. */
export function runEveryWay(raw: string, options: ParserOptions, finish?: FinishReason): ParsedMessage {
  const events = runWhole(raw, options, finish)
  const message = foldEvents(events)
  expect(parseToolCalls(raw, finish === undefined ? options : { ...options, finishReason: finish })).toEqual(message)
  const whole = JSON.stringify(mergeEvents(events))
  const agree = (pieces: string[], how: string): void => {
    const cut = JSON.stringify(mergeEvents(runPieces(pieces, options, finish)))
    if (cut !== whole) expect(JSON.parse(cut), how).toEqual(JSON.parse(whole))
  }
  for (const size of [1, 2, 3, 5, 7]) agree(cutEvery(raw, size), `pieces of ${size}`)
  const step = Math.ceil(raw.length / 1500)
  for (let at = 1; at < raw.length; at += step) agree([raw.slice(0, at), raw.slice(at)], `cut at ${at}`)
  return message
}

function checkArguments(got: string, wanted: ExpectedArguments, name: string): void {
  if (typeof wanted === 'string') expect(got, name).toBe(wanted)
  else if (wanted instanceof RegExp) expect(got, name).toMatch(wanted)
  else expect(JSON.parse(got), name).toEqual(wanted.value)
}

/** Checks one row. */
export function checkCase(row: Case, base: ParserOptions): void {
  const message = runEveryWay(row.raw, { ...base, ...row.options }, row.finish)
  const wanted = row.calls ?? []
  const seen = {
    content: message.content,
    reasoning: message.reasoning,
    calls: message.toolCalls.map((call) => [call.function.name, call.status]),
  }
  expect(seen, JSON.stringify(message)).toEqual({
    content: row.content ?? null,
    reasoning: row.reasoning ?? null,
    calls: wanted.map(([name, , status]) => [name, status ?? 'complete']),
  })
  wanted.forEach(([name, argumentText], index) => {
    checkArguments(message.toolCalls[index]?.function.arguments ?? '', argumentText, name)
  })
  const codes = message.diagnostics.map((diagnostic) => diagnostic.code)
  if (row.codes?.length === 0) expect(codes).toEqual([])
  for (const code of row.codes ?? []) expect(codes).toContain(code)
  for (const code of row.withoutCodes ?? []) expect(codes).not.toContain(code)
}

/** A table of cases that share their options. */
export function describeCases(title: string, base: ParserOptions, rows: readonly Case[]): void {
  describe(title, () => {
    for (const row of rows) it(row.name, () => checkCase(row, base))
  })
}
