import { expect } from 'vitest'

/** A call as clients put it together. */
export interface FoldedCall {
  id: string
  name: string
  arguments: string
}

/** A choice as clients put it together from its deltas. */
export interface FoldedChoice {
  content: string
  reasoning: string
  calls: FoldedCall[]
  finishReason: string | null
}

/** A stream as a client reads it. */
export interface FoldedStream {
  choices: FoldedChoice[]
  usage: unknown
  error: { message: string; type: string; code: unknown } | undefined
}

interface Delta {
  role?: unknown
  content?: unknown
  reasoning_content?: unknown
  tool_calls?: { index: number; id?: unknown; type?: unknown; function: { name?: unknown; arguments?: unknown } }[]
}

interface Chunk {
  id?: unknown
  error?: { message: string; type: string; code: unknown }
  choices?: { index: number; delta: Delta; finish_reason: string | null }[]
  usage?: unknown
}

/** The data lines of an event stream, `[DONE]` left out; checks the framing. */
export function readEventData(text: string): unknown[] {
  const events = text.split('\n\n')
  expect(events.pop(), 'the stream ends with an empty line').toBe('')
  const data = events.filter((event) => event !== ': keep-alive')
  expect(
    data.every((event) => event.startsWith('data: ') && !event.includes('\n')),
    'every event is one data line',
  ).toBe(true)
  expect(data.at(-1), 'the last event').toBe('data: [DONE]')
  expect(data.filter((event) => event === 'data: [DONE]').length, 'number of [DONE]').toBe(1)
  return data.slice(0, -1).map((event) => JSON.parse(event.slice('data: '.length)) as unknown)
}

/**
 * Puts the chunks of a stream together and checks on the way that each is of the strictest shape that every known client reads: the role
 * first and alone, one kind of delta in a chunk, calls one after the other from index 0 with id, type and whole name in their first
 * delta, one finish in a chunk of its own, usage last without choices.
 */
export function foldStrictly(chunks: readonly unknown[]): FoldedStream {
  const stream: FoldedStream = { choices: [], usage: undefined, error: undefined }
  for (const chunk of chunks as Chunk[]) {
    expect(stream.error, 'nothing follows an error').toBeUndefined()
    expect(stream.usage, 'nothing but an error follows usage').toBeUndefined()
    if (chunk.error !== undefined) {
      expect(Object.keys(chunk), 'an error stands alone').toEqual(['error'])
      stream.error = chunk.error
      continue
    }
    expect(Array.isArray(chunk.choices), 'choices is a list').toBe(true)
    expect(chunk.choices!.length, 'one choice in a chunk').toBeLessThanOrEqual(1)
    const choice = chunk.choices![0]
    if (choice === undefined) {
      if (chunk.usage !== null) stream.usage = chunk.usage
      continue
    }
    expect(chunk.usage ?? null, 'no usage beside a choice').toBeNull()
    foldChoice(stream, choice)
  }
  const calls = stream.choices.flatMap((choice) => choice.calls)
  expect(new Set(calls.map((call) => call.id)).size, 'ids do not repeat').toBe(calls.length)
  return stream
}

function foldChoice(
  stream: FoldedStream,
  { index, delta, finish_reason: finish }: NonNullable<Chunk['choices']>[number],
): void {
  let state = stream.choices[index]
  if (state === undefined) {
    expect(delta, 'the role comes first and alone').toEqual({ role: 'assistant', content: expect.toSatisfy(isEmpty) })
    expect(finish).toBeNull()
    state = { content: '', reasoning: '', calls: [], finishReason: null }
    stream.choices[index] = state
    return
  }
  expect(state.finishReason, 'nothing follows the finish').toBeNull()
  expect(Object.keys(delta).length, 'one kind of delta in a chunk').toBeLessThanOrEqual(1)
  if (finish !== null) {
    expect(delta, 'the finish has a chunk of its own').toEqual({})
    state.finishReason = finish
  }
  if (typeof delta.content === 'string') state.content += delta.content
  if (typeof delta.reasoning_content === 'string') {
    expect(state.calls.length === 0 || isWhole(state.calls.at(-1)!), 'no reasoning inside a call').toBe(true)
    state.reasoning += delta.reasoning_content
  }
  if (delta.tool_calls === undefined) return
  expect(delta.tool_calls.length, 'one call in a chunk').toBe(1)
  foldCall(state.calls, delta.tool_calls[0]!)
}

function foldCall(calls: FoldedCall[], entry: NonNullable<Delta['tool_calls']>[number]): void {
  if (entry.index === calls.length) {
    if (calls.length > 0) expect(isWhole(calls.at(-1)!), 'calls follow each other').toBe(true)
    expect(entry).toEqual({
      index: calls.length,
      id: expect.stringMatching(/./),
      type: 'function',
      function: { name: expect.stringMatching(/./), arguments: '' },
    })
    calls.push({ id: entry.id as string, name: entry.function.name as string, arguments: '' })
    return
  }
  expect(entry).toEqual({ index: calls.length - 1, function: { arguments: expect.any(String) } })
  const call = calls.at(-1)!
  if (call.arguments !== '') expect(isWhole(call), 'nothing follows whole arguments').toBe(false)
  call.arguments += entry.function.arguments as string
}

function isWhole(call: FoldedCall): boolean {
  try {
    JSON.parse(call.arguments)
    return true
  } catch {
    return false
  }
}

function isEmpty(value: unknown): boolean {
  return value === '' || value === null
}
