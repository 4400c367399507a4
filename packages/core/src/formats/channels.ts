import type { Format } from './format.ts'

/** Without it the server deletes the markers, which are special tokens in these models. */
const KEEP_SPECIAL_TOKENS = { skip_special_tokens: false, spaces_between_special_tokens: false } as const

/**
 * OpenAI gpt-oss: the harmony format. Syntax: openai/harmony, docs/format.md. Each message has a header; the prompt has written the start of
 * the first one.
 *
 * ```
 * <|channel|>analysis<|message|>I need the weather.<|end|><|start|>assistant<|channel|>commentary to=functions.get_weather
 * <|constrain|>json<|message|>{"city": "Oslo"}<|call|>
 * ```
 *
 * `analysis` is reasoning, `final` and `commentary` are content. `<|call|>` and `<|return|>` are stop tokens and seldom arrive. Seen in the
 * wild: the recipient before the channel, `<|channel|>` twice, tool names or prose in the place of the channel, no `<|message|>`.
 */
export const openai: Format = {
  id: 'openai',
  aliases: ['harmony', 'gpt_oss', 'gpt-oss'],
  models: ['gpt-oss'],
  syntax: {
    family: 'channels',
    row: {
      start: '<|start|>',
      words: { channel: '<|channel|>', constrain: '<|constrain|>' },
      bodies: { '<|message|>': 'header' },
      ends: ['<|call|>', '<|end|>', '<|return|>'],
      join: '\n',
    },
  },
  reasoning: { open: '<|channel|>analysis<|message|>', close: '<|end|>', start: 'tags' },
  endTokens: ['<|endoftext|>'],
  upstream: KEEP_SPECIAL_TOKENS,
}

/**
 * Inkling: blocks of a type. Syntax: transformers' tests of its response template.
 *
 * ```
 * <|content_thinking|>I need the weather.<|end_message|><|message_model|>get_weather<|content_invoke_tool_json|>{"name": "get_weather",
 * "args": {"city": "Oslo"}}<|end_message|>
 * ```
 *
 * The name between `<|message_model|>` and the block is not read: that of the object counts.
 */
export const inkling: Format = {
  id: 'inkling',
  aliases: [],
  models: ['Inkling'],
  syntax: {
    family: 'channels',
    row: {
      start: '<|message_model|>',
      bodies: {
        '<|content_text|>': 'content',
        '<|content_thinking|>': 'reasoning',
        '<|content_invoke_tool_json|>': 'envelope',
        '<|content_invoke_tool_text|>': 'content',
        '<|content_tool_error|>': 'content',
      },
      ends: ['<|end_message|>', '<|content_model_end_sampling|>'],
      join: '',
    },
  },
  reasoning: { open: '<|content_thinking|>', close: '<|end_message|>', start: 'tags' },
  endTokens: [],
  upstream: KEEP_SPECIAL_TOKENS,
}
