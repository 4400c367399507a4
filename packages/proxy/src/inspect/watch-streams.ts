import type { ServerResponse } from 'node:http'
import type { StreamStore } from './stream-store.ts'
import type { InspectEvent } from './types.ts'

/** How a viewer is served. */
export interface WatchOptions {
  /** The exchange whose pieces are wanted too. */
  follow?: string | undefined
  /** Milliseconds between two looks. @defaultValue 100 */
  periodMs?: number | undefined
  /** A viewer who takes nothing for so many milliseconds is let go. @defaultValue 10_000 */
  patienceMs?: number | undefined
}

/** Most text of pieces for one look, in UTF-16 units; the rest goes with the next. */
const mostChars = 262_144
const keepAliveMs = 15_000

/**
 * Sends what happens to one viewer, as server-sent events, until the viewer goes or the function that is returned is called.
 *
 * The store is looked at again and again, so that exchanges never wait for viewers, and nothing is queued for one: what has not been sent
 * yet is in the store, or gone.
 */
export function watchStreams(store: StreamStore, response: ServerResponse, options: WatchOptions = {}): () => void {
  const { follow, periodMs = 100, patienceMs = 10_000 } = options
  const changes = createChanges(store)
  const pieces = follow === undefined ? undefined : createFollower(store, follow)
  let lastWrite = performance.now()

  const look = (): void => {
    const now = performance.now()
    if (response.writableNeedDrain) {
      if (now - lastWrite > patienceMs) response.destroy()
      return
    }
    const events = [...changes(), ...(pieces?.() ?? [])]
    const text = events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')
    if (text === '' && now - lastWrite < keepAliveMs) return
    lastWrite = now
    response.write(text === '' ? ': keep-alive\n\n' : text)
  }
  const timer = setInterval(look, periodMs)
  const stop = (): void => {
    clearInterval(timer)
    response.end()
  }
  response.on('close', stop)
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  })
  look()
  return stop
}

type Look = () => InspectEvent[]

/** What is new in the list since the last look. */
function createChanges(store: StreamStore): Look {
  const seen = new Map<string, number>()
  let isFirst = true
  return () => {
    const streams = store.list().toReversed()
    const changed = streams.filter(({ id, version }) => seen.get(id) !== version)
    const removed = [...seen.keys()].filter((id) => store.get(id) === undefined)
    for (const { id, version } of changed) seen.set(id, version)
    for (const id of removed) seen.delete(id)
    if (!isFirst && changed.length === 0 && removed.length === 0) return []
    isFirst = false
    return [{ type: 'streams', changed: changed.map((stream) => stream.summary()), removed }]
  }
}

/** What is new in one exchange since the last look. That it has ended stands in the list, with the number of its pieces. */
function createFollower(store: StreamStore, id: string): Look {
  let head = ''
  let attempt = 0
  let place = 0
  let isGone = false
  return () => {
    if (isGone) return []
    const stream = store.get(id)
    isGone = stream === undefined
    if (stream === undefined) return [{ type: 'gone', id }]
    const events: InspectEvent[] = []
    if (stream.head !== head) {
      head = stream.head
      events.push({ type: 'stream', detail: stream.detail() })
    }
    if (stream.shownAttempt !== attempt) place = 0
    attempt = stream.shownAttempt
    const pieces = stream.pieces(place, mostChars)
    if (pieces.length > 0) events.push({ type: 'pieces', attempt, from: place, pieces })
    place += pieces.length
    return events
  }
}
