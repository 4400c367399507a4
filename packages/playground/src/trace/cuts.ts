/** How a text is cut into chunks. */
export type Cuts =
  | { kind: 'tokens' }
  | { kind: 'characters'; size: number }
  | { kind: 'random'; seed: number }
  | { kind: 'marks'; at: readonly number[] }
  | { kind: 'whole' }

/** One run of letters with the blank before it, a run of digits, of line breaks, or a single sign: about what a tokenizer makes. */
const tokenLike = /[ ]?\p{L}{1,12}|\p{N}{1,3}|\n+|\s+|[^\s\p{L}\p{N}]{1,2}|[^]/gu

/**
 * Cuts a text into chunks. Joined they are the text.
 *
 * @example
 * ```ts
 * cutText('ab cd', { kind: 'characters', size: 2 }) // ['ab', ' c', 'd']
 * ```
 */
export function cutText(text: string, cuts: Cuts): string[] {
  switch (cuts.kind) {
    case 'tokens':
      return text.match(tokenLike) ?? []
    case 'characters':
      return cutEvery(text, Math.max(1, Math.trunc(cuts.size)))
    case 'random':
      return cutAtRandom(text, cuts.seed)
    case 'marks':
      return cutAt(text, cuts.at)
    case 'whole':
      return text === '' ? [] : [text]
  }
}

function cutEvery(text: string, size: number): string[] {
  const chunks: string[] = []
  for (let at = 0; at < text.length; at += size) chunks.push(text.slice(at, at + size))
  return chunks
}

function cutAtRandom(text: string, seed: number): string[] {
  const random = createRandom(seed)
  const chunks: string[] = []
  for (let at = 0; at < text.length;) {
    // Mostly small pieces, now and then a burst, as servers send them.
    const size = random() < 0.1 ? 1 + Math.floor(random() * 64) : 1 + Math.floor(random() * 6)
    chunks.push(text.slice(at, at + size))
    at += size
  }
  return chunks
}

function cutAt(text: string, marks: readonly number[]): string[] {
  const places = [...new Set(marks)].filter((at) => at > 0 && at < text.length).toSorted((a, b) => a - b)
  return [0, ...places].map((from, index) => text.slice(from, places[index])).filter((chunk) => chunk !== '')
}

/** mulberry32: the same seed gives the same cuts, so that a link shows the same case everywhere. */
function createRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
