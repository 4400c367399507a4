import { describe, test } from 'vitest'
import { checkRowBriefly, testRows, type PolicyRow } from './check.ts'
import { param, tools, wrapped } from './tag-calls.ts'

const format = 'qwen3_coder'

/** A row whose call is write_file with this raw text between `<parameter=content>` and the end of the parameter. */
function valueRow(name: string, between: string, value: string, rest: Partial<PolicyRow> = {}): PolicyRow {
  return {
    name,
    format,
    raw: `<tool_call>\n<function=write_file>\n<parameter=content>${between}</parameter>\n</function>\n</tool_call>`,
    message: { calls: [['write_file', `{"content":${JSON.stringify(value)}}`, 'complete']] },
    ...rest,
  }
}

describe('P3 closers inside values', () => {
  const literals = [
    'a </parameter> b',
    'a\n</parameter>\nand prose',
    '</parameter>',
    '</parameter></parameter>',
    'x\n</parameter>\n</parameter>',
    '</parameter></function> is how it ends',
    '</parameter>\n</function>\nis how it ends',
    '</parameter></tool_call> is text',
    '</parameter>\n</tool_call>\nis text',
    '</function>',
    'a </function> b',
    'a\n</function>\nb',
    '</tool_call> b',
    'a\n</tool_call>\nb',
    '<tool_call>',
    '<tool_call>\n<function=list>\n',
    'see <function=list> there',
    '\n<function=list>\n',
    'x <parameter=path> y',
    '<parameter=path is no tag',
    '</tool_call></tool_call> b',
    '</param',
    '</parameter',
    '</parameter >',
    '</ parameter>',
    '<',
    '</',
    '<<</parameter>>>',
    '</parameter></param',
    '</parameter>\n</func',
    '</parameter>\n</function',
    '<think>x</think>',
    '```\n</parameter>\n```',
    '<|im_end|> stays',
    'a\n\n</PARAMETER>\n</FUNCTION>',
  ]
  testRows(
    literals.map((literal) =>
      valueRow(`P3 ${JSON.stringify(literal)} in a value is text`, `\n${literal}\n`, literal, { codes: [] }),
    ),
    { tools },
  )
  test('P3 the same for a tool that nobody declared', () => {
    for (const literal of literals) checkRowBriefly(valueRow(literal, `\n${literal}\n`, literal))
  })
})

describe('P3 confirmations', () => {
  testRows(
    [
      {
        name: 'P3 <parameter= confirms',
        format,
        raw: wrapped('write_file', '<parameter=path>a</parameter><parameter=content>b</parameter>'),
        message: { calls: [['write_file', '{"path":"a","content":"b"}', 'complete']] },
        codes: [],
      },
      {
        name: 'P3 <tool_call> confirms: no </function>, no </tool_call>',
        format,
        raw: `<tool_call>\n<function=write_file>\n${param('path', 'a')}${wrapped('list')}`,
        message: {
          calls: [
            ['write_file', '{"path":"a"}', 'repaired'],
            ['list', '{}', 'complete'],
          ],
        },
      },
      {
        name: 'P3 <function= confirms: no </function>',
        format,
        raw: `<tool_call>\n<function=write_file>\n${param('path', 'a')}<function=list>\n</function>\n</tool_call>`,
        message: {
          calls: [
            ['write_file', '{"path":"a"}', 'repaired'],
            ['list', '{}', 'complete'],
          ],
        },
      },
      {
        name: 'P3 </tool_call> and the end confirm: no </function>',
        format,
        raw: `<tool_call>\n<function=write_file>\n${param('path', 'a')}</tool_call>\n`,
        message: { calls: [['write_file', '{"path":"a"}', 'repaired']] },
      },
      {
        name: 'P3 the end confirms',
        format,
        raw: '<tool_call>\n<function=write_file>\n<parameter=path>\na\n</parameter>',
        message: { calls: [['write_file', '{"path":"a"}', 'repaired']] },
      },
      {
        name: 'P3 64 blanks before what confirms',
        format,
        raw: `<tool_call>\n<function=write_file>\n<parameter=path>\na\n</parameter>${'\n'.repeat(64)}</function></tool_call>`,
        message: { calls: [['write_file', '{"path":"a"}', 'complete']] },
        codes: [],
      },
      {
        name: 'P3 65 blanks confirm nothing',
        format,
        raw: `<tool_call>\n<function=write_file>\n<parameter=path>\na</parameter>${' '.repeat(65)}</function></tool_call>`,
        message: {
          calls: [['write_file', `{"path":"a</parameter>${' '.repeat(65)}"}`, 'repaired']],
        },
      },
      {
        name: 'FP1 </tool_call> after </function> needs no confirmation of its own',
        format,
        raw: `${wrapped('write_file', param('path', 'a'))} and so on`,
        message: { content: ' and so on', calls: [['write_file', '{"path":"a"}', 'complete']] },
        codes: [],
      },
      {
        name: 'FP1 </function> before text and no </tool_call> is text of the value',
        format,
        raw: '<tool_call>\n<function=write_file>\n<parameter=path>\na\n</parameter>\n</function>\nDone.',
        message: { calls: [['write_file', String.raw`{"path":"a\n</parameter>\n</function>\nDone.`, 'truncated']] },
        codes: ['truncated'],
      },
      {
        // By the letter of FP1: text after </function> unmakes it while a value may be open; </tool_call> at the end then ends the value.
        name: 'FP1 </function>, text and </tool_call>: the value goes on to </tool_call>',
        format,
        raw: '<tool_call>\n<function=write_file>\n<parameter=path>\na\n</parameter>\n</function>\nDone.\n</tool_call>',
        message: { calls: [['write_file', String.raw`{"path":"a\n</parameter>\n</function>\nDone."}`, 'repaired']] },
      },
      {
        name: 'FP1 an end token counts as the end',
        format,
        raw: '<tool_call>\n<function=write_file>\n<parameter=path>\na\n</parameter>\n</function><|im_end|>',
        message: { calls: [['write_file', '{"path":"a"}', 'repaired']] },
        codes: ['missing-closer', 'end-token'],
      },
      {
        name: 'FP1 an end token after </parameter> counts as the end',
        format,
        raw: '<tool_call>\n<function=write_file>\n<parameter=path>\na\n</parameter><|im_end|>',
        message: { calls: [['write_file', '{"path":"a"}', 'repaired']] },
      },
      {
        name: 'P3 a declared <parameter= at line start ends a value without its closer',
        format,
        raw: '<tool_call>\n<function=write_file>\n<parameter=path>\na\n<parameter=content>\nb\n</parameter>\n</function>\n</tool_call>',
        message: { calls: [['write_file', '{"path":"a","content":"b"}', 'repaired']] },
        codes: ['missing-closer'],
      },
      {
        name: 'P3 any <parameter= at line start ends a value when tools are unknown',
        format,
        options: { tools: undefined },
        raw: '<tool_call>\n<function=f>\n<parameter=path>\na\n<parameter=zzz>\nb\n</parameter>\n</function>\n</tool_call>',
        message: { calls: [['f', '{"path":"a","zzz":"b"}', 'repaired']] },
      },
      {
        name: 'FP2 an undeclared <parameter= at line start inside an open value is text',
        format,
        raw: wrapped('write_file', param('path', 'a\n<parameter=zzz>\nb')),
        message: { calls: [['write_file', String.raw`{"path":"a\n<parameter=zzz>\nb"}`, 'complete']] },
        codes: [],
      },
      {
        name: 'FP2 a declared one that has a value is text',
        format,
        raw: wrapped('write_file', param('path', 'p'), param('content', 'a\n<parameter=path>\nb')),
        message: { calls: [['write_file', String.raw`{"path":"p","content":"a\n<parameter=path>\nb"}`, 'complete']] },
        codes: [],
      },
      {
        name: 'FP2 the parameter that is open counts as one that has a value',
        format,
        raw: wrapped('write_file', param('path', 'a\n<parameter=path>\nb')),
        message: { calls: [['write_file', String.raw`{"path":"a\n<parameter=path>\nb"}`, 'complete']] },
      },
      {
        name: 'FP2 an undeclared parameter after a confirmed closer is a parameter',
        format,
        raw: wrapped('write_file', param('path', 'a'), param('mode', 'rw'), param('content', 'b')),
        message: { calls: [['write_file', '{"path":"a","mode":"rw","content":"b"}', 'complete']] },
        codes: ['undeclared-parameter'],
      },
      {
        name: 'P3 </function> before </tool_call> ends a value',
        format,
        raw: '<tool_call>\n<function=write_file>\n<parameter=path>\na\n</function>\n</tool_call>',
        message: { calls: [['write_file', '{"path":"a"}', 'repaired']] },
        codes: ['missing-closer'],
      },
      {
        name: 'P3 </function> before <function= ends a value',
        format,
        raw: '<tool_call>\n<function=write_file>\n<parameter=path>\na\n</function>\n<function=list>\n</function>\n</tool_call>',
        message: {
          calls: [
            ['write_file', '{"path":"a"}', 'repaired'],
            ['list', '{}', 'complete'],
          ],
        },
      },
      {
        name: 'P3 </function> before <tool_call> ends a value',
        format,
        raw: `<tool_call>\n<function=write_file>\n<parameter=path>\na\n</function>\n${wrapped('list')}`,
        message: {
          calls: [
            ['write_file', '{"path":"a"}', 'repaired'],
            ['list', '{}', 'complete'],
          ],
        },
      },
      {
        name: 'P3 </function> before the end ends a value',
        format,
        raw: '<tool_call>\n<function=write_file>\n<parameter=path>\na\n</function>\n',
        message: { calls: [['write_file', '{"path":"a"}', 'repaired']] },
      },
      {
        name: 'P3 of a doubled </function> the first is text',
        format,
        raw: '<tool_call>\n<function=write_file>\n<parameter=path>\na\n</function>\n</function>\n</tool_call>',
        message: { calls: [['write_file', String.raw`{"path":"a\n</function>"}`, 'repaired']] },
      },
      {
        name: 'P3 </tool_call> before <tool_call> ends a value',
        format,
        raw: `<tool_call>\n<function=write_file>\n<parameter=path>\na\n</tool_call>\n${wrapped('list')}`,
        message: {
          calls: [
            ['write_file', '{"path":"a"}', 'repaired'],
            ['list', '{}', 'complete'],
          ],
        },
      },
      {
        name: 'P3 </tool_call> before a bare <function= ends a value',
        format,
        raw: '<tool_call>\n<function=write_file>\n<parameter=path>\na\n</tool_call>\n<function=list>\n</function>',
        message: {
          calls: [
            ['write_file', '{"path":"a"}', 'repaired'],
            ['list', '{}', 'complete'],
          ],
        },
      },
      {
        name: 'P3 </tool_call> before the end ends a value',
        format,
        raw: '<tool_call>\n<function=write_file>\n<parameter=path>\na\n</tool_call>',
        message: { calls: [['write_file', '{"path":"a"}', 'repaired']] },
      },
      {
        name: 'P3 a non-string value with a closer in it waits for the real one',
        format,
        raw: wrapped('get_weather', param('days', '3</parameter> or 4')),
        message: { calls: [['get_weather', '{"days":"3</parameter> or 4"}', 'complete']] },
        codes: ['value-type'],
      },
      {
        name: 'P3 closers: first ends a value at once, the rest is dropped text',
        format,
        options: { closers: 'first' },
        raw: wrapped('write_file', '<parameter=path>\na</parameter> b ', param('content', 'c')),
        message: { calls: [['write_file', '{"path":"a","content":"c"}', 'complete']] },
        codes: ['stray-text'],
      },
      {
        name: 'P3 closers: first, plain document',
        format,
        options: { closers: 'first' },
        raw: `Hi\n${wrapped('get_weather', param('city', 'Oslo'), param('days', '3'))}\nBye`,
        message: { content: 'Hi\nBye', calls: [['get_weather', '{"city":"Oslo","days":3}', 'complete']] },
        codes: [],
      },
      {
        name: 'P3 seed_oss confirms with its own tags only',
        format: 'seed_oss',
        raw: '<seed:tool_call>\n<function=write_file>\n<parameter=path>a</parameter></tool_call> b</parameter>\n</function>\n</seed:tool_call>',
        message: { calls: [['write_file', '{"path":"a</parameter></tool_call> b"}', 'complete']] },
        codes: [],
      },
      {
        name: 'P3 seed_oss closers as text',
        format: 'seed_oss',
        raw: '<seed:tool_call>\n<function=write_file>\n<parameter=path>a</parameter></seed:tool_call> b</parameter>\n</function>\n</seed:tool_call>',
        message: { calls: [['write_file', '{"path":"a</parameter></seed:tool_call> b"}', 'complete']] },
        codes: [],
      },
    ],
    { tools },
  )
})

describe('P4 values are verbatim', () => {
  const layouts: [name: string, between: string, value: string][] = [
    ['one newline on each side goes', '\na\n', 'a'],
    ['only one goes', '\n\na\n\n', '\na\n'],
    ['CRLF is one newline', '\r\na\r\n', 'a'],
    ['only one CRLF goes', '\r\n\r\na\r\n\r\n', '\r\na\r\n'],
    ['newline kinds may differ', '\na\r\n', 'a'],
    ['and the other way round', '\r\na\n', 'a'],
    ['a lone CR is no newline', '\ra\r', '\ra\r'],
    ['a CR before a CRLF stays', '\na\r\r\n', 'a\r'],
    ['a CR after the first newline stays', '\n\ra\n', '\ra'],
    ['nothing goes where nothing is', 'a', 'a'],
    ['only the leading newline', '\na', 'a'],
    ['only the trailing newline', 'a\n', 'a'],
    ['an empty value', '', ''],
    ['one newline is an empty value', '\n', ''],
    ['two newlines are an empty value', '\n\n', ''],
    ['three newlines are one', '\n\n\n', '\n'],
    ['one CRLF is an empty value', '\r\n', ''],
    ['two CRLF are an empty value', '\r\n\r\n', ''],
    ['LF and CRLF are an empty value', '\n\r\n', ''],
    ['CRLF and LF are an empty value', '\r\n\n', ''],
    ['spaces stay', '  a  ', '  a  '],
    ['spaces inside the layout stay', '\n  a  \n', '  a  '],
    ['spaces before the leading newline keep it', ' \na\n ', ' \na\n '],
    ['tabs, NBSP and BOM stay', '\n\t\u00a0\ufeffa\u2003\u00a0\t\n', '\t\u00a0\ufeffa\u2003\u00a0\t'],
    ['entities stay', '\nTom &amp; Jerry &lt;b&gt; &#39;\n', 'Tom &amp; Jerry &lt;b&gt; &#39;'],
    ['indented code with blank lines', '\n    if x:\n        y()\n\n', '    if x:\n        y()\n'],
    [
      'P16 quotes and backslashes',
      '\nC:\\temp\\new "x" \\\\ \\" \\u0041 \\\n',
      'C:\\temp\\new "x" \\\\ \\" \\u0041 \\',
    ],
    ['P16 a slash is no escape', '\na/b\n', 'a/b'],
    ['P16 non-ASCII characters as they are', '\nSão 東京 🌍 \u2028\u2029\u007f\n', 'São 東京 🌍 \u2028\u2029\u007f'],
    ['P16 surrogate pairs next to the closer', '\n🌍\n', '🌍'],
    [
      'P16 every C0 control',
      `\n${Array.from({ length: 32 }, (_, code) => String.fromCharCode(code)).join('')}.\n`,
      `${Array.from({ length: 32 }, (_, code) => String.fromCharCode(code)).join('')}.`,
    ],
    ['FP12 a lone high surrogate', '\na\ud83db\n', 'a\ud83db'],
    ['FP12 a lone low surrogate', '\na\udf0db\n', 'a\udf0db'],
    ['FP12 a lone high surrogate before the closer', 'a\ud83d', 'a\ud83d'],
    ['FP12 a lone high surrogate before the layout newline', '\n\ud83d\n', '\ud83d'],
    ['FP12 high, high, low', '\n\ud83d\ud83c\udf0d\n', '\ud83d\ud83c\udf0d'],
  ]
  testRows(
    layouts.map(([name, between, value]) => valueRow(`P4 ${name}`, between, value, { codes: [] })),
    { tools },
  )
  for (const id of ['mimo', 'step3p5', 'nemotron_v3'])
    test(`P4 FP8 ${id} follows the same rule`, () => {
      for (const [name, between, value] of layouts)
        checkRowBriefly(valueRow(name, between, value, { format: id, options: { tools, reasoning: 'tags' } }))
    })
  test('FP8 seed_oss trims no newline', () => {
    for (const [name, between] of layouts)
      checkRowBriefly({
        name,
        format: 'seed_oss',
        options: { tools },
        raw: `<seed:tool_call>\n<function=write_file>\n<parameter=content>${between}</parameter>\n</function>\n</seed:tool_call>`,
        message: { calls: [['write_file', `{"content":${JSON.stringify(between)}}`, 'complete']] },
      })
  })
  testRows(
    [
      {
        name: 'P16 the exact escapes',
        format,
        raw: wrapped('write_file', param('content', '"\\\b\f\n\r\t\u0000\u001f\u000b/\ud800')),
        message: {
          calls: [['write_file', String.raw`{"content":"\"\\\b\f\n\r\t\u0000\u001f\u000b/\ud800"}`, 'complete']],
        },
      },
      {
        name: 'P4 mimo decodes no entities',
        format: 'mimo',
        raw: '<tool_call>\n<function=write_file>\n<parameter=path>x &lt; 5 &amp;&amp; y</parameter>\n</function>\n</tool_call>',
        message: { calls: [['write_file', '{"path":"x &lt; 5 &amp;&amp; y"}', 'complete']] },
        codes: [],
      },
      {
        name: 'FP8 seed_oss still types what is no string',
        format: 'seed_oss',
        raw: '<seed:tool_call>\n<function=write_file>\n<parameter=path>\na\n</parameter>\n<parameter=overwrite>\nTrue\n</parameter>\n</function>\n</seed:tool_call>',
        message: { calls: [['write_file', String.raw`{"path":"\na\n","overwrite":true}`, 'complete']] },
        codes: [],
      },
    ],
    { tools },
  )
})
