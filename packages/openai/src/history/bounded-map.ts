/** Bounds of a store. */
export interface StoreLimits {
  /** Most entries; the one that was not used for longest goes first. @defaultValue 1000 */
  maxEntries?: number | undefined
  /** Most text of all entries together, in UTF-16 units. @defaultValue 16_777_216 */
  maxChars?: number | undefined
}

/** A map that forgets what was not used for longest. */
export class BoundedMap<T> {
  private readonly entries = new Map<string, { value: T; size: number }>()
  private readonly maxEntries: number
  private readonly maxChars: number
  private chars = 0

  constructor({ maxEntries = 1000, maxChars = 16_777_216 }: StoreLimits) {
    for (const [name, value] of Object.entries({ maxEntries, maxChars })) {
      if (!Number.isInteger(value) || value < 1) throw new TypeError(`${name} must be an integer of 1 or more.`)
    }
    this.maxEntries = maxEntries
    this.maxChars = maxChars
  }

  get size(): number {
    return this.entries.size
  }

  get(key: string): T | undefined {
    const entry = this.entries.get(key)
    if (entry === undefined) return undefined
    this.entries.delete(key)
    this.entries.set(key, entry)
    return entry.value
  }

  /** @param size - the text that the value holds, in UTF-16 units */
  set(key: string, value: T, size: number): void {
    this.delete(key)
    const all = key.length + size
    if (all > this.maxChars) return
    this.entries.set(key, { value, size: all })
    this.chars += all
    for (const oldest of this.entries.keys()) {
      if (this.entries.size <= this.maxEntries && this.chars <= this.maxChars) break
      this.delete(oldest)
    }
  }

  clear(): void {
    this.entries.clear()
    this.chars = 0
  }

  private delete(key: string): void {
    const entry = this.entries.get(key)
    if (entry === undefined) return
    this.chars -= entry.size
    this.entries.delete(key)
  }
}
