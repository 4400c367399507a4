import { useEffect, useState } from 'preact/hooks'
import type { InspectEvent, StreamSummary } from '../../../proxy/src/inspect/types.ts'
import { ThemeButton } from '../view/theme.tsx'
import { watch, type WatchState } from './api.ts'
import { createFollowed, type Followed, follow } from './followed.ts'
import { KeyForm } from './key-form.tsx'
import { StreamTable } from './stream-table.tsx'
import { StreamView } from './stream-view.tsx'

const keyName = 'tooldelta-key'

const stateWords: Record<WatchState, string> = {
  connecting: 'Connecting...',
  open: 'Live',
  denied: 'A key is needed',
  lost: 'The proxy does not answer; trying again...',
}

/** The inspector: what passes through the proxy now, and what becomes of it. */
export function Inspector() {
  const [key, setKey] = useState(readKey)
  const [attempt, setAttempt] = useState(0)
  const [state, setState] = useState<WatchState>('connecting')
  const [streams, setStreams] = useState<ReadonlyMap<string, StreamSummary>>(new Map())
  const [chosen, setChosen] = useState<string | undefined>(() => location.hash.slice(1) || undefined)
  const [followed, setFollowed] = useState<Followed | undefined>()

  useEffect(() => {
    const control = new AbortController()
    let isFirst = true
    const take = (event: InspectEvent): void => {
      if (event.type === 'streams') {
        // The first event of a connection has all: what is not in it is gone.
        const restarts = isFirst
        isFirst = false
        setStreams((known) => update(restarts ? new Map() : known, event))
      } else {
        setFollowed((now) => follow(now, event))
      }
    }
    setFollowed(chosen === undefined ? undefined : createFollowed(chosen))
    const onState = (next: WatchState): void => {
      if (next === 'connecting') {
        isFirst = true
        setFollowed(chosen === undefined ? undefined : createFollowed(chosen))
      }
      setState(next)
    }
    void watch(key, chosen, { onEvent: take, onState }, control.signal)
    return () => control.abort()
  }, [key, chosen, attempt])

  function choose(id: string | undefined): void {
    // The address holds it, so that a page that is loaded again shows it again.
    history.replaceState(null, '', id === undefined ? location.pathname : `#${id}`)
    setChosen(id)
  }

  const list = [...streams.values()].toSorted((a, b) => Number(b.id) - Number(a.id))
  const summary = chosen === undefined ? undefined : streams.get(chosen)
  return (
    <>
      <header>
        <h1>tooldelta inspector</h1>
        <div class="actions">
          <span class={`connection ${state}`} role="status">
            {stateWords[state]}
          </span>
          <a href="../playground/">Playground</a>
          <ThemeButton />
        </div>
      </header>
      <main>
        {state === 'denied' ? (
          <KeyForm
            isWrong={key !== ''}
            onKey={(given) => {
              saveKey(given)
              setKey(given)
              setAttempt((count) => count + 1)
            }}
          />
        ) : (
          <StreamTable streams={list} chosen={chosen} onChoose={choose} />
        )}
        {state !== 'denied' && followed !== undefined && (
          <StreamView key={followed.id} followed={followed} summary={summary} accessKey={key} />
        )}
      </main>
    </>
  )
}

function update(
  known: ReadonlyMap<string, StreamSummary>,
  { changed, removed }: InspectEvent & { type: 'streams' },
): ReadonlyMap<string, StreamSummary> {
  const next = new Map(known)
  for (const stream of changed) next.set(stream.id, stream)
  for (const id of removed) next.delete(id)
  return next
}

/** Kept as long as the tab is open, and sent to the proxy alone. */
function readKey(): string {
  try {
    return sessionStorage.getItem(keyName) ?? ''
  } catch {
    return ''
  }
}

function saveKey(key: string): void {
  try {
    sessionStorage.setItem(keyName, key)
  } catch {
    // Private windows may refuse; the key then lasts as long as the page.
  }
}
