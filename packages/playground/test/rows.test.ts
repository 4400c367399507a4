import { describe, expect, it } from 'vitest'
import { findRows, rowAt } from '../src/view/rows.ts'

function split(text: string, columns: number): string[] {
  const rows = findRows(text, columns)
  return [...rows].map((start, index) => text.slice(start, rows[index + 1]))
}

describe('rows', () => {
  it('end behind line breaks and after so many characters', () => {
    expect(split('abcdef\ngh\n\ni', 4)).toEqual(['abcd', 'ef\n', 'gh\n', '\n', 'i'])
    expect(split('', 4)).toEqual([''])
    expect(split('a\n', 4)).toEqual(['a\n', ''])
  })

  it('never cut a character in two', () => {
    const text = '\u{1F600}'.repeat(50)
    for (const columns of [3, 4, 5]) {
      const rows = split(text, columns)
      expect(rows.join('')).toBe(text)
      for (const row of rows) expect(row).toMatch(/^(?:\u{1F600})+$/u)
    }
  })

  it('are found by any place in them, also thousands of them', () => {
    const text = 'ab\ncdefg\n'.repeat(3000)
    const rows = findRows(text, 80)
    expect(rows.length).toBe(6001)
    for (let offset = 0; offset < text.length; offset += 7) {
      const row = rowAt(rows, offset)
      expect(rows[row]).toBeLessThanOrEqual(offset)
      expect(rows[row + 1] ?? Infinity).toBeGreaterThan(offset)
    }
  })
})
