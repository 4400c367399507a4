import { isDeadline, readErrorCode } from './failures.ts'
import { isFailing, type Outcome } from './replica.ts'

/** The longest wait that a server may ask for before a repeat; after that the client gets the answer and decides. */
const longestWaitMs = 5000

const firstWaitMs = 50

/**
 * Whether an attempt is worth a repeat. Only what failed before the head of an answer is repeated: no client has seen anything of it. A
 * deadline of ours is none: the time is used up.
 */
export function isRepeatable({ response, error }: Outcome): boolean {
  if (response !== undefined) return response.status === 429 || isFailing(response.status)
  return !isDeadline(error) && readErrorCode(error) !== 'UND_ERR_INVALID_ARG'
}

/**
 * How long to wait before the same replica is asked again, in milliseconds.
 *
 * @param attempt - from 0
 * @returns `undefined` when it is better not asked
 */
export function readWait({ response }: Outcome, attempt: number): number | undefined {
  const backoffMs = firstWaitMs * 2 ** attempt
  if (response === undefined) return backoffMs
  const askedMs = readRetryAfter(response.headers.get('retry-after'))
  // A server that is busy and does not say for how long would only be made busier.
  if (askedMs === undefined) return response.status === 429 ? undefined : backoffMs
  return askedMs > longestWaitMs ? undefined : Math.max(askedMs, backoffMs)
}

/** Seconds or a date (RFC 9110, 10.2.3), in milliseconds from now. */
function readRetryAfter(value: string | null): number | undefined {
  if (value === null) return undefined
  const ms = /^\s*\d+\s*$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now()
  return Number.isNaN(ms) ? undefined : Math.max(0, ms)
}
