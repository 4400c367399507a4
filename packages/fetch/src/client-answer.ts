/** What is read of an upstream's answer: a web `Response`, or less. Reading `body` or calling `text` takes the answer; do one of them once. */
export type UpstreamResponse = Pick<Response, 'ok' | 'status' | 'statusText' | 'headers' | 'body' | 'text'>

/** Asks the upstream as `fetch` does. Every `fetch` is one. */
export type UpstreamFetch = (url: string, init: RequestInit) => Promise<UpstreamResponse>

/**
 * An answer for the client: a web `Response`, or less. Node's servers take less, because a `Response` with a text costs 0.03 ms to make and
 * more to read again (`npm run bench:proxy`, request `small`).
 */
export interface ClientAnswer extends Pick<Response, 'status' | 'statusText' | 'headers'> {
  readonly body: ReadableStream<Uint8Array> | string | null
}

/** The answer as a web `Response`: itself, where it is one. */
export function toResponse(answer: ClientAnswer): Response {
  if (answer instanceof Response) return answer
  const { status, statusText, headers, body } = answer
  return new Response(body, { status, statusText, headers })
}

const bodiless: ReadonlySet<number> = new Set([204, 205, 304])

/** Whether an answer of this status has no body (Fetch, 2.2.3). */
export function isBodiless(status: number): boolean {
  return bodiless.has(status)
}
