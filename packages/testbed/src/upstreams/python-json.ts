/** What Python's `json.loads` says about a text that is no JSON. */
export class PythonJsonError extends Error {
  override readonly name: string = 'PythonJsonError'

  constructor(message: string, text: string, offset: number) {
    const before = [...text.slice(0, offset)]
    const lastBreak = before.lastIndexOf('\n')
    const line = before.filter((character) => character === '\n').length + 1
    super(`${message}: line ${line} column ${before.length - lastBreak} (char ${before.length})`)
  }
}

/** How Python's `json.loads` names the kinds of JSON values in `type(value).__name__`. */
export function pythonTypeOf(value: unknown): string {
  if (value === null || value === undefined) return 'NoneType'
  if (typeof value === 'string') return 'str'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float'
  return Array.isArray(value) ? 'list' : 'dict'
}

/**
 * Reads JSON as Python's `json.loads` does, with its words for faults: servers send them to clients as they are.
 *
 * @throws PythonJsonError
 */
export function pythonJsonLoads(text: string): unknown {
  if (text.startsWith('\uFEFF')) throw new PythonJsonError('Unexpected UTF-8 BOM (decode using utf-8-sig)', text, 0)
  const end = skipValue(text, skipBlanks(text, 0))
  const rest = skipBlanks(text, end)
  if (rest !== text.length) throw new PythonJsonError('Extra data', text, rest)
  // Python takes these words too, and numbers keep their digits there; neither matters to who asks here.
  return JSON.parse(text.replaceAll(/-?Infinity|NaN/g, (word, at: number) => (isInString(text, at) ? word : 'null')))
}

function isInString(text: string, offset: number): boolean {
  let isOpen = false
  for (let at = 0; at < offset; at += 1) {
    if (text[at] === '\\' && isOpen) at += 1
    else if (text[at] === '"') isOpen = !isOpen
  }
  return isOpen
}

function skipBlanks(text: string, at: number): number {
  while (at < text.length && ' \t\n\r'.includes(text[at]!)) at += 1
  return at
}

const words = /(?:null|true|false|NaN|Infinity|-Infinity|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?)/y

function skipValue(text: string, at: number): number {
  if (text[at] === '"') return skipString(text, at)
  if (text[at] === '{') return skipObject(text, at)
  if (text[at] === '[') return skipArray(text, at)
  words.lastIndex = at
  const match = words.exec(text)
  if (match === null) throw new PythonJsonError('Expecting value', text, at)
  return at + match[0].length
}

function skipString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    const character = text[at]!
    if (character === '"') return at + 1
    if (character < ' ') throw new PythonJsonError('Invalid control character at', text, at)
    if (character !== '\\') continue
    at += 1
    if (at === text.length) break
    if (text[at] === 'u') {
      if (!/^[0-9a-fA-F]{4}/.test(text.slice(at + 1))) {
        throw new PythonJsonError('Invalid \\uXXXX escape', text, at)
      }
      at += 4
    } else if (!'"\\/bfnrt'.includes(text[at]!)) {
      throw new PythonJsonError('Invalid \\escape', text, at - 1)
    }
  }
  throw new PythonJsonError('Unterminated string starting at', text, start)
}

function skipObject(text: string, start: number): number {
  let at = skipBlanks(text, start + 1)
  if (text[at] === '}') return at + 1
  for (;;) {
    if (text[at] !== '"') throw new PythonJsonError('Expecting property name enclosed in double quotes', text, at)
    at = skipBlanks(text, skipString(text, at))
    if (text[at] !== ':') throw new PythonJsonError("Expecting ':' delimiter", text, at)
    at = skipBlanks(text, skipValue(text, skipBlanks(text, at + 1)))
    if (text[at] === '}') return at + 1
    if (text[at] !== ',') throw new PythonJsonError("Expecting ',' delimiter", text, at)
    at = skipBlanks(text, at + 1)
  }
}

function skipArray(text: string, start: number): number {
  let at = skipBlanks(text, start + 1)
  if (text[at] === ']') return at + 1
  for (;;) {
    at = skipBlanks(text, skipValue(text, at))
    if (text[at] === ']') return at + 1
    if (text[at] !== ',') throw new PythonJsonError("Expecting ',' delimiter", text, at)
    at = skipBlanks(text, at + 1)
  }
}
