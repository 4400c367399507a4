import { describe, expect, it } from 'vitest'
import { makeCodeText } from '../src/code-text.ts'
import { createSizeCutter, createTokenCutter, cutWhole } from '../src/cuts.ts'

const text = makeCodeText({ seed: 9, chars: 3000 })
const cutTokens = createTokenCutter(['const', ' =', ' ', 'user', 'us', '😀', '漢字', '\n'])

describe('cutters', () => {
  it.each([
    ['whole', cutWhole],
    ['size 1', createSizeCutter(1)],
    ['size 4', createSizeCutter(4)],
    ['token', cutTokens],
  ])('%s gives chunks that are the text and split no surrogate pair', (_, cut) => {
    const chunks = cut(text)
    expect(chunks.join('')).toBe(text)
    for (const chunk of chunks) expect(Buffer.from(chunk).toString()).toBe(chunk)
    expect(chunks).not.toContain('')
    expect(cut('')).toEqual(cut === cutWhole ? [''] : [])
  })

  it('cuts to the size, one more only for a pair', () => {
    expect(createSizeCutter(4)('abcdefghij')).toEqual(['abcd', 'efgh', 'ij'])
    expect(createSizeCutter(4)('abc😀de')).toEqual(['abc😀', 'de'])
  })

  it('takes the longest token that fits, and one character where none does', () => {
    expect(cutTokens('const users 漢字!😀🚀')).toEqual(['const', ' ', 'user', 's', ' ', '漢字', '!', '😀', '🚀'])
  })
})
