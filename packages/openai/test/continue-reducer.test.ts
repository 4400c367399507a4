import {
  continueReducer,
  type FormatFixture,
  printers,
  readContinueStream,
  readFormatFixtures,
} from '@tooldelta/testbed'
import { cutText, toEvent } from '@tooldelta/testbed/scripted-upstream'
import { describe, expect, it } from 'vitest'
import { chunkOf, emptyCall, roleChunk, run, text, wholeCall } from './helpers.ts'

const answer = `<think>\nFirst the file.\n</think>\n\nI write it.\n${wholeCall}\n${emptyCall}\nand\n${wholeCall}`
const usage = { total_tokens: 9 }

describe('the Continue editor', () => {
  it.each([1, 2, 3, 7, 40, 10_000])('reads the same out of pieces of %i characters', (size) => {
    const pieces = cutText(answer, size).map((piece) => text(piece, null, {}, { usage }))
    const chunks = run([roleChunk, ...pieces, chunkOf({}, 'stop'), { choices: [], usage }], { includeUsage: true })
    const state = continueReducer(chunks)
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
    const state = continueReducer(chunks)
    expect(state.calls).toHaveLength(1)
    expect(JSON.parse(state.calls[0]!.arguments)).toEqual({ path: 'a.txt', content: 'hello' })
  })
})

describe('the Continue editor reads every format', () => {
  const formats = printers.map(({ format }) => format)
  it.each(formats)('%s: fixtures, whole and in pieces', (format) => {
    const fixtures = readFormatFixtures(format).filter(isWhole)
    expect(fixtures.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['two-calls', 'closers-inside']))
    for (const fixture of fixtures) {
      for (const size of [3, 10_000]) expect(readFixture(format, fixture, size)).toEqual(expectedOf(fixture))
    }
  })
})

/** A call that was cut off is what it is; what the editor makes of it is not ours. */
function isWhole({ expected, options }: FormatFixture): boolean {
  return expected.calls.every(({ status }) => status !== 'truncated') && options?.repair !== false
}

function readFixture(format: string, { text: raw, tools, options }: FormatFixture, size: number): object {
  const pieces = cutText(raw, size).map((piece) => text(piece))
  const chunks = run([roleChunk, ...pieces, chunkOf({}, 'stop')], { ...options, format, ...(tools && { tools }) })
  const { content, reasoning, calls } = readContinueStream(chunks.map(toEvent).join(''))
  return { content, reasoning, calls: calls.map((call) => ({ name: call.name, arguments: call.arguments })) }
}

function expectedOf({ expected }: FormatFixture): object {
  const { content, reasoning, calls } = expected
  return {
    content: content ?? '',
    reasoning: reasoning ?? '',
    calls: calls.map((call) => ({ name: call.name, arguments: call.arguments })),
  }
}
