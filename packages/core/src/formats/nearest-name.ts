/** The one of the names that looks most like the given one. */
export function nearestName(name: string, names: readonly string[]): string {
  const wanted = normalizeName(name)
  const ranked = names.map((candidate) => ({ candidate, distance: editDistance(wanted, normalizeName(candidate)) }))
  return ranked.reduce((best, next) => (next.distance < best.distance ? next : best)).candidate
}

function normalizeName(name: string): string {
  return name
    .slice(0, 64)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '')
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      next.push(Math.min((row[j] as number) + 1, (next[j - 1] as number) + 1, (row[j - 1] as number) + same))
    }
    row = next
  }
  return row[b.length] as number
}
