import { describe, expect, it } from 'vitest'
import { parseToolCalls } from '../../src/index.ts'
import { describeCases, mergeEvents, runBothWays, runPieces } from './cases.ts'
import { functionBlock, hermes, jsonCall, oslo, osloArguments, qwen, text, tool, xmlCall } from './documents.ts'

const call = ['get_weather', osloArguments] as const
const codes = ['limit'] as const

describeCases('P15 nameChars', { ...qwen, tools: undefined, limits: { nameChars: 5 } }, [
  {
    name: 'P15 nameChars: a function name of the limit',
    raw: '<tool_call>\n<function=abcde>\n</function>\n</tool_call>',
    calls: [['abcde', '{}']],
    codes: [],
  },
  {
    name: 'P15 nameChars: a longer function name is not an opener',
    raw: '<tool_call>\n<function=abcdef>\n</function>\n</tool_call>',
    content: '<tool_call>\n<function=abcdef>\n</function>\n</tool_call>',
  },
  {
    name: 'P15 nameChars: a longer bare function name is not an opener',
    raw: '<function=abcdef>\n</function>',
    content: '<function=abcdef>\n</function>',
  },
  {
    // No value is open: a tag that is none is text between parameters, which is dropped with a diagnostic.
    name: 'P15 nameChars: a longer parameter name is not an opener',
    raw: '<tool_call>\n<function=abcde>\n<parameter=abcdef>\n1\n</parameter>\n</function>\n</tool_call>',
    calls: [['abcde', '{}']],
    codes: ['stray-text'],
  },
  {
    name: 'P15 nameChars: a longer name in a JSON body is content',
    raw: jsonCall('abcdef', '{}'),
    options: { format: 'hermes' },
    content: jsonCall('abcdef', '{}'),
  },
  {
    name: 'P15 nameChars: the next call lives',
    raw: `${xmlCall('abcdef')}\n${xmlCall('ok')}`,
    content: xmlCall('abcdef'),
    calls: [['ok', '{}']],
  },
])

describeCases('P15 calls', { ...qwen, limits: { calls: 1 } }, [
  { name: 'P15 calls: as many as the limit', raw: oslo, calls: [call], codes: [] },
  {
    name: 'P15 calls: further calls are content, byte for byte',
    raw: `${oslo}${oslo}\nDone.`,
    content: `${oslo}\nDone.`,
    calls: [call],
    codes,
  },
  {
    name: 'P15 calls: a further bare call is content',
    raw: `${oslo}\n${functionBlock('list_files')}`,
    content: `\n${functionBlock('list_files')}`,
    calls: [call],
    codes,
  },
  {
    name: 'P15 calls: a further JSON body is content',
    raw: `${jsonCall('list_files', '{}')}${jsonCall('list_files', '{"a": 1}')}`,
    options: { format: 'hermes' },
    content: jsonCall('list_files', '{"a": 1}'),
    calls: [['list_files', '{}']],
    codes,
  },
])

describeCases('P15 argumentChars', { ...qwen, limits: { argumentChars: 24 } }, [
  {
    name: 'P15 argumentChars: arguments of the limit',
    raw: xmlCall('write_file', ['content', '1234567890']),
    calls: [['write_file', '{"content":"1234567890"}']],
    codes: [],
  },
  {
    name: 'P15 argumentChars: longer arguments end truncated, the next call lives',
    raw: `${xmlCall('write_file', ['content', '12345678901234567890'])}\n${oslo}\nDone.`,
    content: '\nDone.',
    calls: [['write_file', /^\{"content":"\d*$/, 'truncated'], call],
    codes,
  },
  {
    name: 'P15 argumentChars: a typed value that does not fit',
    raw: `${xmlCall('get_weather', ['days', '12345678901234567890'])}\n${oslo}`,
    calls: [['get_weather', /^\{?("days":\d*)?$/, 'truncated'], call],
    codes,
  },
  {
    name: 'P15 argumentChars: JSON bodies',
    raw: `${jsonCall('write_file', '{"content": "12345678901234567890"}')}\n${jsonCall('list_files', '{}')}`,
    options: { format: 'hermes' },
    calls: [
      ['write_file', /^\{"content": "\d*$/, 'truncated'],
      ['list_files', '{}'],
    ],
    codes,
  },
])

const typed = { ...qwen, tools: [tool('f', { o: { type: 'object' }, i: { type: 'integer' } })] }
const big = text({ a: 'x'.repeat(200) })

describeCases('P15 heldChars', { ...typed, limits: { heldChars: 100 } }, [
  {
    name: 'P15 heldChars: a value that waits for its type becomes a string',
    raw: xmlCall('f', ['o', big], ['i', '5']),
    calls: [['f', `{"o":${text(big)},"i":5}`]],
    codes,
  },
  {
    name: 'P15 heldChars: a value below the limit keeps its type',
    raw: xmlCall('f', ['o', '{"a": 1}']),
    calls: [['f', '{"o":{"a": 1}}']],
    codes: [],
  },
  {
    name: 'P15 heldChars: text that waits for the first reasoning marker is released',
    raw: `${'word '.repeat(60)}</think>Hi.`,
    options: { reasoning: 'auto' },
    content: `${'word '.repeat(60)}</think>Hi.`,
    codes,
  },
  {
    name: 'P15 heldChars: a call that waits in a thought is released as reasoning',
    raw: `<think>A ${xmlCall('f', ['o', big])} B`,
    reasoning: `A ${xmlCall('f', ['o', big])} B`,
    codes,
  },
  {
    name: 'P15 heldChars: arguments that wait for their name are released as content',
    raw: `<tool_call>\n{"arguments": ${big}, "name": "f"}\n</tool_call>`,
    options: { format: 'hermes' },
    content: `<tool_call>\n{"arguments": ${big}, "name": "f"}\n</tool_call>`,
    codes,
  },
  {
    name: 'P15 heldChars: streamed strings are not held',
    raw: xmlCall('f', ['s', 'x'.repeat(500)]),
    calls: [['f', text({ s: 'x'.repeat(500) })]],
    withoutCodes: codes,
  },
])

describe('P15 bounds', () => {
  it('P15 argumentChars: what is delivered is never longer, and always the same prefix', () => {
    const raw = xmlCall('write_file', ['content', 'say "hi"\n🌍 \\ '.repeat(4)])
    const whole = parseToolCalls(raw, qwen).toolCalls[0]?.function.arguments ?? ''
    for (let argumentChars = 1; argumentChars <= whole.length; argumentChars += 1) {
      const message = runBothWays(raw, { ...qwen, limits: { argumentChars } })
      const [got] = message.toolCalls
      expect(got?.status).toBe(argumentChars === whole.length ? 'complete' : 'truncated')
      expect(got?.function.arguments.length).toBeLessThanOrEqual(argumentChars)
      expect(whole.startsWith(got?.function.arguments ?? '!')).toBe(true)
    }
  })

  it('P15 JSON bodies: argumentChars counts the text that is delivered', () => {
    const raw = jsonCall('write_file', `{'content': 'say "hi"', "n": [1, 2]}`)
    const whole = parseToolCalls(raw, hermes).toolCalls[0]?.function.arguments ?? ''
    for (let argumentChars = 1; argumentChars < whole.length; argumentChars += 1) {
      const message = runBothWays(raw, { ...hermes, limits: { argumentChars } })
      expect(message.toolCalls[0]?.status).toBe('truncated')
      expect(message.toolCalls[0]?.function.arguments.length).toBeLessThanOrEqual(argumentChars)
      expect(whole.startsWith(message.toolCalls[0]?.function.arguments ?? '!')).toBe(true)
    }
  })

  it('P15 heldChars: the outcome does not depend on the chunks', () => {
    const raw = `${'word '.repeat(30)}<think>x</think>Hi.`
    const options = { ...qwen, reasoning: 'auto' as const, limits: { heldChars: 100 } }
    expect(mergeEvents(runPieces([...raw], options))).toEqual(mergeEvents(runPieces([raw], options)))
  })

  it('P15 the defaults let a megabyte pass', () => {
    const value = 'x'.repeat(1 << 20)
    const [got] = parseToolCalls(xmlCall('f', ['o', text({ value })], ['s', value]), typed).toolCalls
    expect(got?.function.arguments.length).toBe(2 * value.length + text({ o: { value: '' }, s: '' }).length)
    expect(got?.status).toBe('complete')
  })
})
