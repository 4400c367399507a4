/** A `Map` or a `WeakMap`. */
interface Memory<K, V> {
  get(key: K): V | undefined
  set(key: K, value: V): unknown
}

/**
 * What is kept under a key, made when it is first asked for. A parser is made for each answer: to make the tables of its format again took
 * longer than to read a short answer. What is kept must not change afterwards.
 */
export function remember<K, V>(memory: Memory<K, V>, key: K, make: () => V): V {
  let kept = memory.get(key)
  if (kept === undefined) memory.set(key, (kept = make()))
  return kept
}
