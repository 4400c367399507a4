import { useEffect, useRef, useState } from 'preact/hooks'

interface ScrubberProps {
  step: number
  steps: number
  onStep(step: number): void
  /** Goes to the nearest step in which something came out. */
  onBusyStep(direction: 1 | -1): void
}

/** Moves through the steps: a slider, buttons, and a film. */
export function Scrubber({ step, steps, onStep, onBusyStep }: ScrubberProps) {
  const [isPlaying, setPlaying] = useState(false)
  const now = useRef(step)
  now.current = step
  const last = Math.max(0, steps - 1)

  useEffect(() => {
    if (!isPlaying) return
    const timer = setInterval(() => {
      if (now.current >= last) setPlaying(false)
      else onStep(now.current + 1)
    }, 60)
    return () => clearInterval(timer)
  }, [isPlaying, last])

  return (
    <div class="scrubber" role="group" aria-label="Steps">
      <button type="button" onClick={() => onStep(0)} disabled={step === 0} aria-label="First step">
        {'|\u2039'}
      </button>
      <button type="button" onClick={() => onBusyStep(-1)} disabled={step === 0} aria-label="Previous event">
        {'\u2039\u2039'}
      </button>
      <button type="button" onClick={() => onStep(step - 1)} disabled={step === 0} aria-label="Previous step">
        {'\u2039'}
      </button>
      <input
        type="range"
        min={0}
        max={last}
        value={step}
        aria-label="Step"
        aria-valuetext={`step ${step + 1} of ${steps}`}
        onInput={(event) => onStep(Number(event.currentTarget.value))}
      />
      <button type="button" onClick={() => onStep(step + 1)} disabled={step >= last} aria-label="Next step">
        {'\u203a'}
      </button>
      <button type="button" onClick={() => onBusyStep(1)} disabled={step >= last} aria-label="Next event">
        {'\u203a\u203a'}
      </button>
      <button type="button" onClick={() => onStep(last)} disabled={step >= last} aria-label="Last step">
        {'\u203a|'}
      </button>
      <button
        type="button"
        onClick={() => {
          if (!isPlaying && step >= last) onStep(0)
          setPlaying(!isPlaying)
        }}
        aria-pressed={isPlaying}
      >
        {isPlaying ? 'Pause' : 'Play'}
      </button>
      <output data-testid="step-number">{steps === 0 ? 'no steps' : `${step + 1} / ${steps}`}</output>
    </div>
  )
}
