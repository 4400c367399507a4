import { describe, expect, it } from 'vitest'
import { createToolCallParser } from '../../src/index.ts'
import { describeCases, mergeEvents } from './cases.ts'
import { hermes, oslo, osloArguments, qwen, tools, xmlCall } from './documents.ts'

const anyTool = { tools: undefined }
const body = (name: string): string => `<function=${name}>\n</function>\n</tool_call>`

describeCases('P1 deferred commit', qwen, [
  { name: 'P1 the opener alone is text', raw: '<tool_call>', content: '<tool_call>' },
  { name: 'P1 a piece of the opener is text', raw: 'Hi <tool_c', content: 'Hi <tool_c' },
  {
    name: 'P1 a piece of the opener is text when cut by length',
    raw: '<tool_c',
    finish: 'length',
    content: '<tool_c',
  },
  {
    name: 'P1 an opener in prose is text and the rest goes on',
    raw: 'The tag `<tool_call>` marks a call. Next: more.',
    content: 'The tag `<tool_call>` marks a call. Next: more.',
    codes: [],
  },
  {
    name: 'P1 the name is not complete without its bracket',
    raw: '<tool_call>\n<function=get_weather',
    content: '<tool_call>\n<function=get_weather',
  },
  {
    name: 'P1 a half name that is cut by length is text, white space included',
    raw: 'Now.\n\n<tool_call>\n<function=get_w',
    finish: 'length',
    content: 'Now.\n\n<tool_call>\n<function=get_w',
  },
  { name: 'P1 an opener and white space is text', raw: 'Hi\n<tool_call>\n \n', content: 'Hi\n<tool_call>\n \n' },
  {
    name: 'P1 no white space between the tags is needed',
    raw: `<tool_call>${body('list_files')}`,
    calls: [['list_files', '{}']],
    codes: [],
  },
  {
    name: 'P1 blanks, tabs and CRLF between the tags are layout',
    raw: `<tool_call> \t\r\n${body('list_files')}`,
    calls: [['list_files', '{}']],
    codes: [],
  },
  {
    name: 'P1 64 blanks between the tags still open',
    raw: `<tool_call>${' '.repeat(64)}${body('list_files')}`,
    calls: [['list_files', '{}']],
  },
  {
    name: 'P1 65 blanks release the held text',
    raw: `<tool_call>${' '.repeat(65)}${body('list_files')}`,
    content: `<tool_call>${' '.repeat(65)}${body('list_files')}`,
  },
  {
    // After the release the function stands at line start, so P2 opens it; its `</tool_call>` is then an orphan (fine print 4).
    name: 'P1 65 newlines release the opener, the function is then a bare one',
    raw: `<tool_call>${'\n'.repeat(65)}${body('list_files')}`,
    content: '<tool_call>',
    calls: [['list_files', '{}']],
    codes: ['missing-opener'],
  },
  {
    name: 'P1 a no-break space is no white space',
    raw: `<tool_call>\u00a0${body('list_files')}`,
    content: `<tool_call>\u00a0${body('list_files')}`,
  },
  {
    name: 'P1 prose between the tags releases the opener',
    raw: `<tool_call> so <function=list_files>\n</function>\n</tool_call>`,
    content: `<tool_call> so <function=list_files>\n</function>\n</tool_call>`,
  },
  {
    name: 'P1 a name of 256 characters opens',
    raw: `<tool_call>\n${body('n'.repeat(256))}`,
    options: anyTool,
    calls: [['n'.repeat(256), '{}']],
  },
  {
    name: 'P1 a name of 257 characters is text',
    raw: `<tool_call>\n${body('n'.repeat(257))}`,
    options: anyTool,
    content: `<tool_call>\n${body('n'.repeat(257))}`,
  },
  {
    name: 'P1 a newline in the name is text',
    raw: '<tool_call>\n<function=get_\nweather>\n</function>',
    options: anyTool,
    content: '<tool_call>\n<function=get_\nweather>\n</function>',
  },
  {
    name: 'P1 an angle bracket in the name is text',
    raw: '<tool_call>\n<function=get<b>\n</function>',
    options: anyTool,
    content: '<tool_call>\n<function=get<b>\n</function>',
  },
  {
    name: 'P1 an empty name is text',
    raw: '<tool_call>\n<function=>\n</function>',
    options: anyTool,
    content: '<tool_call>\n<function=>\n</function>',
  },
  {
    name: 'P1 a real call after a released opener',
    raw: `Use <tool_call> tags.\n${oslo}`,
    content: 'Use <tool_call> tags.',
    calls: [['get_weather', osloArguments]],
    codes: [],
  },
  {
    name: 'P1 an opener released by the next opener',
    raw: `<tool_call> ${'x'.repeat(3)} ${oslo}`,
    content: '<tool_call> xxx',
    calls: [['get_weather', osloArguments]],
  },
  {
    name: 'P1 angle brackets and pieces of markers in prose',
    raw: 'if (a < b && c <t) </tool <fun <tool_calls> x</t>',
    content: 'if (a < b && c <t) </tool <fun <tool_calls> x</t>',
    codes: [],
  },
  {
    name: 'P1 seed_oss has openers of its own',
    raw: `<tool_call> is text, ${oslo.replace('<tool_call>', '<seed:tool_call>').replace('</tool_call>', '</seed:tool_call>')}`,
    options: { format: 'seed_oss' },
    content: '<tool_call> is text,',
    calls: [['get_weather', '{"city":"\\nOslo\\n"}']],
  },
])

describeCases('P1 deferred commit of JSON bodies', hermes, [
  { name: 'P1 the opener alone is text', raw: '<tool_call>', content: '<tool_call>' },
  {
    name: 'P1 an opener in prose is text',
    raw: 'Write <tool_call> and then </tool_call>.',
    content: 'Write <tool_call> and then </tool_call>.',
  },
  {
    name: 'P1 a half name is text',
    raw: '<tool_call>\n{"name": "get_w',
    content: '<tool_call>\n{"name": "get_w',
  },
  {
    name: 'P1 64 blanks still open, 65 do not',
    raw: `<tool_call>${' '.repeat(65)}{"name": "list_files", "arguments": {}}</tool_call>`,
    content: `<tool_call>${' '.repeat(65)}{"name": "list_files", "arguments": {}}</tool_call>`,
  },
  {
    name: 'P1 64 blanks before the brace',
    raw: `<tool_call>${' '.repeat(64)}{"name": "list_files", "arguments": {}}</tool_call>`,
    calls: [['list_files', '{}']],
  },
])

describe('P1 moments', () => {
  it('P1 a call starts with the last character of its opener, no sooner', () => {
    const parser = createToolCallParser(qwen)
    expect(parser.feed('<tool_call>\n<function=get_weather')).toEqual([])
    expect(mergeEvents(parser.feed('>'))[0]).toMatchObject({ type: 'tool-call-start', index: 0, name: 'get_weather' })
  })

  it('P1 held text is released as soon as it can be no opener', () => {
    const parser = createToolCallParser(qwen)
    expect(parser.feed('a <tool_call>')).toEqual([{ type: 'content', text: 'a' }])
    expect(mergeEvents(parser.feed(' x'))).toEqual([{ type: 'content', text: ' <tool_call> x' }])
  })

  it('P1 without tools in the options markers alone decide', () => {
    const parser = createToolCallParser({ format: 'qwen3_coder' })
    const events = [...parser.feed(xmlCall('anything')), ...parser.end()]
    expect(events.map((event) => event.type)).toContain('tool-call-start')
    expect(tools.some((tool) => tool.function.name === 'anything')).toBe(false)
  })
})
