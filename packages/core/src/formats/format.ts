import type { JsonEnvelopeRow } from '../families/json-envelope.ts'
import type { TaggedParametersRow } from '../families/tagged-parameters.ts'
import type { ReasoningMode } from '../options.ts'

/** How a format's calls are written: the family that reads them and the row of data that it needs. */
export type Syntax =
  | { family: 'tagged-parameters'; row: TaggedParametersRow }
  | { family: 'json-envelope'; row: JsonEnvelopeRow }

/** One model family's way to write tool calls, as data. */
export interface Format {
  /** vLLM's `--tool-call-parser` name. */
  id: string
  aliases: readonly string[]
  /** Model families that write it. */
  models: readonly string[]
  syntax: Syntax
  /** Another syntax that these models fall into inside the same wrapper. Read with a diagnostic. */
  dialect?: Syntax
  reasoning?: { open: string; close: string; start: ReasoningMode }
  /** Tokens that end a turn and may leak into the text; removed outside values (P14). */
  endTokens: readonly string[]
  /** What a request to the model server must say so that the markers arrive as text. */
  upstream: Readonly<Record<string, unknown>>
}
