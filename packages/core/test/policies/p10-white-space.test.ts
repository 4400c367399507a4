import { describe, expect, it } from 'vitest'
import { createToolCallParser } from '../../src/index.ts'
import { describeCases } from './cases.ts'
import { hermes, jsonCall, oslo, osloArguments, qwen } from './documents.ts'

const call = ['get_weather', osloArguments] as const

describeCases('P10 white space next to markup', qwen, [
  { name: 'P10 the run before a call', raw: `Hi.\n\n${oslo}`, content: 'Hi.', calls: [call] },
  { name: 'P10 a long run before a call', raw: `Hi. \t\r\n${'\n'.repeat(200)}${oslo}`, content: 'Hi.', calls: [call] },
  { name: 'P10 the run at the start of the text', raw: `\n\n${oslo}`, calls: [call] },
  { name: 'P10 the run before text that is no call stays', raw: '\n\n Hi.', content: '\n\n Hi.' },
  { name: 'P10 text without a call keeps its white space', raw: ' Hi. \n\n', content: ' Hi. \n\n' },
  { name: 'P10 only white space', raw: ' \n\t\r\n', content: ' \n\t\r\n' },
  { name: 'P10 white space after the last call', raw: `${oslo}\n \n`, calls: [call] },
  { name: 'P10 white space between calls', raw: `${oslo}\n\n \n${oslo}`, calls: [call, call] },
  { name: 'P10 nothing between calls', raw: oslo + oslo, calls: [call, call] },
  { name: 'P10 text after a call, byte for byte', raw: `${oslo}\nDone.`, content: '\nDone.', calls: [call] },
  { name: 'P10 text after a call keeps its end', raw: `${oslo} Done. \n`, content: ' Done. \n', calls: [call] },
  {
    name: 'P10 text between calls loses only the run before the next call',
    raw: `${oslo}\n and then \n${oslo}`,
    content: '\n and then',
    calls: [call, call],
  },
  {
    name: 'P10 text before, between and after',
    raw: `A\n${oslo}\nB\n${oslo}\nC\n`,
    content: 'A\nB\nC\n',
    calls: [call, call],
  },
  {
    name: 'P10 white space at both sides of reasoning markers',
    raw: ' \n<think>\n\n Plan. \n</think>\n\n Hi. ',
    reasoning: 'Plan.',
    content: 'Hi. ',
  },
  { name: 'P10 text before a thought', raw: 'Hi \n<think>x</think> you', reasoning: 'x', content: 'Hiyou' },
  {
    name: 'P10 white space between a thought and a call',
    raw: `<think>Plan.\n</think>\n\n${oslo}`,
    reasoning: 'Plan.',
    calls: [call],
  },
  { name: 'P10 white space inside a thought', raw: '<think>a\n\n b</think>', reasoning: 'a\n\n b' },
  { name: 'P10 white space after a thought at the end', raw: '<think>a</think>\n\n', reasoning: 'a' },
  {
    name: 'P10 a no-break space and a form feed are text',
    raw: `Hi.\u00a0\f\n${oslo}\u2028`,
    content: 'Hi.\u00a0\f\u2028',
    calls: [call],
  },
  {
    name: 'P10 white space before a released opener stays',
    raw: `Hi. \n<tool_call> x`,
    content: 'Hi. \n<tool_call> x',
  },
  {
    name: 'P10 white space between a call and an absorbed closer',
    raw: `${oslo}\n</tool_call>\nDone.`,
    content: '\nDone.',
    calls: [call],
    codes: ['stray-closer'],
  },
  {
    name: 'P10 CRLF around a call',
    raw: `Hi.\r\n\r\n${oslo.replaceAll('\n', '\r\n')}\r\nDone.`,
    content: 'Hi.\r\nDone.',
    calls: [call],
    codes: [],
  },
])

describeCases('P10 JSON bodies', hermes, [
  {
    name: 'P10 text before and after',
    raw: `Hi.\n\n${jsonCall('list_files', '{}')}\nDone.`,
    content: 'Hi.\nDone.',
    calls: [['list_files', '{}']],
  },
  {
    name: 'P10 white space between calls',
    raw: `${jsonCall('list_files', '{}')}\n\n${jsonCall('list_files', '{}')}\n`,
    calls: [
      ['list_files', '{}'],
      ['list_files', '{}'],
    ],
  },
  {
    name: 'P10 a blank before the calls of jamba',
    raw: ' <tool_calls>[{"name": "list_files", "arguments": {}}]</tool_calls>\n',
    options: { format: 'jamba' },
    calls: [['list_files', '{}']],
  },
  {
    name: 'P10 text after the calls of jamba',
    raw: '<tool_calls>[{"name": "list_files", "arguments": {}}]</tool_calls>\nDone.',
    options: { format: 'jamba' },
    content: '\nDone.',
    calls: [['list_files', '{}']],
  },
])

describe('P10 moments', () => {
  it('P10 white space is held until it is clear what follows', () => {
    const parser = createToolCallParser(qwen)
    expect(parser.feed('Hi.\n\n')).toEqual([{ type: 'content', text: 'Hi.' }])
    expect(parser.feed('So')).toEqual([{ type: 'content', text: '\n\nSo' }])
  })
})
