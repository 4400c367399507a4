import { expect, it } from 'vitest'
import { createRandomCallId } from '../src/index.ts'

it('makes ids of 24 letters or digits that do not repeat and use every character', () => {
  const ids = Array.from({ length: 2000 }, () => createRandomCallId())
  expect(new Set(ids).size).toBe(2000)
  for (const id of ids) expect(id).toMatch(/^call_[A-Za-z0-9]{24}$/)
  expect(new Set(ids.map((id) => id.slice(5)).join('')).size).toBe(62)
})
