import type { Diagnostic } from '@tooldelta/core'
import type { TracedCall, TracedMessage } from '../trace/trace.ts'

/** The message as far as it came. */
export function MessagePanel({ message }: { message: TracedMessage }) {
  const { content, reasoning, calls, diagnostics } = message
  return (
    <div class="message" data-testid="message">
      {reasoning !== '' && <Text title="Reasoning" text={reasoning} fate="reasoning" />}
      {content !== '' && <Text title="Content" text={content} fate="content" />}
      {calls.map((call, index) => (
        <Call key={index} call={call} index={index} />
      ))}
      {content === '' && reasoning === '' && calls.length === 0 && <p class="empty">Nothing has come out yet.</p>}
      {diagnostics.length > 0 && <Diagnostics diagnostics={diagnostics} />}
    </div>
  )
}

function Text({ title, text, fate }: { title: string; text: string; fate: string }) {
  return (
    <section>
      <h3>{title}</h3>
      <pre class={`value fate ${fate}`} tabIndex={0} aria-label={title}>
        {text}
      </pre>
    </section>
  )
}

function Call({ call, index }: { call: TracedCall; index: number }) {
  return (
    <section>
      <h3>
        Call {index}: <code>{call.name}</code>{' '}
        <span class={`status ${call.status ?? 'open'}`}>{call.status ?? 'open'}</span>
      </h3>
      <pre class="value fate arguments" tabIndex={0} aria-label={`Arguments of call ${index}`}>
        {call.arguments}
      </pre>
    </section>
  )
}

function Diagnostics({ diagnostics }: { diagnostics: readonly Diagnostic[] }) {
  return (
    <section>
      <h3>Remarks</h3>
      <ul class="diagnostics">
        {diagnostics.map((one, index) => (
          <li key={index}>
            <a href={`./diagnostics.html#${one.code}`} target="_blank" rel="noreferrer">
              {one.code}
            </a>{' '}
            at {one.offset}: {one.message}
          </li>
        ))}
      </ul>
    </section>
  )
}
