import type { ChatTool, ParserOptions } from '@tooldelta/core'
import { makeCodeText } from './code-text.ts'
import { printHermesCall, printTaggedCall, type PrintedCall } from './printers.ts'
import { createRandom } from './random.ts'
import type { Recordings } from './recordings.ts'

/** One message of a model with its one right reading. */
export interface BenchDocument {
  text: string
  options: ParserOptions
  expected: { content: string | null; calls: readonly PrintedCall[] }
  /** The long string argument that the document is about, where there is one. */
  value?: {
    /** Index of its first character in `text`. */
    start: number
    /** Length of the JSON text before its first character in the arguments. */
    prefixLength: number
    text: string
  }
}

const kilobyte = 1024

/** Sizes by the names that scenarios use, in characters of the long argument. */
export const sizes = {
  '2KB': 2 * kilobyte,
  '4KB': 4 * kilobyte,
  '8KB': 8 * kilobyte,
  '16KB': 16 * kilobyte,
  '64KB': 64 * kilobyte,
  '256KB': 256 * kilobyte,
  '1MB': 1024 * kilobyte,
} as const

export type SizeName = keyof typeof sizes

const writeFile = tool('write_file', { path: { type: 'string' }, content: { type: 'string' } })

/** A call that writes one long file: the case that users wait for. */
export function makeWriteFile(
  format: string,
  print: (call: PrintedCall) => string,
  chars: number,
  lines: readonly string[],
): BenchDocument {
  const content = makeCodeText({ seed: 20_261_125, chars, lines })
  const path = 'src/example.ts'
  const call = { name: 'write_file', arguments: { path, content } }
  const hole = 'CONTENT'
  const unwritten = { name: 'write_file', arguments: { path, content: hole } }
  const text = print(call)
  return {
    text,
    options: { format, tools: [writeFile], reasoning: 'off' },
    expected: { content: null, calls: [call] },
    value: {
      start: print(unwritten).indexOf(hole),
      prefixLength: JSON.stringify(unwritten.arguments).indexOf(hole),
      text: content,
    },
  }
}

/** The same call under the tag format of Qwen3-Coder. */
export function makeTagged(chars: number, lines: readonly string[]): BenchDocument {
  return makeWriteFile('qwen3_coder', printTaggedCall, chars, lines)
}

/** The same call as hermes JSON. */
export function makeHermes(chars: number, lines: readonly string[]): BenchDocument {
  return makeWriteFile('hermes', printHermesCall, chars, lines)
}

/** Recorded prose without any call: the parser must give it back byte for byte. */
export function makePlainText(chars: number, recordings: Pick<Recordings, 'prose'>): BenchDocument {
  const random = createRandom(7)
  let text = 'Let me look at this first. '
  while (text.length < chars) text += `${random.pick(recordings.prose)}\n\n`
  const content = `${text.slice(0, chars - 1).trimEnd()}.`
  return {
    text: content,
    options: { format: 'qwen3_coder', tools: [writeFile], reasoning: 'off' },
    expected: { content, calls: [] },
  }
}

const smallTools = [
  tool('read_file', { path: { type: 'string' }, limit: { type: 'integer' } }),
  tool('search', { query: { type: 'string' }, caseSensitive: { type: 'boolean' } }),
  tool('list_files', {}),
  tool('edit', {
    path: { type: 'string' },
    old: { type: 'string' },
    new: { type: 'string' },
    options: { type: 'object' },
  }),
]

/** Many calls of every value type in one message. */
export function makeManyCalls(count: number, lines: readonly string[]): BenchDocument {
  const random = createRandom(11)
  const calls = Array.from({ length: count }, (_, index): PrintedCall => {
    const path = `src/part-${random.integer(1000)}/file.ts`
    const line = () => makeCodeText({ seed: random.integer(1e9), chars: 20 + random.integer(60), lines })
    const variants: PrintedCall[] = [
      { name: 'read_file', arguments: { path, limit: random.integer(5000) } },
      { name: 'search', arguments: { query: line(), caseSensitive: random.integer(2) === 0 } },
      { name: 'list_files', arguments: {} },
      { name: 'edit', arguments: { path, old: line(), new: line(), options: { all: true, from: [1, 2.5, null] } } },
    ]
    return variants[index % variants.length] as PrintedCall
  })
  return {
    text: calls.map(printTaggedCall).join('\n'),
    options: { format: 'qwen3_coder', tools: smallTools, reasoning: 'off' },
    expected: { content: null, calls },
  }
}

function tool(name: string, properties: Record<string, unknown>): ChatTool {
  return { type: 'function', function: { name, parameters: { type: 'object', properties } } }
}
