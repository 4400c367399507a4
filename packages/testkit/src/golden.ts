import { parseToolCalls } from '@tooldelta/core'
import { summarizeMessage } from './events.ts'
import { type GoldenResult, type Recording, readRecordings } from './fixtures.ts'

/** The result of one recording with the options that its golden result was judged with. */
export function resultOf({ text, format, tools }: Recording): GoldenResult {
  return summarizeMessage(parseToolCalls(text, { format, ...(tools ? { tools } : {}) }))
}

/** The golden file as it would be written now. */
export function createGoldenResults(): Record<string, GoldenResult> {
  return Object.fromEntries(readRecordings().map((recording) => [recording.id, resultOf(recording)]))
}
