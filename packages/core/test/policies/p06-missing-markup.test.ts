import { describeCases } from './cases.ts'
import { functionBlock, hermes, oslo, osloArguments, qwen, text, wrapped, xmlCall } from './documents.ts'

const start = '<tool_call>\n<function=get_weather>\n'
const city = '<parameter=city>\nOslo\n</parameter>\n'

describeCases('P6 missing markup is repaired', qwen, [
  { name: 'P6 nothing missing', raw: oslo, calls: [['get_weather', osloArguments, 'complete']], codes: [] },
  {
    name: 'P6 no value closer before the next tag',
    raw: `${start}<parameter=city>\nOslo\n<parameter=days>\n3\n</parameter>\n</function>\n</tool_call>`,
    calls: [['get_weather', '{"city":"Oslo","days":3}', 'repaired']],
    codes: ['missing-closer'],
  },
  {
    name: 'P6 no value closer before the function closer',
    raw: `${start}<parameter=city>\nOslo\n</function>\n</tool_call>`,
    calls: [['get_weather', osloArguments, 'repaired']],
    codes: ['missing-closer'],
  },
  {
    name: 'P6 no function closer',
    raw: `${start}${city}</tool_call>`,
    calls: [['get_weather', osloArguments, 'repaired']],
    codes: ['missing-closer'],
  },
  {
    name: 'P6 no function closer before the next call',
    raw: `${start}${city}</tool_call>\n${oslo}`,
    calls: [
      ['get_weather', osloArguments, 'repaired'],
      ['get_weather', osloArguments],
    ],
  },
  {
    name: 'P6 no wrapper closer at the end',
    raw: `${start}${city}</function>`,
    calls: [['get_weather', osloArguments, 'repaired']],
    codes: ['missing-closer'],
  },
  {
    name: 'P6 no wrapper closer before the next opener',
    raw: `${start}${city}</function>\n${oslo}`,
    calls: [
      ['get_weather', osloArguments, 'repaired'],
      ['get_weather', osloArguments],
    ],
  },
  {
    name: 'P6 no function closer and no wrapper closer before the next opener',
    raw: `${start}${city}${oslo}`,
    calls: [
      ['get_weather', osloArguments, 'repaired'],
      ['get_weather', osloArguments],
    ],
  },
  {
    name: 'P6 no function closer before the next function of the wrapper',
    raw: `${start}${city}${functionBlock('list_files')}\n</tool_call>`,
    calls: [
      ['get_weather', osloArguments, 'repaired'],
      ['list_files', '{}'],
    ],
  },
  {
    name: 'P6 no parameters and no function closer',
    raw: '<tool_call>\n<function=list_files>\n</tool_call>',
    calls: [['list_files', '{}', 'repaired']],
  },
  {
    name: 'P6 no parameters and only the opener at stop',
    raw: '<tool_call>\n<function=list_files>',
    calls: [['list_files', '{}', 'repaired']],
  },
  {
    name: 'P6 everything missing but the tags that open',
    raw: `${start}<parameter=city>\nOslo\n<parameter=days>\n3\n</tool_call>`,
    calls: [['get_weather', '{"city":"Oslo","days":3}', 'repaired']],
  },
  {
    // The first call lacks its closers; `</tool_call>` then belongs to the second.
    name: 'P6 the function closer and the wrapper closer missing between two calls of one tool',
    raw: `${start}${city}<function=get_weather>\n${city}</function>\n</tool_call>`,
    calls: [
      ['get_weather', osloArguments, 'repaired'],
      ['get_weather', osloArguments],
    ],
  },
  {
    name: 'P6 a missing opener leaves the call complete',
    raw: `Now.\n${functionBlock('list_files')}`,
    content: 'Now.',
    calls: [['list_files', '{}', 'complete']],
    codes: ['missing-opener'],
  },
  {
    name: 'FP6 text in a call outside every parameter is dropped text',
    raw: `${start}hm ${city}</function>\n</tool_call>`,
    calls: [['get_weather', osloArguments]],
    codes: ['stray-text'],
  },
  {
    name: 'FP6 text between the function closer and the wrapper closer is dropped text',
    raw: '<tool_call>\n<function=list_files>\n</function>\nok\n</tool_call>\nDone.',
    content: '\nDone.',
    calls: [['list_files', '{}']],
    codes: ['stray-text'],
  },
  {
    // Nothing follows the function closer that confirms it, so it and the text belong to the open value (fine print 1).
    name: 'FP1 text after the function closer of a call with a value',
    raw: `${start}${city}</function>\nok\n</tool_call>`,
    calls: [['get_weather', text({ city: 'Oslo\n</parameter>\n</function>\nok' }), 'repaired']],
  },
])

describeCases('P6 JSON bodies', hermes, [
  {
    name: 'P6 no wrapper closer at the end',
    raw: '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Oslo"}}',
    calls: [['get_weather', '{"city": "Oslo"}', 'repaired']],
    codes: ['missing-closer'],
  },
  {
    name: 'P6 no wrapper closer before the next opener',
    raw: `<tool_call>\n{"name": "list_files", "arguments": {}}\n${wrapped('{"name": "list_files", "arguments": {}}')}`,
    calls: [
      ['list_files', '{}', 'repaired'],
      ['list_files', '{}'],
    ],
  },
  {
    name: 'P6 the outer brace',
    raw: wrapped('{"name": "get_weather", "arguments": {"city": "Oslo"}'),
    calls: [['get_weather', '{"city": "Oslo"}', 'repaired']],
    codes: ['json-repair'],
  },
  {
    name: 'P6 the outer brace and the wrapper closer',
    raw: '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Oslo"}',
    calls: [['get_weather', '{"city": "Oslo"}', 'repaired']],
  },
  {
    name: 'P6 every JSON rewrite',
    raw: wrapped('{"name": "get_weather", "arguments": {"city": \'Oslo\'}}'),
    calls: [['get_weather', '{"city": "Oslo"}', 'repaired']],
    codes: ['json-repair'],
  },
  {
    name: 'FP32 jamba without its section closer is complete',
    raw: '<tool_calls>[{"name": "list_files", "arguments": {}}]',
    options: { format: 'jamba' },
    calls: [['list_files', '{}', 'complete']],
  },
  {
    name: 'FP32 jamba without the bracket of its array is complete',
    raw: '<tool_calls>[{"name": "list_files", "arguments": {}}</tool_calls>',
    options: { format: 'jamba' },
    calls: [['list_files', '{}', 'complete']],
  },
  {
    name: 'FP32 jamba without bracket and section closer is complete',
    raw: '<tool_calls>[{"name": "list_files", "arguments": {}}, {"name": "list_files", "arguments": {}}',
    options: { format: 'jamba' },
    calls: [
      ['list_files', '{}', 'complete'],
      ['list_files', '{}', 'complete'],
    ],
  },
  {
    name: 'FP10 jamba cut by length with only the section closer missing is complete',
    raw: '<tool_calls>[{"name": "list_files", "arguments": {}}]',
    options: { format: 'jamba' },
    finish: 'length',
    calls: [['list_files', '{}', 'complete']],
  },
  {
    name: 'FP32 granite4 without its special-token closer at stop is complete',
    raw: '<tool_call>{"name": "list_files", "arguments": {}}',
    options: { format: 'granite4' },
    calls: [['list_files', '{}', 'complete']],
  },
])

describeCases('FP10 ends by length', qwen, [
  {
    name: 'FP10 after the function closer: repaired',
    raw: `${start}${city}</function>`,
    finish: 'length',
    calls: [['get_weather', osloArguments, 'repaired']],
  },
  {
    name: 'FP10 in a piece of the wrapper closer: repaired',
    raw: `${start}${city}</function>\n</tool_c`,
    finish: 'length',
    calls: [['get_weather', osloArguments, 'repaired']],
  },
  {
    name: 'FP10 after a value closer parameters may be missing: truncated',
    raw: `${start}${city}`,
    finish: 'length',
    calls: [['get_weather', '{"city":"Oslo"', 'truncated']],
    codes: ['truncated'],
  },
  {
    name: 'FP6 a piece of a tag after a value closer at stop: repaired',
    raw: `${xmlCall('list_files')}\n<tool_call>\n<function=list_files>\n</func`,
    calls: [
      ['list_files', '{}'],
      ['list_files', '{}', 'repaired'],
    ],
  },
  {
    name: 'FP6 a piece of a tag at length: truncated',
    raw: '<tool_call>\n<function=list_files>\n</func',
    finish: 'length',
    calls: [['list_files', /^\{?$/, 'truncated']],
  },
  {
    // `</parameter>` and then a piece of a tag: only so can the piece stand outside every parameter, hence it counts as the end.
    name: 'FP6 a piece of a function closer after a value closer at stop: repaired',
    raw: `${start}${city}</func`,
    calls: [['get_weather', osloArguments, 'repaired']],
  },
  {
    name: 'FP6 a piece of a function closer after a value closer at length: truncated',
    raw: `${start}${city}</func`,
    finish: 'length',
    calls: [['get_weather', '{"city":"Oslo"', 'truncated']],
  },
  {
    name: 'FP6 a piece of the next parameter after a value closer at length: truncated',
    raw: `${start}${city}<parameter=da`,
    finish: 'length',
    calls: [['get_weather', '{"city":"Oslo"', 'truncated']],
  },
  {
    name: 'FP10 a JSON body with balanced arguments: repaired',
    raw: '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Oslo"}',
    options: { format: 'hermes' },
    finish: 'length',
    calls: [['get_weather', '{"city": "Oslo"}', 'repaired']],
  },
  {
    name: 'FP10 a JSON body with open arguments: truncated',
    raw: '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Oslo"',
    options: { format: 'hermes' },
    finish: 'length',
    calls: [['get_weather', '{"city": "Oslo"', 'truncated']],
  },
])
