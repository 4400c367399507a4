/** What comes next inside the innermost container. */
type Expected = 'key' | 'colon' | 'value' | 'comma'

/**
 * Closes JSON text that breaks off: a value that has begun is ended where it is a string, a member without a value is left out, and the
 * open brackets are closed. The text up to its end must be valid.
 *
 * @returns text that is valid when the given beginning is
 * @example
 * ```ts
 * closeJson('{"path": "a.txt", "content": "hel') // '{"path": "a.txt", "content": "hel"}'
 * ```
 */
export function closeJson(text: string): string {
  const closers: string[] = []
  let expect: Expected = 'value'
  // Up to here the text with its brackets closed is a whole value.
  let end = 0
  let at = 0
  while (at < text.length) {
    const char = text[at]!
    if (char === '"') {
      const close = findStringEnd(text, at + 1)
      if (close === -1) {
        if (expect !== 'value') break
        return `${withoutCutEscape(text, at + 1)}"${closers.reverse().join('')}`
      }
      at = close + 1
      if (expect === 'key') {
        expect = 'colon'
        continue
      }
      expect = 'comma'
      end = at
      continue
    }
    at++
    if (char === '{' || char === '[') {
      closers.push(char === '{' ? '}' : ']')
      expect = char === '{' ? 'key' : 'value'
      end = at
    } else if (char === '}' || char === ']') {
      closers.pop()
      expect = 'comma'
      end = at
    } else if (char === ':') {
      expect = 'value'
    } else if (char === ',') {
      expect = closers.at(-1) === '}' ? 'key' : 'value'
    } else if (!isBlank(char)) {
      while (at < text.length && !isDelimiter(text[at]!)) at++
      expect = 'comma'
      end = at
    }
  }
  return text.slice(0, end) + closers.reverse().join('')
}

function findStringEnd(text: string, from: number): number {
  let at = from
  while (true) {
    const quote = text.indexOf('"', at)
    if (quote === -1) return -1
    let slashes = 0
    while (text[quote - 1 - slashes] === '\\' && quote - 1 - slashes >= from) slashes++
    if (slashes % 2 === 0) return quote
    at = quote + 1
  }
}

/** Takes off an escape that is not whole, and the first half of a pair whose second half is missing. */
function withoutCutEscape(text: string, stringStart: number): string {
  let end = text.length
  const tail = Math.max(stringStart, end - 6)
  for (let at = end - 1; at >= tail; at--) {
    if (text[at] !== '\\') continue
    let slashes = 1
    while (at - slashes >= stringStart && text[at - slashes] === '\\') slashes++
    if (slashes % 2 === 0) break
    const escape = text.slice(at, end)
    const isWhole = escape[1] === 'u' ? escape.length >= 6 : escape.length >= 2
    if (!isWhole || /^\\u[dD][89abAB][0-9a-fA-F]{2}$/u.test(escape)) end = at
    break
  }
  const last = text.charCodeAt(end - 1)
  if (last >= 0xd800 && last <= 0xdbff) end--
  return text.slice(0, end)
}

function isBlank(char: string): boolean {
  return char === ' ' || char === '\n' || char === '\r' || char === '\t'
}

function isDelimiter(char: string): boolean {
  return isBlank(char) || char === ',' || char === ':' || char === '}' || char === ']' || char === '"'
}
