import { isWordCode } from './char-code.ts'

const IDENTIFIER = /^[\p{ID_Start}_]\p{ID_Continue}*$/u

/** May this unit stand in an identifier? The whole is judged by {@link isIdentifier}. */
export function isIdentifierCode(code: number): boolean {
  return isWordCode(code) || code >= 0x80
}

/** A name as Python and its kin write it: letters of any script, digits and `_`. */
export function isIdentifier(text: string): boolean {
  return IDENTIFIER.test(text)
}
