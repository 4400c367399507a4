import { describe, expect, it } from 'vitest'
import { describeCases, runPieces } from './cases.ts'
import { hermes, oslo, osloArguments, qwen, wrapped, xmlCall } from './documents.ts'

describeCases('P8 zero arguments', qwen, [
  { name: 'P8 no parameters', raw: xmlCall('list_files'), calls: [['list_files', '{}']], codes: [] },
  {
    name: 'P8 nothing between the tags',
    raw: '<tool_call><function=list_files></function></tool_call>',
    calls: [['list_files', '{}']],
    codes: [],
  },
  {
    name: 'P8 blank lines between the tags',
    raw: '<tool_call>\n<function=list_files>\n\n  \n</function>\n</tool_call>',
    calls: [['list_files', '{}']],
    codes: [],
  },
  {
    name: 'P8 the call after an empty one keeps its arguments',
    raw: `${xmlCall('list_files')}\n${oslo}`,
    calls: [
      ['list_files', '{}'],
      ['get_weather', osloArguments],
    ],
  },
  {
    name: 'P8 only dropped text in the call',
    raw: '<tool_call>\n<function=list_files>\nnothing\n</function>\n</tool_call>',
    calls: [['list_files', '{}']],
    codes: ['stray-text'],
  },
])

describeCases('P8 JSON bodies without arguments', hermes, [
  {
    name: 'P8 an empty object',
    raw: wrapped('{"name": "list_files", "arguments": {}}'),
    calls: [['list_files', '{}']],
    codes: [],
  },
  {
    name: 'P8 blanks in the empty object are copied',
    raw: wrapped('{"name": "list_files", "arguments": { }}'),
    calls: [['list_files', '{ }']],
  },
  { name: 'P8 no arguments (R14)', raw: wrapped('{"name": "list_files"}'), calls: [['list_files', '{}']] },
  {
    name: 'P8 null arguments (R14)',
    raw: wrapped('{"name": "list_files", "arguments": null}'),
    calls: [['list_files', '{}']],
  },
  {
    name: 'FP23 an empty string',
    raw: wrapped('{"name": "list_files", "arguments": ""}'),
    calls: [['list_files', '{}']],
  },
  {
    name: 'P8 arguments before the name',
    raw: wrapped('{"arguments": {}, "name": "list_files"}'),
    calls: [['list_files', '{}']],
  },
])

describe('P8 placeholders', () => {
  it('P8 no argument event is {} unless the call has none', () => {
    const documents = [
      { raw: oslo, options: qwen },
      { raw: wrapped('{"name": "get_weather", "arguments": {"city": "Oslo"}}'), options: hermes },
    ]
    for (const { raw, options } of documents) {
      let sent = ''
      for (const event of runPieces([...raw], options)) {
        if (event.type !== 'tool-call-arguments') continue
        sent += event.text
        if (sent.endsWith('Oslo"}')) continue
        expect(() => JSON.parse(sent)).toThrow()
      }
      expect(JSON.parse(sent)).toEqual({ city: 'Oslo' })
    }
  })
})
