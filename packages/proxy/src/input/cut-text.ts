/**
 * Cuts a text into chunks.
 *
 * @param size - UTF-16 units in a chunk; undefined gives the whole text as one
 * @returns at least one chunk; an empty text is one empty chunk
 */
export function cutText(text: string, size: number | undefined): string[] {
  if (size === undefined || text.length <= size) return [text]
  const chunks: string[] = []
  for (let start = 0; start < text.length; start += size) chunks.push(text.slice(start, start + size))
  return chunks
}
