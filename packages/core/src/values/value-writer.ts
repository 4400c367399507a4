import { type ConvertedValue, convertValue, quoteJson } from './convert-value.ts'
import { ValueType } from './schema-types.ts'

export interface ValueState {
  /**
   * `stream`: a string that flows. `nullable`: a string or null whose text could still be `null`. `union`: a string among other types
   * whose text could still be one of those. `wait`: anything else, until it is whole.
   */
  mode: 'stream' | 'nullable' | 'union' | 'wait'
  types: number
  /** Text that waits for its type. */
  held: string
  /** A character that is no blank has come. */
  started: boolean
}

/** Characters of JSON numbers, literals and blanks: a text with any other cannot be a scalar of a union. */
const SCALAR_TEXT = /^[-+.0-9eEa-zA-Z]*$/
const CONTAINER = ValueType.object | ValueType.array

/** Starts a value: a pure string flows at once, other types wait for what they need to be decided. */
export function startValue(types: number): ValueState {
  const mode =
    types === ValueType.string
      ? 'stream'
      : types === (ValueType.string | ValueType.null)
        ? 'nullable'
        : types & ValueType.string
          ? 'union'
          : 'wait'
  return { mode, types, held: '', started: false }
}

/**
 * Takes the next piece of a value's text.
 *
 * @returns the text that is now known to be part of a string; empty while the value waits
 */
export function admitText(value: ValueState, piece: string): string {
  if (value.mode === 'stream') return piece
  value.held += piece
  return value.mode === 'wait' || couldStillBeOther(value, piece) ? '' : releaseText(value)
}

/** Decides for a string and gives the text that waited. */
export function releaseText(value: ValueState): string {
  const held = value.held
  value.held = ''
  value.mode = 'stream'
  return held
}

/** The opening quote of a value that flows from its first character. */
export function openValue(value: ValueState): string {
  return value.mode === 'stream' ? '"' : ''
}

/** Ends a value whose closer is confirmed. */
export function closeValue(value: ValueState, repair: boolean): ConvertedValue {
  if (value.mode === 'stream') return { json: '"' }
  if (value.mode === 'nullable') {
    return { json: value.held === 'null' || value.held === 'None' ? 'null' : quoteJson(value.held) }
  }
  return convertValue(value.held, value.types, repair)
}

function couldStillBeOther(value: ValueState, piece: string): boolean {
  const { held, types } = value
  if (value.mode === 'nullable') return 'null'.startsWith(held) || 'None'.startsWith(held)
  if (types & CONTAINER && !value.started) {
    const first = /[^ \t\r\n]/.exec(piece)
    if (first === null) return true
    value.started = true
    if (first[0] === '{' || first[0] === '[') {
      value.mode = 'wait'
      return true
    }
    // Blanks before a scalar make it a text.
    return SCALAR_TEXT.test(held)
  }
  // Only the new piece is looked at: what was held before has passed the same test.
  return SCALAR_TEXT.test(piece)
}
