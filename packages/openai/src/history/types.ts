import type { ChatCompletionToolCall } from '../wire.ts'

/** A message of a normalized history. Fields that are not named here are the client's and stay as they are. */
export interface HistoryMessage {
  role: string
  /** A string, or a list of parts when one of them is no text (an image, a sound). */
  content?: unknown
  /** Never empty. Every call has an id, a type, a name and arguments that are the text of a JSON object. */
  tool_calls?: ChatCompletionToolCall[]
  /** The call that a `tool` message answers. */
  tool_call_id?: string
  [key: string]: unknown
}

/** What {@link normalizeHistory} and its companions mend. A stable name, fit for a metric's label. */
export type HistoryRule =
  | 'arguments-object'
  | 'arguments-empty'
  | 'arguments-unwrapped'
  | 'arguments-first'
  | 'arguments-repaired'
  | 'arguments-closed'
  | 'arguments-discarded'
  | 'arguments-wrapped'
  | 'calls-empty'
  | 'call-dropped'
  | 'call-id'
  | 'call-type'
  | 'call-name'
  | 'call-custom'
  | 'content-text'
  | 'content-empty'
  | 'result-text'
  | 'result-id'
  | 'result-moved'
  | 'result-missing'
  | 'result-orphan'
  | 'role-developer'
  | 'system-merged'
  | 'legacy-call'
  | 'legacy-result'
  | 'reasoning-mirrored'
  | 'reasoning-restored'
  | 'call-replayed'
  | 'control-tokens'
  | 'tools-empty'
  | 'tool-choice'
  | 'tool-type'
  | 'tool-name'
  | 'tool-description'
  | 'tool-parameters'
  | 'tool-field'
  | 'legacy-tools'

/** One thing that was changed in a history or in the tools. */
export interface HistoryChange {
  /** Where, with the places of the given request: `messages.3.tool_calls.0.function.arguments`. */
  path: string
  rule: HistoryRule
  action: 'added' | 'changed' | 'removed'
  /** The value before; absent when it was added. It may hold what a user or a tool wrote: keep it out of logs. */
  before?: unknown
  /** The value now; absent when it was removed. */
  after?: unknown
  /** One sentence for people. */
  reason: string
}

/**
 * What becomes of arguments that are no JSON object. `repair`: mended as the parser mends a model's JSON, cut text closed at the last
 * point that holds, else `{}`. `empty`: always `{}`. `wrap`: mended where nothing is lost, else `{"_raw": "the text"}`.
 */
export type InvalidArguments = 'repair' | 'empty' | 'wrap'

/** Options of {@link normalizeHistory}. */
export interface NormalizeHistoryOptions {
  /** @defaultValue 'repair' */
  invalidArguments?: InvalidArguments | undefined
  /** Text of the result of a call that has none. @defaultValue 'There is no result of this call.' */
  missingResult?: string | undefined
  /** What becomes of results whose call is not in the history: text of the user, or nothing. @defaultValue 'user' */
  orphanResults?: 'user' | 'drop' | undefined
  /**
   * Where system messages may be. `keep`: where they are. `front`: all are joined into the first message. `user`: the leading ones are
   * joined, later ones become user messages, so that what the server has cached of the prompt stays right. Qwen3.5 and others refuse or
   * lose later ones.
   *
   * @defaultValue 'keep'
   */
  systemMessages?: 'keep' | 'front' | 'user' | undefined
  /** `mirror`: a thought is given under both names, `reasoning` and `reasoning_content`. @defaultValue 'mirror' */
  reasoning?: 'mirror' | 'keep' | undefined
  /**
   * Texts that the model's template or tokenizer reads as control tokens ({@link controlTokensOf}). In tool results they are broken up
   * by a zero-width space, so that what a tool has read somewhere cannot open a turn of its own. Changes what the model can quote.
   */
  controlTokens?: readonly string[] | undefined
  /** What tools are called upstream: {@link NormalizedTools.aliases}. Calls and results are renamed alike. */
  toolNames?: ReadonlyMap<string, string> | undefined
}

/** The result of {@link normalizeHistory} and {@link mapCallIds}. */
export interface NormalizedHistory {
  /** The given list itself when nothing was changed; so are the messages in it that were not. */
  messages: readonly HistoryMessage[]
  changes: HistoryChange[]
}
