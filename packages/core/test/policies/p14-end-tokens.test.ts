import { describe, expect, it } from 'vitest'
import { parseToolCalls } from '../../src/index.ts'
import { describeCases } from './cases.ts'
import { hermes, jsonCall, oslo, osloArguments, qwen, text, write, xmlCall } from './documents.ts'

const call = ['get_weather', osloArguments] as const
const codes = ['end-token'] as const

describeCases('P14 end tokens', qwen, [
  { name: 'P14 after text', raw: 'Hi.<|im_end|>', content: 'Hi.', codes },
  { name: 'P14 amid text', raw: 'Hi<|im_end|> you', content: 'Hi you', codes },
  { name: 'P14 alone', raw: '<|im_end|>', codes },
  { name: 'P14 two of them', raw: 'Hi.<|im_end|><|endoftext|>', content: 'Hi.', codes },
  { name: 'P14 a piece of one is text', raw: 'Hi.<|im_en', content: 'Hi.<|im_en', codes: [] },
  { name: 'P14 another token is text', raw: 'Hi.<|eot_id|>', content: 'Hi.<|eot_id|>', codes: [] },
  { name: 'P14 after a call', raw: `${oslo}<|im_end|>`, calls: [call], codes },
  { name: 'P14 after a call and a newline', raw: `${oslo}\n<|im_end|>\n`, calls: [call], codes },
  { name: 'P14 between calls', raw: `${oslo}\n<|im_end|>\n${oslo}`, calls: [call, call], codes },
  {
    name: 'P14 inside a call outside its values, the call stays complete (FP19)',
    raw: '<tool_call>\n<function=get_weather>\n<|im_end|>\n<parameter=city>\nOslo\n</parameter>\n</function>\n</tool_call>',
    calls: [['get_weather', osloArguments, 'complete']],
    codes,
  },
  {
    name: 'P14 inside a value it is data',
    raw: write('\na <|im_end|> b\n'),
    calls: [['write_file', text({ content: 'a <|im_end|> b' })]],
    codes: [],
  },
  {
    name: 'P14 inside a value before its closer it is data',
    raw: write('\na<|im_end|>\n'),
    calls: [['write_file', text({ content: 'a<|im_end|>' })]],
    codes: [],
  },
  {
    name: 'P14 inside an open value at the very end it is removed',
    raw: '<tool_call>\n<function=write_file>\n<parameter=content>\na <|im_end|> b<|im_end|>',
    calls: [['write_file', '{"content":"a <|im_end|> b', 'truncated']],
    codes,
  },
  {
    name: 'FP1 it counts as the end for a value closer',
    raw: '<tool_call>\n<function=get_weather>\n<parameter=city>\nOslo\n</parameter><|im_end|>',
    calls: [['get_weather', osloArguments, 'repaired']],
    codes,
  },
  {
    name: 'FP1 it counts as the end for a function closer',
    raw: '<tool_call>\n<function=get_weather>\n<parameter=city>\nOslo\n</function>\n<|im_end|>',
    calls: [['get_weather', osloArguments, 'repaired']],
    codes,
  },
  {
    name: 'FP1 it counts as the end for a wrapper closer',
    raw: '<tool_call>\n<function=get_weather>\n<parameter=city>\nOslo\n</tool_call><|im_end|>',
    calls: [['get_weather', osloArguments, 'repaired']],
    codes,
  },
  { name: 'P14 inside a thought', raw: '<think>a<|im_end|>b</think>c', reasoning: 'ab', content: 'c', codes },
  { name: 'FP11 tools: [] removes them too', raw: 'Hi.<|im_end|>', options: { tools: [] }, content: 'Hi.', codes },
  { name: 'P14 without tools', raw: 'Hi.<|im_end|>', options: { tools: undefined }, content: 'Hi.', codes },
  {
    name: 'P14 granite4 has its own',
    raw: `${jsonCall('list_files', '{}')}<|end_of_text|>`,
    options: { format: 'granite4' },
    calls: [['list_files', '{}']],
    codes,
  },
  {
    name: 'P14 an opener before an end token is text',
    raw: 'Hi. <tool_call><|im_end|>',
    content: 'Hi. <tool_call>',
    codes,
  },
])

describeCases('P14 end tokens of JSON bodies', hermes, [
  { name: 'P14 after a call', raw: `${jsonCall('list_files', '{}')}<|im_end|>`, calls: [['list_files', '{}']], codes },
  {
    name: 'P14 inside a string it is data',
    raw: jsonCall('write_file', '{"content": "a<|im_end|>b"}'),
    calls: [['write_file', '{"content": "a<|im_end|>b"}']],
    codes: [],
  },
  {
    name: 'P14 as a whole string it is data',
    raw: jsonCall('write_file', '{"content": "<|im_end|>"}'),
    calls: [['write_file', '{"content": "<|im_end|>"}']],
    codes: [],
  },
  {
    name: 'P14 inside an open string at the very end it is removed',
    raw: '<tool_call>\n{"name": "write_file", "arguments": {"content": "a<|im_end|>',
    calls: [['write_file', '{"content": "a', 'truncated']],
    codes,
  },
  {
    name: 'P14 in place of the closer',
    raw: '<tool_call>\n{"name": "list_files", "arguments": {}}<|im_end|>',
    calls: [['list_files', '{}', 'repaired']],
    codes,
  },
  {
    name: 'P14 in place of the outer brace and the closer',
    raw: '<tool_call>\n{"name": "list_files", "arguments": {}<|im_end|>',
    calls: [['list_files', '{}', 'repaired']],
    codes,
  },
])

describe('P14 counting', () => {
  it('P14 each removal is a diagnostic at its place', () => {
    const raw = `a<|im_end|>b<|im_end|>${xmlCall('list_files')}<|endoftext|>`
    const found = parseToolCalls(raw, qwen).diagnostics.filter((diagnostic) => diagnostic.code === 'end-token')
    expect(found.map((diagnostic) => diagnostic.offset)).toEqual([1, 12, raw.length - '<|endoftext|>'.length])
  })
})
