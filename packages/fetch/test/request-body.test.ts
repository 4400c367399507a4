import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RequestBody } from '../src/request-body.ts'

type JsonObject = Record<string, unknown>

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)

describe('RequestBody', () => {
  it('sends what came where nothing changes, whatever it is', () => {
    const packed = new Uint8Array([0x1f, 0x8b, 0xff, 0x00])
    const body = new RequestBody({ bytes: packed })
    expect(body.text).not.toBe('')
    expect(body.payload).toBe(packed)
    expect(new RequestBody({ text: '{"a": 1}' }).payload).toBe('{"a": 1}')
  })

  it('cuts and joins bytes where single members change', () => {
    const large = '"ä 日本 😀",'.repeat(4000)
    const text = `{"model":"ä","stop":"日本","n":1.0,"m":[${large}1.0],"user":"😀"}`
    const before = JSON.parse(text) as JsonObject
    const body = new RequestBody({ bytes: encode(text) })
    const { stop: _stop, n: _n, ...rest } = before
    const changed = body.patch(before, { ...rest, user: 'ß', x: true })
    const wanted = `{"x":true,"model":"ä","m":[${large}1.0],"user":"ß"}`
    expect(Buffer.from(changed.payload as Uint8Array).toString()).toBe(wanted)
    expect(changed.text).toBe(wanted)
  })

  it.each([
    ['a byte-order mark', new Uint8Array([0xef, 0xbb, 0xbf, ...encode('{"n":"ä","m":1}')]), '{"n":"ä","m":2}'],
    [
      'bytes that are no UTF-8',
      new Uint8Array([...encode('{"n":"'), 0xff, ...encode('","m":1}')]),
      '{"n":"\ufffd","m":2}',
    ],
  ])('writes the text anew after %s', (_name, bytes, wanted) => {
    const body = new RequestBody({ bytes })
    const before = JSON.parse(body.text) as JsonObject
    const { payload } = body.patch(before, { ...before, m: 2 })
    expect(typeof payload === 'string' ? payload : new TextDecoder().decode(payload)).toBe(wanted)
  })

  it('sends the bytes of its text, for any object and change', () => {
    const names = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('model', 'tool_choice', 'n', 'stop', 'é'))
    const values = fc.oneof(fc.string({ unit: 'binary' }), fc.integer(), fc.array(fc.string({ unit: 'binary' })))
    const objects = fc.dictionary(names, values, { maxKeys: 6 })
    const long = 'ä日'.repeat(8000)
    let spliced = 0
    fc.assert(
      fc.property(objects, objects, fc.constantFrom(undefined, 1), fc.nat(), (original, added, space, seed) => {
        const text = JSON.stringify({ [`${seed}`]: long, ...original }, null, space)
        const before = JSON.parse(text) as JsonObject
        const after = { ...before, ...added }
        for (const [place, key] of Object.keys(before).entries()) if ((seed + place) % 3 === 0) delete after[key]
        const { payload } = new RequestBody({ text, bytes: encode(text) }).patch(before, after)
        if (typeof payload !== 'string') spliced += 1
        const sent = typeof payload === 'string' ? encode(payload) : payload
        expect(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(sent))).toEqual(after)
        expect(Buffer.from(sent).toString()).toBe(new RequestBody({ text }).patch(before, after).text)
      }),
      { numRuns: 200 },
    )
    expect(spliced).toBeGreaterThan(40)
  })
})
