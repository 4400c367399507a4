import { examples } from 'virtual:catalog'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { type Case, emptyCase, toParserOptions } from '../case/case.ts'
import type { Example } from '../case/example.ts'
import { decodeCase, encodeCase } from '../case/link.ts'
import { readFile, toMarks } from '../case/read-file.ts'
import { readTools } from '../case/tools-json.ts'
import type { AllCutsState } from '../worker/client.ts'
import { AllCuts } from './all-cuts.tsx'
import { InputPanel } from './input-panel.tsx'
import { ThemeButton } from './theme.tsx'
import { TraceView } from './trace-view.tsx'
import { useTraceClient } from './use-trace-client.ts'

/** Keystrokes come faster than a long text is traced. */
const typingPauseMs = 150

/** What has been traced. */
interface Traced {
  version: number
  text: string
  steps: number
}

/** The playground: a case on top, what the parser does with it below. */
export function App() {
  const [shown, setShown] = useState<Case>(() => fromExample(examples[0]))
  const [step, setStep] = useState(0)
  const [traced, setTraced] = useState<Traced>({ version: 0, text: '', steps: 0 })
  const started = useRef('')
  const [progress, setProgress] = useState<number | undefined>()
  const [problem, setProblem] = useState<string | undefined>()
  const [notice, setNotice] = useState('')
  const [allCuts, setAllCuts] = useState<AllCutsState | undefined>()
  const tools = useMemo(() => readTools(shown.tools), [shown.tools])
  const titles = shown.compare === undefined ? [shown.format] : [shown.format, shown.compare]

  const client = useTraceClient({
    onProgress: (done, all) => setProgress(done / all),
    onGrown: ({ steps }) => {
      setProgress(undefined)
      setTraced(({ version }) => ({ version: version + 1, text: started.current, steps }))
      setStep((now) => Math.min(now, Math.max(0, steps - 1)))
    },
    onFailed: (message) => {
      setProgress(undefined)
      setProblem(message)
    },
    onAllCuts: setAllCuts,
  })

  useEffect(() => {
    const open = async (): Promise<void> => {
      if (location.hash.length < 2) return
      try {
        change(await decodeCase(location.hash))
      } catch (error) {
        setProblem((error as Error).message)
      }
    }
    void open()
    addEventListener('hashchange', open)
    return () => removeEventListener('hashchange', open)
  }, [])

  // With wrong tools the last good picture stays; the message beside the tools says what to mend.
  useEffect(() => {
    if ('problem' in tools) return
    const start = (): void => {
      setProblem(undefined)
      started.current = shown.text
      const options = titles.map((format) => toParserOptions(shown, format, tools.tools))
      client.start({ type: 'trace', text: shown.text, cuts: shown.cuts, finish: shown.finish, options })
    }
    setAllCuts(undefined)
    const timer = setTimeout(start, traced.version === 0 ? 0 : typingPauseMs)
    return () => clearTimeout(timer)
  }, [shown, tools])

  function change(next: Partial<Case>): void {
    setShown((now) => ({ ...now, ...next }))
  }

  async function copy(what: string, text: string | Promise<string>): Promise<void> {
    try {
      await navigator.clipboard.writeText(await text)
      setNotice(`${what} copied.`)
    } catch {
      setNotice(`${what} could not be copied: the browser refused.`)
    }
  }

  async function makeLink(): Promise<string> {
    const url = new URL(location.href)
    url.hash = await encodeCase(shown)
    // The address bar holds it too, for those whose browser refuses the clipboard.
    history.replaceState(null, '', url)
    return url.href
  }

  function toggleMark(offset: number): void {
    const at = shown.cuts.kind === 'marks' ? shown.cuts.at : []
    const next = at.includes(offset) ? at.filter((one) => one !== offset) : [...at, offset].toSorted((a, b) => a - b)
    change({ cuts: { kind: 'marks', at: next } })
  }

  return (
    <>
      <header>
        <h1>tooldelta playground</h1>
        <div class="actions">
          <button
            type="button"
            disabled={'problem' in tools || shown.text === ''}
            onClick={() => {
              if ('problem' in tools) return
              const options = toParserOptions(shown, shown.format, tools.tools)
              client.post({ type: 'all-cuts', text: shown.text, finish: shown.finish, options })
              setAllCuts({ kind: 'running', done: 0, all: Math.max(0, shown.text.length - 1) })
            }}
          >
            All cuts
          </button>
          <button type="button" onClick={() => void copy('The link', makeLink())}>
            Copy link
          </button>
          <button
            type="button"
            disabled={'problem' in tools}
            onClick={() => 'problem' in tools || void copy('The fixture', client.fixture(shown, tools.tools))}
          >
            Copy as fixture
          </button>
          <ThemeButton />
        </div>
      </header>
      <main>
        <InputPanel
          shown={shown}
          toolsProblem={'problem' in tools ? tools.problem : undefined}
          onChange={change}
          onExample={(example) => {
            setStep(0)
            change(fromExample(example))
          }}
          onFile={async (file) => change(readFile(file.name, await file.text()))}
        />
        <p class="notice" role="status">
          {notice}
        </p>
        {problem !== undefined && (
          <p class="problem" role="alert">
            {problem}
          </p>
        )}
        {progress !== undefined && (
          <label class="progress">
            Parsing
            <progress max={1} value={progress} />
          </label>
        )}
        {allCuts !== undefined && (
          <AllCuts
            state={allCuts}
            text={shown.text}
            onStop={() => {
              client.post({ type: 'stop-all-cuts' })
              setAllCuts(undefined)
            }}
          />
        )}
        <TraceView
          client={client}
          text={traced.text}
          titles={titles}
          version={traced.version}
          steps={traced.steps}
          step={step}
          marks={shown.cuts.kind === 'marks' ? shown.cuts.at : []}
          onStep={setStep}
          onToggleMark={toggleMark}
        />
      </main>
    </>
  )
}

function fromExample(example: Example | undefined): Case {
  if (example === undefined) return emptyCase
  const { format, text, chunks, tools } = example
  return {
    ...emptyCase,
    text,
    format,
    tools: tools === undefined ? '' : JSON.stringify(tools, null, 2),
    cuts: chunks === undefined ? emptyCase.cuts : toMarks(chunks),
  }
}
