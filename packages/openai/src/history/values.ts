/** A JSON object of which nothing is known yet. */
export type JsonObject = Record<string, unknown>

/** Is the value an object with names, not a list and not null? */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Is the value a string with something in it besides white space? */
export function isFilled(value: unknown): value is string {
  return typeof value === 'string' && /\S/u.test(value)
}

/** The object without one of its fields. */
export function without(object: JsonObject, key: string): JsonObject {
  const { [key]: _, ...rest } = object
  return rest
}

/** The list after a change of its entries: the given one itself when none was changed. */
export function mapKeeping<T>(list: readonly T[], change: (entry: T, index: number) => T): readonly T[] {
  let changed: T[] | undefined
  for (const [index, entry] of list.entries()) {
    const after = change(entry, index)
    if (after !== entry) (changed ??= [...list])[index] = after
  }
  return changed ?? list
}
