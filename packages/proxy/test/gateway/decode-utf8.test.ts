import { expect, it } from 'vitest'
import { decodeUtf8 } from '../../src/gateway/decode-utf8.ts'

it('reads every character as the decoder of the platform does, alone and among others', () => {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const points = [0, 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xfeff, 0xfffd, 0xffff, 0x1_0000, 0x10_ffff]
  for (const point of points) {
    const character = String.fromCodePoint(point)
    for (const text of [character, `a${character}b`, `ü${character}😀`]) {
      const bytes = new TextEncoder().encode(text)
      expect(decodeUtf8(bytes)).toBe(decoder.decode(bytes))
    }
  }
})

it('reads what lies inside a larger buffer', () => {
  const bytes = new TextEncoder().encode('aböcdÖef')
  expect(decodeUtf8(bytes.subarray(2, 6))).toBe('öcd')
  expect(decodeUtf8(bytes.subarray(0, 2))).toBe('ab')
})

it('takes a byte-order mark away', () => {
  expect(decodeUtf8(new Uint8Array([0xef, 0xbb, 0xbf, 0x7b]))).toBe('{')
})

it.each([[[0xff]], [[0x61, 0xc3]], [[0xed, 0xa0, 0x80]], [[0xc0, 0x80]]])(
  'refuses bytes %j, which are no UTF-8',
  (bytes) => {
    expect(() => decodeUtf8(new Uint8Array(bytes))).toThrow(TypeError)
  },
)
