/**
 * Makes what follows from two constants once, and keeps it as long as they live. A parser is made for each answer: making the tables of its
 * format again took 0.15 ms, more than reading a short answer. What is made must not change afterwards.
 */
export function rememberPair<A extends object, B extends object, T>(make: (a: A, b: B) => T): (a: A, b: B) => T {
  const made = new WeakMap<A, WeakMap<B, T>>()
  return (a, b) => {
    let ofA = made.get(a)
    if (ofA === undefined) made.set(a, (ofA = new WeakMap()))
    let one = ofA.get(b)
    if (one === undefined) ofA.set(b, (one = make(a, b)))
    return one
  }
}
