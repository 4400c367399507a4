import { describe, expect, it } from 'vitest'
import { pythonJsonLoads } from '../src/upstreams/index.ts'

/** Texts and what `json.loads` of CPython 3.11 says about them. */
const faults: [string, string][] = [
  ['', 'Expecting value: line 1 column 1 (char 0)'],
  [' ', 'Expecting value: line 1 column 2 (char 1)'],
  ['{"a": 1', "Expecting ',' delimiter: line 1 column 8 (char 7)"],
  ['{"a": "x', 'Unterminated string starting at: line 1 column 7 (char 6)'],
  ['{"a" 1}', "Expecting ':' delimiter: line 1 column 6 (char 5)"],
  ['{"a": 1 "b": 2}', "Expecting ',' delimiter: line 1 column 9 (char 8)"],
  ['{"a": 1}{"b": 2}', 'Extra data: line 1 column 9 (char 8)'],
  ["{'a': 1}", 'Expecting property name enclosed in double quotes: line 1 column 2 (char 1)'],
  ['{"a": 1,}', 'Expecting property name enclosed in double quotes: line 1 column 9 (char 8)'],
  ['[1,]', 'Expecting value: line 1 column 4 (char 3)'],
  ['{"a": "x\ny"}', 'Invalid control character at: line 1 column 9 (char 8)'],
  ['{"a": "\\q"}', 'Invalid \\escape: line 1 column 8 (char 7)'],
  ['{"a": "\\u12"}', 'Invalid \\uXXXX escape: line 1 column 9 (char 8)'],
  ['{"path": "größe\n', 'Invalid control character at: line 1 column 16 (char 15)'],
  ['null x', 'Extra data: line 1 column 6 (char 5)'],
  ['{"a":}', 'Expecting value: line 1 column 6 (char 5)'],
  ['{"a": tru}', 'Expecting value: line 1 column 7 (char 6)'],
  ['{"a": "\\', 'Unterminated string starting at: line 1 column 7 (char 6)'],
  ['{"a":[1 2]}', "Expecting ',' delimiter: line 1 column 9 (char 8)"],
  ['{,}', 'Expecting property name enclosed in double quotes: line 1 column 2 (char 1)'],
  ['{"a":1,\n "b" }', "Expecting ':' delimiter: line 2 column 6 (char 13)"],
  ['\uFEFF{}', 'Unexpected UTF-8 BOM (decode using utf-8-sig): line 1 column 1 (char 0)'],
  ['-', 'Expecting value: line 1 column 1 (char 0)'],
  ['01', 'Extra data: line 1 column 2 (char 1)'],
  ['{"😀": x}', 'Expecting value: line 1 column 7 (char 6)'],
  ['{"a": "\\u12G4"}', 'Invalid \\uXXXX escape: line 1 column 9 (char 8)'],
]

describe("Python's json.loads", () => {
  it.each(faults)('says about %j what Python says', (text, message) => {
    expect(() => pythonJsonLoads(text)).toThrow(expect.objectContaining({ message }))
  })

  it.each(['{}', ' {"a": [1, -2.5e3, null, true, "\\u00e4\\n\\"x"]} ', '[]', 'null', '"x"', '{"a": {"b": {}}}'])(
    'reads %j',
    (text) => {
      expect(pythonJsonLoads(text)).toEqual(JSON.parse(text))
    },
  )

  it('reads the words that only Python takes', () => {
    expect(pythonJsonLoads('{"a": NaN, "b": "NaN", "c": [-Infinity]}')).toEqual({ a: null, b: 'NaN', c: [null] })
  })
})
