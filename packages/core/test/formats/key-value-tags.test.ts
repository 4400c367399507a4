import { describe, expect, it } from 'vitest'
import { createToolCallParser, findFormat, foldEvents, formats } from '../../src/index.ts'
import { describeCases, runEveryWay, runOnce, type Case } from '../policies/cases.ts'
import { text, tool, tools } from '../policies/documents.ts'

const glm = { format: 'glm45', tools } as const

type Pair = readonly [key: string, value: string]

const pair = ([key, value]: Pair): string => `<arg_key>${key}</arg_key>\n<arg_value>${value}</arg_value>\n`
const call = (name: string, ...pairs: readonly Pair[]): string =>
  `<tool_call>${name}\n${pairs.map(pair).join('')}</tool_call>`

const listCall = call('list_files')
const list: NonNullable<Case['calls']>[number] = ['list_files', '{}']
/** A call with its one value open. */
const open = '<tool_call>write_file\n<arg_key>content</arg_key>\n<arg_value>'

/** A value that comes back as it is. */
const kept = (name: string, value: string): Case => ({
  name,
  raw: `${open}${value}</arg_value>\n<arg_key>path</arg_key>\n<arg_value>a</arg_value>\n</tool_call>`,
  calls: [['write_file', text({ content: value, path: 'a' })]],
})

describe('FP15 FP20 FP21 ids, aliases and where the output starts', () => {
  it.each([
    ['glm45', 'glm45', 'tags'],
    ['glm', 'glm45', 'tags'],
    ['glm47', 'glm45', 'tags'],
    ['poolside_v1', 'poolside_v1', 'auto'],
    ['ling3', 'ling3', 'tags'],
    ['spark25', 'spark25', 'tags'],
    ['spark3', 'spark25', 'tags'],
    ['hy_v3', 'hy_v3', 'tags'],
    ['hy_v4', 'hy_v4', 'tags'],
    ['solar_open2', 'solar_open2', 'auto'],
    ['k2_horizon', 'k2_horizon', 'tags'],
  ])('%s is %s and starts %s', (name, id, start) => {
    const format = findFormat(name)
    expect([format.id, format.reasoning?.start]).toEqual([id, start])
  })

  it('keeps the special tokens where the markers are such', () => {
    for (const id of ['hy_v3', 'hy_v4', 'solar_open2'])
      expect(formats.find((format) => format.id === id)?.upstream).toEqual({
        skip_special_tokens: false,
        spaces_between_special_tokens: false,
      })
  })
})

describeCases('P1 what opens a call', glm, [
  { name: 'P1 NAME and a line break', raw: listCall, calls: [list], codes: [] },
  { name: 'P1 NAME and the closer', raw: '<tool_call>list_files</tool_call>', calls: [list], codes: [] },
  {
    name: 'P1 NAME and a key',
    raw: '<tool_call>get_weather<arg_key>days</arg_key><arg_value>1</arg_value></tool_call>',
    calls: [['get_weather', '{"days":1}']],
    codes: [],
  },
  { name: 'P1 64 blanks before the name', raw: `<tool_call>${' '.repeat(64)}list_files</tool_call>`, calls: [list] },
  {
    name: 'P1 65 blanks before the name',
    raw: `<tool_call>${' '.repeat(65)}list_files</tool_call>`,
    content: `<tool_call>${' '.repeat(65)}list_files</tool_call>`,
  },
  { name: 'FP7 quotes around the name', raw: '<tool_call>"list_files"\n</tool_call>', calls: [list] },
  {
    name: 'P1 prose after the name',
    raw: '<tool_call>list_files is the tag</tool_call>',
    content: '<tool_call>list_files is the tag</tool_call>',
  },
  {
    name: 'P1 prose in the next line',
    raw: 'Write <tool_call>\nlist_files\nand so on.',
    content: 'Write <tool_call>\nlist_files\nand so on.',
  },
  {
    name: 'P1 two markers and a word in prose',
    raw: 'between <tool_call> and </tool_call>',
    content: 'between <tool_call> and </tool_call>',
  },
  {
    name: 'P1 blanks around a declared name',
    raw: '<tool_call> list_files </tool_call>',
    calls: [list],
  },
  {
    name: 'P1 blanks around a name that a key follows',
    raw: '<tool_call> f\t<arg_key>a</arg_key><arg_value>1</arg_value></tool_call>',
    options: { tools: undefined },
    calls: [['f', '{"a":"1"}']],
  },
  {
    name: 'P1 a name of 257 characters',
    raw: `<tool_call>${'n'.repeat(257)}</tool_call>`,
    content: `<tool_call>${'n'.repeat(257)}</tool_call>`,
  },
  {
    name: 'P15 limits.nameChars',
    raw: listCall,
    options: { limits: { nameChars: 9 } },
    content: listCall,
  },
  {
    name: 'P1 letters, digits, _ . : - need no declaration',
    raw: '<tool_call>mcp__a-1:b.c\n</tool_call>',
    calls: [['mcp__a-1:b.c', '{}']],
    codes: ['unknown-tool'],
  },
  {
    name: 'P1 other characters do',
    raw: '<tool_call>größe\n</tool_call>',
    options: { tools: undefined },
    content: '<tool_call>größe\n</tool_call>',
  },
  {
    name: 'P1 a declared name may hold anything but markup',
    raw: '<tool_call>获取 天气\n</tool_call>',
    options: { tools: [tool('获取 天气', {})] },
    calls: [['获取 天气', '{}']],
  },
  {
    name: 'P15 unknownTools content',
    raw: '<tool_call>nope\n</tool_call>',
    options: { unknownTools: 'content' },
    content: '<tool_call>nope\n</tool_call>',
  },
  { name: 'P1 an empty wrapper', raw: '<tool_call></tool_call>', content: '<tool_call></tool_call>' },
  { name: 'P1 an opener at the end', raw: 'a <tool_call>', content: 'a <tool_call>' },
  { name: 'P1 a name that is cut', raw: '<tool_call>list_fi', content: '<tool_call>list_fi' },
  {
    name: 'FP5 a doubled opener is absorbed',
    raw: `<tool_call>\n${listCall}`,
    calls: [list],
    codes: ['doubled-opener'],
  },
  {
    name: 'FP31 a fenced call is an example',
    raw: `\`\`\`\n${listCall}\n\`\`\`\n`,
    content: `\`\`\`\n${listCall}\n\`\`\`\n`,
  },
  { name: 'FP11 tools: []', raw: listCall, options: { tools: [] }, content: listCall },
  {
    name: "another format's body in the same wrapper",
    raw: '<tool_call>\n<function=get_weather>\n<parameter=city>\nOslo\n</parameter>\n</function>\n</tool_call>',
    calls: [['get_weather', '{"city":"Oslo"}']],
    codes: ['other-dialect'],
  },
  {
    name: 'P10 text around calls',
    raw: `One\n\n${listCall}\n\n${listCall}\nTwo`,
    content: 'One\nTwo',
    calls: [list, list],
    codes: [],
  },
])

describeCases('P3 closers inside values are data', glm, [
  kept('P3 a closer before prose', 'a </arg_value> b\n</arg_value>\nc'),
  kept('P3 a closer before another tag', '</arg_value><b>'),
  kept('P3 a call closer before prose', 'a </tool_call> b'),
  kept('P3 openers of calls', 'a <tool_call> b\n<tool_call>list_files\nc'),
  kept(
    'FP1 a closer that only an unconfirmed closer follows is not enough: the call closer needs nothing',
    'x </arg_value> y',
  ),
  kept('FP2 an undeclared key', 'x\n<arg_key>nope</arg_key>\n<arg_value>y'),
  kept('FP2 the open key itself', 'x\n<arg_key>content</arg_key>\n<arg_value>y'),
  kept('P3 a key without its value', '\n<arg_key>overwrite</arg_key>\nand'),
  kept('P3 a key that is never closed', '<arg_key>overwrite'),
  kept('P3 an empty key', '<arg_key></arg_key><arg_value>'),
  kept('P3 reasoning tags', '<think>\nx\n</think>\ny'),
  kept('P4 line breaks at both ends are data', '\n\r\n  x \n\n'),
  kept('P4 entities are data', '&lt;b&gt; &amp;'),
  {
    name: 'FP2 a declared key that has a value already',
    raw: call('write_file', ['path', 'a'], ['content', 'x\n<arg_key>path</arg_key>\n<arg_value>y']),
    calls: [['write_file', text({ path: 'a', content: 'x\n<arg_key>path</arg_key>\n<arg_value>y' })]],
  },
  {
    name: 'P3 of a closer written three times the first two are text',
    raw: call('write_file', ['content', 'v</arg_value></arg_value>']),
    calls: [['write_file', text({ content: 'v</arg_value></arg_value>' })]],
    codes: [],
  },
  {
    name: 'P3 a whole quoted call ends the value: documented as ambiguous',
    raw: `${open}Write </arg_value></tool_call> there</arg_value>\n</tool_call>`,
    content: ' there</arg_value>\n',
    calls: [['write_file', '{"content":"Write "}']],
  },
  {
    name: "P3 closers: 'first'",
    raw: `${open}a </arg_value> b</arg_value>\n</tool_call>`,
    options: { closers: 'first' },
    calls: [['write_file', '{"content":"a "}']],
    codes: ['stray-text'],
  },
  {
    name: "P3 closers: 'first' ends a value at the call's closer",
    raw: `${open}a </tool_call> b`,
    options: { closers: 'first' },
    content: ' b',
    calls: [['write_file', '{"content":"a "}', 'repaired']],
  },
])

describeCases('P3 P6 missing closers', glm, [
  {
    name: 'P3 a declared key ends the value',
    raw: '<tool_call>get_weather<arg_key>city</arg_key><arg_value>Oslo<arg_key>days</arg_key><arg_value>3</arg_value></tool_call>',
    calls: [['get_weather', '{"city":"Oslo","days":3}', 'repaired']],
    codes: ['missing-closer'],
  },
  {
    name: 'P3 FP8 its line break is part of the value',
    raw: '<tool_call>get_weather\n<arg_key>city</arg_key>\n<arg_value>Oslo\n<arg_key>days</arg_key>\n<arg_value>3</arg_value>\n</tool_call>',
    calls: [['get_weather', String.raw`{"city":"Oslo\n","days":3}`, 'repaired']],
  },
  {
    name: 'P3 without tools any key that has no value yet',
    raw: '<tool_call>f<arg_key>a</arg_key><arg_value>1<arg_key>b</arg_key><arg_value>2</arg_value></tool_call>',
    options: { tools: undefined },
    calls: [['f', '{"a":"1","b":"2"}', 'repaired']],
  },
  {
    name: 'P3 the call closer before the next opener',
    raw: `<tool_call>get_weather<arg_key>city</arg_key><arg_value>Oslo</tool_call>\n${listCall}`,
    calls: [['get_weather', '{"city":"Oslo"}', 'repaired'], list],
    codes: ['missing-closer'],
  },
  {
    name: 'P3 the call closer before the end',
    raw: `${open}v</tool_call>\n`,
    calls: [['write_file', '{"content":"v"}', 'repaired']],
  },
  {
    // Neither ends the value, so it is open at the end (P7).
    name: 'P3 the call closer before prose is text',
    raw: `${open}v</tool_call>\nDone.`,
    calls: [['write_file', String.raw`{"content":"v</tool_call>\nDone.`, 'truncated']],
  },
  {
    name: 'P6 no call closer before the next opener',
    raw: `${open}v</arg_value>\n${listCall}`,
    calls: [['write_file', '{"content":"v"}', 'repaired'], list],
  },
  {
    name: 'P6 no call closer at the end',
    raw: `${open}v</arg_value>`,
    calls: [['write_file', '{"content":"v"}', 'repaired']],
    codes: ['missing-closer'],
  },
  {
    name: 'P7 cut by length there, parameters may be missing',
    raw: `${open}v</arg_value>`,
    finish: 'length',
    calls: [['write_file', '{"content":"v"', 'truncated']],
  },
  {
    name: 'P7 a piece of the closer at the end is no value',
    raw: `${open}v</arg_va`,
    calls: [['write_file', '{"content":"v', 'truncated']],
  },
  {
    name: 'P6 no </arg_key>',
    raw: '<tool_call>get_weather\n<arg_key>city<arg_value>Oslo</arg_value>\n</tool_call>',
    calls: [['get_weather', '{"city":"Oslo"}', 'repaired']],
    codes: ['mended-tag'],
  },
  {
    name: 'P8 no arguments, no closer',
    raw: '<tool_call>list_files\n',
    calls: [['list_files', '{}', 'repaired']],
  },
  {
    name: 'FP6 text between parameters is dropped text',
    raw: '<tool_call>get_weather\nnote\n<arg_key>city</arg_key>\n<arg_value>Oslo</arg_value>\n</tool_call>',
    content: '<tool_call>get_weather\nnote\n<arg_key>city</arg_key>\n<arg_value>Oslo</arg_value>\n</tool_call>',
  },
  {
    name: 'FP6 text after the last parameter is dropped text',
    raw: '<tool_call>get_weather\n<arg_key>city</arg_key>\n<arg_value>Oslo</arg_value>\n<arg_key>days\n</tool_call>',
    calls: [['get_weather', '{"city":"Oslo"}']],
    codes: ['stray-text'],
  },
])

describeCases('keys', glm, [
  {
    name: 'keys are trimmed, values are not',
    raw: '<tool_call>write_file\n<arg_key>\n path\t</arg_key>\n<arg_value> a\n</arg_value>\n</tool_call>',
    calls: [['write_file', String.raw`{"path":" a\n"}`]],
    codes: [],
  },
  {
    name: 'a literal backslash-n between key and value',
    raw: String.raw`<tool_call>get_weather<arg_key>days</arg_key>\n<arg_value>3</arg_value></tool_call>`,
    calls: [['get_weather', '{"days":3}']],
    codes: ['stray-text'],
  },
  {
    name: 'P9 the first value wins',
    raw: call('get_weather', ['city', 'Oslo'], ['city', 'Rome'], ['days', '1']),
    calls: [['get_weather', '{"city":"Oslo","days":1}']],
    codes: ['duplicate-parameter'],
  },
  {
    name: 'FP2 an undeclared key after a confirmed closer is a string',
    raw: call('get_weather', ['city', 'Oslo'], ['mode', '7']),
    calls: [['get_weather', '{"city":"Oslo","mode":"7"}']],
    codes: ['undeclared-parameter'],
  },
  {
    name: 'G8 a key that every object has',
    raw: call('get_weather', ['__proto__', '1'], ['constructor', '2']),
    calls: [['get_weather', '{"__proto__":"1","constructor":"2"}']],
  },
])

/** Tags of Hunyuan with a suffix. */
function hunyuan(suffix: string, separator: boolean) {
  const tag = (name: string): string => `<${name}${suffix}>`
  const one = (name: string, ...pairs: readonly Pair[]): string =>
    `${tag('tool_call')}${name}${separator ? tag('tool_sep') : ''}${pairs
      .map(([key, value]) => `${tag('arg_key')}${key}${tag('/arg_key')}${tag('arg_value')}${value}${tag('/arg_value')}`)
      .join('')}${tag('/tool_call')}`
  const section = (...calls: readonly string[]): string => tag('tool_calls') + calls.join('') + tag('/tool_calls')
  return { tag, one, section }
}

for (const [format, separator] of [
  ['hy_v3', true],
  ['hy_v4', false],
] as const) {
  const hy = { format, tools }
  const plain = hunyuan('', separator)
  const a = hunyuan(':6124c78e', separator)
  const b = hunyuan(':opensource', separator)
  describeCases(`the suffix of ${format}`, hy, [
    { name: 'none', raw: plain.section(plain.one('list_files')), calls: [list], codes: [] },
    { name: 'any', raw: b.section(b.one('list_files'), b.one('list_files')), calls: [list, list], codes: [] },
    {
      name: 'the tags of another suffix are data',
      raw: a.section(a.one('write_file', ['content', b.one('f', ['x', 'y']) + plain.one('f', ['x', 'y'])])),
      calls: [['write_file', text({ content: b.one('f', ['x', 'y']) + plain.one('f', ['x', 'y']) })]],
      codes: [],
    },
    {
      name: 'a section of another suffix after it',
      raw: a.section(a.one('list_files')) + plain.section(plain.one('list_files')),
      calls: [list, list],
    },
    {
      name: 'a suffix with a blank is none',
      raw: '<tool_calls:a b><tool_call:a b>list_files',
      content: '<tool_calls:a b><tool_call:a b>list_files',
    },
    { name: 'an empty suffix is none', raw: '<tool_calls:>x', content: '<tool_calls:>x' },
    {
      name: 'a suffix without an end',
      raw: `<tool_calls:${'a'.repeat(70)}> b`,
      content: `<tool_calls:${'a'.repeat(70)}> b`,
    },
    { name: 'a suffix that is cut', raw: 'x <tool_calls:6124c', content: 'x <tool_calls:6124c' },
    {
      name: 'FP10 only the closer of the section is missing',
      raw: `${a.tag('tool_calls')}${a.one('list_files')}`,
      calls: [list],
      codes: ['missing-closer'],
    },
    {
      name: 'FP10 cut by length between calls',
      raw: `${a.tag('tool_calls')}${a.one('list_files')}`,
      finish: 'length',
      calls: [list],
    },
    {
      name: 'P2 no section',
      raw: `Text ${a.one('list_files')}`,
      content: 'Text',
      calls: [list],
      codes: ['missing-opener'],
    },
    {
      name: 'FP5 a stray closer after a call is absorbed',
      raw: `${a.section(a.one('list_files'))}${a.tag('/tool_calls')} x`,
      content: ' x',
      calls: [list],
      codes: ['stray-closer'],
    },
    {
      name: 'FP9 P10 text after the calls is content',
      raw: `One\n${a.section(a.one('list_files'))}\nTwo`,
      content: 'One\nTwo',
      calls: [list],
    },
    {
      name: 'P11 a thought with the suffix',
      raw: `<think:6124c78e>a </think> b</think:6124c78e>${a.section(a.one('list_files'))}`,
      reasoning: 'a </think> b',
      calls: [list],
      codes: [],
    },
    {
      name: 'P11 a thought without it: suffixed closers are text',
      raw: '<think>a </think:x> b</think>c',
      reasoning: 'a </think:x> b',
      content: 'c',
    },
    {
      name: 'P11 the output starts in the thought',
      raw: 'a</think:6124c78e>b',
      options: { reasoning: 'open' },
      reasoning: 'a',
      content: 'b',
    },
    {
      name: 'P11 reasoning auto',
      raw: 'a</think:6124c78e>b',
      options: { reasoning: 'auto' },
      reasoning: 'a',
      content: 'b',
    },
    {
      name: 'P11 a call rehearsed in a thought that closes',
      raw: `<think:x>a ${b.section(b.one('list_files'))} </think> b</think:x>c`,
      reasoning: `a ${b.section(b.one('list_files'))} </think> b`,
      content: 'c',
    },
    {
      name: 'P11 a call in a thought that does not',
      raw: `<think:opensource>a${b.section(b.one('list_files'))}`,
      reasoning: 'a',
      calls: [list],
      codes: ['call-in-reasoning'],
    },
    {
      name: 'a closer of no thought is text',
      raw: 'a </think:x> b',
      content: 'a </think:x> b',
      codes: ['stray-reasoning-marker'],
    },
  ])
}

describeCases('hy_v3 needs its separator, hy_v4 has none', { format: 'hy_v3', tools }, [
  {
    name: 'P1 no separator',
    raw: '<tool_calls><tool_call>get_weather<arg_key>city</arg_key><arg_value>x</arg_value></tool_call></tool_calls>',
    content:
      '<tool_calls><tool_call>get_weather<arg_key>city</arg_key><arg_value>x</arg_value></tool_call></tool_calls>',
  },
  {
    name: 'P1 under hy_v4 the separator is dropped text',
    raw: '<tool_calls><tool_call>list_files<tool_sep></tool_call></tool_calls>',
    options: { format: 'hy_v4' },
    content: '<tool_calls><tool_call>list_files<tool_sep></tool_call></tool_calls>',
  },
])

const solar = { format: 'solar_open2', tools, reasoning: 'tags' } as const
const solarOpen = '<|tool_call:start|>write_file\n<|tool_arg:start|>content<|tool_arg:value|>'

describeCases('solar_open2', solar, [
  {
    name: 'P3 its closers as data',
    raw: `${solarOpen}a <|tool_arg:end|> b <|tool_call:end|> c <|tool_call:start|>d<|tool_arg:end|>\n<|tool_call:end|>`,
    calls: [['write_file', '{"content":"a <|tool_arg:end|> b <|tool_call:end|> c <|tool_call:start|>d"}']],
    codes: [],
  },
  {
    name: 'P3 the next parameter ends a value',
    raw: `${solarOpen}a<|tool_arg:start|>overwrite<|tool_arg:value|>true<|tool_arg:end|>\n<|tool_call:end|>`,
    calls: [['write_file', '{"content":"a","overwrite":true}', 'repaired']],
  },
  {
    name: 'P3 the call closer before the next call',
    raw: `${solarOpen}a<|tool_call:end|>\n<|tool_call:start|>list_files\n<|tool_call:end|>`,
    calls: [['write_file', '{"content":"a"}', 'repaired'], list],
  },
  {
    name: 'FP9 text after a call is content',
    raw: '<|tool_call:start|>list_files\n<|tool_call:end|>Done.',
    content: 'Done.',
    calls: [list],
  },
  {
    name: 'P14 its end token',
    raw: '<|tool_call:start|>list_files\n<|tool_call:end|><|im:end|>',
    calls: [list],
    codes: ['end-token'],
  },
  {
    name: 'P11 the prompt opens the thought',
    raw: 'I will look.<|think:end|><|tool_call:start|>list_files\n<|tool_call:end|>',
    options: { reasoning: undefined },
    reasoning: 'I will look.',
    calls: [list],
  },
])

const k2 = { format: 'k2_horizon', tools } as const
const k2Call = (body: string): string => `<ifm|tool_calls>\n<ifm|tool_call>${body}</ifm|tool_call>\n</ifm|tool_calls>`
const k2Pair = (key: string, type: string, value: string): string =>
  `<ifm|arg_key>${key}</ifm|arg_key>\n<ifm|arg_type>${type}</ifm|arg_type>\n<ifm|arg_value>${value}</ifm|arg_value>\n`

describeCases('k2_horizon', k2, [
  {
    name: 'P5 a string on the wire is text whatever the schema says',
    raw: k2Call(`get_weather\n${k2Pair('days', 'string', '3')}`),
    calls: [['get_weather', '{"days":"3"}']],
    codes: [],
  },
  {
    name: 'P5 another type is JSON whatever the schema says',
    raw: k2Call(`get_weather\n${k2Pair('city', 'integer', '3')}${k2Pair('x', 'object', '{"a": 1}')}`),
    calls: [['get_weather', '{"city":3,"x":{"a": 1}}']],
  },
  {
    name: 'P5 what is not of the type on the wire is a string',
    raw: k2Call(`get_weather\n${k2Pair('days', 'integer', 'many')}`),
    calls: [['get_weather', '{"days":"many"}']],
    codes: ['value-type'],
  },
  {
    name: 'P5 the type needs no tools',
    raw: k2Call(`f\n${k2Pair('a', 'boolean', 'true')}${k2Pair('b', ' number ', '1.50')}`),
    options: { tools: undefined },
    calls: [['f', '{"a":true,"b":1.50}']],
    codes: [],
  },
  {
    name: 'P3 a typed key ends an open value',
    raw: k2Call(`get_weather\n<ifm|arg_key>city</ifm|arg_key><ifm|arg_value>Oslo${k2Pair('days', 'integer', '3')}`),
    calls: [['get_weather', '{"city":"Oslo","days":3}', 'repaired']],
  },
  {
    name: 'a JSON body',
    raw: k2Call('\n{"name": "get_weather", "arguments": {"city": "</ifm|tool_call>"}}\n'),
    calls: [['get_weather', '{"city": "</ifm|tool_call>"}']],
    codes: [],
  },
  {
    name: 'a JSON body with parameters',
    raw: k2Call('{"name": "get_weather", "parameters": {"city": "Oslo"}}'),
    calls: [['get_weather', '{"city": "Oslo"}']],
  },
  {
    name: 'a JSON body without its section',
    raw: '<ifm|tool_call>{"name": "list_files", "arguments": {}}</ifm|tool_call>',
    calls: [list],
  },
  {
    name: 'tags, then JSON in one section',
    raw: '<ifm|tool_calls>\n<ifm|tool_call>list_files\n</ifm|tool_call>\n<ifm|tool_call>{"name": "list_files", "arguments": {}}</ifm|tool_call>\n</ifm|tool_calls>',
    calls: [list, list],
  },
  {
    name: 'P11 the three pairs of a thought',
    raw: '<ifm|think>a</ifm|think><ifm|think_fast>b</ifm|think_fast><ifm|think_faster>c</ifm|think_faster>d',
    reasoning: 'abc',
    content: 'd',
  },
])

describe('G5 a string flows as it comes', () => {
  it.each(['glm45', 'hy_v4', 'solar_open2', 'k2_horizon'])('in %s', (format) => {
    const before: Record<string, string> = {
      glm45: open,
      hy_v4: '<tool_calls:x><tool_call:x>write_file<arg_key:x>content</arg_key:x><arg_value:x>',
      solar_open2: solarOpen,
      k2_horizon: '<ifm|tool_calls><ifm|tool_call>write_file<ifm|arg_key>content</ifm|arg_key><ifm|arg_value>',
    }
    const parser = createToolCallParser({ format, tools })
    parser.feed(before[format] as string)
    for (const character of 'plain text') {
      expect(parser.feed(character)).toEqual([{ type: 'tool-call-arguments', index: 0, text: character }])
    }
  })
})

describe('every ending', () => {
  const documents: Record<string, string> = {
    glm45: `One ${call('write_file', ['path', 'x'], ['content', 'a\n<b> 😀'])}\n${listCall} two`,
    hy_v3: hunyuan(':z', true).section(hunyuan(':z', true).one('write_file', ['path', 'x'], ['content', 'a\n<b> 😀'])),
    solar_open2: `${solarOpen}a\n<b> 😀<|tool_arg:end|>\n<|tool_call:end|>`,
    k2_horizon: k2Call(`write_file\n${k2Pair('path', 'string', 'x')}${k2Pair('overwrite', 'boolean', 'true')}`),
  }
  it.each(Object.keys(documents))('G3 G4 of %s holds its laws for every cut', (format) => {
    const document = documents[format] as string
    const whole = runEveryWay(document, { format, tools })
    for (let length = 0; length < document.length; length += 1) {
      for (const finish of ['stop', 'length'] as const) {
        const message = runOnce(document.slice(0, length), { format, tools }, finish)
        for (const [index, { function: cut, status }] of message.toolCalls.entries()) {
          const full = whole.toolCalls[index]?.function
          expect(cut.name).toBe(full?.name)
          if (status === 'truncated') expect(full?.arguments.startsWith(cut.arguments)).toBe(true)
        }
      }
    }
  })

  it('G7 two parsers with other suffixes do not meet', () => {
    const [a, b] = [hunyuan(':a', false), hunyuan(':b', false)]
    const first = createToolCallParser({ format: 'hy_v4', tools })
    const second = createToolCallParser({ format: 'hy_v4', tools })
    const events = [...first.feed(a.tag('tool_calls')), ...second.feed(b.tag('tool_calls'))]
    const firstEvents = [...first.feed(a.one('list_files')), ...first.end()]
    const secondEvents = [...second.feed(b.one('list_files')), ...second.end()]
    expect(events).toEqual([])
    for (const each of [firstEvents, secondEvents])
      expect(foldEvents(each).toolCalls.map((one) => [one.function.name, one.status])).toEqual([
        ['list_files', 'complete'],
      ])
  })
})
