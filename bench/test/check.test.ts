import { createToolCallParser } from '@tooldelta/core'
import { describe, expect, it } from 'vitest'
import { collectEvents, findDifference, requireExact } from '../src/check.ts'
import { makeTagged } from '../src/documents.ts'
import { measureFirstDelta } from '../src/first-delta.ts'
import { prepareXml } from '../src/runners/baselines.ts'
import { prepareCore, prepareDeltas } from '../src/runners/core.ts'
import { encodeEventStream, prepareSse, readEventStream } from '../src/runners/sse.ts'
import { createSizeCutter } from '../src/cuts.ts'

const document = makeTagged(600, [])
const chunks = createSizeCutter(4)(document.text)

function parse(text: string) {
  const parser = createToolCallParser(document.options)
  return collectEvents([...parser.feed(text), ...parser.end()])
}

describe('findDifference', () => {
  it('finds none in the right message', () => {
    expect(findDifference(document, parse(document.text))).toBeUndefined()
  })

  it.each([
    ['a changed value', document.text.replace('path>\nsrc/', 'path>\nSRC/'), /arguments of call 0 differ/],
    ['another name', document.text.replace('=write_file', '=read_file'), /named read_file/],
    ['a cut call', document.text.slice(0, -60), /truncated|differ/],
    ['text before', `Hi ${document.text}`, /content of 2 characters/],
    ['no call', '', /0 calls instead of 1/],
  ])('tells %s', (_, text, difference) => {
    expect(findDifference(document, parse(text))).toMatch(difference)
  })

  it('stops a row whose result is wrong', () => {
    expect(() => requireExact('some/row', document, parse(''))).toThrow('some/row: wrong result, 0 calls instead of 1')
  })
})

describe('rows', () => {
  it('run the parser and the encoder over all chunks', () => {
    const prepared = prepareCore('row', document, chunks)
    expect(prepared).toMatchObject({
      chars: document.text.length,
      chunks: chunks.length,
      bytes: Buffer.byteLength(document.text),
    })
    expect(prepared.run()).toBeGreaterThan(600)
    expect(prepareDeltas('row', document, chunks).run()).toBeGreaterThan(100)
  })

  it('refuse a document whose expectation is wrong', () => {
    const wrong = { ...document, expected: { content: 'x', calls: [] } }
    expect(() => prepareCore('row', wrong, chunks)).toThrow('row: wrong result')
  })

  it.each(['transform-stream', 'transform-response'] as const)('move bytes through %s', async (path) => {
    const prepared = await prepareSse('row', path, document, chunks)
    expect(await prepared.run()).toBeGreaterThan(prepared.bytes)
  })

  it('read the same call out of XML', () => {
    expect(prepareXml('row', document, createSizeCutter(4)).run()).toBe(
      JSON.stringify(document.expected.calls[0]?.arguments).length,
    )
  })

  it('write an event stream that a client reads back', () => {
    const text = Buffer.concat(encodeEventStream(['a', 'ü😀', '\n'])).toString()
    expect(readEventStream(text)).toEqual({ content: 'aü😀\n', calls: [] })
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true)
  })
})

describe('measureFirstDelta', () => {
  const base = { chunks: ['ab', 'cd', 'ef', 'gh'], valueStart: 3, prefixLength: 2, repetitions: 3 }

  it('counts from the first character of the argument to its first delta', () => {
    const open = () => {
      let fed = 0
      return (chunk: string) => ((fed += chunk.length) >= 8 ? 5 : 2)
    }
    expect(measureFirstDelta({ ...base, open }).chars).toBe(5)
  })

  it('fails when no delta comes', () => {
    expect(() => measureFirstDelta({ ...base, open: () => () => 2 })).toThrow('without a delta')
  })
})
