import type { FinishReason } from './specification.ts'

/** Names of the AI SDK that the parser knows by another one. */
const openaiNames: Readonly<Record<string, string>> = { 'tool-calls': 'tool_calls', 'content-filter': 'content_filter' }

/** The word of a finish reason. */
export function wordOf(reason: FinishReason | undefined): string {
  return (typeof reason === 'object' ? reason.unified : reason) ?? 'other'
}

/** Why the text ended, for the parser. */
export function endOfText(reason: FinishReason | undefined): string {
  const word = wordOf(reason)
  return openaiNames[word] ?? word
}

/** Whether the model itself came to its end. */
export function isRegularEnd(reason: FinishReason | undefined): boolean {
  return ['stop', 'tool-calls'].includes(wordOf(reason))
}

/** The same finish reason with another word; what the provider called it stays. */
export function withWord(reason: FinishReason | undefined, word: string): FinishReason {
  if (wordOf(reason) === word && reason !== undefined) return reason
  return typeof reason === 'object' ? { ...reason, unified: word } : word
}
