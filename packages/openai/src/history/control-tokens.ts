import { findFormat, type ParserOptions } from '@tooldelta/core'
import type { ChangeLog } from './change-log.ts'
import { isObject, mapKeeping, type JsonObject } from './values.ts'

const zeroWidthSpace = '\u200B'

/** What a vocabulary has besides a format's own end tokens; known by one of these. */
const vocabularies: readonly { has: string; tokens: readonly string[] }[] = [
  {
    has: '<|im_end|>',
    tokens: [
      '<|im_start|>',
      '<|im_end|>',
      '<|endoftext|>',
      '<tool_call>',
      '</tool_call>',
      '<tool_response>',
      '</tool_response>',
    ],
  },
  {
    has: '<|eot_id|>',
    tokens: ['<|begin_of_text|>', '<|start_header_id|>', '<|end_header_id|>', '<|eom_id|>', '<|python_tag|>'],
  },
  {
    has: '<|eot|>',
    tokens: ['<|begin_of_text|>', '<|header_start|>', '<|header_end|>', '<|python_start|>', '<|python_end|>'],
  },
  {
    has: '<｜end▁of▁sentence｜>',
    tokens: [
      '<｜begin▁of▁sentence｜>',
      '<｜User｜>',
      '<｜Assistant｜>',
      '<｜tool▁calls▁begin｜>',
      '<｜tool▁calls▁end｜>',
      '<｜tool▁call▁begin｜>',
      '<｜tool▁call▁end｜>',
      '<｜tool▁outputs▁begin｜>',
      '<｜tool▁outputs▁end｜>',
      '<｜tool▁output▁begin｜>',
      '<｜tool▁output▁end｜>',
      '<｜tool▁sep｜>',
    ],
  },
  {
    has: '<|end|>',
    tokens: [
      '<|system|>',
      '<|user|>',
      '<|assistant|>',
      '<|tool|>',
      '<|/tool|>',
      '<|tool_call|>',
      '<|/tool_call|>',
      '<|tool_response|>',
    ],
  },
  {
    has: '<|observation|>',
    tokens: [
      '[gMASK]',
      '<sop>',
      '<tool_call>',
      '</tool_call>',
      '<tool_response>',
      '</tool_response>',
      '<arg_key>',
      '<arg_value>',
    ],
  },
]

const formatTokens: Readonly<Record<string, readonly string[]>> = {
  mistral: [
    '<s>',
    '[INST]',
    '[/INST]',
    '[SYSTEM_PROMPT]',
    '[/SYSTEM_PROMPT]',
    '[AVAILABLE_TOOLS]',
    '[/AVAILABLE_TOOLS]',
    '[TOOL_CALLS]',
    '[TOOL_RESULTS]',
    '[/TOOL_RESULTS]',
  ],
  openai: ['<|start|>', '<|end|>', '<|message|>', '<|channel|>', '<|constrain|>', '<|return|>', '<|call|>'],
  kimi_k2: [
    '<|im_system|>',
    '<|im_user|>',
    '<|im_assistant|>',
    '<|im_middle|>',
    '<|tool_calls_section_begin|>',
    '<|tool_calls_section_end|>',
    '<|tool_call_begin|>',
    '<|tool_call_argument_begin|>',
    '<|tool_call_end|>',
  ],
}

/**
 * The texts that end a turn, open one or open a thought or a call for the models of a format: for
 * {@link NormalizeHistoryOptions.controlTokens}.
 *
 * @throws TypeError for an unknown format; it names the nearest
 * @example
 * ```ts
 * normalizeHistory(messages, { controlTokens: controlTokensOf('qwen3_coder') })
 * ```
 */
export function controlTokensOf(format: ParserOptions['format']): readonly string[] {
  const { id, endTokens, reasoning } = findFormat(format)
  const tokens = new Set(endTokens)
  if (reasoning !== undefined) tokens.add(reasoning.open).add(reasoning.close)
  for (const { has, tokens: more } of vocabularies)
    if (endTokens.includes(has)) for (const token of more) tokens.add(token)
  for (const token of formatTokens[id] ?? []) tokens.add(token)
  return [...tokens].filter((token) => [...token].length > 1)
}

/**
 * Checks a list of control tokens.
 *
 * @throws TypeError for a token that cannot be broken up
 */
export function checkControlTokens(tokens: readonly string[]): void {
  for (const token of tokens) {
    if (typeof token !== 'string' || [...token].length < 2 || token.includes(zeroWidthSpace)) {
      throw new TypeError(
        `controlTokens: ${JSON.stringify(token)} cannot be broken up. A token has two or more characters and no zero-width space.`,
      )
    }
  }
}

/** Puts a zero-width space behind the first character of each token: no tokenizer and no template knows it then. */
export function breakTokens(text: string, tokens: readonly string[]): string {
  let broken = text
  for (const token of tokens) {
    if (!broken.includes(token)) continue
    const [first = ''] = token
    const replacement = first + zeroWidthSpace + token.slice(first.length)
    // A token may overlap with itself; each round breaks at least one of its places and makes none.
    while (broken.includes(token)) broken = broken.replaceAll(token, replacement)
  }
  return broken
}

/** Breaks up control tokens in the content of a tool's result. */
export function neutralizeResult(
  message: JsonObject,
  path: string,
  tokens: readonly string[],
  log: ChangeLog,
): JsonObject {
  if (tokens.length === 0) return message
  const before = message['content']
  const after = Array.isArray(before)
    ? mapKeeping(before as unknown[], (part) => breakPart(part, tokens))
    : typeof before === 'string'
      ? breakTokens(before, tokens)
      : before
  if (after === before) return message
  log.changed(`${path}.content`, 'control-tokens', before, after, 'Control tokens in the result of a tool are text.')
  return { ...message, content: after }
}

function breakPart(part: unknown, tokens: readonly string[]): unknown {
  if (!isObject(part) || typeof part['text'] !== 'string') return part
  const text = breakTokens(part['text'], tokens)
  return text === part['text'] ? part : { ...part, text }
}
