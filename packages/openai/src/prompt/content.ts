import { isObject } from '../history/values.ts'

/** The texts of a content, joined as servers join them for templates that take a string. `undefined` when a part is no text. */
export function textOf(content: unknown): string | undefined {
  if (content === undefined || content === null) return ''
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return undefined
  const texts = content.map((part: unknown) => {
    if (typeof part === 'string') return part
    return isObject(part) && typeof part['text'] === 'string' ? part['text'] : undefined
  })
  return texts.includes(undefined) ? undefined : texts.join('\n')
}

/** A content of several pieces, texts and the parts of other contents: a string where all is text, else a list of parts. */
export function joinContent(pieces: readonly unknown[]): unknown {
  const texts = pieces.map(textOf)
  // Concatenated, not joined: a long text that grows turn by turn is then not copied each time.
  if (!texts.includes(undefined)) return texts.reduce((text, piece) => text! + piece!, '')
  const parts: unknown[] = []
  for (const [index, piece] of pieces.entries()) {
    const text = texts[index]
    if (text === undefined) parts.push(...(Array.isArray(piece) ? piece : [piece]))
    else if (text !== '') parts.push({ type: 'text', text })
  }
  return parts
}

/** Jinja's `trim`, which is Python's: a byte-order mark is no white space, the separators of ASCII are. */
export function trim(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && isSpace(text[start]!)) start++
  while (end > start && isSpace(text[end - 1]!)) end--
  return text.slice(start, end)
}

function isSpace(char: string): boolean {
  return /[\x1C-\x1F\x85]|[^\S\uFEFF]/u.test(char)
}
