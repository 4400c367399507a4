import { describe, expect, it } from 'vitest'
import { createToolCallParser } from '../../src/index.ts'
import { type ExpectedCall, type PolicyRow, checkRow } from '../policies/check.ts'

type Message = PolicyRow['message']
type Codes = NonNullable<PolicyRow['codes']>
type Outcome = Message & { codes: Codes }

/** One state of the machine: the raw text is `before`, the marker and `after`. */
interface State<Marker extends string> {
  /** What the parser calls it. */
  name: string
  before: string
  after: string
  /** What each marker does here. A missing one is a compile error, and fails the test of completeness. */
  outcomes: Record<Marker, Outcome>
}

const text = (content: string, ...codes: Codes): Outcome => ({ content, codes })
const thought = (reasoning: string, ...codes: Codes): Outcome => ({ reasoning, codes })
const both = (reasoning: string, content: string, ...codes: Codes): Outcome => ({ reasoning, content, codes })
const call = (one: ExpectedCall, rest: Message, ...codes: Codes): Outcome => ({ calls: [one], ...rest, codes })

function testStates<Marker extends string>(
  format: string,
  markers: Record<Marker, string>,
  wanted: readonly string[],
  states: Record<string, State<Marker>>,
): void {
  describe(`every marker of ${format}`, () => {
    it('meets every state', () => {
      const names = new Set(Object.values(states).map(({ name }) => name))
      expect([...names].toSorted()).toEqual(wanted.toSorted())
    })

    for (const [title, { name, before, after, outcomes }] of Object.entries(states)) {
      it(`has a row in ${title}`, () => {
        expect(Object.keys(outcomes).toSorted()).toEqual(Object.keys(markers).toSorted())
        const parser = createToolCallParser({ format })
        parser.feed(before)
        expect(parser.inspect().state).toBe(name)
      })

      it.each(Object.keys(markers) as Marker[])(`%s in ${title}`, (marker) => {
        const { codes, ...message } = outcomes[marker] as Outcome
        checkRow({ name: title, format, raw: before + markers[marker] + after, message, codes })
      })
    }
  })
}

// --- messages with headers ---------------------------------------------------------------------------------------------------------------

const empty: ExpectedCall = ['f', '{}', 'complete']
const one: ExpectedCall = ['f', '{"a": 1}', 'complete']
const mended: ExpectedCall = ['f', '{"a": 1 }', 'repaired']
const cut: ExpectedCall = ['f', '{"a": 1 ', 'truncated']
const broken: ExpectedCall = ['f', '{"a": ', 'truncated']
const string = (value: string): Outcome => call(['f', `{"a": "x${value}"}`, 'complete'], {})
const CALL = '<|channel|>commentary to=functions.f<|message|>'

testStates(
  'openai',
  {
    start: '<|start|>',
    channel: '<|channel|>',
    constrain: '<|constrain|>',
    message: '<|message|>',
    call: '<|call|>',
    end: '<|end|>',
    return: '<|return|>',
    brace: '{',
    endToken: '<|endoftext|>',
  },
  ['content', 'reasoning', 'between', 'header', 'gap', 'arguments', 'after', 'skip'],
  {
    'text without a message': {
      name: 'content',
      before: 'a ',
      after: ' b',
      outcomes: {
        // A header without an end: what follows is the text of a message, which a line break parts from the text before.
        start: text('a \nb', 'mended-header'),
        // No channel of the format: a thought.
        channel: both('b', 'a', 'mended-header'),
        constrain: text('a <|constrain|> b'),
        message: text('a <|message|> b'),
        call: text('a  b'),
        end: text('a  b'),
        return: text('a  b'),
        brace: text('a { b'),
        endToken: text('a  b', 'end-token'),
      },
    },
    'a message of content': {
      name: 'content',
      before: '<|channel|>final<|message|>a ',
      after: ' b',
      outcomes: {
        start: text('a \nb', 'mended-header'),
        channel: both('b', 'a', 'mended-header'),
        constrain: text('a <|constrain|> b'),
        message: text('a <|message|> b'),
        call: text('a  b'),
        end: text('a  b'),
        return: text('a  b'),
        brace: text('a { b'),
        endToken: text('a  b', 'end-token'),
      },
    },
    'a message that has just begun': {
      name: 'content',
      before: '<|channel|>final<|message|>',
      after: 'b',
      outcomes: {
        start: text('b', 'mended-header'),
        channel: thought('b', 'mended-header'),
        constrain: text('<|constrain|>b'),
        message: text('b', 'doubled-opener'),
        call: text('b'),
        end: text('b'),
        return: text('b'),
        brace: text('{b'),
        endToken: text('b', 'end-token'),
      },
    },
    'a thought': {
      name: 'reasoning',
      before: '<|channel|>analysis<|message|>a ',
      after: ' b',
      outcomes: {
        start: both('a', 'b', 'mended-header'),
        channel: thought('ab', 'mended-header'),
        constrain: thought('a <|constrain|> b'),
        message: thought('a <|message|> b'),
        call: both('a', 'b'),
        end: both('a', 'b'),
        return: both('a', 'b'),
        brace: thought('a { b'),
        endToken: thought('a  b', 'end-token'),
      },
    },
    'the end of a message': {
      name: 'between',
      before: '<|channel|>analysis<|message|>a<|end|> ',
      after: ' b',
      outcomes: {
        start: both('a', 'b', 'mended-header'),
        channel: thought('ab', 'mended-header'),
        constrain: both('a', '<|constrain|> b'),
        message: both('a', 'b'),
        call: both('a', 'b'),
        end: both('a', 'b'),
        return: both('a', 'b'),
        brace: both('a', '{ b'),
        endToken: both('a', 'b', 'end-token'),
      },
    },
    'a header': {
      name: 'header',
      before: '<|start|>assistant',
      after: '<|channel|>final<|message|>b',
      outcomes: {
        start: text('b', 'mended-header'),
        channel: text('b', 'mended-header'),
        constrain: text('b', 'mended-header'),
        message: text('b'),
        call: text('b', 'mended-header'),
        end: text('b', 'mended-header'),
        return: text('b', 'mended-header'),
        brace: text('b'),
        endToken: text('b', 'mended-header'),
      },
    },
    'the header of a call': {
      name: 'header',
      before: '<|channel|>commentary to=functions.f',
      after: '<|message|>{"a": 1}',
      outcomes: {
        start: text('{"a": 1}', 'mended-header'),
        channel: call(one, {}, 'mended-header'),
        constrain: call(one, {}, 'mended-header'),
        message: call(one, {}, 'doubled-opener'),
        // A call without a body has no arguments.
        call: call(empty, { content: '{"a": 1}' }, 'mended-header'),
        end: call(empty, { content: '{"a": 1}' }, 'mended-header'),
        return: call(empty, { content: '{"a": 1}' }, 'mended-header'),
        // The name goes up to the brace; these are arguments that cannot be read.
        brace: call(['f', '{', 'truncated'], {}, 'mended-header', 'json-unreadable', 'stray-text'),
        endToken: call(one, {}, 'mended-header'),
      },
    },
    'the begin of a call': {
      name: 'gap',
      before: CALL,
      after: '{"a": 1}',
      outcomes: {
        start: call(empty, { content: '{"a": 1}' }, 'missing-closer', 'mended-header'),
        channel: call(empty, { reasoning: '{"a": 1}' }, 'missing-closer', 'mended-header'),
        constrain: text('<|constrain|>{"a": 1}', 'json-unreadable'),
        message: call(one, {}, 'doubled-opener'),
        call: call(empty, { content: '{"a": 1}' }),
        end: call(empty, { content: '{"a": 1}' }),
        return: call(empty, { content: '{"a": 1}' }),
        brace: call(['f', '{', 'truncated'], {}, 'json-unreadable', 'stray-text'),
        endToken: text('{"a": 1}', 'json-unreadable', 'end-token'),
      },
    },
    arguments: {
      name: 'arguments',
      before: `${CALL}{"a": 1 `,
      after: '}',
      outcomes: {
        start: call(mended, { content: '}' }, 'json-repair', 'missing-closer', 'mended-header'),
        channel: call(mended, { reasoning: '}' }, 'json-repair', 'missing-closer', 'mended-header'),
        constrain: call(cut, {}, 'json-unreadable', 'stray-text'),
        message: call(cut, {}, 'json-unreadable', 'stray-text'),
        call: call(mended, { content: '}' }, 'json-repair'),
        end: call(mended, { content: '}' }, 'json-repair'),
        return: call(mended, { content: '}' }, 'json-repair'),
        brace: call(cut, {}, 'json-unreadable', 'stray-text'),
        endToken: call(mended, {}, 'json-repair', 'end-token', 'stray-text'),
      },
    },
    'a string': {
      name: 'arguments',
      before: `${CALL}{"a": "x`,
      after: '"}',
      outcomes: {
        start: string('<|start|>'),
        channel: string('<|channel|>'),
        constrain: string('<|constrain|>'),
        message: string('<|message|>'),
        call: string('<|call|>'),
        end: string('<|end|>'),
        return: string('<|return|>'),
        brace: string('{'),
        endToken: string('<|endoftext|>'),
      },
    },
    'the end of the arguments': {
      name: 'after',
      before: `${CALL}{"a": 1} `,
      after: ' b',
      outcomes: {
        start: call(one, { content: 'b' }, 'missing-closer', 'mended-header'),
        channel: call(one, { reasoning: 'b' }, 'missing-closer', 'mended-header'),
        constrain: call(one, {}, 'stray-text'),
        message: call(one, {}, 'stray-text'),
        call: call(one, { content: ' b' }),
        end: call(one, { content: ' b' }),
        return: call(one, { content: ' b' }),
        brace: call(one, {}, 'stray-text'),
        endToken: call(one, {}, 'end-token', 'stray-text'),
      },
    },
    'arguments that failed': {
      name: 'skip',
      before: `${CALL}{"a": ?? `,
      after: ' b',
      outcomes: {
        start: call(broken, { content: 'b' }, 'json-unreadable', 'stray-text', 'mended-header'),
        channel: call(broken, { reasoning: 'b' }, 'json-unreadable', 'stray-text', 'mended-header'),
        constrain: call(broken, {}, 'json-unreadable', 'stray-text'),
        message: call(broken, {}, 'json-unreadable', 'stray-text'),
        call: call(broken, { content: ' b' }, 'json-unreadable', 'stray-text'),
        end: call(broken, { content: ' b' }, 'json-unreadable', 'stray-text'),
        return: call(broken, { content: ' b' }, 'json-unreadable', 'stray-text'),
        brace: call(broken, {}, 'json-unreadable', 'stray-text'),
        endToken: call(broken, {}, 'json-unreadable', 'stray-text'),
      },
    },
  },
)

// --- blocks of a type --------------------------------------------------------------------------------------------------------------------

const TOOL = '<|content_invoke_tool_json|>'
const LIST = '{"name": "f", "args": {}}'
const inString = (value: string): Outcome => call(['f', `{"a": "x${value}"}`, 'complete'], {})

testStates(
  'inkling',
  {
    model: '<|message_model|>',
    text: '<|content_text|>',
    thinking: '<|content_thinking|>',
    tool: TOOL,
    toolText: '<|content_invoke_tool_text|>',
    toolError: '<|content_tool_error|>',
    end: '<|end_message|>',
    sampling: '<|content_model_end_sampling|>',
  },
  ['content', 'reasoning', 'between', 'header', 'gap', 'element', 'skip'],
  {
    'text without a block': {
      name: 'content',
      before: 'a ',
      after: ' b',
      outcomes: {
        model: text('a b', 'mended-header'),
        text: text('a  b'),
        thinking: both('b', 'a'),
        tool: text(`a ${TOOL} b`, 'json-unreadable'),
        toolText: text('a  b'),
        toolError: text('a  b'),
        end: text('a  b'),
        sampling: text('a  b'),
      },
    },
    'a block of text': {
      name: 'content',
      before: '<|content_text|>a ',
      after: ' b',
      outcomes: {
        model: text('a b', 'mended-header'),
        text: text('a  b'),
        thinking: both('b', 'a'),
        tool: text(`a ${TOOL} b`, 'json-unreadable'),
        toolText: text('a  b'),
        toolError: text('a  b'),
        end: text('a  b'),
        sampling: text('a  b'),
      },
    },
    'a thought': {
      name: 'reasoning',
      before: '<|content_thinking|>a ',
      after: ' b',
      outcomes: {
        model: both('a', 'b', 'mended-header'),
        text: both('a', 'b'),
        thinking: thought('ab'),
        tool: both('a', `${TOOL} b`, 'json-unreadable'),
        toolText: both('a', 'b'),
        toolError: both('a', 'b'),
        end: both('a', 'b'),
        sampling: both('a', 'b'),
      },
    },
    'the end of a block': {
      name: 'between',
      before: '<|content_thinking|>a<|end_message|> ',
      after: ' b',
      outcomes: {
        model: both('a', 'b', 'mended-header'),
        text: both('a', 'b'),
        thinking: thought('ab'),
        tool: both('a', `${TOOL} b`, 'json-unreadable'),
        toolText: both('a', 'b'),
        toolError: both('a', 'b'),
        end: both('a', 'b'),
        sampling: both('a', 'b'),
      },
    },
    'a header': {
      name: 'header',
      before: '<|message_model|>f',
      after: '<|content_text|>b',
      outcomes: {
        // The word is a name only before a block.
        model: text('fb', 'mended-header'),
        text: text('b'),
        thinking: text('b'),
        tool: text(`${TOOL}b`, 'json-unreadable'),
        toolText: text('b'),
        toolError: text('b'),
        end: text('fb', 'mended-header'),
        sampling: text('fb', 'mended-header'),
      },
    },
    'the begin of a call': {
      name: 'gap',
      before: TOOL,
      after: LIST,
      outcomes: {
        model: text(TOOL + LIST, 'json-unreadable', 'mended-header'),
        text: text(TOOL + LIST, 'json-unreadable'),
        thinking: both(LIST, TOOL, 'json-unreadable'),
        tool: call(empty, { content: TOOL }, 'json-unreadable'),
        toolText: text(TOOL + LIST, 'json-unreadable'),
        toolError: text(TOOL + LIST, 'json-unreadable'),
        end: text(`${TOOL}<|end_message|>${LIST}`, 'json-unreadable'),
        sampling: text(TOOL + LIST, 'json-unreadable'),
      },
    },
    arguments: {
      name: 'element',
      before: `${TOOL}{"name": "f", "args": {"a": 1 `,
      after: '}',
      outcomes: {
        model: call(mended, { content: '}' }, 'json-repair', 'missing-closer', 'mended-header'),
        text: call(mended, { content: '}' }, 'json-repair', 'missing-closer'),
        thinking: call(mended, { reasoning: '}' }, 'json-repair', 'missing-closer'),
        tool: call(mended, { content: `${TOOL}}` }, 'json-repair', 'missing-closer', 'json-unreadable'),
        toolText: call(mended, { content: '}' }, 'json-repair', 'missing-closer'),
        toolError: call(mended, { content: '}' }, 'json-repair', 'missing-closer'),
        end: call(mended, { content: '}' }, 'json-repair'),
        sampling: call(mended, { content: '}' }, 'json-repair', 'missing-closer'),
      },
    },
    'a string': {
      name: 'element',
      before: `${TOOL}{"name": "f", "args": {"a": "x`,
      after: '"}}',
      outcomes: {
        model: inString('<|message_model|>'),
        text: inString('<|content_text|>'),
        thinking: inString('<|content_thinking|>'),
        tool: inString(TOOL),
        toolText: inString('<|content_invoke_tool_text|>'),
        toolError: inString('<|content_tool_error|>'),
        end: inString('<|end_message|>'),
        sampling: inString('<|content_model_end_sampling|>'),
      },
    },
    'the end of a call': {
      name: 'gap',
      before: TOOL + LIST,
      after: ' b',
      outcomes: {
        model: call(empty, { content: 'b' }, 'missing-closer', 'mended-header'),
        text: call(empty, { content: ' b' }, 'missing-closer'),
        thinking: call(empty, { reasoning: 'b' }, 'missing-closer'),
        tool: call(empty, { content: `${TOOL} b` }, 'missing-closer', 'json-unreadable'),
        toolText: call(empty, { content: ' b' }, 'missing-closer'),
        toolError: call(empty, { content: ' b' }, 'missing-closer'),
        end: call(empty, { content: ' b' }),
        sampling: call(empty, { content: ' b' }, 'missing-closer'),
      },
    },
    'arguments that failed': {
      name: 'skip',
      before: `${TOOL}{"name": "f", "args": {"a": ?? `,
      after: ' b',
      outcomes: {
        model: call(broken, { content: 'b' }, 'json-unreadable', 'stray-text', 'mended-header'),
        text: call(broken, { content: ' b' }, 'json-unreadable', 'stray-text'),
        thinking: call(broken, { reasoning: 'b' }, 'json-unreadable', 'stray-text'),
        tool: call(broken, { content: `${TOOL} b` }, 'json-unreadable', 'stray-text', 'json-unreadable'),
        toolText: call(broken, { content: ' b' }, 'json-unreadable', 'stray-text'),
        toolError: call(broken, { content: ' b' }, 'json-unreadable', 'stray-text'),
        end: call(broken, { content: ' b' }, 'json-unreadable', 'stray-text'),
        sampling: call(broken, { content: ' b' }, 'json-unreadable', 'stray-text'),
      },
    },
  },
)
