import { escapeJson } from '../json/escape.ts'
import { type JsonListener, JsonMachine, type JsonRule } from '../json/json-machine.ts'
import { isJsonNumber, normalizeNumber } from '../json/number.ts'
import { ValueType } from './schema-types.ts'

/** A parameter's whole text as JSON. */
export interface ConvertedValue {
  json: string
  /** The text was broken JSON and has been mended (P12). */
  repaired?: boolean
  /** Why the value is not what its type asks for. */
  remark?: { code: 'value-type' | 'empty-value'; message: string }
}

const INTEGER = /^-?(?:0|[1-9][0-9]*)$/
const INTEGRAL = /^(-?(?:0|[1-9][0-9]*))\.0*$/
const CONTAINER = ValueType.object | ValueType.array
/** What Python writes differently from JSON; reading it is typing, not a repair (fine print 18, 19). */
const PYTHON_RULES: ReadonlySet<JsonRule> = new Set<JsonRule>(['R3', 'R4', 'R8', 'R20'])

/** Any text as a JSON string. */
export function quoteJson(text: string): string {
  return `"${escapeJson(text)}"`
}

/** Keys of a JSON object, `undefined` for any other JSON text. */
export function objectKeys(json: string): string[] | undefined {
  return json.startsWith('{') ? Object.keys(JSON.parse(json) as object) : undefined
}

/** Writes the text of a parameter as JSON of one of the types that its schema allows (profile REC, P5). */
export function convertValue(text: string, types: number, repair: boolean): ConvertedValue {
  return (types & ValueType.string) === 0 ? convertTyped(text, types, repair) : convertUnion(text, types)
}

/** With string among the types, only exact JSON spellings convert (fine print 16). */
function convertUnion(text: string, types: number): ConvertedValue {
  if (types & ValueType.null && (text === 'null' || text === 'None')) return { json: 'null' }
  if (types & ValueType.integer && INTEGER.test(text)) return { json: text }
  if (types & ValueType.number && isJsonNumber(text)) return { json: text }
  if (types & ValueType.boolean && (text === 'true' || text === 'false')) return { json: text }
  if (types & CONTAINER) {
    const container = readContainer(text.trim())
    if (container !== undefined && container.rules.size === 0 && types & container.type) return { json: container.json }
  }
  return { json: quoteJson(text) }
}

function convertTyped(text: string, types: number, repair: boolean): ConvertedValue {
  const trimmed = text.trim()
  if (trimmed === '') {
    if (types & ValueType.null) return { json: 'null' }
    return { json: '""', remark: { code: 'empty-value', message: 'An empty value for a parameter that is no string.' } }
  }
  if (/^(?:null|none)$/i.test(trimmed)) return { json: 'null' }
  return (
    convertNumber(trimmed, types) ??
    convertBoolean(trimmed, types) ??
    convertContainer(trimmed, types, repair) ?? {
      json: quoteJson(text),
      remark: { code: 'value-type', message: 'The value does not fit its declared type; it is passed on as a string.' },
    }
  )
}

function convertNumber(text: string, types: number): ConvertedValue | undefined {
  if ((types & (ValueType.integer | ValueType.number)) === 0) return undefined
  // `1` for a boolean-or-number is the number: integer and number come before boolean.
  const number = normalizeNumber(text, false)
  if (number === undefined) return undefined
  if (types & ValueType.number || INTEGER.test(number)) return { json: number }
  const integral = INTEGRAL.exec(number)
  if (integral !== null) return { json: integral[1] as string }
  return {
    json: number,
    remark: { code: 'value-type', message: 'A number that is no integer for an integer parameter.' },
  }
}

function convertBoolean(text: string, types: number): ConvertedValue | undefined {
  if ((types & ValueType.boolean) === 0) return undefined
  if (/^(?:true|1)$/i.test(text)) return { json: 'true' }
  return /^(?:false|0)$/i.test(text) ? { json: 'false' } : undefined
}

function convertContainer(text: string, types: number, repair: boolean): ConvertedValue | undefined {
  if ((types & CONTAINER) === 0) return undefined
  const container = readContainer(text)
  if (container === undefined) return undefined
  for (const rule of container.rules) {
    if (!PYTHON_RULES.has(rule)) return repair ? { json: container.json, repaired: true } : undefined
  }
  return { json: container.json }
}

interface Container {
  json: string
  type: number
  /** Rules that were needed; empty for valid JSON. */
  rules: Set<JsonRule>
}

/** Reads a whole object or array: JSON as it is, else Python literals, else with the repair rules. */
function readContainer(text: string): Container | undefined {
  const first = text[0]
  if (first !== '{' && first !== '[' && first !== '(') return undefined
  const rules = new Set<JsonRule>()
  const pieces: string[] = []
  const listener: JsonListener = {
    text: (piece) => void pieces.push(piece),
    decoded: () => {},
    key: () => {},
    value: (depth) => {
      if (depth === 0) machine.state.copy = true
    },
    valueEnd: () => {},
    repair: (rule) => {
      rules.add(rule)
      return true
    },
    nonFinite: () => 'null',
    markerAt: () => 'no',
  }
  const machine = new JsonMachine(listener, { python: true })
  const end = machine.run(text, 0, text.length, true)
  if (!machine.done) {
    const closing = machine.blocked || machine.failed ? undefined : machine.closing()
    if (closing === undefined) return undefined
    rules.add('R5')
    pieces.push(closing)
  } else if (end < text.length) return undefined
  return { json: pieces.join(''), type: first === '{' ? ValueType.object : ValueType.array, rules }
}
