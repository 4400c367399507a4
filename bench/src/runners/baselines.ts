import { XMLParser } from 'fast-xml-parser'
import type { BenchDocument } from '../documents.ts'
import { measureText, type PreparedScenario } from '../scenario.ts'

/** A search for a closer that occurs once: what touching every character once costs. */
export function prepareIndexOf(document: BenchDocument): PreparedScenario {
  const { text } = document
  const run = () => text.indexOf('</never-there>') + text.length
  return { run, ...measureText([text]) }
}

/** `JSON.stringify` of the argument in one piece. */
export function prepareStringify(document: BenchDocument): PreparedScenario {
  const text = document.value?.text ?? document.text
  const run = () => JSON.stringify(text).length
  return { run, ...measureText([text]) }
}

/** `JSON.stringify` of each chunk: the plain way to escape a stream of text. */
export function prepareStringifyEach(chunks: readonly string[]): PreparedScenario {
  function run(): number {
    let length = 0
    for (const chunk of chunks) length += JSON.stringify(chunk).slice(1, -1).length
    return length
  }
  return { run, ...measureText(chunks) }
}

/**
 * Collect all chunks, then read the call with fast-xml-parser and write its arguments as JSON. The text is the well-formed XML that says
 * the same, since the parser cannot read `<parameter=content>`.
 */
export function prepareXml(name: string, document: BenchDocument, cut: (text: string) => string[]): PreparedScenario {
  const call = document.expected.calls[0]
  if (call === undefined) throw new TypeError(`${name} needs a document with a call`)
  const chunks = cut(printXmlCall(call.name, call.arguments))
  const parser = new XMLParser({
    ignoreAttributes: false,
    trimValues: false,
    parseTagValue: false,
    processEntities: { enabled: true, maxTotalExpansions: Infinity, maxExpandedLength: Infinity },
  })
  function run(): number {
    const text = readXmlCall(parser, chunks.join(''))
    if (text !== expected) throw new Error(`${name}: wrong result`)
    return text.length
  }
  const expected = JSON.stringify(call.arguments)
  run()
  return { run, ...measureText(chunks) }
}

interface XmlCall {
  tool_call: { function: { parameter: { '@_name': string; '#text': string }[] } }
}

function readXmlCall(parser: XMLParser, text: string): string {
  const { tool_call: call } = parser.parse(text) as XmlCall
  const entries = call.function.parameter.map((parameter) => [parameter['@_name'], parameter['#text']])
  return JSON.stringify(Object.fromEntries(entries))
}

function printXmlCall(name: string, values: Readonly<Record<string, unknown>>): string {
  const parameters = Object.entries(values).map(
    ([key, value]) => `<parameter name="${key}">${escapeXml(String(value))}</parameter>`,
  )
  return `<tool_call><function name="${name}">${parameters.join('')}</function></tool_call>`
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
