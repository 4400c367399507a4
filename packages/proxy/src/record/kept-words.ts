import {
  type ChatTool,
  createToolCallParser,
  detectFormat,
  foldEvents,
  findFormat,
  type ParsedMessage,
  type ParserOptions,
} from '@tooldelta/core'
import { wordsOf } from './mask-words.ts'

/** Options that read a model's text. */
export type ReadingOptions = Omit<ParserOptions, 'audit' | 'createCallId'>

/**
 * The words that must stay so that a text is parsed as before: those of markup, names of tools and parameters, ids of calls, keys of
 * arguments.
 */
export function findKeptWords(texts: readonly string[], options: ReadingOptions): Set<string> {
  const words = new Set(wordsOfTools(options.tools ?? []))
  // Calls that are not made stay too: one rehearsed in a thought, an example, one of a tool that the request does not have.
  const generous = { callsInReasoning: 'extract', fencedCalls: 'extract', unknownTools: 'forward' } as const
  for (const { message, markup } of texts.flatMap((text) => [
    read(text, options),
    read(text, { ...options, ...generous }),
  ])) {
    const calls = message.toolCalls.flatMap(({ id, function: { name, arguments: json } }) => [
      id,
      name,
      ...keysOf(json),
    ])
    for (const word of wordsOf([...markup, ...calls].join(' '))) words.add(word)
  }
  return words
}

/** The keys of a JSON text, also of one that breaks off. */
export function keysOf(json: string): string[] {
  return [...json.matchAll(/"((?:[^"\\]|\\.){1,256})"\s*:/g)].map(([, key]) => key!)
}

/** Whether two texts of equal length have the same calls, remarks and borders; what texts and values say may differ. */
export function isSameParse(text: string, masked: string, options: ReadingOptions): boolean {
  return shapeOf(read(text, options).message) === shapeOf(read(masked, options).message)
}

function shapeOf({ content, reasoning, toolCalls, diagnostics }: ParsedMessage): string {
  return JSON.stringify([
    content?.length,
    reasoning?.length,
    toolCalls.map(({ id, status, function: called }) => [id, called.name, status, keysOf(called.arguments)]),
    diagnostics.map(({ code, offset, index }) => [code, offset, index]),
  ])
}

function read(text: string, options: ReadingOptions): { message: ParsedMessage; markup: string[] } {
  const format = options.format === 'auto' ? (detectFormat(text) ?? 'auto') : options.format
  const parser = createToolCallParser({ ...options, format, audit: true })
  const message = foldEvents([...parser.feed(text), ...parser.end()])
  const markup = parser.ledger().flatMap(({ kind, start, end }) => (kind === 'markup' ? [text.slice(start, end)] : []))
  const { reasoning, endTokens } = findFormat(format)
  return {
    message,
    markup: [...markup, reasoning?.open ?? '', reasoning?.close ?? '', ...(format === 'auto' ? [] : endTokens)],
  }
}

/** Names of tools and of their parameters at any depth, and the values that an enumeration allows. */
function wordsOfTools(tools: readonly ChatTool[]): string[] {
  const words: string[] = []
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    for (const [key, child] of Object.entries(value)) {
      if (key === 'properties') words.push(...wordsOf(Object.keys((child ?? {}) as object).join(' ')))
      if (key === 'enum' && Array.isArray(child)) words.push(...wordsOf(child.join(' ')))
      walk(child)
    }
  }
  for (const tool of tools) {
    words.push(...wordsOf(String(tool?.function?.name ?? '')))
    walk(tool?.function?.parameters)
  }
  return words
}
