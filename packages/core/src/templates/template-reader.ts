import { nearestName } from '../formats/nearest-name.ts'
import { PatternError } from '../scan/pattern-syntax.ts'
import { type Pattern, compileLiterals, compilePattern } from '../scan/pattern.ts'
import { isRecord, own } from '../values/schema-types.ts'

/** Longest literal of a template. Text is held back while one may be standing there. */
const MAX_LITERAL = 256

/**
 * Reads one object of a template: says which key is wrong, where it stands and what was expected.
 *
 * Every method throws a TypeError for a value that it does not take.
 */
export class TemplateReader {
  readonly path: string
  private readonly record: Readonly<Record<string, unknown>>

  /** @param keys - all that the object may have */
  constructor(path: string, value: unknown, keys: readonly string[]) {
    this.path = path
    if (!isRecord(value)) throw new TypeError(`${path} must be an object; got ${show(value)}`)
    this.record = value
    for (const key of Object.keys(value)) {
      if (keys.includes(key)) continue
      throw new TypeError(
        `${path}.${key} is unknown. Did you mean ${nearestName(key, keys)}? Known: ${keys.join(', ')}`,
      )
    }
  }

  /** Is the key there, and not null? */
  has(key: string): boolean {
    return this.get(key) !== undefined
  }

  get(key: string): unknown {
    return own(this.record as Record<string, unknown>, key) ?? undefined
  }

  fail(key: string, message: string): never {
    throw new TypeError(`${this.path}${key === '' ? '' : `.${key}`} ${message}`)
  }

  flag(key: string, standard: boolean): boolean {
    const value = this.get(key) ?? standard
    return typeof value === 'boolean' ? value : this.fail(key, `must be true or false; got ${show(value)}`)
  }

  text(key: string): string | undefined {
    const value = this.get(key)
    if (value === undefined || typeof value === 'string') return value
    return this.fail(key, `must be a string; got ${show(value)}`)
  }

  choice<T extends string>(key: string, standard: T, allowed: readonly T[]): T {
    const value = this.get(key) ?? standard
    if (allowed.includes(value as T)) return value as T
    return this.fail(key, `must be one of ${allowed.join(', ')}; got ${show(value)}`)
  }

  /** Several literals, or one. */
  literals(key: string): string[] | undefined {
    const value = this.get(key)
    if (value === undefined) return undefined
    const list: unknown[] = Array.isArray(value) ? value : [value]
    if (list.length === 0) this.fail(key, 'must name at least one literal; the list is empty')
    for (const item of list) {
      if (typeof item !== 'string') this.fail(key, `must be a string or a list of strings; got ${show(value)}`)
      if (item === '') this.fail(key, 'must not hold an empty string')
      if (item.length > MAX_LITERAL) this.fail(key, `must hold literals of at most ${MAX_LITERAL} characters`)
    }
    return [...new Set(list as string[])]
  }

  /** A regular expression of the subset, in Python's spelling. */
  pattern(key: string): Pattern | undefined {
    const source = this.text(key)
    if (source === undefined) return undefined
    try {
      return compilePattern(source)
    } catch (error) {
      if (!(error instanceof PatternError)) throw error
      return this.fail(key, `cannot be read: ${error.message}, at character ${error.position} of ${show(source)}`)
    }
  }

  /** `open` or `open_pattern`, `close` or `close_pattern`; not both. */
  anchor(key: string): Pattern | undefined {
    const literals = this.literals(key)
    const patternKey = `${key}_pattern`
    if (literals !== undefined && this.has(patternKey)) this.fail(key, `and ${patternKey} exclude each other`)
    if (literals !== undefined) return compileLiterals(literals)
    const pattern = this.pattern(patternKey)
    if (pattern?.nullable === true) this.fail(patternKey, 'matches the empty text, so it would match everywhere')
    return pattern
  }
}

/** A value in a message, cut short. */
export function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}
