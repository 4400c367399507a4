import { describeCases, type Case } from './cases.ts'
import { functionBlock, oslo, osloArguments, qwen, text, write, xmlCall } from './documents.ts'

/** A value that holds the text and closes as the template writes it. */
const kept = (name: string, value: string): Case => ({
  name,
  raw: xmlCall('write_file', ['content', value], ['path', 'a.md']),
  calls: [['write_file', text({ content: value, path: 'a.md' })]],
})

const open = '<tool_call>\n<function=write_file>\n<parameter=content>\n'
const weather = '<tool_call>\n<function=get_weather>\n<parameter=city>\nOslo'

describeCases('P3 closers inside values are data', qwen, [
  kept('P3 a closer before prose in the same line', 'a </parameter> b'),
  kept('P3 a closer before prose in the next line', 'a\n</parameter>\nb'),
  kept('P3 a closer at the start of a value', '</parameter> is the closer'),
  kept('P3 a closer before another tag', '</parameter><b>'),
  kept('P3 a closer before a piece of a structural tag', '</parameter>\n</func and so on'),
  kept('P3 a function closer before prose', 'ends with </function> always'),
  kept('P3 a function closer at line start before prose', 'x\n</function>\nmore'),
  kept('P3 a wrapper closer before prose', 'a </tool_call> b\n</tool_call>\nc'),
  kept('FP1 a closer that only an unconfirmed closer follows', '</parameter></function> is how it ends'),
  kept('FP1 over lines', 'v\n</parameter>\n</function>\nis how it ends'),
  kept('FP1 a wrapper closer directly after a value closer must be confirmed', 'v\n</parameter>\n</tool_call>\nis it'),
  kept('P3 an opener in a value', 'a <tool_call> b\n<tool_call>\nc'),
  kept('P3 an opener and a function in a value', 'x\n<tool_call>\n<function=get_weather>\ny'),
  kept('P3 a bare function in a value at line start', 'x\n<function=list_files>\ny'),
  kept('P3 a parameter of another name inside a line', 'see <parameter=overwrite> here'),
  kept('FP2 an undeclared parameter at line start in an open value', 'x\n<parameter=nope>\ny'),
  kept('FP2 the open parameter itself at line start', 'x\n<parameter=content>\ny'),
  kept('P3 reasoning tags in a value', '<think>\nx\n</think>\ny'),
  kept('P3 a fence in a value does not count', '```\ncode'),
  kept('P3 a piece of every closer', '</ </p </parameter </parameter  > </functio </tool_cal'),
  kept('P3 markers with blanks are text', '</ parameter> < /function>'),
  {
    name: 'FP2 a declared parameter that already has a value is text at line start',
    raw: xmlCall('write_file', ['path', 'a'], ['content', 'x\n<parameter=path>\ny']),
    calls: [['write_file', text({ path: 'a', content: 'x\n<parameter=path>\ny' })]],
  },
  {
    name: 'P3 of a doubled closer the first is text',
    raw: write('\nv\n</parameter>\n'),
    calls: [['write_file', text({ content: 'v\n</parameter>' })]],
  },
  {
    name: 'P3 of a closer written three times the first two are text',
    raw: write('v</parameter></parameter>'),
    calls: [['write_file', text({ content: 'v</parameter></parameter>' })]],
  },
  {
    name: 'P3 a whole parameter in a value is text but for its last closer',
    raw: write('\n<parameter=x>1</parameter>\n'),
    calls: [['write_file', text({ content: '<parameter=x>1</parameter>' })]],
  },
  {
    // A whole call quoted inside a value stays ambiguous (P3): the closers in it confirm each other, the call ends there.
    name: 'P3 a whole quoted call ends the value: documented as ambiguous',
    raw: write('\nWrite </parameter></function></tool_call> there\n'),
    content: ' there\n</parameter>\n</function>\n',
    calls: [['write_file', text({ content: 'Write ' })]],
  },
])

describeCases('P3 what confirms a value closer', qwen, [
  {
    name: 'P3 another parameter, without white space',
    raw: '<tool_call><function=get_weather><parameter=city>Oslo</parameter><parameter=days>3</parameter></function></tool_call>',
    calls: [['get_weather', '{"city":"Oslo","days":3}']],
    codes: [],
  },
  {
    name: 'FP2 an undeclared parameter after a confirmed closer is a parameter',
    raw: xmlCall('get_weather', ['city', 'Oslo'], ['mode', '7']),
    calls: [['get_weather', '{"city":"Oslo","mode":"7"}']],
    codes: ['undeclared-parameter'],
  },
  {
    name: 'P3 64 blanks confirm, as many as P1 allows',
    raw: `${weather}\n</parameter>${' '.repeat(64)}</function>\n</tool_call>`,
    calls: [['get_weather', osloArguments]],
  },
  {
    name: 'FP31 65 blanks do not confirm',
    raw: `${weather}\n</parameter>${' '.repeat(65)}</function>\n</tool_call>`,
    calls: [['get_weather', text({ city: `Oslo\n</parameter>${' '.repeat(65)}` }), 'repaired']],
  },
  {
    name: 'P3 the end of the text',
    raw: `${weather}\n</parameter>`,
    calls: [['get_weather', osloArguments, 'repaired']],
    codes: ['missing-closer'],
  },
  {
    name: 'P3 white space and the end of the text',
    raw: `${weather}\n</parameter>\n\n`,
    calls: [['get_weather', osloArguments, 'repaired']],
  },
  {
    name: 'P3 a wrapper closer that the end confirms',
    raw: `${weather}\n</parameter>\n</tool_call>`,
    calls: [['get_weather', osloArguments, 'repaired']],
  },
  {
    name: 'P3 a wrapper closer that the next call confirms',
    raw: `${weather}\n</parameter>\n</tool_call>\n${oslo}`,
    calls: [
      ['get_weather', osloArguments, 'repaired'],
      ['get_weather', osloArguments],
    ],
  },
  {
    name: 'P3 the opener of the next call',
    raw: `${weather}\n</parameter>\n${oslo}`,
    calls: [
      ['get_weather', osloArguments, 'repaired'],
      ['get_weather', osloArguments],
    ],
  },
  {
    name: 'P3 the next function of the wrapper',
    raw: `${weather}\n</parameter>\n${functionBlock('list_files')}\n</tool_call>`,
    calls: [
      ['get_weather', osloArguments, 'repaired'],
      ['list_files', '{}'],
    ],
  },
  {
    name: 'P3 two functions in one wrapper',
    raw: `<tool_call>\n${functionBlock('get_weather', ['city', 'Oslo'])}\n${functionBlock('list_files')}\n</tool_call>`,
    calls: [
      ['get_weather', osloArguments],
      ['list_files', '{}'],
    ],
    codes: [],
  },
  {
    name: 'P3 a call that text follows: the wrapper closer needs no confirmation after the function closer',
    raw: `${oslo} and so on`,
    content: ' and so on',
    calls: [['get_weather', osloArguments]],
  },
  {
    name: 'FP1 an end token counts as the end',
    raw: `${weather}\n</parameter>\n</function>\n<|im_end|>`,
    calls: [['get_weather', osloArguments, 'repaired']],
  },
])

describeCases('P3 values without their closer', qwen, [
  {
    name: 'P3 a declared parameter at line start',
    raw: `${weather}\n<parameter=days>\n3\n</parameter>\n</function>\n</tool_call>`,
    calls: [['get_weather', '{"city":"Oslo","days":3}', 'repaired']],
    codes: ['missing-closer'],
  },
  {
    name: 'P3 after CRLF',
    raw: `${weather}\r\n<parameter=days>\r\n3\r\n</parameter>\r\n</function>\r\n</tool_call>`,
    calls: [['get_weather', '{"city":"Oslo","days":3}', 'repaired']],
  },
  {
    name: 'P3 without tools any parameter at line start',
    raw: '<tool_call>\n<function=f>\n<parameter=a>\n1\n<parameter=b>\n2\n</parameter>\n</function>\n</tool_call>',
    options: { tools: undefined },
    calls: [['f', '{"a":"1","b":"2"}', 'repaired']],
  },
  {
    name: 'P3 a parameter inside a line is text',
    raw: `${weather} <parameter=days>\n3\n</parameter>\n</function>\n</tool_call>`,
    calls: [['get_weather', text({ city: 'Oslo <parameter=days>\n3' })]],
  },
  {
    name: 'P3 a function closer before the wrapper closer',
    raw: `${weather}\n</function>\n</tool_call>`,
    calls: [['get_weather', osloArguments, 'repaired']],
  },
  {
    name: 'P3 a function closer inside the line',
    raw: `${weather}</function></tool_call>\nDone.`,
    content: '\nDone.',
    calls: [['get_weather', osloArguments, 'repaired']],
  },
  {
    name: 'P3 a function closer before the next function',
    raw: `${weather}\n</function>\n${functionBlock('list_files')}\n</tool_call>`,
    calls: [
      ['get_weather', osloArguments, 'repaired'],
      ['list_files', '{}'],
    ],
  },
  {
    name: 'P3 a function closer before the next opener',
    raw: `${weather}\n</function>\n${oslo}`,
    calls: [
      ['get_weather', osloArguments, 'repaired'],
      ['get_weather', osloArguments],
    ],
  },
  {
    name: 'P3 a function closer before the end',
    raw: `${weather}\n</function>`,
    calls: [['get_weather', osloArguments, 'repaired']],
  },
  {
    name: 'P3 a wrapper closer before the end',
    raw: `${weather}\n</tool_call>\n`,
    calls: [['get_weather', osloArguments, 'repaired']],
  },
  {
    name: 'P3 a wrapper closer before the next opener',
    raw: `${weather}\n</tool_call>\n${oslo}`,
    calls: [
      ['get_weather', osloArguments, 'repaired'],
      ['get_weather', osloArguments],
    ],
  },
  {
    name: 'P3 a wrapper closer before a function',
    raw: `${weather}\n</tool_call>\n${functionBlock('list_files')}`,
    calls: [
      ['get_weather', osloArguments, 'repaired'],
      ['list_files', '{}'],
    ],
  },
  {
    // Neither the closer nor anything else ends the value, so it is open at the end (P7).
    name: 'P3 a wrapper closer before prose is text',
    raw: `${weather}\n</tool_call>\nDone.`,
    calls: [['get_weather', /^\{"city":"Oslo\\n<\/tool_call>\\nDone\.$/, 'truncated']],
  },
  {
    // `<tool_call>` and `<function=` inside an open value are text, and city already has its (open) value (fine print 2).
    name: 'P3 the next call is text of a value that nothing closes',
    raw: `${weather}\n${oslo}`,
    calls: [['get_weather', text({ city: `Oslo\n<tool_call>\n<function=get_weather>\n<parameter=city>\nOslo` })]],
  },
  {
    name: 'P3 a declared parameter of the next call ends the open value',
    raw: `${weather}\n${xmlCall('get_weather', ['days', '3'])}`,
    calls: [['get_weather', text({ city: 'Oslo\n<tool_call>\n<function=get_weather>', days: 3 }), 'repaired']],
  },
])

describeCases("P3 closers: 'first'", { ...qwen, closers: 'first' }, [
  { name: "P3 'first' reads an ordinary call", raw: oslo, calls: [['get_weather', osloArguments]], codes: [] },
  {
    name: "P3 'first' ends a value at the first closer, the rest is dropped text",
    raw: write('\na </parameter> b\n'),
    calls: [['write_file', text({ content: 'a ' })]],
    codes: ['stray-text'],
  },
  {
    name: "P3 'first' ends a call at the first function closer",
    raw: `${open}a </function>\n</tool_call>\nDone.`,
    content: '\nDone.',
    calls: [['write_file', text({ content: 'a ' }), 'repaired']],
  },
  {
    name: "P3 'first' absorbs the second of a doubled closer",
    raw: `${open}v\n</parameter>\n</parameter>\n</function>\n</tool_call>`,
    calls: [['write_file', text({ content: 'v' })]],
  },
])

describeCases('P3 JSON bodies end by balance', { ...qwen, format: 'hermes' }, [
  {
    name: 'P3 closers and openers in strings are data',
    raw: '<tool_call>\n{"name": "write_file", "arguments": {"content": "a </tool_call> b <tool_call> {\\"name\\": "}}\n</tool_call>',
    calls: [['write_file', '{"content": "a </tool_call> b <tool_call> {\\"name\\": "}']],
    codes: [],
  },
  {
    name: 'P3 brackets and escaped quotes in strings',
    raw: '<tool_call>{"name":"write_file","arguments":{"content":"}]{[\\"}\\\\"}}</tool_call>x',
    content: 'x',
    calls: [['write_file', '{"content":"}]{[\\"}\\\\"}']],
  },
  {
    name: 'P3 a closer as the whole string, as a key, and in nested values',
    raw: '<tool_call>{"name":"write_file","arguments":{"</tool_call>":["</tool_call>",{"a":"</tool_call>"}]}}</tool_call>',
    calls: [['write_file', '{"</tool_call>":["</tool_call>",{"a":"</tool_call>"}]}']],
  },
  {
    name: 'P3 a list of tool calls in a string under jamba',
    raw: '<tool_calls>[{"name": "write_file", "arguments": {"content": "]</tool_calls>"}}]</tool_calls>',
    options: { format: 'jamba' },
    calls: [['write_file', '{"content": "]</tool_calls>"}']],
  },
])

describeCases('P3 seed_oss has tags of its own', { ...qwen, format: 'seed_oss' }, [
  {
    name: "P3 another format's wrapper closer is text",
    raw: '<seed:tool_call>\n<function=write_file>\n<parameter=content>v</parameter></tool_call></parameter>\n</function>\n</seed:tool_call>',
    calls: [['write_file', text({ content: 'v</parameter></tool_call>' })]],
  },
  {
    name: 'P3 its own wrapper closer ends a call',
    raw: '<seed:tool_call>\n<function=write_file>\n<parameter=content>v</function></seed:tool_call>',
    calls: [['write_file', '{"content":"v"}', 'repaired']],
  },
])
