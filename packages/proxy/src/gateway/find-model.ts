/** Where the body of a request names its model. */
export interface FoundModel {
  model: string
  /** The place of the JSON string, quotes included, in bytes. */
  start: number
  end: number
}

const quote = 0x22
const backslash = 0x5c
const openBrace = 0x7b
const closeBrace = 0x7d
const openBracket = 0x5b
const closeBracket = 0x5d
const colon = 0x3a
const comma = 0x2c
const space = 0x20

/**
 * Finds the top-level `model` of a JSON object without parsing it: a request of an editor has hundreds of kilobytes of messages, and whoever
 * prepares it parses it anyway.
 *
 * @returns undefined when there is none, when it is no string, or when what comes before it is no JSON
 */
export function findModel(bytes: Uint8Array): FoundModel | undefined {
  let place = skipSpace(bytes, 0)
  if (bytes[place] !== openBrace) return undefined
  place = skipSpace(bytes, place + 1)
  while (bytes[place] === quote) {
    const keyEnd = skipString(bytes, place)
    const afterKey = skipSpace(bytes, keyEnd)
    if (bytes[afterKey] !== colon) return undefined
    const start = skipSpace(bytes, afterKey + 1)
    const end = skipValue(bytes, start)
    if (readString(bytes, place, keyEnd) === 'model') {
      const model = bytes[start] === quote ? readString(bytes, start, end) : undefined
      return model === undefined ? undefined : { model, start, end }
    }
    place = skipSpace(bytes, end)
    if (bytes[place] !== comma) return undefined
    place = skipSpace(bytes, place + 1)
  }
  return undefined
}

/** The same body with another model. */
export function replaceModel(bytes: Uint8Array, { start, end }: FoundModel, model: string): Uint8Array {
  return Buffer.concat([bytes.subarray(0, start), Buffer.from(JSON.stringify(model)), bytes.subarray(end)])
}

function skipSpace(bytes: Uint8Array, place: number): number {
  let at = place
  // Blanks, tabs and line ends are what JSON allows; other control characters are refused by whoever parses.
  while (at < bytes.length && (bytes[at] as number) <= space) at += 1
  return at
}

/** The place after a string that begins here. */
function skipString(bytes: Uint8Array, place: number): number {
  for (let at = place + 1; at < bytes.length; at += 1) {
    const byte = bytes[at]
    if (byte === quote) return at + 1
    if (byte === backslash) at += 1
  }
  return bytes.length
}

/** The place after the value that begins here. */
function skipValue(bytes: Uint8Array, place: number): number {
  let depth = 0
  let at = place
  while (at < bytes.length) {
    const byte = bytes[at]
    if (byte === quote) {
      at = skipString(bytes, at)
      if (depth === 0) return at
      continue
    }
    if (byte === openBrace || byte === openBracket) depth += 1
    else if (byte === closeBrace || byte === closeBracket) {
      if (depth === 0) return at
      depth -= 1
      if (depth === 0) return at + 1
    } else if (byte === comma && depth === 0) return at
    at += 1
  }
  return at
}

function readString(bytes: Uint8Array, start: number, end: number): string | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString())
    return typeof value === 'string' ? value : undefined
  } catch {
    return undefined
  }
}
