/** What a string's prefix says about its escapes. */
export interface StringKind {
  /** `r'...'`: backslashes are text. */
  raw: boolean
  /** `b'...'`: `\u` and its kin are text. */
  bytes: boolean
}

/** What an escape means: `length` characters of the source stand for `text`. `broken`: Python would refuse it. */
export interface Escape {
  length: number
  text: string
  broken: boolean
}

const SIMPLE: Record<string, string> = {
  '\n': '',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}
const CODES: Record<string, RegExp> = { x: /^[0-9a-fA-F]{2}/, u: /^[0-9a-fA-F]{4}/, U: /^[0-9a-fA-F]{8}/ }
const CODE_LENGTHS: Record<string, number> = { x: 2, u: 4, U: 8 }
const OCTAL = /^[0-7]{1,3}/
const UNFINISHED_CODE = /^[0-9a-fA-F]*$/
const MAX_ESCAPE = 10
const LAST_CODE_POINT = 0x10ffff
const ITSELF: Escape = { length: 1, text: '\\', broken: false }

/**
 * Reads the escape at a backslash as Python does: unknown escapes keep their backslash.
 *
 * @param end - the text that has come so far ends here
 * @returns `undefined` when more text must come
 * @see https://docs.python.org/3/reference/lexical_analysis.html#escape-sequences
 */
export function readEscape(text: string, at: number, end: number, { raw, bytes }: StringKind): Escape | undefined {
  if (at + 1 >= end) return undefined
  const next = text[at + 1] as string
  // In a raw string the backslash only keeps a quote from closing, and both stay.
  if (raw)
    return next === '\\' || next === '"' || next === "'" ? { length: 2, text: `\\${next}`, broken: false } : ITSELF
  if (next === '\r') {
    if (at + 2 >= end) return undefined
    return { length: text[at + 2] === '\n' ? 3 : 2, text: '', broken: false }
  }
  const simple = SIMPLE[next]
  if (simple !== undefined) return { length: 2, text: simple, broken: false }
  const rest = text.slice(at + 2, Math.min(end, at + MAX_ESCAPE))
  if (next >= '0' && next <= '7') return readOctal(next + rest, at + 1 + 3 <= end, bytes)
  if (bytes && next !== 'x') return ITSELF
  // The names of characters are a table that is not here.
  if (next === 'N') return { ...ITSELF, broken: true }
  return CODES[next] === undefined ? ITSELF : readCode(next, rest)
}

function readOctal(digits: string, whole: boolean, bytes: boolean): Escape | undefined {
  const octal = (OCTAL.exec(digits) as RegExpExecArray)[0]
  if (octal.length === digits.length && !whole) return undefined
  const code = Number.parseInt(octal, 8) & (bytes ? 0xff : 0x1ff)
  return { length: 1 + octal.length, text: String.fromCharCode(code), broken: false }
}

function readCode(letter: string, rest: string): Escape | undefined {
  const digits = (CODES[letter] as RegExp).exec(rest)?.[0]
  if (digits === undefined) {
    const unfinished = rest.length < (CODE_LENGTHS[letter] as number) && UNFINISHED_CODE.test(rest)
    return unfinished ? undefined : { ...ITSELF, broken: true }
  }
  const code = Number.parseInt(digits, 16)
  if (code > LAST_CODE_POINT) return { ...ITSELF, broken: true }
  return { length: 2 + digits.length, text: String.fromCodePoint(code), broken: false }
}
