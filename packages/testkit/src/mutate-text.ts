import fc from 'fast-check'
import { hardPiece } from './hard-text.ts'

/** One change of a text. Places are taken modulo its length, so that every mutation fits every text. */
export interface Mutation {
  kind: 'delete' | 'duplicate' | 'insert' | 'truncate' | 'surrogate' | 'swap'
  at: number
  length: number
  piece: string
}

/** Changes that models and servers make: lost, repeated and swapped text, pieces of markers, an early end, half a character. */
export const mutation: fc.Arbitrary<Mutation> = fc.record({
  kind: fc.constantFrom('delete', 'duplicate', 'insert', 'truncate', 'surrogate', 'swap'),
  at: fc.nat(),
  length: fc.integer({ min: 1, max: 24 }),
  piece: hardPiece,
})

/** One to three mutations. */
export const mutations: fc.Arbitrary<Mutation[]> = fc.array(mutation, { minLength: 1, maxLength: 3 })

/** The text after all mutations. */
export function mutateText(text: string, changes: readonly Mutation[]): string {
  return changes.reduce(applyMutation, text)
}

function applyMutation(text: string, { kind, at, length, piece }: Mutation): string {
  const start = text === '' ? 0 : at % text.length
  const end = Math.min(text.length, start + length)
  const before = text.slice(0, start)
  const middle = text.slice(start, end)
  const after = text.slice(end)
  switch (kind) {
    case 'delete':
      return before + after
    case 'duplicate':
      return before + middle + middle + after
    case 'insert':
      return before + piece + middle + after
    case 'truncate':
      return before
    case 'surrogate':
      return `${before}${length % 2 === 0 ? '\ud83d' : '\ude00'}${middle}${after}`
    case 'swap':
      return before + after.slice(0, length) + middle + after.slice(length)
  }
}

/** Cut places as fractions of the text, so that they fit a text of any length. */
export const cuts: fc.Arbitrary<number[]> = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
  maxLength: 12,
  size: 'max',
})

/** The places that {@link cuts} mean in a text or list. */
export function cutsOf(text: { readonly length: number }, fractions: readonly number[]): number[] {
  return fractions.map((fraction) => Math.floor(fraction * text.length))
}
