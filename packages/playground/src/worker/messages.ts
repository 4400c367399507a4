import type { ChatTool, ParserOptions } from '@tooldelta/core'
import type { Case } from '../case/case.ts'
import type { Cuts } from '../trace/cuts.ts'
import type { DifferentSplit } from '@tooldelta/testkit'
import type { Segment, Step, TracedMessage, TraceOptions } from '../trace/trace.ts'

/** What the page asks of the worker. `run` names the case; answers about an older one are thrown away. */
export type WorkerRequest =
  /** Trace a whole text, once for each of the options. */
  | { type: 'trace'; run: number; text: string; cuts: Cuts; finish: 'stop' | 'length'; options: ParserOptions[] }
  /** Start a trace that grows. */
  | { type: 'open'; run: number; options: TraceOptions[] }
  | { type: 'push'; run: number; chunks: string[] }
  | { type: 'end'; run: number; finish: 'stop' | 'length' }
  /** Show a step, and what became of the characters in view. */
  | { type: 'show'; run: number; request: number; step: number; from: number; to: number }
  /** The nearest step after (or before) this one in which something came out. */
  | { type: 'find'; run: number; request: number; step: number; direction: 1 | -1 }
  | { type: 'step-at'; run: number; request: number; offset: number }
  /** The case as a fixture file. */
  | { type: 'fixture'; run: number; request: number; shown: Case; tools: readonly ChatTool[] | undefined }
  | { type: 'all-cuts'; run: number; text: string; finish: 'stop' | 'length'; options: ParserOptions }
  | { type: 'stop-all-cuts'; run: number }

/** A step as one of the compared formats sees it. */
export interface View {
  step: Step
  message: TracedMessage
  segments: Segment[]
}

/** What the worker tells the page. */
export type WorkerReply =
  | { type: 'progress'; run: number; done: number; all: number }
  | { type: 'grown'; run: number; steps: number; length: number; isEnded: boolean }
  | { type: 'failed'; run: number; message: string }
  | { type: 'answer'; run: number; request: number; value: unknown }
  | { type: 'all-cuts-progress'; run: number; done: number; all: number }
  | { type: 'all-cuts'; run: number; cuts: number; different: DifferentSplit | undefined }
