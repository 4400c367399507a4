import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { ChatTool, ParserOptions } from '@tooldelta/core'
import { eachTwoWaySplit } from '@tooldelta/testkit'
import { cutWhole } from '../cuts.ts'
import type { Recordings } from '../recordings.ts'
import { measureText, type PreparedScenario } from '../scenario.ts'
import { runMiddleware, type MiddlewareName, type MiddlewareRun } from './ai-sdk.ts'

/** A text, its ways of being cut, and its one right reading. */
interface CutText {
  text: string
  options: ParserOptions & { format: string }
  expected: { content: string | null; calls: { name: string; arguments: unknown }[] }
  cuts: Iterable<readonly string[]>
}

/** How many streams gave what they should. */
interface Tally {
  texts: number
  rightWhole: number
  streams: number
  right: number
  likeWhole: number
  deltasEqual: number
}

/**
 * The hand-written fixtures of a format cut in two at every place, or the recorded turns at their own tokens. Only texts whose calls are all
 * well-formed, so that no policy of repair or truncation is compared; white space around text is not either.
 */
export async function prepareEveryCut(
  name: MiddlewareName,
  texts: 'qwen3_coder' | 'hermes' | 'turns',
  recordings: Recordings,
): Promise<PreparedScenario> {
  const all = texts === 'turns' ? readTurns(recordings) : readFixtures(texts)
  const tally = await count(name, all)
  const { texts: number, rightWhole, streams, right, likeWhole, deltasEqual } = tally
  if (name === 'ai-sdk' && (right < streams || deltasEqual < streams || rightWhole < number)) {
    throw new Error(`${name}: wrong results: ${JSON.stringify(tally)}`)
  }
  const note = `${number} texts, right uncut: ${rightWhole}; ${streams} cut streams, right: ${right}, as uncut: ${likeWhole}, joined deltas equal the input: ${deltasEqual}`
  return { run: async () => (await count(name, all)).right, ...measureText(all.map(({ text }) => text)), note }
}

async function count(name: MiddlewareName, texts: readonly CutText[]): Promise<Tally> {
  const tally: Tally = { texts: texts.length, rightWhole: 0, streams: 0, right: 0, likeWhole: 0, deltasEqual: 0 }
  for (const one of texts) {
    const whole = await run(name, one, cutWhole(one.text))
    if (isRight(one, whole)) tally.rightWhole += 1
    for (const chunks of one.cuts) {
      const cut = await run(name, one, chunks)
      tally.streams += 1
      if (isRight(one, cut)) tally.right += 1
      if (cut !== undefined && whole !== undefined && isDeepStrictEqual(cut.message, whole.message))
        tally.likeWhole += 1
      if (cut?.deltas === cut?.message.calls.map((call) => call.arguments).join('')) tally.deltasEqual += 1
    }
  }
  return tally
}

/** `undefined` when the middleware threw. */
async function run(
  name: MiddlewareName,
  { options }: CutText,
  chunks: readonly string[],
): Promise<MiddlewareRun | undefined> {
  return runMiddleware(name, { options }, chunks).catch(() => undefined)
}

function isRight({ expected }: CutText, result: MiddlewareRun | undefined): boolean {
  if (result === undefined) return false
  const { content, calls } = result.message
  const got = calls.map((call) => ({ name: call.name, arguments: readJson(call.arguments) }))
  return content.trim() === (expected.content ?? '').trim() && isDeepStrictEqual(got, expected.calls)
}

interface Fixture {
  text: string
  tools?: ChatTool[]
  options?: object
  finishReason?: string
  expected: {
    content: string | null
    reasoning: string | null
    calls: { name: string; arguments: string; status: string }[]
  }
}

function readFixtures(format: string): CutText[] {
  const file = join(resolve('packages/testbed/fixtures/formats'), `${format}.json`)
  const fixtures = JSON.parse(readFileSync(file, 'utf8')) as Fixture[]
  return fixtures.filter(isPlain).map(({ text, tools, expected }) => ({
    text,
    options: { format, tools: tools ?? declareTools(expected.calls) },
    expected: {
      content: expected.content,
      calls: expected.calls.map((call) => ({ name: call.name, arguments: readJson(call.arguments) })),
    },
    cuts: [...eachTwoWaySplit(text)],
  }))
}

/** Well-formed calls, without options and thoughts, which the other package leaves to another middleware. */
function isPlain({ tools, options, finishReason = 'stop', expected }: Fixture): boolean {
  const names = tools?.map((tool) => tool.function.name)
  const areWhole = expected.calls.every(({ name, status }) => status === 'complete' && names?.includes(name) !== false)
  const isOrdinary = options === undefined && finishReason === 'stop' && expected.reasoning === null
  return areWhole && isOrdinary && expected.calls.length > 0
}

/** Tools of a fixture that has none: what its calls say of their arguments. */
function declareTools(calls: Fixture['expected']['calls']): ChatTool[] {
  const tools = new Map<string, Record<string, object>>()
  for (const call of calls) {
    const properties = tools.get(call.name) ?? {}
    for (const [key, value] of Object.entries(readJson(call.arguments) as object))
      properties[key] = { type: typeof value }
    tools.set(call.name, properties)
  }
  return [...tools].map(([name, properties]) => ({
    type: 'function',
    function: { name, parameters: { type: 'object', properties } },
  }))
}

function readTurns({ turns }: Recordings): CutText[] {
  return turns
    .filter(({ expected }) => expected.calls.length > 0)
    .map(({ format, text, chunks, tools, expected }) => ({
      text,
      // The recordings count thoughts as content.
      options: { format, tools, reasoning: 'off' },
      expected,
      cuts: [chunks],
    }))
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
