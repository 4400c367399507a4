import { describe, expect, it } from 'vitest'
import { detectFormat, findFormat, formats, parseToolCalls } from '../../src/index.ts'
import { describeCases } from './cases.ts'
import { functionBlock, jsonCall, oslo, osloArguments, qwen, tools, wrapped, xmlCall } from './documents.ts'

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

describeCases('FP5 prose about markers after a call', qwen, [
  {
    // The closer is no stray one: it belongs to the opener that came back as text (guarantee 4).
    name: 'FP5 an opener and its closer in later prose are text',
    raw: `${oslo}\nThe <tool_call> tag ends with </tool_call>.`,
    content: '\nThe <tool_call> tag ends with </tool_call>.',
    calls: [call],
    codes: [],
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
    for (const alias of ['qwen3_xml', 'qwen3_5', 'qwen3_6', 'qwen3_8']) expect(findFormat(alias).id).toBe('qwen3_coder')
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
