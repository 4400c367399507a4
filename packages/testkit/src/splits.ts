/** Cuts a text, or a list, at the given places. Places may repeat (empty chunks) and need no order. */
export function splitAt(text: string, places: readonly number[]): string[]
export function splitAt<T>(list: readonly T[], places: readonly number[]): T[][]
export function splitAt<T>(whole: string | readonly T[], places: readonly number[]): (string | T[])[] {
  const sorted = places.map((place) => Math.min(Math.max(place, 0), whole.length)).toSorted((a, b) => a - b)
  return [0, ...sorted].map((from, index) => whole.slice(from, sorted[index] ?? whole.length))
}

/** Chunks of `size` UTF-16 units; cuts through surrogate pairs too. */
export function splitEvery(text: string, size: number): string[] {
  const chunks: string[] = []
  for (let from = 0; from < text.length; from += size) chunks.push(text.slice(from, from + size))
  return chunks
}

/** Every way to cut the text in two. */
export function* eachTwoWaySplit(text: string): Generator<[string, string]> {
  for (let at = 0; at <= text.length; at += 1) yield [text.slice(0, at), text.slice(at)]
}

/** Cuts as a tokenizer would: words with the blank before them, runs of digits and of blanks, single other characters. */
export function splitLikeTokens(text: string): string[] {
  return text.match(/ ?\p{L}+|\p{N}{1,3}|\s+|[^\p{L}\p{N}\s]/gsu) ?? [text]
}
