/** One member of a JSON object, by its place in the text. */
interface Member {
  key: string
  start: number
  end: number
}

/**
 * Writes a changed object by patching the text it was read from: members that are the same value in both objects keep their text.
 * `JSON.stringify` of everything would round integers beyond 2^53 in tool schemas, and copy a long history for one changed field.
 *
 * @param text - valid JSON text of `before`, an object
 */
export function patchJson(text: string, before: Record<string, unknown>, after: Record<string, unknown>): string {
  const members = readMembers(text)
  const keys = new Set(members.map((member) => member.key))
  // Of a repeated key only the last counts; which text belongs to which value is not worth finding out.
  if (keys.size !== members.length) return JSON.stringify(after)
  const parts: string[] = []
  for (const { key, start, end } of members) {
    if (!Object.hasOwn(after, key)) continue
    if (after[key] === before[key]) parts.push(text.slice(start, end))
    else parts.push(`${JSON.stringify(key)}:${JSON.stringify(after[key])}`)
  }
  for (const key of Object.keys(after)) {
    if (!keys.has(key) && after[key] !== undefined) parts.push(`${JSON.stringify(key)}:${JSON.stringify(after[key])}`)
  }
  return `{${parts.join(',')}}`
}

function readMembers(text: string): Member[] {
  const members: Member[] = []
  let place = text.indexOf('{') + 1
  for (;;) {
    const start = text.indexOf('"', place)
    if (start < 0) return members
    const keyEnd = skipString(text, start)
    const end = skipValue(text, text.indexOf(':', keyEnd) + 1)
    members.push({ key: JSON.parse(text.slice(start, keyEnd)) as string, start, end })
    if (text[end] !== ',') return members
    place = end + 1
  }
}

/** The place after the string that begins at `start`. */
function skipString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); ; end = text.indexOf('"', end + 1)) {
    let backslashes = 0
    while (text[end - 1 - backslashes] === '\\') backslashes += 1
    if (backslashes % 2 === 0) return end + 1
  }
}

/** The place of the `,` or `}` that ends the value which begins at `start`. */
function skipValue(text: string, start: number): number {
  let depth = 0
  for (let place = start; ;) {
    const character = text[place]
    if (character === '"') {
      place = skipString(text, place)
      continue
    }
    if (character === '{' || character === '[') depth += 1
    else if (depth === 0 && (character === ',' || character === '}')) return place
    else if (character === '}' || character === ']') depth -= 1
    place += 1
  }
}
