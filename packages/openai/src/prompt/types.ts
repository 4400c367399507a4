import type { ChatTool } from '@tooldelta/core'
import type { HistoryMessage } from '../history/index.ts'

/** What a prompt is rendered from: a normalised history and checked tools. */
export interface PromptInput {
  messages: readonly HistoryMessage[]
  tools: readonly ChatTool[]
}

/** How to ask a guided-decoding engine for exactly one call: text before the arguments, their style, text after them. */
export interface CallStructure {
  /** The text that starts a structured region, the same for every tool. */
  trigger: string
  begin(name: string): string
  /** xgrammar's `style` of a `json_schema` format. */
  style: 'json' | 'qwen_xml' | 'minimax_xml' | 'deepseek_xml' | 'glm_xml' | 'cohere_xml' | 'kimi_k3_xml'
  end: string
}

/**
 * Writes tools, calls and results the way one family's chat template does, as plain messages that any template passes on unchanged.
 */
export interface PromptRenderer {
  /** Canonical ids of the formats it serves. */
  readonly formats: readonly string[]
  /** Messages without `tools`, `tool_calls` and role `tool`, whose rendering equals the template's rendering of the input. */
  render(input: PromptInput): HistoryMessage[]
  /** The beginning of a call, up to and including the name where one is given: a prefill that leaves the model no choice. */
  callPrefix(name?: string): string
  /** Absent where guided decoding has no style for the family's arguments. */
  readonly structure?: CallStructure | undefined
}
