import {
  type FinishReason,
  type LedgerEntry,
  type ParsedMessage,
  type ParserEvent,
  type ParserOptions,
  type ParserSnapshot,
  createToolCallParser,
  restoreToolCallParser,
} from '@tooldelta/core'
import { mergeEvents } from './events.ts'
import { foldSeparately } from './fold.ts'
import { InvariantError, checkArguments, checkLedger, checkOrder, expectSame } from './invariants.ts'
import { eachTwoWaySplit, splitEvery, splitLikeTokens } from './splits.ts'

/** A text, the options to read it with, and what must come out where that is known. */
export interface ConformanceCase {
  /** Names the case in messages. @defaultValue its number */
  name?: string
  text: string
  options?: Omit<ParserOptions, 'format'>
  /** @defaultValue 'stop' */
  finishReason?: FinishReason
  /** Only what is given is compared. `arguments` is compared as a value, as JSON.parse gives it. */
  expected?: {
    content?: string | null
    reasoning?: string | null
    calls?: { name: string; arguments: unknown; status?: 'complete' | 'repaired' | 'truncated'; id?: string }[]
    /** Codes in order. */
    diagnostics?: string[]
  }
}

/** The part of a parser that is tested. `snapshot` and `ledger` are tested where they exist. */
export interface ParserUnderTest {
  feed(text: string): ParserEvent[]
  end(finishReason?: FinishReason): ParserEvent[]
  snapshot?(): ParserSnapshot
  ledger?(): LedgerEntry[]
}

/** Makes a parser for one text. `snapshot` asks for one that goes on there; a parser without snapshots never gets it. */
export type CreateParser = (options: Omit<ParserOptions, 'format'>, snapshot?: ParserSnapshot) => ParserUnderTest

/** What was run. Returned only when everything held. */
export interface ConformanceReport {
  cases: number
  /** Parses, each with other cuts. */
  runs: number
  /** Ends by length, one after each character. */
  ends: number
}

/** Texts longer than this are cut at every place of their start only; all chunk sizes still cover the whole. */
const EVERY_CUT = 2000
const SIZES = [1, 2, 3, 5, 7, 16]

/**
 * Runs every case through everything that tooldelta guarantees of a parser, and compares with what the case expects:
 *
 * - every way to cut the text in two, every small chunk size and cuts like a tokenizer's give the same merged events (guarantee 1);
 * - argument pieces join to one JSON object, none parses before its end (3);
 * - the ledger covers every character once; dropped text stands in a diagnostic (4);
 * - a snapshot after any character goes on as if nothing had been (7);
 * - calls are numbered by appearance and nothing stands inside them (9);
 * - an end by length after any character never throws, and leaves calls that are a beginning of the whole ones.
 *
 * @param format - a format of `@tooldelta/core` (id, alias, row or template), or a function that makes your own parser
 * @throws InvariantError that names the case, the cut and the difference
 * @example
 * ```ts
 * checkInvariants('hermes', [{ text: '<tool_call>{"name": "ls", "arguments": {}}</tool_call>', expected: { content: null } }])
 * ```
 */
export function checkInvariants(
  format: ParserOptions['format'] | CreateParser,
  cases: Iterable<ConformanceCase>,
): ConformanceReport {
  const create = typeof format === 'function' ? format : ofFormat(format)
  const report: ConformanceReport = { cases: 0, runs: 0, ends: 0 }
  for (const one of cases) {
    const name = one.name ?? `case ${report.cases}`
    report.cases += 1
    try {
      checkCase(create, one, report)
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      throw new InvariantError(`${name}: ${message}`, { cause: error })
    }
  }
  if (report.cases === 0) throw new TypeError('checkInvariants needs at least one case')
  return report
}

function ofFormat(format: ParserOptions['format']): CreateParser {
  return (options, snapshot) =>
    snapshot === undefined
      ? createToolCallParser({ ...options, format })
      : restoreToolCallParser({ ...options, format }, snapshot)
}

function checkCase(create: CreateParser, one: ConformanceCase, report: ConformanceReport): void {
  const { text, finishReason } = one
  const options = { ...one.options, audit: true }
  const run = (chunks: readonly string[]): ParserEvent[] => {
    report.runs += 1
    return runThrough(create(options), chunks, finishReason)
  }
  const whole = create(options)
  const events = runThrough(whole, [text], finishReason)
  checkOrder(events)
  checkArguments(events)
  if (whole.ledger !== undefined) checkLedger(text, events, whole.ledger())
  const message = foldSeparately(events)
  compare(message, one.expected ?? {})

  const merged = mergeEvents(events)
  for (const size of SIZES) {
    const pieces = run(splitEvery(text, size))
    checkArguments(pieces)
    expectSame(mergeEvents(pieces), merged, `chunks of ${size}`)
  }
  expectSame(mergeEvents(run(splitLikeTokens(text))), merged, 'cuts like a tokenizer')
  for (const [start, rest] of eachTwoWaySplit(text.slice(0, EVERY_CUT))) {
    expectSame(mergeEvents(run([start, rest + text.slice(EVERY_CUT)])), merged, `cut after ${start.length}`)
  }
  checkSnapshots(create, options, one, merged, report)
  checkEnds(create, options, text.slice(0, EVERY_CUT), message, report)
}

function runThrough(parser: ParserUnderTest, chunks: readonly string[], finishReason?: FinishReason): ParserEvent[] {
  const events = chunks.flatMap((chunk) => parser.feed(chunk))
  events.push(...parser.end(finishReason))
  return events
}

function compare(message: ParsedMessage, expected: NonNullable<ConformanceCase['expected']>): void {
  const { content, reasoning, calls, diagnostics } = expected
  if (content !== undefined) expectSame(message.content, content, 'content')
  if (reasoning !== undefined) expectSame(message.reasoning, reasoning, 'reasoning')
  if (diagnostics !== undefined)
    expectSame(
      message.diagnostics.map(({ code }) => code),
      diagnostics,
      'diagnostics',
    )
  if (calls === undefined) return
  const actual = message.toolCalls.map((call, index) => ({
    name: call.function.name,
    arguments: readArguments(call.function.arguments),
    ...(calls[index]?.status === undefined ? {} : { status: call.status }),
    ...(calls[index]?.id === undefined ? {} : { id: call.id }),
  }))
  const wanted = calls.map(({ name, arguments: value, status, id }) => ({
    name,
    arguments: value,
    ...(status === undefined ? {} : { status }),
    ...(id === undefined ? {} : { id }),
  }))
  expectSame(actual, wanted, 'calls')
}

/** Arguments of a truncated call are no JSON: they are compared as the text that they are. */
function readArguments(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}

function checkSnapshots(
  create: CreateParser,
  options: Omit<ParserOptions, 'format'>,
  { text, finishReason }: ConformanceCase,
  merged: ParserEvent[],
  report: ConformanceReport,
): void {
  if (create(options).snapshot === undefined) return
  for (const [start, rest] of eachTwoWaySplit(text.slice(0, EVERY_CUT))) {
    const first = create(options)
    const events = first.feed(start)
    const snapshot = JSON.parse(JSON.stringify(first.snapshot?.())) as ParserSnapshot
    events.push(...runThrough(create(options, snapshot), [rest + text.slice(EVERY_CUT)], finishReason))
    report.runs += 1
    expectSame(mergeEvents(events), merged, `snapshot after ${start.length}`)
  }
}

/** What is cut by length is a beginning: the same calls in the same order, their arguments as far as they came. */
function checkEnds(
  create: CreateParser,
  options: Omit<ParserOptions, 'format'>,
  text: string,
  whole: ParsedMessage,
  report: ConformanceReport,
): void {
  for (let length = 0; length < text.length; length += 1) {
    const cut = text.slice(0, length)
    const parser = create(options)
    const events = runThrough(parser, [cut], 'length')
    report.ends += 1
    const about = `cut by length after ${length}`
    checkOrder(events)
    checkArguments(events)
    if (parser.ledger !== undefined) checkLedger(cut, events, parser.ledger())
    for (const [index, { function: called, status }] of foldSeparately(events).toolCalls.entries()) {
      const full = whole.toolCalls[index]?.function
      expectSame(called.name, full?.name, about)
      if (status === 'truncated' && !(full?.arguments ?? '').startsWith(called.arguments))
        throw new InvariantError(`${about}: the arguments ${called.arguments} are no beginning of ${full?.arguments}`)
    }
  }
}
