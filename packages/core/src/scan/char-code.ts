/** Character codes by name, for the scanners that look at one character at a time. */
export const Char = {
  tab: 9,
  newline: 10,
  carriageReturn: 13,
  space: 32,
  doubleQuote: 34,
  percent: 37,
  singleQuote: 39,
  openParen: 40,
  closeParen: 41,
  asterisk: 42,
  plus: 43,
  comma: 44,
  minus: 45,
  dot: 46,
  zero: 48,
  nine: 57,
  colon: 58,
  semicolon: 59,
  less: 60,
  equals: 61,
  openBracket: 91,
  backslash: 92,
  closeBracket: 93,
  underscore: 95,
  backtick: 96,
  openBrace: 123,
  closeBrace: 125,
  tilde: 126,
} as const

/** White space of markup and of JSON: blank, tab, CR, LF. Other Unicode spaces are data. */
export function isSpace(code: number): boolean {
  return code === Char.space || code === Char.newline || code === Char.carriageReturn || code === Char.tab
}

export function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff
}

export function isLowSurrogate(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff
}

export function isDigit(code: number): boolean {
  return code >= Char.zero && code <= Char.nine
}

/** Letters, digits, `_` and `$`: what a bare word is made of. */
export function isWordCode(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    isDigit(code) ||
    code === Char.underscore ||
    code === 36
  )
}

/** Byte order mark and zero-width characters, which some models put between tokens. */
export function isInvisible(code: number): boolean {
  return code === 0 || code === 0xfeff || (code >= 0x200b && code <= 0x200d) || code === 0x2060
}
