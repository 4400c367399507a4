import type { Mask } from './mask-json.ts'

/** They decide the type of a value, and tell nobody anything. */
const literals = ['true', 'false', 'null', 'none', 'nan', 'infinity', 'inf']
/** Words of markers. A text with broken markers has no others to tell them by. */
const markerWords = `
  action action_end action_start analysis answer arg arg_key arg_value args argument arguments array assistant begin boolean bot call call_id
  calls cdata channel close commentary constrain content dsml dots_function_call end end_action end_of_turn end_response end_text end_thinking
  endoftext eom_id eot eot_id escape final function function_call function_calls functioncall functionname functions functools gcml ifm im_end
  im_start inner_prefix inner_suffix integer invoke item json longcat_think longcat_tool_call message message_sep minimax name number object
  observation param parameter parameters paramname plugin python_end python_start python_tag reasoning recipient response role_sep section seed
  sep start start_action start_function_call start_response start_text start_thinking steptml string system think think_fast think_faster thinking
  thought tool tool_arg tool_call tool_call_begin tool_call_end tool_call_id tool_calls tool_calls_begin tool_calls_end tool_name tool_response
  tool_sep toolcall tools tools_prefix tools_suffix turn type user value
  amp apos gt lt quot`
  .trim()
  .split(/\s+/)

/** Words that a mask for contents keeps. */
export const alwaysKept: readonly string[] = [...literals, ...markerWords]

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
