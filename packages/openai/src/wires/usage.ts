import { isObject } from '../history/values.ts'

/** Token counts of a chat completion. */
export interface TokenCounts {
  prompt: number
  /** Of the prompt, what the server had in its cache. */
  cached: number
  completion: number
  reasoning: number
}

/** Reads the `usage` of a chat completion. What is not told is 0. */
export function readTokenCounts(usage: Readonly<Record<string, unknown>> = {}): TokenCounts {
  return {
    prompt: countIn(usage, 'prompt_tokens'),
    cached: countIn(usage['prompt_tokens_details'], 'cached_tokens'),
    completion: countIn(usage, 'completion_tokens'),
    reasoning: countIn(usage['completion_tokens_details'], 'reasoning_tokens'),
  }
}

function countIn(value: unknown, name: string): number {
  const count = isObject(value) ? value[name] : undefined
  return typeof count === 'number' ? count : 0
}
