import { createToolCallParser } from '@tooldelta/core'
import type { BenchDocument } from '../documents.ts'

/** What a parser keeps while a long string argument is still open. */
export interface RetainedMemory {
  /** Characters of the argument that went in. */
  chars: number
  /** Growth of the heap from before the parser was made, after garbage collection; the median of several rounds. */
  heapBytes: number
  /** Length of the parser's snapshot as JSON: its whole state, exact and without noise. */
  snapshotChars: number
}

const rounds = 5

/**
 * Feeds `chars` characters of a string argument, in chunks that nobody else keeps, and measures what is left.
 *
 * @throws Error without `node --expose-gc`
 */
export function measureRetained(document: BenchDocument, chars: number): RetainedMemory {
  const heap: number[] = []
  let snapshotChars = 0
  for (let round = 0; round < rounds; round += 1) {
    const before = readHeap()
    const parser = feedOpenValue(document, chars)
    heap.push(readHeap() - before)
    snapshotChars = JSON.stringify(parser.snapshot()).length
  }
  // The first rounds also pay for code that is compiled meanwhile.
  const sorted = heap.slice(1).toSorted((a, b) => a - b)
  return { chars, heapBytes: sorted[Math.floor(sorted.length / 2)] as number, snapshotChars }
}

/** Every chunk is made anew, so that only the parser could keep it alive. */
function feedOpenValue(
  { text, value, options }: BenchDocument,
  chars: number,
): ReturnType<typeof createToolCallParser> {
  if (value === undefined) throw new TypeError('the document needs a long argument')
  const parser = createToolCallParser(options)
  parser.feed(text.slice(0, value.start))
  for (let fed = 0; fed < chars; fed += 4) {
    parser.feed(Buffer.from(`${String.fromCharCode(97 + (fed % 26))}\\n${fed % 10}`, 'latin1').toString('latin1'))
  }
  return parser
}

function readHeap(): number {
  const collect = globalThis.gc
  if (collect === undefined) throw new Error('memory is measured with node --expose-gc')
  collect()
  collect()
  return process.memoryUsage().heapUsed
}
