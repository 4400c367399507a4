import { describe } from 'vitest'
import type { ChatTool } from '../../src/index.ts'
import { type PolicyRow, testRows, tool } from '../policies/check.ts'

const tools: readonly ChatTool[] = [
  tool('write', { text: { type: 'string' }, data: { type: 'object' }, note: { type: ['string', 'null'] } }),
  tool('list'),
]

type Row = Omit<PolicyRow, 'format'>
function testFormat(format: string, rows: readonly Row[], options: PolicyRow['options'] = {}): void {
  describe(format, () => {
    testRows(
      rows.map((row) => ({ ...row, format })),
      { tools, reasoning: 'off', ...options },
    )
  })
}

const invoke = (name: string, ...parameters: readonly string[]): string =>
  `<invoke name="${name}">${parameters.join('')}</invoke>`
const parameter = (key: string, value: string, more = ''): string =>
  `<parameter name="${key}"${more}>${value}</parameter>`
const section = (...calls: readonly string[]): string => `<minimax:tool_call>${calls.join('\n')}</minimax:tool_call>`
const text = (value: string): string => JSON.stringify({ text: value })

describe('sections', () => {
  testFormat('minimax_m2', [
    {
      name: 'P1 a section without a whole tag is text, byte for byte',
      raw: 'a <minimax:tool_call>\n<invoke name="wri',
      message: { content: 'a <minimax:tool_call>\n<invoke name="wri' },
      codes: [],
    },
    {
      name: 'P1 65 blanks before the function',
      raw: `<minimax:tool_call>${' '.repeat(65)}${invoke('list')}`,
      message: { content: `<minimax:tool_call>${' '.repeat(65)}${invoke('list')}` },
    },
    {
      name: 'FP5 a doubled section',
      raw: `<minimax:tool_call>\n${section(invoke('list'))}`,
      message: { calls: [['list', '{}', 'complete']] },
      codes: ['doubled-opener'],
    },
    {
      name: 'P6 the next section begins in an open one',
      raw: `<minimax:tool_call>${invoke('list')}\n${section(invoke('list'))}`,
      message: {
        calls: [
          ['list', '{}', 'complete'],
          ['list', '{}', 'complete'],
        ],
      },
      codes: ['missing-closer'],
    },
    {
      name: 'P6 cut by length between calls: the call has ended',
      raw: `<minimax:tool_call>${invoke('list')}\n<inv`,
      finish: 'length',
      message: { calls: [['list', '{}', 'complete']] },
      codes: ['stray-text', 'missing-closer'],
    },
    {
      name: 'P6 the next function in a value that a confirmed closer ends',
      raw: section(`<invoke name="write">${parameter('text', 'a')}`, invoke('list')),
      message: {
        calls: [
          ['write', text('a'), 'repaired'],
          ['list', '{}', 'complete'],
        ],
      },
      codes: ['missing-closer'],
    },
    {
      name: 'P3 FP1 a chain of closers that does not reach the section is text',
      raw: section(invoke('write', parameter('text', 'a</parameter></invoke> b'))),
      message: { calls: [['write', text('a</parameter></invoke> b'), 'complete']] },
      codes: [],
    },
    {
      name: 'P10 text after the section is content',
      raw: `${section(invoke('list'))} so`,
      message: { content: ' so', calls: [['list', '{}', 'complete']] },
    },
    {
      name: 'P15 more calls than the limit are content',
      raw: section(invoke('list'), invoke('list')),
      options: { limits: { calls: 1 } },
      message: { content: `\n${invoke('list')}`.trimStart(), calls: [['list', '{}', 'complete']] },
      codes: ['limit', 'stray-closer'],
    },
    {
      name: 'P15 a name beyond the limit is no tag',
      raw: section(invoke('list')),
      options: { limits: { nameChars: 3 } },
      message: { content: section(invoke('list')) },
    },
    {
      name: 'unknown tools as content: the text goes back, the known ones are called',
      raw: section(invoke('list'), invoke('nope', parameter('a', '1')), invoke('list')),
      options: { unknownTools: 'content' },
      message: {
        content: invoke('nope', parameter('a', '1')),
        calls: [
          ['list', '{}', 'complete'],
          ['list', '{}', 'complete'],
        ],
      },
    },
    {
      name: 'unknown tools are passed on',
      raw: section(invoke('nope', parameter('a', '1'))),
      message: { calls: [['nope', '{"a":"1"}', 'complete']] },
      codes: ['unknown-tool'],
    },
    {
      name: 'P2 FP4 a bare call is whole at its own closer: text may follow',
      raw: `Look:\n${invoke('write', parameter('text', 'a'))}\nDone.`,
      message: { content: 'Look:\nDone.', calls: [['write', text('a'), 'complete']] },
      codes: ['missing-opener'],
    },
    {
      name: 'P8 no arguments',
      raw: section(invoke('list')),
      message: { calls: [['list', '{}', 'complete']] },
      codes: [],
    },
    {
      name: 'FP31 a section in a fence is an example',
      raw: `\`\`\`\n${section(invoke('list'))}\n\`\`\``,
      message: { content: `\`\`\`\n${section(invoke('list'))}\n\`\`\`` },
    },
    {
      name: "P3 'first' ends a value at its first closer",
      raw: section(invoke('write', parameter('text', 'a </parameter> b'))),
      options: { closers: 'first' },
      message: { calls: [['write', text('a '), 'complete']] },
      codes: ['stray-text'],
    },
    {
      name: 'FP7 a tag whose quote never closes is stray text',
      raw: section(`<invoke name="write"><parameter name="text>a</parameter></invoke>`),
      message: { calls: [['write', '{}', 'complete']] },
      codes: ['stray-text'],
    },
  ])
})

describe('types in the tag', () => {
  const mark = '｜DSML｜'
  const dsml = (...parameters: readonly string[]): string =>
    `<${mark}tool_calls><${mark}invoke name="write">${parameters.join('')}</${mark}invoke></${mark}tool_calls>`
  const typed = (key: string, value: string, string: string): string =>
    `<${mark}parameter name="${key}" string=${string}>${value}</${mark}parameter>`
  testFormat('deepseek_v4', [
    {
      name: 'P5 a string for an object, in single quotes',
      raw: dsml(typed('data', '{}', "'true'")),
      message: { calls: [['write', '{"data":"{}"}', 'complete']] },
    },
    {
      name: 'P5 a string that could be null',
      raw: dsml(typed('note', 'null', '"true"')),
      message: { calls: [['write', '{"note":"null"}', 'complete']] },
    },
    {
      name: 'FP17 empty JSON is null where that is allowed, else an empty string',
      raw: dsml(typed('note', '', '"false"'), typed('text', '', '"false"')),
      message: { calls: [['write', '{"note":null,"text":""}', 'complete']] },
      codes: ['empty-value'],
    },
    {
      name: 'FP18 broken JSON is mended',
      raw: dsml(typed('data', '{"a": 1', '"false"')),
      message: { calls: [['write', '{"data":{"a": 1}}', 'repaired']] },
      codes: ['json-repair'],
    },
    {
      name: 'FP18 and is a string without repair',
      raw: dsml(typed('data', '{"a": 1', '"false"')),
      options: { repair: false },
      message: { calls: [['write', '{"data":"{\\"a\\": 1"}', 'complete']] },
      codes: ['value-type'],
    },
    {
      name: 'P9 the second value is dropped whatever its type',
      raw: dsml(typed('text', 'a', '"true"'), typed('text', '1', '"false"')),
      message: { calls: [['write', text('a'), 'complete']] },
      codes: ['duplicate-parameter'],
    },
    {
      name: 'all arguments in one parameter, and the function closer is missing',
      raw: `<${mark}tool_calls><${mark}invoke name="write">${typed('arguments', '{"text": "a"}', '"false"')}</${mark}tool_calls>`,
      message: { calls: [['write', '{"text": "a"}', 'repaired']] },
      codes: ['undeclared-parameter', 'json-envelope', 'missing-closer'],
    },
    {
      name: 'P15 all arguments in one parameter that is longer than the hold: a string',
      raw: dsml(typed('arguments', `{"text": "${'a'.repeat(30)}"}`, '"false"')),
      options: { limits: { heldChars: 20 } },
      message: { calls: [['write', JSON.stringify({ arguments: `{"text": "${'a'.repeat(30)}"}` }), 'complete']] },
      codes: ['undeclared-parameter', 'limit'],
    },
    {
      name: 'P7 all arguments in one parameter, cut: nothing was sent',
      raw: dsml(typed('arguments', '{"text": "a"}', '"false"')).slice(0, 80),
      finish: 'length',
      message: { calls: [['write', '', 'truncated']] },
    },
    {
      name: 'a parameter arguments that is a string stays one',
      raw: dsml(typed('arguments', '{"text": "a"}', '"true"')),
      message: { calls: [['write', '{"arguments":"{\\"text\\": \\"a\\"}"}', 'complete']] },
      codes: ['undeclared-parameter'],
    },
  ])
})

describe('XML', () => {
  const write = (value: string): string => `<function name="write"><param name="text">${value}</param></function>`
  testFormat('minicpm5', [
    {
      name: 'P4 an entity counts once',
      raw: write('&amp;lt; &#38;gt;'),
      message: { calls: [['write', text('&lt; &gt;'), 'complete']] },
    },
    {
      name: 'P4 what is no entity stays',
      raw: write('&lt &unknown; &#; &#x; &#1114112; &#0; a&b &'),
      message: { calls: [['write', text('&lt &unknown; &#; &#x; &#1114112; &#0; a&b &'), 'complete']] },
    },
    {
      name: 'P4 no entity in a CDATA section',
      raw: write('<![CDATA[&lt;]]>'),
      message: { calls: [['write', text('&lt;'), 'complete']] },
    },
    {
      name: 'P4 a CDATA section in the middle of a value is text',
      raw: write('a <![CDATA[b]]>'),
      message: { calls: [['write', text('a <![CDATA[b]]>'), 'complete']] },
    },
    {
      name: 'P3 a CDATA end without its parameter closer is text',
      raw: write('<![CDATA[a ]]> b ]]]]>'),
      message: { calls: [['write', text('a ]]> b ]]'), 'complete']] },
    },
    {
      name: "P3 'first' ends a CDATA section with the first parameter closer behind its end",
      raw: write('<![CDATA[a </param> ]]> b]]></param> c'),
      options: { closers: 'first' },
      message: { calls: [['write', text('a </param> ]]> b'), 'complete']] },
      codes: ['stray-text'],
    },
    {
      name: 'P7 half an entity at the end of a cut value is no text',
      raw: write('a &am').slice(0, -'</param></function>'.length),
      finish: 'length',
      message: { calls: [['write', '{"text":"a ', 'truncated']] },
    },
    {
      name: 'P7 a CDATA section without its end',
      raw: write('<![CDATA[a'),
      message: { calls: [['write', String.raw`{"text":"a</param></function>`, 'truncated']] },
    },
    {
      name: 'P7 a CDATA section that has ended at a clean end',
      raw: write('<![CDATA[a]]>').slice(0, -'</param></function>'.length),
      message: { calls: [['write', text('a'), 'repaired']] },
      codes: ['missing-closer', 'missing-closer'],
    },
    {
      name: 'P15 an entity is one character of the arguments',
      raw: write('a&lt;&lt;&lt;b'),
      options: { limits: { argumentChars: 11 } },
      message: { calls: [['write', '{"text":"a<', 'truncated']] },
      codes: ['limit', 'truncated'],
    },
    {
      name: 'P2 a tag inside a line is text',
      raw: 'Call <function name="list"></function>',
      message: { content: 'Call <function name="list"></function>' },
      codes: [],
    },
    {
      name: 'FP3 blanks before it still count as line start',
      raw: 'Call:\n \t<function name="list"></function>',
      message: { content: 'Call:', calls: [['list', '{}', 'complete']] },
      codes: [],
    },
    {
      name: 'P10 text after a call is content',
      raw: `${write('a')}\nDone.`,
      message: { content: '\nDone.', calls: [['write', text('a'), 'complete']] },
    },
    {
      name: 'an element around the parameters closes before text',
      raw: '<function name="write"><arguments><param name="text">a</param></arguments></function> so',
      message: { content: ' so', calls: [['write', text('a'), 'complete']] },
      codes: [],
    },
    {
      name: 'entities of a name',
      raw: '<function name="f&lt;"><param name="a&amp;b">1</param></function>',
      options: { tools: [tool('f<', { 'a&b': { type: 'integer' } })] },
      message: { calls: [['f<', '{"a&b":1}', 'complete']] },
    },
  ])
})

describe('channels', () => {
  const call = '<|open|>call tool="list" index="0"<|sep|><|close|>call<|sep|>'
  testFormat(
    'kimi_k3',
    [
      {
        name: 'P6 the section runs to the end of the text',
        raw: `<|close|>think<|sep|><|open|>tools<|sep|>${call}`,
        message: { calls: [['list', '{}', 'complete']] },
        codes: ['missing-closer'],
      },
      {
        name: 'P6 a call without its closer before the section closer',
        raw: '<|close|>think<|sep|><|open|>tools<|sep|><|open|>call tool="list" index="0"<|sep|><|close|>tools<|sep|>',
        message: { calls: [['list', '{}', 'repaired']] },
        codes: ['missing-closer'],
      },
      {
        name: 'FP9 the order of appearance counts, not the index',
        raw: `<|close|>think<|sep|><|open|>tools<|sep|>${call.replace('0', '7')}${call.replace('0', '3')}<|close|>tools<|sep|>`,
        message: {
          calls: [
            ['list', '{}', 'complete'],
            ['list', '{}', 'complete'],
          ],
        },
      },
      {
        name: 'P11 the answer ends an open thought',
        raw: 'Plan.<|open|>response<|sep|>Hi.<|close|>response<|sep|><|close|>message<|sep|>',
        message: { reasoning: 'Plan.', content: 'Hi.' },
        codes: ['end-token'],
      },
      {
        name: 'P14 the end of the message in an open value',
        raw: '<|close|>think<|sep|><|open|>tools<|sep|><|open|>call tool="write"<|sep|><|open|>argument key="text" type="string"<|sep|>a<|close|>message<|sep|>',
        message: { calls: [['write', '{"text":"a', 'truncated']] },
        codes: ['end-token', 'truncated'],
      },
    ],
    { reasoning: 'open' },
  )
})
