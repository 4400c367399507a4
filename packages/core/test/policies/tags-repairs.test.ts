import { expect, test } from 'vitest'
import { createToolCallParser, parseToolCalls } from '../../src/index.ts'
import { testRows } from './check.ts'
import { bare, listCall, param, tools, wrapped } from './tag-calls.ts'

const format = 'qwen3_coder'
const list = ['list', '{}', 'complete'] as const
const listRepaired = ['list', '{}', 'repaired'] as const
const listTwice = `${listCall}\n${listCall}`

testRows(
  [
    {
      name: 'P6 no </parameter> anywhere',
      format,
      raw: '<tool_call>\n<function=write_file>\n<parameter=path>\na\n<parameter=content>\nb\n</function>\n</tool_call>',
      message: { calls: [['write_file', '{"path":"a","content":"b"}', 'repaired']] },
    },
    {
      name: 'P6 no </function> after a closed value',
      format,
      raw: `<tool_call>\n<function=write_file>\n${param('path', 'a')}</tool_call>`,
      message: { calls: [['write_file', '{"path":"a"}', 'repaired']] },
      codes: ['missing-closer'],
    },
    {
      name: 'P6 no </function> and no parameters',
      format,
      raw: '<tool_call>\n<function=list>\n</tool_call>',
      message: { calls: [listRepaired] },
      codes: ['missing-closer'],
    },
    {
      name: 'P6 no </tool_call> at the end',
      format,
      raw: `<tool_call>\n${bare('list')}\n`,
      message: { calls: [listRepaired] },
      codes: ['missing-closer'],
    },
    {
      name: 'P6 no </tool_call> before <tool_call>',
      format,
      raw: `<tool_call>\n${bare('list')}\n${listCall}`,
      message: { calls: [listRepaired, list] },
    },
    {
      name: 'P6 every closer is missing',
      format,
      raw: '<tool_call>\n<function=write_file>\n<parameter=path>\na\n<parameter=content>\nb',
      message: { calls: [['write_file', '{"path":"a","content":"b', 'truncated']] },
    },
    {
      name: 'P6 every closer is missing, twice',
      format,
      raw: `<tool_call>\n<function=get_weather>\n<tool_call>\n<function=list>\n`,
      message: { calls: [['get_weather', '{}', 'repaired'], listRepaired] },
    },
    {
      name: 'P6 no line breaks and no </function>',
      format,
      raw: '<tool_call><function=get_weather><parameter=city>Oslo</parameter><parameter=days>3</parameter></tool_call>',
      message: { calls: [['get_weather', '{"city":"Oslo","days":3}', 'repaired']] },
    },
    {
      name: 'P6 a non-string value without its closer',
      format,
      raw: '<tool_call>\n<function=get_weather>\n<parameter=days>\n3\n<parameter=city>\nOslo\n</parameter>\n</function>\n</tool_call>',
      message: { calls: [['get_weather', '{"days":3,"city":"Oslo"}', 'repaired']] },
      codes: ['missing-closer'],
    },
    { name: 'P8 zero arguments', format, raw: listCall, message: { calls: [list] }, codes: [] },
    {
      name: 'P8 zero arguments without layout',
      format,
      raw: '<tool_call><function=list></function></tool_call>',
      message: { calls: [list] },
      codes: [],
    },
    {
      name: 'P8 zero arguments, then arguments, then none',
      format,
      raw: `${listCall}\n${wrapped('get_weather', param('city', 'Oslo'))}\n${listCall}`,
      message: { calls: [list, ['get_weather', '{"city":"Oslo"}', 'complete'], list] },
      codes: [],
    },
    {
      name: 'P9 the first value of a parameter wins',
      format,
      raw: wrapped('write_file', param('path', 'a'), param('path', 'b'), param('content', 'c')),
      message: { calls: [['write_file', '{"path":"a","content":"c"}', 'complete']] },
      codes: ['duplicate-parameter'],
    },
    {
      name: 'P9 a duplicate of a non-string parameter',
      format,
      raw: wrapped('get_weather', param('days', '1'), param('days', '2')),
      message: { calls: [['get_weather', '{"days":1}', 'complete']] },
      codes: ['duplicate-parameter'],
    },
    {
      name: 'P9 a duplicate that holds closers as text',
      format,
      raw: wrapped('write_file', param('path', 'a'), param('path', 'x </parameter> y'), param('content', 'c')),
      message: { calls: [['write_file', '{"path":"a","content":"c"}', 'complete']] },
      codes: ['duplicate-parameter'],
    },
    {
      name: 'P9 an undeclared parameter twice',
      format,
      raw: wrapped('list', param('x', 'a'), param('x', 'b')),
      message: { calls: [['list', '{"x":"a"}', 'complete']] },
    },
    {
      name: 'P9 __proto__ twice',
      format,
      raw: wrapped('list', param('__proto__', 'a'), param('__proto__', 'b'), param('constructor', 'c')),
      message: { calls: [['list', '{"__proto__":"a","constructor":"c"}', 'complete']] },
    },
    { name: 'P9 two equal calls are two calls', format, raw: listTwice, message: { calls: [list, list] }, codes: [] },
    {
      name: 'P10 the run before a call is layout',
      format,
      raw: `Hi \t\r\n\n${listCall}`,
      message: { content: 'Hi', calls: [list] },
    },
    { name: 'P10 white space before the first call', format, raw: ` \n\n${listCall}`, message: { calls: [list] } },
    { name: 'P10 white space after the last call', format, raw: `${listCall}\n \n`, message: { calls: [list] } },
    {
      name: 'P10 white space between calls',
      format,
      raw: `${listCall}\n\n \t\r\n${listCall}${listCall}`,
      message: { calls: [list, list, list] },
    },
    {
      name: 'P10 text after a call is content, byte for byte',
      format,
      raw: `${listCall}\nDone.`,
      message: { content: '\nDone.', calls: [list] },
      codes: [],
    },
    {
      name: 'P10 white space at the end of text after a call stays',
      format,
      raw: `${listCall} \n Done. \n`,
      message: { content: ' \n Done. \n', calls: [list] },
    },
    {
      name: 'P10 text between two calls loses only the run before the second',
      format,
      raw: `A\n${listCall}\nB\n\n${listCall}\nC`,
      message: { content: 'A\nB\nC', calls: [list, list] },
    },
    {
      name: 'P10 NBSP is no layout',
      format,
      raw: `Hi\u00a0\n${listCall}`,
      message: { content: 'Hi\u00a0', calls: [list] },
    },
    { name: 'P10 without a call white space stays', format, raw: '\n Hi \n\n', message: { content: '\n Hi \n\n' } },
    {
      name: 'P10 white space before an opener that is none stays',
      format,
      raw: 'Hi \n\n<tool_call> \n\n',
      message: { content: 'Hi \n\n<tool_call> \n\n' },
    },
    {
      name: 'P15 text between </function> and </tool_call> is dropped text',
      format,
      raw: '<tool_call>\n<function=list>\n</function>\nstray\n</tool_call>',
      message: { calls: [list] },
      codes: ['stray-text'],
    },
    {
      name: 'FP6 text before the first parameter is dropped text',
      format,
      raw: wrapped('write_file', 'hello\n', param('path', 'a')),
      message: { calls: [['write_file', '{"path":"a"}', 'complete']] },
      codes: ['stray-text'],
    },
    {
      name: 'FP6 text in a call without parameters is dropped text',
      format,
      raw: wrapped('list', 'hello < there </par\n'),
      message: { calls: [list] },
      codes: ['stray-text'],
    },
    {
      name: 'FP6 a piece of a tag outside a parameter, stop',
      format,
      raw: '<tool_call>\n<function=list>\n</func',
      message: { calls: [listRepaired] },
    },
    {
      name: 'FP6 a piece of a tag after a parameter, stop',
      format,
      raw: `<tool_call>\n<function=write_file>\n${param('path', 'a')}<parameter=cont`,
      message: { calls: [['write_file', '{"path":"a"}', 'repaired']] },
    },
    {
      name: 'P14 an end token goes and is counted',
      format,
      raw: 'Hi<|im_end|>',
      message: { content: 'Hi' },
      codes: ['end-token'],
    },
    {
      name: 'P14 each removal is counted',
      format,
      raw: 'Hi<|im_end|> there<|endoftext|><|im_end|>',
      message: { content: 'Hi there' },
      codes: ['end-token', 'end-token', 'end-token'],
    },
    {
      name: 'P14 a piece of an end token is text',
      format,
      raw: 'Hi<|im_en',
      message: { content: 'Hi<|im_en' },
      codes: [],
    },
    {
      name: 'P14 an end token after a call',
      format,
      raw: `${listCall}<|im_end|>\n`,
      message: { calls: [list] },
      codes: ['end-token'],
    },
    {
      name: 'P14 an end token between text and a call',
      format,
      raw: `Hi\n<|im_end|>\n${listCall}`,
      message: { content: 'Hi', calls: [list] },
      codes: ['end-token'],
    },
    {
      name: 'P14 an end token inside a value is text',
      format,
      raw: wrapped('write_file', param('path', 'a<|im_end|>b'), param('content', '<|im_end|>')),
      message: { calls: [['write_file', '{"path":"a<|im_end|>b","content":"<|im_end|>"}', 'complete']] },
      codes: [],
    },
    {
      name: 'P14 an end token at the very end of an open value goes',
      format,
      raw: '<tool_call>\n<function=write_file>\n<parameter=path>\na<|im_end|>',
      message: { calls: [['write_file', '{"path":"a', 'truncated']] },
      codes: ['end-token', 'truncated'],
    },
    {
      name: 'P14 two end tokens at the very end of an open value go',
      format,
      raw: '<tool_call>\n<function=write_file>\n<parameter=path>\na<|im_end|><|endoftext|>',
      message: { calls: [['write_file', '{"path":"a', 'truncated']] },
      codes: ['end-token', 'end-token', 'truncated'],
    },
    {
      name: 'P14 an end token between parameters',
      format,
      raw: wrapped('list', '<|im_end|>'),
      message: { calls: [list] },
      codes: ['end-token'],
    },
    {
      name: 'P14 an end token in a thought',
      format,
      raw: '<think>a<|im_end|>',
      message: { reasoning: 'a' },
      codes: ['end-token'],
    },
    {
      name: 'FP11 end tokens go with tools: [] too',
      format,
      options: { tools: [] },
      raw: '<think>a</think>Hi<|im_end|>',
      message: { reasoning: 'a', content: 'Hi' },
      codes: ['end-token'],
    },
    {
      name: 'FP17 and FP19 and P9 and P14 together leave a call complete',
      format,
      raw: `${wrapped('get_weather', param('days', 'soon'), param('days', ''), param('city', ''))}<|im_end|>`,
      message: { calls: [['get_weather', '{"days":"soon","city":""}', 'complete']] },
    },
    {
      name: 'P15 nameChars: a longer name is no opener',
      format,
      options: { limits: { nameChars: 8 }, tools: undefined },
      raw: wrapped('nine_char'),
      message: { content: wrapped('nine_char') },
    },
    {
      name: 'P15 nameChars: a name of just that length',
      format,
      options: { limits: { nameChars: 8 }, tools: undefined },
      raw: wrapped('eight_ch'),
      message: { calls: [['eight_ch', '{}', 'complete']] },
      codes: [],
    },
    {
      name: 'P15 nameChars: 256 by default',
      format,
      options: { tools: undefined },
      raw: wrapped('n'.repeat(256)),
      message: { calls: [['n'.repeat(256), '{}', 'complete']] },
    },
    {
      name: 'P15 nameChars: 257 are too many',
      format,
      options: { tools: undefined },
      raw: `<tool_call><function=${'n'.repeat(257)}></function></tool_call>`,
      message: { content: `<tool_call><function=${'n'.repeat(257)}></function></tool_call>` },
    },
    {
      name: 'P15 calls: further calls are content',
      format,
      options: { limits: { calls: 1 } },
      raw: listTwice,
      message: { content: `\n${listCall}`, calls: [list] },
      codes: ['limit'],
    },
    {
      name: 'P15 calls: the text of the further call is content byte for byte, values too',
      format,
      options: { limits: { calls: 1 } },
      raw: `${listCall}\n${wrapped('write_file', param('path', ' a </parameter> \n'))}\nBye`,
      message: { content: `\n${wrapped('write_file', param('path', ' a </parameter> \n'))}\nBye`, calls: [list] },
    },
    {
      name: 'P15 argumentChars: the call ends truncated, the rest is dropped, the next call lives',
      format,
      options: { limits: { argumentChars: 10 } },
      raw: `${wrapped('write_file', param('path', 'abcdef'), param('content', 'x </parameter> y'))}\n${listCall}`,
      message: { calls: [['write_file', '{"path":"a', 'truncated'], list] },
    },
    {
      name: 'P15 argumentChars: enough is enough',
      format,
      options: { limits: { argumentChars: 12 } },
      raw: wrapped('write_file', param('path', 'a')),
      message: { calls: [['write_file', '{"path":"a"}', 'complete']] },
      codes: [],
    },
    {
      name: 'P15 heldChars: a waiting value becomes a string',
      format,
      options: { limits: { heldChars: 64 } },
      raw: wrapped('get_weather', param('days', '1'.repeat(100)), param('city', 'Oslo')),
      message: { calls: [['get_weather', `{"days":"${'1'.repeat(100)}","city":"Oslo"}`, 'complete']] },
      codes: ['limit'],
    },
    {
      name: 'P15 heldChars: text that waits for a reasoning marker is released',
      format,
      options: { reasoning: 'auto', limits: { heldChars: 64 } },
      raw: `${'word '.repeat(30)}end`,
      message: { content: `${'word '.repeat(30)}end` },
    },
  ],
  { tools },
)

test('P13 generated ids are call_ and 24 letters or digits, one for each call', () => {
  const message = parseToolCalls(`${listTwice}\n${listCall}`, { format, tools })
  const ids = message.toolCalls.map((call) => call.id)
  for (const id of ids) expect(id).toMatch(/^call_[A-Za-z0-9]{24}$/)
  expect(new Set(ids).size).toBe(3)
  expect(parseToolCalls(`${listTwice}\n${listCall}`, { format, tools })).toEqual(message)
})

test('P13 createCallId is asked once for each call, with its index', () => {
  const asked: number[] = []
  const createCallId = (index: number): string => {
    asked.push(index)
    return `id-${index}`
  }
  const message = parseToolCalls(listTwice, { format, tools, createCallId })
  expect(message.toolCalls.map((call) => call.id)).toEqual(['id-0', 'id-1'])
  expect(asked).toEqual([0, 1])
})

test('P8 P13 a start is sent once with the whole name and no arguments come before the call is known', () => {
  const parser = createToolCallParser({ format, tools })
  expect(parser.feed('<tool_call>\n<function=lis')).toEqual([])
  expect(parser.feed('t>')).toEqual([{ type: 'tool-call-start', index: 0, id: expect.any(String), name: 'list' }])
  expect(parser.feed('\n').filter((event) => event.type === 'tool-call-arguments' && event.text.includes('}'))).toEqual(
    [],
  )
})
