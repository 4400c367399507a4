import type { ParserEvent } from '@tooldelta/core'
import type { Step } from '../trace/trace.ts'

/** Longer lists are cut: one chunk of a burst can hold thousands of events. */
const shownItems = 200

/** What the machine did in one step: its state, the held text, the events and the chunks on the wire. */
export function StepPanel({ step }: { step: Step }) {
  return (
    <div class="step" data-step={step.index}>
      <dl class="facts">
        <dt>Chunk</dt>
        <dd>{step.isEnd ? <em>the end</em> : <code class="quoted">{JSON.stringify(clip(step.chunk))}</code>}</dd>
        <dt>State</dt>
        <dd>
          <code data-testid="state">{step.state}</code>
        </dd>
        <dt>Held</dt>
        <dd>
          {step.held === '' ? (
            <em>nothing</em>
          ) : (
            <code class="quoted held-text">{JSON.stringify(clip(step.held))}</code>
          )}
        </dd>
      </dl>
      <h3>Events</h3>
      <List
        items={step.events}
        empty="none in this step"
        draw={(event) => (
          <>
            <b>{event.type}</b> {describe(event)}
          </>
        )}
      />
      <h3>On the wire</h3>
      <List items={step.wire} empty="nothing is sent" draw={(chunk) => `data: ${JSON.stringify(chunk)}`} />
    </div>
  )
}

interface ListProps<T> {
  items: readonly T[]
  empty: string
  draw(item: T): preact.ComponentChildren
}

function List<T>({ items, empty, draw }: ListProps<T>) {
  if (items.length === 0) return <p class="empty">{empty}</p>
  return (
    <ol class="list">
      {items.slice(0, shownItems).map((item, index) => (
        <li key={index}>{draw(item)}</li>
      ))}
      {items.length > shownItems && <li>and {items.length - shownItems} more</li>}
    </ol>
  )
}

function describe(event: ParserEvent): string {
  switch (event.type) {
    case 'content':
    case 'reasoning':
      return JSON.stringify(clip(event.text))
    case 'tool-call-start':
      return `#${event.index} ${event.name} (${event.id})`
    case 'tool-call-arguments':
      return `#${event.index} ${JSON.stringify(clip(event.text))}`
    case 'tool-call-end':
      return `#${event.index} ${event.status}`
    case 'diagnostic':
      return `${event.code} at ${event.offset}: ${event.message}`
  }
}

function clip(text: string): string {
  return text.length > 2000 ? `${text.slice(0, 2000)}\u2026` : text
}
