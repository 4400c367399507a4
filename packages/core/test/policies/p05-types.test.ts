import { describeCases } from './cases.ts'
import { hermes, qwen, text, tool, xmlCall } from './documents.ts'

const base = {
  ...qwen,
  tools: [
    tool('f', {
      text: { type: 'string' },
      port: { type: 'integer' },
      flag: { type: 'boolean' },
      maybe: { type: ['string', 'null'] },
      items: { type: 'array', items: { type: 'string' } },
    }),
  ],
}

describeCases('P5 types come from the schema', base, [
  ...['null', '8080', 'true', 'None', '{"a":1}', '[1]', '1e5', '"quoted"'].map((value) => ({
    name: `P5 a pure string is never coerced: ${value}`,
    raw: xmlCall('f', ['text', value]),
    calls: [['f', text({ text: value })] as const],
    codes: [],
  })),
  {
    name: 'P5 scalars by their types',
    raw: xmlCall('f', ['port', '8080'], ['flag', 'True'], ['maybe', 'null'], ['items', '["a"]']),
    calls: [['f', '{"port":8080,"flag":true,"maybe":null,"items":["a"]}']],
    codes: [],
  },
  {
    name: 'P5 an unknown parameter is a string',
    raw: xmlCall('f', ['other', '8080']),
    calls: [['f', '{"other":"8080"}']],
  },
  {
    name: 'P5 an unknown tool has only strings',
    raw: xmlCall('g', ['port', '8080']),
    calls: [['g', '{"port":"8080"}']],
    codes: ['unknown-tool'],
  },
  {
    name: 'P5 without tools all values are strings',
    raw: xmlCall('f', ['port', '8080'], ['flag', 'true']),
    options: { tools: undefined },
    calls: [['f', '{"port":"8080","flag":"true"}']],
    codes: [],
  },
  {
    name: 'P5 a tool without parameters',
    raw: xmlCall('h', ['port', '8080']),
    options: { tools: [{ type: 'function', function: { name: 'h' } }] },
    calls: [['h', '{"port":"8080"}']],
  },
  {
    name: 'P5 what does not fit becomes a string with a diagnostic',
    raw: xmlCall('f', ['port', '2026-01-15'], ['flag', 'yes']),
    calls: [['f', '{"port":"2026-01-15","flag":"yes"}']],
    codes: ['value-type'],
  },
  {
    name: 'FP19 a typing fallback leaves the call complete',
    raw: xmlCall('f', ['items', 'a, b']),
    calls: [['f', '{"items":"a, b"}', 'complete']],
    codes: ['value-type'],
  },
  {
    name: 'P5 typed values of a value that nothing closes but the next tag',
    raw: '<tool_call>\n<function=f>\n<parameter=port>\n80\n<parameter=flag>\nfalse\n</function>\n</tool_call>',
    calls: [['f', '{"port":80,"flag":false}', 'repaired']],
  },
  {
    name: 'P5 seed_oss writes Python spelling inline',
    raw: "<seed:tool_call>\n<function=f>\n<parameter=flag>True</parameter>\n<parameter=items>['a', None]</parameter>\n</function>\n</seed:tool_call>",
    options: { format: 'seed_oss' },
    calls: [['f', { value: { flag: true, items: ['a', null] } }]],
  },
  ...['mimo', 'step3p5', 'nemotron_v3'].map((format) => ({
    name: `P5 ${format} is typed alike`,
    raw: xmlCall('f', ['port', '3'], ['maybe', 'x']),
    options: { format, reasoning: 'tags' as const },
    calls: [['f', '{"port":3,"maybe":"x"}'] as const],
  })),
])

describeCases('FP24 JSON bodies are not typed by the schema', { ...hermes, tools: base.tools }, [
  {
    name: 'FP24 a number for a string and text for an integer stay',
    raw: '<tool_call>\n{"name": "f", "arguments": {"text": 5, "port": "80", "flag": "true"}}\n</tool_call>',
    calls: [['f', '{"text": 5, "port": "80", "flag": "true"}']],
    codes: [],
  },
  {
    name: 'FP24 a JSON text for a string parameter stays a string (R7)',
    raw: '<tool_call>\n{"name": "f", "arguments": {"text": "{\\"a\\": 1}"}}\n</tool_call>',
    calls: [['f', '{"text": "{\\"a\\": 1}"}']],
    codes: [],
  },
  {
    name: 'FP24 NaN for a string parameter is its text (R13)',
    raw: '<tool_call>\n{"name": "f", "arguments": {"text": NaN, "port": NaN}}\n</tool_call>',
    calls: [['f', '{"text": "NaN", "port": null}', 'repaired']],
  },
])
