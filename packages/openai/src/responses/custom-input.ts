/** Reads the string `input` out of the arguments of a call while they come. */
export interface CustomInputReader {
  /** Takes more of the arguments' JSON text and gives what it adds to the input. */
  push(text: string): string
  /** The arguments have ended; gives what is left of the input. */
  end(): string
}

const escapes: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }

type State =
  | 'between' // {"input": | "a"}
  | 'key' // {"in|put": "a"}
  | 'input' // {"input": "a|b"}
  | 'text' // {"other": "a|b"}

/** @internal */
export function createCustomInputReader(): CustomInputReader {
  const all: string[] = []
  let state: State = 'between'
  let depth = 0
  let isValue = false
  let key = ''
  let escape = ''
  let hasInput = false

  /** @returns the character that is meant, none inside an escape */
  function unescape(letter: string): string {
    if (escape === '') {
      if (letter !== '\\') return letter
      escape = letter
      return ''
    }
    escape += letter
    const isUnicode = escape[1] === 'u'
    if (isUnicode && escape.length < 6) return ''
    const meant = isUnicode ? String.fromCharCode(Number.parseInt(escape.slice(2), 16)) : (escapes[letter] ?? letter)
    escape = ''
    return meant
  }

  function takeBetween(letter: string): void {
    if (letter === '"') {
      const isInput = isValue && depth === 1 && key === 'input' && !hasInput
      hasInput ||= isInput
      state = isInput ? 'input' : !isValue && depth === 1 ? 'key' : 'text'
      if (state === 'key') key = ''
    } else if (letter === '{' || letter === '[') depth += 1
    else if (letter === '}' || letter === ']') depth -= 1
    else if (depth === 1 && letter === ':') isValue = true
    else if (depth === 1 && letter === ',') isValue = false
  }

  function take(letter: string): string {
    if (state === 'between') {
      takeBetween(letter)
      return ''
    }
    if (letter === '"' && escape === '') {
      state = 'between'
      return ''
    }
    const meant = unescape(letter)
    if (state === 'key') key += meant
    return state === 'input' ? meant : ''
  }

  return {
    push(text) {
      all.push(text)
      let added = ''
      // By UTF-16 unit: an escape may be half of a character.
      for (let place = 0; place < text.length; place += 1) added += take(text[place]!)
      return added
    },
    end() {
      // The model has written something else than asked for; better that than nothing.
      return hasInput ? '' : readOther(all.join(''))
    },
  }
}

function readOther(text: string): string {
  const value = readJson(text)
  if (value === undefined) return text
  const input = value['input'] ?? (Object.keys(value).length === 0 ? '' : value)
  return typeof input === 'string' ? input : JSON.stringify(input)
}

function readJson(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return undefined
  }
}
