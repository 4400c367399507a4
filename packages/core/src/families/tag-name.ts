/** The name in a tag: trimmed, without one pair of quotes (fine print 7). `undefined` when it is empty or too long. */
export function tagName(text: string, nameChars: number): string | undefined {
  const trimmed = text.trim()
  const first = trimmed[0]
  const quoted = trimmed.length >= 2 && (first === '"' || first === "'") && trimmed.endsWith(first)
  const name = quoted ? trimmed.slice(1, -1).trim() : trimmed
  return name === '' || name.length > nameChars ? undefined : name
}
