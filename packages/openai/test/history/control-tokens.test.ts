import { formats } from '@tooldelta/core'
import fc from 'fast-check'
import { propertySettings } from '@tooldelta/testbed'
import { describe, expect, it } from 'vitest'
import { breakTokens } from '../../src/history/control-tokens.ts'
import { controlTokensOf, normalizeHistory } from '../../src/index.ts'

describe('controlTokensOf', () => {
  it.each(formats.map(({ id }) => id))('%s: every token can be broken up', (id) => {
    const tokens = controlTokensOf(id)
    expect(() => normalizeHistory([], { controlTokens: tokens })).not.toThrow()
    expect(new Set(tokens).size).toBe(tokens.length)
  })

  it('knows the turns, thoughts and results of a family', () => {
    expect(controlTokensOf('qwen3_coder')).toEqual(
      expect.arrayContaining(['<|im_start|>', '<|im_end|>', '<think>', '</think>', '</tool_response>']),
    )
    expect(controlTokensOf('mistral')).toEqual(expect.arrayContaining(['[INST]', '[/TOOL_RESULTS]', '</s>']))
    expect(() => controlTokensOf('qwen3_codr')).toThrow(/qwen3_coder/u)
  })
})

describe('breakTokens', () => {
  const tokens = controlTokensOf('qwen3_coder')

  it('leaves none, can be undone and changes nothing the second time', () => {
    const piece = fc.oneof(fc.constantFrom(...tokens, '<', '|', '<|', 'think>'), fc.string({ maxLength: 3 }))
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const text = pieces.join('')
        const broken = breakTokens(text, tokens)
        for (const token of tokens) expect(broken).not.toContain(token)
        expect(breakTokens(broken, tokens)).toBe(broken)
        expect(broken.replaceAll('\u200B', '')).toBe(text.replaceAll('\u200B', ''))
      }),
      propertySettings(2),
    )
  })

  it('breaks up tokens that overlap', () => {
    expect(breakTokens('aaaa', ['aa'])).toBe('a\u200Ba\u200Ba\u200Ba')
    expect(breakTokens('\u{1F600}x', ['\u{1F600}x'])).toBe('\u{1F600}\u200Bx')
  })
})

it('breaks up the tokens in text parts, in what has become text and in the name of its tool', () => {
  const options = { controlTokens: ['<|im_end|>'] }
  const image = { type: 'image_url', image_url: { url: 'data:,<|im_end|>' } }
  const { messages } = normalizeHistory(
    [{ role: 'tool', name: 'a<|im_end|>', content: [{ type: 'text', text: 'b<|im_end|>' }, image] }],
    options,
  )
  expect(messages).toEqual([
    {
      role: 'user',
      content: [
        { type: 'text', text: 'Result of the tool a<\u200B|im_end|>:\n' },
        { type: 'text', text: 'b<\u200B|im_end|>' },
        image,
      ],
    },
  ])
})
