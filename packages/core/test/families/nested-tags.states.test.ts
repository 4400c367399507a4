import { describe, expect, it } from 'vitest'
import { minimaxM3 } from '../../src/formats/nested-tags.ts'
import { type ExpectedCall, type PolicyRow, checkRow, tool } from '../policies/check.ts'

type Outcome = PolicyRow['message'] & Pick<PolicyRow, 'codes'>
type Codes = NonNullable<Outcome['codes']>

const tools = [
  tool('f', {
    s: { type: 'string' },
    n: { type: 'integer' },
    l: { type: 'array', items: { type: 'string' } },
    o: { type: 'object', properties: { k: { type: 'string' } } },
  }),
  tool('list'),
]

const N = ']<]minimax[>['
/** Everything that means something to the machine. */
const MARKERS = {
  mark: N,
  section: `${N}<tool_call>`,
  sectionClose: `${N}</tool_call>`,
  call: `${N}<invoke name="list">`,
  callClose: `${N}</invoke>`,
  declared: `${N}<n>`,
  undeclared: `${N}<x>`,
  item: `${N}<item>`,
  closer: `${N}</s>`,
  otherCloser: `${N}</x>`,
  unmarkedSection: '<tool_call>',
  unmarkedCloser: '</s>',
  endToken: '[e~[',
  thoughtOpen: '<mm:think>',
  thoughtClose: '</mm:think>',
} as const
type Marker = keyof typeof MARKERS

/** One state of the machine: the raw text is `before`, the marker and `after`. */
interface State {
  closers?: 'first'
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
/** The call `f`, then `list`. */
const andList = (json: string, status: ExpectedCall[2], list: ExpectedCall[2], ...codes: Codes): Outcome => ({
  calls: [
    ['f', json, status],
    ['list', '{}', list],
  ],
  codes,
})
const each = (outcome: (literal: string) => Outcome): Record<Marker, Outcome> =>
  Object.fromEntries(Object.entries(MARKERS).map(([marker, literal]) => [marker, outcome(literal)])) as Record<
    Marker,
    Outcome
  >

const section = `${N}<tool_call>`
const open = `${section}${N}<invoke name="f">`
const close = `${N}</invoke>${N}</tool_call>`

/** The call ends inside an element: of what follows, the element's closer is out of place. */
const ends = (json: string, after: string): Record<'section' | 'sectionClose' | 'call' | 'callClose', Outcome> => ({
  section: { ...repaired(json, 'missing-closer', 'missing-closer'), content: section + after + close },
  sectionClose: {
    ...repaired(json, 'missing-closer', 'missing-closer', 'stray-closer', 'stray-closer'),
    content: after,
  },
  call: andList(json, 'repaired', 'complete', 'missing-closer', 'missing-closer', 'stray-text'),
  callClose: repaired(json, 'missing-closer', 'stray-text'),
})

const STATES: Record<string, State> = {
  text: {
    before: 'a ',
    after: ' b',
    outcomes: {
      ...each((literal) => text(`a ${literal} b`)),
      endToken: text('a  b', 'end-token'),
      thoughtOpen: { content: 'a', reasoning: 'b' },
      thoughtClose: text('a </mm:think> b', 'stray-reasoning-marker'),
    },
  },
  'a thought': {
    before: '<mm:think>a ',
    after: ' b</mm:think>c',
    outcomes: {
      ...each((literal) => ({ reasoning: `a ${literal} b`, content: 'c' })),
      endToken: { reasoning: 'a  b', content: 'c', codes: ['end-token'] },
      thoughtClose: { reasoning: 'a', content: 'b</mm:think>c' },
    },
  },
  'a section before its call': {
    before: section,
    after: `${N}<invoke name="f">${close}`,
    outcomes: {
      ...each((literal) => text(`${section}${literal}${N}<invoke name="f">${close}`)),
      section: complete('{}', 'doubled-opener'),
      call: {
        calls: [
          ['list', '{}', 'repaired'],
          ['f', '{}', 'complete'],
        ],
        codes: ['missing-closer'],
      },
      unmarkedSection: { ...complete('{}', 'missing-opener'), content: section },
      endToken: text(`${section}${N}<invoke name="f">${close}`, 'end-token'),
      // A thought that never closes: the call in it is real, and begins a line.
      thoughtOpen: { ...complete('{}', 'call-in-reasoning', 'missing-opener', 'stray-closer'), content: section },
      thoughtClose: text(`${section}</mm:think>${N}<invoke name="f">${close}`, 'stray-reasoning-marker'),
    },
  },
  'between parameters': {
    before: open,
    after: close,
    outcomes: {
      ...each(() => complete('{}', 'stray-text')),
      section: { ...repaired('{}', 'missing-closer'), content: section + close },
      sectionClose: repaired('{}', 'missing-closer', 'stray-closer', 'stray-closer'),
      call: andList('{}', 'repaired', 'complete', 'missing-closer'),
      declared: repaired('{"n":""}', 'missing-closer', 'empty-value'),
      undeclared: repaired('{"x":""}', 'undeclared-parameter', 'missing-closer'),
      item: repaired('{"item":""}', 'undeclared-parameter', 'missing-closer'),
      endToken: complete('{}', 'end-token'),
    },
  },
  // Behind the closer of a text only what confirms it leads here: the first closer counts.
  'between members': {
    closers: 'first',
    before: `${open}${N}<o>${N}<k>1${N}</k>`,
    after: `${N}</o>${close}`,
    outcomes: {
      ...each(() => complete('{"o":{"k":"1"}}', 'stray-text')),
      ...ends('{"o":{"k":"1"}}', `${N}</o>`),
      declared: repaired('{"o":{"k":"1","n":""}}', 'missing-closer'),
      undeclared: repaired('{"o":{"k":"1","x":""}}', 'missing-closer'),
      item: repaired('{"o":{"k":"1","item":""}}', 'missing-closer'),
      endToken: complete('{"o":{"k":"1"}}', 'end-token'),
    },
  },
  'between items': {
    closers: 'first',
    before: `${open}${N}<l>${N}<item>a${N}</item>`,
    after: `${N}</l>${close}`,
    outcomes: {
      ...each(() => complete('{"l":["a"]}', 'stray-text')),
      ...ends('{"l":["a"]}', `${N}</l>`),
      declared: repaired('{"l":["a",""]}', 'mended-tag', 'missing-closer'),
      undeclared: repaired('{"l":["a",""]}', 'mended-tag', 'missing-closer'),
      item: repaired('{"l":["a",""]}', 'missing-closer'),
      endToken: complete('{"l":["a"]}', 'end-token'),
    },
  },
  'behind an array': {
    closers: 'first',
    before: `${open}${N}<l>${N}<item>a${N}</item>${N}</l>`,
    after: `${N}<l>b${N}</l>${close}`,
    outcomes: {
      ...each(() => complete('{"l":["a","b"]}', 'stray-text')),
      section: {
        ...repaired('{"l":["a"]}', 'missing-closer'),
        content: `${section}${N}<l>b${N}</l>${close}`,
      },
      sectionClose: {
        ...repaired('{"l":["a"]}', 'missing-closer', 'stray-closer', 'stray-closer'),
        content: `${N}<l>b${N}</l>`,
      },
      call: {
        calls: [
          ['f', '{"l":["a"]}', 'repaired'],
          ['list', '{"l":"b"}', 'complete'],
        ],
        codes: ['missing-closer', 'undeclared-parameter'],
      },
      callClose: complete('{"l":["a"]}', 'stray-text'),
      // A parameter that has a value already is text (fine print 2).
      declared: repaired(JSON.stringify({ l: ['a'], n: `${N}<l>b${N}</l>` }), 'missing-closer', 'value-type'),
      undeclared: repaired('{"l":["a"],"x":{"l":"b"}}', 'undeclared-parameter', 'missing-closer'),
      item: repaired('{"l":["a"],"item":{"l":"b"}}', 'undeclared-parameter', 'missing-closer'),
      endToken: complete('{"l":["a","b"]}', 'end-token'),
    },
  },
  'behind a text for an array': {
    closers: 'first',
    before: `${open}${N}<l>a${N}</l>`,
    after: `${N}<l>b${N}</l>${close}`,
    outcomes: {
      ...each(() => complete('{"l":["a","b"]}', 'stray-text')),
      section: {
        ...repaired('{"l":"a"}', 'missing-closer', 'value-type'),
        content: `${section}${N}<l>b${N}</l>${close}`,
      },
      sectionClose: {
        ...repaired('{"l":"a"}', 'missing-closer', 'value-type', 'stray-closer', 'stray-closer'),
        content: `${N}<l>b${N}</l>`,
      },
      call: {
        calls: [
          ['f', '{"l":"a"}', 'repaired'],
          ['list', '{"l":"b"}', 'complete'],
        ],
        codes: ['missing-closer', 'value-type', 'undeclared-parameter'],
      },
      callClose: complete('{"l":"a"}', 'value-type', 'stray-text'),
      declared: repaired(
        JSON.stringify({ l: 'a', n: `${N}<l>b${N}</l>` }),
        'value-type',
        'missing-closer',
        'value-type',
      ),
      undeclared: repaired('{"l":"a","x":{"l":"b"}}', 'value-type', 'undeclared-parameter', 'missing-closer'),
      item: repaired('{"l":"a","item":{"l":"b"}}', 'value-type', 'undeclared-parameter', 'missing-closer'),
      endToken: complete('{"l":["a","b"]}', 'end-token'),
    },
  },
  'an element of a string': {
    before: `${open}${N}<s>`,
    after: `${N}</s>${close}`,
    outcomes: {
      ...each((literal) => complete(JSON.stringify({ s: literal }))),
      declared: repaired(JSON.stringify({ s: '', n: `${N}</s>` }), 'missing-closer', 'missing-closer', 'value-type'),
    },
  },
  'an element of an object': {
    before: `${open}${N}<o>`,
    after: `${N}</o>${close}`,
    outcomes: {
      ...each((literal) => complete(JSON.stringify({ o: literal }), 'value-type')),
      declared: repaired('{"o":{"n":""}}', 'missing-closer'),
      undeclared: repaired('{"o":{"x":""}}', 'missing-closer'),
      item: repaired('{"o":{"item":""}}', 'missing-closer'),
    },
  },
  'a text': {
    before: `${open}${N}<s>a `,
    after: ` b${N}</s>${close}`,
    outcomes: {
      ...each((literal) => complete(JSON.stringify({ s: `a ${literal} b` }))),
      declared: repaired(
        JSON.stringify({ s: 'a ', n: ` b${N}</s>` }),
        'missing-closer',
        'missing-closer',
        'value-type',
      ),
    },
  },
  'the end of a text': {
    before: `${open}${N}<s>a`,
    after: close,
    outcomes: {
      ...each((literal) => repaired(JSON.stringify({ s: `a${literal}` }), 'missing-closer')),
      declared: repaired('{"s":"a","n":""}', 'missing-closer', 'missing-closer', 'empty-value'),
      closer: complete('{"s":"a"}'),
      unmarkedCloser: repaired('{"s":"a"}', 'mended-tag'),
    },
  },
  'between calls': {
    before: `${open}${N}</invoke>`,
    after: `${N}</tool_call>`,
    outcomes: {
      ...each(() => complete('{}', 'stray-text')),
      section: { ...complete('{}'), content: `${section}${N}</tool_call>` },
      sectionClose: complete('{}', 'stray-closer'),
      call: andList('{}', 'complete', 'repaired', 'missing-closer'),
      endToken: complete('{}', 'end-token'),
    },
  },
  'after a section': {
    before: `${open}${close}\n`,
    after: ' b',
    outcomes: {
      ...each((literal) => ({ ...complete('{}'), content: `\n${literal} b` })),
      sectionClose: { ...complete('{}', 'stray-closer'), content: ' b' },
      callClose: { ...complete('{}', 'stray-closer'), content: ' b' },
      call: andList('{}', 'complete', 'repaired', 'missing-opener', 'missing-closer', 'stray-text'),
      endToken: { ...complete('{}', 'end-token'), content: '\n b' },
      thoughtOpen: { ...complete('{}'), reasoning: 'b' },
      thoughtClose: { ...complete('{}', 'stray-reasoning-marker'), content: '\n</mm:think> b' },
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

describe('every marker of minimax_m3', () => {
  it('is in the table', () => {
    const row = minimaxM3.syntax.family === 'nested-tags' ? minimaxM3.syntax.row : undefined
    const literals: readonly string[] = Object.values(MARKERS)
    const { mark, open: opener, close: closer, callClose } = row ?? {}
    const marked = [opener, closer, callClose].map((tag) => `${mark}${tag}`)
    expect(literals).toEqual(expect.arrayContaining([mark, ...marked]))
  })

  describe.each(Object.entries(STATES))('in the state: %s', (name, { closers, before, after, outcomes }) => {
    it('has a row', () => {
      expect(Object.keys(outcomes).toSorted()).toEqual(Object.keys(MARKERS).toSorted())
    })

    it.each(Object.keys(MARKERS) as Marker[])('%s', (marker) => {
      const { codes = [], ...message } = outcomes[marker]
      const raw = before + MARKERS[marker] + after
      checkRow({
        name,
        format: 'minimax_m3',
        options: { tools, ...(closers === undefined ? {} : { closers }) },
        raw,
        message,
        codes,
      })
    })
  })
})
