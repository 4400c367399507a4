import { stringify } from 'lossless-json'

/** How the scalars and containers of a JSON text are written. */
export interface ValueStyle {
  string(token: string): string
  true: string
  false: string
  null: string
}

/** As `json.dumps(value, ensure_ascii=False)`, which is what `tojson` does in the chat templates of Hugging Face. */
const json: ValueStyle = { string: normalizeString, true: 'true', false: 'false', null: 'null' }

/** As Python's `str(value)`, which is what a template prints without `tojson`. */
const python: ValueStyle = {
  string: (token) => pythonString(JSON.parse(token) as string),
  true: 'True',
  false: 'False',
  null: 'None',
}

/** One member of a JSON object: its name, and the text of its value as it stands. */
export interface JsonMember {
  name: string
  value: string
}

/**
 * Writes a JSON text with the blanks of Python's `json.dumps`. Only blanks and the escapes of strings change: numbers keep their text,
 * members their order, since no value is ever made of them.
 */
export function printJson(text: string): string {
  return print(text, json)
}

/** Writes a JSON text as Python prints the value: `{'a': None, 'b': [True, 3.0]}`. Strings that are the whole text stay bare. */
export function printPython(text: string): string {
  const isString = text.trimStart().startsWith('"')
  return isString ? (JSON.parse(text) as string) : print(text, python)
}

/** The text of a value for {@link printJson}. Numbers that were read with lossless-json keep their text. */
export function toText(value: unknown): string {
  return stringify(value) ?? 'null'
}

/** Is it the text of an object or a list? */
export function isContainer(text: string): boolean {
  return /^[ \t\r\n]*[{[]/u.test(text)
}

/** Is it the text of a string? */
export function isString(text: string): boolean {
  return /^[ \t\r\n]*"/u.test(text)
}

/** The members of the text of a JSON object. A name that stands there twice gives two. */
export function readMembers(text: string): JsonMember[] {
  const members: JsonMember[] = []
  let depth = 0
  let name: string | undefined
  let start = 0
  const close = (end: number): void => {
    if (name !== undefined) members.push({ name, value: text.slice(start, end).trim() })
    name = undefined
  }
  forEachToken(text, (token, at) => {
    if (token === '}' || token === ']') depth--
    if (depth === 1 && token === ',') close(at)
    if (depth === 0 && token === '}') close(at)
    if (depth === 1 && name === undefined && token.startsWith('"')) name = JSON.parse(token) as string
    else if (depth === 1 && token === ':') start = at + 1
    if (token === '{' || token === '[') depth++
  })
  return members
}

function print(text: string, style: ValueStyle): string {
  let printed = ''
  forEachToken(text, (token) => {
    printed += printToken(token, style)
  })
  return printed
}

function printToken(token: string, style: ValueStyle): string {
  switch (token) {
    case ',':
      return ', '
    case ':':
      return ': '
    case 'true':
    case 'false':
    case 'null':
      return style[token]
    default:
      return token.startsWith('"') ? style.string(token) : token
  }
}

/** Goes through the tokens of a valid JSON text. No recursion: texts come from models, however deep. */
function forEachToken(text: string, visit: (token: string, at: number) => void): void {
  let at = 0
  while (at < text.length) {
    const char = text[at]!
    let end = at + 1
    if (char === '"') end = endOfString(text, at)
    else if (!'{}[],: \t\r\n'.includes(char)) while (end < text.length && !'{}[],: \t\r\n"'.includes(text[end]!)) end++
    if (!' \t\r\n'.includes(char)) visit(text.slice(at, end), at)
    at = end
  }
}

function endOfString(text: string, start: number): number {
  for (let quote = text.indexOf('"', start + 1); quote !== -1; quote = text.indexOf('"', quote + 1)) {
    let escapes = quote
    while (text[escapes - 1] === '\\') escapes--
    if ((quote - escapes) % 2 === 0) return quote + 1
  }
  return text.length
}

/** `\/` and `\u00e9` become the characters, as in any JSON that was read and written. */
function normalizeString(token: string): string {
  return token.includes('\\') ? JSON.stringify(JSON.parse(token)) : token
}

/** Python's `repr` of a string. */
function pythonString(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'"
  const body = text.replaceAll(/[\\'"\p{C}\p{Z}]/gu, (char) => {
    if (char === ' ') return char
    if (char === '"' || char === "'") return char === quote ? `\\${char}` : char
    return pythonEscape(char)
  })
  return quote + body + quote
}

function pythonEscape(char: string): string {
  const short: Record<string, string> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }
  const code = char.codePointAt(0)!
  const hex = code.toString(16)
  if (short[char] !== undefined) return short[char]
  if (code < 0x100) return `\\x${hex.padStart(2, '0')}`
  return code < 0x10000 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`
}
