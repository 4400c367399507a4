/** Characters that one place of a pattern accepts. */
export interface CharSet {
  /** All of them, when they are few; `undefined` when they are many. */
  readonly chars: string | undefined
  has(code: number): boolean
}

/** A part of a class: a range of codes, or a test. */
export type CharRange = readonly [from: number, to: number] | ((code: number) => boolean)

const ASCII = 128
/** A class of more characters is not written out. */
const MAX_LISTED = 32

/** Exactly one character. */
export function charSetOf(code: number): CharSet {
  return { chars: String.fromCodePoint(code), has: (other) => other === code }
}

/** Every character: `.` with DOTALL on, which it always is here. */
export const anyChar: CharSet = { chars: undefined, has: () => true }

/** A class such as `[a-z_]`. Characters of ASCII are looked up, others tested. */
export function classOf(ranges: readonly CharRange[], negated: boolean): CharSet {
  const test = (code: number): boolean =>
    ranges.some((range) => (typeof range === 'function' ? range(code) : code >= range[0] && code <= range[1])) !==
    negated
  const table = Array.from({ length: ASCII }, (_, code) => test(code))
  return {
    chars: negated ? undefined : listed(ranges),
    has: (code) => (code < ASCII ? (table[code] as boolean) : test(code)),
  }
}

function listed(ranges: readonly CharRange[]): string | undefined {
  let chars = ''
  for (const range of ranges) {
    if (typeof range === 'function' || chars.length + range[1] - range[0] >= MAX_LISTED) return undefined
    for (let code = range[0]; code <= range[1]; code += 1) chars += String.fromCodePoint(code)
  }
  return chars
}

/** A test for characters with a Unicode property, as JavaScript's regular expressions know it. */
export function unicodeTest(expression: string): (code: number) => boolean {
  const matcher = new RegExp(`^${expression}$`, 'u')
  return (code) => matcher.test(String.fromCodePoint(code))
}

/** `\w`, `\d` and `\s` as Python's regex module reads them: Unicode, Technical Standard 18. */
const isWord = unicodeTest('[\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Join_Control}\\p{Pc}]')
export const wordClass: CharSet = classOf([isWord], false)
export const digitClass: CharSet = classOf([unicodeTest('\\p{Nd}')], false)
export const spaceClass: CharSet = classOf(
  [
    ...([
      [9, 13],
      [32, 32],
      [0x85, 0x85],
      [0xa0, 0xa0],
      [0x1680, 0x1680],
      [0x2000, 0x200a],
    ] as const),
    ...([
      [0x2028, 0x2029],
      [0x202f, 0x202f],
      [0x205f, 0x205f],
      [0x3000, 0x3000],
    ] as const),
  ],
  false,
)
