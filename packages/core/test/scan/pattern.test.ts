import { propertySettings, splitEvery } from '@tooldelta/testbed'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type AnchorHit, AnchorScanner, MAX_GROWTH } from '../../src/scan/anchor-scanner.ts'
import { type Pattern, compileLiterals, compilePattern } from '../../src/scan/pattern.ts'
import { PatternError } from '../../src/scan/pattern-syntax.ts'
import { randomPattern, randomText } from './random-patterns.ts'

const NO_LIMIT = Number.POSITIVE_INFINITY

/** The first match, with the text cut into pieces of a size; and the work that it took. */
function search(
  patterns: readonly Pattern[],
  text: string,
  { size = text.length + 1, from = 0, limit = NO_LIMIT }: { size?: number; from?: number; limit?: number } = {},
): { hit: AnchorHit | undefined; steps: number; held: number } {
  const scanner = new AnchorScanner(patterns, () => true)
  scanner.start(from)
  let hit: AnchorHit | undefined
  let sent = from
  let held = 0
  for (const piece of [...splitEvery(text.slice(from), size), '']) {
    sent += piece.length
    // Half a pair never stands at the end of the parser's buffer.
    if (/[\uD800-\uDBFF]$/.test(text.slice(0, sent)) && sent < text.length) continue
    hit = scanner.run({ text: text.slice(0, sent), offset: 0, ended: false }, limit)
    if (hit !== undefined) break
    held = Math.max(held, sent - scanner.holdFrom)
  }
  hit ??= scanner.run({ text, offset: 0, ended: true }, limit)
  return { hit, steps: scanner.steps, held }
}

function find(source: string, text: string): [number, number] | undefined {
  const { hit } = search([compilePattern(source)], text)
  return hit === undefined ? undefined : [hit.start, hit.end]
}

/** V8 finds an empty match between the halves of a pair. */
function withoutPairs(text: string): string {
  return text.replaceAll('😀', 'x')
}

describe('patterns', () => {
  it.each([
    ['abc', 'xabcx', [1, 4]],
    ['a|ab', 'ab', [0, 1]],
    ['(?:a|ab)c', 'abc', [0, 3]],
    ['a+?', 'aaa', [0, 1]],
    ['a+', 'xaaab', [1, 4]],
    ['a{2,3}', 'aaaa', [0, 3]],
    ['a{,2}b', 'aaab', [1, 4]],
    ['x{a}', 'x{a}', [0, 4]],
    ['{"n', '{"n"', [0, 3]],
    ['.', '\n', [0, 1]],
    ['^b', 'ab', undefined],
    ['a$', 'aa\n', [1, 2]],
    ['a\\Z', 'aa\n', undefined],
    ['\\bab', 'cab ab', [4, 6]],
    ['\\w+', '<Größe1_x>', [1, 9]],
    ['\\d+', 'a٣4', [1, 3]],
    ['\\s', 'a\u00a0', [1, 2]],
    ['[^a]', 'a😀', [1, 3]],
    ['[]a]+', 'x]a]', [1, 4]],
    ['[a\\]-]+', 'x]-a', [1, 4]],
    ['\\p{Lu}', 'abC', [2, 3]],
    ['<(?=b)', '<a<b', [2, 3]],
    ['<(?!a)', '<a<b', [2, 3]],
    ['(?s)a.c', 'a\nc', [0, 3]],
    ['\\u0061\\x62\\U0001F600', 'ab😀', [0, 4]],
    ['(?:)*a', 'ba', [1, 2]],
    ['(?:a*)*b', 'aab', [0, 3]],
    ['(?:\\|)', '|', [0, 1]],
  ])('%s on %j', (source, text, expected) => {
    expect(find(source, text)).toEqual(expected)
  })

  it.each([
    ['(?<=a)b', 'look-behind', 0],
    ['a(?<!b)', 'look-behind', 1],
    ['(?>a)', 'atomic', 0],
    ['a++', 'possessive', 2],
    ['(a)\\1', 'back-reference', 3],
    ['(?P<n>a)(?P=n)', 'back-reference', 8],
    ['(?(1)a)', 'conditional', 0],
    ['(?i)a', 'flags', 0],
    ['ab)', 'closes no group', 2],
    ['a(b', 'never closed', 1],
    ['[ab', 'never closed', 0],
    ['*a', 'nothing before', 0],
    ['a**', 'quantifier after a quantifier', 2],
    ['^*', 'matches no character', 0],
    ['a{3,2}', 'wrong way round', 1],
    ['[z-a]', 'wrong way round', 1],
    ['a{1001}', 'more than 1000', 1],
    ['\\q', 'escape', 0],
    ['\\x6', 'hexadecimal', 0],
    ['(?P<1>a)', 'identifier', 4],
    ['(?P<n>a)(?P<n>b)', 'second group', 12],
    ['[[:alpha:]]', 'POSIX', 1],
    ['a\\', 'at the end', 1],
    ['\\p{Nonsense}', 'unknown property', 0],
    ['a(?=b*)', 'look-ahead', 0],
    ['((a{1000}){1000})', 'too large', 0],
  ])('refuses %s: %s', (source, message, position) => {
    let error: unknown
    try {
      compilePattern(source)
    } catch (caught) {
      error = caught
    }
    expect(error).toBeInstanceOf(PatternError)
    expect((error as PatternError).message).toContain(message)
    expect((error as PatternError).position).toBe(position)
  })

  it('gives the captures by name', () => {
    const pattern = compilePattern('<(?P<key>\\w+)=(?<value>.*?)>')
    const { hit } = search([pattern], 'x <a=b c> y')
    expect(pattern.groups).toEqual(['key', 'value'])
    expect(hit?.slots).toEqual([2, 9, 3, 4, 5, 8])
  })

  it('leaves a capture open that took no part', () => {
    expect(search([compilePattern('(?<a>x)|(?<b>y)')], 'y').hit?.slots).toEqual([0, 1, -1, -1, 0, 1])
  })

  it('knows what can be empty and what it can begin with', () => {
    expect(compilePattern('a*').nullable).toBe(true)
    expect(compilePattern('\\b').nullable).toBe(true)
    expect(compilePattern('^|ab').nullable).toBe(false)
    expect(compilePattern('(?=ab)').nullable).toBe(false)
    expect(compilePattern('<a|[bc]d').firsts).toBe('<bc')
    expect(compilePattern('x?y').firsts).toBe('xy')
    expect(compilePattern('\\s*y').firsts).toContain('\n')
    expect(compilePattern('\\w*y').firsts).toBeUndefined()
  })

  it('reads any pattern without failing otherwise', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ab()[]{}*+?|\\^$.:=!<>P,1-'), maxLength: 12 }), (source) => {
        try {
          compilePattern(source)
        } catch (error) {
          expect(error).toBeInstanceOf(PatternError)
        }
      }),
      propertySettings(),
    )
  })
})

describe('a scan', () => {
  it('finds what JavaScript finds, whatever the cut', () => {
    fc.assert(
      fc.property(randomPattern, randomText, fc.integer({ min: 1, max: 3 }), (pattern, any, size) => {
        const { python, javascript, empty } = pattern
        const text = empty ? withoutPairs(any) : any
        const expected = new RegExp(javascript, 'su').exec(text)
        const { hit } = search([compilePattern(python)], text, { size })
        expect(hit === undefined ? null : [hit.start, hit.end]).toEqual(
          expected === null ? null : [expected.index, expected.index + expected[0].length],
        )
      }),
      propertySettings(10),
    )
  })

  it('gives the captures that JavaScript gives', () => {
    fc.assert(
      fc.property(randomPattern, randomPattern, randomPattern, randomText, (a, b, c, any) => {
        const text = a.empty && b.empty && c.empty ? withoutPairs(any) : any
        const expected = new RegExp(`${a.javascript}(?<n>${b.javascript})${c.javascript}`, 'sud').exec(text)
        const { hit } = search([compilePattern(`${a.python}(?P<n>${b.python})${c.python}`)], text, { size: 1 })
        expect(hit?.slots.slice(2)).toEqual(expected?.indices?.groups?.['n'])
      }),
      propertySettings(5),
    )
  })

  it('takes the earliest of several, then the longest, then the first', () => {
    const some = fc.array(
      randomPattern.filter(({ empty }) => !empty),
      { minLength: 1, maxLength: 4 },
    )
    fc.assert(
      fc.property(some, randomText, fc.integer({ min: 1, max: 3 }), (sources, text, size) => {
        const compiled = sources.map(({ python }) => compilePattern(python))
        const found = sources.flatMap(({ javascript }, anchor) => {
          const match = new RegExp(javascript, 'su').exec(text)
          return match === null ? [] : [{ anchor, start: match.index, end: match.index + match[0].length }]
        })
        const [expected] = found.toSorted((a, b) => a.start - b.start || b.end - a.end || a.anchor - b.anchor)
        const { hit } = search(compiled, text, { size })
        expect(hit && { anchor: hit.anchor, start: hit.start, end: hit.end }).toEqual(expected)
      }),
      propertySettings(5),
    )
  })

  it('goes on from its state as plain JSON', () => {
    fc.assert(
      fc.property(randomPattern, randomText, fc.nat(24), ({ python }, text, cut) => {
        const pattern = compilePattern(python)
        const first = new AnchorScanner([pattern], () => true)
        const second = new AnchorScanner([pattern], () => true)
        const before = Array.from(text).slice(0, cut).join('')
        const hit = first.run({ text: before, offset: 0, ended: false }, NO_LIMIT)
        if (hit !== undefined) return
        second.state = JSON.parse(JSON.stringify(first.state)) as AnchorScanner['state']
        const from = first.holdFrom
        const rest = { text: text.slice(from), offset: from, ended: true }
        expect(second.run(rest, NO_LIMIT)).toEqual(first.run(rest, NO_LIMIT))
      }),
      propertySettings(2),
    )
  })

  it('decides for a literal at its last character', () => {
    const scanner = new AnchorScanner([compileLiterals(['</think>'])], () => true)
    expect(scanner.run({ text: 'a</think>', offset: 0, ended: false }, NO_LIMIT)).toMatchObject({ start: 1, end: 9 })
  })

  it('waits where one literal begins another', () => {
    const scanner = new AnchorScanner([compileLiterals(['<a', '<ab'])], () => true)
    expect(scanner.run({ text: 'x<a', offset: 0, ended: false }, NO_LIMIT)).toBeUndefined()
    expect(scanner.holdFrom).toBe(1)
    expect(scanner.run({ text: 'x<ab', offset: 0, ended: false }, NO_LIMIT)).toMatchObject({ start: 1, end: 4 })
  })

  it('holds back nothing but what can still match', () => {
    const { held } = search([compileLiterals(['<tool_call>'])], 'a < b <tool_ca <<<tool', { size: 1 })
    expect(held).toBe('<tool_ca'.length)
  })

  it('asks whether a match counts', () => {
    const scanner = new AnchorScanner([compileLiterals(['ab'])], (_, start) => start > 0)
    expect(scanner.run({ text: 'abxab', offset: 0, ended: true }, NO_LIMIT)).toMatchObject({ start: 3, end: 5 })
  })

  it('gives up a match that holds back too much', () => {
    const patterns = [compilePattern('a[^<]*<x>'), compileLiterals(['<end>'])]
    const text = `a${'b'.repeat(50)}<x>a<x><end>`
    const whole = search(patterns, text, { limit: 20 })
    expect(whole.hit).toMatchObject({ start: 54, end: 58 })
    for (const size of [1, 2, 7]) expect(search(patterns, text, { limit: 20, size }).hit).toEqual(whole.hit)
    expect(search(patterns, text, { limit: 100 }).hit).toMatchObject({ start: 0 })
  })

  it('lets no match grow without end', () => {
    const patterns = [compilePattern('<a>.*</a>')]
    const text = `<a></a>${'-'.repeat(MAX_GROWTH * 2)}</a>`
    const whole = search(patterns, text)
    expect(whole.hit).toMatchObject({ start: 0, end: 7 })
    expect(search(patterns, text, { size: 1 }).hit).toEqual(whole.hit)
  })
})

describe('linear work', () => {
  const LENGTH = 100_000

  it.each([
    ['(a+)+b', 'a'],
    ['(a|a)*b', 'a'],
    ['((a*)*)*b', 'a'],
    ['(a?){50}a{50}b', 'a'],
    ['(.*)(.*)(.*)x', 'a'],
    ['[^<]*<end>', 'ab'],
    ['(\\w+\\s?)+!', 'word '],
    ['<(a|b|ab)+>', '<ab'],
    ['a(?=b{0,20}c)', 'ab'],
    ['^(([a-z])+.)+[A-Z]([a-z])+$', 'a'],
  ])('%s over many %j takes steps for each character once', (source, unit) => {
    const pattern = compilePattern(source)
    const text = unit.repeat(LENGTH / unit.length)
    const { steps } = search([pattern], text)
    expect(steps).toBeLessThan(text.length * pattern.program.length)
    expect(search([pattern], text, { size: 5000 }).steps).toBeLessThan(steps * 1.1)
  })

  it('reads a text with many matches again within bounds only', () => {
    const patterns = [compilePattern('[^<]*<x>'), compileLiterals(['ab'])]
    const states = patterns.reduce((sum, { program }) => sum + program.length, 0)
    const text = 'ab'.repeat(5000)
    const scanner = new AnchorScanner(patterns, () => true)
    scanner.start(0)
    let hits = 0
    for (let hit = scanner.run({ text, offset: 0, ended: true }, NO_LIMIT); hit !== undefined; hits += 1) {
      scanner.start(hit.end)
      hit = scanner.run({ text, offset: 0, ended: true }, NO_LIMIT)
    }
    expect(hits).toBe(5000)
    expect(scanner.steps).toBeLessThan(hits * (MAX_GROWTH + 4) * states)
  })
})
