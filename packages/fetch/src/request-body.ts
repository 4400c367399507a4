import { applyEdits, findPatch, type Edit } from './patch-json.ts'

/** A body as it came: its text, its bytes, or both; the text is then exactly what the bytes are in UTF-8. */
export interface GivenBody {
  text?: string | undefined
  bytes?: Uint8Array | undefined
}

/** A change of a body. */
interface Patch {
  base: RequestBody
  edits: readonly Edit[]
}

/**
 * The body of a request: text for those who read it, bytes for the connection, each made when it is first asked for. A large body that
 * changes in a few places is cut and joined as bytes: to encode 400 kB again takes 1.3 ms (`npm run bench:proxy`, request `large`).
 */
export class RequestBody {
  private ownText: string | undefined
  private ownBytes: Uint8Array | undefined
  private readonly patched: Patch | undefined
  /** The text was not read from the bytes without loss, so its places are not theirs. */
  private isLossy = false

  constructor(given: GivenBody, patched?: Patch) {
    this.ownText = given.text
    this.ownBytes = given.bytes
    this.patched = patched
  }

  get text(): string {
    return (this.ownText ??=
      this.patched === undefined ? this.decode() : applyEdits(this.patched.base.text, this.patched.edits))
  }

  /** What is sent: bytes where there are some, and exactly those that came where nothing has changed. */
  get payload(): Uint8Array | string {
    this.ownBytes ??= this.splice()
    return this.ownBytes ?? this.text
  }

  /** The body after a change; `before` is what was read from this one. Numbers and layout keep their text. */
  patch(before: Record<string, unknown>, after: Record<string, unknown>): RequestBody {
    const patch = findPatch(this.text, before, after)
    return typeof patch === 'string'
      ? new RequestBody({ text: patch })
      : new RequestBody({}, { base: this, edits: patch })
  }

  private decode(): string {
    const { ownBytes } = this
    try {
      const text = strict.decode(ownBytes)
      // The decoder takes a byte-order mark away.
      this.isLossy = ownBytes?.[0] === 0xef && text.charCodeAt(0) !== 0xfeff
      return text
    } catch {
      this.isLossy = true
      return new TextDecoder().decode(ownBytes)
    }
  }

  private splice(): Uint8Array | undefined {
    const { ownBytes, isLossy } = this.patched?.base ?? this
    if (this.patched === undefined || ownBytes === undefined || isLossy || ownBytes.length < worthSplicing)
      return undefined
    return spliceBytes(ownBytes, this.patched.base.text, this.patched.edits)
  }
}

/** A text of fewer bytes is encoded faster than it is cut and joined. */
const worthSplicing = 32_768

const encoder = new TextEncoder()
const strict = new TextDecoder('utf-8', { fatal: true })

function spliceBytes(bytes: Uint8Array, text: string, edits: readonly Edit[]): Uint8Array {
  const parts: Uint8Array[] = []
  let from: Place = { index: 0, at: 0 }
  for (const edit of edits) {
    const start = moveTo(from, edit.start, text, bytes)
    if (start !== from) parts.push(bytes.subarray(from.at, start.at))
    parts.push(encoder.encode(edit.text))
    from = moveTo(start, edit.end, text, bytes)
  }
  parts.push(bytes.subarray(from.at))
  return concat(parts)
}

/** A place of the text and where it is in the bytes. */
interface Place {
  index: number
  at: number
}

/** Goes on to an index, counted from here or from the end, whichever is nearer. Two edits may share the comma between them: never back. */
function moveTo(from: Place, index: number, text: string, bytes: Uint8Array): Place {
  if (index <= from.index) return from
  const isNear = index - from.index <= text.length - index
  const at = isNear
    ? from.at + encoder.encode(text.slice(from.index, index)).length
    : bytes.length - encoder.encode(text.slice(index)).length
  return { index, at }
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const result = new Uint8Array(parts.reduce((size, part) => size + part.length, 0))
  let at = 0
  for (const part of parts) {
    result.set(part, at)
    at += part.length
  }
  return result
}
