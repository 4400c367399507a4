/**
 * Stable names of everything a parser reports beside the text. docs/diagnostics.md shows an example and the mend of each.
 */
export type DiagnosticCode =
  // markup
  | 'missing-opener'
  | 'missing-closer'
  | 'doubled-opener'
  | 'stray-closer'
  | 'mended-tag'
  | 'mended-header'
  | 'other-dialect'
  | 'stray-text'
  | 'end-token'
  | 'missing-field'
  // names and parameters
  | 'duplicate-parameter'
  | 'duplicate-key'
  | 'undeclared-parameter'
  | 'unknown-tool'
  // values
  | 'value-type'
  | 'empty-value'
  // the format
  | 'format-detected'
  // JSON
  | 'json-repair'
  | 'json-unreadable'
  | 'json-envelope'
  // ends and limits
  | 'truncated'
  | 'limit'
  // reasoning
  | 'stray-reasoning-marker'
  | 'call-in-reasoning'

/** A remark on the text. */
export interface Diagnostic {
  code: DiagnosticCode
  /** One sentence for people. Not stable; compare `code`. */
  message: string
  /** Where in the whole input, in UTF-16 units from 0. */
  offset: number
  /** The call it is about. */
  index?: number
  /** The input text that went nowhere else, when the remark is about dropped text. */
  text?: string
}
