/** Blanks around a name that do not count. */
const MAX_BLANKS = 128

/** A name and the index behind the character that ends it. */
export interface ReadName {
  name: string
  end: number
}

/**
 * Reads a name up to the character that ends it: trimmed, without one pair of quotes (fine print 7). Whether more text can come is not
 * asked: a name that is not whole always waits.
 *
 * @param refused - characters that no name has
 * @returns `no` for an empty or too long name and one with a refused character
 */
export function readName(
  text: string,
  start: number,
  end: string,
  refused: string,
  nameChars: number,
): ReadName | 'no' | 'wait' {
  const stop = start + nameChars + MAX_BLANKS
  let at = start
  for (; at < text.length && at <= stop; at += 1) {
    const unit = text[at] as string
    if (refused.includes(unit)) return 'no'
    if (unit !== end) continue
    const name = unquote(text.slice(start, at).trim())
    return name === '' || name.length > nameChars ? 'no' : { name, end: at + 1 }
  }
  return at > stop ? 'no' : 'wait'
}

function unquote(text: string): string {
  const first = text[0]
  const quoted = text.length >= 2 && (first === '"' || first === "'") && text.endsWith(first)
  return quoted ? text.slice(1, -1).trim() : text
}
