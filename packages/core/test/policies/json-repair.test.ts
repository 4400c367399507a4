import { describeCases, type Case, type ExpectedArguments } from './cases.ts'
import { hermes, jsonCall, text, tool, wrapped } from './documents.ts'

const options = { ...hermes, tools: undefined }

/** Arguments as the model wrote them and what must be delivered. */
const mended = (rule: string, argumentText: string, wanted: ExpectedArguments): Case => ({
  name: `JSON ${rule} ${JSON.stringify(argumentText)}`,
  raw: jsonCall('f', argumentText),
  calls: [['f', wanted, 'repaired']],
  codes: ['json-repair'],
})

const copied = (rule: string, argumentText: string): Case => ({
  name: `JSON ${rule} ${JSON.stringify(argumentText)} is copied`,
  raw: jsonCall('f', argumentText),
  calls: [['f', argumentText]],
  codes: [],
})

/** A body that reads as a complete call, with a remark. */
const tolerated = (rule: string, body: string, wanted: ExpectedArguments): Case => ({
  name: `JSON ${rule} ${JSON.stringify(body)}`,
  raw: wrapped(body),
  calls: [['f', wanted, 'complete']],
})

/** The call had begun when its body became unreadable. */
const failed = (rule: string, argumentText: string, wanted: RegExp): Case => ({
  name: `JSON ${rule} ${JSON.stringify(argumentText)} cannot be read`,
  raw: `${jsonCall('f', argumentText)}\n${jsonCall('g', '{}')}`,
  calls: [
    ['f', wanted, 'truncated'],
    ['g', '{}'],
  ],
  codes: ['json-unreadable'],
})

/** No call: the text comes back. */
const content = (rule: string, body: string): Case => ({
  name: `JSON ${rule} ${JSON.stringify(body)} is content`,
  raw: wrapped(body),
  content: wrapped(body),
})

describeCases('JSON R1 and R2: strings', options, [
  mended('R1', '{"p": "\\d+\\.py"}', '{"p": "\\\\d+\\\\.py"}'),
  mended('R1', '{"p": "App\\Http\\Kernel"}', '{"p": "App\\\\Http\\\\Kernel"}'),
  mended('R1', '{"p": "\\_ \\( \\ "}', '{"p": "\\\\_ \\\\( \\\\ "}'),
  mended('R1', '{"p": "\\u12"}', '{"p": "\\\\u12"}'),
  mended('R1', '{"p": "\\u12G4 C:\\users"}', '{"p": "\\\\u12G4 C:\\\\users"}'),
  mended('R1', '{"p": "\\u"}', '{"p": "\\\\u"}'),
  mended('R1', '{"p": "\\x41 \\a \\v \\0"}', '{"p": "\\\\x41 \\\\a \\\\v \\\\0"}'),
  mended('R1', '{"\\d": 1}', '{"\\\\d": 1}'),
  copied('R1', '{"p": "C:\\temp\\new \\b\\f\\r"}'),
  copied('R1', '{"p": "\\\\d \\\\\\\\ \\""}'),
  mended('FP25', '{"p": "it\\\'s"}', '{"p": "it\'s"}'),
  mended('R2', '{"p": "a\nb\tc\rd"}', '{"p": "a\\nb\\tc\\rd"}'),
  mended('R2', '{"p": "\u0000\u0001\u001f"}', '{"p": "\\u0000\\u0001\\u001f"}'),
  // R2 says \u00XX, P16 lists \b and \f among the escapes: P16 is about what is written.
  mended('R2', '{"p": "\b\f"}', '{"p": "\\b\\f"}'),
  mended('R2', '{"a\nb": 1}', '{"a\\nb": 1}'),
  copied('R2', '{"p": "\u007f\u2028"}'),
])

describeCases('JSON R3 and R4: Python spelling', options, [
  mended('R3', "{'p': 'x'}", '{"p": "x"}'),
  mended('R3', `{'p': 'say "hi"'}`, '{"p": "say \\"hi\\""}'),
  mended('R3', `{'p': 'it\\'s'}`, '{"p": "it\'s"}'),
  mended('R3', `{'p': "it's"}`, `{"p": "it's"}`),
  mended('R3', `{"p": 'a\\n\\u00e9\\\\'}`, '{"p": "a\\n\\u00e9\\\\"}'),
  mended('R3', `{'p': ''}`, '{"p": ""}'),
  mended('R3', `{'a': ['x', {'b': 'y'}]}`, '{"a": ["x", {"b": "y"}]}'),
  mended('R3', `{'p': '\\"q\\"'}`, '{"p": "\\"q\\""}'),
  mended('R3', `{'p': '\\d'}`, '{"p": "\\\\d"}'),
  copied('R3', `{"p": "it's 'quoted'"}`),
  mended('R4', '{"a": True, "b": False, "c": None}', '{"a": true, "b": false, "c": null}'),
  mended('R4', '{"a": [True,None,{"b":False}]}', '{"a": [true,null,{"b":false}]}'),
  copied('R4', '{"True": "None"}'),
  failed('R4', '{"a": TRUE}', /^\{("a": ?)?$/),
  failed('R4', '{"a": constructor}', /^\{("a": ?)?$/),
  failed('R4', '{"a": __proto__}', /^\{("a": ?)?$/),
  tolerated('FP25 R3 of the envelope', `{'name': 'f', 'arguments': {"a": 1}}`, '{"a": 1}'),
  tolerated('FP25 R9 of the envelope', '{name: "f", arguments: {"a": 1}}', '{"a": 1}'),
  tolerated('FP25 R4 of the envelope', '{"name": "f", "arguments": {"a": 1}, "strict": True}', '{"a": 1}'),
  tolerated('FP25 R4 of the arguments', '{"name": "f", "arguments": None}', '{}'),
  {
    name: 'JSON the sample of a mixed body',
    raw: wrapped(`{"arguments": {'pattern': "\\d+\\.py", 'recursive': True, 'limit': None,}, 'name': 'grep'}`),
    calls: [['grep', '{"pattern": "\\\\d+\\\\.py", "recursive": true, "limit": null}', 'repaired']],
  },
])

describeCases('JSON R5 and R6: brackets', options, [
  {
    name: 'JSON R5 the outer brace is missing',
    raw: wrapped('{"name": "f", "arguments": {"a": {"b": 1}}'),
    calls: [['f', '{"a": {"b": 1}}', 'repaired']],
  },
  {
    name: 'JSON R5 the braces of the arguments are missing too',
    raw: '<tool_call>{"name": "f", "arguments": {"a": "x"</tool_call>Done.',
    content: 'Done.',
    calls: [['f', '{"a": "x"}', 'repaired']],
  },
  {
    name: 'JSON R5 a list and the braces are missing',
    raw: '<tool_call>{"name": "f", "arguments": {"a": [1, [2]</tool_call>',
    calls: [['f', '{"a": [1, [2]]}', 'repaired']],
  },
  {
    name: 'JSON R5 missing before the next opener',
    raw: `<tool_call>{"name": "f", "arguments": {"a": "x"}\n${jsonCall('g', '{}')}`,
    calls: [
      ['f', '{"a": "x"}', 'repaired'],
      ['g', '{}'],
    ],
  },
  {
    name: 'JSON R6 one brace too many',
    raw: `${wrapped('{"name": "f", "arguments": {"a": 1}}}')}\nDone.`,
    content: '\nDone.',
    calls: [['f', '{"a": 1}']],
  },
  {
    name: 'JSON R6 stray text after the body',
    raw: wrapped('{"name": "f", "arguments": {"a": 1}} // that is it'),
    calls: [['f', '{"a": 1}']],
    codes: ['stray-text'],
  },
  {
    name: 'JSON R6 stray text up to the next opener',
    raw: `<tool_call>{"name": "f", "arguments": {}} hm ${jsonCall('g', '{}')}`,
    calls: [
      ['f', '{}', 'repaired'],
      ['g', '{}'],
    ],
    codes: ['stray-text'],
  },
])

describeCases('JSON R7: double-encoded arguments', { ...hermes, tools: undefined }, [
  tolerated('R7', '{"name": "f", "arguments": "{\\"a\\": 1}"}', '{"a": 1}'),
  tolerated('R7', '{"name": "f", "arguments": "{}"}', '{}'),
  tolerated('R7', '{"arguments": "{\\"a\\": [true, \\"x\\"]}", "name": "f"}', '{"a": [true, "x"]}'),
  tolerated(
    'R7',
    '{"name": "f", "arguments": "{\\n  \\"p\\": \\"C:\\\\\\\\tmp\\", \\"t\\": \\"say \\\\\\"hi\\\\\\"\\\\nx\\"\\n}"}',
    '{\n  "p": "C:\\\\tmp", "t": "say \\"hi\\"\\nx"\n}',
  ),
  tolerated('R7', '{"name": "f", "arguments": "{\\u0022a\\u0022: 1}"}', '{"a": 1}'),
  tolerated('R7', '{"name": "f", "arguments": "{\\"e\\": \\"\\\\u00e9 é\\"}"}', '{"e": "\\u00e9 é"}'),
  {
    name: 'JSON R7 the inner text needs repair',
    raw: wrapped(`{"name": "f", "arguments": "{'a': True,}"}`),
    calls: [['f', '{"a": true}', 'repaired']],
  },
  ...(['stop', 'length'] as const).map((finish): Case => ({
    name: `JSON R7 FP10 the inner text is balanced and the text ends before the quote, at ${finish}`,
    raw: '<tool_call>\n{"name": "f", "arguments": "{\\"a\\": 1}',
    finish,
    calls: [['f', '{"a": 1}', 'repaired']],
  })),
  content('R7 FP23 a string that is no object', '{"name": "f", "arguments": "hello"}'),
  content('R7 FP23 a string that holds a list', '{"name": "f", "arguments": "[1]"}'),
  copied('R7', '{"text": "{\\"a\\": 1}"}'),
  {
    name: 'JSON R7 granite4',
    raw: wrapped('{"name": "write_file", "arguments": "{\\"path\\": \\"a\\"}"}'),
    options: { format: 'granite4' },
    calls: [['write_file', '{"path": "a"}']],
  },
])

describeCases('JSON R8 to R11: commas, keys, quotes, blanks', options, [
  mended('R8', '{"a": 1,}', '{"a": 1}'),
  mended('R8', '{"a": [1, 2,], "b": {"c": "x",},}', '{"a": [1, 2], "b": {"c": "x"}}'),
  mended('R8', '{"a": "x" , }', { value: { a: 'x' } }),
  mended('R8', '{"a": "x",\n}', { value: { a: 'x' } }),
  {
    // Fine print 25 names R3, R4 and R9 for the envelope, not R8.
    name: 'JSON R8 in the envelope',
    raw: wrapped('{"name": "f", "arguments": {"a": 1},}'),
    calls: [['f', '{"a": 1}', 'repaired']],
  },
  mended('R9', '{city: "x", days: 2}', '{"city": "x", "days": 2}'),
  mended('R9', '{ _a1 : {b$: null}}', '{ "_a1" : {"b$": null}}'),
  mended('R9', '{True: 1, null: 2}', '{"True": 1, "null": 2}'),
  mended('R10', '{"t": "say "hi" now"}', '{"t": "say \\"hi\\" now"}'),
  mended('R10', '{"t": "He said "no""}', '{"t": "He said \\"no\\""}'),
  mended('R10', '{"t": ""quoted" word"}', '{"t": "\\"quoted\\" word"}'),
  mended('R10', '{"t": "<a href="x.html">y</a>", "n": 1}', '{"t": "<a href=\\"x.html\\">y</a>", "n": 1}'),
  mended('R10', '{"a "b" c": 1}', '{"a \\"b\\" c": 1}'),
  copied('R10', '{"t": "x" , "u" : "y"\n}'),
  copied('R10', '{"t": ["x" ]\t}'),
  // The documented limit of the rule: the quote before the comma closes the string, and what follows cannot be read.
  failed('R10', '{"t": "say "hi", bye"}', /^\{"t": "say \\"hi"/),
  {
    name: 'JSON R11 a lone backslash at the end is dropped text',
    raw: '<tool_call>\n{"name": "f", "arguments": {\\',
    calls: [['f', '{}', 'repaired']],
    codes: ['stray-text'],
  },
  mended('R11', '{\\n"a": 1,\\n"b": 2\\n}', { value: { a: 1, b: 2 } }),
  {
    name: 'JSON R11 a literal newline in the envelope',
    raw: '<tool_call>\\n{"name": "f", "arguments": {"a": 1}}\\n</tool_call>',
    calls: [['f', '{"a": 1}']],
  },
])

describeCases('JSON R12 and R13: numbers', options, [
  mended('R12', '{"n": +5}', '{"n": 5}'),
  mended('R12', '{"n": 007}', '{"n": 7}'),
  mended('R12', '{"n": -07.50}', '{"n": -7.50}'),
  mended('R12', '{"n": 00}', '{"n": 0}'),
  mended('R12', '{"n": 5.}', { value: { n: 5 } }),
  mended('R12', '{"n": .5}', '{"n": 0.5}'),
  mended('R12', '{"n": -.5}', '{"n": -0.5}'),
  mended('R12', '{"n": 1_000_000}', '{"n": 1000000}'),
  mended('R12', '{"n": 0x1F}', '{"n": 31}'),
  mended('R12', '{"n": 0x20000000000001}', '{"n": 9007199254740993}'),
  mended('R12', '{"n": 09007199254740993}', '{"n": 9007199254740993}'),
  mended('R12', '{"n": [+1,02,]}', '{"n": [1,2]}'),
  copied('R12', '{"n": [9007199254740993, -0, 1E5, 1e-7, 0.10]}'),
  copied('FP24', '{"n": 1e999}'),
  mended('R13', '{"n": NaN}', '{"n": null}'),
  mended('R13', '{"n": [Infinity, -Infinity]}', '{"n": [null, null]}'),
  ...['1/6', '5*11', '2+2', '1.2.3', '12abc', '1e', '--1', '0xZZ'].map((value) =>
    failed('R21', `{"n": ${value}}`, /^\{"n": ?[\d.]*$/),
  ),
])

describeCases('JSON R14 to R18: the envelope', { ...options, tools: undefined }, [
  tolerated('R14', '{"name": "f"}', '{}'),
  tolerated('R14', '{"name": "f", "arguments": null}', '{}'),
  ...['[1]', '[]', '5', 'true', '"x"', '-1.5'].map((value) => content('FP23', `{"name": "f", "arguments": ${value}}`)),
  ...['name', 'tool_name', 'function'].flatMap((name) =>
    ['arguments', 'parameters', 'args'].map((key) =>
      tolerated('R15', `{"${name}": "f", "${key}": {"a": 1}}`, '{"a": 1}'),
    ),
  ),
  tolerated('R15', '{"type": "function", "function": {"name": "f", "arguments": {"a": 1}}}', '{"a": 1}'),
  tolerated(
    'R15',
    '{"id": "x", "type": "function", "function": {"name": "f", "arguments": "{\\"a\\": 1}"}}',
    '{"a": 1}',
  ),
  tolerated('R15', '{"function": {"arguments": {"a": 1}, "name": "f"}, "type": "function"}', '{"a": 1}'),
  tolerated('R15 the first key wins', '{"name": "f", "parameters": {"a": 1}, "arguments": {"b": 2}}', '{"a": 1}'),
  tolerated('R16', '```json\n{"name": "f", "arguments": {"a": 1}}\n```', '{"a": 1}'),
  tolerated('R16', '```\n{"name": "f", "arguments": {"a": 1}}\n```', '{"a": 1}'),
  {
    name: 'JSON R16 the fence directly at the tags, the next call lives',
    raw: `<tool_call>\`\`\`json\n{"name": "f", "arguments": {}}\n\`\`\`</tool_call>\n${jsonCall('g', '{}')}`,
    calls: [
      ['f', '{}'],
      ['g', '{}'],
    ],
  },
  tolerated('R18', '{"id": 7, "name": "f", "arguments": {"a": 1}, "meta": {"x": [1, "}"]}}', '{"a": 1}'),
  tolerated('R18', '{"thought": "so {\\"name\\": \\"g\\"}", "name": "f", "arguments": {"a": 1}}', '{"a": 1}'),
  tolerated('order', '{"arguments": {"a": 1}, "name": "f"}', '{"a": 1}'),
  content('no name', '{"arguments": {"a": 1}}'),
  content('an empty object', '{}'),
  content('an empty name', '{"name": "", "arguments": {}}'),
  content('a name that is no string', '{"name": 5, "arguments": {}}'),
  content('no object', 'hello'),
  content('nothing', ''),
])

const offered = { ...hermes, tools: [tool('f', { a: {} }), tool('h', { name: { type: 'string' } })] }

describeCases('JSON R17: a name swallowed into the arguments', offered, [
  {
    name: 'JSON R17 an offered tool without a parameter of that name',
    raw: wrapped('{"arguments": {"a": 1, "name": "f"}'),
    calls: [['f', { value: { a: 1 } }, 'repaired']],
  },
  {
    name: 'JSON R17 at the end of the text',
    raw: '<tool_call>\n{"arguments": {"a": 1, "name": "f"}',
    calls: [['f', { value: { a: 1 } }, 'repaired']],
  },
  {
    name: 'JSON R17 a tool that is not offered',
    raw: wrapped('{"arguments": {"a": 1, "name": "g"}'),
    content: wrapped('{"arguments": {"a": 1, "name": "g"}'),
  },
  {
    name: 'JSON R17 a tool that has a parameter of that name',
    raw: wrapped('{"arguments": {"name": "h"}'),
    content: wrapped('{"arguments": {"name": "h"}'),
  },
  {
    name: 'JSON R17 not when the body is balanced',
    raw: wrapped('{"arguments": {"a": 1, "name": "f"}}'),
    content: wrapped('{"arguments": {"a": 1, "name": "f"}}'),
  },
])

describeCases('JSON R13 for string parameters', { ...hermes, tools: [tool('f', { s: { type: 'string' }, n: {} })] }, [
  mended('R13', '{"s": NaN, "n": NaN}', '{"s": "NaN", "n": null}'),
  mended('R13', '{"s": -Infinity}', '{"s": "-Infinity"}'),
])

describeCases('JSON R19 to R23', options, [
  { ...copied('R19', '{"a": 1, "a": 2}'), codes: ['duplicate-key'] },
  failed('R20', '{"a": (1, 2)}', /^\{("a": ?)?$/),
  failed('R20', "{'a', 'b'}", /^\{/),
  failed('R20', '{"a": f"x"}', /^\{("a": ?)?$/),
  failed('R21', '{"a": x}', /^\{("a": ?)?$/),
  failed('R21', '{"a": f(1)}', /^\{("a": ?)?$/),
  failed('R21', '{"a": ?}', /^\{("a": ?)?$/),
  failed('no comments', '{"a": 1 /* one */}', /^\{"a": 1/),
  failed('no comma', '{"a": {"b": 1} "c": 2}', /^\{"a": \{"b": 1\}/),
  tolerated('R22', '\ufeff{"name": "f", "arguments": {"a": 1}}', '{"a": 1}'),
  tolerated('R22', '{\u200b"name": "f",\u0000 "arguments": {"a": 1}}', '{"a": 1}'),
  tolerated('R22', '{"name": "f", "arguments": {\ufeff"a":\u200b 1\u0000}}', '{"a": 1}'),
  copied('R22', '{"a": "\ufeff\u200b"}'),
  copied('FP12', '{"a": "\\ud83d"}'),
  copied('FP12', '{"a": "\\ude00\\ud83d x \\ud83d\\ude00"}'),
  mended('FP32', `{'a': "\\ud83d"}`, '{"a": "\\ud83d"}'),
  mended('FP32', `{'a': '\\ude00'}`, '{"a": "\\ude00"}'),
  {
    name: 'JSON FP25 several remarks at once leave the call complete',
    raw: wrapped(`\ufeff{'tool_name': 'f', 'extra': [True], 'args': "{\\"a\\": 1}"}`),
    calls: [['f', '{"a": 1}', 'complete']],
  },
])

const strict = { ...options, repair: false }

describeCases('P15 repair: false', strict, [
  copied('valid', '{"a": [1, "x"]}'),
  content('P15 a rewrite before anything was sent', "{'name': 'f', 'arguments': {'a': 1}}"),
  content('P15 arguments before the name', `{"arguments": {'a': 1}, "name": "f"}`),
  ...[`{"a": "x", 'b': 1}`, '{"a": "x", "b": True}', '{"a": "x",}', '{"a": "x", "b": "\\d"}', '{"a": "x", b: 1}'].map(
    (argumentText): Case => ({
      name: `P15 a rewrite after the start: ${argumentText}`,
      raw: `${jsonCall('f', argumentText)}\n${jsonCall('g', '{}')}`,
      calls: [
        ['f', /^\{"a": "x"/, 'truncated'],
        ['g', '{}'],
      ],
    }),
  ),
  {
    name: 'P15 escapes as the model wrote them',
    raw: jsonCall('f', text({ a: 'é"\\\n' })),
    calls: [['f', text({ a: 'é"\\\n' })]],
  },
])
