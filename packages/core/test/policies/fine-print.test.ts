import { describe, expect, it } from 'vitest'
import { detectFormat, findFormat, formats, parseToolCalls } from '../../src/index.ts'
import { describeCases } from './cases.ts'
import {
  functionBlock,
  hermes,
  jsonCall,
  oslo,
  osloArguments,
  qwen,
  text,
  tools,
  wrapped,
  xmlCall,
} from './documents.ts'

const call = ['get_weather', osloArguments] as const
const body = functionBlock('get_weather', ['city', 'Oslo'])

describeCases('FP5 doubled openers and stray closers', qwen, [
  {
    name: 'FP5 a doubled opener is absorbed',
    raw: `<tool_call>\n${oslo}`,
    calls: [call],
    codes: ['doubled-opener'],
  },
  {
    name: 'FP5 an opener written three times, without white space',
    raw: `<tool_call><tool_call>${oslo}`,
    calls: [call],
    codes: ['doubled-opener'],
  },
  {
    name: 'FP5 a doubled opener with no call is text',
    raw: '<tool_call>\n<tool_call>\nx',
    content: '<tool_call>\n<tool_call>\nx',
  },
  {
    name: 'FP5 a doubled opener and a doubled closer',
    raw: `<tool_call>\n${oslo}\n</tool_call>`,
    calls: [call],
    codes: ['doubled-opener', 'stray-closer'],
  },
  {
    name: 'FP5 a stray closer before any call is text',
    raw: `</tool_call>\n${oslo}`,
    content: '</tool_call>',
    calls: [call],
  },
  {
    name: 'FP5 a stray closer without any call is text',
    raw: 'a </tool_call> b',
    content: 'a </tool_call> b',
    codes: [],
  },
  {
    name: 'FP5 a stray closer after a call is absorbed',
    raw: `${oslo}\n</tool_call>`,
    calls: [call],
    codes: ['stray-closer'],
  },
  {
    name: 'FP5 a stray closer between two calls',
    raw: `${oslo}\n</tool_call>\n${oslo}`,
    calls: [call, call],
    codes: ['stray-closer'],
  },
  {
    name: 'FP5 a closer in later prose is absorbed too, the prose stays',
    raw: `${oslo}\nDone </tool_call> now.`,
    content: '\nDone  now.',
    calls: [call],
    codes: ['stray-closer'],
  },
])

describeCases('FP7 names', qwen, [
  {
    name: 'FP7 a name is trimmed',
    raw: oslo.replace('=get_weather', '= get_weather '),
    calls: [['get_weather', osloArguments]],
  },
  {
    name: 'FP7 a parameter name is trimmed',
    raw: oslo.replace('=city', '=\tcity '),
    calls: [['get_weather', osloArguments]],
  },
  // `repaired` stands in the sentence on the two mended forms; trimming and quotes are the format's tolerance and leave the call complete.
  {
    name: 'FP7 one pair of quotes is removed from a parameter name',
    raw: oslo.replace('=city', '="city"'),
    calls: [['get_weather', osloArguments]],
  },
  {
    name: 'FP7 one pair of quotes is removed from a function name',
    raw: oslo.replace('=get_weather', "='get_weather'"),
    calls: [['get_weather', osloArguments]],
  },
  {
    name: 'FP7 only one pair',
    raw: oslo.replace('=city', '=""city""'),
    calls: [['get_weather', '{"\\"city\\"":"Oslo"}']],
  },
  {
    name: 'FP7 <function name> of a declared tool',
    raw: oslo.replace('<function=', '<function '),
    calls: [['get_weather', osloArguments, 'repaired']],
    codes: ['mended-tag'],
  },
  {
    name: 'FP7 <function name> of an undeclared tool is text',
    raw: '<tool_call>\n<function nope>\n</function>\n</tool_call>',
    content: '<tool_call>\n<function nope>\n</function>\n</tool_call>',
  },
  {
    name: 'FP7 <function name> is text where no tools are known',
    raw: '<tool_call>\n<function nope>\n</function>\n</tool_call>',
    options: { tools: undefined },
    content: '<tool_call>\n<function nope>\n</function>\n</tool_call>',
  },
  {
    name: 'FP7 <parameter=parameter=x> of a declared parameter',
    raw: oslo.replace('<parameter=', '<parameter=parameter='),
    calls: [['get_weather', osloArguments, 'repaired']],
    codes: ['mended-tag'],
  },
  {
    name: 'FP7 <parameter=parameter=x> of an undeclared parameter is its name',
    raw: xmlCall('get_weather', ['parameter=nope', '1']),
    calls: [['get_weather', '{"parameter=nope":"1"}']],
    codes: ['undeclared-parameter'],
  },
])

describeCases('FP11 tools: []', { ...qwen, tools: [] }, [
  { name: 'FP11 calls never', raw: `Hi.\n${oslo}\n`, content: `Hi.\n${oslo}\n` },
  { name: 'FP11 bare calls never', raw: body, content: body },
  { name: 'FP11 reasoning is split off', raw: `<think>a</think>\n\n${oslo}`, reasoning: 'a', content: oslo },
  {
    name: 'FP11 JSON bodies never',
    raw: jsonCall('f', '{}'),
    options: { format: 'hermes' },
    content: jsonCall('f', '{}'),
  },
  {
    name: 'FP11 lists of calls never',
    raw: '<tool_calls>[{"name": "f", "arguments": {}}]</tool_calls>',
    options: { format: 'jamba' },
    content: '<tool_calls>[{"name": "f", "arguments": {}}]</tool_calls>',
  },
])

describeCases('the other dialect in the wrapper', qwen, [
  {
    name: 'FP29 a JSON body under qwen3_coder is read with a diagnostic',
    raw: jsonCall('get_weather', '{"city": "Oslo", "days": "3"}'),
    calls: [['get_weather', '{"city": "Oslo", "days": "3"}', 'complete']],
    codes: ['other-dialect'],
  },
  {
    name: 'FP29 a JSON body without white space',
    raw: '<tool_call>{"name":"list_files","arguments":{}}</tool_call>',
    calls: [['list_files', '{}']],
    codes: ['other-dialect'],
  },
  {
    name: 'FP29 a broken JSON body under qwen3_coder',
    raw: jsonCall('get_weather', "{'city': 'Oslo',}"),
    calls: [['get_weather', '{"city": "Oslo"}', 'repaired']],
  },
  {
    name: 'FP29 a JSON text that is no call is content',
    raw: wrapped('{"a": 1}'),
    content: wrapped('{"a": 1}'),
  },
  {
    name: 'FP29 both dialects in turn',
    raw: `${jsonCall('list_files', '{}')}\n${oslo}`,
    calls: [['list_files', '{}'], call],
  },
  {
    name: 'FP29 a function body under hermes is read with a diagnostic',
    raw: oslo,
    options: { format: 'hermes' },
    calls: [call],
    codes: ['other-dialect'],
  },
  {
    name: 'FP29 a function body under hermes is typed by the schema',
    raw: xmlCall('get_weather', ['city', '5'], ['days', '3']),
    options: { format: 'hermes' },
    calls: [['get_weather', '{"city":"5","days":3}']],
  },
  {
    name: 'FP29 a bare function under hermes is content',
    raw: `Hi.\n${body}`,
    options: { format: 'hermes' },
    content: `Hi.\n${body}`,
    codes: [],
  },
  {
    name: 'FP29 a doubled opener under hermes is absorbed',
    raw: `<tool_call>\n${jsonCall('list_files', '{}')}`,
    options: { format: 'hermes' },
    calls: [['list_files', '{}']],
    codes: ['doubled-opener'],
  },
  {
    name: 'FP29 a JSON body under seed_oss',
    raw: '<seed:tool_call>{"name": "list_files", "arguments": {}}</seed:tool_call>',
    options: { format: 'seed_oss' },
    calls: [['list_files', '{}']],
    codes: ['other-dialect'],
  },
])

describeCases('FP23 when a JSON call opens', hermes, [
  {
    name: 'FP23 a name and no arguments yet: content',
    raw: '<tool_call>\n{"name": "list_files"',
    content: '<tool_call>\n{"name": "list_files"',
  },
  {
    name: 'FP23 arguments and no name yet: content',
    raw: '<tool_call>\n{"arguments": {"a": 1}, "na',
    content: '<tool_call>\n{"arguments": {"a": 1}, "na',
  },
  {
    name: 'FP23 the envelope has ended: no arguments',
    raw: '<tool_call>\n{"name": "list_files"}',
    calls: [['list_files', '{}', 'repaired']],
  },
  {
    name: 'FP23 arguments that are a list: content, also before the name',
    raw: wrapped('{"arguments": [1], "name": "list_files"}'),
    content: wrapped('{"arguments": [1], "name": "list_files"}'),
  },
  {
    name: 'FP26 a bad call among good ones comes back as its own text',
    raw: `${jsonCall('list_files', '{}')}\n${jsonCall('list_files', '[1]')}\n${jsonCall('list_files', '{}')}`,
    content: `\n${jsonCall('list_files', '[1]')}`,
    calls: [
      ['list_files', '{}'],
      ['list_files', '{}'],
    ],
  },
  {
    name: 'FP23 a failure in arguments that wait for their name: content',
    raw: wrapped('{"arguments": {"a": 1/6}, "name": "list_files"}'),
    content: wrapped('{"arguments": {"a": 1/6}, "name": "list_files"}'),
  },
  {
    name: 'FP23 a failure after the start ends truncated',
    raw: wrapped('{"name": "list_files", "arguments": {"a": x}}'),
    calls: [['list_files', /^\{/, 'truncated']],
    codes: ['json-unreadable'],
  },
])

describeCases('FP26 several objects in one wrapper', hermes, [
  {
    name: 'FP26 each object with a name is a call',
    raw: wrapped('{"name": "list_files", "arguments": {}}\n{"name": "get_weather", "arguments": {"city": "Oslo"}}'),
    calls: [
      ['list_files', '{}'],
      ['get_weather', '{"city": "Oslo"}'],
    ],
  },
  {
    name: 'FP26 other text in an open wrapper is dropped text',
    raw: wrapped('{"name": "list_files", "arguments": {}}\nand\n{"name": "list_files", "arguments": {}}'),
    calls: [
      ['list_files', '{}'],
      ['list_files', '{}'],
    ],
    codes: ['stray-text'],
  },
  {
    name: 'FP34 a nameless object beside a call is dropped text',
    raw: wrapped('{"name": "list_files", "arguments": {}}\n{"note": "x"}'),
    calls: [['list_files', '{}']],
  },
  {
    name: 'FP34 a nameless object before a call is dropped text',
    raw: wrapped('{"note": "x"}\n{"name": "list_files", "arguments": {}}'),
    calls: [['list_files', '{}']],
  },
  {
    name: 'FP34 a wrapper in which no call opens is content whole',
    raw: `Hi.\n${wrapped('{"note": "x"}\n{"note": "y"}')}\n`,
    content: `Hi.\n${wrapped('{"note": "x"}\n{"note": "y"}')}\n`,
  },
  {
    name: 'FP26 jamba: each element with a name is a call',
    raw: '<tool_calls>[{"name": "list_files", "arguments": {}}, {"name": "list_files", "arguments": {}}]</tool_calls>',
    options: { format: 'jamba' },
    calls: [
      ['list_files', '{}'],
      ['list_files', '{}'],
    ],
    codes: [],
  },
  {
    name: 'FP34 jamba: a nameless element beside a call is dropped text',
    raw: '<tool_calls>[{"note": "x"}, {"name": "list_files", "arguments": {}}]</tool_calls>',
    options: { format: 'jamba' },
    calls: [['list_files', '{}']],
  },
  {
    name: 'FP34 jamba: a list without any call is content',
    raw: '<tool_calls>[{"note": "x"}, 5]</tool_calls>',
    options: { format: 'jamba' },
    content: '<tool_calls>[{"note": "x"}, 5]</tool_calls>',
  },
  {
    name: 'FP26 jamba: an element that fails, its sibling lives',
    raw: '<tool_calls>[{"name": "list_files", "arguments": {"a": 1/6}}, {"name": "list_files", "arguments": {}}]</tool_calls>',
    options: { format: 'jamba' },
    calls: [
      ['list_files', /^\{/, 'truncated'],
      ['list_files', '{}'],
    ],
  },
])

describeCases('FP30 granite4 and its kin', { ...hermes, format: 'granite4' }, [
  {
    name: 'FP30 text outside the tags is content',
    raw: 'First<tool_call>{"name": "list_files", "arguments": {}}</tool_call>\nthen\n<tool_call>{"name": "list_files", "arguments": {}}</tool_call> end',
    content: 'First\nthen end',
    calls: [
      ['list_files', '{}'],
      ['list_files', '{}'],
    ],
  },
  {
    name: 'granite4: arguments as a JSON string',
    raw: wrapped('{"name": "get_weather", "arguments": "{\\"city\\": \\"Oslo\\"}"}'),
    calls: [['get_weather', '{"city": "Oslo"}']],
  },
])

describeCases('unknownTools', qwen, [
  {
    name: "unknown tools: 'forward' passes them on with a diagnostic",
    raw: xmlCall('nope', ['a', '1']),
    calls: [['nope', '{"a":"1"}']],
    codes: ['unknown-tool'],
  },
  {
    name: "unknown tools: 'content' gives the text back",
    raw: `Hi.\n${xmlCall('nope', ['a', '1'])}\nDone.`,
    options: { unknownTools: 'content' },
    content: `Hi.\n${xmlCall('nope', ['a', '1'])}\nDone.`,
  },
  {
    name: "unknown tools: 'content' beside a known one",
    raw: `${xmlCall('nope', ['a', '1'])}\n${oslo}`,
    options: { unknownTools: 'content' },
    content: xmlCall('nope', ['a', '1']),
    calls: [call],
  },
  {
    // Fine print 5 absorbs a stray closer after a call; this one belongs to the opener that came back as text (guarantee 4).
    name: "unknown tools: 'content' after a known one comes back byte for byte",
    raw: `${oslo}\n${xmlCall('nope', ['a', '1'])}\nDone.`,
    options: { unknownTools: 'content' },
    content: `\n${xmlCall('nope', ['a', '1'])}\nDone.`,
    calls: [call],
  },
  {
    name: "unknown tools: 'content' of a JSON body",
    raw: `${jsonCall('nope', '{"a": 1}')}\n${jsonCall('list_files', '{}')}`,
    options: { format: 'hermes', unknownTools: 'content' },
    content: jsonCall('nope', '{"a": 1}'),
    calls: [['list_files', '{}']],
  },
  {
    name: 'unknown tools: without tools nothing is unknown',
    raw: xmlCall('nope'),
    options: { tools: undefined, unknownTools: 'content' },
    calls: [['nope', '{}']],
    codes: [],
  },
])

const example = `\`\`\`xml\n${oslo}\n\`\`\``

describeCases('FP31 fences', qwen, [
  {
    name: 'FP31 a call in a fence is content',
    raw: `So:\n${example}\nDone.`,
    content: `So:\n${example}\nDone.`,
    codes: [],
  },
  { name: 'FP31 tildes count', raw: `~~~\n${oslo}\n~~~`, content: `~~~\n${oslo}\n~~~` },
  { name: 'FP31 an unclosed fence counts', raw: `\`\`\`\n${oslo}`, content: `\`\`\`\n${oslo}` },
  { name: 'FP31 a call after a closed fence', raw: `${example}\n\n${oslo}`, content: example, calls: [call] },
  {
    name: 'FP31 inline back-ticks do not count',
    raw: `Use \`x\` and \`\`\`y\`\`\`:\n${oslo}`,
    content: 'Use `x` and ```y```:',
    calls: [call],
  },
  {
    name: 'FP31 a bare call in a fence is content',
    raw: `\`\`\`\n${body}\n\`\`\`\n`,
    content: `\`\`\`\n${body}\n\`\`\`\n`,
  },
  { name: 'FP31 tildes do not close back-ticks', raw: `\`\`\`\n~~~\n${oslo}`, content: `\`\`\`\n~~~\n${oslo}` },
  {
    name: 'FP31 a shorter fence does not close a longer one',
    raw: `\`\`\`\`\n\`\`\`\n${oslo}`,
    content: `\`\`\`\`\n\`\`\`\n${oslo}`,
  },
  {
    name: 'FP31 a longer fence closes',
    raw: `\`\`\`\nx\n\`\`\`\`\`\n${oslo}`,
    content: '```\nx\n`````',
    calls: [call],
  },
  {
    name: 'FP31 a closing fence has no text behind it',
    raw: `\`\`\`\nx\n\`\`\` y\n${oslo}`,
    content: `\`\`\`\nx\n\`\`\` y\n${oslo}`,
  },
  { name: 'FP31 an indent of three blanks is a fence', raw: `   \`\`\`\n${oslo}`, content: `   \`\`\`\n${oslo}` },
  { name: 'FP31 an indent of four is none', raw: `    \`\`\`\n${oslo}`, content: '    ```', calls: [call] },
  {
    name: 'FP31 CRLF',
    raw: `\`\`\`\r\n${oslo}\r\n\`\`\`\r\n${oslo}`,
    content: `\`\`\`\r\n${oslo}\r\n\`\`\``,
    calls: [call],
  },
  { name: 'FP31 two back-ticks are no fence', raw: `\`\`\n${oslo}`, content: '``', calls: [call] },
  {
    name: 'FP31 a fence in an argument does not count',
    raw: `${xmlCall('write_file', ['content', '```\nx'])}\n${oslo}`,
    calls: [['write_file', text({ content: '```\nx' })], call],
  },
  {
    name: "FP31 'extract': the call is real, the fence lines stay content",
    raw: `So:\n${example}\nDone.`,
    options: { fencedCalls: 'extract' },
    content: 'So:\n```xml\n```\nDone.',
    calls: [call],
  },
  {
    name: 'FP31 a JSON call in a fence is content',
    raw: `\`\`\`\n${jsonCall('list_files', '{}')}\n\`\`\``,
    options: { format: 'hermes' },
    content: `\`\`\`\n${jsonCall('list_files', '{}')}\n\`\`\``,
  },
  {
    name: 'FP31 a list of calls in a fence is content',
    raw: '```\n<tool_calls>[{"name": "list_files", "arguments": {}}]</tool_calls>\n```',
    options: { format: 'jamba' },
    content: '```\n<tool_calls>[{"name": "list_files", "arguments": {}}]</tool_calls>\n```',
  },
])

describeCases('CRLF documents', qwen, [
  {
    name: 'CRLF a whole Qwen document',
    raw: `<think>\r\nPlan.\r\n</think>\r\n\r\nHi.\r\n\r\n${xmlCall('get_weather', ['city', 'Oslo'], ['days', '3']).replaceAll('\n', '\r\n')}\r\n`,
    reasoning: 'Plan.',
    content: 'Hi.',
    calls: [['get_weather', '{"city":"Oslo","days":3}']],
    codes: [],
  },
  {
    name: 'CRLF a whole hermes document',
    raw: '<tool_call>\r\n{"name": "list_files",\r\n "arguments": {\r\n}}\r\n</tool_call>\r\n',
    options: { format: 'hermes' },
    calls: [['list_files', '{\r\n}']],
    codes: [],
  },
])

describe('FP20 and FP21 format ids', () => {
  const ids = [
    'qwen3_coder',
    'mimo',
    'seed_oss',
    'step3p5',
    'nemotron_v3',
    'hermes',
    'qwen25',
    'granite4',
    'longcat',
    'jamba',
  ]

  it('FP20 FP21 every id of the two families is there', () => {
    expect(formats.map((format) => format.id)).toEqual(expect.arrayContaining(ids))
  })

  it('FP20 FP21 aliases read as their format', () => {
    expect(findFormat('qwen3_xml').id).toBe('qwen3_coder')
    expect(findFormat('qwen').id).toBe('hermes')
    expect(findFormat('qwen3').id).toBe('hermes')
    expect(findFormat('apriel').id).toBe('jamba')
    expect(parseToolCalls(oslo, { format: 'qwen3_xml', tools }).toolCalls).toHaveLength(1)
  })

  it('FP20 an unknown id is refused with the nearest one', () => {
    expect(() => findFormat('qwen3_code')).toThrow(TypeError)
    expect(() => findFormat('qwen3_code')).toThrow(/qwen3_coder/)
    expect(() => parseToolCalls('', { format: 'hermess' })).toThrow(/hermes/)
  })

  it('FP21 detectFormat reads the first marker', () => {
    expect(detectFormat(`Hi.\n${oslo}`)).toBe('qwen3_coder')
    expect(detectFormat(jsonCall('f', '{}'))).toBe('hermes')
    expect(detectFormat('<tool_calls>[{"name": "f", "arguments": {}}]</tool_calls>')).toBe('jamba')
    expect(detectFormat('Hi.')).toBe(undefined)
  })
})
