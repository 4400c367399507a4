import { examples, formatIds } from 'virtual:catalog'
import type { Case } from '../case/case.ts'
import type { Example } from '../case/example.ts'
import type { Cuts } from '../trace/cuts.ts'

interface InputPanelProps {
  shown: Case
  toolsProblem: string | undefined
  onChange(change: Partial<Case>): void
  onExample(example: Example): void
  onFile(file: File): void
}

/** The raw text, the format, the tools, the cuts: everything that decides what is shown. */
export function InputPanel({ shown, toolsProblem, onChange, onExample, onFile }: InputPanelProps) {
  return (
    <section class="input" aria-label="Input">
      <div class="fields">
        <label>
          Recording
          <select
            value=""
            onChange={(event) => {
              const example = examples[Number(event.currentTarget.value)]
              event.currentTarget.value = ''
              if (example !== undefined) onExample(example)
            }}
          >
            <option value="" disabled>
              choose one...
            </option>
            {examples.map((example, index) => (
              <option key={index} value={index}>
                {example.format}: {example.title}
              </option>
            ))}
          </select>
        </label>
        <label class="file">
          Open a file
          <input
            type="file"
            accept=".txt,.json,.jsonl,text/plain,application/json"
            onChange={(event) => {
              const file = event.currentTarget.files?.[0]
              event.currentTarget.value = ''
              if (file !== undefined) onFile(file)
            }}
          />
        </label>
        <FormatField label="Format" value={shown.format} onChange={(format) => onChange({ format })} />
        <FormatField
          label="Compare with"
          value={shown.compare ?? ''}
          none="nothing"
          onChange={(format) => onChange({ compare: format === '' ? undefined : format })}
        />
        <CutsField cuts={shown.cuts} onChange={(cuts) => onChange({ cuts })} />
        <label>
          Ends by
          <select
            value={shown.finish}
            onChange={(event) => onChange({ finish: event.currentTarget.value as Case['finish'] })}
          >
            <option value="stop">stop</option>
            <option value="length">length</option>
          </select>
        </label>
      </div>
      <div class="texts">
        <label>
          Raw model output
          <textarea
            class="code"
            rows={8}
            // Wrapping a megabyte costs the browser seconds.
            wrap="off"
            spellcheck={false}
            value={shown.text}
            onInput={(event) => onChange({ text: event.currentTarget.value })}
          />
        </label>
        <label>
          Tools of the request (JSON); empty: every name is a tool
          <textarea
            class="code"
            rows={8}
            spellcheck={false}
            value={shown.tools}
            aria-invalid={toolsProblem !== undefined}
            aria-describedby="tools-problem"
            onInput={(event) => onChange({ tools: event.currentTarget.value })}
          />
        </label>
      </div>
      <p id="tools-problem" class="problem" role="alert">
        {toolsProblem}
      </p>
      <OptionFields options={shown.options} onChange={(options) => onChange({ options })} />
    </section>
  )
}

interface FormatFieldProps {
  label: string
  value: string
  none?: string
  onChange(format: string): void
}

function FormatField({ label, value, none, onChange }: FormatFieldProps) {
  return (
    <label>
      {label}
      <select value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {none !== undefined && <option value="">{none}</option>}
        {formatIds.map((id) => (
          <option key={id} value={id}>
            {id}
          </option>
        ))}
      </select>
    </label>
  )
}

function CutsField({ cuts, onChange }: { cuts: Cuts; onChange(cuts: Cuts): void }) {
  return (
    <>
      <label>
        Cuts
        <select value={cuts.kind} onChange={(event) => onChange(startCuts(event.currentTarget.value as Cuts['kind']))}>
          <option value="tokens">like tokens</option>
          <option value="characters">every n characters</option>
          <option value="random">random</option>
          <option value="marks">own marks</option>
          <option value="whole">none</option>
        </select>
      </label>
      {cuts.kind === 'characters' && (
        <label>
          n
          <input
            type="number"
            min={1}
            value={cuts.size}
            onInput={(event) => onChange({ kind: 'characters', size: Math.max(1, Number(event.currentTarget.value)) })}
          />
        </label>
      )}
      {cuts.kind === 'random' && (
        <label>
          Seed
          <input
            type="number"
            min={0}
            value={cuts.seed}
            onInput={(event) => onChange({ kind: 'random', seed: Math.max(0, Number(event.currentTarget.value)) })}
          />
        </label>
      )}
      {cuts.kind === 'marks' && (
        <label>
          Cut before characters (or Shift and click in the text)
          <input
            type="text"
            inputMode="numeric"
            value={cuts.at.join(', ')}
            onChange={(event) => onChange({ kind: 'marks', at: readPlaces(event.currentTarget.value) })}
          />
        </label>
      )}
    </>
  )
}

function startCuts(kind: Cuts['kind']): Cuts {
  if (kind === 'characters') return { kind, size: 1 }
  if (kind === 'random') return { kind, seed: 1 }
  if (kind === 'marks') return { kind, at: [] }
  return { kind }
}

function readPlaces(text: string): number[] {
  return [...new Set((text.match(/\d+/g) ?? []).map(Number))].toSorted((a, b) => a - b)
}

const optionFields = [
  ['reasoning', 'Reasoning', ['off', 'tags', 'open', 'auto']],
  ['callsInReasoning', 'Calls in reasoning', ['if-last', 'extract', 'ignore']],
  ['fencedCalls', 'Calls in fences', ['content', 'extract']],
  ['closers', 'Closers', ['confirmed', 'first']],
  ['repair', 'Repair', [true, false]],
  ['unknownTools', 'Unknown tools', ['forward', 'content']],
] as const

function OptionFields({ options, onChange }: { options: Case['options']; onChange(options: Case['options']): void }) {
  return (
    <details>
      <summary>More options</summary>
      <div class="fields">
        {optionFields.map(([name, label, values]) => (
          <label key={name}>
            {label}
            <select
              value={String(options[name] ?? '')}
              onChange={(event) => {
                const chosen = values.find((value) => String(value) === event.currentTarget.value)
                const { [name]: _, ...others } = options
                onChange(chosen === undefined ? others : { ...others, [name]: chosen })
              }}
            >
              <option value="">default</option>
              {values.map((value) => (
                <option key={String(value)} value={String(value)}>
                  {value === true ? 'yes' : value === false ? 'no' : value}
                </option>
              ))}
            </select>
          </label>
        ))}
      </div>
    </details>
  )
}
