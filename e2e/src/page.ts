import { scenarioIds, type ClientResult, type Row, type ScenarioId } from './types.ts'

const titles: Record<ScenarioId, string> = {
  write: 'write',
  read: 'read',
  'two-calls': 'two calls',
  'no-arguments': 'no arguments',
  history: 'history',
  'final-text': 'final text',
  'not-streamed': 'not streamed',
  reasoning: 'reasoning',
  large: '256 KB',
  'upstream-error': 'error',
  'cut-default': 'cut',
  'cut-error': 'cut, `error`',
  'cut-when-complete': 'cut, `when-complete`',
}

const marks: Record<Row['verdict'], string> = { works: '✓', finding: '(✓)', fails: '✗', none: '–' }

const start = `# Clients

<!-- Written by npm run e2e from e2e/results.json. -->

Real clients, run against \`tooldelta serve\` in front of a model server without a tool parser: a stand-in for vLLM that answers 400 to \`tools\` with
\`tool_choice: auto\`, reads the history with \`json.loads\`, and says what a script tells it in the format \`qwen3_coder\`. Each client calls its own tools on
real files. Clients named *middleware* need no proxy: they hold [@tooldelta/ai-sdk](../packages/ai-sdk), as it is built, and ask the same model server. \`npm run e2e\` installs them as pinned and runs all; \`npm run e2e -- --only cn\` runs one.

## What works

✓ works · (✓) with a limit of the client, told below · ✗ does not · – the client has nothing to try it with
`

const explanation = `
- **write**: a file with backslashes, quotes, line breaks, CJK, \`</parameter>\` in the text; compared byte by byte. **read**: what the tool gave stands in the
  next prompt. **two calls**: in one turn. **no arguments**: a tool without parameters. **history**: the calls stand in the next prompt exactly as the model wrote them.
- **reasoning**: a \`<think>\` text before the call, with \`parser.reasoning: tags\`. **256 KB**: an argument of 262144 characters. **not streamed**: the same call in a
  whole answer; commands only stream.
- **error**: the server fails in the middle of a call. No file is written, and the client tells the error.
- **cut**: the answer ends for its length in the middle of a call, with the default settings, with \`truncatedCalls: error\`, with \`deliver: when-complete\`. Nothing may be
  written.
`

/** Writes the page about clients from what the runs have found. */
export function renderPage(results: readonly ClientResult[]): string {
  const head = ['client', 'version', ...scenarioIds.map((id) => titles[id])]
  const lines = results.map(({ title, version, rows, notRun }) => [
    title,
    notRun === undefined ? version : 'not run',
    ...scenarioIds.map((id) => mark(rows.find(({ scenario }) => scenario === id))),
  ])
  return [
    start,
    table(head, lines),
    explanation,
    '## What was run\n',
    table(
      ['client', 'how', 'Node', 'its tools'],
      results.map(({ title, ran, node, tools }) => [title, ran, node, describeTools(tools)]),
    ),
    renderDetails(results),
    renderCuts(results),
  ].join('\n')
}

function mark(row: Row | undefined): string {
  return row === undefined ? '–' : marks[row.verdict]
}

function describeTools(tools: ClientResult['tools']): string {
  return Object.entries(tools)
    .map(([name, parameters]) => `\`${name}(${parameters.join(', ')})\``)
    .join(', ')
}

function renderDetails(results: readonly ClientResult[]): string {
  const lines = results.flatMap(({ title, rows, notRun }) => [
    ...(notRun === undefined ? [] : [`- **${title}** was not run: ${notRun}`]),
    ...rows
      .filter(({ scenario, verdict }) => verdict !== 'works' && !scenario.startsWith('cut-'))
      .map(({ scenario, detail }) => `- **${title}**, ${titles[scenario]}: ${escapeCell(detail ?? '')}`),
  ])
  return lines.length === 0 ? '' : `\n## Limits of clients\n\n${lines.join('\n')}\n`
}

function renderCuts(results: readonly ClientResult[]): string {
  const columns: ScenarioId[] = ['upstream-error', 'cut-default', 'cut-error', 'cut-when-complete']
  const lines = results
    .filter(({ notRun }) => notRun === undefined)
    .map(({ title, rows }) => [
      title,
      ...columns.map((id) => escapeCell(rows.find(({ scenario }) => scenario === id)?.detail ?? '')),
      adviseOn(rows),
    ])
  const head = ['client', 'error', 'cut', 'cut, `truncatedCalls: error`', 'cut, `deliver: when-complete`', 'set']
  return `\n## Calls that are cut off\n\n${table(head, lines)}\n`
}

/** The option that keeps half a call from being run. */
function adviseOn(rows: readonly Row[]): string {
  const isFound = (id: ScenarioId): boolean =>
    rows.some(({ scenario, verdict }) => scenario === id && verdict === 'works')
  if (isFound('cut-default')) return 'nothing needed'
  const options = [
    ...(isFound('cut-error') ? ['`truncatedCalls: error`'] : []),
    ...(isFound('cut-when-complete') ? ['`deliver: when-complete`'] : []),
  ]
  return options.length === 0 ? 'nothing helps' : options.join(' or ')
}

function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const toLine = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [toLine(head), toLine(head.map(() => '---')), ...lines.map(toLine)].join('\n').concat('\n')
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;')
}
