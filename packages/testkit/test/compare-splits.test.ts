import { createToolCallParser } from '@tooldelta/core'
import { describe, expect, it } from 'vitest'
import { compareSplits, type DifferentSplit } from '../src/compare-splits.ts'

const text = 'Hi.\n<tool_call>\n<function=a>\n<parameter=b>\n1\n</parameter>\n</function>\n</tool_call>'
const options = { format: 'qwen3_coder' }

function run(
  finish: 'stop' | 'length',
  createParser?: typeof createToolCallParser,
): { places: number[]; different: DifferentSplit | undefined } {
  const work = compareSplits(text, options, finish, createParser)
  const places: number[] = []
  for (;;) {
    const next = work.next()
    if (next.done === true) return { places, different: next.value }
    places.push(next.value)
  }
}

/** Makes parsers that lose a character when the text is cut at one place: the kind of bug that the comparison is there for. */
function breakAt(place: number): typeof createToolCallParser {
  return (given) => {
    const parser = createToolCallParser(given)
    const feed = parser.feed.bind(parser)
    return Object.assign(parser, {
      feed: (chunk: string) => feed(chunk === text.slice(0, place) ? chunk.slice(0, -1) : chunk),
    })
  }
}

describe('all splits', () => {
  it.each(['stop', 'length'] as const)('are every place once, and equal: %s', (finish) => {
    const { places, different } = run(finish)
    expect(places).toEqual(Array.from({ length: text.length - 1 }, (_, index) => index + 1))
    expect(different).toBeUndefined()
  })

  it('stop at the first place with another result, and say what differs', () => {
    const { places, different } = run('stop', breakAt(40))
    expect(places.at(-1)).toBe(39)
    expect(different?.at).toBe(40)
    expect(different?.whole).not.toEqual(different?.split)
  })

  it('have nothing to do with a text of one character, or none', () => {
    for (const short of ['', 'a']) {
      expect(compareSplits(short, options, 'stop').next()).toEqual({ done: true, value: undefined })
    }
  })
})
