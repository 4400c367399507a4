import type { Mask } from './mask-json.ts'

/** They decide the type of a value, and tell nobody anything. */
const literals = ['true', 'false', 'null', 'none', 'nan', 'infinity', 'inf']
/** Words of markers. A text with broken markers has no others to tell them by. */
const markerWords =
  'tool tools call calls tool_call tool_calls toolcall function functions function_call function_calls functioncall invoke parameter parameters param arg args arg_key arg_value argument arguments name type value key string object array number integer boolean id think thinking thought reasoning analysis commentary final channel message start end begin sep section json content assistant user system tool_response tool_name'

/** Words that a mask for contents keeps. */
export const alwaysKept: readonly string[] = [...literals, ...markerWords.split(' ')]

/** The words of a text, as {@link createWordMask} reads them. */
export function wordsOf(text: string): string[] {
  return [...text.matchAll(word)].map(([found]) => found).filter((found) => !found.startsWith('\\'))
}

/** An escape of the model's own JSON, or a run of letters, marks, digits and underscores. */
const word = /\\u[\dA-Fa-f]{4}|\\[^]|[\p{L}\p{M}\p{N}_]+/gu

/**
 * A mask that replaces every word by letters and digits of the same kind and of the same number of bytes; blanks, punctuation, numbers' shape and
 * the given words stay. The reader of a recording sees what was where, not what it said.
 *
 * @param kept - words that stay; their case does not matter
 */
export function createWordMask(kept: Iterable<string>): Mask {
  const keep = new Set([...alwaysKept, ...kept].map((one) => one.toLowerCase()))
  return (text) =>
    text.replaceAll(word, (found) => {
      if (found.startsWith('\\')) return maskEscape(found)
      if (keep.has(found.toLowerCase())) return found
      return isNumber(found) ? maskCharacters(found, /\d/g) : maskCharacters(found, /[^_]/gu)
    })
}

/** `1e400` is a number, and stays one. */
function isNumber(text: string): boolean {
  return /^[\d_]+(?:[Ee]\d+)?$/.test(text)
}

function maskCharacters(text: string, characters: RegExp): string {
  return text.replaceAll(characters, maskCharacter)
}

function maskCharacter(character: string): string {
  if (character === '0') return '0'
  if (/\d/.test(character)) return '1'
  if (/[a-z]/.test(character)) return 'x'
  if (/[A-Z]/.test(character)) return 'X'
  const code = character.codePointAt(0)!
  // As many bytes in UTF-8 as before: cuts stay where they were.
  return code < 0x800 ? 'é' : code < 0x10000 ? '字' : '𠀀'
}

/** `\n` stays; `\u4e2d` is a letter. */
function maskEscape(escape: string): string {
  if (!escape.startsWith('\\u') || escape.length !== 6) return escape
  const character = String.fromCharCode(Number.parseInt(escape.slice(2), 16))
  if (!/[\p{L}\p{N}\p{M}]/u.test(character)) return escape
  return `\\u${maskCharacter(character).charCodeAt(0).toString(16).padStart(4, '0')}`
}
