import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { patchJson } from '../src/patch-json.ts'

type JsonObject = Record<string, unknown>

describe('patchJson', () => {
  it('keeps the text of what stays', () => {
    const text = '{ "a" : 1.0, "b":[12345678901234567890,"}\\""] , "c":{"d":","} }'
    const before = JSON.parse(text) as JsonObject
    expect(patchJson(text, before, { ...before, c: 2, e: null })).toBe(
      '{"a" : 1.0,"b":[12345678901234567890,"}\\""] ,"c":2,"e":null}',
    )
    expect(patchJson('{}', {}, { a: 1 })).toBe('{"a":1}')
  })

  it('edits single members in place', () => {
    const text = '{ "model":"m", "n": 1.0 , "big":[12345678901234567890], "stop" : "model" }'
    const before = JSON.parse(text) as JsonObject
    expect(patchJson(text, before, { ...before, n: 2, x: true })).toBe(
      '{"x":true, "model":"m", "n":2, "big":[12345678901234567890], "stop" : "model" }',
    )
    const { n: _n, stop: _stop, ...rest } = before
    expect(patchJson(text, before, rest)).toBe('{ "model":"m",  "big":[12345678901234567890]}')
    expect(patchJson('{"n":1,"stop":2}', { n: 1, stop: 2 }, {})).toBe('{}')
    expect(patchJson('{"n":1,"stop":2}', { n: 1, stop: 2 }, { a: 1 })).toBe('{"a":1}')
    expect(patchJson('{"n":1,"stop":2}', { n: 1, stop: 2 }, { stop: 3 })).toBe('{"stop":3}')
  })

  it('is not misled by a name that stands elsewhere too', () => {
    for (const text of [
      '{"a":{"n":1},"n":1}',
      '{"n":1,"a":{"n":1}}',
      '{"\\u006e":1,"a":{"n":1}}',
      '{"\\u006e":1,"a":"n"}',
      '{"n":1,"n":2}',
      '{"a":"\\"n\\"","n":1}',
    ]) {
      const before = JSON.parse(text) as JsonObject
      for (const n of [undefined, 5]) {
        const wanted = JSON.parse(JSON.stringify({ ...before, n }))
        expect(JSON.parse(patchJson(text, before, { ...before, n })), text).toEqual(wanted)
      }
    }
  })

  it('takes no member for one that every object has', () => {
    expect(patchJson('{"toString":1,"n":2}', { toString: 1, n: 2 } as JsonObject, { n: 2 })).toBe('{"n":2}')
    expect(patchJson('{"n":2}', { n: 2 }, { n: 2, toString: 1 } as JsonObject)).toBe('{"toString":1,"n":2}')
  })

  it('keeps it inside of what changes', () => {
    const text = '{"tools":[{"n":1.0,"max":9007199254740993,"d":null},{"max":1e2}],"z":[[1.50],[2]]}'
    const before = JSON.parse(text) as { tools: JsonObject[]; z: unknown[] }
    const [first, second] = before.tools
    const after = { ...before, tools: [{ ...first, d: '' }, second], z: [before.z[0], 'x'] }
    expect(patchJson(text, before, after)).toBe(
      '{"tools":[{"n":1.0,"max":9007199254740993,"d":""},{"max":1e2}],"z":[[1.50],"x"]}',
    )
  })

  it('finds entries of a list that have moved', () => {
    const text = '{"m":[{"a":1.0},{"a":2.0,"b":1},{"a":3.0}]}'
    const before = JSON.parse(text) as { m: JsonObject[] }
    const [one, two, three] = before.m
    expect(patchJson(text, before, { m: [three, one, { ...two, b: 2 }, { new: 1 }] })).toBe(
      '{"m":[{"a":3.0},{"a":1.0},{"a":2.0,"b":2},{"new":1}]}',
    )
    expect(patchJson(text, before, { m: [] })).toBe('{"m":[]}')
  })

  it('reads keys with escapes and repeated keys', () => {
    const text = '{"\\u0061":1,"__proto__":2,"a":3}'
    const before = JSON.parse(text) as JsonObject
    expect(JSON.parse(patchJson(text, before, { ...before, b: 4 }))).toEqual({ ...before, b: 4 })
  })

  it('says what JSON.stringify says, for any object and change', () => {
    const names = fc.oneof(fc.string(), fc.constantFrom('model', 'tool_choice', 'n', 'stop', 'toString'))
    const objects = fc.dictionary(names, fc.jsonValue({ maxDepth: 3 }), { maxKeys: 6 })
    fc.assert(
      fc.property(objects, objects, fc.constantFrom(undefined, 1, '\t'), fc.nat(), (original, added, space, seed) => {
        const text = JSON.stringify(original, null, space)
        const before = JSON.parse(text) as JsonObject
        const after = { ...before, ...added }
        for (const [place, key] of Object.keys(before).entries()) {
          if ((seed + place) % 3 === 0) delete after[key]
          else if ((seed + place) % 3 === 1) after[key] = change(before[key], seed)
        }
        expect(JSON.parse(patchJson(text, before, after))).toEqual(JSON.parse(JSON.stringify(after)))
      }),
      { numRuns: 1000 },
    )
  })
})

/** Changes something deep inside, and keeps the objects beside it. */
function change(value: unknown, seed: number): unknown {
  if (Array.isArray(value)) {
    const entries: unknown[] = value.map((entry, place) => (place % 2 === seed % 2 ? change(entry, seed + 1) : entry))
    if (seed % 5 === 0) entries.reverse()
    return seed % 7 === 0 ? ['new', ...entries] : entries
  }
  if (typeof value !== 'object' || value === null) return seed
  const entries = Object.entries(value).map(([key, entry]): [string, unknown] => [key, change(entry, seed + 1)])
  return Object.fromEntries(seed % 3 === 0 ? entries.slice(1) : entries)
}
