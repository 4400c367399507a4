import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { StreamSummary } from '../../../proxy/src/inspect/types.ts'
import { encodeCase } from '../case/link.ts'
import { TraceView } from '../view/trace-view.tsx'
import { useTraceClient } from '../view/use-trace-client.ts'
import { fetchRecording } from './api.ts'
import type { Followed } from './followed.ts'
import { toCase, toTraceOptions, withPrefill } from './reading.ts'

interface StreamViewProps {
  followed: Followed
  /** As in the list; absent when it is no longer there. */
  summary: StreamSummary | undefined
  /** The key for the proxy. */
  accessKey: string
}

/** One exchange: the same view as the playground's, on the raw text as it comes. */
export function StreamView({ followed, summary, accessKey }: StreamViewProps) {
  const { id, detail, answer, isGone } = followed
  const [choice, setChoice] = useState(0)
  const [step, setStep] = useState(0)
  const [size, setSize] = useState({ version: 0, steps: 0 })
  const [problem, setProblem] = useState('')
  const isAtEnd = useRef(true)
  const sent = useRef(0)
  const client = useTraceClient({
    onProgress() {},
    onGrown({ steps }) {
      setSize(({ version }) => ({ version: version + 1, steps }))
      // Who looks at the newest step goes on to do so.
      setStep((now) => (isAtEnd.current ? Math.max(0, steps - 1) : Math.min(now, Math.max(0, steps - 1))))
    },
    onFailed: setProblem,
    onAllCuts() {},
  })
  const options = useMemo(() => (detail === undefined ? undefined : toTraceOptions(detail)), [detail])
  const chunks = detail === undefined ? [] : withPrefill(answer.chunks(choice), detail)
  const isOver = summary !== undefined && summary.state !== 'running' && answer.pieces >= summary.pieces
  const finish = answer.finish(choice) ?? (summary?.state === 'ended' ? 'stop' : 'length')

  useEffect(() => {
    if (options === undefined) return
    setProblem('')
    sent.current = 0
    isAtEnd.current = true
    client.start({ type: 'open', options: [options] })
  }, [options, answer, choice])

  useEffect(() => {
    if (options === undefined) return
    if (chunks.length > sent.current) client.post({ type: 'push', chunks: chunks.slice(sent.current) })
    sent.current = chunks.length
    if (isOver) client.post({ type: 'end', finish })
  }, [options, answer, choice, chunks.length, isOver])

  async function openInPlayground(): Promise<void> {
    if (detail === undefined) return
    // Opened at once: later the browser would take it for a window that nobody asked for.
    const opened = window.open('', '_blank')
    const url = new URL('../playground/', location.href)
    url.hash = await encodeCase(toCase(detail, chunks, finish))
    if (opened === null) location.href = url.href
    else opened.location.href = url.href
  }

  async function download(): Promise<void> {
    try {
      const url = URL.createObjectURL(await fetchRecording(id, accessKey))
      Object.assign(document.createElement('a'), { href: url, download: `stream-${id}.jsonl` }).click()
      URL.revokeObjectURL(url)
    } catch (error) {
      setProblem((error as Error).message)
    }
  }

  if (detail === undefined) return isGone ? <p class="empty">This exchange is no longer there.</p> : null
  return (
    <section class="stream" aria-label={`Exchange ${id}`}>
      <div class="stream-head">
        <h2>
          #{id} {detail.stream.model}
        </h2>
        <div class="actions">
          {answer.count > 1 && (
            <label>
              Choice
              <select value={choice} onChange={(event) => setChoice(Number(event.currentTarget.value))}>
                {Array.from({ length: answer.count }, (_, index) => (
                  <option key={index} value={index}>
                    {index}
                  </option>
                ))}
              </select>
            </label>
          )}
          <button type="button" disabled={chunks.length === 0} onClick={() => void openInPlayground()}>
            Open in playground
          </button>
          <button type="button" disabled={isGone} onClick={() => void download()}>
            Download recording
          </button>
        </div>
      </div>
      <Facts followed={followed} summary={summary} />
      {problem !== '' && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      {chunks.length === 0 ? (
        <p class="empty">No text has come yet.</p>
      ) : (
        <TraceView
          client={client}
          text={chunks.join('')}
          titles={[detail.stream.format]}
          version={size.version}
          steps={size.steps}
          step={step}
          marks={[]}
          onStep={(next) => {
            isAtEnd.current = next >= size.steps - 1
            setStep(next)
          }}
        />
      )}
    </section>
  )
}

function Facts({ followed: { detail, isGone }, summary }: Pick<StreamViewProps, 'followed' | 'summary'>) {
  if (detail === undefined) return null
  const { stream, reading, warnings, attempt } = detail
  const { requestId, path, upstream } = stream
  const { error, isCut = false } = summary ?? stream
  return (
    <>
      <dl class="facts">
        <dt>Request</dt>
        <dd>
          <code>{path}</code> to {upstream}, id <code>{requestId}</code>
        </dd>
        {error !== undefined && (
          <>
            <dt>Error</dt>
            <dd class="problem">{error}</dd>
          </>
        )}
        {warnings.length > 0 && (
          <>
            <dt>Warnings</dt>
            <dd>{warnings.join(' ')}</dd>
          </>
        )}
      </dl>
      {reading === undefined && (
        <p class="empty">This answer is passed on as it is. Below is what the parser would make of it.</p>
      )}
      {(reading?.prefill ?? '') !== '' && (
        <p class="empty">The first chunk is the beginning of a call, which the proxy has put into the model's mouth.</p>
      )}
      {attempt > 1 && (
        <p class="empty">The first answer was not good enough; this is what the model said when asked again.</p>
      )}
      {isCut && <p class="empty">The answer is longer than what the inspector keeps of one (half of inspect.bytes).</p>}
      {isGone && <p class="empty">The proxy has made room: this exchange is only in this page.</p>}
    </>
  )
}
