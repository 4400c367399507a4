import type { TaggedParametersRow } from '../families/tag-grammar.ts'
import { KEEP_SPECIAL_TOKENS, THINK } from './common.ts'
import type { Format, Syntax } from './format.ts'
import { QWEN_TAGS } from './tagged-parameters.ts'

/** End tokens stand behind a name as the end of the text does. */
function glmRow(endTokens: readonly string[]): TaggedParametersRow {
  return {
    function: {
      head: { kind: 'name', open: '<tool_call>', key: '<arg_key>', before: ['</tool_call>', ...endTokens] },
      close: ['</tool_call>'],
    },
    parameter: {
      head: { kind: 'key', open: '<arg_key>', close: '</arg_key>', value: '<arg_value>' },
      close: ['</arg_value>'],
    },
    bare: 'anywhere',
    trimNewline: false,
  }
}

function glm(endTokens: readonly string[]): Pick<Format, 'syntax' | 'dialect' | 'endTokens'> {
  return {
    syntax: { family: 'tagged-parameters', row: glmRow(endTokens) },
    dialect: { family: 'tagged-parameters', row: { ...QWEN_TAGS, bare: 'never' } },
    endTokens,
  }
}

/**
 * Z.ai GLM-4.5 to GLM-5: the name behind the opener, each parameter a key tag and a value tag. GLM-4.5 and 4.6 write line breaks between
 * the tags, later ones none; a call without arguments is `<tool_call>name</tool_call>`.
 *
 * ```
 * <tool_call>get_weather
 * <arg_key>city</arg_key>
 * <arg_value>Oslo</arg_value>
 * </tool_call>
 * ```
 *
 * Seen in the wild: no `</arg_value>` before the next key (vLLM then takes both as one value), `\n` as its escape between key and value.
 */
export const glm45: Format = {
  id: 'glm45',
  aliases: ['glm', 'glm47'],
  models: ['GLM-4.5', 'GLM-4.6', 'GLM-4.7', 'GLM-5'],
  ...glm(['<|endoftext|>', '<|system|>', '<|user|>', '<|assistant|>', '<|observation|>']),
  reasoning: { ...THINK, start: 'tags' },
  upstream: {},
}

/** Poolside Laguna: GLM's tags; whether the output starts inside a thought depends on the request. */
export const poolsideV1: Format = {
  id: 'poolside_v1',
  aliases: [],
  models: ['Laguna'],
  ...glm(['〈|EOS|〉', '</assistant>']),
  undetected: true,
  reasoning: { ...THINK, start: 'auto' },
  upstream: {},
}

/** inclusionAI Ling-3: GLM's tags without line breaks; models think only where the request asks for it. */
export const ling3: Format = {
  id: 'ling3',
  aliases: [],
  models: ['Ling-3'],
  ...glm(['<|role_end|>', '<|endoftext|>']),
  undetected: true,
  reasoning: { ...THINK, start: 'tags' },
  upstream: {},
}

/** iFlytek Spark: GLM's tags, key and value in one line. */
export const spark25: Format = {
  id: 'spark25',
  aliases: ['spark3'],
  models: ['Spark-X2.5'],
  ...glm([]),
  undetected: true,
  reasoning: { ...THINK, start: 'tags' },
  upstream: {},
}

function hunyuan(separator?: string): Syntax {
  const row = glmRow([])
  return {
    family: 'tagged-parameters',
    row: {
      ...row,
      section: { open: ['<tool_calls>'], close: ['</tool_calls>'] },
      function: {
        ...row.function,
        head: {
          kind: 'name',
          open: '<tool_call>',
          key: '<arg_key>',
          before: ['</tool_call>'],
          ...(separator === undefined ? {} : { separator }),
        },
      },
      suffixed: true,
    },
  }
}

/** Tags may end in a suffix, the same in all of them. */
const HUNYUAN_THINK = { ...THINK, others: [{ open: '<think:', close: '</think:' }], start: 'tags' } as const
const HUNYUAN_END = ['', ':opensource', ':6124c78e'].map((suffix) => `<｜hy_eos${suffix}｜>`)

/**
 * Tencent Hunyuan 3: GLM's tags in a section, a separator behind the name, no line breaks. Released checkpoints end every tag in a suffix of
 * their own, `<think>` too.
 *
 * ```
 * <tool_calls:opensource><tool_call:opensource>get_weather<tool_sep:opensource><arg_key:opensource>city</arg_key:opensource>...
 * ```
 */
export const hyV3: Format = {
  id: 'hy_v3',
  aliases: [],
  models: ['Hunyuan-3', 'Hy3'],
  syntax: hunyuan('<tool_sep>'),
  reasoning: HUNYUAN_THINK,
  endTokens: HUNYUAN_END,
  upstream: KEEP_SPECIAL_TOKENS,
}

/** Tencent Hunyuan 4: as Hunyuan 3 without the separator. */
export const hyV4: Format = {
  id: 'hy_v4',
  aliases: [],
  models: ['Hunyuan-4', 'Hy4'],
  syntax: hunyuan(),
  reasoning: HUNYUAN_THINK,
  endTokens: HUNYUAN_END,
  upstream: KEEP_SPECIAL_TOKENS,
}

const SOLAR_END = ['<|endoftext|>', '<|im:start|>', '<|im:content|>', '<|im:end|>'] as const

/**
 * Upstage Solar Open 2: special tokens around name, key and value. The prompt opens the thought or closes it, as the request asks.
 *
 * ```
 * <|tool_call:start|>get_weather
 * <|tool_arg:start|>city<|tool_arg:value|>Oslo<|tool_arg:end|>
 * <|tool_call:end|>
 * ```
 */
export const solarOpen2: Format = {
  id: 'solar_open2',
  aliases: [],
  models: ['Solar-Open-2'],
  syntax: {
    family: 'tagged-parameters',
    row: {
      function: {
        head: {
          kind: 'name',
          open: '<|tool_call:start|>',
          key: '<|tool_arg:start|>',
          before: ['<|tool_call:end|>', ...SOLAR_END],
        },
        close: ['<|tool_call:end|>'],
      },
      parameter: {
        head: { kind: 'key', open: '<|tool_arg:start|>', value: '<|tool_arg:value|>' },
        close: ['<|tool_arg:end|>'],
      },
      bare: 'anywhere',
      trimNewline: false,
    },
  },
  reasoning: { open: '<|think:start|>', close: '<|think:end|>', start: 'auto' },
  endTokens: SOLAR_END,
  upstream: KEEP_SPECIAL_TOKENS,
}

const IFM_END = ['<|ifm|im_start|>', '<|ifm|im_end|>'] as const

/**
 * MBZUAI-IFM K2 Horizon: GLM's tags under names of its own, in a section; the type of a value may stand before it, and the body of a call may
 * be JSON.
 *
 * ```
 * <ifm|tool_calls>
 * <ifm|tool_call>get_weather
 * <ifm|arg_key>city</ifm|arg_key>
 * <ifm|arg_type>string</ifm|arg_type>
 * <ifm|arg_value>Oslo</ifm|arg_value>
 * </ifm|tool_call>
 * </ifm|tool_calls>
 * ```
 */
export const k2Horizon: Format = {
  id: 'k2_horizon',
  aliases: [],
  models: ['K2-Horizon'],
  syntax: {
    family: 'tagged-parameters',
    row: {
      section: { open: ['<ifm|tool_calls>'], close: ['</ifm|tool_calls>'] },
      function: {
        head: {
          kind: 'name',
          open: '<ifm|tool_call>',
          key: '<ifm|arg_key>',
          before: ['</ifm|tool_call>', ...IFM_END],
        },
        close: ['</ifm|tool_call>'],
      },
      parameter: {
        head: {
          kind: 'key',
          open: '<ifm|arg_key>',
          close: '</ifm|arg_key>',
          type: { open: '<ifm|arg_type>', close: '</ifm|arg_type>' },
          value: '<ifm|arg_value>',
        },
        close: ['</ifm|arg_value>'],
      },
      json: true,
      bare: 'anywhere',
      trimNewline: false,
    },
  },
  reasoning: {
    open: '<ifm|think>',
    close: '</ifm|think>',
    others: [
      { open: '<ifm|think_fast>', close: '</ifm|think_fast>' },
      { open: '<ifm|think_faster>', close: '</ifm|think_faster>' },
    ],
    start: 'tags',
  },
  endTokens: IFM_END,
  upstream: KEEP_SPECIAL_TOKENS,
}
