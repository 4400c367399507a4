import type { DifferentSplit } from '@tooldelta/testkit'
import type { AllCutsState } from '../worker/client.ts'

interface AllCutsProps {
  state: AllCutsState
  text: string
  onStop(): void
}

/** How the comparison of all cuts stands, and what it found. */
export function AllCuts({ state, text, onStop }: AllCutsProps) {
  if (state.kind === 'running') {
    return (
      <div class="all-cuts" role="group" aria-label="All cuts">
        <label class="progress">
          Cutting in two at every place: {state.done} of {state.all}
          <progress max={Math.max(1, state.all)} value={state.done} />
        </label>
        <button type="button" onClick={onStop}>
          Stop
        </button>
      </div>
    )
  }
  if (state.different === undefined) {
    return (
      <p class="all-cuts good" role="status">
        All {state.cuts} cuts give the same result.
      </p>
    )
  }
  return <Difference different={state.different} text={text} />
}

function Difference({ different: { at, place, whole, split }, text }: { different: DifferentSplit; text: string }) {
  return (
    <div class="all-cuts problem" role="alert">
      <p>The cut at {at} gives another result. This is a bug of tooldelta: please report it with `Copy as fixture`.</p>
      <p>
        <code>{JSON.stringify(text.slice(Math.max(0, at - 30), at))}</code> |{' '}
        <code>{JSON.stringify(text.slice(at, at + 30))}</code>
      </p>
      <dl class="facts">
        <dt>Event {place}, whole</dt>
        <dd>
          <code>{JSON.stringify(whole) ?? 'none'}</code>
        </dd>
        <dt>Event {place}, cut</dt>
        <dd>
          <code>{JSON.stringify(split) ?? 'none'}</code>
        </dd>
      </dl>
    </div>
  )
}
