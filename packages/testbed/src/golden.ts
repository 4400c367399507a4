import { type ParsedMessage, parseToolCalls } from '@tooldelta/core'
import { type GoldenResult, type Recording, readRecordings } from './fixtures.ts'

/** The result of one recording with the options that its golden result was judged with. */
export function resultOf({ text, format, tools }: Recording): GoldenResult {
  return summarizeMessage(parseToolCalls(text, { format, ...(tools ? { tools } : {}) }))
}

/** The golden file as it would be written now. */
export function createGoldenResults(): Record<string, GoldenResult> {
  return Object.fromEntries(readRecordings().map((recording) => [recording.id, resultOf(recording)]))
}

/** The message as golden files keep it: diagnostics by their codes. */
export function summarizeMessage(message: ParsedMessage): GoldenResult {
  return {
    content: message.content,
    reasoning: message.reasoning,
    calls: message.toolCalls.map(({ function: called, status }) => ({ ...called, status })),
    diagnostics: message.diagnostics.map(({ code }) => code),
  }
}
