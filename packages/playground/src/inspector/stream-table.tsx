import type { StreamSummary } from '../../../proxy/src/inspect/types.ts'

interface StreamTableProps {
  /** Newest first. */
  streams: readonly StreamSummary[]
  chosen: string | undefined
  onChoose(id: string): void
}

/** The last exchanges. */
export function StreamTable({ streams, chosen, onChoose }: StreamTableProps) {
  if (streams.length === 0) {
    return <p class="empty">Nothing has passed yet. Requests to /v1/chat/completions show up here as they come.</p>
  }
  return (
    <div class="streams" role="region" aria-label="Exchanges" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">Exchange</th>
            <th scope="col">Model</th>
            <th scope="col">Format</th>
            <th scope="col">State</th>
            <th scope="col" class="number">
              Calls
            </th>
            <th scope="col" class="number">
              Remarks
            </th>
            <th scope="col" class="number">
              Repairs
            </th>
            <th scope="col" class="number">
              First token
            </th>
            <th scope="col" class="number">
              Took
            </th>
            <th scope="col" class="number">
              Pieces
            </th>
          </tr>
        </thead>
        <tbody>
          {streams.map((stream) => (
            <Row key={stream.id} stream={stream} isChosen={stream.id === chosen} onChoose={onChoose} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

interface RowProps {
  stream: StreamSummary
  isChosen: boolean
  onChoose(id: string): void
}

function Row({ stream, isChosen, onChoose }: RowProps) {
  const { id, at, model, format, mode, state, calls, diagnostics, firstDeltaMs, durationMs, pieces } = stream
  return (
    <tr class={isChosen ? 'chosen' : ''}>
      <th scope="row">
        <button type="button" aria-pressed={isChosen} onClick={() => onChoose(id)}>
          #{id} <time dateTime={at}>{new Date(at).toLocaleTimeString()}</time>
        </button>
      </th>
      <td>{model}</td>
      <td>
        <code>{format}</code>
        {mode === 'passthrough' && ' (passed on)'}
      </td>
      <td>
        <span class={`status ${state}`}>{state}</span>
      </td>
      <td class="number">{calls.complete + calls.repaired + calls.truncated}</td>
      <td class="number">{diagnostics}</td>
      <td class="number">{calls.repaired}</td>
      <td class="number">{formatMs(firstDeltaMs)}</td>
      <td class="number">{formatMs(durationMs)}</td>
      <td class="number">{pieces}</td>
    </tr>
  )
}

function formatMs(ms: number | undefined): string {
  if (ms === undefined) return ''
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`
}
