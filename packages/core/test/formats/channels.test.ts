import { describe, expect, it } from 'vitest'
import { createToolCallParser, detectFormat, findFormat } from '../../src/index.ts'
import { type ExpectedCall, testRows, tool } from '../policies/check.ts'

const NEXT = '<|start|>assistant'
const THOUGHT = '<|channel|>analysis<|message|>'
const PREAMBLE = '<|channel|>commentary<|message|>'
const FINAL = '<|channel|>final<|message|>'
const callOf = (name: string): string => `<|channel|>commentary to=functions.${name} <|constrain|>json<|message|>`
const list: ExpectedCall = ['list', '{}', 'complete']
const tools = [tool('list'), tool('bash', { cmd: { type: 'string' } }), tool('python', { code: { type: 'string' } })]

describe('channels: content', () => {
  testRows([
    {
      name: 'FP30 a line break goes before each content message but the first, whatever stands between',
      format: 'openai',
      raw: `${PREAMBLE}A<|end|>${NEXT}${callOf('list')}{}<|call|>${NEXT}${PREAMBLE}B<|end|>${NEXT}${THOUGHT}T<|end|>${NEXT}${FINAL}C`,
      message: { content: 'A\nB\nC', reasoning: 'T', calls: [list] },
      codes: [],
    },
    {
      name: 'FP30 no line break before the first content message',
      format: 'openai',
      raw: `${THOUGHT}T<|end|>${NEXT}${FINAL}C`,
      message: { content: 'C', reasoning: 'T' },
    },
    {
      name: 'FP30 no line break for a message of blanks',
      format: 'openai',
      raw: `${PREAMBLE}A<|end|>${NEXT}${PREAMBLE} \n<|end|>`,
      message: { content: 'A' },
    },
    {
      name: 'P10 the text of a content message is exact',
      format: 'openai',
      raw: `${PREAMBLE}\n A\n<|end|>${NEXT}${FINAL} \tB \n\n<|return|>`,
      message: { content: '\n A\n\n \tB \n\n' },
    },
    {
      name: 'P10 blanks before a call and between messages are layout',
      format: 'openai',
      raw: `${PREAMBLE}A \n<|end|>\n${NEXT}${callOf('list')} {} \n<|call|>\n`,
      message: { content: 'A', calls: [list] },
    },
    {
      name: 'P10 a message of blanks alone behind a call is layout',
      format: 'openai',
      raw: `${callOf('list')}{}<|call|>${NEXT}${FINAL} \n<|return|>`,
      message: { calls: [list] },
    },
    {
      name: 'FP13 blanks next to the headers of a thought are layout',
      format: 'openai',
      raw: `${PREAMBLE}A \n<|end|>${NEXT}${THOUGHT}\n T\n\n<|end|>${NEXT}${FINAL}\n\nB`,
      message: { content: 'A\nB', reasoning: 'T' },
    },
    {
      name: 'FP34 the header is markup when the body comes back',
      format: 'openai',
      raw: `${PREAMBLE}A<|end|>${NEXT}${callOf('list')}  no arguments<|call|>`,
      message: { content: 'A\n  no arguments' },
      codes: ['json-unreadable'],
    },
    {
      name: 'a message without a channel is content',
      format: 'openai',
      raw: `${NEXT}<|message|>Hi.<|end|>`,
      message: { content: 'Hi.' },
      codes: [],
    },
    {
      name: 'the role may be missing, the prompt may have written everything but the end of the header',
      format: 'openai',
      raw: `<|message|>Hi.<|end|><|start|><|channel|>final<|message|>Ho.`,
      message: { content: 'Hi.\nHo.' },
      codes: [],
    },
    {
      name: 'an answer of a tool that the model makes up is no call',
      format: 'openai',
      raw: `${callOf('list')}{}<|call|><|start|>functions.list to=assistant<|channel|>commentary<|message|>{"files": []}<|end|>`,
      message: { content: '{"files": []}', calls: [list] },
    },
    {
      name: 'inkling: blocks of text stand without anything between',
      format: 'inkling',
      raw: '<|content_text|>A<|end_message|><|message_model|><|content_text|>B<|end_message|>',
      message: { content: 'AB' },
    },
    {
      name: 'inkling: a name before the first block is a header, of a declared tool where tools are known',
      format: 'inkling',
      options: { tools },
      raw: 'list<|content_invoke_tool_json|>{"name": "list", "args": {}}<|end_message|>',
      message: { calls: [list] },
    },
    {
      name: 'inkling: another word before the first block is content',
      format: 'inkling',
      options: { tools },
      raw: 'listing<|content_text|>A',
      message: { content: 'listingA' },
    },
  ])

  it('the ledger says what was added, and where', () => {
    const parser = createToolCallParser({ format: 'openai', audit: true })
    const raw = `${PREAMBLE}A<|end|>${NEXT}${FINAL}B`
    parser.feed(raw)
    parser.end()
    const at = raw.length - 1
    expect(parser.ledger().filter(({ kind }) => kind === 'content')).toEqual([
      { start: PREAMBLE.length, end: PREAMBLE.length + 1, kind: 'content' },
      { start: at, end: at, kind: 'content', added: '\n' },
      { start: at, end: at + 1, kind: 'content' },
    ])
  })
})

describe('channels: thoughts', () => {
  const nested = `${THOUGHT}I will call it. ${callOf('list')}{}<|call|>${NEXT}${THOUGHT}Done.<|end|>${NEXT}${FINAL}Yes.`
  testRows([
    ...(['if-last', 'extract', 'ignore'] as const).map((callsInReasoning) => ({
      name: `a header ends the thought before it: no call stands in one (${callsInReasoning})`,
      format: 'openai',
      options: { callsInReasoning },
      raw: nested,
      message: { content: 'Yes.', reasoning: 'I will call it.Done.', calls: [list] },
      codes: [],
    })),
    {
      name: 'reasoning off: analysis is content, its header markup',
      format: 'openai',
      options: { reasoning: 'off' },
      raw: `${THOUGHT}T <|end|>${NEXT}${callOf('list')}{}<|call|>${NEXT}${FINAL}C`,
      message: { content: 'T\nC', calls: [list] },
      codes: [],
    },
    {
      name: 'reasoning open: the prompt has written the header of the thought',
      format: 'openai',
      options: { reasoning: 'open' },
      raw: `T${NEXT}${callOf('list')}{}`,
      message: { reasoning: 'T', calls: [list] },
    },
    {
      name: 'reasoning auto: a header first means that the text before it is content',
      format: 'openai',
      options: { reasoning: 'auto' },
      raw: `Hi.${NEXT}${THOUGHT}T`,
      message: { content: 'Hi.', reasoning: 'T' },
    },
    {
      name: 'reasoning auto: without any marker all is content',
      format: 'openai',
      options: { reasoning: 'auto' },
      raw: 'Hi.',
      message: { content: 'Hi.' },
    },
    {
      name: "the model's own tools are thoughts, also with a content type and on commentary",
      format: 'openai',
      raw: `<|channel|>commentary to=container.exec code<|message|>ls<|call|>${NEXT}<|channel|>analysis to=browser.open<|message|>{}`,
      message: { reasoning: 'ls{}' },
      codes: [],
    },
    {
      name: 'a declared tool with such a name is a call',
      format: 'openai',
      options: { tools },
      raw: `<|channel|>analysis to=python<|message|>{"code": "1"}<|call|>${NEXT}${callOf('python')}{}`,
      message: {
        calls: [
          ['python', '{"code": "1"}', 'complete'],
          ['python', '{}', 'complete'],
        ],
      },
      codes: ['mended-header'],
    },
  ])
})

describe('channels: headers', () => {
  testRows([
    {
      name: 'a recipient without its namespace needs the declaration',
      format: 'openai',
      options: { tools },
      raw: `<|channel|>commentary to=ls<|message|>{}`,
      message: { content: '{}' },
      codes: ['unknown-tool'],
    },
    {
      name: 'words are no recipient without tools',
      format: 'openai',
      raw: `<|channel|>commentary list json<|message|>{}`,
      message: { content: '{}' },
      codes: ['mended-header'],
    },
    {
      name: 'a tool that prose in the place of the header mentions is not called',
      format: 'openai',
      options: { tools },
      raw: `<|channel|>analysis We need list and bash now.<|end|>`,
      message: { reasoning: 'We need list and bash now.' },
      codes: ['mended-header'],
    },
    {
      name: 'prose in the place of the header may begin with a tool and name a channel',
      format: 'openai',
      options: { tools },
      raw: `<|channel|>analysis list all for the final answer<|end|>`,
      message: { reasoning: 'list all for the final answer' },
      codes: ['mended-header'],
    },
    {
      name: 'a brace in the header before says nothing about the next one',
      format: 'openai',
      raw: `<|channel|>{<|message|>T<|end|>${NEXT}<|channel|>commentary to=functions.list{}`,
      message: { reasoning: 'T', calls: [list] },
      codes: ['mended-header', 'mended-header'],
    },
    {
      name: 'a dotted name stays whole',
      format: 'openai',
      raw: `${callOf('mcp.files.list')}{}`,
      message: { calls: [['mcp.files.list', '{}', 'complete']] },
      codes: [],
    },
    {
      name: 'P15 nameChars: a longer name is no name',
      format: 'openai',
      options: { limits: { nameChars: 4 } },
      raw: `${callOf('lists')}{}<|call|>${NEXT}${callOf('list')}{}`,
      message: { content: '{}', calls: [list] },
    },
    {
      name: 'P15 calls: further ones are content',
      format: 'openai',
      options: { limits: { calls: 1 } },
      raw: `${callOf('list')}{}<|call|>${NEXT}${callOf('list')}{"a": 1}<|call|>${NEXT}${FINAL}C`,
      message: { content: '{"a": 1}\nC', calls: [list] },
      codes: ['limit', 'json-unreadable'],
    },
    {
      name: 'P15 heldChars: a header that is longer has no end',
      format: 'openai',
      options: { limits: { heldChars: 20 } },
      raw: `<|channel|>final and then some more words<|message|>C`,
      message: { content: 'and then some more words<|message|>C' },
      codes: ['mended-header'],
    },
    {
      name: 'a header without an end gives up after its longest name and some words',
      format: 'openai',
      raw: `${NEXT} ${'word '.repeat(200)}<|channel|>final<|message|>C`,
      message: { content: `${'word '.repeat(200)}\nC` },
      codes: ['mended-header'],
    },
    {
      name: "unknownTools 'content': the body is content",
      format: 'openai',
      options: { tools, unknownTools: 'content' },
      raw: `${callOf('nope')}{"a": 1}<|call|>`,
      message: { content: '{"a": 1}' },
    },
    {
      name: 'a prose start that looks like a header is content',
      format: 'openai',
      raw: 'assistant to=functions.list is how it looks',
      message: { content: 'assistant to=functions.list is how it looks' },
      codes: [],
    },
    {
      name: 'P7 repair false: a body that needs a rewrite ends truncated',
      format: 'openai',
      options: { repair: false },
      raw: `${callOf('list')}{"a": True}<|call|>`,
      message: { calls: [['list', '{"a": ', 'truncated']] },
    },
    {
      name: 'P14 a stop token at the end of an open string is no part of it',
      format: 'openai',
      raw: `${callOf('bash')}{"cmd": "ls<|call|>`,
      message: { calls: [['bash', '{"cmd": "ls', 'truncated']] },
      codes: ['end-token', 'truncated'],
    },
    {
      name: 'FP10 the stop token stands: a cut behind it changes nothing',
      format: 'openai',
      raw: `${callOf('list')}{}<|call|>`,
      finish: 'length',
      message: { calls: [list] },
      codes: [],
    },
    {
      name: 'FP23 cut before the arguments: no call',
      format: 'openai',
      raw: callOf('list'),
      finish: 'length',
      message: {},
      codes: ['mended-header'],
    },
    {
      name: 'P1 64 blanks before the arguments',
      format: 'openai',
      raw: `${callOf('list')}${' '.repeat(64)}{}`,
      message: { calls: [list] },
    },
    {
      name: 'FP31 no more than 64 blanks before the arguments',
      format: 'openai',
      raw: `${callOf('list')}${' '.repeat(65)}{}`,
      message: { content: `${' '.repeat(65)}{}` },
      codes: ['json-unreadable'],
    },
    {
      name: 'FP23 stopped before the arguments: there are none',
      format: 'openai',
      raw: callOf('list'),
      message: { calls: [list] },
      codes: [],
    },
  ])

  it('FP20 FP21 ids and aliases', () => {
    for (const name of ['harmony', 'gpt_oss', 'gpt-oss', 'openai']) expect(findFormat(name).id).toBe('openai')
    expect(findFormat('inkling').family).toBe('channels')
  })

  it('G5 a first word that names no tool does not wait', () => {
    for (const format of ['openai', 'inkling']) {
      expect(createToolCallParser({ format, tools }).feed('Hello')).toEqual([{ type: 'content', text: 'Hello' }])
    }
  })

  it('auto: a header or a block chooses the format', () => {
    expect(detectFormat(`${THOUGHT}T<|end|>${NEXT}${callOf('list')}{}`)).toBe('openai')
    expect(detectFormat('<|content_text|>A<|end_message|>')).toBe('inkling')
    expect(detectFormat('The end<|end|>')).toBeUndefined()
  })

  it('markers that the tokens do not confirm are text', () => {
    const markers = { '<|start|>': 1, '<|channel|>': 2, '<|message|>': 3, '<|end|>': 4 }
    const parser = createToolCallParser({ format: 'openai' })
    const events = [
      ...parser.feed(FINAL, { ids: [2, 50, 3], markers }),
      ...parser.feed('Write <|start|> and <|end|>.', { ids: [60, 61, 62], markers }),
      ...parser.end(),
    ]
    const content = events.map((event) => (event.type === 'content' ? event.text : ''))
    expect(content.join('')).toBe('Write <|start|> and <|end|>.')
  })
})
