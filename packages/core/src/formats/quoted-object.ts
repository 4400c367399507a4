import type { QuotedObjectRow } from '../families/quoted-object.ts'
import type { Format } from './format.ts'

const GEMMA4: QuotedObjectRow = { open: '<|tool_call>', close: '<tool_call|>', prefix: 'call:', quote: '<|"|>' }
const FUNCTION_GEMMA: QuotedObjectRow = {
  open: '<start_function_call>',
  close: '<end_function_call>',
  prefix: 'call:',
  quote: '<escape>',
}
/** Without it the server deletes the markers, which are special tokens in these models. */
const KEEP_SPECIAL_TOKENS = { skip_special_tokens: false, spaces_between_special_tokens: false } as const

/**
 * Google Gemma 4: an object with a token for quotes. Syntax: the chat template of google/gemma-4-31B-it.
 *
 * ```
 * <|tool_call>call:get_weather{city:<|"|>Oslo<|"|>,days:3}<tool_call|>
 * ```
 *
 * Strings are raw between the quotes; everything else is bare and typed by the schema. Thoughts are a channel,
 * `<|channel>thought ... <channel|>`; its name is markup.
 *
 * Seen in the wild: bare strings, quoted numbers, keys without a value, ordinary quotes in place of the token, two calls in one wrapper.
 */
export const gemma4: Format = {
  id: 'gemma4',
  aliases: [],
  models: ['Gemma-4'],
  syntax: { family: 'quoted-object', row: GEMMA4 },
  reasoning: {
    open: '<|channel>thought',
    close: '<channel|>',
    others: [{ open: '<|channel>', close: '<channel|>' }],
    start: 'tags',
  },
  endTokens: [
    '<turn|>',
    '<|turn>',
    '<|tool_response>',
    '<eos>',
    '<|image>',
    '<image|>',
    '<|image|>',
    '<|audio>',
    '<audio|>',
    '<|audio|>',
  ],
  upstream: KEEP_SPECIAL_TOKENS,
}

/**
 * Google FunctionGemma: as Gemma 4 with other markers; one token is both quotes. It does not think.
 *
 * ```
 * <start_function_call>call:get_weather{city:<escape>Oslo<escape>,days:3}<end_function_call>
 * ```
 *
 * Seen in the wild: the model goes on with a `<start_function_response>` of its own after the call.
 */
export const functiongemma: Format = {
  id: 'functiongemma',
  aliases: [],
  models: ['functiongemma'],
  syntax: { family: 'quoted-object', row: FUNCTION_GEMMA },
  endTokens: ['<end_of_turn>', '<start_of_turn>', '<start_function_response>', '<eos>'],
  upstream: KEEP_SPECIAL_TOKENS,
}
