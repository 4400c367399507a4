import { parseToolCalls } from '@tooldelta/core'
import { readSamples, runParser, mergeEvents, splitEvery } from '@tooldelta/testkit'
import { describe, expect, it } from 'vitest'

describe('samples of every format', () => {
  it.each(readSamples())('$id', ({ text, format, tools, expected }) => {
    const message = parseToolCalls(text, { format, tools })
    const calls = message.toolCalls.map((call) => ({
      name: call.function.name,
      arguments: JSON.parse(call.function.arguments) as unknown,
    }))
    expect({ content: message.content, reasoning: message.reasoning, calls }).toEqual(expected)
  })

  it.each(readSamples())('$id: one character at a time', ({ text, format }) => {
    expect(mergeEvents(runParser({ format }, splitEvery(text, 1)))).toEqual(mergeEvents(runParser({ format }, [text])))
  })

  it.each(readSamples())(
    '$id: the calls of a sample are complete, except the one that shows a repair',
    ({ id, text, format }) => {
      const statuses = parseToolCalls(text, { format }).toolCalls.map((call) => call.status)
      expect(new Set(statuses)).toEqual(new Set([id.endsWith('-repair') ? 'repaired' : 'complete']))
    },
  )
})
