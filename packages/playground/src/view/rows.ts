/** Where each row of a text begins: after each line break, and after `columns` characters. */
export function findRows(text: string, columns: number): Uint32Array {
  let rows = new Uint32Array(1024)
  let count = 1
  let start = 0
  const add = (at: number): void => {
    if (count === rows.length) {
      const larger = new Uint32Array(rows.length * 2)
      larger.set(rows)
      rows = larger
    }
    rows[count] = at
    count += 1
    start = at
  }
  for (let at = 0; at < text.length; at += 1) {
    if (text.charCodeAt(at) === 10) add(at + 1)
    // Half a surrogate pair at the row's end would show as two broken characters.
    else if (at - start >= columns && !isLowSurrogate(text.charCodeAt(at))) add(at)
  }
  return rows.slice(0, count)
}

/** The row that holds a place of the text. */
export function rowAt(rows: Uint32Array, offset: number): number {
  let [low, high] = [0, rows.length - 1]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((rows[middle] as number) <= offset) low = middle
    else high = middle - 1
  }
  return low
}

function isLowSurrogate(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff
}
