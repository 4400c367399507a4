import type { ChatTool } from '@tooldelta/core'
import { splitEvery } from '@tooldelta/testbed'
import { describe, expect, it } from 'vitest'
import type { ToolCallMiddlewareOptions } from '../src/index.ts'
import type { ContentPart } from '../src/specification.ts'
import { checkParts, contentOf, generateRun, mergeParts, createCutReader, streamRun } from './helpers.ts'

/** A case of the parser's policies (docs/policies.md), as the AI SDK sees it. */
interface EdgeCase {
  name: string
  text: string
  finishReason?: string
  options?: Partial<ToolCallMiddlewareOptions>
  /** A string is text, `{ thought }` reasoning, a list a call with its input; `cut` a call that began and never ended. */
  expected: (string | { thought: string } | [name: string, input: unknown] | { cut: string; input: string })[]
  finish: string
}

const tools: ChatTool[] = [
  tool('write_file', { path: { type: 'string' }, content: { type: 'string' } }),
  tool('add', { a: { type: 'integer' }, b: { type: 'number' }, exact: { type: 'boolean' }, tags: { type: 'array' } }),
  tool('list', {}),
]

const write = (content: string, path = 'a.ts'): string =>
  `<tool_call>\n<function=write_file>\n<parameter=path>\n${path}\n</parameter>\n<parameter=content>\n${content}\n</parameter>\n</function>\n</tool_call>`
const list = '<tool_call>\n<function=list>\n</function>\n</tool_call>'
const file = (content: string, path = 'a.ts'): [string, unknown] => ['write_file', { path, content }]
const hermes = (name: string, input: string): string =>
  `<tool_call>\n{"name": "${name}", "arguments": ${input}}\n</tool_call>`

const cases: EdgeCase[] = [
  {
    name: '1 (P1) a wrapper alone is text',
    text: 'Use <tool_call> here.',
    expected: ['Use <tool_call> here.'],
    finish: 'stop',
  },
  {
    name: '2 (P2) a bare opener at the start of a line is a call',
    text: 'Now:\n<function=list>\n</function>',
    expected: ['Now:', ['list', {}]],
    finish: 'tool-calls',
  },
  {
    name: '3 (P3) closers of the format inside a value',
    text: write('x = "</parameter>"\ny = "</function>"\nz = "</tool_call>"'),
    expected: [file('x = "</parameter>"\ny = "</function>"\nz = "</tool_call>"')],
    finish: 'tool-calls',
  },
  {
    name: '4 (P4) blanks, indentation and line breaks of a value stay',
    text: write('\n  if (a)\n\tb\n\n'),
    expected: [file('\n  if (a)\n\tb\n\n')],
    finish: 'tool-calls',
  },
  {
    name: '5 (P4) entities are not decoded',
    text: write('a &lt; b &amp;&amp; c'),
    expected: [file('a &lt; b &amp;&amp; c')],
    finish: 'tool-calls',
  },
  {
    name: '6 backslashes, quotes and controls are escaped once',
    text: write('"C:\\new\\\\" \u0001\u2028'),
    expected: [file('"C:\\new\\\\" \u0001\u2028')],
    finish: 'tool-calls',
  },
  {
    name: '7 surrogate pairs, CJK and letters that grow in lower case',
    text: write('🌍 获取 İ ß 👩‍👩‍👧', '目录/İ.ts'),
    expected: [file('🌍 获取 İ ß 👩‍👩‍👧', '目录/İ.ts')],
    finish: 'tool-calls',
  },
  {
    name: '8 (P5) a string that looks like another type stays a string',
    text: write('null', '8080'),
    expected: [file('null', '8080')],
    finish: 'tool-calls',
  },
  {
    name: '9 (P5) types come from the schema',
    text: '<tool_call>\n<function=add>\n<parameter=a>\n7\n</parameter>\n<parameter=b>\n1e3\n</parameter>\n<parameter=exact>\nTrue\n</parameter>\n<parameter=tags>\n["x", 1]\n</parameter>\n</function>\n</tool_call>',
    expected: [['add', { a: 7, b: 1000, exact: true, tags: ['x', 1] }]],
    finish: 'tool-calls',
  },
  {
    name: '10 (P6) missing closers are mended',
    text: '<tool_call>\n<function=write_file>\n<parameter=path>\na.ts\n<parameter=content>\nx\n</parameter>\n',
    expected: [file('x')],
    finish: 'tool-calls',
  },
  {
    name: '11 (P7) cut inside a value: no tool-call part, finish length',
    text: write('half a fi').slice(0, write('half a fi').indexOf('fi\n</parameter>') + 2),
    finishReason: 'length',
    expected: [{ cut: 'write_file', input: '{"path":"a.ts","content":"half a fi' }],
    finish: 'length',
  },
  {
    name: '12 (P7) a model that stops inside a value is cut too',
    text: 'Fine. <tool_call>\n<function=write_file>\n<parameter=path>\na.ts',
    expected: ['Fine.', { cut: 'write_file', input: '{"path":"a.ts' }],
    finish: 'length',
  },
  { name: '13 (P8) a tool without arguments gets {}', text: list, expected: [['list', {}]], finish: 'tool-calls' },
  {
    name: '14 (P9) two equal calls are two calls',
    text: `${list}\n${list}`,
    expected: [
      ['list', {}],
      ['list', {}],
    ],
    finish: 'tool-calls',
  },
  {
    name: '15 (P9) the first value of a parameter wins',
    text: '<tool_call>\n<function=write_file>\n<parameter=path>\na\n</parameter>\n<parameter=path>\nb\n</parameter>\n</function>\n</tool_call>',
    expected: [['write_file', { path: 'a' }]],
    finish: 'tool-calls',
  },
  {
    name: '16 (P10) text before, between and after calls',
    text: `Look.\n\n${list}\nThen\n${list}\nDone.`,
    expected: ['Look.', ['list', {}], '\nThen', ['list', {}], '\nDone.'],
    finish: 'tool-calls',
  },
  {
    name: '17 (P11) a thought before the call; the call rehearsed in it is none',
    text: `<think>\nI could ${list}.\n</think>\n\n${list}`,
    expected: [{ thought: `I could ${list}.` }, ['list', {}]],
    finish: 'tool-calls',
  },
  {
    name: '18 (P11) a call in a thought that never closes is real',
    text: `<think>\nI list.\n${list}`,
    expected: [{ thought: 'I list.' }, ['list', {}]],
    finish: 'tool-calls',
  },
  {
    name: '19 a call in a fence is an example',
    text: `Write\n\`\`\`xml\n${list}\n\`\`\`\nto list.`,
    expected: [`Write\n\`\`\`xml\n${list}\n\`\`\`\nto list.`],
    finish: 'stop',
  },
  {
    name: '20 (P12) JSON with single quotes, Python words and a trailing comma',
    options: { format: 'hermes' },
    text: hermes('add', "{'a': 1, 'exact': True,}"),
    expected: [['add', { a: 1, exact: true }]],
    finish: 'tool-calls',
  },
  {
    name: '21 (P12) keys such as __proto__ are only text',
    options: { format: 'hermes' },
    text: hermes('write_file', '{"content": "{\\"__proto__\\": 1}", "constructor": "x"}'),
    expected: [['write_file', { content: '{"__proto__": 1}', constructor: 'x' }]],
    finish: 'tool-calls',
  },
  {
    name: '22 (P12) closers inside a JSON string',
    options: { format: 'hermes' },
    text: hermes('write_file', '{"content": "</tool_call>}}"}'),
    expected: [['write_file', { content: '</tool_call>}}' }]],
    finish: 'tool-calls',
  },
  {
    name: '23 (P14) leaked end tokens are removed',
    text: `Hi.<|im_end|>`,
    expected: ['Hi.'],
    finish: 'stop',
  },
  {
    name: '24 (P15) a call beyond the limit of arguments is cut',
    options: { limits: { argumentChars: 40 } },
    text: write('x'.repeat(100)),
    expected: [{ cut: 'write_file', input: `{"path":"a.ts","content":"${'x'.repeat(14)}` }],
    finish: 'length',
  },
  {
    name: '25 a tool that is not declared is forwarded, or stays text',
    options: { unknownTools: 'content' },
    text: 'a <tool_call>\n<function=rm>\n</function>\n</tool_call>',
    expected: ['a <tool_call>\n<function=rm>\n</function>\n</tool_call>'],
    finish: 'stop',
  },
]

describe('the 25 edge cases of the parser, as parts of the AI SDK', () => {
  it('are 25', () => expect(cases).toHaveLength(25))

  it.each(cases)('$name', async ({ text, options, expected, finish, finishReason = 'stop' }) => {
    const run = { options: { format: 'qwen3_coder', ...options }, tools, finishReason }
    const parts = await streamRun({ ...run, chunks: [text] })
    checkParts(parts)
    expect(describeContent(contentOf(parts))).toEqual(expected.filter((one) => !isCut(one)))
    expect(parts.at(-1)!.finishReason).toMatchObject({ unified: finish })
    expect(findCut(parts)).toEqual(expected.filter(isCut))
    const read = createCutReader(run)
    for (const size of [1, 2, 3, 5, 11]) {
      const cut = read(splitEvery(text, size))
      expect(mergeParts(cut), `in chunks of ${size}`).toEqual(mergeParts(parts))
    }
    const generated = await generateRun({ ...run, chunks: [text] })
    expect(generated.content).toEqual(contentOf(parts))
    expect(generated.finishReason).toMatchObject({ unified: finish, raw: `raw-${finishReason}` })
  })
})

it('25 (the other half) by default a tool that is not declared is forwarded', async () => {
  const text = '<tool_call>\n<function=rm>\n</function>\n</tool_call>'
  const parts = await streamRun({ options: { format: 'qwen3_coder' }, tools, chunks: [text] })
  expect(describeContent(contentOf(parts))).toEqual([['rm', {}]])
})

it('digits stay as the model wrote them', async () => {
  const text = hermes('add', '{"a": 12345678901234567890, "b": 1.10}')
  const parts = await streamRun({ options: { format: 'hermes' }, tools, chunks: [text] })
  expect(parts.find(({ type }) => type === 'tool-call')!.input).toBe('{"a": 12345678901234567890, "b": 1.10}')
})

function tool(name: string, properties: object): ChatTool {
  return { type: 'function', function: { name, parameters: { type: 'object', properties } } }
}

function describeContent(content: readonly ContentPart[]): unknown[] {
  return content.map((part) => {
    if (part.type === 'text') return part.text
    if (part.type === 'reasoning') return { thought: part.text }
    return [part['toolName'], JSON.parse(part['input'] as string)]
  })
}

function isCut(one: EdgeCase['expected'][number]): one is { cut: string; input: string } {
  return typeof one === 'object' && 'cut' in one
}

function findCut(parts: Parameters<typeof contentOf>[0]): object[] {
  const merged = mergeParts(parts)
  const whole = new Set(merged.filter(({ type }) => type === 'tool-call').map(({ toolCallId }) => toolCallId))
  const cut = merged.filter(({ type, id }) => type === 'tool-input-start' && !whole.has(id))
  return cut.map(({ id, toolName }) => {
    const delta = merged.find((part) => part.type === 'tool-input-delta' && part.id === id)
    return { cut: toolName, input: delta?.delta }
  })
}
