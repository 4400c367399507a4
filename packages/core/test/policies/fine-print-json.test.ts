import { describeCases } from './cases.ts'
import { hermes, jsonCall, wrapped } from './documents.ts'

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
    name: 'FP26 a comma between the objects is no text',
    raw: wrapped('{"name": "list_files", "arguments": {}},\n{"name": "list_files", "arguments": {}}'),
    calls: [
      ['list_files', '{}'],
      ['list_files', '{}'],
    ],
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

describeCases('jamba lists', { ...hermes, format: 'jamba' }, [
  {
    name: 'jamba: an empty list is content',
    raw: '<tool_calls>[]</tool_calls>',
    content: '<tool_calls>[]</tool_calls>',
  },
  {
    name: 'jamba: one object without a list',
    raw: '<tool_calls>{"name": "list_files", "arguments": {}}</tool_calls>',
    calls: [['list_files', '{}']],
  },
  {
    name: 'jamba: two blocks',
    raw: '<tool_calls>[{"name": "list_files", "arguments": {}}]</tool_calls>\n<tool_calls>[{"name": "list_files", "arguments": {}}]</tool_calls>',
    calls: [
      ['list_files', '{}'],
      ['list_files', '{}'],
    ],
    codes: [],
  },
  {
    name: 'jamba: cut inside the second call',
    raw: '<tool_calls>[{"name": "list_files", "arguments": {}}, {"name": "write_file", "arguments": {"content": "x',
    finish: 'length',
    calls: [
      ['list_files', '{}'],
      ['write_file', '{"content": "x', 'truncated'],
    ],
  },
  {
    name: 'FP23 jamba: cut before the second call opens',
    raw: '<tool_calls>[{"name": "list_files", "arguments": {}}, {"name": "wri',
    finish: 'length',
    content: '{"name": "wri',
    calls: [['list_files', '{}']],
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
