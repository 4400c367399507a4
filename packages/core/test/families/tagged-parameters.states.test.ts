import { describe, expect, it } from 'vitest'
import { grammarOf, type TaggedParametersRow } from '../../src/families/tag-grammar.ts'
import { minicpm5, step3 } from '../../src/formats/attribute-tags.ts'
import type { Format } from '../../src/formats/format.ts'
import { type ExpectedCall, type PolicyRow, checkRow } from '../policies/check.ts'
import { tools } from '../policies/tag-calls.ts'

type Outcome = PolicyRow['message'] & Pick<PolicyRow, 'codes'>

/** One state of the machine: the raw text is `before`, the marker and `after`. */
interface State<Marker extends string> {
  before: string
  after: string
  /** What each marker does here. A missing one is a compile error, and fails the test of completeness. */
  outcomes: Record<Marker, Outcome>
}

const text = (content: string, ...codes: NonNullable<Outcome['codes']>): Outcome => ({ content, codes })
const calls = (all: readonly ExpectedCall[], ...codes: NonNullable<Outcome['codes']>): Outcome => ({
  calls: all,
  codes,
})

function each<Marker extends string>(
  markers: Record<Marker, string>,
  outcome: (literal: string) => Outcome,
): Record<Marker, Outcome> {
  const entries = Object.entries<string>(markers).map(([marker, literal]) => [marker, outcome(literal)])
  return Object.fromEntries(entries) as Record<Marker, Outcome>
}

function testStates<Marker extends string>(
  format: Format,
  markers: Record<Marker, string>,
  states: Record<string, State<Marker>>,
): void {
  describe(`every marker of ${format.id}`, () => {
    it('is in the table', () => {
      const { kinds } = grammarOf(format.syntax.row as TaggedParametersRow, format.endTokens)
      expect(Object.keys(markers)).toEqual(expect.arrayContaining([...new Set(kinds.values())]))
    })

    for (const [name, { before, after, outcomes }] of Object.entries(states)) {
      it(`has a row in ${name}`, () => {
        expect(Object.keys(outcomes).toSorted()).toEqual(Object.keys(markers).toSorted())
      })

      it.each(Object.keys(markers) as Marker[])(`%s in ${name}`, (marker) => {
        const outcome: Outcome = outcomes[marker]
        const { codes = [], ...message } = outcome
        const raw = before + markers[marker] + after
        checkRow({ name, format: format.id, options: { tools, reasoning: 'off' }, raw, message, codes })
      })
    }
  })
}

const list: ExpectedCall = ['list', '{}', 'complete']
const path = (value: string): ExpectedCall => ['write_file', JSON.stringify({ path: value }), 'complete']
const empty: ExpectedCall = ['write_file', '{}', 'complete']
const repaired = (json: string): ExpectedCall => ['write_file', json, 'repaired']

// --- a section, a wrapper, line breaks of the template ----------------------------------------------------------------------------------

const STEP3 = {
  sectionOpen: '<｜tool_calls_begin｜>',
  sectionClose: '<｜tool_calls_end｜>',
  wrapperOpen: '<｜tool_call_begin｜>function<｜tool_sep｜>',
  wrapperClose: '<｜tool_call_end｜>',
  functionOpen: '<steptml:invoke name="list">',
  functionClose: '</steptml:invoke>',
  parameterOpen: '<steptml:parameter name="content">',
  parameterClose: '</steptml:parameter>',
  endToken: '<|EOT|>',
}
const { sectionOpen, sectionClose, wrapperOpen, wrapperClose, functionClose, parameterClose } = STEP3
const open = `${sectionOpen}\n${wrapperOpen}`
const close = `${wrapperClose}\n${sectionClose}`
const listCall = `${wrapperOpen}<steptml:invoke name="list">${functionClose}${wrapperClose}`
const write = `${open}<steptml:invoke name="write_file">`
const valueOpen = `${write}<steptml:parameter name="path">`
const valueClose = `${parameterClose}${functionClose}${close}`

testStates(step3, STEP3, {
  text: {
    before: 'a ',
    after: ' b',
    outcomes: { ...each(STEP3, (literal) => text(`a ${literal} b`)), endToken: text('a  b', 'end-token') },
  },
  'a section between calls': {
    before: `${sectionOpen}\n${listCall}\n`,
    after: `\n${sectionClose}`,
    outcomes: {
      // Behind it no call opens: the second section is text.
      sectionOpen: { ...text(`${sectionOpen}\n${sectionClose}`, 'missing-closer'), calls: [list] },
      sectionClose: calls([list], 'stray-closer'),
      wrapperOpen: calls([list], 'stray-text'),
      wrapperClose: calls([list], 'stray-text'),
      functionOpen: calls([list, ['list', '{}', 'repaired']], 'missing-opener', 'missing-closer'),
      functionClose: calls([list], 'stray-text'),
      parameterOpen: calls([list], 'stray-text'),
      parameterClose: calls([list], 'stray-text'),
      endToken: calls([list], 'end-token'),
    },
  },
  'a call outside its parameters': {
    before: `${write}\n`,
    after: `\n${functionClose}${close}`,
    outcomes: {
      sectionOpen: {
        ...text(`${sectionOpen}\n${functionClose}${wrapperClose}\n${sectionClose}`, 'missing-closer', 'missing-closer'),
        calls: [repaired('{}')],
      },
      sectionClose: {
        ...text(`\n${functionClose}\n`, 'missing-closer', 'stray-closer', 'stray-closer'),
        calls: [repaired('{}')],
      },
      wrapperOpen: calls([repaired('{}')], 'missing-closer', 'stray-text'),
      wrapperClose: calls([repaired('{}')], 'missing-closer', 'stray-text'),
      functionOpen: calls([repaired('{}'), list], 'missing-closer'),
      functionClose: calls([empty], 'stray-text'),
      parameterOpen: calls([repaired('{"content":""}')], 'missing-closer'),
      parameterClose: calls([empty], 'stray-text'),
      endToken: calls([empty], 'end-token'),
    },
  },
  'a value': {
    before: `${valueOpen}a `,
    after: ` b${valueClose}`,
    outcomes: each(STEP3, (literal) => calls([path(`a ${literal} b`)])),
  },
  'a value at line start': {
    before: `${valueOpen}a\n`,
    after: `\nb${valueClose}`,
    outcomes: {
      ...each(STEP3, (literal) => calls([path(`a\n${literal}\nb`)])),
      parameterOpen: calls([repaired('{"path":"a","content":"b"}')], 'missing-closer'),
    },
  },
  'a wrapper after its function': {
    before: `${open}<steptml:invoke name="list">${functionClose}`,
    after: close,
    outcomes: {
      sectionOpen: {
        ...text(`${sectionOpen}${wrapperClose}\n${sectionClose}`, 'missing-closer', 'missing-closer'),
        calls: [['list', '{}', 'repaired']],
      },
      sectionClose: calls([['list', '{}', 'repaired']], 'missing-closer', 'stray-closer', 'stray-closer'),
      wrapperOpen: calls([['list', '{}', 'repaired']], 'missing-closer', 'stray-text'),
      wrapperClose: calls([list], 'stray-text'),
      functionOpen: calls([list, ['list', '{}', 'repaired']], 'missing-closer'),
      functionClose: calls([list], 'stray-text'),
      parameterOpen: calls([list], 'stray-text'),
      parameterClose: calls([list], 'stray-text'),
      endToken: calls([list], 'end-token'),
    },
  },
  'text behind a section': {
    before: `${sectionOpen}\n${listCall}\n${sectionClose}\n`,
    after: ' b',
    outcomes: {
      ...each(STEP3, (literal) => ({ ...text(`\n${literal} b`), calls: [list] })),
      sectionClose: { ...text(' b', 'stray-closer'), calls: [list] },
      wrapperClose: { ...text(' b', 'stray-closer'), calls: [list] },
      // A declared one at line start opens without its section (P2).
      functionOpen: calls([list, ['list', '{}', 'repaired']], 'missing-opener', 'stray-text', 'missing-closer'),
      endToken: { ...text('\n b', 'end-token'), calls: [list] },
    },
  },
})

// --- no wrapper, XML, tags that say nothing ---------------------------------------------------------------------------------------------

const MINICPM5 = {
  functionOpen: '<function name="list">',
  functionClose: '</function>',
  parameterOpen: '<param name="content">',
  parameterClose: '</param>',
  layout: '<arguments>',
  layoutClose: '</arguments>',
  cdataOpen: '<![CDATA[',
  cdataClose: ']]>',
  endToken: '<|im_end|>',
}
const xmlOpen = '<function name="write_file"><param name="path">'

testStates(minicpm5, MINICPM5, {
  text: {
    before: 'a ',
    after: ' b',
    outcomes: { ...each(MINICPM5, (literal) => text(`a ${literal} b`)), endToken: text('a  b', 'end-token') },
  },
  'a call outside its parameters': {
    before: '<function name="write_file">\n',
    after: '</function>',
    outcomes: {
      functionOpen: calls([repaired('{}'), list], 'missing-closer'),
      functionClose: calls([empty], 'stray-closer'),
      parameterOpen: calls([repaired('{"content":""}')], 'missing-closer'),
      parameterClose: calls([empty], 'stray-text'),
      layout: calls([empty]),
      layoutClose: calls([empty]),
      cdataOpen: calls([empty], 'stray-text'),
      cdataClose: calls([empty], 'stray-text'),
      endToken: calls([empty], 'end-token'),
    },
  },
  'a value': {
    before: `${xmlOpen}a `,
    after: ' b</param></function>',
    outcomes: each(MINICPM5, (literal) => calls([path(`a ${literal} b`)])),
  },
  'a value at line start': {
    before: `${xmlOpen}a\n`,
    after: '\nb</param></function>',
    outcomes: {
      ...each(MINICPM5, (literal) => calls([path(`a\n${literal}\nb`)])),
      parameterOpen: calls([repaired(String.raw`{"path":"a\n","content":"\nb"}`)], 'missing-closer'),
    },
  },
  'a CDATA section': {
    before: `${xmlOpen}<![CDATA[a\n`,
    after: '\nb]]></param></function>',
    outcomes: each(MINICPM5, (literal) => calls([path(`a\n${literal}\nb`)])),
  },
  'text behind a call': {
    before: '<function name="list"></function>\n',
    after: ' b',
    outcomes: {
      ...each(MINICPM5, (literal) => ({ ...text(`\n${literal} b`), calls: [list] })),
      functionOpen: calls([list, ['list', '{}', 'repaired']], 'stray-text', 'missing-closer'),
      functionClose: { ...text(' b', 'stray-closer'), calls: [list] },
      endToken: { ...text('\n b', 'end-token'), calls: [list] },
    },
  },
})
