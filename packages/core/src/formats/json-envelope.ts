import type { JsonEnvelopeRow } from '../families/json-envelope.ts'
import type { Format, Syntax } from './format.ts'
import { QWEN_TAGS } from './tagged-parameters.ts'

const HERMES: JsonEnvelopeRow = { open: ['<tool_call>'], close: '</tool_call>', closer: 'call', body: 'object' }
const TOOL_CALLS: JsonEnvelopeRow = {
  open: ['<tool_calls>'],
  close: '</tool_calls>',
  closer: 'section',
  body: 'any',
}
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
    row: TOOL_CALLS,
  },
  reasoning: { open: '<thinking>', close: '</thinking>', start: 'tags' },
  endTokens: ['<|startoftext|>', '<|endoftext|>', '<|end|>'],
  upstream: KEEP_SPECIAL_TOKENS,
}

/**
 * Baidu ERNIE 4.5 Thinking: as hermes; the answer stands in `<response>`. The prompt opens the thought.
 *
 * ```
 * I need the weather.
 * </think>
 *
 *
 * <tool_call>
 * {"name": "get_weather", "arguments": {"city": "Oslo"}}
 * </tool_call>
 * ```
 */
export const ernie45: Format = {
  id: 'ernie45',
  aliases: [],
  models: ['ERNIE-4.5-Thinking'],
  syntax: { family: 'json-envelope', row: { ...HERMES, closer: 'special', until: ['<response>'] } },
  reasoning: { ...THINK, start: 'auto' },
  response: { open: ['<response>'], close: ['</response>'] },
  endTokens: ['<|im_start|>', '<|im_end|>', '<|end_of_sentence|>', '</s>'],
  undetected: true,
  upstream: KEEP_SPECIAL_TOKENS,
}

/**
 * IBM Granite 20B Function Calling: an opener before each object and no closer. Syntax: the model card of
 * ibm-granite/granite-20b-functioncalling.
 *
 * ```
 * <function_call> {"name": "get_weather", "arguments": {"city": "Oslo"}}
 * ```
 */
export const granite20bFc: Format = {
  id: 'granite-20b-fc',
  aliases: [],
  models: ['Granite-20B-FunctionCalling'],
  syntax: { family: 'json-envelope', row: { open: ['<function_call>'], closer: 'none', body: 'object' } },
  endTokens: ['<|endoftext|>'],
  upstream: {},
}

/**
 * InternLM 2 and Intern-S1: an opener of two tokens, between which some servers write a blank. `<|interpreter|>` in the second place is
 * code for an interpreter and stays content.
 *
 * ```
 * <|action_start|><|plugin|>
 * {"name": "get_weather", "parameters": {"city": "Oslo"}}<|action_end|>
 * ```
 */
export const internlm: Format = {
  id: 'internlm',
  aliases: ['internlm2', 'interns1'],
  models: ['InternLM2', 'InternLM2.5', 'Intern-S1'],
  syntax: {
    family: 'json-envelope',
    row: {
      open: ['<|action_start|>'],
      openSecond: '<|plugin|>',
      close: '<|action_end|>',
      closer: 'special',
      body: 'object',
    },
  },
  reasoning: { ...THINK, start: 'tags' },
  endTokens: ['<|im_start|>', '<|im_end|>', '</s>'],
  upstream: KEEP_SPECIAL_TOKENS,
}

/**
 * Sber GigaChat 3: the call is a message of its own, whose role is `function call`; a separator ends the message before it.
 *
 * ```
 * I will look.<|message_sep|>
 *
 * function call<|role_sep|>
 * {"name": "get_weather", "arguments": {"city": "Oslo"}}
 * ```
 *
 * Seen in the wild: raw line breaks in strings.
 */
export const gigachat3: Format = {
  id: 'gigachat3',
  aliases: [],
  models: ['GigaChat3'],
  syntax: { family: 'json-envelope', row: { open: ['function call<|role_sep|>'], closer: 'none', body: 'object' } },
  response: { open: [], close: ['<|message_sep|>'] },
  endTokens: ['</s>'],
  upstream: KEEP_SPECIAL_TOKENS,
}

/**
 * IBM Granite 3: an array behind a marker, which is a special token in 3.0 and text since 3.1. Some outputs have both.
 *
 * ```
 * <|tool_call|>[{"name": "get_weather", "arguments": {"city": "Oslo"}}]
 * ```
 *
 * A list at the start without a marker is read when its first call has a declared name and both keys; `auto` knows nothing by that.
 */
export const granite: Format = {
  id: 'granite',
  aliases: [],
  models: ['Granite-3.0', 'Granite-3.1', 'Granite-3.2'],
  syntax: { family: 'json-envelope', row: { open: ['<|tool_call|>', '<tool_call>'], closer: 'none', body: 'array' } },
  dialect: { family: 'bare-json', row: { open: [], places: 'start', body: 'array', accepts: 'both-keys' } },
  reasoning: { ...THINK, start: 'tags' },
  response: { open: ['<response>'], close: ['</response>'] },
  endTokens: ['<|end_of_text|>', '<|start_of_role|>', '<|end_of_role|>'],
  upstream: KEEP_SPECIAL_TOKENS,
}

/**
 * NVIDIA Nemotron (Llama-Nemotron, Nemotron Nano v2): an array in `<TOOLCALL>`. Syntax: the chat template of
 * nvidia/NVIDIA-Nemotron-Nano-9B-v2.
 *
 * ```
 * <TOOLCALL>[{"name": "get_weather", "arguments": {"city": "Oslo"}}]</TOOLCALL>
 * ```
 *
 * Seen in the wild: the brackets of the array missing on one side or both.
 */
export const nemotronJson: Format = {
  id: 'nemotron_json',
  aliases: [],
  models: ['Llama-Nemotron', 'Nemotron-Nano-v2'],
  syntax: {
    family: 'json-envelope',
    row: { open: ['<TOOLCALL>'], close: '</TOOLCALL>', closer: 'section', body: 'list' },
  },
  reasoning: { ...THINK, start: 'tags' },
  endTokens: ['<SPECIAL_11>', '<SPECIAL_12>', '<|eot_id|>', '<|end_of_text|>'],
  upstream: KEEP_SPECIAL_TOKENS,
}

const FUNCTOOLS: JsonEnvelopeRow = { open: ['functools'], closer: 'none', body: 'array' }

/**
 * Microsoft Phi-4-mini: an array behind the word `functools`, which is ordinary text.
 *
 * ```
 * functools[{"name": "get_weather", "arguments": {"city": "Oslo"}}]
 * ```
 */
export const phi4MiniJson: Format = {
  id: 'phi4_mini_json',
  aliases: [],
  models: ['Phi-4-mini'],
  syntax: { family: 'json-envelope', row: FUNCTOOLS },
  endTokens: ['<|end|>', '<|endoftext|>'],
  upstream: {},
}

/** Fireworks FireFunction v2: as Phi-4-mini, with a blank before the word. */
export const firefunction: Format = {
  id: 'firefunction',
  aliases: [],
  models: ['FireFunction-v2'],
  syntax: { family: 'json-envelope', row: FUNCTOOLS },
  endTokens: ['<|eot_id|>', '<|end_of_text|>'],
  undetected: true,
  upstream: {},
}

/**
 * MiniMax M1: objects one after the other in one section. Syntax: the tool-calling guide of MiniMaxAI/MiniMax-M1.
 *
 * ```
 * <tool_calls>
 * {"name": "get_weather", "arguments": {"city": "Oslo"}}
 * {"name": "get_weather", "arguments": {"city": "Rome"}}
 * </tool_calls>
 * ```
 *
 * Seen in the wild: one closing brace too many.
 */
export const minimax: Format = {
  id: 'minimax',
  aliases: ['minimax_m1'],
  models: ['MiniMax-M1'],
  syntax: { family: 'json-envelope', row: TOOL_CALLS },
  reasoning: { ...THINK, start: 'tags' },
  endTokens: ['<end_of_sentence>', '<beginning_of_sentence>'],
  undetected: true,
  upstream: {},
}

/**
 * Tencent Hunyuan A13B: an array in `<tool_calls>`; the answer stands in `<answer>`.
 *
 * ```
 * <tool_calls>[{"name": "get_weather", "arguments": {"city": "Oslo"}}]</tool_calls>
 * ```
 */
export const hunyuanA13b: Format = {
  id: 'hunyuan_a13b',
  aliases: ['hunyuan'],
  models: ['Hunyuan-A13B'],
  syntax: { family: 'json-envelope', row: { ...TOOL_CALLS, until: ['<answer>'] } },
  reasoning: { ...THINK, start: 'tags' },
  response: { open: ['<answer>'], close: ['</answer>'] },
  endTokens: ['<|startoftext|>', '<|extra_0|>', '<|eos|>', '<|endoftext|>'],
  undetected: true,
  upstream: {},
}

const COHERE: JsonEnvelopeRow = {
  open: ['<|START_ACTION|>'],
  close: '<|END_ACTION|>',
  closer: 'section',
  body: 'any',
  until: ['<|START_RESPONSE|>', '<|START_TEXT|>'],
}

/**
 * Cohere Command R7B and Command A: an array between action tokens; the answer stands between response tokens. The ids in it only count
 * the calls of one turn and are not passed on.
 *
 * ```
 * <|START_THINKING|>I look.<|END_THINKING|><|START_ACTION|>[
 *     {"tool_call_id": "0", "tool_name": "get_weather", "parameters": {"city": "Oslo"}}
 * ]<|END_ACTION|>
 * ```
 *
 * Command R and R+ write the same elements in a code fence behind the word `Action:`.
 */
export const cohereCommand3: Format = {
  id: 'cohere_command3',
  aliases: ['cohere_command', 'command-r'],
  models: ['Command-R', 'Command-R7B', 'Command-A'],
  syntax: { family: 'json-envelope', row: COHERE },
  alternatives: [
    {
      family: 'json-envelope',
      row: { open: ['Action: ```json', 'Action:```json'], close: '```', closer: 'optional', body: 'any' },
    },
  ],
  reasoning: { open: '<|START_THINKING|>', close: '<|END_THINKING|>', start: 'tags' },
  response: { open: ['<|START_RESPONSE|>', '<|START_TEXT|>'], close: ['<|END_RESPONSE|>', '<|END_TEXT|>'] },
  endTokens: ['<|START_OF_TURN_TOKEN|>', '<|END_OF_TURN_TOKEN|>', '<|CHATBOT_TOKEN|>'],
  upstream: KEEP_SPECIAL_TOKENS,
}

/** Cohere Command 4 (Command A Reasoning, A Plus, A Vision): as Command 3, with text tokens around the answer. */
export const cohereCommand4: Format = {
  ...cohereCommand3,
  id: 'cohere_command4',
  aliases: [],
  models: ['Command-A-Reasoning', 'Command-A-Plus', 'Command-A-Vision'],
  alternatives: [],
  undetected: true,
}

/**
 * Swiss AI Apertus: an array of objects whose one key is the function's name. Syntax: the chat template of swiss-ai/Apertus-8B-Instruct.
 *
 * ```
 * <|tools_prefix|>[{"get_weather": {"city": "Oslo"}}]<|tools_suffix|>
 * ```
 */
export const apertus: Format = {
  id: 'apertus',
  aliases: ['apertus2509'],
  models: ['Apertus'],
  syntax: {
    family: 'json-envelope',
    row: {
      open: ['<|tools_prefix|>'],
      close: '<|tools_suffix|>',
      closer: 'optional',
      body: 'any',
      element: { short: true },
    },
  },
  reasoning: { open: '<|inner_prefix|>', close: '<|inner_suffix|>', start: 'tags' },
  endTokens: ['<|assistant_start|>', '<|assistant_end|>', '</s>'],
  upstream: KEEP_SPECIAL_TOKENS,
}

/**
 * Mistral's tokenizers before version 11: an array behind `[TOOL_CALLS]`. The ids are kept, because the templates want them back.
 *
 * ```
 * [TOOL_CALLS] [{"name": "get_weather", "arguments": {"city": "Oslo"}, "id": "Ab3dE6gH9"}]
 * ```
 */
export const mistralArray: Syntax = {
  family: 'json-envelope',
  row: {
    open: ['[TOOL_CALLS]'],
    close: '[/TOOL_CALLS]',
    closer: 'optional',
    body: 'any',
    element: { id: 'id' },
  },
}
