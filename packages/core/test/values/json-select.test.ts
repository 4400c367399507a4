import { propertySettings } from '@tooldelta/testbed'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { selectItems, selectMember, selectPath, selectString } from '../../src/values/json-select.ts'

const spaced = fc
  .tuple(fc.json({ maxDepth: 3 }), fc.constantFrom(undefined, 1, '\t'))
  .map(([text, indent]) => JSON.stringify(JSON.parse(text), null, indent))

describe('parts of JSON text', () => {
  it('are the values that JSON.parse finds', () => {
    fc.assert(
      fc.property(spaced, (text) => {
        const value = JSON.parse(text) as unknown
        const items = selectItems(text)
        expect(items?.map((item) => JSON.parse(item) as unknown)).toEqual(Array.isArray(value) ? value : undefined)
        if (typeof value !== 'object' || value === null || Array.isArray(value)) {
          expect(selectMember(text, 'a')).toBeUndefined()
          return
        }
        for (const [key, member] of Object.entries(value)) {
          expect(JSON.parse(selectMember(text, key) as string)).toEqual(member)
        }
        expect(selectMember(text, 'no such key')).toBeUndefined()
      }),
      propertySettings(),
    )
  })

  it('keep their digits and blanks', () => {
    const text = '{ "a" : { "n" : 9007199254740993.10 , "l" : [ 1 , "," ] } }'
    expect(selectPath(text, ['a', 'n'])).toBe('9007199254740993.10')
    expect(selectPath(text, ['a', 'l'])).toBe('[ 1 , "," ]')
    expect(selectItems('[ 1 , "," ]')).toEqual(['1', '","'])
    expect(selectPath(text, ['a', 'x', 'y'])).toBeUndefined()
    expect(selectPath(text, [])).toBe(text)
  })

  it('take the first of two members', () => {
    expect(selectMember('{"a": 1, "\\u0061": 2}', 'a')).toBe('1')
  })

  it('are strings only when they are', () => {
    expect(selectString('"a\\n"')).toBe('a\n')
    expect(selectString('1')).toBeUndefined()
    expect(selectString(undefined)).toBeUndefined()
  })
})
