/** A seeded source of numbers: the same seed gives the same documents on every machine. */
export interface Random {
  /** A whole number from 0 to `limit - 1`. */
  integer(limit: number): number
  pick<T>(list: readonly T[]): T
}

/** Creates a source from a 32-bit seed (the mulberry32 generator). */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  function integer(limit: number): number {
    return Math.floor(next() * limit)
  }
  return {
    integer,
    pick(list) {
      if (list.length === 0) throw new TypeError('pick() needs a list with at least one entry')
      return list[integer(list.length)] as (typeof list)[number]
    },
  }
}
