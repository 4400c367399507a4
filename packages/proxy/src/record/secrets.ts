import type { Mask } from './mask-json.ts'

const secretNames = /auth|cookie|credential|key|passw|secret|session|signature|token/i
/** They hold such a word and no secret. */
const harmless: ReadonlySet<string> = new Set(['idempotency-key', 'x-request-id', 'sec-websocket-key'])

/** What stands in place of a header's secret. */
export const redacted = '[redacted]'

/** Shorter values stand for "none" in many set-ups (`EMPTY`, `x`), and would be found in every text. */
const shortestSecret = 8

/**
 * Secrets of the usual services by their shape: the prefixes of OpenAI, Anthropic, Hugging Face, GitHub, GitLab, Slack, Google, AWS, npm
 * and others; bearer tokens, JSON web tokens, private keys, passwords in addresses.
 */
const shapes: readonly RegExp[] = [
  /\b(?:sk|pk|rk)[-_][\w-]{16,}/g,
  /\b(?:hf|gh[opsur]|github_pat|glpat|npm|pypi|xai|gsk|nvapi|dop_v1|shpat)[-_][\w-]{16,}/g,
  /\bxox[abeoprs]-[\w-]{10,}/g,
  /\bAIza[\w-]{30,}/g,
  /\b(?:AKIA|ASIA)[A-Z\d]{16}\b/g,
  /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g,
  /(?<=\bBearer\s+)[\w.~+/-]{8,}=*/gi,
  /(?<=-----BEGIN [A-Z ]*PRIVATE KEY-----)[^-]+/g,
  /(?<=:\/\/[^\s/:@]{1,64}:)[^\s/@]{1,256}(?=@)/g,
]

/** Headers for a recording: values that may be secrets are gone. */
export function redactHeaders(headers: Headers): Record<string, string> {
  const result: Record<string, string> = {}
  for (const [name, value] of headers) {
    result[name] = secretNames.test(name) && !harmless.has(name) ? redacted : value
  }
  return result
}

/** The secrets that these headers hold, to be found again in bodies that quote them. */
export function findSecrets(headers: Headers): string[] {
  const secrets: string[] = []
  for (const [name, value] of headers) {
    if (!secretNames.test(name) || harmless.has(name)) continue
    // `Bearer KEY` and `Basic KEY`: the scheme is no secret.
    secrets.push(value, value.replace(/^\S+\s+/, ''))
  }
  return [...new Set(secrets.map((secret) => secret.trim()))].filter(({ length }) => length >= shortestSecret)
}

/** A request's path and query; values of parameters that may be secrets are gone. */
export function redactPath(url: URL): string {
  const query = new URLSearchParams(url.search)
  for (const name of new Set(query.keys())) if (secretNames.test(name)) query.set(name, redacted)
  const text = query.toString()
  return url.pathname + (text === '' ? '' : `?${text}`)
}

/** A mask for known secrets, wherever they stand. */
export function createSecretMask(secrets: readonly string[]): Mask {
  return (text) => secrets.reduce((rest, secret) => rest.replaceAll(secret, cover(secret)), text)
}

/** A mask for texts that look like secrets. */
export const maskKeyShapes: Mask = (text) => shapes.reduce((rest, shape) => rest.replace(shape, cover), text)

function cover(secret: string): string {
  return 'x'.repeat(secret.length)
}
