import { describe, expect, it } from 'vitest'
import { parseToolCalls, type FinishReason, type ParserOptions, type ToolCallStatus } from '../../src/index.ts'
import { describeCases, runOnce } from './cases.ts'
import { hermes, qwen, text, wrapped } from './documents.ts'

const value = '<tool_call>\n<function=write_file>\n<parameter=content>\nrm -rf /tmp/x'
const partial = '{"content":"rm -rf /tmp/x'

describeCases('P7 a value that is open when the stream ends', qwen, [
  ...(['stop', 'length', 'tool_calls', 'content_filter', 'abort', 'error'] as const).map((finish) => ({
    name: `P7 at ${finish} it stays open`,
    raw: value,
    finish,
    calls: [['write_file', partial, 'truncated'] as const],
    codes: ['truncated'] as const,
  })),
  {
    name: 'P7 a layout newline at the cut is no argument text',
    raw: `${value}\n`,
    finish: 'length',
    calls: [['write_file', partial, 'truncated']],
  },
  {
    name: 'P7 a piece of a closer at the cut is no argument text',
    raw: `${value}\n</param`,
    finish: 'length',
    calls: [['write_file', partial, 'truncated']],
  },
  {
    name: 'P7 a piece of a closer at stop does not close the value either',
    raw: `${value}\n</parameter`,
    calls: [['write_file', partial, 'truncated']],
  },
  {
    name: 'P7 an empty open value',
    raw: '<tool_call>\n<function=write_file>\n<parameter=content>',
    finish: 'length',
    calls: [['write_file', /^(\{("content":"?)?)?$/, 'truncated']],
  },
  {
    name: 'P7 an unfinished integer is not written',
    raw: '<tool_call>\n<function=get_weather>\n<parameter=city>\nOslo\n</parameter>\n<parameter=days>\n1',
    finish: 'length',
    calls: [['get_weather', /^\{"city":"Oslo"(,("days":)?)?$/, 'truncated']],
  },
  {
    name: 'P7 an unfinished integer at stop is not written',
    raw: '<tool_call>\n<function=get_weather>\n<parameter=days>\n1',
    calls: [['get_weather', /^(\{("days":)?)?$/, 'truncated']],
  },
  {
    name: 'P7 calls before the open one are whole',
    raw: `<tool_call>\n<function=list_files>\n</function>\n</tool_call>\n${value}`,
    finish: 'length',
    calls: [
      ['list_files', '{}'],
      ['write_file', partial, 'truncated'],
    ],
  },
  {
    name: 'P7 a lone high surrogate at the cut',
    raw: `${value}\ud83d`,
    finish: 'length',
    calls: [['write_file', /^\{"content":"rm -rf \/tmp\/x(\\ud83d)?$/, 'truncated']],
  },
])

describeCases('P7 every value closed', qwen, [
  ...(['stop', 'tool_calls'] as const).map((finish) => ({
    name: `P7 at ${finish} the rest is closed and flagged`,
    raw: `${value}\n</parameter>\n`,
    finish,
    calls: [['write_file', `${partial}"}`, 'repaired'] as const],
  })),
  ...(['length', 'abort', 'error', 'content_filter'] as const).map((finish) => ({
    name: `P7 at ${finish} parameters may be missing`,
    raw: `${value}\n</parameter>\n`,
    finish,
    calls: [['write_file', `${partial}"`, 'truncated'] as const],
  })),
  ...(['length', 'abort'] as const).map((finish) => ({
    name: `P7 at ${finish} after the function closer nothing more could have come`,
    raw: `${value}\n</parameter>\n</function>`,
    finish,
    calls: [['write_file', `${partial}"}`, 'repaired'] as const],
  })),
  {
    name: 'P7 a call without parameters at length',
    raw: '<tool_call>\n<function=list_files>\n',
    finish: 'length',
    calls: [['list_files', /^\{?$/, 'truncated']],
  },
  {
    name: 'P7 a whole call at length is complete',
    raw: `${value}\n</parameter>\n</function>\n</tool_call>`,
    finish: 'length',
    calls: [['write_file', `${partial}"}`]],
    codes: [],
  },
])

const head = '<tool_call>\n{"name": "write_file", "arguments": '

describeCases('P7 JSON bodies', hermes, [
  ...(['stop', 'length', 'abort'] as const).map((finish) => ({
    name: `P7 an open string at ${finish}`,
    raw: `${head}{"content": "rm -rf /tmp/x`,
    finish,
    calls: [['write_file', '{"content": "rm -rf /tmp/x', 'truncated'] as const],
    codes: ['truncated'] as const,
  })),
  {
    name: 'P7 an open key',
    raw: `${head}{"content": "x", "pa`,
    calls: [['write_file', /^\{"content": "x"/, 'truncated']],
  },
  {
    name: 'P7 an escape that is cut',
    raw: `${head}{"content": "x\\`,
    finish: 'length',
    calls: [['write_file', '{"content": "x', 'truncated']],
  },
  {
    name: 'P7 a unicode escape that is cut',
    raw: `${head}{"content": "x\\u00`,
    finish: 'length',
    calls: [['write_file', '{"content": "x', 'truncated']],
  },
  {
    name: 'FP32 at stop outside a string every open bracket is closed',
    raw: `${head}{"a": [1, {"b": "x"`,
    calls: [['write_file', '{"a": [1, {"b": "x"}]}', 'repaired']],
  },
  {
    name: 'FP32 at length it stays open',
    raw: `${head}{"a": [1, {"b": "x"`,
    finish: 'length',
    calls: [['write_file', '{"a": [1, {"b": "x"', 'truncated']],
  },
  {
    name: 'FP27 at stop after a comma the comma is dropped',
    raw: `${head}{"a": "x",`,
    calls: [['write_file', '{"a": "x"}', 'repaired']],
  },
  {
    name: 'FP27 at stop after a comma in a list and white space',
    raw: `${head}{"a": [1, `,
    calls: [['write_file', { value: { a: [1] } }, 'repaired']],
  },
  { name: 'FP27 at stop inside a number', raw: `${head}{"a": 12`, calls: [['write_file', '{"a": 12}', 'repaired']] },
  {
    name: 'FP27 at stop after a colon',
    raw: `${head}{"a": 1, "b":`,
    calls: [['write_file', /^\{"a": 1(, "b":)?$/, 'truncated']],
  },
  {
    name: 'FP27 at stop inside a literal',
    raw: `${head}{"a": 1, "b": tru`,
    calls: [['write_file', /^\{"a": 1(, "b": ?)?$/, 'truncated']],
  },
  {
    name: 'FP27 at stop after a whole literal',
    raw: `${head}{"a": true`,
    calls: [['write_file', '{"a": true}', 'repaired']],
  },
  {
    name: 'P7 at length inside a number the number may go on',
    raw: `${head}{"a": 12`,
    finish: 'length',
    calls: [['write_file', /^\{"a": ?(12)?$/, 'truncated']],
  },
  {
    name: 'P7 an open object of arguments at stop',
    raw: `${head}{`,
    calls: [['write_file', '{}', 'repaired']],
  },
  {
    name: 'P7 an open object of arguments at length',
    raw: `${head}{`,
    finish: 'length',
    calls: [['write_file', '{', 'truncated']],
  },
  {
    name: 'FP23 cut before the arguments begin: content',
    raw: head,
    content: head,
  },
  {
    name: 'FP23 cut before the arguments begin by length: content',
    raw: `Hm.\n${head}`,
    finish: 'length',
    content: `Hm.\n${head}`,
  },
  {
    name: 'P7 double-encoded arguments that are cut',
    raw: `${head}"{\\"content\\": \\"rm -rf /tmp/x`,
    finish: 'length',
    calls: [['write_file', '{"content": "rm -rf /tmp/x', 'truncated']],
  },
  {
    name: 'P7 a body that is whole at length is complete',
    raw: wrapped('{"name": "list_files", "arguments": {}}'),
    finish: 'length',
    calls: [['list_files', '{}']],
  },
])

interface Ending {
  status: ToolCallStatus | 'none'
  argumentText?: string
}

/** What each cut of a document must give, read off P1, P6, P7 and fine print 6, 10, 23 and 27. */
function checkCuts(
  document: string,
  options: ParserOptions,
  finish: FinishReason,
  expected: (at: number) => Ending,
): void {
  const whole = parseToolCalls(document, options).toolCalls[0]?.function.arguments ?? ''
  for (let at = 0; at <= document.length; at += 1) {
    const raw = document.slice(0, at)
    const message = runOnce(raw, options, finish)
    const wanted = expected(at)
    const where = `cut at ${at}: ${JSON.stringify(raw.slice(-30))}`
    const call = message.toolCalls[0]
    if (wanted.status === 'none') {
      expect(message.toolCalls, where).toEqual([])
      expect(message.content, where).toBe(raw === '' ? null : raw)
      continue
    }
    expect(call?.status, where).toBe(wanted.status)
    expect(message.content, where).toBe(null)
    if (wanted.argumentText !== undefined) expect(call?.function.arguments, where).toBe(wanted.argumentText)
    if (wanted.status === 'truncated') expect(whole.startsWith(call?.function.arguments ?? '!'), where).toBe(true)
  }
}

describe('P7 cut at every character', () => {
  const document =
    '<tool_call>\n<function=write_file>\n<parameter=path>\na "b"\n</parameter>\n<parameter=overwrite>\ntrue\n</parameter>\n</function>\n</tool_call>'
  const after = (marker: string, from = 0): number => document.indexOf(marker, from) + marker.length
  const named = after('write_file>')
  const pathOpen = after('<parameter=path>')
  const pathClosed = after('</parameter>')
  const flagOpen = after('<parameter=overwrite>')
  const flagClosed = after('</parameter>', pathClosed)
  const ended = after('</function>')
  const both = text({ path: 'a "b"', overwrite: true })
  const inValue = (at: number): boolean => (at >= pathOpen && at < pathClosed) || (at >= flagOpen && at < flagClosed)

  it('P7 FP10 a Qwen document cut by length', () => {
    checkCuts(document, qwen, 'length', (at) => {
      if (at < named) return { status: 'none' }
      if (at === document.length) return { status: 'complete', argumentText: both }
      if (at >= ended) return { status: 'repaired', argumentText: both }
      if (at >= flagClosed) return { status: 'truncated', argumentText: both.slice(0, -1) }
      return { status: 'truncated' }
    })
  })

  it('P7 FP6 a Qwen document that stops', () => {
    checkCuts(document, qwen, 'stop', (at) => {
      if (at < named) return { status: 'none' }
      if (at === document.length) return { status: 'complete', argumentText: both }
      if (inValue(at)) return { status: 'truncated' }
      if (at >= flagClosed) return { status: 'repaired', argumentText: both }
      if (at >= pathClosed) return { status: 'repaired', argumentText: text({ path: 'a "b"' }) }
      return { status: 'repaired', argumentText: '{}' }
    })
  })

  it('P7 a seed_oss document cut by length', () => {
    const seed = document.replaceAll('tool_call>', 'seed:tool_call>').replaceAll(/\n(a "b"|true)\n/g, '$1')
    const place = (marker: string): number => seed.indexOf(marker) + marker.length
    checkCuts(seed, { ...qwen, format: 'seed_oss' }, 'length', (at) => {
      if (at < place('write_file>')) return { status: 'none' }
      if (at === seed.length) return { status: 'complete', argumentText: both }
      return at >= place('</function>') ? { status: 'repaired', argumentText: both } : { status: 'truncated' }
    })
  })

  const body =
    '<tool_call>\n{"name": "write_file", "arguments": {"path": "a\\n", "n": [-1, {"b": null}], "c": 20}}\n</tool_call>'
  const braceAt = body.indexOf('{"path"') + 1
  const balanced = body.indexOf('20}') + 3
  const argumentText = body.slice(braceAt - 1, balanced)

  it('P7 FP10 a hermes document cut by length', () => {
    checkCuts(body, hermes, 'length', (at) => {
      if (at < braceAt) return { status: 'none' }
      if (at === body.length) return { status: 'complete', argumentText }
      return at >= balanced ? { status: 'repaired', argumentText } : { status: 'truncated' }
    })
  })

  it('P7 FP27 a hermes document that stops', () => {
    checkCuts(body, hermes, 'stop', (at) => {
      if (at < braceAt) return { status: 'none' }
      if (at === body.length) return { status: 'complete', argumentText }
      if (at >= balanced) return { status: 'repaired', argumentText }
      const rest = body.slice(braceAt, at)
      // An odd number of quotes: inside a string. A key without its colon, a colon without its value, and half a word cannot close.
      const quotes = rest.replaceAll('\\"', '').split('"').length - 1
      const open =
        quotes % 2 === 1 ||
        /[{,]\s*"[^"]*"\s*$/.test(`{${rest}`) ||
        /:\s*$/.test(rest) ||
        /:\s*(n|nu|nul)$/.test(rest) ||
        /-$/.test(rest)
      return { status: open ? 'truncated' : 'repaired' }
    })
  })
})
