import { Char, isSpace } from '../scan/char-code.ts'

/** Parts of valid JSON text, as the text that they are: no number is ever computed. */

/** The value of a member, the first of its key; `undefined` when there is none, or no object. */
export function selectMember(json: string, key: string): string | undefined {
  let at = skipSpace(json, 0)
  if (json.charCodeAt(at) !== Char.openBrace) return undefined
  at = skipSpace(json, at + 1)
  while (json.charCodeAt(at) === Char.doubleQuote) {
    const keyEnd = endOfValue(json, at)
    const start = skipSpace(json, skipSpace(json, keyEnd) + 1)
    const end = endOfValue(json, start)
    if (JSON.parse(json.slice(at, keyEnd)) === key) return json.slice(start, end)
    at = skipSpace(json, skipSpace(json, end) + 1)
  }
  return undefined
}

/** The value at a path of keys. */
export function selectPath(json: string, path: readonly string[]): string | undefined {
  let value: string | undefined = json
  for (const key of path) value = value === undefined ? undefined : selectMember(value, key)
  return value
}

/** The items of an array; `undefined` for any other value. */
export function selectItems(json: string): string[] | undefined {
  let at = skipSpace(json, 0)
  if (json.charCodeAt(at) !== Char.openBracket) return undefined
  const items: string[] = []
  at = skipSpace(json, at + 1)
  while (at < json.length && json.charCodeAt(at) !== Char.closeBracket) {
    const end = endOfValue(json, at)
    items.push(json.slice(at, end))
    at = skipSpace(json, end)
    if (json.charCodeAt(at) === Char.comma) at = skipSpace(json, at + 1)
  }
  return items
}

/** The text of a string; `undefined` for any other value. */
export function selectString(json: string | undefined): string | undefined {
  return json?.trimStart().startsWith('"') === true ? (JSON.parse(json) as string) : undefined
}

function skipSpace(json: string, index: number): number {
  let at = index
  while (isSpace(json.charCodeAt(at))) at += 1
  return at
}

function endOfValue(json: string, start: number): number {
  let depth = 0
  let quoted = false
  for (let at = start; at < json.length; at += 1) {
    const code = json.charCodeAt(at)
    if (quoted) {
      if (code === Char.backslash) at += 1
      else if (code === Char.doubleQuote) quoted = false
    } else if (code === Char.doubleQuote) quoted = true
    else if (code === Char.openBrace || code === Char.openBracket) depth += 1
    else if (code === Char.closeBrace || code === Char.closeBracket) {
      if (depth === 0) return at
      depth -= 1
    } else if (depth === 0 && (code === Char.comma || isSpace(code))) return at
    if (depth === 0 && !quoted && endsValue(code)) return at + 1
  }
  return json.length
}

function endsValue(code: number): boolean {
  return code === Char.doubleQuote || code === Char.closeBrace || code === Char.closeBracket
}
