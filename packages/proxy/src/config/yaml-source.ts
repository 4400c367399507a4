import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument, type Document } from 'yaml'
import { maskLine } from './mask.ts'
import type { ConfigProblem, SettingOrigin } from './problem.ts'
import type { SettingPath } from './settings.ts'

/** Settings as they stand in a file. */
export interface YamlSource {
  /** The settings; empty where nothing is set. */
  value: Record<string, unknown>
  problems: ConfigProblem[]
  /** The values that stand for `${VARIABLE}`. */
  references: Reference[]
  /** Where a setting stands, or the nearest one around it. */
  locate(path: SettingPath, what?: 'key' | 'value'): SettingOrigin
}

/** A text with `${VARIABLE}` in it. */
export interface Reference {
  path: SettingPath
  text: string
}

/** Reads YAML, or JSON, which is YAML as well. */
export function readYaml(text: string, file: string): YamlSource {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true })
  const origin = createOrigins(text, file, lines)
  const locate: YamlSource['locate'] = (path, what = 'value') => origin(...findRange(document, path, what))
  const faults = document.errors.map(({ code, message, pos }) => ({
    ...origin(pos[0], pos[1]),
    path: [],
    message: toSentence(message),
    mend: mends[code] ?? 'Check the indentation and the quotes here.',
  }))
  if (faults.length > 0) return { value: {}, problems: faults, references: [], locate }
  return { ...readValue(document, locate), locate }
}

function readValue(document: Document, locate: YamlSource['locate']): Omit<YamlSource, 'locate'> {
  let value: unknown
  try {
    value = dropNulls(document.toJS())
  } catch (error) {
    return problemOnly({ ...locate([]), message: toSentence((error as Error).message), mend: 'Write the value out.' })
  }
  if (value === null || value === undefined) return { value: {}, problems: [], references: [] }
  if (typeof value !== 'object' || Array.isArray(value)) {
    return problemOnly({
      ...locate([]),
      message: 'The file holds no settings.',
      mend: 'It must be a mapping that begins with listen:, upstreams: or models:.',
    })
  }
  return { value: value as Record<string, unknown>, problems: [], references: findReferences(value, []) }
}

function problemOnly(problem: Omit<ConfigProblem, 'path'>): Omit<YamlSource, 'locate'> {
  return { value: {}, problems: [{ path: [], ...problem }], references: [] }
}

/** A name with nothing behind it is not set: that is how people leave a section empty. */
function dropNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(dropNulls)
  if (typeof value !== 'object' || value === null) return value
  const set = Object.entries(value).filter(([, child]) => child !== null)
  return Object.fromEntries(set.map(([name, child]) => [name, dropNulls(child)]))
}

function findReferences(value: unknown, path: SettingPath): Reference[] {
  if (typeof value === 'string') return value.includes('${') ? [{ path, text: value }] : []
  if (Array.isArray(value)) return value.flatMap((child, index) => findReferences(child, [...path, index]))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, child]) => findReferences(child, [...path, name]))
}

function createOrigins(text: string, file: string, lines: LineCounter): (start: number, end: number) => SettingOrigin {
  const rows = text.split('\n')
  return (start, end) => {
    const { line, col } = lines.linePos(Math.min(start, text.length))
    const row = rows[line - 1]?.replace(/\r$/, '') ?? ''
    return {
      source: file,
      line,
      column: col,
      excerpt: maskLine(row),
      length: Math.max(1, Math.min(end - start, row.length - col + 1)),
    }
  }
}

/** Offsets of the deepest part of a path that the document has. */
function findRange(document: Document, path: SettingPath, what: 'key' | 'value'): [number, number] {
  let node = document.contents as Node | null
  let range: [number, number] = rangeOf(node) ?? [0, 1]
  for (const [place, step] of path.entries()) {
    node = isAlias(node) ? (node.resolve(document) ?? null) : node
    const pair = isMap(node) ? findPair(node.items, step) : undefined
    const child = isSeq(node)
      ? (node.items[Number(step)] as Node | undefined)
      : (pair?.value as Node | null | undefined)
    const isKeyMeant = child === null || child === undefined || (what === 'key' && place === path.length - 1)
    const next = rangeOf(isKeyMeant && pair !== undefined ? (pair.key as Node) : child)
    if (next === undefined) return range
    range = next
    if (child === null || child === undefined) return range
    node = child
  }
  return range
}

function findPair(pairs: readonly Pair[], step: string | number): Pair | undefined {
  return pairs.find(({ key }) => isScalar(key) && String(key.value) === String(step))
}

function rangeOf(node: Node | null | undefined): [number, number] | undefined {
  const range = node?.range
  return range === null || range === undefined ? undefined : [range[0], range[1]]
}

function toSentence(message: string): string {
  const line = message.replaceAll(/\s*\n\s*/g, ' ').trim()
  return /[.!?]$/.test(line) ? line : `${line}.`
}

/** Mends by the codes of the YAML reader. */
const mends: Record<string, string> = {
  BAD_INDENT: 'Give all settings of one level the same number of spaces before them.',
  TAB_AS_INDENT: 'Use spaces for indentation.',
  DUPLICATE_KEY: 'Keep one of them.',
  MULTILINE_IMPLICIT_KEY: 'Is a colon missing behind a name, or a quote at the end of a line?',
  MISSING_CHAR: 'Close the bracket or the quote.',
  UNEXPECTED_TOKEN: 'Check the quotes and brackets here; a text with special characters needs quotes.',
  MULTIPLE_DOCS: 'Remove the line ---: the settings are one document.',
  BAD_ALIAS: 'Name an anchor that stands before it; a text that begins with * needs quotes.',
}
