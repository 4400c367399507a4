import { foldMessageEvents, foldResponseEvents, messageSchema, responseSchema } from '@tooldelta/testbed/wires'
import { describe, expect, it } from 'vitest'
import {
  messagesWire,
  responsesWire,
  transformCompletion,
  type ChatCompletionChunk,
  type Wire,
  type WireEvent,
} from '../../src/index.ts'
import { chunksOf, countIds, eventsOf, fixtures, usage, withCallIds, type NamedFixture } from './answers.ts'

const byFormat = new Map<string, NamedFixture[]>()
for (const one of fixtures) {
  const format = String(one.options.format)
  byFormat.set(format, [...(byFormat.get(format) ?? []), one])
}

function encode(wire: Wire, chunks: readonly ChatCompletionChunk[]): WireEvent[] {
  return eventsOf(wire.createStreamEncoder({ model: 'm' }, { createId: countIds() }), chunks)
}

/** The calls of a response, and whether they were cut off. */
function callsOf(output: readonly { type: string }[]): unknown[] {
  const calls = output as { type: string; name?: string; arguments?: string; status?: string }[]
  return calls
    .filter(({ type }) => type === 'function_call')
    .map((call) => [call.name, call.arguments, call.status === 'incomplete'])
}

function expectedOf({ fixture }: NamedFixture): unknown[] {
  return fixture.expected.calls.map((call) => [call.name, call.arguments, call.status === 'truncated'])
}

describe.each([...byFormat])('answers in the format %s', (_format, list) => {
  it('keep the published types and order on both wires, and say the same when cut into characters', () => {
    for (const one of list) {
      const { name, fixture, options } = one
      const parser = withCallIds(options)
      const finish = fixture.finishReason ?? 'stop'
      const whole = chunksOf([fixture.text], parser, finish)
      const single = chunksOf([...fixture.text], parser, finish)

      const response = foldResponseEvents(encode(responsesWire, whole))
      expect(foldResponseEvents(encode(responsesWire, single)), name).toEqual(response)
      expect(callsOf(response.output), name).toEqual(expectedOf(one))
      const texts = response.output.flatMap((item) => (item.type === 'message' ? item.content : []))
      expect(texts.map((part) => ('text' in part ? part.text : '')).join(''), name).toBe(fixture.expected.content ?? '')

      const message = foldMessageEvents(encode(messagesWire, whole))
      expect(foldMessageEvents(encode(messagesWire, single)), name).toEqual(message)
      const blocks = message.blocks.filter(([type]) => type === 'tool_use')
      expect(
        blocks.map(([, input, tool]) => [tool, input]),
        name,
      ).toEqual(fixture.expected.calls.map((call) => [call.name, call.arguments]))
    }
  })

  it('that were not streamed say what the streamed ones say, but for the order of texts and calls', () => {
    for (const one of list) {
      const { name, fixture, options } = one
      const parser = withCallIds(options)
      const finish = fixture.finishReason ?? 'stop'
      const given = { role: 'assistant', content: fixture.text }
      const completion = transformCompletion(
        { choices: [{ index: 0, message: given, finish_reason: finish }], usage } as object,
        parser,
      )
      const chunks = chunksOf([fixture.text], parser, finish)

      const response = responsesWire.toAnswer(completion, { model: 'm' })
      expect(responseSchema.safeParse(response).error, name).toBeUndefined()
      expect(callsOf(response['output'] as never), name).toEqual(expectedOf(one))
      const streamed = foldResponseEvents(encode(responsesWire, chunks))
      expect([response['status'], response['usage']], name).toEqual([streamed.status, streamed.usage])

      const text = messagesWire.write(messagesWire.toAnswer(completion, { model: 'm' }))
      const message = JSON.parse(text) as { stop_reason: string; content: Record<string, unknown>[] }
      expect(messageSchema.safeParse(message).error, name).toBeUndefined()
      expect(message.stop_reason, name).toBe(foldMessageEvents(encode(messagesWire, chunks)).stopReason)
      const whole = fixture.expected.calls.filter(({ status }) => status !== 'truncated')
      expect(
        message.content.filter(({ type }) => type === 'tool_use').map(({ name: tool, input }) => [tool, input]),
        name,
      ).toEqual(whole.map((call) => [call.name, JSON.parse(call.arguments)]))
    }
  })
})
