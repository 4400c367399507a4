import { parseToolCalls } from '@tooldelta/core'
import { stringify } from 'lossless-json'
import { closeJson } from './close-json.ts'
import type { HistoryRule, InvalidArguments } from './types.ts'
import { isFilled, isObject } from './values.ts'

/** Arguments as a server can read them, and how they were mended. */
export interface ReadArguments {
  /** The text of a JSON object: the given text itself when it is one. */
  text: string
  /** Absent when the text is the given one. */
  rule?: HistoryRule
  /** One sentence for people; with `rule`. */
  reason?: string
}

/** Levels of JSON text inside JSON text that are taken off. */
const maxWraps = 2

/** The chosen tool of format `named`. Arguments that hold a name of their own are not to be taken for it. */
const reader = { format: 'named', tools: [{ function: { name: 'tooldelta-history' } }] } as const

/**
 * Reads the arguments of a call in a history, whatever a client has kept of them. Never throws: in the end they are `{}`, or
 * `{"_raw": ...}` with policy `wrap`.
 */
export function readArguments(value: unknown, policy: InvalidArguments): ReadArguments {
  if (value === undefined || value === null) return empty()
  if (typeof value !== 'string') {
    const text = stringify(value)
    if (isObject(value) && text !== undefined && isJsonObject(text)) {
      return { text, rule: 'arguments-object', reason: 'Arguments are the text of a JSON object, not the object.' }
    }
    return giveUp(text ?? String(value), policy)
  }
  if (isJsonObject(value)) return { text: value }
  if (!isFilled(value)) return empty()
  return unwrap(value, policy)
}

/** Is this the text of a JSON object, as strict readers take it? */
export function isJsonObject(text: string): boolean {
  return /^[ \t\r\n]*\{/u.test(text) && isObject(parseJson(text))
}

function unwrap(raw: string, policy: InvalidArguments): ReadArguments {
  let text = raw
  for (let level = 0; ; level++) {
    const value = parseJson(text)
    if (value === null) return empty()
    // No JSON at all: mended, when it is close to it.
    if (value === undefined) return mend(text, raw, policy)
    if (typeof value !== 'string' || level === maxWraps) return giveUp(raw, policy)
    if (isJsonObject(value)) {
      return { text: value, rule: 'arguments-unwrapped', reason: 'The JSON text was written as a JSON string again.' }
    }
    if (!isFilled(value)) return empty()
    text = value
  }
}

function mend(text: string, raw: string, policy: InvalidArguments): ReadArguments {
  if (policy === 'empty') return giveUp(raw, policy)
  const bare = withoutFrame(text)
  if (isJsonObject(bare)) return repaired(bare)
  const start = bare[0]
  if (start === '{') return readTolerantly(bare, raw, policy)
  if (start === '"' || start === "'") {
    const inner = readBrokenString(bare)
    if (inner !== undefined && isJsonObject(inner)) return repaired(inner)
    if (inner?.startsWith('{')) return readTolerantly(inner, raw, policy)
  }
  return giveUp(raw, policy)
}

/** Reads as the parser reads what a model writes. */
function readTolerantly(text: string, raw: string, policy: InvalidArguments): ReadArguments {
  const { toolCalls, content } = parseToolCalls(text, reader)
  const call = toolCalls[0]
  if (call === undefined) return giveUp(raw, policy)
  const { arguments: read } = call.function
  if (call.status !== 'truncated' && isJsonObject(read)) {
    return call.status === 'complete' && isFilled(content)
      ? { text: read, rule: 'arguments-first', reason: 'More text follows the first JSON object; it is left out.' }
      : repaired(read)
  }
  if (policy === 'wrap') return giveUp(raw, policy)
  const closed = closeJson(read)
  if (!isJsonObject(closed)) return giveUp(raw, policy)
  return {
    text: closed,
    rule: 'arguments-closed',
    reason: 'The JSON text breaks off; it is closed after what was read.',
  }
}

/** A JSON string that is not whole or not valid: read as the value of a member. */
function readBrokenString(text: string): string | undefined {
  const call = parseToolCalls(`{"value":${text}`, reader).toolCalls[0]
  if (call === undefined) return undefined
  const value = parseJson(closeJson(call.function.arguments))
  return isObject(value) && typeof value['value'] === 'string' ? value['value'] : undefined
}

/** Takes off what is around the text: a byte-order mark and other invisible blanks, a code fence. */
function withoutFrame(text: string): string {
  const bare = trim(text)
  const lineEnd = bare.startsWith('```') ? bare.indexOf('\n') : -1
  if (lineEnd === -1) return bare
  const end = bare.endsWith('```') ? bare.length - 3 : bare.length
  return trim(bare.slice(lineEnd + 1, Math.max(lineEnd + 1, end)))
}

/** A loop: a pattern would look at a long run of blanks again and again. */
function trim(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && isInvisible(text[start]!)) start++
  while (end > start && isInvisible(text[end - 1]!)) end--
  return text.slice(start, end)
}

function isInvisible(char: string): boolean {
  return /[\s\u200B\u2060\0]/u.test(char)
}

function empty(): ReadArguments {
  return { text: '{}', rule: 'arguments-empty', reason: 'A call without arguments has the arguments {}.' }
}

function repaired(text: string): ReadArguments {
  return { text, rule: 'arguments-repaired', reason: 'The text is no valid JSON; it was mended.' }
}

function giveUp(raw: string, policy: InvalidArguments): ReadArguments {
  return policy === 'wrap'
    ? {
        text: JSON.stringify({ _raw: raw }),
        rule: 'arguments-wrapped',
        reason: 'The arguments are no JSON object; their text is kept as _raw.',
      }
    : { text: '{}', rule: 'arguments-discarded', reason: 'The arguments are no JSON object.' }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
