import { cutText } from '@tooldelta/testbed/scripted-upstream'
import { describe, expect, it } from 'vitest'
import type { ChatCompletionChunk } from '../src/index.ts'
import { chunkOf, emptyCall, roleChunk, run, text, wholeCall } from './helpers.ts'

interface EditorCall {
  id: string
  name: string
  arguments: string
}

/**
 * How the Continue editor reads a stream, rule by rule, with its traps: a chunk is text, or calls, or reasoning, whichever comes first; a
 * chunk with usage is put aside and only the last of those is read; the index of a call is ignored, an entry belongs to the call of its id
 * or else to the last one; names grow by prefix; arguments that parse as JSON never grow again; the finish reason is ignored.
 */
function readAsContinue(chunks: readonly ChatCompletionChunk[]): {
  content: string
  reasoning: string
  calls: EditorCall[]
} {
  const state = { content: '', reasoning: '', calls: [] as EditorCall[] }
  const withUsage = chunks.filter((chunk) => chunk.usage)
  const read = [...chunks.filter((chunk) => !chunk.usage), ...withUsage.slice(-1)]
  for (const chunk of read) {
    if (chunk.error !== undefined) throw new Error(chunk.error.message)
    const delta = chunk.choices?.[0]?.delta
    if (delta === undefined) continue
    if (delta.content) state.content += delta.content
    else if (delta.tool_calls !== undefined) for (const entry of delta.tool_calls) takeEntry(state.calls, entry)
    else if (delta.reasoning_content) state.reasoning += delta.reasoning_content
  }
  return state
}

function takeEntry(
  calls: EditorCall[],
  entry: { id?: string; function?: { name?: string; arguments?: string } },
): void {
  const last = calls.at(-1)
  let call = entry.id === undefined ? last : calls.find(({ id }) => id === entry.id)
  if (call === undefined) {
    call = { id: entry.id ?? '', name: '', arguments: '' }
    calls.push(call)
  }
  const { name, arguments: piece } = entry.function ?? {}
  if (name !== undefined && !call.name.startsWith(name))
    call.name = name.startsWith(call.name) ? name : call.name + name
  if (piece === undefined || isJson(call.arguments)) return
  call.arguments += piece
}

function isJson(value: string): boolean {
  try {
    JSON.parse(value)
    return true
  } catch {
    return false
  }
}

const answer = `<think>\nFirst the file.\n</think>\n\nI write it.\n${wholeCall}\n${emptyCall}\nand\n${wholeCall}`
const usage = { total_tokens: 9 }

describe('the Continue editor', () => {
  it.each([1, 2, 3, 7, 40, 10_000])('reads the same out of pieces of %i characters', (size) => {
    const pieces = cutText(answer, size).map((piece) => text(piece, null, {}, { usage }))
    const chunks = run([roleChunk, ...pieces, chunkOf({}, 'stop'), { choices: [], usage }], { includeUsage: true })
    const state = readAsContinue(chunks)
    expect(state.reasoning).toBe('First the file.')
    expect(state.content).toBe('I write it.\nand')
    expect(state.calls.map((call) => [call.name, JSON.parse(call.arguments)])).toEqual([
      ['write_file', { path: 'a.txt', content: 'hello' }],
      ['list_files', {}],
      ['write_file', { path: 'a.txt', content: 'hello' }],
    ])
    expect(new Set(state.calls.map((call) => call.id)).size).toBe(3)
  })

  it('reads one call when the upstream interrupts it with reasoning', () => {
    const cut = wholeCall.length - 30
    const chunks = run([
      roleChunk,
      text(wholeCall.slice(0, cut)),
      chunkOf({ reasoning: 'hm' }),
      text(wholeCall.slice(cut), 'stop'),
    ])
    const state = readAsContinue(chunks)
    expect(state.calls).toHaveLength(1)
    expect(JSON.parse(state.calls[0]!.arguments)).toEqual({ path: 'a.txt', content: 'hello' })
  })
})
