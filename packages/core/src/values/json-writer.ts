import { quoteJson } from './convert-value.ts'

/** An object or array that is being written. */
export interface JsonFrame {
  kind: 'object' | 'array'
  /** Where it stands in its parent: a key, or the number of an item. */
  key: string
  /** Members or items written so far. */
  count: number
  /** Keys of an object, each behind a `$`, so that `__proto__` is a key like any other. */
  seen: Record<string, true>
}

/** Starts an object or array. Its bracket is written with the first member or item, or with the end. */
export function openFrame(kind: JsonFrame['kind'], key: string): JsonFrame {
  return { kind, key, count: 0, seen: {} }
}

/** Has the object a member of this key? */
export function hasKey(frame: JsonFrame, key: string): boolean {
  return Object.hasOwn(frame.seen, `$${key}`)
}

/** What is written before the value of an object's next member. */
export function memberText(frame: JsonFrame, key: string): string {
  frame.seen[`$${key}`] = true
  frame.count += 1
  return `${frame.count === 1 ? '{' : ','}${quoteJson(key)}:`
}

/** What is written before an array's next item. */
export function itemText(frame: JsonFrame): string {
  frame.count += 1
  return frame.count === 1 ? '[' : ','
}

/** What ends an object or array. */
export function closingText({ kind, count }: JsonFrame): string {
  const [open, close] = kind === 'object' ? '{}' : '[]'
  return count === 0 ? `${open}${close}` : (close as string)
}
