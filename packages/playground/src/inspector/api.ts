import { createParser } from 'eventsource-parser'
import type { InspectEvent } from '../../../proxy/src/inspect/types.ts'

/** What {@link watch} tells. */
export interface WatchListener {
  onEvent(event: InspectEvent): void
  onState(state: WatchState): void
}

/** `denied`: a key is needed, or another one; `lost`: the proxy cannot be reached, and is asked again and again. */
export type WatchState = 'connecting' | 'open' | 'denied' | 'lost'

const retryMs = 1000

/**
 * Reads the events of the inspector until `signal` fires, again and again where the connection breaks. The key goes in a header, which is why
 * this is no `EventSource`.
 *
 * @param follow - the exchange whose pieces are wanted
 */
export async function watch(
  key: string,
  follow: string | undefined,
  listener: WatchListener,
  signal: AbortSignal,
): Promise<void> {
  const query = follow === undefined ? '' : `?stream=${encodeURIComponent(follow)}`
  while (!signal.aborted) {
    listener.onState('connecting')
    const isDenied = await readEvents(`./api/events${query}`, key, listener, signal).catch(() => false)
    if (signal.aborted) return
    listener.onState(isDenied ? 'denied' : 'lost')
    if (isDenied) return
    await new Promise((resolve) => setTimeout(resolve, retryMs))
  }
}

/** The recording of an exchange as a file. */
export async function fetchRecording(id: string, key: string): Promise<Blob> {
  const response = await ask(`./api/streams/${encodeURIComponent(id)}/recording`, key)
  if (!response.ok) throw new Error('The exchange is no longer there.')
  return response.blob()
}

function ask(url: string, key: string, signal?: AbortSignal): Promise<Response> {
  const headers: HeadersInit = key === '' ? {} : { authorization: `Bearer ${key}` }
  return fetch(url, { headers, cache: 'no-store', credentials: 'omit', ...(signal !== undefined && { signal }) })
}

/** @returns whether the proxy wants another key */
async function readEvents(url: string, key: string, listener: WatchListener, signal: AbortSignal): Promise<boolean> {
  const response = await ask(url, key, signal)
  if (response.status === 401 || response.status === 403) return true
  if (!response.ok || response.body === null) return false
  listener.onState('open')
  const parser = createParser({ onEvent: ({ data }) => listener.onEvent(JSON.parse(data) as InspectEvent) })
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done || signal.aborted) return false
    parser.feed(value)
  }
}
