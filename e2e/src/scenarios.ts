import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createScript, printCall, type Script, type Turn } from './script.ts'
import type { Stand } from './stand.ts'
import { hardText, largeText, seedText } from './texts.ts'
import type { Client, ModelName, Outcome, Row, ScenarioId } from './types.ts'

/** A conversation that has been had. */
interface Conversation {
  outcome: Outcome
  script: Script
  stand: Stand
  /** The text of a file in the client's folder, or undefined. */
  file(name: string): Promise<string | undefined>
}

/** What a client did, and the tools that it was seen to have. */
export interface Trial {
  rows: Row[]
  tools: Record<string, string[]>
}

/** Has every conversation with a client, one after the other. */
export async function tryClient(client: Client, stand: Stand): Promise<Trial> {
  const trial: Trial = { rows: [], tools: {} }
  const conversations = [
    tryLoop,
    ...(client.tools.plain === undefined || client.tools.plainEnds !== undefined ? [tryPlain] : []),
    ...(client.kind === 'library' ? [tryWholeAnswers] : []),
    tryReasoning,
    tryLarge,
    tryError,
    ...cuts.map((cut) => (client: Client, stand: Stand) => tryCut(client, stand, cut)),
  ]
  for (const have of conversations) {
    const { rows, tools } = await have(client, stand)
    trial.rows.push(...rows)
    Object.assign(trial.tools, tools)
  }
  return trial
}

const end = 'All of it is done: XYZZY-42.'

/** Writes, reads, two calls in one turn, a call without arguments, the final text. */
async function tryLoop(client: Client, stand: Stand): Promise<Trial> {
  const { tools } = client
  return converse(client, stand, { model: 'default' }, async ({ place, read }) => {
    const write = tools.write(place('hard.txt'), hardText)
    const plain = tools.plainEnds === undefined ? tools.plain : undefined
    const two = [tools.write(place('one.txt'), 'one\n'), tools.write(place('two.txt'), hardText)]
    const turns: Turn[] = [
      { parts: ['I write the file.', write] },
      { parts: ['I read the other one.', tools.read(place('seed.txt'))] },
      { parts: two },
      ...(plain === undefined ? [] : [{ parts: [plain] }]),
      { parts: [end] },
    ]
    const { script, outcome, file } = await read(turns)
    const prompts = stand.chats.map(({ prompt }) => prompt ?? '')
    const last = prompts.at(-1) ?? ''
    // Some clients write results as JSON.
    const lost = seedText.split('\n').filter((line) => !last.includes(line) && !last.includes(escape(line)))
    const calls = [write, ...two].map(printCall)
    return [
      row('write', sameText(await file('hard.txt'), hardText)),
      row('read', lost.length === 0 ? undefined : `The result went back without ${JSON.stringify(lost[0])}.`),
      row(
        'two-calls',
        sameText(await file('one.txt'), 'one\n') ??
          sameText(await file('two.txt'), hardText) ??
          expectCount(script, turns.indexOf(turns[2]!)),
      ),
      ...(plain === undefined
        ? []
        : [row('no-arguments', last.includes(printCall(plain)) ? undefined : 'The call did not come back.')]),
      row(
        'history',
        calls.every((call) => last.includes(call)) ? undefined : 'A call came back changed into the next prompt.',
      ),
      row('final-text', explainEnd(outcome)),
    ]
  })
}

/** A call without arguments, where the loop has had none: the client has no such tool, or one that ends it. */
async function tryPlain(client: Client, stand: Stand): Promise<Trial> {
  const { plain, plainEnds, noPlain } = client.tools
  if (plain === undefined) return { rows: [{ scenario: 'no-arguments', verdict: 'none', detail: noPlain }], tools: {} }
  return converse(client, stand, { model: 'default' }, async ({ read }) => {
    const { outcome, script } = await read([{ parts: [plain] }, { parts: [end] }])
    const fault = outcome.error === plainEnds ? expectCount(script, 0) : `${plain.name} did not end the client.`
    return [row('no-arguments', fault, `${plain.name}, which ends the session`)]
  })
}

/** The same without streams. */
async function tryWholeAnswers(client: Client, stand: Stand): Promise<Trial> {
  return converse(client, stand, { model: 'default', isStreamed: false }, async ({ place, read }) => {
    const call = client.tools.write(place('hard.txt'), hardText)
    const { outcome, file } = await read([{ parts: ['I write.', call] }, { parts: [end] }])
    return [row('not-streamed', sameText(await file('hard.txt'), hardText) ?? explainEnd(outcome))]
  })
}

async function tryReasoning(client: Client, stand: Stand): Promise<Trial> {
  const thought = 'I ought to write a file. <tool_call> is how it begins, PLUGH-17.'
  return converse(client, stand, { model: 'thinking' }, async ({ place, read }) => {
    const call = client.tools.write(place('hard.txt'), hardText)
    const turns = [
      { thought, parts: ['I write.', call] },
      { thought: 'It is written.', parts: [end] },
    ]
    const { outcome, file } = await read(turns)
    const leak = outcome.text.includes('</think>') ? 'A marker of the thought is in the text.' : undefined
    return [row('reasoning', sameText(await file('hard.txt'), hardText) ?? leak ?? explainEnd(outcome))]
  })
}

async function tryLarge(client: Client, stand: Stand): Promise<Trial> {
  const { large } = client
  return converse(client, stand, { model: large?.model ?? 'default' }, async ({ place, read }) => {
    const content = largeText.slice(0, large?.characters)
    const call = client.tools.write(place('large.txt'), content)
    const { outcome, file } = await read([{ parts: [call] }, { parts: [end] }])
    const fault = sameText(await file('large.txt'), content) ?? explainEnd(outcome)
    if (fault !== undefined || large === undefined) return [row('large', fault)]
    const detail = `${content.length} characters arrive. ${large.cause}`
    return [{ scenario: 'large', verdict: 'finding', detail }]
  })
}

/** The server fails in the middle of a call, as often as it is asked. */
async function tryError(client: Client, stand: Stand): Promise<Trial> {
  return converse(client, stand, { model: 'default' }, async ({ place, read }) => {
    const call = client.tools.write(place('hard.txt'), hardText)
    const turns = [{ parts: ['I write.', call], errorAfter: 'quotes:' }, { parts: [end] }]
    const { outcome, script, file } = await read(turns)
    const written = await file('hard.txt')
    const asked = `${script.counts[0]} requests`
    if (written !== undefined) {
      return [{ scenario: 'upstream-error', verdict: 'fails', detail: `Half a file was written (${asked}).` }]
    }
    const isTold = outcome.error !== undefined || outcome.text.includes('CUDA out of memory')
    return [row('upstream-error', isTold ? undefined : `The client says nothing of the error (${asked}).`, asked)]
  })
}

interface Cut {
  scenario: ScenarioId
  model: ModelName
}

const cuts: readonly Cut[] = [
  { scenario: 'cut-default', model: 'default' },
  { scenario: 'cut-error', model: 'careful' },
  { scenario: 'cut-when-complete', model: 'whole' },
]

/** The model comes to the end of its length in the middle of a call. */
async function tryCut(client: Client, stand: Stand, { scenario, model }: Cut): Promise<Trial> {
  const lack = client.lacks?.[model]
  if (lack !== undefined) return { rows: [{ scenario, verdict: 'none', detail: lack }], tools: {} }
  return converse(client, stand, { model }, async ({ place, read }) => {
    const call = client.tools.write(place('hard.txt'), hardText)
    const turns = [{ parts: ['I write.', call], cutAfter: 'quotes:' }, { parts: [end] }]
    const { outcome, script, file } = await read(turns)
    const written = await file('hard.txt')
    const seen = [
      written === undefined ? 'not written' : `half the file was written (${written.length} characters)`,
      ...(script.counts[0]! > 1 ? [`asked ${script.counts[0]} times`] : []),
      ...(script.counts[1]! > 0 ? ['went on with the next turn'] : []),
      outcome.error === undefined ? 'ended without an error' : `told: ${shorten(outcome.error)}`,
    ].join('; ')
    // What a client does with an unfinished call by default is its own affair; with an option of ours it must not matter.
    const isOurs = scenario !== 'cut-default'
    return [{ scenario, verdict: written === undefined ? 'works' : isOurs ? 'fails' : 'finding', detail: seen }]
  })
}

interface Room {
  /** A file's path as the client's tools take it. */
  place(name: string): string
  /** Lets the model say the turns and the client run. */
  read(turns: Turn[]): Promise<Conversation>
}

/** Makes the folders of a conversation and takes them away again. */
async function converse(
  client: Client,
  stand: Stand,
  { model, isStreamed = true }: { model: ModelName; isStreamed?: boolean },
  have: (room: Room) => Promise<Row[]>,
): Promise<Trial> {
  const base = await realpath(await mkdtemp(join(tmpdir(), `tooldelta-e2e-${client.id}-`)))
  const [folder, home] = [join(base, 'work'), join(base, 'home')]
  await Promise.all([mkdir(folder), mkdir(home)])
  await writeFile(join(folder, 'seed.txt'), seedText)
  let script: Script | undefined
  try {
    const rows = await have({
      place: (name) => (client.kind === 'library' ? name : join(folder, name)),
      async read(turns) {
        script = createScript(turns, client.reader)
        stand.follow(script)
        const prompt = 'Do it.'
        const baseURL = client.embeds === undefined ? stand.baseURL : stand.upstreamURL
        const outcome = await client.run({ baseURL, model, prompt, folder, home, isStreamed })
        const file = async (name: string): Promise<string | undefined> =>
          existsSync(join(folder, name)) ? readFile(join(folder, name), 'utf8') : undefined
        return { outcome, script, stand, file }
      },
    })
    return { rows: rows.map((row) => explainFailure(row, script, stand)), tools: script?.tools ?? {} }
  } finally {
    await rm(base, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** Of a row that fails one wants to know which tool is not there, and what the client's tools have said. */
function explainFailure(row: Row, script: Script | undefined, stand: Stand): Row {
  if (row.verdict !== 'fails') return row
  const result = stand.chats.at(-1)?.body?.messages.findLast(({ role }) => role === 'tool')?.content
  const said = result === undefined ? '' : `The last result of a tool: ${shorten(JSON.stringify(result))}`
  return { ...row, detail: [script?.missing, row.detail, said].filter(Boolean).join(' ') }
}

function escape(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}

function row(scenario: ScenarioId, fault: string | undefined, detail?: string): Row {
  if (fault !== undefined) return { scenario, verdict: 'fails', detail: fault }
  return { scenario, verdict: 'works', ...(detail !== undefined && { detail }) }
}

function sameText(found: string | undefined, wanted: string): string | undefined {
  if (found === wanted) return undefined
  if (found === undefined) return 'The file was not written.'
  const at = [...wanted].findIndex((character, place) => [...found.slice(0, wanted.length)][place] !== character)
  const shown = (text: string): string => JSON.stringify(text.slice(Math.max(0, at - 10), at + 20))
  return `The file differs at character ${at}: ${shown(found)} in place of ${shown(wanted)}.`
}

function expectCount(script: Script, turn: number): string | undefined {
  const count = script.counts[turn]
  return count === 1 ? undefined : `The turn was asked for ${count} times.`
}

function explainEnd({ text, error }: Outcome): string | undefined {
  if (error !== undefined) return `The client ended with an error: ${shorten(error)}`
  return text.includes('XYZZY-42') ? undefined : `The last text did not arrive: ${shorten(text)}`
}

function shorten(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  return line.length > 200 ? `${line.slice(0, 200)}...` : line
}
