/** What model servers know; others would be refused. */
const efforts: Readonly<Record<string, string>> = {
  minimal: 'low',
  low: 'low',
  medium: 'medium',
  high: 'high',
  xhigh: 'high',
  max: 'high',
}

/** `reasoning_effort` of a chat completion, for what a client calls its effort. */
export function toReasoningEffort(effort: unknown): string | undefined {
  return typeof effort === 'string' ? efforts[effort] : undefined
}
