import { describe, expect, it } from 'vitest'
import { createToolCallParser, type DiagnosticCode } from '../../src/index.ts'
import { describeCases, type Case, type ExpectedArguments } from './cases.ts'
import { qwen, text, tool, xmlCall, type Pair } from './documents.ts'

let chain: Record<string, unknown> = { type: 'integer' }
const definitions: Record<string, unknown> = {
  Count: { type: 'integer' },
  Alias: { $ref: '#/$defs/Count' },
  Loop: { $ref: '#/$defs/Loop' },
  Ping: { anyOf: [{ $ref: '#/$defs/Pong' }, { type: 'integer' }] },
  Pong: { $ref: '#/$defs/Ping' },
  'odd/~name': { type: 'boolean' },
}
for (let depth = 0; depth < 30; depth += 1) {
  definitions[`Deep${depth}`] = chain
  chain = { $ref: `#/$defs/Deep${depth}` }
}

const options = {
  ...qwen,
  tools: [
    tool(
      'f',
      {
        s: { type: 'string' },
        i: { type: 'integer' },
        n: { type: 'number' },
        b: { type: 'boolean' },
        o: { type: 'object' },
        a: { type: 'array' },
        z: { type: 'null' },
        sn: { type: ['string', 'null'] },
        sna: { anyOf: [{ type: 'string' }, { type: 'null' }] },
        in: { type: ['integer', 'null'] },
        ib: { type: ['integer', 'boolean'] },
        nb: { oneOf: [{ type: 'number' }, { type: 'boolean' }] },
        on: { type: ['object', 'null'] },
        oa: { type: ['object', 'array'] },
        si: { type: ['string', 'integer'] },
        sin: { anyOf: [{ type: 'string' }, { type: 'integer' }, { type: 'null' }] },
        sb: { type: ['boolean', 'string'] },
        so: { anyOf: [{ type: 'string' }, { type: 'object' }] },
        sa: { anyOf: [{ type: 'string' }, { type: 'array', items: {} }] },
        free: {},
        described: { description: 'no type' },
        ref: { $ref: '#/$defs/Count' },
        alias: { $ref: '#/$defs/Alias' },
        legacy: { $ref: '#/definitions/Flag' },
        odd: { $ref: '#/$defs/odd~1~0name' },
        loop: { $ref: '#/$defs/Loop' },
        ping: { $ref: '#/$defs/Ping' },
        deep: chain,
        lost: { $ref: '#/$defs/Missing' },
        remote: { $ref: 'https://example.com/schema.json' },
        constant: { const: 5 },
        constantText: { const: 'x' },
        constantNull: { const: null },
        list: { enum: [1, 2, 3] },
        listText: { enum: ['1', '2'] },
        listMixed: { enum: ['auto', 1] },
        listNull: { enum: [null, 'a'] },
        all: { allOf: [{ type: 'integer' }, { minimum: 0 }] },
        nested: { anyOf: [{ oneOf: [{ allOf: [{ type: 'boolean' }] }] }, { $ref: '#/$defs/Count' }] },
        str: { type: 'str' },
        varchar: { type: 'varchar' },
        int64: { type: 'int64' },
        uint8: { type: 'uint8' },
        long: { type: 'long' },
        float: { type: 'float' },
        double: { type: 'double' },
        bool: { type: 'bool' },
        dict: { type: 'dict' },
        arr: { type: 'list' },
      },
      { $defs: definitions, definitions: { Flag: { type: 'boolean' } } },
    ),
  ],
}

const typed = (rule: string, key: string, value: string, wanted: string, codes?: DiagnosticCode[]): Case => ({
  name: `REC ${rule} ${key}: ${JSON.stringify(value)} gives ${wanted}`,
  raw: xmlCall('f', [key, value]),
  calls: [['f', `{"${key}":${wanted}}`]],
  ...(codes === undefined ? {} : { codes }),
})

const parsed = (name: string, pair: Pair, wanted: ExpectedArguments, status?: 'repaired'): Case => ({
  name,
  raw: xmlCall('f', pair),
  calls: [status === undefined ? ['f', wanted] : ['f', wanted, status]],
})

describeCases('REC R1 the types of a schema', options, [
  typed('R1', 'ref', '42', '42', []),
  typed('R1', 'alias', '42', '42', []),
  typed('R1', 'legacy', 'true', 'true', []),
  typed('R1', 'odd', 'true', 'true'),
  typed('R1', 'loop', '42', '"42"'),
  typed('R1', 'ping', '42', '42'),
  typed('R1', 'deep', '42', '"42"'),
  typed('R1', 'lost', '42', '"42"'),
  typed('R1', 'remote', '42', '"42"'),
  typed('R1', 'constant', '5', '5', []),
  typed('R1', 'constantText', '5', '"5"', []),
  typed('R1', 'constantNull', 'null', 'null', []),
  typed('R1', 'list', '2', '2', []),
  typed('R1', 'listText', '2', '"2"', []),
  typed('R1', 'listMixed', '1', '1', []),
  typed('R1', 'listMixed', 'auto', '"auto"', []),
  typed('R1', 'listNull', 'null', 'null', []),
  typed('R1', 'listNull', 'a', '"a"', []),
  typed('R1', 'all', '7', '7', []),
  typed('R1', 'nested', 'true', 'true', []),
  typed('R1', 'nested', '12', '12', []),
  typed('R1', 'str', '12', '"12"', []),
  typed('R1', 'varchar', 'null', '"null"', []),
  typed('R1', 'int64', '12', '12', []),
  typed('R1', 'uint8', '12', '12', []),
  typed('R1', 'long', '12', '12', []),
  typed('R1', 'float', '1.5', '1.5', []),
  typed('R1', 'double', '1.5', '1.5', []),
  typed('R1', 'bool', 'False', 'false', []),
  typed('R1', 'dict', '{"a":1}', '{"a":1}', []),
  typed('R1', 'arr', '[1]', '[1]', []),
])

describeCases('REC R2 and R3 strings', options, [
  typed('R2', 's', 'null', '"null"', []),
  typed('R2', 's', '007', '"007"', []),
  typed('R2', 's', '', '""', []),
  typed('R2', 'free', '42', '"42"'),
  typed('R2', 'described', 'true', '"true"'),
  typed('R2', 'unknown', '42', '"42"', ['undeclared-parameter']),
  typed('R3', 'sn', 'null', 'null', []),
  typed('R3', 'sn', 'None', 'null', []),
  typed('R3', 'sna', 'null', 'null', []),
  ...['NULL', 'Null', 'none', 'NONE', 'nul', 'nullx', 'null null', 'n', 'No', 'Nonexistent', '8080', 'true'].map(
    (value) => typed('R3', 'sn', value, text(value), []),
  ),
  // Fine print 17 speaks of non-strings; empty text fits a string as it is.
  typed('R3', 'sn', '', '""'),
])

describeCases('REC R5 numbers', options, [
  ...['3', '-7', '0', '-0', '9007199254740993', '2512292042121000001', '-123456789012345678901234567890'].map((value) =>
    typed('R5', 'i', value, value, []),
  ),
  ...['1e400', '-1.5E+10', '0.1', '1.10', '3.0', '12345678901234567890.123456789'].map((value) =>
    typed('R5', 'n', value, value, []),
  ),
  typed('R5', 'i', ' 3 ', '3'),
  typed('R5', 'i', '\n3\t', '3'),
  typed('R5', 'i', '+5', '5'),
  typed('R5', 'i', '007', '7'),
  typed('R5', 'i', '-007', '-7'),
  typed('R5', 'i', '1_000', '1000'),
  typed('R5', 'i', '3.0', '3'),
  typed('R5', 'i', '-3.000', '-3'),
  typed('R5', 'i', '9007199254740993.0', '9007199254740993'),
  typed('R5', 'i', '3.5', '3.5', ['value-type']),
  typed('FP16', 'i', '1e3', '1e3'),
  typed('R5', 'n', '.5', '0.5'),
  typed('R5', 'n', '-.5', '-0.5'),
  parsed('REC R5 5. is a number', ['n', '5.'], { value: { n: 5 } }),
  typed('R5', 'n', '+0.5', '0.5'),
  typed('R5', 'n', '1_000.5', '1000.5'),
  ...['nan', 'NaN', 'inf', 'Infinity', '-inf'].map((value) => typed('R5', 'n', value, text(value), ['value-type'])),
  ...['abc', '1,000', '1 000', '--5', '1__0', '_1', '1.2.3', '5e', 'e5', '.', '-', '١', '3 days'].map((value) =>
    typed('R5', 'i', value, text(value), ['value-type']),
  ),
  typed('R5', 'i', '"5"', '"\\"5\\""', ['value-type']),
  typed('R5', 'i', 'true', '"true"', ['value-type']),
  typed('FP17', 'i', '', '""', ['empty-value']),
  typed('FP17', 'in', '', 'null'),
  typed('FP17', 'b', '', '""', ['empty-value']),
  typed('FP17', 'o', '', '""', ['empty-value']),
  typed('FP17', 'on', '', 'null'),
])

describeCases('REC R6 booleans', options, [
  ...['true', 'True', 'TRUE', 'tRuE', '1', ' true '].map((value) => typed('R6', 'b', value, 'true')),
  ...['false', 'False', 'FALSE', '0', '\tfalse\n'].map((value) => typed('R6', 'b', value, 'false')),
  ...['yes', 'no', 'on', '2', 't', 'falsee', '"true"', '1.0'].map((value) =>
    typed('R6', 'b', value, text(value), ['value-type']),
  ),
])

describeCases('REC R7 objects and arrays', options, [
  ...[
    '{"a":1}',
    '{ "a" : [ 1 , 2.50 ] }',
    '{"b":1,"a":2,"b":3}',
    '{"id":9007199254740993,"x":1e400}',
    '{"__proto__":{"x":1},"2":1,"1":2}',
    '{"s":"\\u00e9\\/\\ud83d"}',
    '{}',
    '{\n  "a": 1\n}',
  ].map((value) => typed('R7', 'o', value, value)),
  ...['[]', '[1,"a",null,true]', '[ {"a": 1} ]'].map((value) => typed('R7', 'a', value, value, [])),
  parsed('REC R7 the trimmed text', ['o', '  {"a": 1}\n\n'], '{"o":{"a": 1}}'),
  typed('P5', 'a', '{"a":1}', '{"a":1}'),
  typed('P5', 'o', '[1]', '[1]'),
  typed('P5', 'oa', '[1]', '[1]', []),
  parsed('REC R7 single quotes', ['o', "{'a': 'x', 'b': [True, False, None]}"], {
    value: { o: { a: 'x', b: [true, false, null] } },
  }),
  parsed('REC R7 a Python list', ['a', "['it\\'s', \"x\", 'say \"hi\"']"], { value: { a: ["it's", 'x', 'say "hi"'] } }),
  parsed('REC R7 a tuple is an array', ['a', "(1, 'b')"], { value: { a: [1, 'b'] } }),
  parsed('REC R7 a tuple of one', ['a', '(1,)'], { value: { a: [1] } }),
  parsed('REC R7 nested tuples', ['a', '[(1, 2), (3, 4)]'], {
    value: {
      a: [
        [1, 2],
        [3, 4],
      ],
    },
  }),
  parsed('REC R7 a big integer in a Python list', ['a', "[9007199254740993, 'x']"], /\[9007199254740993, ?"x"\]/),
  parsed('FP18 an unquoted key: P12 mends it', ['o', '{a: 1}'], { value: { o: { a: 1 } } }, 'repaired'),
  parsed('FP18 an invalid escape: P12 mends it', ['o', '{"p": "\\d+"}'], { value: { o: { p: '\\d+' } } }, 'repaired'),
  parsed(
    'FP18 a missing bracket in a closed value: P12 mends it',
    ['o', '{"a": [1, 2'],
    '{"o":{"a": [1, 2]}}',
    'repaired',
  ),
  ...['a, b', 'x', '5', '"x"', 'true', '{"a": 1/6}', '{"a": 1} x', '[f(x)]'].map((value) =>
    typed('R7', 'o', value, text(value), ['value-type']),
  ),
])

describeCases('REC R8 null', options, [
  ...['null', 'None', 'NULL', 'Null', 'none', ' null '].flatMap((value) => [
    typed('R8', 'in', value, 'null'),
    typed('R8', 'i', value, 'null'),
    typed('R8', 'z', value, 'null'),
  ]),
  typed('R8', 'o', 'None', 'null'),
  typed('R8', 'a', 'null', 'null'),
  typed('R8', 'b', 'None', 'null'),
  typed('R8', 'on', 'None', 'null'),
  typed('R8', 'si', 'null', '"null"', []),
  typed('R8', 'z', 'x', '"x"', ['value-type']),
])

describeCases('REC R9 unions', options, [
  typed('R9', 'ib', '1', '1', []),
  typed('R9', 'ib', 'true', 'true', []),
  typed('R9', 'ib', 'True', 'true'),
  typed('R9', 'nb', '0', '0', []),
  typed('R9', 'si', '42', '42', []),
  typed('R9', 'si', '-9007199254740993', '-9007199254740993', []),
  typed('R9', 'si', 'x', '"x"', []),
  typed('R9', 'sin', 'null', 'null', []),
  typed('R9', 'sin', '7', '7', []),
  typed('R9', 'sb', 'true', 'true', []),
  typed('R9', 'so', '{"a": 1}', '{"a": 1}', []),
  typed('R9', 'so', 'plain', '"plain"', []),
  typed('R9', 'so', '[1]', '"[1]"', []),
  typed('R9', 'sa', '[1, 2]', '[1, 2]', []),
  typed('R9', 'sa', '{"a":1}', text('{"a":1}'), []),
  ...['007', '1_000', '+5', '.5', '5.'].map((value) => typed('FP16', 'si', value, text(value), [])),
  ...['True', 'FALSE', '1', '0'].map((value) => typed('FP16', 'sb', value, text(value), [])),
  ...["{'a': 1}", '{a: 1}', '{"a": 1', ''].map((value) => typed('FP16', 'so', value, text(value), [])),
  // P5 names `None` for string-or-null, fine print 16 wants JSON spellings only: P5 is the more special one, wherever both are in.
  typed('P5', 'sin', 'None', 'null'),
  typed('P5', 'sin', 'NULL', '"NULL"'),
  typed('FP16', 'sa', "['a']", text("['a']"), []),
])

describeCases('REC R10 keys', options, [
  {
    name: 'REC R10 keys are text, in the order of appearance',
    raw: xmlCall('f', ['10', 'a'], ['9', 'b'], ['__proto__', 'c'], ['constructor', 'd'], ['i', '1'], ['toString', 'e']),
    calls: [['f', '{"10":"a","9":"b","__proto__":"c","constructor":"d","i":1,"toString":"e"}']],
  },
  {
    name: 'REC R10 keys are escaped',
    raw: xmlCall('f', ['a\\b', '1'], ['a"b', '2'], ['naïve 🌍', '3']),
    calls: [['f', '{"a\\\\b":"1","a\\"b":"2","naïve 🌍":"3"}']],
  },
  {
    name: 'REC R10 tools and properties named like members of objects',
    raw: xmlCall('constructor', ['hasOwnProperty', '5']) + xmlCall('__proto__', ['__proto__', '5']),
    options: { tools: [tool('constructor', { hasOwnProperty: { type: 'integer' } })] },
    calls: [
      ['constructor', '{"hasOwnProperty":5}'],
      ['__proto__', '{"__proto__":"5"}'],
    ],
    codes: ['unknown-tool'],
  },
])

describe('REC moments', () => {
  const argumentsAfter = (...pieces: string[]): string => {
    const parser = createToolCallParser(options)
    return pieces
      .flatMap((piece) => parser.feed(piece))
      .map((event) => (event.type === 'tool-call-arguments' ? event.text : ''))
      .join('')
  }

  it('REC R2 a string streams as it arrives', () => {
    expect(argumentsAfter('<tool_call>\n<function=f>\n<parameter=s>\nnull and ', 'void')).toBe('{"s":"null and void')
  })

  it('REC R3 a nullable string streams as soon as it is no prefix of null', () => {
    expect(argumentsAfter('<tool_call>\n<function=f>\n<parameter=sn>\nnul')).not.toContain('nul')
    expect(argumentsAfter('<tool_call>\n<function=f>\n<parameter=sn>\nnul', 'l and void')).toBe('{"sn":"null and void')
  })

  it('REC R4 a number waits for its closer', () => {
    const start = '<tool_call>\n<function=f>\n<parameter=i>\n12'
    expect(argumentsAfter(start)).not.toContain('12')
    expect(argumentsAfter(start, '34\n</parameter>\n<parameter=')).toContain('"i":1234')
  })
})
