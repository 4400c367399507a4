import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ChatTool } from '@tooldelta/core'

/** One recorded turn whose result is known. */
export interface RecordedTurn {
  id: string
  format: string
  text: string
  /** The text at the model's own token boundaries. */
  chunks: string[]
  tools: ChatTool[]
  expected: { content: string | null; calls: { name: string; arguments: Record<string, unknown> }[] }
}

/** What the benchmark takes from the recordings. */
export interface Recordings {
  turns: readonly RecordedTurn[]
  /** Prose and code blocks that models wrote around their calls, without a marker of any format. */
  prose: readonly string[]
  /** Lines of real string arguments, without a marker of any format. */
  argumentLines: readonly string[]
  /** Every token that occurs in a recording. */
  vocabulary: ReadonlySet<string>
}

/** Text that a parser would have to take for markup, or could. */
const marker = /<\/?(?:tool_call|function|parameter|think|\|)|<\||\[TOOL/

/** Reads the recordings that the tests use too (`packages/testbed/fixtures/recordings`). */
export function readRecordings(folder: string): Recordings {
  const turns = readLines<RecordedTurn>(join(folder, 're-rendered.jsonl'))
  const recorded = readLines<{ chunks: string[] }>(join(folder, 'recorded.jsonl'))
  const vocabulary = new Set([...turns, ...recorded].flatMap((row) => row.chunks))
  const values = turns.flatMap((turn) => turn.expected.calls.flatMap((call) => Object.values(call.arguments)))
  const argumentLines = values
    .filter((value) => typeof value === 'string')
    .flatMap((value) => value.split('\n'))
    .filter((line) => line.length > 8 && line.length < 200 && !marker.test(line))
  const prose = turns.map((turn) => turn.expected.content ?? '').filter((text) => text !== '' && !marker.test(text))
  return { turns, prose, argumentLines, vocabulary }
}

function readLines<T>(file: string): T[] {
  const lines = readFileSync(file, 'utf8').split('\n')
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as T)
}
