import { formats, parseToolCalls } from '@tooldelta/core'
import { describe, expect, it } from 'vitest'
import { makeCodeText } from '../src/code-text.ts'
import { makeHermes, makeManyCalls, makePlainText, makeTagged, makeWriteFile } from '../src/documents.ts'
import { familyPrinters } from '../src/printers.ts'
import { createRandom } from '../src/random.ts'

const lines = ['def run(self, path):', '    return "a\\\\b"', 'echo "größe" && ls </dev/null']

describe('createRandom', () => {
  it('gives the same numbers for the same seed and others for another', () => {
    const draw = (seed: number) => {
      const random = createRandom(seed)
      return Array.from({ length: 20 }, () => random.integer(1000))
    }
    expect(draw(1)).toEqual(draw(1))
    expect(draw(1)).not.toEqual(draw(2))
  })

  it('stays below its limit and reaches all of it', () => {
    const random = createRandom(3)
    const drawn = new Set(Array.from({ length: 500 }, () => random.integer(5)))
    expect([...drawn].toSorted()).toEqual([0, 1, 2, 3, 4])
  })

  it('refuses to pick from nothing', () => {
    expect(() => createRandom(1).pick([])).toThrow(TypeError)
  })
})

describe('makeCodeText', () => {
  it('gives the same text for the same seed', () => {
    expect(makeCodeText({ seed: 5, chars: 4000 })).toBe(makeCodeText({ seed: 5, chars: 4000 }))
    expect(makeCodeText({ seed: 5, chars: 4000 })).not.toBe(makeCodeText({ seed: 6, chars: 4000 }))
  })

  it('has the asked length, whole surrogate pairs and no layout at its ends', () => {
    for (let chars = 20; chars < 420; chars += 1) {
      const text = makeCodeText({ seed: chars, chars, lines: chars % 2 === 0 ? lines : [] })
      expect(text).toHaveLength(chars)
      expect(Buffer.from(text).toString()).toBe(text)
      expect(text.trim()).toBe(text)
    }
  })

  it('holds everything that a parser has to look at, and no marker', () => {
    const text = makeCodeText({ seed: 1, chars: 20_000, lines })
    for (const piece of ['"', '\\', '\n', '\t', '漢', '😀', '👩‍💻', '<div', '</div>', '&amp;', 'größe'])
      expect(text).toContain(piece)
    for (const marker of ['<tool_call', '</tool_call', '<function', '<parameter', '<think'])
      expect(text).not.toContain(marker)
  })
})

describe('documents', () => {
  const sources = [
    ['tagged', makeTagged(3000, lines)],
    ['hermes', makeHermes(3000, lines)],
    ['plain text', makePlainText(3000, { prose: ['Some words, `code` and 漢字.', 'More of it.'] })],
    ['many calls', makeManyCalls(40, lines)],
  ] as const

  it.each(sources)('%s has exactly one reading', (_, { text, options, expected }) => {
    const message = parseToolCalls(text, options)
    const calls = message.toolCalls.map((call) => ({
      name: call.function.name,
      arguments: JSON.parse(call.function.arguments) as unknown,
    }))
    expect(message.content).toBe(expected.content)
    expect(calls).toEqual(expected.calls)
    expect(new Set(message.toolCalls.map((call) => call.status))).toEqual(
      new Set(expected.calls.length > 0 ? ['complete'] : []),
    )
  })

  it.each([sources[0], sources[1]])('%s says where its long argument starts', (_, { text, options, value }) => {
    const { start, prefixLength, text: content } = value as NonNullable<typeof value>
    const written = options.format === 'hermes' ? JSON.stringify(content).slice(1, -1) : content
    expect(text.slice(start, start + written.length)).toBe(written)
    const { toolCalls } = parseToolCalls(text, options)
    expect(toolCalls[0]?.function.arguments.slice(prefixLength)).toBe(`${JSON.stringify(content).slice(1)}}`)
  })

  it('has a printer for every family of formats', () => {
    expect(Object.keys(familyPrinters).toSorted()).toEqual(
      [...new Set(formats.map((format) => format.family))].toSorted(),
    )
  })

  it.each(Object.entries(familyPrinters))('prints %s so that its format reads it', (_, { format, print }) => {
    const { text, options, expected } = makeWriteFile(format, print, 500, lines)
    const call = parseToolCalls(text, options).toolCalls[0]
    expect(JSON.parse(call?.function.arguments ?? '')).toEqual(expected.calls[0]?.arguments)
  })
})
