import { describe, expect, it } from 'vitest'
import { closingText, hasKey, itemText, memberText, openFrame } from '../../src/values/json-writer.ts'

describe('the JSON writer', () => {
  it('writes brackets, commas and keys around values', () => {
    const root = openFrame('object', '')
    const list = openFrame('array', 'b')
    const text = [
      `${memberText(root, 'a')}1`,
      memberText(root, 'b'),
      `${itemText(list)}2`,
      `${itemText(list)}3`,
      closingText(list),
      `${memberText(root, 'c"')}4`,
      closingText(root),
    ]
    expect(text.join('')).toBe('{"a":1,"b":[2,3],"c\\"":4}')
  })

  it('writes what is empty', () => {
    expect(closingText(openFrame('object', '')) + closingText(openFrame('array', ''))).toBe('{}[]')
  })

  it.each(['a', '__proto__', 'constructor', ''])('knows the key %j once it is written', (key) => {
    const frame = openFrame('object', '')
    expect(hasKey(frame, key)).toBe(false)
    memberText(frame, key)
    expect(hasKey(frame, key)).toBe(true)
    expect(hasKey(JSON.parse(JSON.stringify(frame)), key)).toBe(true)
  })
})
