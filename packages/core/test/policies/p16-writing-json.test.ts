import { describeCases } from './cases.ts'
import { hermes, jsonCall, qwen, text, write, xmlCall } from './documents.ts'

const controls = Array.from({ length: 32 }, (_, code) => String.fromCharCode(code)).join('')
const escaped =
  '\\u0000\\u0001\\u0002\\u0003\\u0004\\u0005\\u0006\\u0007\\b\\t\\n\\u000b\\f\\r\\u000e\\u000f' +
  '\\u0010\\u0011\\u0012\\u0013\\u0014\\u0015\\u0016\\u0017\\u0018\\u0019\\u001a\\u001b\\u001c\\u001d\\u001e\\u001f'

describeCases('P16 what is written is compact', qwen, [
  {
    name: 'P16 no blanks, keys in order of appearance',
    raw: xmlCall('get_weather', ['days', '3'], ['city', 'Oslo']),
    calls: [['get_weather', '{"days":3,"city":"Oslo"}']],
  },
  { name: 'P16 quotes', raw: write('"a"'), calls: [['write_file', '{"content":"\\"a\\""}']] },
  { name: 'P16 backslashes', raw: write('\\ \\\\ \\n'), calls: [['write_file', '{"content":"\\\\ \\\\\\\\ \\\\n"}']] },
  { name: 'P16 a slash is not escaped', raw: write('a/b</a>'), calls: [['write_file', '{"content":"a/b</a>"}']] },
  { name: 'P16 all C0 controls', raw: write(`x${controls}x`), calls: [['write_file', `{"content":"x${escaped}x"}`]] },
  {
    name: 'P16 DEL, C1, NBSP, U+2028, U+2029 and BOM as they are',
    raw: write('\u007f\u0085\u00a0\u2028\u2029\ufeff'),
    calls: [['write_file', '{"content":"\u007f\u0085\u00a0\u2028\u2029\ufeff"}']],
  },
  {
    name: 'P16 non-ASCII as it is',
    raw: write('São 東京 🌍 é'),
    calls: [['write_file', '{"content":"São 東京 🌍 é"}']],
  },
  {
    name: 'FP12 a lone high surrogate',
    raw: write('a\ud83db'),
    calls: [['write_file', '{"content":"a\\ud83db"}']],
  },
  { name: 'FP12 a lone low surrogate', raw: write('a\udc00b'), calls: [['write_file', '{"content":"a\\udc00b"}']] },
  {
    name: 'FP12 halves in the wrong order',
    raw: write('\udf0d\ud83c'),
    calls: [['write_file', '{"content":"\\udf0d\\ud83c"}']],
  },
  {
    name: 'FP12 two high halves and a pair',
    raw: write('\ud83c\ud83c\udf0d'),
    calls: [['write_file', '{"content":"\\ud83c🌍"}']],
  },
  {
    name: 'P16 keys are escaped alike',
    raw: xmlCall('write_file', ['a"\\\té', 'x']),
    calls: [['write_file', '{"a\\"\\\\\\té":"x"}']],
  },
  {
    name: 'P16 valid JSON of the model is copied, blanks too',
    raw: xmlCall('f', ['o', '{ "a" : [ 1.0, "\\u00e9\\/" ] }']),
    options: {
      tools: [{ type: 'function', function: { name: 'f', parameters: { properties: { o: { type: 'object' } } } } }],
    },
    calls: [['f', '{"o":{ "a" : [ 1.0, "\\u00e9\\/" ] }}']],
    codes: [],
  },
])

describeCases('P16 what the model wrote as valid JSON is copied', hermes, [
  ...[
    '{"a":1}',
    '{ "a" : 1 , "b" : [ ] }',
    '{\n  "a": {\n    "b": null\n  }\n}',
    '{"n":[-0,1E+5,1e400,12345678901234567890,0.10]}',
    '{"s":"\\u00e9\\u000A\\/\\b\\f\\n\\r\\t\\"\\\\"}',
    '{"s":"\\ud83d\\ude00 \\ud83d \\uDE00"}',
    '{"s":"é 🌍 \u2028\u007f"}',
    '{"10":1,"9":2,"__proto__":3}',
    '{"":{"":[[[]]]}}',
    '{"a":true,"b":false,"c":null}',
    '{"name":"x","arguments":{"a":"b"}}',
    '{"a":"\'","b":"it\'s"}',
  ].map((argumentText) => ({
    name: `P16 ${argumentText.replaceAll('\n', ' ')}`,
    raw: jsonCall('write_file', argumentText),
    calls: [['write_file', argumentText] as const],
    codes: [],
  })),
  {
    name: 'P16 arguments before the name are copied too',
    raw: '<tool_call>\n{"arguments": { "a" : "\\u00e9" }, "name": "write_file"}\n</tool_call>',
    calls: [['write_file', '{ "a" : "\\u00e9" }']],
    codes: [],
  },
  {
    name: 'FP34 in a repaired body the blanks are copied',
    raw: jsonCall('write_file', "{ 'a' : [ True , 2 ] }"),
    calls: [['write_file', '{ "a" : [ true , 2 ] }', 'repaired']],
  },
  {
    name: 'P16 rewritten strings use the same escapes',
    raw: jsonCall('write_file', `{'s': 'é "x" ${'\u0001\n\b'}'}`),
    calls: [['write_file', `{"s": ${text('é "x" \u0001\n\b')}}`, 'repaired']],
  },
])
