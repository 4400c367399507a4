import type { CallIdShape } from '../formats/format.ts'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const STANDARD: CallIdShape = { prefix: 'call_', length: 24 }

/**
 * A call id, by default of 24 letters and digits, that depends on the call's place and name only: the core has no randomness. Calls of one message
 * get different ids; equal messages get equal ones.
 */
export function createCallId(index: number, name: string, offset: number, shape: CallIdShape = STANDARD): string {
  let hash = 0x811c9dc5
  const seed = `${index}\n${offset}\n${name}`
  for (let i = 0; i < seed.length; i += 1) hash = mix(hash ^ seed.charCodeAt(i))
  let id = shape.prefix
  for (let i = 0; i < shape.length; i += 1) {
    hash = mix(hash + i)
    id += ALPHABET[(hash >>> 8) % ALPHABET.length]
  }
  return id
}

/** One round of the murmur3 finalizer: every input bit reaches every output bit. */
function mix(value: number): number {
  let hash = value | 0
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}
