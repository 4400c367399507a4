/** Cuts a text into the chunks that a server would stream. Joined they are the text. */
export type Cutter = (text: string) => string[]

/** The whole text as one chunk. */
export const cutWhole: Cutter = (text) => [detach(text)]

/** Chunks of `size` UTF-16 units; one more where a surrogate pair would be split, which no UTF-8 decoder does. */
export function createSizeCutter(size: number): Cutter {
  return (text) => {
    const chunks: string[] = []
    for (let from = 0; from < text.length;) {
      let to = Math.min(from + size, text.length)
      if (isHighSurrogate(text.charCodeAt(to - 1)) && to < text.length) to += 1
      chunks.push(detach(text.slice(from, to)))
      from = to
    }
    return chunks
  }
}

type Trie = Map<number, Trie> & { isToken?: boolean }

/**
 * Chunks as a tokenizer would make them: the longest token of `vocabulary` that fits, else one character. With the tokens of real
 * recordings this gives about the lengths that a server streams.
 */
export function createTokenCutter(vocabulary: Iterable<string>): Cutter {
  const root: Trie = new Map()
  for (const token of vocabulary) addToken(root, token)
  return (text) => {
    const chunks: string[] = []
    for (let from = 0; from < text.length;) {
      const to = from + longestToken(root, text, from)
      chunks.push(detach(text.slice(from, to)))
      from = to
    }
    return chunks
  }
}

function addToken(root: Trie, token: string): void {
  let node = root
  for (let index = 0; index < token.length; index += 1) {
    const code = token.charCodeAt(index)
    const next: Trie = node.get(code) ?? new Map()
    node.set(code, next)
    node = next
  }
  if (token !== '') node.isToken = true
}

function longestToken(root: Trie, text: string, from: number): number {
  let length = isHighSurrogate(text.charCodeAt(from)) && from + 1 < text.length ? 2 : 1
  let node: Trie | undefined = root
  for (let index = from; index < text.length; index += 1) {
    node = node.get(text.charCodeAt(index))
    if (node === undefined) break
    if (node.isToken === true) length = Math.max(length, index + 1 - from)
  }
  return length
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff
}

/**
 * A copy with its own characters. A slice of a long text points into that text, and is stored two bytes a character when anything in the
 * long text needs it; chunks off the wire are neither.
 */
function detach(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8')
}
