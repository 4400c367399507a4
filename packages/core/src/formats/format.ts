import type { BareJsonRow } from '../families/bare-json.ts'
import type { ChannelsRow } from '../families/channels.ts'
import type { HeaderJsonRow } from '../families/header-json-headers.ts'
import type { JsonEnvelopeRow } from '../families/json-envelope.ts'
import type { NestedTagsRow } from '../families/nested-tags.ts'
import type { PythonicRow } from '../families/pythonic.ts'
import type { QuotedObjectRow } from '../families/quoted-object.ts'
import type { TaggedParametersRow } from '../families/tag-grammar.ts'
import type { ReasoningMode } from '../options.ts'

/** How a format's calls are written: the family that reads them and the row of data that it needs. */
export type Syntax =
  | { family: 'tagged-parameters'; row: TaggedParametersRow }
  | { family: 'json-envelope'; row: JsonEnvelopeRow }
  | { family: 'bare-json'; row: BareJsonRow }
  | { family: 'quoted-object'; row: QuotedObjectRow }
  | { family: 'nested-tags'; row: NestedTagsRow }
  | { family: 'header-json'; row: HeaderJsonRow }
  | { family: 'channels'; row: ChannelsRow }
  | { family: 'pythonic'; row: PythonicRow }

/** A fixed prefix, then letters and digits. */
export interface CallIdShape {
  prefix: string
  length: number
}

/** Markers of the thought, and where the output of most servers starts. */
export interface ReasoningMarkers {
  open: string
  close: string
  /** Other spellings of the pair. */
  others?: readonly { open: string; close: string }[]
  start: ReasoningMode
}

/** One model family's way to write tool calls, as data. */
export interface Format {
  /** vLLM's `--tool-call-parser` name. */
  id: string
  aliases: readonly string[]
  /** Model families that write it. */
  models: readonly string[]
  syntax: Syntax
  /** Other syntaxes that belong to the format: its models' versions differ and the text decides. */
  alternatives?: readonly Syntax[]
  /** Another syntax that these models fall into inside the same wrapper. Read with a diagnostic. */
  dialect?: Syntax
  reasoning?: ReasoningMarkers
  /** Markers around the answer itself. They are removed, with the blanks next to them; an opener ends a thought that is open. */
  response?: { open: readonly string[]; close: readonly string[] }
  /** Tokens that end a turn and may leak into the text; removed outside values (P14). */
  endTokens: readonly string[]
  /** Formats from which the text chooses its own, for `auto`; in order, the first that fits wins. */
  candidates?: readonly Format[]
  /** The syntax by which `auto` knows the format, where it reads that of an earlier format too. */
  detects?: Syntax
  /** The format is no candidate of `auto`: its calls are too much like text, or an earlier format has the same. */
  undetected?: boolean
  /** How the ids look that calls get; the models' templates may refuse others. By default `call_` and 24 letters or digits. */
  callIds?: CallIdShape
  /** What a request to the model server must say so that the markers arrive as text. */
  upstream: Readonly<Record<string, unknown>>
}
