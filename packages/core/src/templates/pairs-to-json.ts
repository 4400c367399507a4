import { AnchorScanner } from '../scan/anchor-scanner.ts'
import type { Tool } from '../tools.ts'
import { convertValue, quoteJson } from '../values/convert-value.ts'
import { ValueType } from '../values/schema-types.ts'
import type { ContentPlan } from './content-options.ts'

type PairContent = Extract<ContentPlan, { kind: 'xml-inline' | 'kv-lines' }>

const CONTAINER = ValueType.object | ValueType.array

/**
 * The pairs of a text that is whole, as a JSON object. Values are typed by the tool's schema, or by the template.
 *
 * @param tool - absent while it is not known
 */
export function pairsToJson(text: string, content: PairContent, tool: Tool | undefined, repair: boolean): string {
  const values = new Map<string, string[]>()
  const pairs = content.kind === 'xml-inline' ? readTags(text, content) : readLines(text, content)
  for (const [key, value] of pairs) values.set(key, [...(values.get(key) ?? []), value])
  const merges = content.kind === 'xml-inline' && content.merge
  const members = [...values].map(([key, [first = '', ...others]]) => {
    const declared = tool?.declares(key) === true ? tool.typesOf(key) : content.value || ValueType.string
    const isList = merges && others.length > 0
    const types = isList ? declared & ~CONTAINER || ValueType.string : declared
    const write = (value: string): string => writeValue(value, types, content.value !== 0, repair)
    return `${quoteJson(key)}:${isList ? `[${[first, ...others].map(write).join(',')}]` : write(first)}`
  })
  return `{${members.join(',')}}`
}

function writeValue(text: string, types: number, isParsed: boolean, repair: boolean): string {
  if (types === ValueType.string) return quoteJson(text)
  return isParsed && isJsonString(text) ? text : convertValue(text, types, repair).json
}

function isJsonString(text: string): boolean {
  try {
    return typeof JSON.parse(text) === 'string'
  } catch {
    return false
  }
}

function readTags(text: string, { tags }: Extract<PairContent, { kind: 'xml-inline' }>): [string, string][] {
  const pairs: [string, string][] = []
  const { tag } = tags
  const scanner = new AnchorScanner([tag], () => true)
  const source = { text, offset: 0, ended: true }
  const capture = (slots: readonly number[], group: string): string => {
    const slot = 2 + 2 * tag.groups.indexOf(group)
    return text.slice(Math.max(0, slots[slot] as number), Math.max(0, slots[slot + 1] as number))
  }
  for (;;) {
    const hit = scanner.run(source, Number.POSITIVE_INFINITY)
    if (hit === undefined || hit.end === hit.start) return pairs
    pairs.push([capture(hit.slots, 'key'), capture(hit.slots, 'value')])
    scanner.start(hit.end)
  }
}

function readLines(text: string, content: Extract<PairContent, { kind: 'kv-lines' }>): [string, string][] {
  const { lineSep, kvSep, strip } = content
  return text.split(lineSep).flatMap((line): [string, string][] => {
    const at = line.indexOf(kvSep)
    if (at < 0) return []
    const [key, value] = [line.slice(0, at), line.slice(at + kvSep.length)]
    return [strip ? [key.trim(), value.trim()] : [key, value]]
  })
}
