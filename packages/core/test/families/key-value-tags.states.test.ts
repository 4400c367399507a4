import { describe, expect, it } from 'vitest'
import { type ParserOptions, createToolCallParser } from '../../src/index.ts'
import { type ExpectedCall, type PolicyRow, checkRow } from '../policies/check.ts'

type Outcome = PolicyRow['message'] & Pick<PolicyRow, 'codes'>
type Codes = NonNullable<Outcome['codes']>

/** One state of the machine: the raw text is `before`, the marker and `after`. */
interface State<Marker extends string> {
  /** What the parser calls it. An opener that may still be no call belongs to the text around it. */
  name: 'content' | 'section' | 'body' | 'value' | 'json'
  options?: Partial<ParserOptions>
  before: string
  after: string
  /** What each marker does here. A missing one is a compile error, and fails the test of completeness. */
  outcomes: Record<Marker, Outcome>
}

const text = (content: string, ...codes: Codes): Outcome => ({ content, codes })
const call = (one: ExpectedCall, ...codes: Codes): Outcome => ({ calls: [one], codes })
const both = (content: string, one: ExpectedCall, ...codes: Codes): Outcome => ({ content, calls: [one], codes })
const none: ExpectedCall = ['f', '{}', 'complete']
const value = (a: string, status: ExpectedCall[2] = 'complete'): ExpectedCall => ['f', JSON.stringify({ a }), status]

function testStates<Marker extends string>(
  format: string,
  markers: Record<Marker, string>,
  states: Record<string, State<Marker>>,
): void {
  describe(`every marker of ${format}`, () => {
    for (const [name, { name: stateName, before, after, options, outcomes }] of Object.entries(states)) {
      it(`has a row in ${name}`, () => {
        expect(Object.keys(outcomes).toSorted()).toEqual(Object.keys(markers).toSorted())
        const parser = createToolCallParser({ format, reasoning: 'off', ...options })
        parser.feed(before)
        expect(parser.inspect().state).toBe(stateName)
      })

      it.each(Object.keys(markers) as Marker[])(`%s in ${name}`, (marker) => {
        const outcome: Outcome = outcomes[marker]
        const { codes = [], ...message } = outcome
        const raw = before + markers[marker] + after
        checkRow({ name, format, options: { reasoning: 'off', ...options }, raw, message, codes })
      })
    }
  })
}

/** The same outcome for several markers. */
function each<Marker extends string>(all: readonly Marker[], outcome: (marker: Marker) => Outcome) {
  return Object.fromEntries(all.map((marker) => [marker, outcome(marker)])) as Record<Marker, Outcome>
}

const GLM = {
  open: '<tool_call>',
  close: '</tool_call>',
  keyOpen: '<arg_key>',
  keyClose: '</arg_key>',
  valueOpen: '<arg_value>',
  valueClose: '</arg_value>',
  endToken: '<|user|>',
} as const
const argumentTags = ['keyOpen', 'keyClose', 'valueOpen', 'valueClose'] as const
const allButEnd = ['open', 'close', ...argumentTags] as const
const glmAll = [...allButEnd, 'endToken'] as const

testStates('glm45', GLM, {
  prose: {
    name: 'content',
    before: 'a ',
    after: ' b',
    outcomes: { ...each(allButEnd, (marker) => text(`a ${GLM[marker]} b`)), endToken: text('a  b', 'end-token') },
  },
  'an opener before its name': {
    name: 'content',
    before: '<tool_call>',
    after: 'f</tool_call>',
    outcomes: {
      ...each(argumentTags, (marker) => text(`<tool_call>${GLM[marker]}f</tool_call>`)),
      open: call(none, 'doubled-opener'),
      close: text('<tool_call></tool_call>f</tool_call>'),
      endToken: text('<tool_call>f</tool_call>', 'end-token'),
    },
  },
  'behind a name': {
    name: 'content',
    before: '<tool_call>f',
    after: '</tool_call>',
    outcomes: {
      open: text('<tool_call>f<tool_call></tool_call>'),
      close: call(none, 'stray-closer'),
      keyOpen: call(none, 'stray-text'),
      keyClose: text('<tool_call>f</arg_key></tool_call>'),
      valueOpen: text('<tool_call>f<arg_value></tool_call>'),
      valueClose: text('<tool_call>f</arg_value></tool_call>'),
      endToken: call(none, 'end-token'),
    },
  },
  'between parameters': {
    name: 'body',
    // Whatever stands behind it, the closer counts.
    options: { closers: 'first' },
    before: '<tool_call>f<arg_key>a</arg_key><arg_value>1</arg_value>',
    after: '</tool_call>',
    outcomes: {
      ...each(['open', ...argumentTags], () => call(value('1'), 'stray-text')),
      close: call(value('1'), 'stray-closer'),
      endToken: call(value('1'), 'end-token'),
    },
  },
  'in a key': {
    name: 'body',
    before: '<tool_call>f<arg_key>a',
    after: '</arg_key><arg_value>1</arg_value></tool_call>',
    outcomes: {
      ...each(['open', 'keyOpen', 'keyClose', 'valueClose'], () => call(none, 'stray-text')),
      close: both('</arg_key><arg_value>1</arg_value>', none, 'stray-text', 'stray-closer'),
      valueOpen: call(value('</arg_key><arg_value>1', 'repaired'), 'mended-tag'),
      endToken: call(none, 'stray-text', 'end-token', 'stray-text'),
    },
  },
  'between key and value': {
    name: 'body',
    before: '<tool_call>f<arg_key>a</arg_key>',
    after: '<arg_value>1</arg_value></tool_call>',
    outcomes: {
      ...each(['open', 'keyOpen', 'keyClose', 'valueClose'], () => call(none, 'stray-text')),
      close: both('<arg_value>1</arg_value>', none, 'stray-text', 'stray-closer'),
      valueOpen: call(value('<arg_value>1')),
      endToken: call(none, 'stray-text', 'end-token', 'stray-text'),
    },
  },
  'a value, text behind the marker': {
    name: 'value',
    before: '<tool_call>f<arg_key>a</arg_key><arg_value>x ',
    after: ' y</arg_value></tool_call>',
    outcomes: each(glmAll, (marker) => call(value(`x ${GLM[marker]} y`))),
  },
  'a value, the last closer behind the marker': {
    name: 'value',
    before: '<tool_call>f<arg_key>a</arg_key><arg_value>x',
    after: '</tool_call>',
    outcomes: {
      ...each(glmAll, (marker) => call(value(`x${GLM[marker]}`, 'repaired'), 'missing-closer')),
      valueClose: call(value('x')),
    },
  },
  'a value, the next call behind the marker': {
    name: 'value',
    before: '<tool_call>f<arg_key>a</arg_key><arg_value>x',
    after: '\n<tool_call>f</tool_call>',
    outcomes: {
      // Nothing but the last closer of the text ends the value.
      ...each(['open', ...argumentTags, 'endToken'], (marker) =>
        call(value(`x${GLM[marker]}\n<tool_call>f`, 'repaired'), 'missing-closer'),
      ),
      close: { calls: [value('x', 'repaired'), none], codes: ['missing-closer'] },
      valueClose: { calls: [value('x', 'repaired'), none], codes: ['missing-closer'] },
    },
  },
  'after a call': {
    name: 'content',
    before: '<tool_call>f</tool_call>',
    after: ' b',
    outcomes: {
      ...each(['open', ...argumentTags], (marker) => both(`${GLM[marker]} b`, none)),
      close: both(' b', none, 'stray-closer'),
      endToken: both(' b', none, 'end-token'),
    },
  },
})

const K2 = {
  sectionOpen: '<ifm|tool_calls>',
  sectionClose: '</ifm|tool_calls>',
  open: '<ifm|tool_call>',
  close: '</ifm|tool_call>',
  keyOpen: '<ifm|arg_key>',
  keyClose: '</ifm|arg_key>',
  typeOpen: '<ifm|arg_type>',
  typeClose: '</ifm|arg_type>',
  valueOpen: '<ifm|arg_value>',
  valueClose: '</ifm|arg_value>',
  brace: '{',
  endToken: '<|ifm|im_end|>',
} as const
type K2Marker = keyof typeof K2
const k2All = Object.keys(K2) as K2Marker[]
const k2But = <M extends K2Marker>(...left: readonly M[]): Exclude<K2Marker, M>[] =>
  k2All.filter((marker): marker is Exclude<K2Marker, M> => !(left as readonly string[]).includes(marker))
const key = '<ifm|arg_key>a</ifm|arg_key>'
const parameter = `${key}<ifm|arg_value>1</ifm|arg_value>`
const f = '<ifm|tool_call>f</ifm|tool_call>'

testStates('k2_horizon', K2, {
  prose: {
    name: 'content',
    before: 'a ',
    after: ' b',
    outcomes: {
      ...each(k2But('endToken'), (marker) => text(`a ${K2[marker]} b`)),
      endToken: text('a  b', 'end-token'),
    },
  },
  'a section before its first call': {
    name: 'content',
    before: '<ifm|tool_calls>',
    after: `${f}</ifm|tool_calls>`,
    outcomes: {
      ...each(k2But('sectionOpen', 'open', 'endToken'), (marker) =>
        // The section holds no call here and is text; the call behind it opens by itself.
        both(`<ifm|tool_calls>${K2[marker]}`, none, 'missing-opener', 'stray-closer'),
      ),
      sectionOpen: call(none, 'doubled-opener'),
      open: call(none, 'doubled-opener'),
      endToken: both('<ifm|tool_calls>', none, 'end-token', 'missing-opener', 'stray-closer'),
    },
  },
  'between the calls of a section': {
    name: 'section',
    before: `<ifm|tool_calls>${f}`,
    after: `${f}</ifm|tool_calls>`,
    outcomes: {
      ...each(k2But('sectionOpen', 'sectionClose', 'open', 'endToken'), () => ({
        calls: [none, none],
        codes: ['stray-text'],
      })),
      sectionOpen: { calls: [none, none], codes: ['missing-closer'] },
      sectionClose: { calls: [none, none], codes: ['missing-opener', 'stray-closer'] },
      open: { calls: [none, none], codes: ['doubled-opener'] },
      endToken: { calls: [none, none], codes: ['end-token'] },
    },
  },
  'between parameters': {
    name: 'body',
    options: { closers: 'first' },
    before: `<ifm|tool_calls><ifm|tool_call>f${parameter}`,
    after: '</ifm|tool_call></ifm|tool_calls>',
    outcomes: {
      ...each(k2But('sectionOpen', 'sectionClose', 'close', 'endToken'), () => call(value('1'), 'stray-text')),
      // The call is over. A section without a call is text, and so are the closers behind it.
      sectionOpen: both(
        '<ifm|tool_calls></ifm|tool_call></ifm|tool_calls>',
        value('1', 'repaired'),
        'missing-closer',
        'missing-closer',
      ),
      sectionClose: call(value('1', 'repaired'), 'missing-closer', 'stray-closer', 'stray-closer'),
      close: call(value('1'), 'stray-text'),
      endToken: call(value('1'), 'end-token'),
    },
  },
  'between key and value': {
    name: 'body',
    before: `<ifm|tool_calls><ifm|tool_call>f${key}`,
    after: '<ifm|arg_value>1</ifm|arg_value></ifm|tool_call></ifm|tool_calls>',
    outcomes: {
      ...each(k2But('sectionOpen', 'sectionClose', 'close', 'valueOpen', 'endToken'), () => call(none, 'stray-text')),
      sectionOpen: both(
        '<ifm|tool_calls><ifm|arg_value>1</ifm|arg_value></ifm|tool_call></ifm|tool_calls>',
        ['f', '{}', 'repaired'],
        'stray-text',
        'missing-closer',
        'missing-closer',
      ),
      sectionClose: both(
        '<ifm|arg_value>1</ifm|arg_value>',
        ['f', '{}', 'repaired'],
        'stray-text',
        'missing-closer',
        'stray-closer',
        'stray-closer',
      ),
      close: call(none, 'stray-text', 'stray-text'),
      valueOpen: call(value('<ifm|arg_value>1')),
      endToken: call(none, 'stray-text', 'end-token', 'stray-text'),
    },
  },
  'in a type': {
    name: 'body',
    before: `<ifm|tool_calls><ifm|tool_call>f${key}<ifm|arg_type>string`,
    after: '</ifm|arg_type><ifm|arg_value>1</ifm|arg_value></ifm|tool_call></ifm|tool_calls>',
    outcomes: {
      ...each(k2But('sectionOpen', 'sectionClose', 'close', 'brace', 'endToken'), () => call(none, 'stray-text')),
      sectionOpen: both(
        '<ifm|tool_calls></ifm|arg_type><ifm|arg_value>1</ifm|arg_value></ifm|tool_call></ifm|tool_calls>',
        ['f', '{}', 'repaired'],
        'stray-text',
        'missing-closer',
        'missing-closer',
      ),
      sectionClose: both(
        '</ifm|arg_type><ifm|arg_value>1</ifm|arg_value>',
        ['f', '{}', 'repaired'],
        'stray-text',
        'missing-closer',
        'stray-closer',
        'stray-closer',
      ),
      close: call(none, 'stray-text', 'stray-text'),
      // A type of no known name says nothing.
      brace: call(value('1')),
      endToken: call(none, 'stray-text', 'end-token', 'stray-text'),
    },
  },
  'a value, text behind the marker': {
    name: 'value',
    before: `<ifm|tool_calls><ifm|tool_call>f${key}<ifm|arg_value>x `,
    after: ' y</ifm|arg_value></ifm|tool_call></ifm|tool_calls>',
    outcomes: each(k2All, (marker) => call(value(`x ${K2[marker]} y`))),
  },
  'a value, the last closers behind the marker': {
    name: 'value',
    before: `<ifm|tool_calls><ifm|tool_call>f${key}<ifm|arg_value>x`,
    after: '</ifm|tool_call></ifm|tool_calls>',
    outcomes: {
      ...each(k2But('valueClose'), (marker) => call(value(`x${K2[marker]}`, 'repaired'), 'missing-closer')),
      valueClose: call(value('x')),
    },
  },
  'a JSON body before its name': {
    name: 'json',
    before: '<ifm|tool_calls><ifm|tool_call>{',
    after: '"name": "f", "arguments": {}}</ifm|tool_call></ifm|tool_calls>',
    outcomes: {
      ...each(k2But('endToken'), (marker) =>
        text(
          `<ifm|tool_calls><ifm|tool_call>{${K2[marker]}"name": "f", "arguments": {}}</ifm|tool_call></ifm|tool_calls>`,
          'json-unreadable',
        ),
      ),
      endToken: text(
        '<ifm|tool_calls><ifm|tool_call>{"name": "f", "arguments": {}}</ifm|tool_call></ifm|tool_calls>',
        'json-unreadable',
        'end-token',
      ),
    },
  },
  'a string of a JSON body': {
    name: 'json',
    before: '<ifm|tool_calls><ifm|tool_call>{"name": "f", "arguments": {"a":"x',
    after: '"}}</ifm|tool_call></ifm|tool_calls>',
    outcomes: each(k2All, (marker) => call(['f', `{"a":"x${K2[marker]}"}`, 'complete'])),
  },
  'after the section': {
    name: 'content',
    before: `<ifm|tool_calls>${f}</ifm|tool_calls>`,
    after: ' b',
    outcomes: {
      ...each(k2But('sectionClose', 'close', 'endToken'), (marker) => both(`${K2[marker]} b`, none)),
      close: both(' b', none, 'stray-closer'),
      sectionClose: both(' b', none, 'stray-closer'),
      endToken: both(' b', none, 'end-token'),
    },
  },
})
