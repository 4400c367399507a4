import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { ChatTool, ToolCallStatus } from '@tooldelta/core'

/** Where a recording comes from. */
export interface Provenance {
  id: string
  model: string
  license: string
  source: { repo: string; path: string; commit: string }
}

/** Raw text of a model; `chunks` are its tokens. */
export interface Recording extends Provenance {
  folder: string
  format: string
  text: string
  chunks: string[]
  tools?: ChatTool[] | null
  notes?: string
}

/** A call as people compare it. */
export interface ExpectedCall {
  name: string
  arguments: unknown
  /** The id that the format carries. */
  id?: string
}

/** A real turn written back in the layout of Qwen3-Coder's template. */
export interface RerenderedTurn extends Provenance {
  format: string
  text: string
  chunks: string[]
  tools: ChatTool[]
  expected: { content: string | null; calls: ExpectedCall[] }
}

/** A short message of a format and its result. */
export interface Sample {
  id: string
  format: string
  text: string
  /** Where the format needs schemas for its types. */
  tools?: ChatTool[]
  expected: { content: string | null; reasoning: string | null; calls: ExpectedCall[] }
  note?: string
}

/** A stream of chunk objects as a server sent it. */
export interface RecordedStream extends Provenance {
  expected: {
    normal_content: string
    reasoning_content: string
    tool_calls: { index: number; id: string; type: 'function'; function: { name: string; arguments: string } }[]
  } | null
  chunks: { choices: { index: number; delta: { content?: string | null }; finish_reason?: string | null }[] }[]
}

/** What the parser makes of a recording, judged once by people. */
export interface GoldenResult {
  content: string | null
  reasoning: string | null
  calls: { name: string; arguments: string; status: ToolCallStatus }[]
  diagnostics: string[]
}

/** The arguments of a call as clients keep them in a history, and what must go upstream. */
export interface HistoricArguments {
  id: string
  arguments: unknown
  expected: string
  /** What mends them; absent where every byte stays. */
  rule?: string
  /** Policy `wrap` keeps the raw text instead. */
  wrapped?: boolean
  /** Reports of servers that fail on them. */
  sources?: string[]
}

/** A history as clients send it, and what must go upstream. */
export interface HistoricConversation {
  id: string
  /** Options of normalizeHistory. */
  options?: Record<string, unknown>
  messages: Record<string, unknown>[]
  /** Absent where every message stays as it is. */
  expected?: Record<string, unknown>[]
  /** The rules of the changes, in order. */
  rules?: string[]
}

/** The folder of all fixtures. */
export const fixturesFolder: URL = new URL('../fixtures/', import.meta.url)

/** Every line of recorded.jsonl. */
export function readRecordings(): Recording[] {
  return readLines('recordings/recorded.jsonl')
}

/** Every line of re-rendered.jsonl. */
export function readRerenderedTurns(): RerenderedTurn[] {
  return readLines('recordings/re-rendered.jsonl')
}

/** The streams of servers with no tool parser. */
export function readUnparsedStreams(): RecordedStream[] {
  const names = readdirSync(fileURLToPath(new URL('recordings/', fixturesFolder)))
  return names.filter((name) => name.startsWith('streams-dynamo-')).map((name) => readJson(`recordings/${name}`))
}

/** Samples of every format. */
export function readSamples(): Sample[] {
  return readJson('samples/samples.json')
}

/** Golden results by id of the recording. */
export function readGoldenResults(): Record<string, GoldenResult> {
  return readJson('golden/recorded.json')
}

/** Arguments of every kind that servers are known to fail on. */
export function readHistoricArguments(): HistoricArguments[] {
  return readJson('history/arguments.json')
}

/** Histories of every kind that templates are known to fail on. */
export function readHistoricConversations(): HistoricConversation[] {
  return readJson('history/conversations.json')
}

function readText(path: string): string {
  return readFileSync(new URL(path, fixturesFolder), 'utf8')
}

function readJson<T>(path: string): T {
  return JSON.parse(readText(path)) as T
}

function readLines<T>(path: string): T[] {
  const lines = readText(path).split('\n')
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as T)
}
