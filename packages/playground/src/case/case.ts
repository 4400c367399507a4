import type { ChatTool, ParserOptions } from '@tooldelta/core'
import type { Cuts } from '../trace/cuts.ts'

/** The parser's options that the page offers, beside format and tools. */
export type CaseOptions = Pick<
  ParserOptions,
  'reasoning' | 'callsInReasoning' | 'fencedCalls' | 'closers' | 'repair' | 'unknownTools'
>

/** Everything that decides what the page shows. A link carries it whole. */
export interface Case {
  text: string
  /** Format id or alias, or `auto`. */
  format: string
  /** A second format to compare with. */
  compare?: string | undefined
  /** JSON text of the tools; empty when the request has none. */
  tools: string
  cuts: Cuts
  finish: 'stop' | 'length'
  options: CaseOptions
}

export const emptyCase: Case = {
  text: '',
  format: 'auto',
  tools: '',
  cuts: { kind: 'tokens' },
  finish: 'stop',
  options: {},
}

/** The options for a parser of the case. */
export function toParserOptions(shown: Case, format: string, tools: readonly ChatTool[] | undefined): ParserOptions {
  return { ...shown.options, format, ...(tools !== undefined && { tools }) }
}
