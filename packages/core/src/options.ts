import type { Format as FormatRow } from './formats/format.ts'
import type { ResponseTemplate } from './templates/response-template.ts'

/** A tool of the request, as the OpenAI API writes it. Only what the parser reads is named. */
export interface ChatTool {
  type?: 'function' | (string & {})
  function: {
    name: string
    description?: string
    /** JSON Schema of the arguments. */
    parameters?: unknown
    [key: string]: unknown
  }
  [key: string]: unknown
}

/** Bounds on what one response may hold back or produce. */
export interface ParserLimits {
  /** Longest JSON text of one call's arguments, in UTF-16 units. @defaultValue 33_554_432 */
  argumentChars?: number
  /** Longest text held back while a decision waits. @defaultValue 4_194_304 */
  heldChars?: number
  /** Most calls of one response; further ones are content. @defaultValue 65_536 */
  calls?: number
  /** Longest function or parameter name. @defaultValue 256 */
  nameChars?: number
}

/** Where the output starts and what becomes of `<think>` and its kin. */
export type ReasoningMode = 'off' | 'tags' | 'open' | 'auto'

/** What becomes of a call inside a thought. */
export type CallsInReasoning = 'if-last' | 'extract' | 'ignore'

/** Options of {@link createToolCallParser}. */
export interface ParserOptions {
  /**
   * Format id or alias: `qwen3_coder`, `hermes`, `auto`... See {@link formats}. Or the `response_template` of a model's tokenizer
   * configuration, or a row of your own.
   */
  format: string | ResponseTemplate | FormatRow
  /** The request's tools. Absent: markers alone decide. Empty: nothing is parsed, text passes through. */
  tools?: readonly ChatTool[] | undefined
  /**
   * `off`: reasoning markers are text. `tags`: a thought runs from its opener to its closer. `open`: the output starts inside a
   * thought (the prompt ended with the opener). `auto`: the first marker decides; text before it waits.
   * @defaultValue the format's own
   */
  reasoning?: ReasoningMode | undefined
  /**
   * `if-last`: a call in a thought that closes is a rehearsal and stays reasoning; in a thought that never closes it is real.
   * `extract`: every call is real. `ignore`: none is.
   * @defaultValue 'if-last'
   */
  callsInReasoning?: CallsInReasoning | undefined
  /** A call inside a Markdown fence is an example (`content`) or a call (`extract`). @defaultValue 'content' */
  fencedCalls?: 'content' | 'extract' | undefined
  /** A closer inside a value counts only when what follows fits (`confirmed`), or at once (`first`). @defaultValue 'confirmed' */
  closers?: 'confirmed' | 'first' | undefined
  /** Mend broken JSON on the way. @defaultValue true */
  repair?: boolean | undefined
  /** A call of a tool that the request does not declare: pass it on, or give its text back. @defaultValue 'forward' */
  unknownTools?: 'forward' | 'content' | undefined
  /**
   * Makes the id of a call whose format carries none. The default is a pure function of the call's place, so two equal texts get
   * equal ids; servers pass a random one (as `@tooldelta/openai` does).
   */
  createCallId?: ((index: number) => string) | undefined
  limits?: ParserLimits | undefined
  /** Keep the ledger of every input character; see `parser.ledger()`. @defaultValue false */
  audit?: boolean | undefined
}

/** Why the text ended, as the OpenAI API names it; `abort` and `error` for a stream that broke. */
export type FinishReason =
  | 'stop'
  | 'length'
  | 'tool_calls'
  | 'content_filter'
  | 'function_call'
  | 'abort'
  | 'error'
  | (string & {})

/** The tokens behind one chunk of text, as evidence for or against a marker. */
export interface TokenInfo {
  /** Ids of the chunk's tokens, in order. */
  ids: readonly number[]
  /** The id of each marker that is one vocabulary token: `{ '<tool_call>': 151657 }`. */
  markers: Readonly<Record<string, number>>
}

/** What became of a run of input characters. */
export interface LedgerEntry {
  /** First character, in UTF-16 units from 0. */
  start: number
  /** One past the last. */
  end: number
  kind: 'content' | 'reasoning' | 'arguments' | 'markup' | 'dropped'
  /** Text that went out here without standing in the input: the line break between two messages of content. `start` is `end` then. */
  added?: string
}
