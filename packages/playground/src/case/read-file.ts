import type { Cuts } from '../trace/cuts.ts'
import type { Case } from './case.ts'

/**
 * Reads a file that somebody opened: raw text, a fixture (`Copy as fixture`), or a recording of `tooldelta record`, whose first answer is
 * taken.
 */
export function readFile(name: string, content: string): Partial<Case> {
  if (/\.jsonl?$/i.test(name)) {
    const value = readJson(content) ?? readJson(content.split('\n', 1)[0] ?? '')
    const found = toCase(Array.isArray(value) ? value[0] : value)
    if (found !== undefined) return found
  }
  return { text: content }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function toCase(value: unknown): Partial<Case> | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { text, chunks, tools, format } = value as Record<string, unknown>
  const pieces = Array.isArray(chunks) ? chunks.map(readPiece).filter((piece) => piece !== undefined) : undefined
  const whole = typeof text === 'string' ? text : pieces?.join('')
  if (whole === undefined) return undefined
  return {
    text: whole,
    ...(typeof format === 'string' && { format }),
    ...(tools !== undefined && { tools: JSON.stringify(tools, null, 2) }),
    ...(pieces !== undefined && { cuts: toMarks(pieces) }),
  }
}

/** A chunk of a recording is its text, or the chunk object that a server sent. */
function readPiece(chunk: unknown): string | undefined {
  if (typeof chunk === 'string') return chunk
  const choices = (chunk as { choices?: { delta?: { content?: unknown } }[] } | null)?.choices
  const content = choices?.[0]?.delta?.content
  return typeof content === 'string' ? content : undefined
}

/** The cuts that a list of chunks was made by. */
export function toMarks(chunks: readonly string[]): Cuts {
  let place = 0
  return { kind: 'marks', at: chunks.slice(0, -1).map((chunk) => (place += chunk.length)) }
}
