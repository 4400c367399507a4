import { describeCases } from './cases.ts'
import { hermes, jsonCall, oslo, osloArguments, qwen, wrapped, xmlCall } from './documents.ts'

describeCases('P9 duplicates', qwen, [
  {
    name: 'P9 the first value wins',
    raw: xmlCall('get_weather', ['city', 'Oslo'], ['city', 'Rome']),
    calls: [['get_weather', osloArguments, 'complete']],
    codes: ['duplicate-parameter'],
  },
  {
    name: 'P9 the first value wins between others',
    raw: xmlCall('get_weather', ['city', 'Oslo'], ['city', 'Rome'], ['days', '3'], ['days', '4']),
    calls: [['get_weather', '{"city":"Oslo","days":3}']],
    codes: ['duplicate-parameter'],
  },
  {
    name: 'P9 an undeclared parameter twice',
    raw: xmlCall('get_weather', ['x', '1'], ['x', '2']),
    calls: [['get_weather', '{"x":"1"}']],
    codes: ['duplicate-parameter'],
  },
  {
    name: 'P9 names that differ in case are two',
    raw: xmlCall('get_weather', ['city', 'Oslo'], ['City', 'Rome']),
    calls: [['get_weather', '{"city":"Oslo","City":"Rome"}']],
  },
  {
    name: 'P9 __proto__ twice',
    raw: xmlCall('get_weather', ['__proto__', '1'], ['__proto__', '2']),
    calls: [['get_weather', '{"__proto__":"1"}']],
    codes: ['duplicate-parameter'],
  },
  {
    name: 'P9 a second call may use the same parameters',
    raw: `${oslo}\n${xmlCall('get_weather', ['city', 'Rome'])}`,
    calls: [
      ['get_weather', osloArguments],
      ['get_weather', '{"city":"Rome"}'],
    ],
    codes: [],
  },
  {
    name: 'P9 two equal calls are two calls',
    raw: `${oslo}\n${oslo}`,
    calls: [
      ['get_weather', osloArguments],
      ['get_weather', osloArguments],
    ],
    codes: [],
  },
  {
    // The open value of the duplicate goes nowhere, but more might have come: the call is not whole (P7).
    name: 'P9 a duplicate that is open at the end',
    raw: '<tool_call>\n<function=get_weather>\n<parameter=city>\nOslo\n</parameter>\n<parameter=city>\nRo',
    finish: 'length',
    calls: [['get_weather', '{"city":"Oslo"', 'truncated']],
  },
])

describeCases('FP24 duplicates in JSON bodies', hermes, [
  {
    name: 'FP24 duplicate keys inside the arguments are copied',
    raw: jsonCall('get_weather', '{"city": "Oslo", "city": "Rome"}'),
    calls: [['get_weather', '{"city": "Oslo", "city": "Rome"}', 'complete']],
    codes: ['duplicate-key'],
  },
  {
    name: 'FP24 the first name wins',
    raw: wrapped('{"name": "get_weather", "name": "list_files", "arguments": {}}'),
    calls: [['get_weather', '{}']],
  },
  {
    name: 'FP24 the first arguments win',
    raw: wrapped('{"name": "get_weather", "arguments": {"city": "Oslo"}, "arguments": {"city": "Rome"}}'),
    calls: [['get_weather', '{"city": "Oslo"}']],
  },
  {
    name: 'FP24 the first arguments win before the name',
    raw: wrapped('{"arguments": {"city": "Oslo"}, "arguments": {"city": "Rome"}, "name": "get_weather"}'),
    calls: [['get_weather', '{"city": "Oslo"}']],
  },
  {
    name: 'P9 two equal calls are two calls',
    raw: `${jsonCall('list_files', '{}')}\n${jsonCall('list_files', '{}')}`,
    calls: [
      ['list_files', '{}'],
      ['list_files', '{}'],
    ],
    codes: [],
  },
  {
    name: 'FP26 an equal copy in one wrapper is a call too',
    raw: wrapped('{"name": "list_files", "arguments": {}}\n{"name": "list_files", "arguments": {}}'),
    calls: [
      ['list_files', '{}'],
      ['list_files', '{}'],
    ],
  },
])
