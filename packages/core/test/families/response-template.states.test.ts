import { describe, expect, it } from 'vitest'
import { type ResponseTemplate, createToolCallParser, foldEvents } from '../../src/index.ts'

const markers = {
  openThought: '<t>',
  closeThought: '</t>',
  openAnswer: '<a>',
  closeAnswer: '</a>',
  openOther: '<o>',
  closeOther: '</o>',
  openCall: '<c f>',
  closeCall: '</c>',
  tag: '<p=k>',
  closeTag: '</p>',
  brace: '{',
  line: '\n',
  endToken: '<|im_end|>',
}

type Marker = keyof typeof markers

/** What is expected: the answer, the thought, the calls as `arguments status`, and codes. */
type Outcome = { content?: string; reasoning?: string; calls?: string[]; codes?: string[] }

/** One state of the machine: the raw text is `before`, the marker and `after`. */
interface State {
  /** What the parser calls it. */
  name: string
  before: string
  after: string
  outcomes: Record<Marker, Outcome>
}

function template(calls: object, content: object = { open: '<a>', close: '</a>' }): ResponseTemplate {
  const transform = { function: { name: '{name}', arguments: '{content}' } }
  return {
    fields: {
      thinking: { open: '<t>', close: '</t>' },
      content,
      tool_calls: { open_pattern: '<c (?P<name>\\w+)>', close: '</c>', repeats: true, transform, ...calls },
      notes: { open: '<o>', close: '</o>' },
    },
  }
}

const tags = { content: 'xml-inline', content_args: { tag_pattern: '<p=(?P<key>\\w+)>(?P<value>.*?)</p>' } }
const code = { transform: { function: { name: '{name}', arguments: { code: '{content}' } } } }

function testStates(name: string, format: ResponseTemplate, states: Record<string, State>): void {
  describe(`every marker of a template with ${name}`, () => {
    for (const [title, { name: stateName, before, after, outcomes }] of Object.entries(states)) {
      it(`has a row ${title}`, () => {
        expect(Object.keys(outcomes)).toEqual(Object.keys(markers))
        const parser = createToolCallParser({ format })
        parser.feed(before)
        expect(parser.inspect().state).toBe(stateName)
      })

      it.each(Object.keys(markers) as Marker[])(`%s ${title}`, (marker) => {
        const parser = createToolCallParser({ format })
        const { content, reasoning, toolCalls, diagnostics } = foldEvents([
          ...parser.feed(before + markers[marker] + after),
          ...parser.end(),
        ])
        const actual: Outcome = {
          ...(content === null ? {} : { content }),
          ...(reasoning === null ? {} : { reasoning }),
          ...(toolCalls.length === 0
            ? {}
            : { calls: toolCalls.map((call) => `${call.function.arguments} ${call.status}`) }),
          ...(diagnostics.length === 0 ? {} : { codes: diagnostics.map((diagnostic) => diagnostic.code) }),
        }
        expect(actual).toEqual(outcomes[marker])
      })
    }
  })
}

testStates('JSON calls', template({ content: 'json' }), {
  outside: {
    name: 'content',
    before: 'x ',
    after: ' y',
    outcomes: {
      openThought: { content: 'x', reasoning: 'y' },
      closeThought: { content: 'x </t> y', codes: ['stray-reasoning-marker'] },
      openAnswer: { content: 'xy' },
      closeAnswer: { content: 'x </a> y' },
      openOther: { content: 'x', codes: ['stray-text'] },
      closeOther: { content: 'x </o> y' },
      openCall: { content: 'x <c f> y', codes: ['json-unreadable'] },
      closeCall: { content: 'x </c> y' },
      tag: { content: 'x <p=k> y' },
      closeTag: { content: 'x </p> y' },
      brace: { content: 'x { y' },
      line: { content: 'x \n y' },
      endToken: { content: 'x  y', codes: ['end-token'] },
    },
  },
  'in an answer': {
    name: 'content',
    before: '<a>x',
    after: 'y',
    outcomes: {
      openThought: { content: 'x<t>y' },
      closeThought: { content: 'x</t>y' },
      openAnswer: { content: 'x<a>y' },
      closeAnswer: { content: 'xy' },
      openOther: { content: 'x<o>y' },
      closeOther: { content: 'x</o>y' },
      openCall: { content: 'x<c f>y' },
      closeCall: { content: 'x</c>y' },
      tag: { content: 'x<p=k>y' },
      closeTag: { content: 'x</p>y' },
      brace: { content: 'x{y' },
      line: { content: 'x\ny' },
      endToken: { content: 'xy', codes: ['end-token'] },
    },
  },
  'in a thought': {
    name: 'reasoning',
    before: '<t>x',
    after: 'y',
    outcomes: {
      openThought: { reasoning: 'x<t>y' },
      closeThought: { content: 'y', reasoning: 'x' },
      openAnswer: { reasoning: 'x<a>y' },
      closeAnswer: { reasoning: 'x</a>y' },
      openOther: { reasoning: 'x<o>y' },
      closeOther: { reasoning: 'x</o>y' },
      openCall: { reasoning: 'x<c f>y' },
      closeCall: { reasoning: 'x</c>y' },
      tag: { reasoning: 'x<p=k>y' },
      closeTag: { reasoning: 'x</p>y' },
      brace: { reasoning: 'x{y' },
      line: { reasoning: 'x\ny' },
      endToken: { reasoning: 'xy', codes: ['end-token'] },
    },
  },
  'in a field that nobody asked for': {
    name: 'notes',
    before: '<o>x',
    after: 'y',
    outcomes: {
      openThought: { codes: ['stray-text'] },
      closeThought: { codes: ['stray-text'] },
      openAnswer: { codes: ['stray-text'] },
      closeAnswer: { codes: ['stray-text'] },
      openOther: { codes: ['stray-text'] },
      closeOther: { content: 'y', codes: ['stray-text'] },
      openCall: { codes: ['stray-text'] },
      closeCall: { codes: ['stray-text'] },
      tag: { codes: ['stray-text'] },
      closeTag: { codes: ['stray-text'] },
      brace: { codes: ['stray-text'] },
      line: { codes: ['stray-text'] },
      endToken: { codes: ['end-token', 'stray-text'] },
    },
  },
  'before arguments': {
    name: 'gap',
    before: '<c f>',
    after: '{}</c>',
    outcomes: {
      openThought: { content: '<c f>', reasoning: '{}</c>', codes: ['json-unreadable'] },
      closeThought: { content: '<c f></t>{}</c>', codes: ['json-unreadable', 'stray-reasoning-marker'] },
      openAnswer: { content: '<c f>{}</c>', codes: ['json-unreadable'] },
      closeAnswer: { content: '<c f></a>{}</c>', codes: ['json-unreadable'] },
      openOther: { content: '<c f>', codes: ['json-unreadable', 'stray-text'] },
      closeOther: { content: '<c f></o>{}</c>', codes: ['json-unreadable'] },
      openCall: { content: '<c f>', calls: ['{} complete'], codes: ['json-unreadable'] },
      closeCall: { content: '{}', calls: ['{} complete'], codes: ['stray-closer'] },
      tag: { content: '<c f><p=k>{}</c>', codes: ['json-unreadable'] },
      closeTag: { content: '<c f></p>{}</c>', codes: ['json-unreadable'] },
      brace: { calls: ['{ truncated'], codes: ['json-unreadable', 'stray-text'] },
      line: { calls: ['{} complete'] },
      endToken: { content: '<c f>{}</c>', codes: ['json-unreadable', 'end-token'] },
    },
  },
  'in a string': {
    name: 'element',
    before: '<c f>{"s": "x',
    after: 'y"}</c>',
    outcomes: {
      openThought: { calls: ['{"s": "x<t>y"} complete'] },
      closeThought: { calls: ['{"s": "x</t>y"} complete'] },
      openAnswer: { calls: ['{"s": "x<a>y"} complete'] },
      closeAnswer: { calls: ['{"s": "x</a>y"} complete'] },
      openOther: { calls: ['{"s": "x<o>y"} complete'] },
      closeOther: { calls: ['{"s": "x</o>y"} complete'] },
      openCall: { calls: ['{"s": "x<c f>y"} complete'] },
      closeCall: { calls: ['{"s": "x</c>y"} complete'] },
      tag: { calls: ['{"s": "x<p=k>y"} complete'] },
      closeTag: { calls: ['{"s": "x</p>y"} complete'] },
      brace: { calls: ['{"s": "x{y"} complete'] },
      line: { calls: ['{"s": "x\\ny"} repaired'], codes: ['json-repair'] },
      endToken: { calls: ['{"s": "x<|im_end|>y"} complete'] },
    },
  },
  'between members': {
    name: 'element',
    before: '<c f>{"s": 1',
    after: '}</c>',
    outcomes: {
      openThought: { reasoning: '}</c>', calls: ['{"s": 1} repaired'], codes: ['json-repair', 'missing-closer'] },
      closeThought: { calls: ['{"s": 1 truncated'], codes: ['json-unreadable', 'stray-text'] },
      openAnswer: { content: '}</c>', calls: ['{"s": 1} repaired'], codes: ['json-repair', 'missing-closer'] },
      closeAnswer: { calls: ['{"s": 1 truncated'], codes: ['json-unreadable', 'stray-text'] },
      openOther: { calls: ['{"s": 1} repaired'], codes: ['json-repair', 'missing-closer', 'stray-text'] },
      closeOther: { calls: ['{"s": 1 truncated'], codes: ['json-unreadable', 'stray-text'] },
      openCall: {
        content: '<c f>}</c>',
        calls: ['{"s": 1} repaired'],
        codes: ['json-repair', 'missing-closer', 'json-unreadable'],
      },
      closeCall: { content: '}', calls: ['{"s": 1} repaired'], codes: ['json-repair', 'stray-closer'] },
      tag: { calls: ['{"s": 1 truncated'], codes: ['json-unreadable', 'stray-text'] },
      closeTag: { calls: ['{"s": 1 truncated'], codes: ['json-unreadable', 'stray-text'] },
      brace: { calls: ['{"s": 1 truncated'], codes: ['json-unreadable', 'stray-text'] },
      line: { calls: ['{"s": 1\n} complete'] },
      endToken: { calls: ['{"s": 1} repaired'], codes: ['json-repair', 'end-token', 'stray-text'] },
    },
  },
  'behind arguments': {
    name: 'gap',
    before: '<c f>{"s": 1}',
    after: '</c>z',
    outcomes: {
      openThought: { reasoning: '</c>z', calls: ['{"s": 1} repaired'], codes: ['missing-closer'] },
      closeThought: { content: 'z', calls: ['{"s": 1} complete'], codes: ['stray-text'] },
      openAnswer: { content: '</c>z', calls: ['{"s": 1} repaired'], codes: ['missing-closer'] },
      closeAnswer: { content: 'z', calls: ['{"s": 1} complete'], codes: ['stray-text'] },
      openOther: { calls: ['{"s": 1} repaired'], codes: ['missing-closer', 'stray-text'] },
      closeOther: { content: 'z', calls: ['{"s": 1} complete'], codes: ['stray-text'] },
      openCall: { content: 'z', calls: ['{"s": 1} repaired', '{} complete'], codes: ['missing-closer'] },
      closeCall: { content: 'z', calls: ['{"s": 1} complete'], codes: ['stray-closer'] },
      tag: { content: 'z', calls: ['{"s": 1} complete'], codes: ['stray-text'] },
      closeTag: { content: 'z', calls: ['{"s": 1} complete'], codes: ['stray-text'] },
      brace: { content: 'z', calls: ['{"s": 1} complete'], codes: ['stray-text'] },
      line: { content: 'z', calls: ['{"s": 1} complete'] },
      endToken: { content: 'z', calls: ['{"s": 1} complete'], codes: ['end-token'] },
    },
  },
  'behind a call': {
    name: 'content',
    before: '<c f>{}</c>',
    after: 'y',
    outcomes: {
      openThought: { reasoning: 'y', calls: ['{} complete'] },
      closeThought: { content: '</t>y', calls: ['{} complete'], codes: ['stray-reasoning-marker'] },
      openAnswer: { content: 'y', calls: ['{} complete'] },
      closeAnswer: { content: '</a>y', calls: ['{} complete'] },
      openOther: { calls: ['{} complete'], codes: ['stray-text'] },
      closeOther: { content: '</o>y', calls: ['{} complete'] },
      openCall: { content: '<c f>y', calls: ['{} complete'], codes: ['json-unreadable'] },
      closeCall: { content: 'y', calls: ['{} complete'], codes: ['stray-closer'] },
      tag: { content: '<p=k>y', calls: ['{} complete'] },
      closeTag: { content: '</p>y', calls: ['{} complete'] },
      brace: { content: '{y', calls: ['{} complete'] },
      line: { content: '\ny', calls: ['{} complete'] },
      endToken: { content: 'y', calls: ['{} complete'], codes: ['end-token'] },
    },
  },
})

testStates('parameter tags', template(tags), {
  'between parameters': {
    name: 'gap',
    before: '<c f>',
    after: '</c>z',
    outcomes: {
      openThought: { reasoning: '</c>z', calls: ['{} repaired'], codes: ['missing-closer'] },
      closeThought: { content: 'z', calls: ['{} complete'], codes: ['stray-text'] },
      openAnswer: { content: '</c>z', calls: ['{} repaired'], codes: ['missing-closer'] },
      closeAnswer: { content: 'z', calls: ['{} complete'], codes: ['stray-text'] },
      openOther: { calls: ['{} repaired'], codes: ['missing-closer', 'stray-text'] },
      closeOther: { content: 'z', calls: ['{} complete'], codes: ['stray-text'] },
      openCall: { content: 'z', calls: ['{} repaired', '{} complete'], codes: ['missing-closer'] },
      closeCall: { content: 'z', calls: ['{} complete'], codes: ['stray-closer'] },
      tag: { calls: ['{"k":"</c>z truncated'], codes: ['truncated'] },
      closeTag: { content: 'z', calls: ['{} complete'], codes: ['stray-text'] },
      brace: { content: 'z', calls: ['{} complete'], codes: ['stray-text'] },
      line: { content: 'z', calls: ['{} complete'] },
      endToken: { content: 'z', calls: ['{} complete'], codes: ['end-token'] },
    },
  },
  'in a value': {
    name: 'value',
    before: '<c f><p=s>x',
    after: 'y</p></c>z',
    outcomes: {
      openThought: { content: 'z', calls: ['{"s":"x<t>y"} complete'] },
      closeThought: { content: 'z', calls: ['{"s":"x</t>y"} complete'] },
      openAnswer: { content: 'z', calls: ['{"s":"x<a>y"} complete'] },
      closeAnswer: { content: 'z', calls: ['{"s":"x</a>y"} complete'] },
      openOther: { content: 'z', calls: ['{"s":"x<o>y"} complete'] },
      closeOther: { content: 'z', calls: ['{"s":"x</o>y"} complete'] },
      openCall: { content: 'z', calls: ['{"s":"x<c f>y"} complete'] },
      closeCall: { content: 'z', calls: ['{"s":"x</c>y"} complete'] },
      tag: { content: 'z', calls: ['{"s":"x<p=k>y"} complete'] },
      closeTag: { content: 'z', calls: ['{"s":"x"} complete'], codes: ['stray-text'] },
      brace: { content: 'z', calls: ['{"s":"x{y"} complete'] },
      line: { content: 'z', calls: ['{"s":"x\\ny"} complete'] },
      endToken: { content: 'z', calls: ['{"s":"x<|im_end|>y"} complete'] },
    },
  },
})

testStates('parameter lines', template({ content: 'kv-lines' }), {
  'where a line begins': {
    name: 'gap',
    before: '<c f>a:1\n',
    after: '\n</c>z',
    outcomes: {
      openThought: { reasoning: '</c>z', calls: ['{"a":"1"} repaired'], codes: ['missing-closer'] },
      closeThought: { content: 'z', calls: ['{"a":"1"} complete'], codes: ['stray-text'] },
      openAnswer: { content: '</c>z', calls: ['{"a":"1"} repaired'], codes: ['missing-closer'] },
      closeAnswer: { content: 'z', calls: ['{"a":"1"} complete'], codes: ['stray-text'] },
      openOther: { calls: ['{"a":"1"} repaired'], codes: ['missing-closer', 'stray-text'] },
      closeOther: { content: 'z', calls: ['{"a":"1"} complete'], codes: ['stray-text'] },
      openCall: { content: 'z', calls: ['{"a":"1"} repaired', '{} complete'], codes: ['missing-closer'] },
      closeCall: { content: 'z', calls: ['{"a":"1"} complete'], codes: ['stray-closer'] },
      tag: { content: 'z', calls: ['{"a":"1"} complete'], codes: ['stray-text'] },
      closeTag: { content: 'z', calls: ['{"a":"1"} complete'], codes: ['stray-text'] },
      brace: { content: 'z', calls: ['{"a":"1"} complete'], codes: ['stray-text'] },
      line: { content: 'z', calls: ['{"a":"1"} complete'] },
      endToken: { content: 'z', calls: ['{"a":"1"} complete'], codes: ['end-token'] },
    },
  },
  'in a value': {
    name: 'value',
    before: '<c f>a:x',
    after: 'y\n</c>z',
    outcomes: {
      openThought: { content: 'z', calls: ['{"a":"x<t>y"} complete'] },
      closeThought: { content: 'z', calls: ['{"a":"x</t>y"} complete'] },
      openAnswer: { content: 'z', calls: ['{"a":"x<a>y"} complete'] },
      closeAnswer: { content: 'z', calls: ['{"a":"x</a>y"} complete'] },
      openOther: { content: 'z', calls: ['{"a":"x<o>y"} complete'] },
      closeOther: { content: 'z', calls: ['{"a":"x</o>y"} complete'] },
      openCall: { content: 'z', calls: ['{"a":"x<c f>y"} complete'] },
      closeCall: { content: 'y\nz', calls: ['{"a":"x"} complete'], codes: ['stray-closer'] },
      tag: { content: 'z', calls: ['{"a":"x<p=k>y"} complete'] },
      closeTag: { content: 'z', calls: ['{"a":"x</p>y"} complete'] },
      brace: { content: 'z', calls: ['{"a":"x{y"} complete'] },
      line: { content: 'z', calls: ['{"a":"x"} complete'], codes: ['stray-text'] },
      endToken: { content: 'z', calls: ['{"a":"x<|im_end|>y"} complete'] },
    },
  },
})

testStates('code as the argument', template(code), {
  'in the code': {
    name: 'text',
    before: '<c f>x',
    after: 'y</c>z',
    outcomes: {
      openThought: { content: 'z', calls: ['{"code":"x<t>y"} complete'] },
      closeThought: { content: 'z', calls: ['{"code":"x</t>y"} complete'] },
      openAnswer: { content: 'z', calls: ['{"code":"x<a>y"} complete'] },
      closeAnswer: { content: 'z', calls: ['{"code":"x</a>y"} complete'] },
      openOther: { content: 'z', calls: ['{"code":"x<o>y"} complete'] },
      closeOther: { content: 'z', calls: ['{"code":"x</o>y"} complete'] },
      openCall: { content: 'z', calls: ['{"code":"x<c f>y"} complete'] },
      closeCall: { content: 'yz', calls: ['{"code":"x"} complete'], codes: ['stray-closer'] },
      tag: { content: 'z', calls: ['{"code":"x<p=k>y"} complete'] },
      closeTag: { content: 'z', calls: ['{"code":"x</p>y"} complete'] },
      brace: { content: 'z', calls: ['{"code":"x{y"} complete'] },
      line: { content: 'z', calls: ['{"code":"x\\ny"} complete'] },
      endToken: { content: 'z', calls: ['{"code":"x<|im_end|>y"} complete'] },
    },
  },
})

testStates('an answer without markers', template({ content: 'json' }, { close: '</a>' }), {
  'in text': {
    name: 'content',
    before: 'x',
    after: 'y',
    outcomes: {
      openThought: { content: 'x', reasoning: 'y' },
      closeThought: { content: 'x</t>y', codes: ['stray-reasoning-marker'] },
      openAnswer: { content: 'x<a>y' },
      closeAnswer: { content: 'xy' },
      openOther: { content: 'x', codes: ['stray-text'] },
      closeOther: { content: 'x</o>y' },
      openCall: { content: 'x<c f>y', codes: ['json-unreadable'] },
      closeCall: { content: 'x</c>y' },
      tag: { content: 'x<p=k>y' },
      closeTag: { content: 'x</p>y' },
      brace: { content: 'x{y' },
      line: { content: 'x\ny' },
      endToken: { content: 'xy', codes: ['end-token'] },
    },
  },
})
