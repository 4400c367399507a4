import type { PythonicRow } from '../families/pythonic.ts'
import type { Format } from './format.ts'

const THINK = { open: '<think>', close: '</think>', start: 'tags' } as const
/** Without it the server deletes the markers, which are special tokens in these models. */
const KEEP_SPECIAL_TOKENS = { skip_special_tokens: false, spaces_between_special_tokens: false } as const
const LFM_OPEN = '<|tool_call_start|>'
const LFM_CLOSE = '<|tool_call_end|>'

const syntax = (row: PythonicRow): Format['syntax'] => ({ family: 'pythonic', row })

/**
 * A Python list of calls and nothing around it. Syntax: the prompt of Team-ACE/ToolACE-8B and the chat template of
 * meta-llama/Llama-3.2-3B-Instruct.
 *
 * ```
 * [get_weather(city="Oslo"), maps.route(stops=["a", "b"], toll=False)]
 * ```
 *
 * Seen in the wild: prose behind the list, arguments without names, apostrophes inside single quotes, arithmetic and names as values.
 */
export const pythonic: Format = {
  id: 'pythonic',
  aliases: [],
  models: ['ToolACE', 'Llama-3.2', 'Ultravox-ToolACE'],
  syntax: syntax({ bare: 'list' }),
  // The list alone is Llama 4's too.
  undetected: true,
  endTokens: ['<|eot_id|>', '<|eom_id|>', '<|end_of_text|>'],
  upstream: {},
}

/**
 * Llama 4: the same list, often between two special tokens. Syntax: the chat template of meta-llama/Llama-4-Scout-17B-16E-Instruct.
 *
 * ```
 * <|python_start|>[get_weather(city="Oslo")]<|python_end|>
 * ```
 *
 * Seen in the wild: one of the two tokens alone.
 */
export const llama4Pythonic: Format = {
  id: 'llama4_pythonic',
  aliases: [],
  models: ['Llama-4'],
  syntax: syntax({ markers: { open: '<|python_start|>', close: '<|python_end|>' }, bare: 'list' }),
  endTokens: ['<|eot|>', '<|eom|>', '<|end_of_text|>'],
  upstream: KEEP_SPECIAL_TOKENS,
}

/**
 * AI2 Olmo 3: one call a line and no list. Syntax: the chat template of allenai/Olmo-3-7B-Instruct.
 *
 * ```
 * <function_calls>
 * get_weather(city="Oslo")
 * set_alarm(hour=7, repeat=null)
 * </function_calls>
 * ```
 *
 * Seen in the wild: commas between the calls, a call over several lines, JSON's literals.
 */
export const olmo3: Format = {
  id: 'olmo3',
  aliases: [],
  models: ['Olmo-3'],
  syntax: syntax({ markers: { open: '<function_calls>', close: '</function_calls>' } }),
  reasoning: THINK,
  endTokens: ['<|im_start|>', '<|im_end|>', '<|endoftext|>'],
  upstream: {},
}

/**
 * Liquid LFM2: a list of calls between two special tokens, or JSON when the prompt asks for it. Syntax: the chat template of
 * LiquidAI/LFM2-1.2B.
 *
 * ```
 * <|tool_call_start|>[get_weather(city='Oslo')]<|tool_call_end|>
 * ```
 *
 * Seen in the wild: line breaks and NUL inside strings, the list once more behind the closer, an empty list, one call without a list.
 */
export const lfm2: Format = {
  id: 'lfm2',
  aliases: [],
  models: ['LFM2', 'LFM2.5'],
  syntax: syntax({ markers: { open: LFM_OPEN, close: LFM_CLOSE }, echo: true }),
  alternatives: [
    { family: 'json-envelope', row: { open: [LFM_OPEN], close: LFM_CLOSE, closer: 'special', body: 'any' } },
  ],
  reasoning: THINK,
  endTokens: ['<|startoftext|>', '<|im_start|>', '<|im_end|>', '<|endoftext|>'],
  upstream: KEEP_SPECIAL_TOKENS,
}

/**
 * IBM Granite without a JSON template: one call a line, nothing around it. Syntax: vLLM's parser for Granite 3.3 and 4.0-h-small.
 *
 * ```
 * get_weather(city="Oslo")
 * ```
 *
 * Seen in the wild: lines of prose between the calls, which are content.
 */
export const granitePythonic: Format = {
  id: 'granite_pythonic',
  aliases: [],
  models: ['Granite-3.3', 'Granite-4.0-H-Small'],
  syntax: syntax({ bare: 'call' }),
  reasoning: THINK,
  response: { open: ['<response>'], close: ['</response>'] },
  endTokens: ['<|end_of_text|>', '<|start_of_role|>', '<|end_of_role|>'],
  undetected: true,
  upstream: {},
}
