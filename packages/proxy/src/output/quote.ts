const shown = 100

/** A text on one line: quoted, with escapes; of a long one the start and its length. */
export function quoteText(text: string): string {
  if (text.length <= shown) return JSON.stringify(text)
  return `${JSON.stringify(text.slice(0, shown))}... (${text.length} characters)`
}
