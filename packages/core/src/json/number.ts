const JSON_NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/
const LOOSE_NUMBER = /^([+-]?)([0-9_]*)(?:\.([0-9_]*))?(?:[eE]([+-]?[0-9]+))?$/
const RADIX_NUMBER = /^([+-]?)(0[xX][0-9a-fA-F_]{1,64}|0[oO][0-7_]{1,86}|0[bB][01_]{1,256})$/
const UNDERSCORES = /^[0-9]+(?:_[0-9]+)*$/

/** Is the text exactly a number of the JSON grammar? */
export function isJsonNumber(text: string): boolean {
  return JSON_NUMBER.test(text)
}

/**
 * Spells a number as JSON does, keeping its digits: `+5`, `007`, `.5`, `5.`, `1_000`. Digits never go through a JavaScript number, so
 * integers of any length stay exact.
 *
 * @param hex - read `0x1F` and its kin too
 * @returns `undefined` when the text is no number
 */
export function normalizeNumber(text: string, hex: boolean): string | undefined {
  if (JSON_NUMBER.test(text)) return text
  const match = LOOSE_NUMBER.exec(text)
  if (match === null) return hex ? normalizeHex(text) : undefined
  const [, sign = '', whole = '', fraction = '', exponent] = match
  if (whole === '' && fraction === '') return undefined
  for (const digits of [whole, fraction]) if (digits !== '' && !UNDERSCORES.test(digits)) return undefined
  let integer = whole.replaceAll('_', '')
  let zeros = 0
  while (zeros < integer.length - 1 && integer[zeros] === '0') zeros += 1
  integer = integer.slice(zeros)
  const point = fraction === '' ? '' : `.${fraction.replaceAll('_', '')}`
  return `${sign === '-' ? '-' : ''}${integer === '' ? '0' : integer}${point}${exponent === undefined ? '' : `e${exponent}`}`
}

function normalizeHex(text: string): string | undefined {
  const [, sign, digits] = RADIX_NUMBER.exec(text) ?? []
  // A `_` may stand behind the letter of the radix, and between digits.
  if (digits === undefined || digits.endsWith('_') || digits.includes('__')) return undefined
  return `${sign === '-' ? '-' : ''}${BigInt(digits.replaceAll('_', '')).toString()}`
}
