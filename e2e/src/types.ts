import type { PrintedCall } from '../../packages/testkit/src/index.ts'
import type { RequestReader } from './requests.ts'
import type { models } from './stand.ts'

/** Models of the proxy: the same one with different settings. */
export type ModelName = keyof typeof models

/** What a client is asked to do. */
export interface Task {
  /** The proxy, `http://127.0.0.1:PORT/v1`; the model server itself for a client that {@link Client.embeds} tooldelta. */
  baseURL: string
  /** The model's name; by it the proxy chooses its settings, and a client that embeds tooldelta those of its own. */
  model: ModelName
  prompt: string
  /** The folder it works in. */
  folder: string
  /** A folder for its settings and its memory. */
  home: string
  isStreamed: boolean
}

/** How a client ended. */
export interface Outcome {
  /** What it shows of the model's answer. */
  text: string
  /** What it tells of a failure; absent when it ended well. */
  error?: string | undefined
}

/** How the client's own tools are called. */
export interface ClientTools {
  read(path: string): PrintedCall
  write(path: string, content: string): PrintedCall
  /** A call without arguments; absent where no tool of the client can be called so. */
  plain?: PrintedCall | undefined
  /** The call without arguments ends the client, which then tells this. */
  plainEnds?: string
  /** Why there is none. */
  noPlain?: string
}

/** Why a client cannot run on this machine. */
export type Obstacle = string

/** A client under test. */
export interface Client {
  /** Short name for `--only`, such as `openai6`. */
  id: string
  title: string
  /** The folders of `installs/` that it needs; the first holds the client itself. */
  installs: readonly string[]
  /** The package whose version is told. */
  package: string
  kind: 'library' | 'command'
  /** The smallest major version of Node that it runs on. */
  node: 20 | 22
  /** It is part of the gate: quick to install and to run. */
  isQuick: boolean
  /** What was run, for the page. */
  ran: string
  tools: ClientTools
  /** A package of ours that the client has in itself, in place of the proxy. */
  embeds?: string
  /** Where its tools stand in the requests that the model server gets. @defaultValue in the fields of the API */
  reader?: RequestReader
  /** Models that it has no settings for, and why. */
  lacks?: Partial<Record<ModelName, string>>
  /** It cannot cope with 256 KB for a reason of its own: what is tried in its place, and why. */
  large?: { characters?: number; model?: ModelName; cause: string }
  run(task: Task): Promise<Outcome>
}

/** Names of the rows. */
export type ScenarioId = (typeof scenarioIds)[number]
export const scenarioIds = [
  'write',
  'read',
  'two-calls',
  'no-arguments',
  'history',
  'final-text',
  'not-streamed',
  'reasoning',
  'large',
  'upstream-error',
  'cut-default',
  'cut-error',
  'cut-when-complete',
] as const

/**
 * One row: `works`; `fails`, which fails the run; `finding`, a fault of the client with a known cause; `none`, the client has nothing to
 * try it with.
 */
export interface Row {
  scenario: ScenarioId
  verdict: 'works' | 'fails' | 'finding' | 'none'
  /** What was seen, or the cause. */
  detail?: string | undefined
}

/** A client's rows, or why it did not run. */
export interface ClientResult {
  client: string
  title: string
  version: string
  node: string
  ran: string
  rows: Row[]
  /** The tools that were called, with their parameters as the client declares them. */
  tools: Record<string, string[]>
  notRun?: Obstacle | undefined
}
