import { foldEvents } from '@tooldelta/core'
import { mergeEvents, readUnparsedStreams, runParser } from '@tooldelta/testbed'
import { describe, expect, it } from 'vitest'

describe('streams of a vLLM server with no tool parser', () => {
  const streams = readUnparsedStreams()

  it('are there', () => {
    expect(streams).toHaveLength(4)
  })

  it.each(streams)('$id: the text gives what the recording expects', ({ chunks, expected }) => {
    const pieces = chunks.flatMap((chunk) => chunk.choices.map((choice) => choice.delta.content ?? ''))
    const events = runParser({ format: 'hermes' }, pieces)
    const message = foldEvents(events)
    // The recording keeps the white space next to the reasoning tags; for us it is layout (P10).
    expect(message.reasoning ?? '').toBe(expected?.reasoning_content.trim())
    expect(message.content ?? '').toBe(expected?.normal_content.trim())
    const calls = message.toolCalls.map((call) => [call.function.name, JSON.parse(call.function.arguments), call.status])
    expect(calls).toEqual(
      expected?.tool_calls.map((call) => [call.function.name, JSON.parse(call.function.arguments), 'complete']),
    )
    // The recording's arguments were written anew by its server; ours are the model's own text.
    for (const call of message.toolCalls) expect(pieces.join('')).toContain(call.function.arguments)
    expect(mergeEvents(events)).toEqual(mergeEvents(runParser({ format: 'hermes' }, [pieces.join('')])))
  })
})
