import { parseToolCalls } from '@tooldelta/core'
import { readSamples, runParser, mergeEvents, splitEvery } from '@tooldelta/testbed'
import { describe, expect, it } from 'vitest'
import { formats } from '../src/index.ts'

const known = new Set(formats.map(({ id }) => id))
const samples = readSamples().filter(({ format }) => known.has(format))

/** The string of gigachat3-2 holds a raw line break (R2), which is a rewrite in every format (fine print 19). */
const showsRepair = (id: string): boolean => id.endsWith('-repair') || id === 'gigachat3-2'

describe('samples of every format', () => {
  it.each(samples)('$id', ({ text, format, tools, expected }) => {
    const message = parseToolCalls(text, { format, tools })
    const calls = message.toolCalls.map((call) => ({
      name: call.function.name,
      arguments: JSON.parse(call.function.arguments) as unknown,
      ...(expected.calls.some(({ id }) => id !== undefined) ? { id: call.id } : {}),
    }))
    expect({ content: message.content, reasoning: message.reasoning, calls }).toEqual(expected)
  })

  it.each(samples)('$id: one character at a time', ({ text, format, tools }) => {
    expect(mergeEvents(runParser({ format, tools }, splitEvery(text, 1)))).toEqual(
      mergeEvents(runParser({ format, tools }, [text])),
    )
  })

  it.each(samples)(
    '$id: the calls of a sample are complete, except the one that shows a repair',
    ({ id, text, format, tools }) => {
      const statuses = parseToolCalls(text, { format, tools }).toolCalls.map((call) => call.status)
      expect(new Set(statuses)).toEqual(new Set([showsRepair(id) ? 'repaired' : 'complete']))
    },
  )
})
