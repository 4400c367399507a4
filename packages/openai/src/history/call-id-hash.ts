const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/**
 * Letters and digits that depend on a text alone. No secret and no signature: an id that is the same each time its history comes, so
 * that the server's prompt stays the same too.
 */
export function hashLetters(text: string, length: number, salt: number = 0): string {
  let letters = ''
  for (let round = 0; letters.length < length; round++) {
    let rest = hash53(text, salt * 31 + round)
    // 2^53 holds eight letters; the first ones are as good as the last.
    for (let place = 0; place < 8 && letters.length < length; place++) {
      letters += alphabet[rest % alphabet.length]
      rest = Math.floor(rest / alphabet.length)
    }
  }
  return letters
}

/** 53 bits of two 32-bit lanes that are multiplied and mixed at the end. */
function hash53(text: string, seed: number): number {
  let low = 0xdeadbeef ^ seed
  let high = 0x41c6ce57 ^ seed
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    low = Math.imul(low ^ unit, 2654435761)
    high = Math.imul(high ^ unit, 1597334677)
  }
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909)
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909)
  return (high & 0x1fffff) * 0x100000000 + (low >>> 0)
}
