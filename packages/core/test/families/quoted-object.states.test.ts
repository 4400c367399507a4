import { describe, expect, it } from 'vitest'
import { gemma4 } from '../../src/formats/quoted-object.ts'
import { type ExpectedCall, type PolicyRow, checkRow, tool } from '../policies/check.ts'

type Outcome = PolicyRow['message'] & Pick<PolicyRow, 'codes'>
type Codes = NonNullable<Outcome['codes']>

const tools = [
  tool('f', {
    s: { type: 'string' },
    n: { type: 'integer' },
    l: { type: 'array', items: { type: 'string' } },
  }),
  tool('list'),
]

/** Everything that means something to the machine. */
const MARKERS = {
  opener: '<|tool_call>',
  call: 'call:list{',
  closer: '<tool_call|>',
  quote: '<|"|>',
  openBrace: '{',
  closeBrace: '}',
  openBracket: '[',
  closeBracket: ']',
  comma: ',',
  key: 's:',
  endToken: '<turn|>',
  thoughtOpen: '<|channel>thought\n',
  thoughtClose: '<channel|>',
} as const
type Marker = keyof typeof MARKERS

/** One state of the machine: the raw text is `before`, the marker and `after`. */
interface State {
  before: string
  after: string
  /** What each marker does here. A missing one is a compile error, and fails the test of completeness. */
  outcomes: Record<Marker, Outcome>
}

const text = (content: string, ...codes: Codes): Outcome => ({ content, codes })
const call = (json: string, status: ExpectedCall[2], ...codes: Codes): Outcome => ({
  calls: [['f', json, status]],
  codes,
})
const complete = (json: string, ...codes: Codes): Outcome => call(json, 'complete', ...codes)
const repaired = (json: string, ...codes: Codes): Outcome => call(json, 'repaired', ...codes)
const truncated = (json: string): Outcome => call(json, 'truncated', 'truncated')
const each = (outcome: (literal: string) => Outcome): Record<Marker, Outcome> =>
  Object.fromEntries(Object.entries(MARKERS).map(([marker, literal]) => [marker, outcome(literal)])) as Record<
    Marker,
    Outcome
  >

/** The marker is text of the string `s`. */
const literalIn = (before: string, after: string): Record<Marker, Outcome> =>
  each((literal) => complete(JSON.stringify({ s: before + literal + after })))

const open = '<|tool_call>call:f{'
const whole = `${open}n:1}<tool_call|>`
const one = '{"n":1}'

const STATES: Record<string, State> = {
  text: {
    before: 'a ',
    after: ' b',
    outcomes: {
      ...each((literal) => text(`a ${literal} b`)),
      endToken: text('a  b', 'end-token'),
      thoughtOpen: { content: 'a', reasoning: 'b' },
      thoughtClose: text('a <channel|> b', 'stray-reasoning-marker'),
    },
  },
  'a thought': {
    before: '<|channel>thought\na ',
    after: ' b<channel|>c',
    outcomes: {
      ...each((literal) => ({ reasoning: `a ${literal} b`, content: 'c' })),
      endToken: { reasoning: 'a  b', content: 'c', codes: ['end-token'] },
      thoughtClose: { reasoning: 'a', content: 'b<channel|>c' },
    },
  },
  'an opener before its call': {
    before: '<|tool_call>',
    after: 'call:f{n:1}<tool_call|>',
    outcomes: {
      ...each((literal) => text(`<|tool_call>${literal}call:f{n:1}<tool_call|>`)),
      opener: complete(one, 'doubled-opener'),
      call: { calls: [['list', '{"call":"f{n:1"}', 'complete']], codes: ['undeclared-parameter'] },
      endToken: text('<|tool_call>call:f{n:1}<tool_call|>', 'end-token'),
      thoughtOpen: { content: '<|tool_call>', reasoning: 'call:f{n:1}<tool_call|>' },
      thoughtClose: text('<|tool_call><channel|>call:f{n:1}<tool_call|>', 'stray-reasoning-marker'),
    },
  },
  key: {
    before: open,
    after: 'n:1}<tool_call|>',
    outcomes: {
      opener: { ...repaired('{}', 'missing-closer', 'missing-closer'), content: '<|tool_call>n:1}<tool_call|>' },
      call: complete('{"call":"list{n:1"}', 'undeclared-parameter'),
      closer: { ...repaired('{}', 'missing-closer', 'stray-closer'), content: 'n:1}' },
      quote: complete(one, 'stray-text'),
      openBrace: complete(one, 'stray-text'),
      closeBrace: complete('{}', 'stray-text'),
      openBracket: complete('{}', 'stray-text'),
      closeBracket: complete('{}', 'stray-text'),
      comma: complete(one),
      key: complete('{"s":"n:1"}'),
      endToken: complete(one, 'end-token'),
      thoughtOpen: complete('{}', 'stray-text'),
      thoughtClose: complete('{}', 'stray-text'),
    },
  },
  'a quoted key': {
    before: `${open}<|"|>x`,
    after: 'y<|"|>:1}<tool_call|>',
    outcomes: {
      ...each((literal) => complete(`{${JSON.stringify(`x${literal}y`)}:1}`, 'undeclared-parameter')),
      opener: {
        ...repaired('{}', 'missing-closer', 'missing-closer', 'stray-text', 'stray-text'),
        content: '<|tool_call>y<|"|>:1}<tool_call|>',
      },
      closer: { ...repaired('{}', 'missing-closer', 'stray-closer', 'stray-text', 'stray-text'), content: 'y<|"|>:1}' },
      quote: complete('{}', 'stray-text', 'stray-text'),
    },
  },
  value: {
    before: `${open}s:`,
    after: ',n:1}<tool_call|>',
    outcomes: {
      ...each((literal) => complete(JSON.stringify({ s: literal.trim(), n: 1 }))),
      opener: { ...repaired('{"s":""}', 'missing-closer', 'missing-closer'), content: '<|tool_call>,n:1}<tool_call|>' },
      closer: { ...repaired('{"s":""}', 'missing-closer', 'stray-closer'), content: ',n:1}' },
      quote: truncated('{"s":",n:1}<tool_call|>'),
      openBrace: repaired('{"s":{"n":1}}', 'value-type', 'missing-closer'),
      closeBrace: complete('{"s":""}', 'stray-text'),
      openBracket: repaired('{"s":["n:1"]}', 'value-type', 'missing-closer'),
      comma: complete('{"s":"","n":1}'),
      endToken: complete('{"s":"","n":1}', 'end-token'),
    },
  },
  'an item': {
    before: `${open}l:[`,
    after: ']}<tool_call|>',
    outcomes: {
      ...each((literal) => complete(JSON.stringify({ l: [literal.trim()] }))),
      opener: {
        ...repaired('{"l":[]}', 'missing-closer', 'missing-closer', 'missing-closer'),
        content: '<|tool_call>]}<tool_call|>',
      },
      closer: { ...repaired('{"l":[]}', 'missing-closer', 'missing-closer', 'stray-closer'), content: ']}' },
      quote: truncated('{"l":["]}<tool_call|>'),
      openBrace: repaired('{"l":[{}]}', 'value-type', 'missing-closer'),
      closeBrace: repaired('{"l":[]}', 'missing-closer', 'stray-text'),
      openBracket: repaired('{"l":[[]]}', 'value-type', 'missing-closer'),
      closeBracket: complete('{"l":[]}', 'stray-text'),
      comma: complete('{"l":[]}'),
      endToken: complete('{"l":[]}', 'end-token'),
    },
  },
  string: { before: `${open}s:<|"|>a `, after: ' b<|"|>}<tool_call|>', outcomes: literalIn('a ', ' b') },
  'the end of a string': {
    before: `${open}n:<|"|>1<|"|>`,
    after: '}<tool_call|>',
    outcomes: {
      ...each(() => truncated('{"n":')),
      opener: { ...repaired(one, 'missing-closer', 'missing-closer'), content: '<|tool_call>}<tool_call|>' },
      closer: { ...repaired(one, 'missing-closer', 'stray-closer'), content: '}' },
      quote: complete('{"n":"1<|\\"|>"}', 'value-type'),
      closeBrace: complete(one, 'stray-text'),
      closeBracket: complete(one, 'stray-text'),
      comma: complete(one),
      endToken: complete(one, 'end-token'),
    },
  },
  'a bare value': {
    before: `${open}s:a`,
    after: ' b}<tool_call|>',
    outcomes: {
      ...literalIn('a', ' b'),
      opener: {
        ...repaired('{"s":"a"}', 'missing-closer', 'missing-closer'),
        content: '<|tool_call> b}<tool_call|>',
      },
      closer: { ...repaired('{"s":"a"}', 'missing-closer', 'stray-closer'), content: ' b}' },
      closeBrace: complete('{"s":"a"}', 'stray-text'),
    },
  },
  'a bare item': {
    before: `${open}l:[a`,
    after: ' b]}<tool_call|>',
    outcomes: {
      ...each((literal) => complete(JSON.stringify({ l: [`a${literal} b`] }))),
      opener: {
        ...repaired('{"l":["a"]}', 'missing-closer', 'missing-closer', 'missing-closer'),
        content: '<|tool_call> b]}<tool_call|>',
      },
      closer: { ...repaired('{"l":["a"]}', 'missing-closer', 'missing-closer', 'stray-closer'), content: ' b]}' },
      closeBrace: repaired('{"l":["a"]}', 'missing-closer', 'stray-text'),
      closeBracket: complete('{"l":["a"]}', 'stray-text'),
      comma: complete('{"l":["a","b"]}'),
    },
  },
  'after a value': {
    before: `${open}l:[]`,
    after: '}<tool_call|>',
    outcomes: {
      ...each(() => complete('{"l":[]}', 'stray-text')),
      opener: { ...repaired('{"l":[]}', 'missing-closer', 'missing-closer'), content: '<|tool_call>}<tool_call|>' },
      closer: { ...repaired('{"l":[]}', 'missing-closer', 'stray-closer'), content: '}' },
      comma: complete('{"l":[]}'),
      endToken: complete('{"l":[]}', 'end-token'),
    },
  },
  'a whole object': {
    before: `${open}n:1}`,
    after: '<tool_call|>',
    outcomes: {
      ...each(() => complete(one, 'stray-text')),
      opener: { ...complete(one, 'missing-closer'), content: '<|tool_call><tool_call|>' },
      call: {
        calls: [
          ['f', one, 'complete'],
          ['list', '{}', 'repaired'],
        ],
        codes: ['missing-closer'],
      },
      closer: complete(one, 'stray-closer'),
      endToken: complete(one, 'end-token'),
    },
  },
  'after a call': {
    before: `${whole}\n`,
    after: ' b',
    outcomes: {
      ...each((literal) => ({ ...complete(one), content: `\n${literal} b` })),
      closer: { ...complete(one, 'stray-closer'), content: ' b' },
      endToken: { ...complete(one, 'end-token'), content: '\n b' },
      thoughtOpen: { ...complete(one), reasoning: 'b' },
      thoughtClose: { ...complete(one, 'stray-reasoning-marker'), content: '\n<channel|> b' },
    },
  },
  'a fence': {
    before: '```\n',
    after: '\n```\nb',
    outcomes: {
      ...each((literal) => text(`\`\`\`\n${literal}\n\`\`\`\nb`)),
      endToken: text('```\n\n```\nb', 'end-token'),
    },
  },
}

describe('every marker of gemma4', () => {
  it('is in the table', () => {
    const row = gemma4.syntax.family === 'quoted-object' ? gemma4.syntax.row : undefined
    const literals: readonly string[] = Object.values(MARKERS)
    expect(literals).toEqual(expect.arrayContaining([row?.open, row?.close, row?.quote]))
  })

  describe.each(Object.entries(STATES))('in the state: %s', (name, { before, after, outcomes }) => {
    it('has a row', () => {
      expect(Object.keys(outcomes).toSorted()).toEqual(Object.keys(MARKERS).toSorted())
    })

    it.each(Object.keys(MARKERS) as Marker[])('%s', (marker) => {
      const { codes = [], ...message } = outcomes[marker]
      checkRow({ name, format: 'gemma4', options: { tools }, raw: before + MARKERS[marker] + after, message, codes })
    })
  })
})
