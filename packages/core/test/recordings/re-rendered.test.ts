import { foldEvents } from '@tooldelta/core'
import { mergeEvents, readRerenderedTurns, runParser } from '@tooldelta/testbed'
import { describe, expect, it } from 'vitest'

describe('re-rendered turns', () => {
  it.each(readRerenderedTurns())('$id: exact, at token cuts and whole', ({ text, chunks, format, tools, expected }) => {
    expect(chunks.join('')).toBe(text)
    const options = { format, tools, reasoning: 'off' } as const
    const atTokens = runParser(options, chunks)
    const message = foldEvents(atTokens)
    const calls = message.toolCalls.map((call) => ({
      name: call.function.name,
      arguments: JSON.parse(call.function.arguments) as unknown,
    }))
    expect({ content: message.content, calls }).toEqual(expected)
    expect(message.reasoning).toBeNull()
    expect(message.toolCalls.map((call) => call.status)).toEqual(expected.calls.map(() => 'complete'))
    expect(mergeEvents(atTokens)).toEqual(mergeEvents(runParser(options, [text])))
  })
})
