import { expect, it } from 'vitest'
import { growthBound, readGrowth, type Sample } from './verdict.ts'

function run(heapAt: (place: number) => number): Sample[] {
  return Array.from({ length: 40 }, (_, place) => ({
    seconds: place,
    answers: place * 100,
    rss: 0,
    heapUsed: heapAt(place),
    external: 0,
  }))
}

it('a heap that warms up and then stays is flat, also when it trembles', () => {
  const heapAt = (place: number): number => Math.min(place, 9) * 10_000_000 + (place % 3) * 1_000_000
  expect(readGrowth(run(heapAt))).toBeLessThan(growthBound)
})

it('a heap that grows by a little with every look is not', () => {
  expect(readGrowth(run((place) => 50_000_000 + place * 300_000))).toBeGreaterThan(growthBound)
})
