import { InvalidArgumentError } from 'commander'

/** Bounds of a whole number on the command line. */
export interface NumberBounds {
  min: number
  max?: number
}

/** A reader of whole numbers for an option: digits only, so that `4k`, `1e3` and `-1` are refused. */
export function wholeNumber({ min, max = Number.MAX_SAFE_INTEGER }: NumberBounds): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
    if (value >= min && value <= max) return value
    const range =
      max === Number.MAX_SAFE_INTEGER ? `a whole number from ${min}` : `a whole number from ${min} to ${max}`
    throw new InvalidArgumentError(`It must be ${range}.`)
  }
}

/** A port to listen on; 0 lets the system choose a free one. */
export const portNumber: (text: string) => number = wholeNumber({ min: 0, max: 65_535 })
