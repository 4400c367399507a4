import { closest, distance } from 'fastest-levenshtein'

/** A name that was probably meant, or undefined when none is like it. */
export function nearestName(name: string, names: readonly string[]): string | undefined {
  if (names.length === 0) return undefined
  const plain = new Map(names.map((known) => [toPlain(known), known]))
  const best = closest(toPlain(name), [...plain.keys()])
  const isLike = distance(toPlain(name), best) <= Math.max(2, Math.floor(best.length / 3))
  return isLike ? plain.get(best) : undefined
}

function toPlain(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
}
