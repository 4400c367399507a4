import type { JsonEnvelopeRow } from '../families/json-envelope.ts'
import type { TaggedParametersRow } from '../families/tag-grammar.ts'
import { CHATML_END, THINK } from './common.ts'
import type { Format } from './format.ts'

/** The layout of the Qwen3-Coder chat template, which several other models share. */
export const QWEN_TAGS: TaggedParametersRow = {
  wrapper: { open: ['<tool_call>'], close: ['</tool_call>'] },
  function: { head: { kind: 'equals', open: '<function=', end: '>', mends: true }, close: ['</function>'] },
  parameter: { head: { kind: 'equals', open: '<parameter=', end: '>' }, close: ['</parameter>'] },
  bare: 'line',
  trimNewline: true,
}

const HERMES_BODY: JsonEnvelopeRow = {
  open: ['<tool_call>'],
  close: '</tool_call>',
  closer: 'call',
  body: 'object',
}

const qwenTags = { family: 'tagged-parameters', row: QWEN_TAGS } as const
const hermesBody = { family: 'json-envelope', row: HERMES_BODY } as const

/**
 * Qwen3-Coder. Syntax: the chat template of Qwen/Qwen3-Coder-30B-A3B-Instruct.
 *
 * ```
 * <tool_call>
 * <function=get_weather>
 * <parameter=city>
 * Oslo
 * </parameter>
 * </function>
 * </tool_call>
 * ```
 *
 * Qwen3.5 and its successors write the same calls. Where they think, their template opens the thought in the prompt; a server without a
 * reasoning parser then needs `reasoning: 'open'`, or `'auto'` where requests switch the thought on and off.
 *
 * Seen in the wild: no `<tool_call>` (ollama#17742), no `</parameter>` (ollama#17914), JSON bodies (Qwen3-Coder#537).
 */
export const qwen3Coder: Format = {
  id: 'qwen3_coder',
  aliases: ['qwen3_xml', 'qwen3_5', 'qwen3_6', 'qwen3_8'],
  models: ['Qwen3-Coder', 'Qwen3-Coder-Next', 'Qwen3.5', 'Qwen3.6', 'Qwen3.8'],
  syntax: qwenTags,
  dialect: hermesBody,
  reasoning: { ...THINK, start: 'tags' },
  endTokens: CHATML_END,
  upstream: {},
}

/** Xiaomi MiMo: Qwen's tags, values inline or framed. Entities stay as they are (SGLang decodes them, vLLM does not). */
export const mimo: Format = {
  id: 'mimo',
  aliases: [],
  models: ['MiMo'],
  syntax: qwenTags,
  dialect: hermesBody,
  reasoning: { ...THINK, start: 'tags' },
  endTokens: CHATML_END,
  upstream: {},
}

/** ByteDance Seed-OSS: Qwen's tags in a wrapper of its own, values inline, scalars and containers in Python's spelling. */
export const seedOss: Format = {
  id: 'seed_oss',
  aliases: [],
  models: ['Seed-OSS'],
  syntax: {
    family: 'tagged-parameters',
    row: {
      ...QWEN_TAGS,
      wrapper: { open: ['<seed:tool_call>'], close: ['</seed:tool_call>'] },
      trimNewline: false,
    },
  },
  dialect: {
    family: 'json-envelope',
    row: { ...HERMES_BODY, open: ['<seed:tool_call>'], close: '</seed:tool_call>' },
  },
  reasoning: { open: '<seed:think>', close: '</seed:think>', start: 'tags' },
  endTokens: ['<seed:bos>', '<seed:eos>'],
  upstream: {},
}

/** StepFun Step-3.5 and 3.7: Qwen's tags; the output always starts inside the thought. */
export const step3p5: Format = {
  id: 'step3p5',
  aliases: [],
  models: ['Step-3.5-Flash', 'Step-3.7-Flash'],
  syntax: qwenTags,
  dialect: hermesBody,
  reasoning: { ...THINK, start: 'open' },
  endTokens: CHATML_END,
  upstream: {},
}

/** NVIDIA Nemotron 3: Qwen's tags; whether the output starts inside a thought depends on the request. */
export const nemotronV3: Format = {
  id: 'nemotron_v3',
  aliases: [],
  models: ['Nemotron-3-Nano', 'Nemotron-3-Super'],
  syntax: qwenTags,
  dialect: hermesBody,
  reasoning: { ...THINK, start: 'auto' },
  endTokens: CHATML_END,
  upstream: {},
}
