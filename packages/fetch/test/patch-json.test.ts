import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { patchJson } from '../src/patch-json.ts'

describe('patchJson', () => {
  it('keeps the text of what stays', () => {
    const text = '{ "a" : 1.0, "b":[12345678901234567890,"}\\""] , "c":{"d":","} }'
    const before = JSON.parse(text) as Record<string, unknown>
    expect(patchJson(text, before, { ...before, c: 2, e: null })).toBe(
      '{"a" : 1.0,"b":[12345678901234567890,"}\\""] ,"c":2,"e":null}',
    )
    expect(patchJson('{}', {}, { a: 1 })).toBe('{"a":1}')
  })

  it('reads keys with escapes and repeated keys', () => {
    const text = '{"\\u0061":1,"__proto__":2,"a":3}'
    const before = JSON.parse(text) as Record<string, unknown>
    expect(JSON.parse(patchJson(text, before, { ...before, b: 4 }))).toEqual({ ...before, b: 4 })
  })

  it('says what JSON.stringify says, for any object and change', () => {
    const objects = fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 6 })
    fc.assert(
      fc.property(objects, objects, fc.constantFrom(undefined, 1, '\t'), fc.nat(), (original, added, space, seed) => {
        const text = JSON.stringify(original, null, space)
        const before = JSON.parse(text) as Record<string, unknown>
        const after = { ...before, ...added }
        for (const [place, key] of Object.keys(before).entries()) if ((seed + place) % 3 === 0) delete after[key]
        expect(JSON.parse(patchJson(text, before, after))).toEqual(JSON.parse(JSON.stringify(after)))
      }),
      { numRuns: 500 },
    )
  })
})
