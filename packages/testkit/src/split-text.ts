/** Ways to cut a text into chunks. Joined, the chunks of every way are the text. */

/** The text cut at the given places, which may stand in any order, repeat and lie outside. */
export function splitAt(text: string, cuts: Iterable<number>): string[] {
  const places = [...new Set(cuts)].filter((cut) => cut > 0 && cut < text.length).toSorted((a, b) => a - b)
  return [0, ...places].map((start, index) => text.slice(start, places[index] ?? text.length))
}

/** Chunks of `size` UTF-16 units; the last one may be shorter. */
export function splitEvery(text: string, size: number): string[] {
  const chunks: string[] = []
  for (let start = 0; start < text.length; start += size) chunks.push(text.slice(start, start + size))
  return chunks.length === 0 ? [text] : chunks
}

/** Every way to cut the text in two, one by one. */
export function* everyTwoWaySplit(text: string): Generator<[string, string]> {
  for (let cut = 1; cut < text.length; cut += 1) yield [text.slice(0, cut), text.slice(cut)]
}

/** Chunks of every size from 1 to `largest`. */
export function* everyChunkSize(text: string, largest: number = text.length): Generator<string[]> {
  for (let size = 1; size <= largest; size += 1) yield splitEvery(text, size)
}

/** Cuts as a tokenizer would: words with the blank before them, runs of digits, single other characters. */
export function splitLikeTokens(text: string): string[] {
  return text.match(/ ?\p{L}+|\p{N}{1,3}|\s+|[^\p{L}\p{N}\s]+?/gsu) ?? [text]
}
