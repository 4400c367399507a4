import { existsSync, readFileSync } from 'node:fs'
import type { ChatTool, FinishReason, ParserOptions, ToolCallStatus } from '@tooldelta/core'
import { fixturesFolder } from './fixtures.ts'

/** What every format has at least one fixture of. */
export const FIXTURE_KINDS = [
  'escapes', //         backslashes, quotes and line breaks in a value
  'two-calls',
  'closers-inside', //  the format's closers as data
  'missing-closers',
  'cut', //             the longest text to be cut at every character
  'reasoning', //       a thought of that family; for a family without one, a thought's tags as plain text
] as const

/** A message of a format, written by hand, with everything that is expected of it. */
export interface FormatFixture {
  kind: (typeof FIXTURE_KINDS)[number] | 'other'
  /** What it shows, in a few words. */
  title: string
  text: string
  /** Where a recorded stream was cut, in UTF-16 units from the start. */
  cuts?: number[]
  tools?: ChatTool[]
  options?: Omit<ParserOptions, 'format' | 'tools'>
  finishReason?: FinishReason
  expected: {
    content: string | null
    reasoning: string | null
    /** `arguments` is the exact JSON text. */
    calls: { name: string; arguments: string; status: ToolCallStatus; id?: string }[]
    /** Codes in order. */
    diagnostics?: string[]
  }
}

/** The fixtures of one format: `fixtures/formats/<id>.json`. Empty when there are none. */
export function readFormatFixtures(format: string): FormatFixture[] {
  const url = new URL(`formats/${format}.json`, fixturesFolder)
  return existsSync(url) ? (JSON.parse(readFileSync(url, 'utf8')) as FormatFixture[]) : []
}
