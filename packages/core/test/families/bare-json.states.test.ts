import { describe, expect, it } from 'vitest'
import { createToolCallParser, foldEvents } from '../../src/index.ts'

/** The content, the calls by their arguments and status, and the codes of the remarks. */
type Outcome = [content: string | null, calls: [json: string, status: string][], codes: string[]]

interface State {
  /** What the parser calls it. An object that may still be no call belongs to the text around it. */
  name: string
  /** The raw text is `before`, the marker and `after`. */
  before: string
  after: string
  /** What each marker does here; a missing one fails the test of completeness. */
  outcomes: Record<string, Outcome>
}

const tools = [{ type: 'function' as const, function: { name: 'ls', parameters: {} } }]

function read(format: string, raw: string): Outcome {
  const parser = createToolCallParser({ format, tools, reasoning: 'off' })
  const { content, toolCalls, diagnostics } = foldEvents([...parser.feed(raw), ...parser.end()])
  const calls = toolCalls.map((call): [string, string] => [call.function.arguments, call.status])
  return [content, calls, diagnostics.map(({ code }) => code)]
}

function testStates(
  format: string,
  markers: Record<string, string>,
  states: Record<string, State>,
  names: string[],
): void {
  describe(`every marker of ${format}`, () => {
    it('meets every state that the row has', () => {
      expect([...new Set(Object.values(states).map(({ name }) => name))].toSorted()).toEqual(names.toSorted())
    })

    for (const [title, { name, before, after, outcomes }] of Object.entries(states)) {
      it(`has a row in ${title}`, () => {
        expect(Object.keys(outcomes)).toEqual(Object.keys(markers))
        const parser = createToolCallParser({ format, tools, reasoning: 'off' })
        parser.feed(before)
        expect(parser.inspect().state).toBe(name)
      })

      it.each(Object.entries(markers))(`%s in ${title}`, (marker, literal) => {
        expect(read(format, before + literal + after)).toEqual(outcomes[marker])
      })
    }
  })
}

testStates(
  'llama3_json',
  {
    tag: '<|python_tag|>',
    brace: '{',
    bracket: '[',
    semicolon: ';',
    comma: ',',
    closeBrace: '}',
    quote: '"',
    endToken: '<|eot_id|>',
  },
  {
    prose: {
      name: 'content',
      before: 'a ',
      after: ' b',
      outcomes: {
        tag: ['a <|python_tag|> b', [], []],
        brace: ['a { b', [], []],
        bracket: ['a [ b', [], []],
        semicolon: ['a ; b', [], []],
        comma: ['a , b', [], []],
        closeBrace: ['a } b', [], []],
        quote: ['a " b', [], []],
        endToken: ['a  b', [], ['end-token']],
      },
    },
    'the start of a line': {
      name: 'content',
      before: '',
      after: '"name": "ls", "parameters": {}}',
      outcomes: {
        tag: ['<|python_tag|>"name": "ls", "parameters": {}}', [], []],
        brace: [null, [['{}', 'complete']], []],
        bracket: ['["name": "ls", "parameters": {}}', [], []],
        semicolon: [';"name": "ls", "parameters": {}}', [], []],
        comma: [',"name": "ls", "parameters": {}}', [], []],
        closeBrace: ['}"name": "ls", "parameters": {}}', [], []],
        quote: ['""name": "ls", "parameters": {}}', [], []],
        endToken: ['"name": "ls", "parameters": {}}', [], ['end-token']],
      },
    },
    'behind the tag': {
      name: 'content',
      before: '<|python_tag|>',
      after: '"name": "ls", "parameters": {}}',
      outcomes: {
        tag: ['<|python_tag|><|python_tag|>"name": "ls", "parameters": {}}', [], []],
        brace: [null, [['{}', 'complete']], []],
        bracket: ['<|python_tag|>["name": "ls", "parameters": {}}', [], []],
        semicolon: ['<|python_tag|>;"name": "ls", "parameters": {}}', [], []],
        comma: ['<|python_tag|>,"name": "ls", "parameters": {}}', [], []],
        closeBrace: ['<|python_tag|>}"name": "ls", "parameters": {}}', [], []],
        quote: ['<|python_tag|>""name": "ls", "parameters": {}}', [], []],
        endToken: ['<|python_tag|>"name": "ls", "parameters": {}}', [], ['end-token']],
      },
    },
    'the arguments': {
      name: 'element',
      before: '{"name": "ls", "parameters": {"a": 1 ',
      after: '}}',
      outcomes: {
        tag: ['<|python_tag|>}}', [['{"a": 1 }', 'repaired']], ['json-repair']],
        brace: [null, [['{"a": 1 ', 'truncated']], ['json-unreadable', 'stray-text']],
        bracket: [null, [['{"a": 1 ', 'truncated']], ['json-unreadable', 'stray-text']],
        semicolon: [null, [['{"a": 1 ', 'truncated']], ['json-unreadable', 'stray-text']],
        comma: [null, [['{"a": 1 }', 'repaired']], ['json-repair']],
        closeBrace: ['}', [['{"a": 1 }', 'complete']], []],
        quote: [null, [['{"a": 1 ', 'truncated']], ['json-unreadable', 'stray-text']],
        endToken: ['}}', [['{"a": 1 }', 'repaired']], ['json-repair', 'end-token']],
      },
    },
    'a string': {
      name: 'element',
      before: '{"name": "ls", "parameters": {"a": "x',
      after: '"}}',
      outcomes: {
        tag: [null, [['{"a": "x<|python_tag|>"}', 'complete']], []],
        brace: [null, [['{"a": "x{"}', 'complete']], []],
        bracket: [null, [['{"a": "x["}', 'complete']], []],
        semicolon: [null, [['{"a": "x;"}', 'complete']], []],
        comma: [null, [['{"a": "x,"}', 'complete']], []],
        closeBrace: [null, [['{"a": "x}"}', 'complete']], []],
        quote: [null, [['{"a": "x\\""}', 'repaired']], ['json-repair']],
        endToken: [null, [['{"a": "x<|eot_id|>"}', 'complete']], []],
      },
    },
    'behind a call': {
      name: 'tail',
      before: '{"name": "ls", "parameters": {}}',
      after: ' {"name": "ls", "parameters": {}}',
      outcomes: {
        tag: [
          null,
          [
            ['{}', 'complete'],
            ['{}', 'complete'],
          ],
          [],
        ],
        brace: ['{ {"name": "ls", "parameters": {}}', [['{}', 'complete']], []],
        bracket: ['[ {"name": "ls", "parameters": {}}', [['{}', 'complete']], []],
        semicolon: [
          null,
          [
            ['{}', 'complete'],
            ['{}', 'complete'],
          ],
          [],
        ],
        comma: [
          null,
          [
            ['{}', 'complete'],
            ['{}', 'complete'],
          ],
          [],
        ],
        closeBrace: ['} {"name": "ls", "parameters": {}}', [['{}', 'complete']], []],
        quote: ['" {"name": "ls", "parameters": {}}', [['{}', 'complete']], []],
        endToken: [
          null,
          [
            ['{}', 'complete'],
            ['{}', 'complete'],
          ],
          ['end-token'],
        ],
      },
    },
  },
  ['content', 'element', 'tail'],
)

testStates(
  'generic',
  {
    brace: '{',
    bracket: '[',
    comma: ',',
    closeBrace: '}',
    closeBracket: ']',
    quote: '"',
    backslash: '\\',
    fence: '```',
  },
  {
    prose: {
      name: 'content',
      before: 'a ',
      after: ' b',
      outcomes: {
        brace: ['a { b', [], []],
        bracket: ['a [ b', [], []],
        comma: ['a , b', [], []],
        closeBrace: ['a } b', [], []],
        closeBracket: ['a ] b', [], []],
        quote: ['a " b', [], []],
        backslash: ['a \\ b', [], []],
        fence: ['a ``` b', [], []],
      },
    },
    'the list': {
      name: 'gap',
      before: '{"tool_calls": [',
      after: '{"name": "ls", "arguments": {}}]}',
      outcomes: {
        brace: ['{"tool_calls": [{{"name": "ls", "arguments": {}}]}', [], ['json-unreadable']],
        bracket: ['{"tool_calls": [[{"name": "ls", "arguments": {}}]}', [], ['json-unreadable']],
        comma: ['{"tool_calls": [,{"name": "ls", "arguments": {}}]}', [], ['json-unreadable']],
        closeBrace: ['{"tool_calls": [}{"name": "ls", "arguments": {}}]}', [], ['json-unreadable']],
        closeBracket: ['{"tool_calls": []{"name": "ls", "arguments": {}}]}', [], ['json-unreadable']],
        quote: ['{"tool_calls": ["{"name": "ls", "arguments": {}}]}', [], ['json-unreadable']],
        backslash: ['{"tool_calls": [\\{"name": "ls", "arguments": {}}]}', [], ['json-unreadable']],
        fence: ['{"tool_calls": [```{"name": "ls", "arguments": {}}]}', [], ['json-unreadable']],
      },
    },
    'between calls': {
      name: 'gap',
      before: '{"tool_calls": [{"name": "ls", "arguments": {}}',
      after: ' {"name": "ls", "arguments": {}}]}',
      outcomes: {
        brace: [
          null,
          [
            ['{}', 'complete'],
            ['{}', 'complete'],
          ],
          ['stray-text'],
        ],
        bracket: [
          null,
          [
            ['{}', 'complete'],
            ['{}', 'complete'],
          ],
          ['stray-text'],
        ],
        comma: [
          null,
          [
            ['{}', 'complete'],
            ['{}', 'complete'],
          ],
          [],
        ],
        closeBrace: [
          null,
          [
            ['{}', 'complete'],
            ['{}', 'complete'],
          ],
          ['stray-text'],
        ],
        closeBracket: [' {"name": "ls", "arguments": {}}]}', [['{}', 'complete']], []],
        quote: [
          null,
          [
            ['{}', 'complete'],
            ['{}', 'complete'],
          ],
          ['stray-text'],
        ],
        backslash: [
          null,
          [
            ['{}', 'complete'],
            ['{}', 'complete'],
          ],
          ['stray-text'],
        ],
        fence: [
          null,
          [
            ['{}', 'complete'],
            ['{}', 'complete'],
          ],
          [],
        ],
      },
    },
    'a string': {
      name: 'element',
      before: '{"tool_calls": [{"name": "ls", "arguments": {"a": "x',
      after: '"}}]}',
      outcomes: {
        brace: [null, [['{"a": "x{"}', 'complete']], []],
        bracket: [null, [['{"a": "x["}', 'complete']], []],
        comma: [null, [['{"a": "x,"}', 'complete']], []],
        closeBrace: [null, [['{"a": "x}"}', 'complete']], []],
        closeBracket: [null, [['{"a": "x]"}', 'complete']], []],
        quote: [null, [['{"a": "x\\""}', 'repaired']], ['json-repair']],
        backslash: [null, [['{"a": "x\\"}}]}', 'truncated']], ['truncated']],
        fence: [null, [['{"a": "x```"}', 'complete']], []],
      },
    },
    'an answer': {
      name: 'response',
      before: '{"response": "a',
      after: 'b"}',
      outcomes: {
        brace: ['a{b', [], []],
        bracket: ['a[b', [], []],
        comma: ['a,b', [], []],
        closeBrace: ['a}b', [], []],
        closeBracket: ['a]b', [], []],
        quote: ['ab"}', [], []],
        backslash: ['a\b', [], []],
        fence: ['a```b', [], []],
      },
    },
    'behind the list': {
      name: 'tail',
      before: '{"tool_calls": [{"name": "ls", "arguments": {}}]',
      after: ' b',
      outcomes: {
        brace: ['{ b', [['{}', 'complete']], []],
        bracket: ['[ b', [['{}', 'complete']], []],
        comma: [', b', [['{}', 'complete']], []],
        closeBrace: [' b', [['{}', 'complete']], []],
        closeBracket: ['] b', [['{}', 'complete']], []],
        quote: ['" b', [['{}', 'complete']], []],
        backslash: ['\\ b', [['{}', 'complete']], []],
        fence: ['``` b', [['{}', 'complete']], []],
      },
    },
  },
  ['content', 'gap', 'element', 'response', 'tail'],
)
