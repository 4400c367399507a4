import type { HeaderJsonRow } from '../families/header-json-headers.ts'
import { mistralArray } from './json-envelope.ts'
import type { Format } from './format.ts'

const THINK = { open: '<think>', close: '</think>' } as const
/** Without it the server deletes the markers, which are special tokens in these models. */
const KEEP_SPECIAL_TOKENS = { skip_special_tokens: false, spaces_between_special_tokens: false } as const

const MISTRAL: HeaderJsonRow = {
  section: { open: [], close: ['[/TOOL_CALLS]'] },
  open: ['[TOOL_CALLS]', '[TOOL_CALLS'],
  nameEnds: ['[CALL_ID]', '[ARGS]', '[ARGS', '{'],
  idOpen: '[CALL_ID]',
  name: 'letters',
}

/**
 * Mistral, all tokenizer versions. Syntax: the encoders of mistral-common, v11 with the call's id, v13 and later without.
 *
 * ```
 * [TOOL_CALLS]get_weather[CALL_ID]q1W2e3R4t[ARGS]{"city": "Oslo"}
 * [TOOL_CALLS]get_weather[ARGS]{"city": "Oslo"}
 * ```
 *
 * Versions 2 to 7 write a JSON array behind the marker. Seen in the wild: no `[ARGS]` (the tokenizer drops it from the text), markers
 * without `]`. Ids are 9 letters and digits: the templates refuse others in a history.
 */
export const mistral: Format = {
  id: 'mistral',
  aliases: [],
  models: ['Mistral', 'Mixtral', 'Magistral', 'Devstral', 'Ministral', 'Codestral'],
  syntax: { family: 'header-json', row: MISTRAL },
  alternatives: [mistralArray],
  reasoning: { open: '[THINK]', close: '[/THINK]', others: [THINK], start: 'tags' },
  endTokens: ['</s>'],
  callIds: { prefix: '', length: 9 },
  upstream: KEEP_SPECIAL_TOKENS,
}

/**
 * Moonshot Kimi K2. The header is the id, which must come back as it is: the template prints the function's name nowhere else.
 *
 * ```
 * <|tool_calls_section_begin|><|tool_call_begin|>functions.get_weather:0<|tool_call_argument_begin|>{"city": "Oslo"}<|tool_call_end|><|tool_calls_section_end|>
 * ```
 *
 * Seen in the wild: `<|tool_call_section_begin|>`, headers without prefix or counter, `functions_get_weather_0` (exo#2281), and headers that
 * name no function, such as `3`, `call00003` or `call_abc123`: then a member `name` of the arguments does (vllm#32146), or their keys, and
 * the call waits for the end of its arguments (`limits.heldChars`).
 */
export const kimiK2: Format = {
  id: 'kimi_k2',
  aliases: [],
  models: ['Kimi-K2', 'Kimi-K2-Thinking', 'Kimi-K2.5', 'Kimi-K2.6', 'Kimi-Linear'],
  syntax: {
    family: 'header-json',
    row: {
      section: {
        open: ['<|tool_calls_section_begin|>', '<|tool_call_section_begin|>'],
        close: ['<|tool_calls_section_end|>', '<|tool_call_section_end|>'],
      },
      open: ['<|tool_call_begin|>'],
      nameEnds: ['<|tool_call_argument_begin|>'],
      name: 'counted',
      close: '<|tool_call_end|>',
      closerIsToken: true,
    },
  },
  reasoning: { ...THINK, start: 'tags' },
  endTokens: ['<|im_end|>', '[EOS]', '[EOT]'],
  upstream: KEEP_SPECIAL_TOKENS,
}

/** One reader for both: each layout is seen from the other's models. */
const DEEPSEEK: HeaderJsonRow = {
  section: {
    open: [
      '<｜tool▁calls▁begin｜>',
      '<｜tool_calls_begin｜>',
      '<｜tool calls begin｜>',
      String.raw`<｜tool\_calls\_begin｜>`,
      '<｜tool▁calls｜>',
    ],
    close: ['<｜tool▁calls▁end｜>'],
  },
  open: ['<｜tool▁call▁begin｜>'],
  implied: 'function<｜tool▁sep｜>',
  nameEnds: ['<｜tool▁sep｜>'],
  name: 'typed',
  close: '<｜tool▁call▁end｜>',
  closerIsToken: true,
  code: { tool: 'python', ends: [], fenced: true },
}
const DEEPSEEK_END = ['<｜end▁of▁sentence｜>'] as const

/**
 * DeepSeek V3 and R1: the type, the name in a line of its own, the arguments in a code fence.
 *
 * ````
 * <｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>get_weather
 * ```json
 * {"city": "Oslo"}
 * ```<｜tool▁call▁end｜><｜tool▁calls▁end｜>
 * ````
 *
 * Seen in the wild: other spellings of the first marker and no marker before `function` (llama.cpp), a fence of `python` with program text.
 */
export const deepseekV3: Format = {
  id: 'deepseek_v3',
  aliases: ['deepseekv3', 'deepseek'],
  models: ['DeepSeek-V3', 'DeepSeek-V3-0324', 'DeepSeek-R1', 'DeepSeek-R1-0528'],
  syntax: { family: 'header-json', row: DEEPSEEK },
  reasoning: { ...THINK, start: 'tags' },
  endTokens: DEEPSEEK_END,
  upstream: KEEP_SPECIAL_TOKENS,
}

/**
 * DeepSeek V3.1: the name and the arguments alone.
 *
 * ```
 * <｜tool▁calls▁begin｜><｜tool▁call▁begin｜>get_weather<｜tool▁sep｜>{"city": "Oslo"}<｜tool▁call▁end｜><｜tool▁calls▁end｜>
 * ```
 *
 * The prompt opens the thought or not, as the request says.
 */
export const deepseekV31: Format = {
  id: 'deepseek_v31',
  aliases: ['deepseekv31', 'deepseek31'],
  models: ['DeepSeek-V3.1', 'DeepSeek-V3.1-Terminus', 'DeepSeek-V3.2-Exp'],
  syntax: { family: 'header-json', row: DEEPSEEK },
  detects: { family: 'header-json', row: { ...DEEPSEEK, name: 'untyped' } },
  reasoning: { ...THINK, start: 'auto' },
  endTokens: DEEPSEEK_END,
  upstream: KEEP_SPECIAL_TOKENS,
}

const PYTHON = 'python'

/**
 * MeetKai Functionary v2. A message is for a recipient, `all` is the reader; the prompt ends with the first `<|recipient|>`.
 *
 * ```
 * all
 * <|content|>Let me look.
 * <|from|>assistant
 * <|recipient|>get_weather
 * <|content|>{"city": "Oslo"}
 * ```
 *
 * The tool `python` gets program text, which becomes `{"code": "..."}`.
 */
export const functionaryV2: Format = {
  id: 'functionary-v2',
  aliases: [],
  models: ['functionary-small-v2', 'functionary-medium-v2'],
  syntax: {
    family: 'header-json',
    row: {
      open: ['<|from|>assistant\n<|recipient|>', '<|recipient|>'],
      startsInside: true,
      nameEnds: ['<|content|>'],
      name: 'plain',
      text: 'all',
      code: { tool: PYTHON, ends: ['\n<|from|>', '<|from|>', '<|recipient|>'] },
    },
  },
  endTokens: ['<|stop|>'],
  upstream: KEEP_SPECIAL_TOKENS,
}

const FUNCTION_TAG: HeaderJsonRow = { open: ['<function='], nameEnds: ['>'], name: 'plain', close: '</function>' }

/**
 * MeetKai Functionary v3.1, on the chat template of Llama 3.1.
 *
 * ```
 * Let me look.<function=get_weather>{"city": "Oslo"}</function>
 * <|python_tag|>print(1)
 * ```
 *
 * Program text behind `<|python_tag|>` is a call of `python` and becomes `{"code": "..."}`.
 */
export const functionaryV31: Format = {
  id: 'functionary-v3.1',
  aliases: [],
  models: ['functionary-small-v3.1', 'functionary-medium-v3.1'],
  syntax: {
    family: 'header-json',
    row: { ...FUNCTION_TAG, code: { tool: PYTHON, open: '<|python_tag|>', ends: [] } },
  },
  // Only an object behind the tag says so: Qwen's tags begin in the same way.
  detects: { family: 'header-json', row: { ...FUNCTION_TAG, name: 'line' } },
  endTokens: ['<|eom_id|>', '<|eot_id|>', '<|end_of_text|>'],
  upstream: KEEP_SPECIAL_TOKENS,
}

/**
 * MeetKai Functionary v3.2. As v2 with other markers; the prompt ends with the first `>>>`.
 *
 * ```
 * all
 * Let me look.>>>get_weather
 * {"city": "Oslo"}
 * ```
 *
 * `>>>` counts only before a name, a line break and `{`, and before the lines `all` and `python`.
 */
export const functionaryV32: Format = {
  id: 'functionary-v3.2',
  aliases: [],
  models: ['functionary-small-v3.2', 'functionary-medium-v3.2', 'functionary-medium-v3.0'],
  syntax: {
    family: 'header-json',
    row: {
      open: ['>>>'],
      startsInside: true,
      nameEnds: ['\n'],
      name: 'line',
      text: 'all',
      code: { tool: PYTHON, ends: ['>>>'] },
    },
  },
  endTokens: ['<|eot_id|>', '<|end_of_text|>', '<|eom_id|>'],
  upstream: KEEP_SPECIAL_TOKENS,
}
