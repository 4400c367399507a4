import type { ParserOptions } from '@tooldelta/core'
import type { CallStore, HistoryChange, HistoryRule, ReasoningStore } from '../history/index.ts'
import type { ChunkTransformerOptions } from '../options.ts'
import type { ChatCompletionRequest } from '../wire.ts'

/**
 * How tools reach the model. `template`: the upstream's chat template writes them into the prompt. `prompt`: tooldelta writes them, as the
 * template of the model's family would. `passthrough`: the request and its answer are left alone.
 */
export type RequestMode = 'template' | 'prompt' | 'passthrough'

/**
 * The kind of upstream: what its `tool_choice` must be for the tools to be in the prompt and the model's text to come back as it is, and
 * which ways it has to enforce a call. `vllm` and `llamacpp`: `none`. `sglang`: `auto`. `generic`: the field is removed.
 */
export type UpstreamProfile = 'vllm' | 'sglang' | 'llamacpp' | 'generic'

/**
 * How a call is enforced. `prefill`: the beginning of a call is put into the model's mouth. `structural_tag`: guided decoding in the model's
 * own syntax (vLLM). `json`: guided decoding of plain JSON. `instruction`: the model is told, and nothing more.
 */
export type ToolChoiceMethod = 'prefill' | 'structural_tag' | 'json' | 'instruction'

/** What the client wants: {@link RequestReport.toolChoice}. */
export type ToolChoiceKind = 'auto' | 'none' | 'required' | 'named'

/** What is remembered of answers for the next turns of their conversations. */
export interface RequestStores {
  /** Thoughts are put back into the history, by the calls that they led to. */
  reasoning?: ReasoningStore | undefined
  /** Own calls go back into the prompt exactly as the model wrote them, so that the server's prefix cache still fits. */
  calls?: CallStore | undefined
  /** Tells clients (and models) apart, so that nobody finds what another one was told. It is hashed. @defaultValue '' */
  owner?: string | undefined
}

/** Options of {@link prepareRequest}: those of the parser, and how the upstream is asked. */
export interface PrepareRequestOptions extends Omit<ParserOptions, 'tools'> {
  /** @defaultValue 'template' */
  mode?: RequestMode | undefined
  /** @defaultValue 'vllm' */
  profile?: UpstreamProfile | undefined
  /**
   * How `tool_choice` `required` or a named tool is enforced. Where the format or the server has no such way, the next of `prefill`,
   * `json`, `instruction` is taken, with a warning in the report.
   *
   * @defaultValue 'prefill'
   */
  toolChoice?: ToolChoiceMethod | undefined
  /**
   * With `tool_choice` `none`: `drop` leaves the tools out of the prompt; `keep` leaves them in, for the server's prefix cache. Either way
   * the answer is text and is not parsed.
   *
   * @defaultValue 'drop'
   */
  toolsWhenNone?: 'drop' | 'keep' | undefined
  /** Join all system messages at the front: Qwen3.5 and others refuse or lose later ones. @defaultValue false */
  mergeSystemMessages?: boolean | undefined
  /** Break up control tokens of the format in results of tools. @defaultValue false */
  neutralizeToolResults?: boolean | undefined
  /** Request fields that are removed. @defaultValue [] */
  dropParams?: readonly string[] | undefined
  /** What the upstream calls the model. @defaultValue as the client does */
  upstreamModel?: string | undefined
  /** Put thoughts and raw calls of earlier answers back into the history, and remember those of this one. */
  stores?: RequestStores | undefined
}

/** One thing that was changed in a request. */
export interface RequestChange {
  /** Where, with the places of the given request: `tool_choice`, `messages.3.tool_calls.0.function.arguments`. */
  path: string
  /** What was mended, for changes of the history and the tools. A stable name, fit for a metric's label. */
  rule?: HistoryRule | undefined
  action: HistoryChange['action']
  /** The value before; absent when it was added. It may hold what a user or a tool wrote: keep it out of logs. */
  before?: unknown
  /** The value now; absent when it was removed. */
  after?: unknown
  /** One sentence for people. */
  reason: string
}

/** What became of a request. */
export interface RequestReport {
  /** `passthrough` also when the request offers no tools: its answer must not be parsed. */
  mode: RequestMode
  profile: UpstreamProfile
  /** What the client wants. Absent without tools. */
  toolChoice?: ToolChoiceKind | undefined
  /** How a required or named tool is enforced. */
  enforcedBy?: ToolChoiceMethod | undefined
  /** Empty when the request goes on exactly as it came. */
  changes: RequestChange[]
  /** What the client asked for and will not get. */
  warnings: string[]
}

/** How the answer of a prepared request is read: options for {@link createChunkTransformer} and {@link transformCompletion}. */
export type AnswerOptions = ParserOptions &
  Pick<ChunkTransformerOptions, 'prefill' | 'singleCall' | 'requiresCall' | 'toolNames' | 'choices' | 'onAnswer'>

/** The result of {@link prepareRequest}. */
export interface PreparedRequest {
  /** What to send. The given object itself when nothing was changed; it is never written to. */
  request: ChatCompletionRequest
  /** Options for {@link createChunkTransformer} or {@link transformCompletion}. With mode `passthrough` its `tools` are empty. */
  parser: AnswerOptions
  report: RequestReport
}
