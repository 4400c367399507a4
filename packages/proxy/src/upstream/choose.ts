import type { Replica } from './replica.ts'

/**
 * Makes the function that chooses a replica: one that was not tried yet, then the one with the fewest requests in flight, then in turn.
 * A replica whose pause is over has none in flight, so it gets its trial soon; when that fails the request goes to another one.
 *
 * @returns `undefined` from it when no replica may be asked
 */
export function createChooser(replicas: readonly Replica[]): (tried: ReadonlySet<Replica>) => Replica | undefined {
  let turn = 0

  return (tried) => {
    let best: Replica | undefined
    for (let step = 0; step < replicas.length; step += 1) {
      const replica = replicas[(turn + step) % replicas.length]!
      if (replica.pauseLeft > 0 || replica.isFull) continue
      if (best === undefined || compare(replica, best, tried) < 0) best = replica
    }
    if (best !== undefined) turn = (replicas.indexOf(best) + 1) % replicas.length
    return best
  }
}

function compare(a: Replica, b: Replica, tried: ReadonlySet<Replica>): number {
  return Number(tried.has(a)) - Number(tried.has(b)) || a.inFlight - b.inFlight
}
