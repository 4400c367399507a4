import { expect, it } from 'vitest'
import { createRandomCallId, transformCompletion } from '../src/index.ts'

it('makes ids of 24 letters or digits that do not repeat and use every character', () => {
  const ids = Array.from({ length: 2000 }, () => createRandomCallId())
  expect(new Set(ids).size).toBe(2000)
  for (const id of ids) expect(id).toMatch(/^call_[A-Za-z0-9]{24}$/)
  expect(new Set(ids.map((id) => id.slice(5)).join('')).size).toBe(62)
})

it('makes ids in the shape that the format wants', () => {
  const ids = Array.from({ length: 200 }, () => createRandomCallId({ prefix: '', length: 9 }))
  for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9]{9}$/)
  expect(new Set(ids).size).toBe(200)
})

it('gives Mistral the ids that its templates take', () => {
  const completion = {
    id: 'c',
    object: 'chat.completion' as const,
    created: 1,
    model: 'm',
    choices: [
      {
        index: 0,
        message: { role: 'assistant' as const, content: '[TOOL_CALLS]f[ARGS]{}' },
        finish_reason: 'stop' as const,
      },
    ],
  }
  const calls = transformCompletion(completion, { format: 'mistral' }).choices?.[0]?.message?.tool_calls ?? []
  expect(calls.map(({ id }) => id)).toEqual([expect.stringMatching(/^[A-Za-z0-9]{9}$/)])
})
