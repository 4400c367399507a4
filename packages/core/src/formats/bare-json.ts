import type { BareJsonRow } from '../families/bare-json.ts'
import { KEEP_SPECIAL_TOKENS, THINK } from './common.ts'
import type { Format } from './format.ts'

const LLAMA: BareJsonRow = {
  open: ['<|python_tag|>'],
  places: 'lines',
  body: 'object',
  accepts: 'both-keys',
  separators: [';', ','],
}
const LLAMA_END: readonly string[] = ['<|eot_id|>', '<|eom_id|>', '<|end_of_text|>', '<|begin_of_text|>']

/**
 * Llama 3.1 and 3.2: JSON objects with `name` and `parameters`, behind `<|python_tag|>` or behind nothing. Syntax: Meta's prompt format
 * pages.
 *
 * ```
 * {"name": "get_weather", "parameters": {"city": "Oslo"}}; {"name": "now", "parameters": {}}
 * ```
 *
 * Without the tag only an object at the start of a line, with a declared name and both keys, is a call.
 */
export const llama3Json: Format = {
  id: 'llama3_json',
  aliases: ['llama3', 'llama'],
  models: ['Llama-3.1', 'Llama-3.2', 'Llama-3.3'],
  syntax: { family: 'bare-json', row: LLAMA },
  endTokens: LLAMA_END,
  upstream: KEEP_SPECIAL_TOKENS,
}

/** Llama 4, asked for JSON: as Llama 3, whose tag its vocabulary does not have. */
export const llama4Json: Format = {
  id: 'llama4_json',
  aliases: [],
  models: ['Llama-4-Scout', 'Llama-4-Maverick'],
  syntax: { family: 'bare-json', row: LLAMA },
  endTokens: ['<|eot|>', '<|eom|>', '<|end_of_text|>', '<|begin_of_text|>'],
  undetected: true,
  upstream: KEEP_SPECIAL_TOKENS,
}

/**
 * Salesforce xLAM: a JSON list that is the whole answer, plain, in a fence, or in the markers of other models.
 *
 * ```
 * [{"name": "get_weather", "arguments": {"city": "Oslo"}}]
 * ```
 */
export const xlam: Format = {
  id: 'xlam',
  aliases: [],
  models: ['Llama-xLAM-2', 'xLAM-1B', 'xLAM-3B', 'Qwen-xLAM-32B'],
  syntax: {
    family: 'bare-json',
    row: { open: [], places: 'start', body: 'array', accepts: 'both-keys', fence: true },
  },
  alternatives: [
    { family: 'json-envelope', row: { open: ['[TOOL_CALLS]'], closer: 'none', body: 'array' } },
    {
      family: 'json-envelope',
      row: { open: ['<tool_call>'], close: '</tool_call>', closer: 'section', body: 'array' },
    },
  ],
  reasoning: { ...THINK, start: 'tags' },
  endTokens: ['<|eot_id|>', '<|im_end|>', '<|endoftext|>'],
  upstream: KEEP_SPECIAL_TOKENS,
}

/** SB Intuitions Sarashina: a Python list of calls; its marker is a special token that is often lost. */
export const sarashina: Format = {
  id: 'sarashina',
  aliases: [],
  models: ['Sarashina2.2'],
  syntax: {
    family: 'bare-json',
    row: {
      open: ['<|tool_calls|>'],
      places: 'start',
      body: 'array',
      accepts: 'both-keys',
      element: { python: true },
    },
  },
  endTokens: ['</s>'],
  upstream: KEEP_SPECIAL_TOKENS,
}

/**
 * The answer that llama.cpp asks of models whose template knows no tools: one JSON object.
 *
 * ```
 * {"tool_calls": [{"name": "get_weather", "arguments": {"city": "Oslo"}}]}
 * {"tool_call": {"name": "get_weather", "arguments": {"city": "Oslo"}}}
 * {"response": "It is sunny."}
 * ```
 */
export const generic: Format = {
  id: 'generic',
  aliases: [],
  models: ['any model that is prompted for it'],
  syntax: {
    family: 'bare-json',
    row: {
      open: [],
      places: 'start',
      body: 'any',
      accepts: 'forced',
      around: { calls: ['tool_calls', 'tool_call'], response: 'response' },
      fence: true,
    },
  },
  reasoning: { ...THINK, start: 'tags' },
  endTokens: [],
  undetected: true,
  upstream: {},
}

/** What servers force for `tool_choice: "required"`: a JSON list of calls, as vLLM and SGLang constrain it. Every name passes. */
export const required: Format = {
  id: 'required',
  aliases: [],
  models: ['any model under a JSON constraint'],
  syntax: { family: 'bare-json', row: { open: [], places: 'start', body: 'any', accepts: 'forced' } },
  reasoning: { ...THINK, start: 'tags' },
  endTokens: [],
  undetected: true,
  upstream: {},
}

/** What servers force for a named `tool_choice`: the arguments alone. `tools` holds exactly the chosen tool. */
export const named: Format = {
  id: 'named',
  aliases: [],
  models: ['any model under a JSON constraint'],
  syntax: { family: 'bare-json', row: { open: [], places: 'start', body: 'object', accepts: 'arguments' } },
  reasoning: { ...THINK, start: 'tags' },
  endTokens: [],
  undetected: true,
  upstream: {},
}
