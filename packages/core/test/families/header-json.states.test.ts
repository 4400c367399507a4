import { describe, expect, it } from 'vitest'
import { type ParserOptions, createToolCallParser } from '../../src/index.ts'
import { type ExpectedCall, type PolicyRow, checkRow } from '../policies/check.ts'

type Outcome = PolicyRow['message'] & Pick<PolicyRow, 'codes'>
type Codes = NonNullable<Outcome['codes']>

/** One state of the machine: the raw text is `before`, the marker and `after`. */
interface State<Marker extends string> {
  /** What the parser calls it. */
  name: 'content' | 'section' | 'arguments' | 'unnamed' | 'code' | 'closer' | 'skip' | 'bad'
  before: string
  after: string
  /** What each marker does here. A missing one is a compile error, and fails the test of completeness. */
  outcomes: Record<Marker, Outcome>
}

/** The states that a row can reach. */
const REACHED: Record<string, readonly State<string>['name'][]> = {
  mistral: ['content', 'arguments', 'skip'],
  kimi_k2: ['content', 'section', 'arguments', 'unnamed', 'closer', 'skip', 'bad'],
  deepseek_v3: ['content', 'section', 'arguments', 'code', 'closer', 'skip', 'bad'],
  'functionary-v3.1': ['content', 'arguments', 'code', 'closer', 'skip'],
  'functionary-v2': ['content', 'arguments', 'code', 'skip'],
  'functionary-v3.2': ['content', 'arguments', 'code', 'skip'],
}

const text = (content: string, ...codes: Codes): Outcome => ({ content, codes })
const calls = (all: readonly ExpectedCall[], ...codes: Codes): Outcome => ({ calls: all, codes })
const both = (content: string, all: readonly ExpectedCall[], ...codes: Codes): Outcome => ({
  content,
  calls: all,
  codes,
})

function testStates<Marker extends string>(
  format: string,
  markers: Record<Marker, string>,
  states: Record<string, State<Marker>>,
): void {
  const options: ParserOptions = { format, reasoning: 'off' }
  describe(`every marker of ${format}`, () => {
    it('meets every state that the row has', () => {
      const names = new Set(Object.values(states).map(({ name }) => name))
      expect([...names].toSorted()).toEqual([...(REACHED[format] ?? [])].toSorted())
    })

    for (const [name, { name: stateName, before, after, outcomes }] of Object.entries(states)) {
      it(`has a row in ${name}`, () => {
        expect(Object.keys(outcomes).toSorted()).toEqual(Object.keys(markers).toSorted())
        const parser = createToolCallParser(options)
        parser.feed(before)
        expect(parser.inspect().state).toBe(stateName)
      })

      it.each(Object.keys(markers) as Marker[])(`%s in ${name}`, (marker) => {
        const { codes = [], ...message } = outcomes[marker] as Outcome
        checkRow({ name, format, options: { reasoning: 'off' }, raw: before + markers[marker] + after, message, codes })
      })
    }
  })
}

const list: ExpectedCall = ['list', '{}', 'complete']
const closed: ExpectedCall = ['f', '{"a": 1 }', 'repaired']
const cut: ExpectedCall = ['f', '{"a": ', 'truncated']
const cutOne: ExpectedCall = ['f', '{"a": 1 ', 'truncated']
const string = (value: string): Outcome => calls([['f', `{"a": "x${value}y"}`, 'complete']])

// --- Kimi K2: sections, headers that are ids, closers that are tokens ---------------------------------------------------------------------

const kimi = {
  section: '<|tool_calls_section_begin|>',
  open: '<|tool_call_begin|>',
  argumentsOf: '<|tool_call_argument_begin|>',
  close: '<|tool_call_end|>',
  sectionClose: '<|tool_calls_section_end|>',
  endToken: '<|im_end|>',
}
const { section: S, open: C, argumentsOf: A, close: E } = kimi
const LIST = `${S}${C}functions.list:0${A}{}`
const F = `${S}${C}functions.f:0${A}`

testStates('kimi_k2', kimi, {
  prose: {
    name: 'content',
    before: 'a ',
    after: ' b',
    outcomes: {
      section: text(`a ${S} b`),
      open: text(`a ${C} b`),
      argumentsOf: text(`a ${A} b`),
      close: text(`a ${E} b`),
      sectionClose: text(`a ${kimi.sectionClose} b`),
      endToken: text('a  b', 'end-token'),
    },
  },
  'the text after a section': {
    name: 'content',
    before: `${LIST}${E}${kimi.sectionClose} a `,
    after: ' b',
    outcomes: {
      section: both(` a ${S} b`, [list]),
      open: both(` a ${C} b`, [list]),
      argumentsOf: both(` a ${A} b`, [list]),
      close: both(' a  b', [list], 'stray-closer'),
      sectionClose: both(' a  b', [list], 'stray-closer'),
      endToken: both(' a  b', [list], 'end-token'),
    },
  },
  'a section between calls': {
    name: 'section',
    before: LIST + E,
    after: ' b',
    outcomes: {
      section: both(`${S} b`, [list]),
      open: both(`${C} b`, [list], 'json-unreadable'),
      argumentsOf: calls([list], 'stray-text'),
      close: calls([list], 'stray-closer', 'stray-text'),
      sectionClose: both(' b', [list]),
      endToken: calls([list], 'end-token', 'stray-text'),
    },
  },
  arguments: {
    name: 'arguments',
    before: `${F}{"a": 1 `,
    after: ' b',
    outcomes: {
      section: both(`${S} b`, [closed], 'json-repair', 'missing-closer'),
      open: both(`${C} b`, [closed], 'json-repair', 'missing-closer', 'json-unreadable'),
      argumentsOf: calls([cutOne], 'json-unreadable', 'stray-text'),
      close: calls([closed], 'json-repair', 'stray-text'),
      sectionClose: both(' b', [closed], 'json-repair', 'missing-closer'),
      endToken: calls([closed], 'json-repair', 'end-token', 'stray-text'),
    },
  },
  'half a member': {
    name: 'arguments',
    before: `${F}{"a": `,
    after: ' b',
    outcomes: {
      section: both(`${S} b`, [cut], 'json-unreadable'),
      open: both(`${C} b`, [cut], 'json-unreadable', 'json-unreadable'),
      argumentsOf: calls([cut], 'json-unreadable', 'stray-text'),
      close: calls([cut], 'json-unreadable', 'stray-text'),
      sectionClose: both(' b', [cut], 'json-unreadable'),
      endToken: calls([cut], 'json-unreadable', 'stray-text'),
    },
  },
  'a string': {
    name: 'arguments',
    before: `${F}{"a": "x`,
    after: `y"}${E}`,
    outcomes: {
      section: string(S),
      open: string(C),
      argumentsOf: string(A),
      close: string(E),
      sectionClose: string(kimi.sectionClose),
      endToken: string('<|im_end|>'),
    },
  },
  'arguments that must tell the name': {
    name: 'unnamed',
    before: `${S}${C}7${A}{"a": 1 `,
    after: ' b',
    outcomes: {
      section: text(`${S}${C}7${A}{"a": 1 ${S} b`, 'json-unreadable'),
      open: text(`${S}${C}7${A}{"a": 1 ${C} b`, 'json-unreadable'),
      argumentsOf: text(`${S}${C}7${A}{"a": 1 ${A} b`, 'json-unreadable'),
      close: text(`${S}${C}7${A}{"a": 1 ${E} b`, 'json-unreadable'),
      sectionClose: text(`${S}${C}7${A}{"a": 1 ${kimi.sectionClose} b`, 'json-unreadable'),
      endToken: text(`${S}${C}7${A}{"a": 1  b`, 'json-unreadable', 'end-token'),
    },
  },
  'whole arguments': {
    name: 'closer',
    before: LIST,
    after: ' b',
    outcomes: {
      section: both(`${S} b`, [list], 'missing-closer'),
      open: both(`${C} b`, [list], 'missing-closer', 'json-unreadable'),
      argumentsOf: calls([list], 'stray-text'),
      close: calls([list], 'stray-text'),
      sectionClose: both(' b', [list], 'missing-closer'),
      endToken: calls([list], 'end-token', 'stray-text'),
    },
  },
  'unreadable arguments': {
    name: 'skip',
    before: `${F}{"a": ?`,
    after: ' b',
    outcomes: {
      section: both(`${S} b`, [cut], 'json-unreadable', 'stray-text'),
      open: both(`${C} b`, [cut], 'json-unreadable', 'stray-text', 'json-unreadable'),
      argumentsOf: calls([cut], 'json-unreadable', 'stray-text'),
      close: calls([cut], 'json-unreadable', 'stray-text', 'stray-text'),
      sectionClose: both(' b', [cut], 'json-unreadable', 'stray-text'),
      endToken: calls([cut], 'json-unreadable', 'stray-text'),
    },
  },
  'a call that is none': {
    name: 'bad',
    before: `${LIST}${E}${C}no name`,
    after: ' b',
    outcomes: {
      section: both(`${C}no name${S} b`, [list], 'json-unreadable'),
      open: both(`${C}no name${C} b`, [list], 'json-unreadable', 'json-unreadable'),
      argumentsOf: both(`${C}no name${A} b`, [list], 'json-unreadable'),
      close: both(`${C}no name${E}`, [list], 'json-unreadable', 'stray-text'),
      sectionClose: both(`${C}no name b`, [list], 'json-unreadable'),
      endToken: both(`${C}no name b`, [list], 'json-unreadable', 'end-token'),
    },
  },
})

// --- Mistral: no closer, the marker of the next call ends one -----------------------------------------------------------------------------

const mistral = {
  open: '[TOOL_CALLS]',
  id: '[CALL_ID]',
  argumentsOf: '[ARGS]',
  close: '[/TOOL_CALLS]',
  endToken: '</s>',
}
const M = `${mistral.open}f${mistral.argumentsOf}`

testStates('mistral', mistral, {
  prose: {
    name: 'content',
    before: 'a ',
    after: ' b',
    outcomes: {
      open: text('a [TOOL_CALLS] b'),
      id: text('a [CALL_ID] b'),
      argumentsOf: text('a [ARGS] b'),
      close: text('a [/TOOL_CALLS] b'),
      endToken: text('a  b', 'end-token'),
    },
  },
  'the text after a call': {
    name: 'content',
    before: `${mistral.open}list[ARGS]{}`,
    after: ' b',
    outcomes: {
      open: both('[TOOL_CALLS] b', [list]),
      id: both('[CALL_ID] b', [list]),
      argumentsOf: both('[ARGS] b', [list]),
      close: both(' b', [list], 'stray-closer'),
      endToken: both(' b', [list], 'end-token'),
    },
  },
  arguments: {
    name: 'arguments',
    before: `${M}{"a": 1 `,
    after: ' b',
    outcomes: {
      open: both('[TOOL_CALLS] b', [closed], 'json-repair'),
      id: calls([cutOne], 'json-unreadable', 'stray-text'),
      argumentsOf: calls([cutOne], 'json-unreadable', 'stray-text'),
      close: both(' b', [closed], 'json-repair', 'stray-closer'),
      endToken: both(' b', [closed], 'json-repair', 'end-token'),
    },
  },
  'a string': {
    name: 'arguments',
    before: `${M}{"a": "x`,
    after: 'y"}',
    outcomes: {
      open: string('[TOOL_CALLS]'),
      id: string('[CALL_ID]'),
      argumentsOf: string('[ARGS]'),
      close: string('[/TOOL_CALLS]'),
      endToken: string('</s>'),
    },
  },
  'unreadable arguments': {
    name: 'skip',
    before: `${M}{"a": ?`,
    after: ' b',
    outcomes: {
      open: both('[TOOL_CALLS] b', [cut], 'json-unreadable', 'stray-text'),
      id: calls([cut], 'json-unreadable', 'stray-text'),
      argumentsOf: calls([cut], 'json-unreadable', 'stray-text'),
      close: both(' b', [cut], 'json-unreadable', 'stray-text', 'stray-closer'),
      endToken: calls([cut], 'json-unreadable', 'stray-text'),
    },
  },
})

// --- DeepSeek: sections, fences, program text ---------------------------------------------------------------------------------------------

const deepseek = {
  section: '<｜tool▁calls▁begin｜>',
  open: '<｜tool▁call▁begin｜>',
  separator: '<｜tool▁sep｜>',
  fence: '\n```',
  close: '<｜tool▁call▁end｜>',
  sectionClose: '<｜tool▁calls▁end｜>',
  endToken: '<｜end▁of▁sentence｜>',
}
const header = (name: string, language = 'json'): string =>
  `${deepseek.section}${deepseek.open}function${deepseek.separator}${name}\n\`\`\`${language}\n`
const DLIST = `${header('list')}{}`
const code = (value: string): ExpectedCall => ['python', `{"code":"x${value}`, 'truncated']

testStates('deepseek_v3', deepseek, {
  prose: {
    name: 'content',
    before: 'a ',
    after: ' b',
    outcomes: {
      section: text(`a ${deepseek.section} b`),
      open: text(`a ${deepseek.open} b`),
      separator: text(`a ${deepseek.separator} b`),
      fence: text('a \n``` b'),
      close: text(`a ${deepseek.close} b`),
      sectionClose: text(`a ${deepseek.sectionClose} b`),
      endToken: text('a  b', 'end-token'),
    },
  },
  'a section between calls': {
    name: 'section',
    before: `${DLIST}${deepseek.fence}${deepseek.close}`,
    after: ' b',
    outcomes: {
      section: both(`${deepseek.section} b`, [list]),
      open: both(`${deepseek.open} b`, [list], 'json-unreadable'),
      separator: calls([list], 'stray-text'),
      fence: calls([list], 'stray-text'),
      close: calls([list], 'stray-closer', 'stray-text'),
      sectionClose: both(' b', [list]),
      endToken: calls([list], 'end-token', 'stray-text'),
    },
  },
  arguments: {
    name: 'arguments',
    before: `${header('f')}{"a": 1 `,
    after: ' b',
    outcomes: {
      section: both(`${deepseek.section} b`, [closed], 'json-repair', 'missing-closer'),
      open: both(`${deepseek.open} b`, [closed], 'json-repair', 'missing-closer', 'json-unreadable'),
      separator: calls([cutOne], 'json-unreadable', 'stray-text'),
      fence: calls([['f', '{"a": 1 \n', 'truncated']], 'json-unreadable', 'stray-text'),
      close: calls([closed], 'json-repair', 'stray-text'),
      sectionClose: both(' b', [closed], 'json-repair', 'missing-closer'),
      endToken: calls([closed], 'json-repair', 'end-token', 'stray-text'),
    },
  },
  'a string': {
    name: 'arguments',
    before: `${header('f')}{"a": "x`,
    after: `y"}\n\`\`\`${deepseek.close}`,
    outcomes: {
      section: string(deepseek.section),
      open: string(deepseek.open),
      separator: string(deepseek.separator),
      // A line break in a string is written as its escape (R2).
      fence: calls([['f', '{"a": "x\\n```y"}', 'repaired']], 'json-repair'),
      close: string(deepseek.close),
      sectionClose: string(deepseek.sectionClose),
      endToken: string(deepseek.endToken),
    },
  },
  'whole arguments': {
    name: 'closer',
    before: DLIST,
    after: ' b',
    outcomes: {
      section: both(`${deepseek.section} b`, [list], 'missing-closer'),
      open: both(`${deepseek.open} b`, [list], 'missing-closer', 'json-unreadable'),
      separator: calls([list], 'stray-text'),
      fence: calls([list], 'stray-text'),
      close: calls([list], 'stray-text'),
      sectionClose: both(' b', [list], 'missing-closer'),
      endToken: calls([list], 'end-token', 'stray-text'),
    },
  },
  'program text': {
    name: 'code',
    before: `${header('python', 'python')}x`,
    after: ' b',
    outcomes: {
      section: calls([code(`${deepseek.section} b`)], 'truncated'),
      open: calls([code(`${deepseek.open} b`)], 'truncated'),
      separator: calls([code(`${deepseek.separator} b`)], 'truncated'),
      fence: calls([code('\\n``` b')], 'truncated'),
      close: calls([code(`${deepseek.close} b`)], 'truncated'),
      sectionClose: calls([code(`${deepseek.sectionClose} b`)], 'truncated'),
      endToken: calls([code(`${deepseek.endToken} b`)], 'truncated'),
    },
  },
  'a fence that closes program text': {
    name: 'code',
    before: `${header('python', 'python')}x\n\`\`\``,
    after: '',
    outcomes: {
      section: calls([code(`\\n\`\`\`${deepseek.section}`)], 'truncated'),
      open: calls([code(`\\n\`\`\`${deepseek.open}`)], 'truncated'),
      separator: calls([code(`\\n\`\`\`${deepseek.separator}`)], 'truncated'),
      // At the end of the text the last fence closes.
      fence: calls([['python', '{"code":"x\\n```"}', 'complete']]),
      close: calls([['python', '{"code":"x"}', 'complete']]),
      sectionClose: calls([['python', '{"code":"x"}', 'complete']], 'missing-closer'),
      endToken: calls([['python', '{"code":"x"}', 'complete']], 'end-token'),
    },
  },
  'unreadable arguments': {
    name: 'skip',
    before: `${header('f')}{"a": ?`,
    after: ' b',
    outcomes: {
      section: both(`${deepseek.section} b`, [cut], 'json-unreadable', 'stray-text'),
      open: both(`${deepseek.open} b`, [cut], 'json-unreadable', 'stray-text', 'json-unreadable'),
      separator: calls([cut], 'json-unreadable', 'stray-text'),
      fence: calls([cut], 'json-unreadable', 'stray-text'),
      close: calls([cut], 'json-unreadable', 'stray-text', 'stray-text'),
      sectionClose: both(' b', [cut], 'json-unreadable', 'stray-text'),
      endToken: calls([cut], 'json-unreadable', 'stray-text'),
    },
  },
  'a call that is none': {
    name: 'bad',
    before: `${DLIST}${deepseek.fence}${deepseek.close}${deepseek.open}no name`,
    after: ' b',
    outcomes: {
      section: both(`${deepseek.open}no name${deepseek.section} b`, [list], 'json-unreadable'),
      open: both(`${deepseek.open}no name${deepseek.open} b`, [list], 'json-unreadable', 'json-unreadable'),
      separator: both(`${deepseek.open}no name${deepseek.separator} b`, [list], 'json-unreadable'),
      fence: both(`${deepseek.open}no name\n\`\`\` b`, [list], 'json-unreadable'),
      close: both(`${deepseek.open}no name${deepseek.close}`, [list], 'json-unreadable', 'stray-text'),
      sectionClose: both(`${deepseek.open}no name b`, [list], 'json-unreadable'),
      endToken: both(`${deepseek.open}no name b`, [list], 'json-unreadable', 'end-token'),
    },
  },
})

// --- Functionary v3.1: tags that are ordinary text, program text up to the end -------------------------------------------------------------

const tags = { open: '<function=', close: '</function>', code: '<|python_tag|>', endToken: '<|eom_id|>' }
const print = (value: string): ExpectedCall => ['python', `{"code":"${value}"}`, 'complete']

testStates('functionary-v3.1', tags, {
  prose: {
    name: 'content',
    before: 'a ',
    after: ' b',
    outcomes: {
      open: text('a <function= b'),
      close: text('a </function> b'),
      code: both('a', [print(' b')]),
      endToken: text('a  b', 'end-token'),
    },
  },
  arguments: {
    name: 'arguments',
    before: '<function=f>{"a": 1 ',
    after: ' b',
    outcomes: {
      open: both('<function= b', [closed], 'json-repair', 'missing-closer'),
      close: both(' b', [closed], 'json-repair'),
      code: calls([closed, print(' b')], 'json-repair', 'missing-closer'),
      endToken: calls([closed], 'json-repair', 'end-token', 'stray-text', 'missing-closer'),
    },
  },
  'a string': {
    name: 'arguments',
    before: '<function=f>{"a": "x',
    after: 'y"}</function>',
    outcomes: {
      open: string('<function='),
      close: string('</function>'),
      code: string('<|python_tag|>'),
      endToken: string('<|eom_id|>'),
    },
  },
  'whole arguments': {
    name: 'closer',
    before: '<function=list>{}',
    after: ' b',
    outcomes: {
      open: both('<function= b', [['list', '{}', 'repaired']], 'missing-closer'),
      close: both(' b', [list]),
      code: calls([['list', '{}', 'repaired'], print(' b')], 'missing-closer'),
      endToken: calls([['list', '{}', 'repaired']], 'end-token', 'stray-text', 'missing-closer'),
    },
  },
  'program text': {
    name: 'code',
    before: '<|python_tag|>x',
    after: ' b',
    outcomes: {
      open: calls([print('x<function= b')]),
      close: calls([print('x</function> b')]),
      code: calls([print('x<|python_tag|> b')]),
      endToken: calls([print('x<|eom_id|> b')]),
    },
  },
  'unreadable arguments': {
    name: 'skip',
    before: '<function=f>{"a": ?',
    after: ' b',
    outcomes: {
      open: both('<function= b', [cut], 'json-unreadable', 'stray-text'),
      close: both(' b', [cut], 'json-unreadable', 'stray-text'),
      code: calls([cut, print(' b')], 'json-unreadable', 'stray-text'),
      endToken: calls([cut], 'json-unreadable', 'stray-text'),
    },
  },
})

// --- Functionary v2: messages with headers of special tokens -------------------------------------------------------------------------------

const v2 = {
  from: '<|from|>assistant\n<|recipient|>',
  recipient: '<|recipient|>',
  content: '<|content|>',
  toReader: '<|from|>assistant\n<|recipient|>all\n<|content|>',
  endToken: '<|stop|>',
}

testStates('functionary-v2', v2, {
  'the start': {
    name: 'content',
    before: '',
    after: 'b c',
    outcomes: {
      from: text(`${v2.from}b c`),
      recipient: text('<|recipient|>b c'),
      content: text('<|content|>b c'),
      toReader: text('b c'),
      endToken: text('b c', 'end-token'),
    },
  },
  'the text after a call': {
    name: 'content',
    before: 'list\n<|content|>{}',
    after: 'b c',
    outcomes: {
      from: both(`${v2.from}b c`, [list]),
      recipient: both('<|recipient|>b c', [list]),
      content: both('<|content|>b c', [list]),
      toReader: both('b c', [list]),
      endToken: both('b c', [list], 'end-token'),
    },
  },
  arguments: {
    name: 'arguments',
    before: 'f\n<|content|>{"a": 1 ',
    after: 'b c',
    outcomes: {
      from: both(`${v2.from}b c`, [closed], 'json-repair'),
      recipient: both('<|recipient|>b c', [closed], 'json-repair'),
      content: calls([cutOne], 'json-unreadable', 'stray-text'),
      toReader: both('b c', [closed], 'json-repair'),
      endToken: both('b c', [closed], 'json-repair', 'end-token'),
    },
  },
  'a string': {
    name: 'arguments',
    before: "f\n<|content|>{'a': 'x",
    after: "y'}",
    outcomes: {
      from: calls([['f', '{"a": "x<|from|>assistant\\n<|recipient|>y"}', 'repaired']], 'json-repair', 'json-repair'),
      recipient: calls([['f', '{"a": "x<|recipient|>y"}', 'repaired']], 'json-repair'),
      content: calls([['f', '{"a": "x<|content|>y"}', 'repaired']], 'json-repair'),
      toReader: calls(
        [['f', '{"a": "x<|from|>assistant\\n<|recipient|>all\\n<|content|>y"}', 'repaired']],
        'json-repair',
        'json-repair',
      ),
      endToken: calls([['f', '{"a": "x<|stop|>y"}', 'repaired']], 'json-repair'),
    },
  },
  'program text': {
    name: 'code',
    before: 'python\n<|content|>x\n',
    after: 'b c',
    outcomes: {
      from: both(`${v2.from}b c`, [print('x')]),
      recipient: both('<|recipient|>b c', [print('x\\n')]),
      content: calls([print('x\\n<|content|>b c')]),
      toReader: both('b c', [print('x')]),
      endToken: calls([print('x\\n<|stop|>b c')]),
    },
  },
  'unreadable arguments': {
    name: 'skip',
    before: 'f\n<|content|>{"a": ?',
    after: 'b c',
    outcomes: {
      from: both(`${v2.from}b c`, [cut], 'json-unreadable', 'stray-text'),
      recipient: both('<|recipient|>b c', [cut], 'json-unreadable', 'stray-text'),
      content: calls([cut], 'json-unreadable', 'stray-text'),
      toReader: both('b c', [cut], 'json-unreadable', 'stray-text'),
      endToken: calls([cut], 'json-unreadable', 'stray-text'),
    },
  },
})

// --- Functionary v3.2: `>>>` counts only as the beginning of a header ----------------------------------------------------------------------

const v32 = {
  open: '>>>',
  toReader: '>>>all\n',
  call: '>>>list\n{}',
  code: '>>>python\nx',
  endToken: '<|eot_id|>',
}

testStates('functionary-v3.2', v32, {
  'the start': {
    name: 'content',
    before: '',
    after: ' b',
    outcomes: {
      open: text('>>> b'),
      toReader: text(' b'),
      call: both(' b', [list]),
      code: calls([print('x b')]),
      endToken: text(' b', 'end-token'),
    },
  },
  'the text after a call': {
    name: 'content',
    before: 'list\n{}',
    after: ' b',
    outcomes: {
      open: both('>>> b', [list]),
      toReader: both(' b', [list]),
      call: both(' b', [list, list]),
      code: calls([list, print('x b')]),
      endToken: both(' b', [list], 'end-token'),
    },
  },
  arguments: {
    name: 'arguments',
    before: 'f\n{"a": 1 ',
    after: ' b',
    outcomes: {
      open: calls([cutOne], 'json-unreadable', 'stray-text'),
      toReader: both(' b', [closed], 'json-repair'),
      call: both(' b', [closed, list], 'json-repair'),
      code: calls([closed, print('x b')], 'json-repair'),
      endToken: both(' b', [closed], 'json-repair', 'end-token'),
    },
  },
  'a string': {
    name: 'arguments',
    before: 'f\n{"a": "x',
    after: 'y"}',
    outcomes: {
      open: string('>>>'),
      toReader: calls([['f', '{"a": "x>>>all\\ny"}', 'repaired']], 'json-repair'),
      call: calls([['f', '{"a": "x>>>list\\n{}y"}', 'repaired']], 'json-repair'),
      code: calls([['f', '{"a": "x>>>python\\nxy"}', 'repaired']], 'json-repair'),
      endToken: string('<|eot_id|>'),
    },
  },
  'program text': {
    name: 'code',
    before: 'python\nx',
    after: ' b',
    outcomes: {
      open: calls([print('x>>> b')]),
      toReader: both(' b', [print('x')]),
      call: both(' b', [print('x'), list]),
      code: calls([print('x'), print('x b')]),
      endToken: calls([print('x<|eot_id|> b')]),
    },
  },
  'unreadable arguments': {
    name: 'skip',
    before: 'f\n{"a": ?',
    after: ' b',
    outcomes: {
      open: calls([cut], 'json-unreadable', 'stray-text'),
      toReader: both(' b', [cut], 'json-unreadable', 'stray-text'),
      call: both(' b', [cut, list], 'json-unreadable', 'stray-text'),
      code: calls([cut, print('x b')], 'json-unreadable', 'stray-text'),
      endToken: calls([cut], 'json-unreadable', 'stray-text'),
    },
  },
})
