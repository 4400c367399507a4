import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import type { TraceClient } from '../worker/client.ts'
import type { View } from '../worker/messages.ts'
import { MessagePanel } from './message-panel.tsx'
import { Legend, type Range, RawText } from './raw-text.tsx'
import { Scrubber } from './scrubber.tsx'
import { StepPanel } from './step-panel.tsx'

interface TraceViewProps {
  client: TraceClient
  text: string
  /** Names of the compared formats: one, or two. */
  titles: readonly string[]
  /** Changes whenever there is something new to show. */
  version: number
  steps: number
  step: number
  marks: readonly number[]
  onStep(step: number): void
  onToggleMark?(offset: number): void
}

/** One traced text: the scrubber, and for each compared format its colours, step and message. */
export function TraceView({ client, text, titles, version, steps, step, marks, onStep, onToggleMark }: TraceViewProps) {
  // Text and colours change together.
  const [drawn, setDrawn] = useState<{ text: string; views: View[] }>({ text, views: [] })
  // The columns scroll on their own; what is asked for covers what each of them shows.
  const [ranges, setRanges] = useState<readonly Range[]>([{ from: 0, to: 4000 }])
  const shownRanges = ranges.slice(0, titles.length)
  const range = {
    from: Math.min(...shownRanges.map((one) => one.from)),
    to: Math.max(...shownRanges.map((one) => one.to)),
  }
  const busy = useRef(false)
  const again = useRef<(() => void) | undefined>(undefined)

  // One question at a time: while one scrubs fast, only the newest place is asked for.
  const ask = useCallback(async (): Promise<void> => {
    if (steps === 0) return setDrawn({ text, views: [] })
    if (busy.current) return
    busy.current = true
    const shown = await client.show(step, range.from, range.to)
    busy.current = false
    setDrawn({ text, views: shown })
    const next = again.current
    again.current = undefined
    next?.()
  }, [client, version, text, steps, step, range.from, range.to])
  useEffect(() => {
    if (busy.current) again.current = () => void ask()
    else void ask()
  }, [ask])
  useEffect(() => {
    // A new case: what was asked about the old one is never answered.
    busy.current = false
    again.current = undefined
  }, [version])

  const pick = async (offset: number, toggleMark: boolean): Promise<void> => {
    if (toggleMark && onToggleMark !== undefined) return onToggleMark(offset)
    onStep(await client.stepAt(offset))
  }
  return (
    <div class="trace">
      <Scrubber
        step={step}
        steps={steps}
        onStep={onStep}
        onBusyStep={async (direction) => onStep(await client.findBusyStep(step, direction))}
      />
      <Legend />
      <div class={`columns of-${titles.length}`}>
        {titles.map((title, index) => {
          const view = drawn.views[index]
          return (
            <section class="column" key={index} aria-label={title}>
              {titles.length > 1 && <h2>{title}</h2>}
              <RawText
                text={drawn.text}
                step={view?.step}
                segments={view?.segments ?? []}
                label={`Raw text, ${title}`}
                marks={marks}
                onRange={(shown) => setRanges((all) => Object.assign([...all], { [index]: shown }))}
                onPick={(offset, toggleMark) => void pick(offset, toggleMark)}
              />
              {view !== undefined && (
                <div class="panels">
                  <section aria-label={`Step, ${title}`}>
                    <h2>Step</h2>
                    <StepPanel step={view.step} />
                  </section>
                  <section aria-label={`Message so far, ${title}`}>
                    <h2>Message so far</h2>
                    <MessagePanel message={view.message} />
                  </section>
                </div>
              )}
            </section>
          )
        })}
      </div>
    </div>
  )
}
