import type { ClientProfileInput } from './schema.ts'

/**
 * Profiles of clients that are known to need one. They are used where the settings name them, and only there: whoever lists a name alone gets
 * all of its entry, and what is set beside the name wins.
 */
export const knownClients: readonly ClientProfileInput[] = [
  // Executes calls that were cut off, with their arguments completed, whatever the finish reason says; an error stops it.
  { name: 'langchain', userAgent: 'langchainjs-openai', truncatedCalls: 'error' },
  // Asks once more after a cut call, then executes it with its arguments completed.
  { name: 'qwen-code', userAgent: 'QwenCode/', truncatedCalls: 'error' },
  // Shows and applies what is there of an edit, and parses the arguments anew with each delta. It sends no name of its own.
  { name: 'continue', truncatedCalls: 'error', coalesce: { minChars: 64, maxDelayMs: 50 } },
  // When it repeats a request, it keeps the half call of the first answer.
  { name: 'opencode', userAgent: 'opencode/', deliver: 'when-complete' },
  // Parse the arguments anew with each delta, and read one name of thoughts.
  {
    name: 'zed',
    userAgent: 'Zed/',
    coalesce: { minChars: 64, maxDelayMs: 50 },
    reasoningNames: 'reasoning_content',
  },
  {
    name: 'roo',
    userAgent: 'RooCode/',
    coalesce: { minChars: 64, maxDelayMs: 50 },
    reasoningNames: 'reasoning_content',
  },
]

/** The entry with what is known about a client of its name. */
export function withKnownClient(profile: ClientProfileInput): ClientProfileInput {
  const known = knownClients.find(({ name }) => name === profile.name)
  const given = Object.fromEntries(Object.entries(profile).filter(([, value]) => value !== undefined))
  return { ...known, ...given } as ClientProfileInput
}
