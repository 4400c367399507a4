import type { JsonEnvelopeRow } from '../families/json-envelope.ts'
import type { Format } from './format.ts'
import { QWEN_TAGS } from './tagged-parameters.ts'

const HERMES: JsonEnvelopeRow = { open: ['<tool_call>'], close: '</tool_call>', closer: 'call', arrays: false }
const THINK = { open: '<think>', close: '</think>' } as const
const CHATML_END = ['<|im_start|>', '<|im_end|>', '<|endoftext|>'] as const
/** Without it the server deletes the markers, which are special tokens in these models. */
const KEEP_SPECIAL_TOKENS = { skip_special_tokens: false, spaces_between_special_tokens: false } as const

const qwenTags = { family: 'tagged-parameters', row: { ...QWEN_TAGS, bare: 'never' } } as const

/**
 * Hermes: one JSON object in `<tool_call>`. Syntax: the chat templates of NousResearch/Hermes-2-Pro and Qwen/Qwen3.
 *
 * ```
 * <tool_call>
 * {"name": "get_weather", "arguments": {"city": "Oslo"}}
 * </tool_call>
 * ```
 *
 * Seen in the wild: `arguments` before `name`, single quotes, Python literals (half of Hermes-2-Pro's calls), a missing brace.
 */
export const hermes: Format = {
  id: 'hermes',
  aliases: ['qwen', 'qwen3'],
  models: ['Hermes-2-Pro', 'Hermes-3', 'Qwen2.5', 'QwQ', 'Qwen3', 'SmolLM3'],
  syntax: { family: 'json-envelope', row: HERMES },
  dialect: qwenTags,
  reasoning: { ...THINK, start: 'tags' },
  endTokens: CHATML_END,
  upstream: KEEP_SPECIAL_TOKENS,
}

/** Qwen2.5: as hermes; the markers are ordinary tokens there. */
export const qwen25: Format = {
  id: 'qwen25',
  aliases: [],
  models: ['Qwen2.5'],
  syntax: { family: 'json-envelope', row: HERMES },
  dialect: qwenTags,
  reasoning: { ...THINK, start: 'tags' },
  endTokens: CHATML_END,
  upstream: {},
}

/** IBM Granite 4: as hermes with special tokens as markers; `arguments` is often a JSON string. */
export const granite4: Format = {
  id: 'granite4',
  aliases: [],
  models: ['Granite-4.0'],
  syntax: { family: 'json-envelope', row: { ...HERMES, closer: 'special' } },
  dialect: qwenTags,
  reasoning: { ...THINK, start: 'tags' },
  endTokens: ['<|end_of_text|>', '<|start_of_role|>', '<|end_of_role|>'],
  upstream: KEEP_SPECIAL_TOKENS,
}

/** Meituan LongCat: hermes with tags of its own. */
export const longcat: Format = {
  id: 'longcat',
  aliases: [],
  models: ['LongCat-Flash'],
  syntax: { family: 'json-envelope', row: { ...HERMES, open: ['<longcat_tool_call>'], close: '</longcat_tool_call>' } },
  reasoning: { open: '<longcat_think>', close: '</longcat_think>', start: 'tags' },
  endTokens: ['</longcat_s>'],
  upstream: KEEP_SPECIAL_TOKENS,
}

/** AI21 Jamba: a JSON array of calls in `<tool_calls>`. Apriel writes the same after `<thinking>`. */
export const jamba: Format = {
  id: 'jamba',
  aliases: ['apriel'],
  models: ['Jamba-1.5', 'Apriel-1.5'],
  syntax: {
    family: 'json-envelope',
    row: { open: ['<tool_calls>'], close: '</tool_calls>', closer: 'section', arrays: true },
  },
  reasoning: { open: '<thinking>', close: '</thinking>', start: 'tags' },
  endTokens: ['<|startoftext|>', '<|endoftext|>', '<|end|>'],
  upstream: KEEP_SPECIAL_TOKENS,
}
