/** A literal, or any of several. */
export type TemplateLiterals = string | readonly string[]

/** How the text of a field is read. */
export type TemplateContent = 'text' | 'int' | 'float' | 'bool' | 'json' | 'xml-inline' | 'kv-lines'

/**
 * One field of a {@link ResponseTemplate}: where its regions begin and end, and what their text is. A field without `open` and
 * `open_pattern` takes everything outside the regions.
 */
export interface ResponseTemplateField {
  open?: TemplateLiterals
  /** A regular expression, in Python's spelling. */
  open_pattern?: string
  close?: TemplateLiterals
  close_pattern?: string
  /** @defaultValue 'text' */
  content?: TemplateContent
  /** Options of the way the content is read, such as `unquoted_keys` of `json`. */
  content_args?: Readonly<Record<string, unknown>>
  /** Every region appends. */
  repeats?: boolean
  /** What stands between the texts of several regions. */
  join?: string
  /** @defaultValue true */
  optional?: boolean
  /** What becomes of the content: a JSON template with placeholders such as `{content.name}`. */
  transform?: unknown
  /** The content is a list, and the transform is of each item. */
  transform_each?: boolean
}

/**
 * A model's own description of its output: the object under the key `response_template` of its `tokenizer_config.json` (Hugging Face,
 * version 1). docs/response-templates.md says what is read and how.
 */
export interface ResponseTemplate {
  version?: 1
  /** What the parsed message begins with; not read. */
  defaults?: Readonly<Record<string, unknown>>
  /** Where the message begins in the prompt. */
  start_anchor?: TemplateLiterals
  start_anchor_pattern?: string
  /** `thinking` (also `reasoning`, `reasoning_content`), `content`, `tool_calls`; text of any other field is dropped, with a diagnostic. */
  fields: Readonly<Record<string, ResponseTemplateField>>
}
