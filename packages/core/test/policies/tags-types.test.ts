import { describe } from 'vitest'
import type { DiagnosticCode } from '../../src/index.ts'
import { testRows, tool, type PolicyRow } from './check.ts'
import { param, wrapped } from './tag-calls.ts'

const format = 'qwen3_coder'
const integer = { type: 'integer' }
const number = { type: 'number' }
const boolean = { type: 'boolean' }
const object = { type: 'object' }
const array = { type: 'array' }
const string = { type: 'string' }
const nullable = (type: string): Record<string, unknown> => ({ type: [type, 'null'] })

/** schema of the parameter, its text, the JSON text that must be written. */
type TypeRow = [rule: string, schema: unknown, text: string, json: string, codes?: readonly DiagnosticCode[]]

function typeRow([rule, schema, text, json, codes]: TypeRow): PolicyRow {
  return {
    name: `${rule} ${JSON.stringify(text)} for ${JSON.stringify(schema)} is ${json}`,
    format,
    options: { tools: [tool('f', { v: schema })] },
    raw: wrapped('f', param('v', text)),
    message: { calls: [['f', `{"v":${json}}`, 'complete']] },
    ...(codes === undefined ? {} : { codes }),
  }
}

const none: readonly DiagnosticCode[] = []
const odd: readonly DiagnosticCode[] = ['value-type']

const rows: TypeRow[] = [
  // R2: a pure string is never coerced
  ...['null', 'None', '8080', 'true', 'True', '{"a":1}', '[1]', '3.5', '', ' 1 ', '"x"'].map((text): TypeRow => [
    'REC R2',
    string,
    text,
    JSON.stringify(text),
    none,
  ]),
  ['REC R2', {}, '8080', '"8080"', none],
  ['REC R2', { description: 'no type' }, 'null', '"null"', none],
  ['REC R2', true, '1', '"1"'],
  ['REC R2', { enum: ['a', '1'] }, '1', '"1"', none],
  // R3: string or null
  ['REC R3', nullable('string'), 'null', 'null', none],
  ['REC R3', nullable('string'), 'None', 'null', none],
  ['REC R3', nullable('string'), 'NULL', '"NULL"', none],
  ['REC R3', nullable('string'), 'Null', '"Null"', none],
  ['REC R3', nullable('string'), 'none', '"none"', none],
  ['REC R3', nullable('string'), 'nul', '"nul"', none],
  ['REC R3', nullable('string'), 'nullable', '"nullable"', none],
  ['REC R3', nullable('string'), 'null and void', '"null and void"', none],
  ['REC R3', nullable('string'), 'Nonesuch', '"Nonesuch"', none],
  ['REC R3', nullable('string'), 'null\nx', String.raw`"null\nx"`, none],
  ['REC R3', nullable('string'), '', '""', none],
  ['REC R3', nullable('string'), '42', '"42"', none],
  ['REC R3', nullable('string'), '  indented', '"  indented"', none],
  ['REC R3', nullable('string'), 'null</parameter> x', '"null</parameter> x"', none],
  ['REC R3', { anyOf: [string, { type: 'null' }] }, 'null', 'null', none],
  ['REC R3', { anyOf: [string, { type: 'null' }] }, 'x', '"x"', none],
  // R5: numbers are text
  ['REC R5', integer, '3', '3', none],
  ['REC R5', integer, ' 3 ', '3', none],
  ['REC R5', integer, '-3', '-3', none],
  ['REC R5', integer, '-0', '-0', none],
  ['REC R5', integer, '+5', '5'],
  ['REC R5', integer, '007', '7'],
  ['REC R5', integer, '1_000', '1000'],
  ['REC R5', integer, '3.0', '3'],
  ['REC R5', integer, '3.5', '3.5', odd],
  ['REC R5', integer, '1e3', '1e3'],
  ['REC R5', integer, '9007199254740993', '9007199254740993', none],
  ['REC R5', integer, '2512292042121000001', '2512292042121000001', none],
  ['REC R5', integer, 'abc', '"abc"', odd],
  ['REC R5', integer, '2026-01-15', '"2026-01-15"', odd],
  ['REC R5', integer, '0x1F', '"0x1F"', odd],
  ['REC R5', integer, '1,000', '"1,000"', odd],
  ['REC R5', integer, '- 5', '"- 5"', odd],
  ['REC R5', integer, '--5', '"--5"', odd],
  ['REC R5', integer, '5 apples', '"5 apples"', odd],
  ['REC R5', number, '3.0', '3.0', none],
  ['REC R5', number, '.5', '0.5'],
  ['REC R5', number, '-.5', '-0.5'],
  ['REC R5', number, '1e400', '1e400', none],
  ['REC R5', number, '-1.50E+10', '-1.50E+10', none],
  ['REC R5', number, '0.1000000000000000055511151231257827', '0.1000000000000000055511151231257827', none],
  ['REC R5', number, 'nan', '"nan"', odd],
  ['REC R5', number, 'NaN', '"NaN"', odd],
  ['REC R5', number, 'Infinity', '"Infinity"', odd],
  ['REC R5', number, '-inf', '"-inf"', odd],
  ['REC R5', number, '5e', '"5e"', odd],
  ['REC R5', { type: 'int' }, '7', '7'],
  ['REC R5', { type: 'float' }, '7.5', '7.5'],
  // R6: booleans
  ...['true', 'True', 'TRUE', '1', ' true '].map((text): TypeRow => ['REC R6', boolean, text, 'true', none]),
  ...['false', 'False', 'FALSE', '0', '\tfalse'].map((text): TypeRow => ['REC R6', boolean, text, 'false', none]),
  ...['yes', 'no', 'on', 'truee', '2', '1.0'].map((text): TypeRow => [
    'REC R6',
    boolean,
    text,
    JSON.stringify(text),
    odd,
  ]),
  // R7: objects and arrays
  ['REC R7', object, '{ "a" : 1 }', '{ "a" : 1 }', none],
  ['REC R7', object, ' {"a":1} ', '{"a":1}', none],
  ['REC R7', object, '{\n  "a": 1,\n  "a": 2\n}', '{\n  "a": 1,\n  "a": 2\n}'],
  ['REC R7', array, '[9007199254740993, 1e400, 1.0]', '[9007199254740993, 1e400, 1.0]', none],
  ['REC R7', array, String.raw`["\u00e9", "\/"]`, String.raw`["\u00e9", "\/"]`, none],
  ['REC R7', array, '[]', '[]', none],
  ['REC R7', array, '[{"oldText": "</parameter>"}]', '[{"oldText": "</parameter>"}]', none],
  ['P5', object, '[1]', '[1]'],
  ['P5', array, '{"a":1}', '{"a":1}'],
  // The blanks of a Python literal are the model's own and are copied, as fine print 34 says of a repaired JSON body.
  ['REC R7', array, "['a', 'b']", '["a", "b"]'],
  ['REC R7', object, "{'a': True, 'b': None, 'c': False}", '{"a": true, "b": null, "c": false}'],
  ['REC R7', array, '(1, 2)', '[1, 2]'],
  ['REC R7', array, "[('a', 2512292042121000001)]", '[["a", 2512292042121000001]]'],
  ['REC R7', array, `["it's", 'say "x"']`, String.raw`["it's", "say \"x\""]`],
  ['FP18', object, 'hello', '"hello"', odd],
  ['FP18', array, 'a, b', '"a, b"', odd],
  ['FP18', array, "__import__('os').system('x')", `"__import__('os').system('x')"`, odd],
  // R8: null
  ['REC R8', nullable('integer'), 'null', 'null', none],
  ['REC R8', nullable('integer'), 'None', 'null', none],
  ['REC R8', nullable('integer'), 'NULL', 'null', none],
  ['REC R8', integer, 'null', 'null'],
  ['REC R8', boolean, 'None', 'null'],
  ['REC R8', object, 'None', 'null'],
  // R9 and fine print 16: unions
  ['REC R9', { type: ['string', 'integer'] }, '42', '42', none],
  ['REC R9', { type: ['integer', 'string', 'null'] }, 'null', 'null', none],
  ['REC R9', { type: ['string', 'boolean'] }, 'true', 'true', none],
  ['REC R9', { type: ['string', 'array'] }, '[1]', '[1]', none],
  ['REC R9', { type: ['string', 'array'] }, '{"a":1}', String.raw`"{\"a\":1}"`],
  ['REC R9', { type: ['string', 'object'] }, '{"a": 1}', '{"a": 1}', none],
  ['REC R9', { type: ['string', 'array'] }, '[1', '"[1"'],
  ['REC R9', { type: ['integer', 'boolean'] }, '1', '1', none],
  ['REC R9', { type: ['integer', 'boolean'] }, 'True', 'true', none],
  ['REC R9', { type: ['number', 'boolean', 'null'] }, 'None', 'null', none],
  ['FP16', { type: ['string', 'integer'] }, '007', '"007"', none],
  ['FP16', { type: ['string', 'integer'] }, '1_000', '"1_000"', none],
  ['FP16', { type: ['string', 'integer'] }, '+5', '"+5"', none],
  ['FP16', { type: ['string', 'boolean'] }, 'True', '"True"', none],
  ['FP16', { type: ['string', 'boolean'] }, '1', '"1"', none],
  ['FP16', { type: ['string', 'array'] }, "['a']", `"['a']"`, none],
  ['FP16', { type: ['string', 'integer'] }, 'plain', '"plain"', none],
  // Fine print 17: empty text
  ['FP17', integer, '', '""', ['empty-value']],
  ['FP17', object, '', '""', ['empty-value']],
  ['FP17', boolean, '', '""', ['empty-value']],
  ['FP17', nullable('integer'), '', 'null'],
  // R1: where types come from
  ['REC R1', { enum: [1, 2] }, '1', '1', none],
  ['REC R1', { enum: [true, false] }, 'True', 'true', none],
  ['REC R1', { enum: ['a', null] }, 'null', 'null', none],
  ['REC R1', { enum: ['a', 1] }, '1', '1', none],
  ['REC R1', { const: 5 }, '5', '5', none],
  ['REC R1', { const: 'x' }, '5', '"5"', none],
  ['REC R1', { anyOf: [integer, { type: 'null' }] }, '5', '5', none],
  ['REC R1', { oneOf: [integer, boolean] }, 'true', 'true', none],
  ['REC R1', { allOf: [integer, { minimum: 0 }] }, '5', '5', none],
  ['REC R1', { anyOf: [{ anyOf: [{ oneOf: [array] }] }] }, '[1]', '[1]', none],
  ['REC R1', { $ref: '#/nowhere' }, '5', '"5"', none],
  ['REC R1', { $ref: 'https://example.com/schema' }, '5', '"5"', none],
]

describe('P5 typing of values', () => {
  testRows(rows.map(typeRow))
})

describe('P5 schemas and names', () => {
  const definitions = {
    $defs: {
      count: { type: 'integer' },
      wrapped: { $ref: '#/$defs/count' },
      loop: { $ref: '#/$defs/pool' },
      pool: { $ref: '#/$defs/loop' },
      self: { anyOf: [{ $ref: '#/$defs/self' }, { type: 'integer' }] },
    },
    definitions: { flag: { type: 'boolean' }, 'a/b~c': { type: 'integer' } },
  }
  const referring = (ref: string) => [tool('f', { v: { $ref: ref } }, definitions)]
  const refRow = (ref: string, text: string, json: string): PolicyRow => ({
    name: `REC R1 ${ref} of ${JSON.stringify(text)} is ${json}`,
    format,
    options: { tools: referring(ref) },
    raw: wrapped('f', param('v', text)),
    message: { calls: [['f', `{"v":${json}}`, 'complete']] },
  })
  const hostile = tool(
    'f',
    JSON.parse('{"__proto__":{"type":"integer"},"b":{"type":"integer"},"2":{"type":"integer"}}'),
  )
  testRows([
    refRow('#/$defs/count', '5', '5'),
    refRow('#/$defs/wrapped', '5', '5'),
    refRow('#/definitions/flag', 'True', 'true'),
    refRow('#/definitions/a~1b~0c', '5', '5'),
    refRow('#/$defs/loop', '5', '"5"'),
    refRow('#/$defs/self', '5', '5'),
    {
      name: 'P5 an unknown parameter is a string',
      format,
      options: { tools: [tool('f', { v: integer })] },
      raw: wrapped('f', param('w', '5')),
      message: { calls: [['f', '{"w":"5"}', 'complete']] },
      codes: ['undeclared-parameter'],
    },
    {
      name: 'P5 without tools everything is a string',
      format,
      raw: wrapped('f', param('a', '5'), param('b', 'true'), param('c', '{"x":1}'), param('d', 'null')),
      message: { calls: [['f', String.raw`{"a":"5","b":"true","c":"{\"x\":1}","d":"null"}`, 'complete']] },
      codes: [],
    },
    {
      name: 'P5 a tool without a schema takes strings',
      format,
      options: { tools: [{ type: 'function', function: { name: 'f' } }] },
      raw: wrapped('f', param('a', '5')),
      message: { calls: [['f', '{"a":"5"}', 'complete']] },
    },
    {
      name: 'P5 a tool with a broken schema takes strings',
      format,
      options: {
        tools: [{ type: 'function', function: { name: 'f', parameters: { properties: { a: null, b: 7 } } } }],
      },
      raw: wrapped('f', param('a', '5'), param('b', '5')),
      message: { calls: [['f', '{"a":"5","b":"5"}', 'complete']] },
    },
    {
      name: 'REC R10 keys of Object.prototype are only text',
      format,
      options: { tools: [tool('f', { v: integer })] },
      raw: wrapped('f', param('constructor', '1'), param('__proto__', '2'), param('toString', '3'), param('v', '4')),
      message: { calls: [['f', '{"constructor":"1","__proto__":"2","toString":"3","v":4}', 'complete']] },
    },
    {
      name: 'REC R10 a declared __proto__ has its type, keys keep their order',
      format,
      options: { tools: [hostile] },
      raw: wrapped('f', param('b', '1'), param('__proto__', '2'), param('2', '3')),
      message: { calls: [['f', '{"b":1,"__proto__":2,"2":3}', 'complete']] },
      codes: [],
    },
    {
      name: 'REC R10 keys are escaped',
      format,
      raw: wrapped('f', param('a"b\\c\té🌍', '1')),
      message: { calls: [['f', String.raw`{"a\"b\\c\té🌍":"1"}`, 'complete']] },
    },
    {
      name: 'FP18 broken JSON is mended by the P12 rules and makes the call repaired',
      format,
      options: { tools: [tool('f', { v: object })] },
      raw: wrapped('f', param('v', String.raw`{"a": "\d", "b": 1`)),
      message: { calls: [['f', String.raw`{"v":{"a": "\\d", "b": 1}}`, 'repaired']] },
    },
    {
      name: 'REC R4 a waiting value between two strings',
      format,
      options: { tools: [tool('f', { a: string, v: object, z: string })] },
      raw: wrapped('f', param('a', '1'), param('v', '{"x": [1, 2]}'), param('z', '2')),
      message: { calls: [['f', '{"a":"1","v":{"x": [1, 2]},"z":"2"}', 'complete']] },
      codes: [],
    },
    ...['qwen3_coder', 'mimo', 'step3p5', 'nemotron_v3'].map((id): PolicyRow => ({
      name: `P5 ${id}: inline values of every type`,
      format: id,
      options: { reasoning: 'tags', tools: [tool('f', { s: string, i: integer, b: boolean, o: object, a: array })] },
      raw: '<tool_call><function=f><parameter=s>1</parameter><parameter=i>1</parameter><parameter=b>True</parameter><parameter=o>{"k": 1}</parameter><parameter=a>[\'x\']</parameter></function></tool_call>',
      message: { calls: [['f', '{"s":"1","i":1,"b":true,"o":{"k": 1},"a":["x"]}', 'complete']] },
    })),
    {
      name: 'P5 seed_oss: Python spelling of nested values',
      format: 'seed_oss',
      options: { tools: [tool('f', { o: object })] },
      raw: "<seed:tool_call>\n<function=f>\n<parameter=o>{'a': True, 'b': [None, 1.5]}</parameter>\n</function>\n</seed:tool_call>",
      message: { calls: [['f', '{"o":{"a": true, "b": [null, 1.5]}}', 'complete']] },
    },
  ])
})
