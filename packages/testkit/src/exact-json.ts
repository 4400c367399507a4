/**
 * A JSON value that keeps what JavaScript would lose: the digits of numbers, the order of keys, repeated keys, keys such as `__proto__`.
 */
export type ExactJson =
  | { kind: 'null' }
  | { kind: 'boolean'; value: boolean }
  | { kind: 'number'; text: string }
  | { kind: 'string'; value: string }
  | { kind: 'array'; items: ExactJson[] }
  | { kind: 'object'; members: [string, ExactJson][] }

const TOKEN = /\s*("(?:[^"\\]|\\.)*"|-?\d[-+.\deE]*|true|false|null|[[\]{},:])/sy

/**
 * Reads a JSON text exactly.
 *
 * @throws SyntaxError when the text is no JSON
 */
export function readExactJson(text: string): ExactJson {
  JSON.parse(text)
  const tokens: string[] = []
  TOKEN.lastIndex = 0
  for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) tokens.push(match[1] as string)
  return readValue(tokens.values())
}

function readValue(tokens: Iterator<string>, first: string = next(tokens)): ExactJson {
  switch (first[0]) {
    case '{':
      return readObject(tokens)
    case '[':
      return readArray(tokens)
    case '"':
      return { kind: 'string', value: JSON.parse(first) as string }
    case 't':
    case 'f':
      return { kind: 'boolean', value: first === 'true' }
    case 'n':
      return { kind: 'null' }
    default:
      return { kind: 'number', text: first }
  }
}

function readObject(tokens: Iterator<string>): ExactJson {
  const members: [string, ExactJson][] = []
  for (let token = next(tokens); token !== '}'; token = next(tokens)) {
    if (token === ',') continue
    next(tokens)
    members.push([JSON.parse(token) as string, readValue(tokens)])
  }
  return { kind: 'object', members }
}

function readArray(tokens: Iterator<string>): ExactJson {
  const items: ExactJson[] = []
  for (let token = next(tokens); token !== ']'; token = next(tokens)) {
    if (token !== ',') items.push(readValue(tokens, token))
  }
  return { kind: 'array', items }
}

function next(tokens: Iterator<string>): string {
  return tokens.next().value as string
}

/** How a JSON text is spelled. Every style is valid JSON of the same value. */
export interface JsonStyle {
  comma: string
  colon: string
  /** Everything outside ASCII as `\uXXXX`, as Python's `json.dumps` does. */
  ascii: boolean
}

/** As `JSON.stringify` writes. */
export const COMPACT: JsonStyle = { comma: ',', colon: ':', ascii: false }
/** As the `tojson` filter of chat templates writes. */
export const TEMPLATE: JsonStyle = { comma: ', ', colon: ': ', ascii: false }

/** Writes a value as JSON text. */
export function writeExactJson(value: ExactJson, style: JsonStyle = COMPACT): string {
  switch (value.kind) {
    case 'null':
      return 'null'
    case 'boolean':
      return String(value.value)
    case 'number':
      return value.text
    case 'string':
      return writeString(value.value, style)
    case 'array':
      return `[${value.items.map((item) => writeExactJson(item, style)).join(style.comma)}]`
    case 'object': {
      const members = value.members.map(
        ([key, member]) => `${writeString(key, style)}${style.colon}${writeExactJson(member, style)}`,
      )
      return `{${members.join(style.comma)}}`
    }
  }
}

function writeString(text: string, style: JsonStyle): string {
  const json = JSON.stringify(text)
  if (!style.ascii) return json
  return json.replaceAll(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** Writes a value as Python's `repr` does: `{'a': True, 'b': None}`. */
export function writePython(value: ExactJson): string {
  switch (value.kind) {
    case 'null':
      return 'None'
    case 'boolean':
      return value.value ? 'True' : 'False'
    case 'number':
      return value.text
    case 'string':
      return pythonString(value.value)
    case 'array':
      return `[${value.items.map(writePython).join(', ')}]`
    case 'object':
      return `{${value.members.map(([key, member]) => `${pythonString(key)}: ${writePython(member)}`).join(', ')}}`
  }
}

function pythonString(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'"
  const inner = text.replaceAll(/[\\'"\t\n\r]|(?! )[\p{C}\p{Z}]/gu, (char) => {
    switch (char) {
      case '\\':
        return '\\\\'
      case '\t':
        return '\\t'
      case '\n':
        return '\\n'
      case '\r':
        return '\\r'
      case "'":
      case '"':
        return char === quote ? `\\${char}` : char
      default:
        return pythonEscape(char.codePointAt(0) as number)
    }
  })
  return quote + inner + quote
}

function pythonEscape(code: number): string {
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`
  if (code < 0x1_0000) return `\\u${code.toString(16).padStart(4, '0')}`
  return `\\U${code.toString(16).padStart(8, '0')}`
}
