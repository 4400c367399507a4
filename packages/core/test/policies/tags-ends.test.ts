import { describe, expect, test } from 'vitest'
import { foldEvents, parseToolCalls, type FinishReason, type ToolCallStatus } from '../../src/index.ts'
import { collectEvents, cutText, summarize, testRows } from './check.ts'
import { bare, param, tools, wrapped } from './tag-calls.ts'

const format = 'qwen3_coder'

/** One call of a document: its name, the whole arguments, and where in the text things happen. */
interface CallSpan {
  name: string
  argumentsText: string
  /** After `<function=NAME>`: here the call is known. */
  opened: number
  /** After `</function>`. */
  functionClosed: number
  /** After `</tool_call>`, or after the next `<function=NAME>` in the same wrapper: nothing is missing any more. */
  whole: number
  /** From after `<parameter=KEY>` to after `</parameter>`: inside, a value is open. */
  values: readonly { from: number; to: number }[]
}

/** Finds the spans of a document that is written by the template, with no closer inside a value. */
function findCalls(raw: string, expected: readonly (readonly [name: string, argumentsText: string])[]): CallSpan[] {
  let position = 0
  return expected.map(([name, argumentsText]) => {
    const opener = `<function=${name}>`
    const opened = raw.indexOf(opener, position) + opener.length
    const functionClosed = raw.indexOf('</function>', opened) + '</function>'.length
    position = functionClosed
    const next = raw.slice(functionClosed).match(/^\s*(<\/(?:seed:)?tool_call>|<function=[^>]*>)/)
    const values: { from: number; to: number }[] = []
    const pattern = /<parameter=[^>]*>[^]*?<\/parameter>/g
    for (const match of raw.slice(opened, functionClosed).matchAll(pattern)) {
      const from = opened + match.index + match[0].indexOf('>') + 1
      values.push({ from, to: opened + match.index + match[0].length })
    }
    return { name, argumentsText, opened, functionClosed, whole: functionClosed + (next?.[0].length ?? 0), values }
  })
}

/** The status that P7 and fine print 10 give a call of a text that ends after `cut` characters. */
function expectStatus(call: CallSpan, cut: number, finish: FinishReason): ToolCallStatus | undefined {
  if (cut < call.opened) return undefined
  if (cut >= call.whole) return 'complete'
  // Nothing more could have come, and `</tool_call>` is missing.
  if (cut >= call.functionClosed) return 'repaired'
  if (call.values.some((value) => cut >= value.from && cut < value.to)) return 'truncated'
  return finish === 'stop' ? 'repaired' : 'truncated'
}

const documents: { name: string; format: string; raw: string; calls: readonly (readonly [string, string])[] }[] = [
  {
    name: 'one call after text',
    format: 'qwen3_coder',
    raw: `I will write it.\n\n${wrapped('write_file', param('path', 'C:\\temp\\a.txt'), param('content', 'if x < 5 && "y":\n    pass\n'), param('overwrite', 'true'))}`,
    calls: [
      [
        'write_file',
        String.raw`{"path":"C:\\temp\\a.txt","content":"if x < 5 && \"y\":\n    pass\n","overwrite":true}`,
      ],
    ],
  },
  {
    name: 'a thought, two functions in one wrapper, one more call, text',
    format: 'qwen3_coder',
    raw: `<think>\nBoth.\n</think>\n\n<tool_call>\n${bare('list')}\n${bare('get_weather', param('city', 'São 🌍'), param('days', '3'))}\n</tool_call>\n${wrapped('get_weather', param('days', '12'), param('city', ''))}\nDone.`,
    calls: [
      ['list', '{}'],
      ['get_weather', '{"city":"São 🌍","days":3}'],
      ['get_weather', '{"days":12,"city":""}'],
    ],
  },
  {
    name: 'seed_oss, inline values',
    format: 'seed_oss',
    raw: '<seed:think>Hm.</seed:think><seed:tool_call>\n<function=get_weather>\n<parameter=city>Oslo\n</parameter>\n<parameter=days>3</parameter>\n</function>\n</seed:tool_call>',
    calls: [['get_weather', String.raw`{"city":"Oslo\n","days":3}`]],
  },
]

describe('P7 a cut at every character', () => {
  for (const document of documents)
    for (const finish of ['length', 'abort', 'stop'] as const)
      test(`P7 FP10 ${document.name}, ${finish}`, () => {
        const options = { format: document.format, tools }
        const spans = findCalls(document.raw, document.calls)
        for (let cut = 0; cut <= document.raw.length; cut++) {
          const raw = document.raw.slice(0, cut)
          const message = parseToolCalls(raw, { ...options, finishReason: finish })
          const where = `${finish} after ${JSON.stringify(raw.slice(-24))} (${cut})`
          const statuses = spans.flatMap((span) => expectStatus(span, cut, finish) ?? [])
          expect(
            message.toolCalls.map((call) => call.status),
            where,
          ).toEqual(statuses)
          message.toolCalls.forEach((call, index) => {
            const span = spans[index]
            expect(call.function.name).toBe(span?.name)
            const text = call.function.arguments
            // Truncated arguments are a prefix of the uncut ones and no whole JSON; the others are whole.
            if (call.status === 'truncated') {
              expect(span?.argumentsText.startsWith(text), `${where}: ${text}`).toBe(true)
              expect(text, where).not.toBe(span?.argumentsText)
            } else {
              if (cut >= (span?.functionClosed ?? 0)) expect(text, where).toBe(span?.argumentsText)
              JSON.parse(text)
            }
          })
          for (const size of [1, 5])
            expect(
              summarize(foldEvents(collectEvents(options, cutText(raw, size), finish))),
              `${where}, chunks of ${size}`,
            ).toEqual(summarize(message))
        }
      })

  test('P1 P7 before the call is known the text comes back byte for byte', () => {
    const raw = `I will write it.\n\n${wrapped('write_file', param('path', 'a'))}`
    const opened = raw.indexOf('<function=write_file>') + '<function=write_file>'.length
    for (const finish of ['length', 'stop', 'abort'] as const)
      for (let cut = 1; cut < opened; cut++)
        expect(summarize(parseToolCalls(raw.slice(0, cut), { format, tools, finishReason: finish }))).toEqual({
          content: raw.slice(0, cut),
          reasoning: null,
          calls: [],
        })
  })

  test('P7 every cut of a document without newlines', () => {
    const raw =
      '<tool_call><function=get_weather><parameter=city>Oslo</parameter><parameter=days>3</parameter></function></tool_call>'
    const spans = findCalls(raw, [['get_weather', '{"city":"Oslo","days":3}']])
    for (const finish of ['length', 'stop'] as const)
      for (let cut = 1; cut <= raw.length; cut++) {
        const head = raw.slice(0, cut)
        const statuses = spans.flatMap((span) => expectStatus(span, cut, finish) ?? [])
        const message = parseToolCalls(head, { format, tools, finishReason: finish })
        expect(
          message.toolCalls.map((call) => call.status),
          `${finish} ${head}`,
        ).toEqual(statuses)
        expect(summarize(foldEvents(collectEvents({ format, tools }, cutText(head, 1), finish)))).toEqual(
          summarize(message),
        )
      }
  })
})

/** Ends of one call whose only parameter so far is path. */
const open = '<tool_call>\n<function=write_file>\n<parameter=path>\n'

testRows(
  [
    {
      name: 'P7 a value open at stop is truncated',
      format,
      raw: `${open}line 1\nli`,
      message: { calls: [['write_file', String.raw`{"path":"line 1\nli`, 'truncated']] },
      codes: ['truncated'],
    },
    {
      name: 'P7 a piece of the closer is dropped text',
      format,
      raw: `${open}a\n</para`,
      finish: 'length',
      message: { calls: [['write_file', '{"path":"a', 'truncated']] },
      codes: ['truncated'],
    },
    {
      name: 'P7 the layout newline is dropped text',
      format,
      raw: `${open}a\n`,
      finish: 'length',
      message: { calls: [['write_file', '{"path":"a', 'truncated']] },
      codes: ['truncated'],
    },
    {
      name: 'P7 an unfinished pair is dropped text',
      format,
      raw: `${open}a\ud83d`,
      finish: 'length',
      message: { calls: [['write_file', '{"path":"a', 'truncated']] },
      codes: ['truncated'],
    },
    {
      name: 'P7 a closed value and stop: repaired',
      format,
      raw: `${open}a\n</parameter>\n`,
      message: { calls: [['write_file', '{"path":"a"}', 'repaired']] },
    },
    {
      name: 'FP6 a closed value, a piece of a tag and stop: repaired',
      format,
      raw: `${open}a\n</parameter>\n</func`,
      message: { calls: [['write_file', '{"path":"a"}', 'repaired']] },
    },
    {
      name: 'FP10 </function> and length: repaired',
      format,
      raw: `${open}a\n</parameter>\n</function>`,
      finish: 'length',
      message: { calls: [['write_file', '{"path":"a"}', 'repaired']] },
    },
    {
      name: 'FP10 </function>, a piece of </tool_call> and length: repaired',
      format,
      raw: `${open}a\n</parameter>\n</function>\n</tool`,
      finish: 'length',
      message: { calls: [['write_file', '{"path":"a"}', 'repaired']] },
    },
    {
      name: 'FP10 a bare call with </function> and length: no wrapper was opened, complete',
      format,
      raw: 'Hi\n<function=list>\n</function>',
      finish: 'length',
      message: { content: 'Hi', calls: [['list', '{}', 'complete']] },
    },
    {
      name: 'FP10 a whole call and length: complete',
      format,
      raw: wrapped('write_file', param('path', 'a')),
      finish: 'length',
      message: { calls: [['write_file', '{"path":"a"}', 'complete']] },
      codes: [],
    },
    {
      name: 'P7 text after a whole call and length',
      format,
      raw: `${wrapped('list')}\nAnd th`,
      finish: 'length',
      message: { content: '\nAnd th', calls: [['list', '{}', 'complete']] },
    },
    {
      name: 'P7 a bare call cut in a value',
      format,
      raw: 'Hi\n<function=write_file>\n<parameter=path>\na',
      message: { content: 'Hi', calls: [['write_file', '{"path":"a', 'truncated']] },
    },
    {
      name: 'P7 the second call is cut, the first is whole',
      format,
      raw: `${wrapped('list')}\n${open}a`,
      finish: 'length',
      message: {
        calls: [
          ['list', '{}', 'complete'],
          ['write_file', '{"path":"a', 'truncated'],
        ],
      },
    },
    {
      name: 'P7 closers as text do not count as closed',
      format,
      raw: `${open}a </parameter> b </function> c`,
      message: { calls: [['write_file', '{"path":"a </parameter> b </function> c', 'truncated']] },
    },
    {
      name: 'P7 seed_oss cut in an inline value',
      format: 'seed_oss',
      raw: '<seed:tool_call>\n<function=write_file>\n<parameter=path>a\n',
      finish: 'length',
      message: { calls: [['write_file', String.raw`{"path":"a\n`, 'truncated']] },
    },
  ],
  { tools },
)
