import { describe, expect, it, test } from 'vitest'
import { type ParserOptions, createToolCallParser, findFormat, parseToolCalls } from '../../src/index.ts'
import { type PolicyRow, testRows, tool } from '../policies/check.ts'

const tools = [
  tool('get_weather', { city: { type: 'string' }, days: { type: 'integer' } }),
  tool('list_files'),
  tool('write_file', { path: { type: 'string' }, size: { type: 'number' } }, { required: ['path'] }),
]

const mistral = (name: string, body: string): string => `[TOOL_CALLS]${name}[ARGS]${body}`
const kimi = (header: string, body: string): string =>
  `<|tool_call_begin|>${header}<|tool_call_argument_begin|>${body}<|tool_call_end|>`
const section = (...calls: string[]): string =>
  `<|tool_calls_section_begin|>${calls.join('')}<|tool_calls_section_end|>`
const v31 = (name: string, body: string): string =>
  `<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>${name}<｜tool▁sep｜>${body}<｜tool▁call▁end｜><｜tool▁calls▁end｜>`
const tag = (name: string, body: string): string => `<function=${name}>${body}</function>`

const OSLO = '{"city": "Oslo"}'
const HELD = 60

describe('the arguments of a header', () => {
  const format = 'mistral'
  const rows: readonly PolicyRow[] = [
    {
      name: 'FP23 the call opens with the first brace: before it the text is content',
      format,
      raw: '[TOOL_CALLS]list_files[ARGS]',
      message: { content: '[TOOL_CALLS]list_files[ARGS]' },
    },
    {
      name: 'FP23 arguments that are a scalar are no call',
      format,
      raw: mistral('list_files', '7'),
      message: { content: mistral('list_files', '7') },
    },
    {
      name: 'FP23 an empty string is {}',
      format,
      raw: mistral('list_files', '""'),
      message: { calls: [['list_files', '{}', 'complete']] },
    },
    {
      name: 'R14 null is {}',
      format,
      raw: mistral('list_files', 'null'),
      message: { calls: [['list_files', '{}', 'complete']] },
    },
    {
      name: 'R14 a word that begins like null is no call',
      format,
      raw: mistral('list_files', 'nullable'),
      message: { content: mistral('list_files', 'nullable') },
    },
    {
      name: 'P12 the rules of the JSON text',
      format,
      raw: mistral('f', '{\'a\': \'it\\\'s\', b: True, "c": 007, "d": "x\\d"y", "e": [1,],}'),
      message: { calls: [['f', '{"a": "it\'s", "b": true, "c": 7, "d": "x\\\\d\\"y", "e": [1]}', 'repaired']] },
      codes: Array.from({ length: 7 }, () => 'json-repair' as const),
    },
    {
      name: 'R13 NaN is null, and text where the schema says string',
      format,
      options: { tools },
      raw: mistral('write_file', '{"path": NaN, "size": NaN, "x": {"path": Infinity}}'),
      message: { calls: [['write_file', '{"path": "NaN", "size": null, "x": {"path": null}}', 'repaired']] },
      codes: ['json-repair'],
    },
    {
      name: 'R11 R22 what counts as blanks before the object leaves the call complete',
      format,
      raw: mistral('list_files', '\ufeff\\n {}'),
      message: { calls: [['list_files', '{}', 'complete']] },
      codes: ['json-repair', 'json-repair'],
    },
    {
      name: 'R7 a string whose text is an object is that object, complete',
      format,
      raw: mistral('get_weather', String.raw`"{\"city\": \"a\\nb\"}"`),
      message: { calls: [['get_weather', String.raw`{"city": "a\nb"}`, 'complete']] },
      codes: ['json-envelope'],
    },
    {
      name: 'R7 the string around a whole object needs no end',
      format,
      raw: mistral('get_weather', String.raw`"{\"city\": \"Oslo\"}`),
      message: { calls: [['get_weather', OSLO, 'repaired']] },
      codes: ['json-envelope', 'json-repair'],
    },
    {
      name: 'R7 a string whose object is not whole is truncated',
      format,
      raw: mistral('get_weather', String.raw`"{\"city\": \"Oslo"`),
      message: { calls: [['get_weather', '{"city": "Oslo', 'truncated']] },
      codes: ['json-envelope', 'json-unreadable'],
    },
    {
      name: 'FP24 a key that stands twice is copied, with a diagnostic',
      format,
      raw: mistral('f', '{"a": 1, "b": {"a": 1}, "a": 2}'),
      message: { calls: [['f', '{"a": 1, "b": {"a": 1}, "a": 2}', 'complete']] },
      codes: ['duplicate-key'],
    },
    {
      name: 'P7 an open string is truncated at a clean end too',
      format,
      raw: mistral('get_weather', '{"city": "Os'),
      message: { calls: [['get_weather', '{"city": "Os', 'truncated']] },
      codes: ['truncated'],
    },
    {
      name: 'P14 end tokens at the end of an open string are removed',
      format,
      raw: mistral('get_weather', '{"city": "Os</s>'),
      message: { calls: [['get_weather', '{"city": "Os', 'truncated']] },
      codes: ['end-token', 'truncated'],
    },
    {
      name: 'P14 a string that ends before the end token has ended',
      format,
      raw: mistral('get_weather', '{"city": "Os"</s>'),
      message: { calls: [['get_weather', '{"city": "Os"}', 'repaired']] },
      codes: ['end-token', 'json-repair'],
    },
    {
      name: 'FP27 at stop a number ends and all brackets close',
      format,
      raw: mistral('f', '{"a": [1, {"b": 12'),
      message: { calls: [['f', '{"a": [1, {"b": 12}]}', 'repaired']] },
      codes: ['json-repair'],
    },
    {
      name: 'FP27 at stop the comma is dropped',
      format,
      raw: mistral('f', '{"a": 1, '),
      message: { calls: [['f', '{"a": 1}', 'repaired']] },
      codes: ['json-repair'],
    },
    {
      name: 'FP27 behind a colon the call is truncated',
      format,
      raw: mistral('f', '{"a": '),
      message: { calls: [['f', '{"a": ', 'truncated']] },
    },
    {
      name: 'P7 at length nothing is closed',
      format,
      finish: 'length',
      raw: mistral('f', '{"a": 1'),
      message: { calls: [['f', '{"a": ', 'truncated']] },
      codes: ['truncated'],
    },
    {
      name: 'P15 repair: false ends the call where the text needs a rewrite',
      format,
      options: { repair: false },
      raw: mistral('f', '{"a": \'x\'}'),
      message: { calls: [['f', '{"a": ', 'truncated']] },
      codes: ['json-unreadable', 'stray-text'],
    },
    {
      name: 'P15 repair: false closes nothing',
      format,
      options: { repair: false },
      raw: mistral('f', '{"a": 1 '),
      message: { calls: [['f', '{"a": 1 ', 'truncated']] },
      codes: ['truncated'],
    },
    {
      name: 'P15 repair: false and arguments in single quotes: no call',
      format,
      options: { repair: false },
      raw: mistral('f', "'{}'"),
      message: { content: mistral('f', "'{}'") },
    },
    {
      name: 'P15 argumentChars: the call is truncated, its rest dropped, the next one read',
      format,
      options: { limits: { argumentChars: 12 } },
      raw: mistral('get_weather', OSLO) + mistral('list_files', '{}'),
      message: {
        calls: [
          ['get_weather', '{"city": "Os', 'truncated'],
          ['list_files', '{}', 'complete'],
        ],
      },
      codes: ['limit', 'truncated'],
    },
    {
      name: 'P15 argumentChars inside a number at the end of the text',
      format,
      options: { limits: { argumentChars: 8 } },
      raw: mistral('f', '{"a": 12345'),
      message: { calls: [['f', '{"a": 12', 'truncated']] },
      codes: ['json-repair', 'limit', 'truncated'],
    },
  ]
  testRows(rows)
})

describe('names and tools', () => {
  const rows: readonly PolicyRow[] = [
    {
      name: 'P15 nameChars: a longer name is no opener',
      format: 'kimi_k2',
      options: { limits: { nameChars: 4 } },
      raw: kimi('functions.abcde:0', '{}') + kimi('functions.abcd:1', '{}'),
      message: { content: kimi('functions.abcde:0', '{}'), calls: [['abcd', '{}', 'complete']] },
    },
    {
      name: 'P15 calls: further calls are content',
      format: 'deepseek_v31',
      options: { limits: { calls: 1 } },
      raw: v31('list_files', '{}') + v31('list_files', '{}'),
      message: { content: v31('list_files', '{}'), calls: [['list_files', '{}', 'complete']] },
      codes: ['limit'],
    },
    {
      name: 'P15 calls: a further call in the same section is content',
      format: 'kimi_k2',
      options: { limits: { calls: 1 } },
      raw: section(kimi('functions.a:0', '{}'), kimi('functions.b:1', '{}')),
      message: { content: kimi('functions.b:1', '{}'), calls: [['a', '{}', 'complete']] },
      codes: ['limit', 'json-unreadable'],
    },
    {
      name: 'P15 calls: a header of text is markup all the same',
      format: 'functionary-v3.2',
      options: { limits: { calls: 1 } },
      raw: 'list_files\n{}>>>all\nHi >>>list_files\n{}',
      message: { content: 'Hi >>>list_files\n{}', calls: [['list_files', '{}', 'complete']] },
      codes: ['limit'],
    },
    {
      name: 'unknownTools forward: an undeclared tool behind a marker is a call',
      format: 'functionary-v3.1',
      options: { tools },
      raw: tag('nope', '{}'),
      message: { calls: [['nope', '{}', 'complete']] },
      codes: ['unknown-tool'],
    },
    ...[
      ['mistral', mistral('nope', '{}')],
      ['kimi_k2', kimi('functions.nope:0', '{}')],
      ['deepseek_v31', v31('nope', '{}')],
      ['functionary-v3.1', tag('nope', '{}')],
    ].map(([format, raw]): PolicyRow => ({
      name: `unknownTools content: an undeclared tool of ${format} is content`,
      format: format as string,
      options: { tools, unknownTools: 'content', reasoning: 'off' },
      raw: raw as string,
      message: { content: raw as string },
    })),
    {
      name: 'mistral: a name that is not letters, digits, _ and - must be declared',
      format: 'mistral',
      options: { tools: [tool('docs.find')] },
      raw: mistral('docs.find', '{}') + mistral('docs.read', '{}'),
      message: { content: mistral('docs.read', '{}'), calls: [['docs.find', '{}', 'complete']] },
    },
    {
      name: 'mistral: an id behind the name, and no [ARGS]',
      format: 'mistral',
      raw: '[TOOL_CALLS]list_files[CALL_ID]abc123DEF{}',
      message: { calls: [['list_files', '{}', 'complete']] },
    },
    {
      name: 'P1 blanks before the arguments: 64 at most',
      format: 'functionary-v3.1',
      raw: tag('a', `${' '.repeat(64)}{}`) + tag('b', `${' '.repeat(65)}{}`),
      message: { content: tag('b', `${' '.repeat(65)}{}`), calls: [['a', '{}', 'complete']] },
    },
    {
      name: 'FP29 doubled openers are one',
      format: 'kimi_k2',
      raw: `<|tool_calls_section_begin|>\n${section(`<|tool_call_begin|>${kimi('functions.a:0', '{}')}`)}`,
      message: { calls: [['a', '{}', 'complete']] },
      codes: ['doubled-opener'],
    },
    {
      name: 'FP29 a doubled opener of one call',
      format: 'mistral',
      raw: `[TOOL_CALLS]${mistral('f', '{}')}`,
      message: { calls: [['f', '{}', 'complete']] },
      codes: ['doubled-opener'],
    },
    {
      name: 'behind the first header no other one lacks its opener',
      format: 'functionary-v3.2',
      raw: 'all\nlist_files\n{}',
      message: { content: 'list_files\n{}' },
    },
    {
      name: 'FP28 a first line is a header only with a declared name',
      format: 'functionary-v3.2',
      options: { tools },
      raw: 'nope\n{}',
      message: { content: 'nope\n{}' },
    },
    {
      name: 'FP28 without tools any name is',
      format: 'functionary-v3.2',
      raw: 'nope\n{}',
      message: { calls: [['nope', '{}', 'complete']] },
    },
    {
      name: 'P11 fences: a header of ordinary characters in a fence is an example',
      format: 'functionary-v3.2',
      raw: 'all\n```\n>>>list_files\n{}\n```\n',
      message: { content: '```\n>>>list_files\n{}\n```\n' },
    },
    {
      name: 'a header of special tokens ends a message inside an open fence',
      format: 'functionary-v2',
      raw: 'all\n<|content|>```\nx\n<|from|>assistant\n<|recipient|>list_files\n<|content|>{}',
      message: { content: '```\nx', calls: [['list_files', '{}', 'complete']] },
    },
    {
      name: 'tools: [] reads no call behind a header',
      format: 'functionary-v3.2',
      options: { tools: [] },
      raw: 'all\nHi.>>>list_files\n{}',
      message: { content: 'Hi.>>>list_files\n{}' },
    },
  ]
  testRows(rows)
})

describe('ends of calls', () => {
  const open = `<|tool_calls_section_begin|><|tool_call_begin|>functions.f:0<|tool_call_argument_begin|>{"a": 1}`
  const whole = '{"a": 1}'
  const rows: readonly PolicyRow[] = [
    {
      name: 'FP32 a closer that is a token may be missing at stop',
      format: 'kimi_k2',
      raw: open,
      message: { calls: [['f', whole, 'complete']] },
      codes: [],
    },
    {
      name: 'FP10 at length it is missing',
      format: 'kimi_k2',
      finish: 'length',
      raw: open,
      message: { calls: [['f', whole, 'repaired']] },
      codes: ['missing-closer'],
    },
    {
      name: 'FP10 only the section closer missing',
      format: 'kimi_k2',
      finish: 'length',
      raw: `${open}<|tool_call_end|>`,
      message: { calls: [['f', whole, 'complete']] },
      codes: [],
    },
    {
      name: 'P6 </function> is no token: its absence is a repair',
      format: 'functionary-v3.1',
      raw: '<function=f>{"a": 1}',
      message: { calls: [['f', whole, 'repaired']] },
      codes: ['missing-closer'],
    },
    {
      name: 'P6 an end token is no closer',
      format: 'functionary-v3.1',
      raw: '<function=f>{"a": 1}<|eom_id|>',
      message: { calls: [['f', whole, 'repaired']] },
      codes: ['end-token', 'missing-closer'],
    },
    {
      name: 'a call without closer is complete with its last brace, at length too',
      format: 'mistral',
      finish: 'length',
      raw: mistral('f', whole),
      message: { calls: [['f', whole, 'complete']] },
      codes: [],
    },
    {
      name: 'R6 text behind the arguments is dropped up to the closer',
      format: 'deepseek_v31',
      raw: v31('f', '{"a": 1}} and {"b": 2}'),
      message: { calls: [['f', whole, 'complete']] },
      codes: ['stray-text'],
    },
    {
      name: 'program text ends with the text of a clean end',
      format: 'functionary-v3.1',
      raw: '<|python_tag|>print(1)\n',
      message: { calls: [['python', String.raw`{"code":"print(1)\n"}`, 'complete']] },
    },
    {
      name: 'P15 argumentChars of program text: no half of an escape goes out',
      format: 'functionary-v3.1',
      options: { limits: { argumentChars: 10 } },
      raw: '<|python_tag|>"x"',
      message: { calls: [['python', '{"code":"', 'truncated']] },
      codes: ['limit', 'truncated'],
    },
    {
      name: 'blanks alone are no program',
      format: 'functionary-v3.2',
      raw: '>>>python\n  ',
      message: { content: '>>>python\n  ' },
    },
  ]
  testRows(rows)
})

describe('headers of Kimi that name no function', () => {
  const format = 'kimi_k2'
  const rows: readonly PolicyRow[] = [
    {
      name: 'the keys decide where one tool takes them',
      format,
      options: { tools },
      raw: kimi('3', '{"size": 1, "path": "a"}'),
      message: { calls: [['write_file', '{"size": 1, "path": "a"}', 'complete']] },
      codes: ['mended-header'],
    },
    {
      name: 'a required key is missing: no tool takes them',
      format,
      options: { tools },
      raw: kimi('3', '{"size": 1}'),
      message: { content: kimi('3', '{"size": 1}') },
      codes: ['json-unreadable'],
    },
    {
      name: 'several tools take no keys at all: the text is content',
      format,
      options: { tools: [tool('a'), tool('b')] },
      raw: kimi('3', '{}'),
      message: { content: kimi('3', '{}') },
      codes: ['json-unreadable'],
    },
    {
      name: 'a member name that is no declared tool is an argument',
      format,
      options: { tools: [tool('rename', { name: { type: 'string' } })] },
      raw: kimi('call_1', '{"name": "x"}'),
      message: { calls: [['rename', '{"name": "x"}', 'complete']] },
      codes: ['mended-header'],
    },
    {
      name: 'the name in the middle goes with one comma',
      format,
      raw: kimi('call_1', '{"a": 1, "name": "f" , "b": 2}'),
      message: { calls: [['f', '{"a": 1 , "b": 2}', 'repaired']] },
      codes: ['mended-header', 'json-repair'],
    },
    {
      name: 'the name alone leaves {}',
      format,
      raw: kimi('call_1', '{"name": "f"}'),
      message: { calls: [['f', '{}', 'repaired']] },
      codes: ['mended-header', 'json-repair'],
    },
    {
      name: 'repair: false takes no name out',
      format,
      options: { repair: false },
      raw: kimi('call_1', '{"name": "f"}'),
      message: { content: kimi('call_1', '{"name": "f"}') },
      codes: ['json-unreadable'],
    },
    {
      name: 'P15 heldChars: arguments that wait for the name are content beyond it',
      format,
      options: { limits: { heldChars: HELD } },
      raw: kimi('3', `{"city": "${'x'.repeat(HELD)}"}`),
      message: { content: kimi('3', `{"city": "${'x'.repeat(HELD)}"}`) },
      codes: ['limit'],
    },
    {
      name: 'P7 cut while the name is not known: content',
      format,
      finish: 'length',
      raw: '<|tool_call_begin|>3<|tool_call_argument_begin|>{"name": "f", "a": 1',
      message: { content: '<|tool_call_begin|>3<|tool_call_argument_begin|>{"name": "f", "a": 1' },
      codes: ['json-unreadable'],
    },
    ...['', 'null', '"{}"'].map((body): PolicyRow => ({
      name: `only an object can tell the name, not ${body === '' ? 'nothing' : body}`,
      format,
      raw: kimi('3', body),
      message: { content: kimi('3', body) },
      codes: [],
    })),
    {
      name: 'a prefix without a counter, and a declared name without both',
      format,
      options: { tools },
      raw: kimi('functions.get_weather', OSLO) + kimi('list_files', '{}'),
      message: {
        calls: [
          ['get_weather', OSLO, 'complete'],
          ['list_files', '{}', 'complete'],
        ],
      },
      codes: ['mended-header', 'mended-header'],
    },
  ]
  testRows(rows)
})

describe('P13 ids', () => {
  const ids = (raw: string, options: ParserOptions): string[] =>
    parseToolCalls(raw, options).toolCalls.map((call) => call.id)

  it('of Kimi are the headers as they are, without the blanks around them', () => {
    const raw = section(kimi(' functions.f:0 ', '{}'), kimi('f:7', '{}'), kimi('functions_f_1', '{}'))
    expect(ids(raw, { format: 'kimi_k2' })).toEqual(['functions.f:0', 'f:7', 'functions_f_1'])
  })

  it('that stand twice are kept once', () => {
    const [first, second] = ids(section(kimi('f:0', '{}'), kimi('f:0', '{}')), { format: 'kimi_k2' })
    expect(first).toBe('f:0')
    expect(second).toMatch(/^call_[A-Za-z0-9]{24}$/)
  })

  it('of Mistral are the text, else 9 letters and digits', () => {
    const raw = `[TOOL_CALLS]f[CALL_ID]q1W2e3R4t[ARGS]{}${mistral('f', '{}')}${mistral('f', '{}')}`
    const [own, made, other] = ids(raw, { format: 'mistral' })
    expect(own).toBe('q1W2e3R4t')
    expect(made).toMatch(/^[A-Za-z0-9]{9}$/)
    expect(other).toMatch(/^[A-Za-z0-9]{9}$/)
    expect(other).not.toBe(made)
    expect(findFormat('mistral').callIds).toEqual({ prefix: '', length: 9 })
  })

  it('come from createCallId where the text has none', () => {
    const createCallId = (index: number): string => `id-${index}`
    const raw = `[TOOL_CALLS]f[CALL_ID]q1W2e3R4t[ARGS]{}${mistral('f', '{}')}`
    expect(ids(raw, { format: 'mistral', createCallId })).toEqual(['q1W2e3R4t', 'id-1'])
  })
})

test('a call starts with its first brace, and its strings stream', () => {
  const parser = createToolCallParser({ format: 'deepseek_v3' })
  expect(parser.feed('<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>f\n```json\n')).toEqual([])
  expect(parser.feed('{"a": "x').map(({ type }) => type)).toEqual(['tool-call-start', 'tool-call-arguments'])
  expect(parser.feed('y')).toEqual([{ type: 'tool-call-arguments', index: 0, text: 'y' }])
})

test('program text streams escaped', () => {
  const parser = createToolCallParser({ format: 'functionary-v3.2' })
  parser.feed('python\nprint')
  expect(parser.feed('("a")\n')).toEqual([{ type: 'tool-call-arguments', index: 0, text: String.raw`(\"a\")\n` }])
})
