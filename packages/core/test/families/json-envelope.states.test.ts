import { describe, expect, it } from 'vitest'
import { type ParserOptions, createToolCallParser } from '../../src/index.ts'
import { type ExpectedCall, type PolicyRow, checkRow } from '../policies/check.ts'

type Outcome = PolicyRow['message'] & Pick<PolicyRow, 'codes'>
type Codes = NonNullable<Outcome['codes']>

/** One state of the machine: the raw text is `before`, the marker and `after`. */
interface State<Marker extends string> {
  /** What the parser calls it. A wrapper that may still be no call belongs to the text around it. */
  name: 'content' | 'gap' | 'element' | 'skip' | 'tail'
  before: string
  after: string
  /** What each marker does here. A missing one is a compile error, and fails the test of completeness. */
  outcomes: Record<Marker, Outcome>
}

const text = (content: string, ...codes: Codes): Outcome => ({ content, codes })
const call = (all: readonly ExpectedCall[], ...codes: Codes): Outcome => ({ calls: all, codes })
const both = (content: string, all: readonly ExpectedCall[], ...codes: Codes): Outcome => ({
  content,
  calls: all,
  codes,
})

const list: ExpectedCall = ['list', '{}', 'complete']
const empty: ExpectedCall = ['list', '{}', 'repaired']
const one: ExpectedCall = ['list', '{"a": 1 }', 'repaired']
const cutOne: ExpectedCall = ['list', '{"a": 1 ', 'truncated']
const cut: ExpectedCall = ['list', '{"a": ', 'truncated']
const string = (value: string): Outcome => call([['list', `{"a": "x${value}"}`, 'complete']])

function testStates<Marker extends string>(
  format: string,
  markers: Record<Marker, string>,
  states: Record<string, State<Marker>>,
): void {
  const options: ParserOptions = { format, reasoning: 'off' }
  describe(`every marker of ${format}`, () => {
    it('meets every state that the row has', () => {
      const names = new Set(Object.values(states).map(({ name }) => name))
      const wanted = { hermes: ['skip'], nemotron_json: [], apertus: ['tail'], 'granite-20b-fc': [] }[format] ?? []
      const gap = format === 'granite-20b-fc' ? [] : ['gap']
      expect([...names].toSorted()).toEqual(['content', 'element', ...gap, ...wanted].toSorted())
    })

    for (const [name, { name: stateName, before, after, outcomes }] of Object.entries(states)) {
      it(`has a row in ${name}`, () => {
        expect(Object.keys(outcomes).toSorted()).toEqual(Object.keys(markers).toSorted())
        const parser = createToolCallParser(options)
        parser.feed(before)
        expect(parser.inspect().state).toBe(stateName)
      })

      it.each(Object.keys(markers) as Marker[])(`%s in ${name}`, (marker) => {
        const outcome: Outcome = outcomes[marker]
        const { codes = [], ...message } = outcome
        const raw = before + markers[marker] + after
        checkRow({ name, format, options: { reasoning: 'off' }, raw, message, codes })
      })
    }
  })
}

const L = '{"name": "list", "arguments": {}}'

// --- one object in a wrapper whose closer belongs to it ----------------------------------------------------------------------------------

testStates(
  'hermes',
  {
    open: '<tool_call>',
    close: '</tool_call>',
    brace: '{',
    bracket: '[',
    comma: ',',
    fence: '```',
    endToken: '<|im_end|>',
  },
  {
    prose: {
      name: 'content',
      before: 'a ',
      after: ' b',
      outcomes: {
        open: text('a <tool_call> b'),
        close: text('a </tool_call> b'),
        brace: text('a { b'),
        bracket: text('a [ b'),
        comma: text('a , b'),
        fence: text('a ``` b'),
        endToken: text('a  b', 'end-token'),
      },
    },
    'an opener': {
      name: 'content',
      before: '<tool_call>',
      after: `${L}</tool_call>`,
      outcomes: {
        open: call([list], 'doubled-opener'),
        close: text(`<tool_call></tool_call>${L}</tool_call>`),
        brace: text(`<tool_call>{${L}</tool_call>`, 'json-unreadable'),
        bracket: text(`<tool_call>[${L}</tool_call>`),
        comma: text(`<tool_call>,${L}</tool_call>`),
        // A fence is a line of its own.
        fence: text(`<tool_call>\`\`\`${L}</tool_call>`, 'json-unreadable'),
        endToken: text(`<tool_call>${L}</tool_call>`, 'end-token'),
      },
    },
    'a wrapper before its first call': {
      name: 'gap',
      before: '<tool_call>```json\n',
      after: `${L}\n\`\`\`</tool_call>`,
      outcomes: {
        open: both('<tool_call>```json', [list], 'json-unreadable'),
        close: text(`<tool_call>\`\`\`json\n</tool_call>${L}\n\`\`\`</tool_call>`, 'json-unreadable'),
        brace: text(`<tool_call>\`\`\`json\n{${L}\n\`\`\`</tool_call>`, 'json-unreadable'),
        bracket: text(`<tool_call>\`\`\`json\n[${L}\n\`\`\`</tool_call>`, 'json-unreadable'),
        comma: text(`<tool_call>\`\`\`json\n,${L}\n\`\`\`</tool_call>`, 'json-unreadable'),
        fence: text(`<tool_call>\`\`\`json\n\`\`\`${L}\n\`\`\`</tool_call>`, 'json-unreadable'),
        endToken: text(`<tool_call>\`\`\`json\n${L}\n\`\`\`</tool_call>`, 'json-unreadable', 'end-token'),
      },
    },
    'an envelope': {
      name: 'element',
      before: '<tool_call>{"name": "list", ',
      after: '"arguments": {}}</tool_call>',
      outcomes: {
        open: both('<tool_call>"arguments": {}}</tool_call>', [empty], 'json-repair', 'missing-closer'),
        close: both('"arguments": {}}', [empty], 'json-repair', 'stray-closer'),
        brace: text(`<tool_call>{"name": "list", {"arguments": {}}</tool_call>`, 'json-unreadable'),
        bracket: text(`<tool_call>{"name": "list", ["arguments": {}}</tool_call>`, 'json-unreadable'),
        comma: text(`<tool_call>{"name": "list", ,"arguments": {}}</tool_call>`, 'json-unreadable'),
        fence: text(`<tool_call>{"name": "list", \`\`\`"arguments": {}}</tool_call>`, 'json-unreadable'),
        // The model stops there and goes on: the call was over, what follows in the wrapper is dropped.
        endToken: call([empty], 'json-repair', 'end-token', 'stray-text', 'stray-text', 'stray-text'),
      },
    },
    arguments: {
      name: 'element',
      before: '<tool_call>{"name": "list", "arguments": {"a": 1 ',
      after: '}}</tool_call>',
      outcomes: {
        open: both('<tool_call>}}</tool_call>', [one], 'json-repair', 'missing-closer'),
        close: both('}}', [one], 'json-repair', 'stray-closer'),
        brace: call([cutOne], 'json-unreadable', 'stray-text'),
        bracket: call([cutOne], 'json-unreadable', 'stray-text'),
        comma: call([one], 'json-repair'),
        fence: call([cutOne], 'json-unreadable', 'stray-text'),
        endToken: call([one], 'json-repair', 'end-token', 'stray-text'),
      },
    },
    'a string': {
      name: 'element',
      before: '<tool_call>{"name": "list", "arguments": {"a": "x',
      after: '"}}</tool_call>',
      outcomes: {
        open: string('<tool_call>'),
        close: string('</tool_call>'),
        brace: string('{'),
        bracket: string('['),
        comma: string(','),
        fence: string('```'),
        endToken: string('<|im_end|>'),
      },
    },
    'a wrapper behind a call': {
      name: 'gap',
      before: `<tool_call>${L}`,
      after: `${L}</tool_call>`,
      outcomes: {
        open: call([empty, list], 'missing-closer'),
        close: both(L, [list], 'stray-closer'),
        brace: call([list, list], 'stray-text'),
        bracket: call([list, list], 'stray-text'),
        comma: call([list, list]),
        fence: call([list, list]),
        endToken: call([list, list], 'end-token'),
      },
    },
    'a broken call': {
      name: 'skip',
      before: '<tool_call>{"name": "list", "arguments": {"a": / ',
      after: `}}${L}</tool_call>`,
      outcomes: {
        open: both(`<tool_call>}}${L}</tool_call>`, [cut], 'json-unreadable', 'stray-text'),
        close: both(`}}${L}`, [cut], 'json-unreadable', 'stray-text', 'stray-closer'),
        brace: call([cut], 'json-unreadable', 'stray-text'),
        bracket: call([cut], 'json-unreadable', 'stray-text'),
        comma: call([cut], 'json-unreadable', 'stray-text'),
        fence: call([cut], 'json-unreadable', 'stray-text'),
        endToken: call([cut], 'json-unreadable', 'stray-text'),
      },
    },
  },
)

// --- a section with a list whose brackets may be missing ----------------------------------------------------------------------------------

testStates(
  'nemotron_json',
  {
    open: '<TOOLCALL>',
    close: '</TOOLCALL>',
    openBracket: '[',
    closeBracket: ']',
    comma: ',',
    fence: '```',
    endToken: '<SPECIAL_12>',
  },
  {
    prose: {
      name: 'content',
      before: 'a ',
      after: ' b',
      outcomes: {
        open: text('a <TOOLCALL> b'),
        close: text('a </TOOLCALL> b'),
        openBracket: text('a [ b'),
        closeBracket: text('a ] b'),
        comma: text('a , b'),
        fence: text('a ``` b'),
        endToken: text('a  b', 'end-token'),
      },
    },
    'an opener': {
      name: 'content',
      before: '<TOOLCALL>',
      after: `${L}</TOOLCALL>`,
      outcomes: {
        open: call([list], 'doubled-opener', 'json-envelope'),
        close: text(`<TOOLCALL></TOOLCALL>${L}</TOOLCALL>`),
        openBracket: call([list], 'json-envelope'),
        closeBracket: text(`<TOOLCALL>]${L}</TOOLCALL>`),
        comma: text(`<TOOLCALL>,${L}</TOOLCALL>`),
        fence: text(`<TOOLCALL>\`\`\`${L}</TOOLCALL>`, 'json-unreadable'),
        endToken: text(`<TOOLCALL>${L}</TOOLCALL>`, 'end-token'),
      },
    },
    'a list before its first call': {
      name: 'content',
      before: '<TOOLCALL>[',
      after: `${L}]</TOOLCALL>`,
      outcomes: {
        open: both('<TOOLCALL>[', [list], 'json-envelope'),
        close: text(`<TOOLCALL>[</TOOLCALL>${L}]</TOOLCALL>`),
        openBracket: text(`<TOOLCALL>[[${L}]</TOOLCALL>`),
        closeBracket: text(`<TOOLCALL>[]${L}]</TOOLCALL>`),
        comma: text(`<TOOLCALL>[,${L}]</TOOLCALL>`),
        fence: text(`<TOOLCALL>[\`\`\`${L}]</TOOLCALL>`, 'json-unreadable'),
        endToken: text(`<TOOLCALL>[${L}]</TOOLCALL>`, 'end-token'),
      },
    },
    arguments: {
      name: 'element',
      before: '<TOOLCALL>[{"name": "list", "arguments": {"a": 1 ',
      after: '}}]</TOOLCALL>',
      outcomes: {
        open: both('<TOOLCALL>}}]</TOOLCALL>', [one], 'json-repair'),
        close: both('}}]', [one], 'json-repair', 'json-envelope', 'stray-closer'),
        // The brackets of the broken element end behind the list's own.
        openBracket: call([cutOne], 'json-unreadable', 'stray-text', 'json-envelope'),
        closeBracket: call([cutOne], 'json-unreadable', 'stray-text', 'stray-text'),
        comma: call([one], 'json-repair'),
        fence: call([cutOne], 'json-unreadable', 'stray-text'),
        endToken: call([one], 'json-repair', 'end-token', 'stray-text'),
      },
    },
    'a list behind a call': {
      name: 'gap',
      before: `<TOOLCALL>[${L}`,
      after: `${L}]</TOOLCALL>`,
      outcomes: {
        open: call([list, list], 'json-envelope'),
        close: both(`${L}]`, [list], 'json-envelope', 'stray-closer'),
        openBracket: call([list, list], 'stray-text'),
        // The second bracket closes nothing.
        closeBracket: call([list, list], 'stray-text'),
        comma: call([list, list]),
        fence: call([list, list]),
        endToken: call([list, list], 'end-token'),
      },
    },
    'a section behind its list': {
      name: 'gap',
      before: `<TOOLCALL>[${L}]`,
      after: `${L}</TOOLCALL>`,
      outcomes: {
        open: call([list, list], 'json-envelope'),
        close: both(L, [list], 'stray-closer'),
        openBracket: call([list, list], 'stray-text'),
        closeBracket: call([list, list], 'stray-text'),
        comma: call([list, list]),
        fence: call([list, list]),
        endToken: call([list, list], 'end-token'),
      },
    },
    'a section behind a call': {
      name: 'gap',
      before: `<TOOLCALL>${L}`,
      after: `${L}</TOOLCALL>`,
      outcomes: {
        open: call([list, list], 'json-envelope', 'json-envelope'),
        close: both(L, [list], 'json-envelope', 'stray-closer'),
        openBracket: call([list, list], 'json-envelope', 'stray-text'),
        closeBracket: call([list, list], 'json-envelope'),
        comma: call([list, list], 'json-envelope'),
        fence: call([list, list], 'json-envelope'),
        endToken: call([list, list], 'json-envelope', 'end-token'),
      },
    },
    'a broken call': {
      name: 'element',
      before: '<TOOLCALL>[{"name": "list", "arguments": {"a": / ',
      after: `}}, ${L}]</TOOLCALL>`,
      outcomes: {
        open: both(`<TOOLCALL>}}, ${L}]</TOOLCALL>`, [cut], 'json-unreadable', 'stray-text'),
        close: both(`}}, ${L}]`, [cut], 'json-unreadable', 'stray-text', 'json-envelope', 'stray-closer'),
        openBracket: call([cut], 'json-unreadable', 'stray-text', 'json-envelope'),
        closeBracket: call([cut, list], 'json-unreadable', 'stray-text', 'stray-text'),
        comma: call([cut, list], 'json-unreadable', 'stray-text'),
        fence: call([cut, list], 'json-unreadable', 'stray-text'),
        endToken: call([cut, list], 'json-unreadable', 'stray-text'),
      },
    },
  },
)

// --- a list whose end needs no closer; the key is the name ---------------------------------------------------------------------------------

const S = '{"list": {}}'

testStates(
  'apertus',
  {
    open: '<|tools_prefix|>',
    close: '<|tools_suffix|>',
    openBracket: '[',
    closeBracket: ']',
    comma: ',',
    endToken: '</s>',
  },
  {
    prose: {
      name: 'content',
      before: 'a ',
      after: ' b',
      outcomes: {
        open: text('a <|tools_prefix|> b'),
        close: text('a <|tools_suffix|> b'),
        openBracket: text('a [ b'),
        closeBracket: text('a ] b'),
        comma: text('a , b'),
        endToken: text('a  b', 'end-token'),
      },
    },
    'an opener': {
      name: 'content',
      before: '<|tools_prefix|>',
      after: `[${S}]<|tools_suffix|>`,
      outcomes: {
        open: call([list], 'doubled-opener'),
        close: text(`<|tools_prefix|><|tools_suffix|>[${S}]<|tools_suffix|>`),
        openBracket: text(`<|tools_prefix|>[[${S}]<|tools_suffix|>`),
        closeBracket: text(`<|tools_prefix|>][${S}]<|tools_suffix|>`),
        comma: text(`<|tools_prefix|>,[${S}]<|tools_suffix|>`),
        endToken: text(`<|tools_prefix|>[${S}]<|tools_suffix|>`, 'end-token'),
      },
    },
    arguments: {
      name: 'element',
      before: '<|tools_prefix|>[{"list": {"a": 1 ',
      after: '}}]<|tools_suffix|>',
      outcomes: {
        open: both('<|tools_prefix|>}}]<|tools_suffix|>', [one], 'json-repair'),
        close: both('}}]', [one], 'json-repair', 'stray-closer'),
        openBracket: call([cutOne], 'json-unreadable', 'stray-text'),
        closeBracket: call([cutOne], 'json-unreadable', 'stray-text', 'stray-text'),
        comma: call([one], 'json-repair'),
        endToken: call([one], 'json-repair', 'end-token', 'stray-text'),
      },
    },
    'a list behind a call': {
      name: 'gap',
      before: `<|tools_prefix|>[${S}`,
      after: `${S}]<|tools_suffix|>`,
      outcomes: {
        // The second wrapper holds an object: it ends there.
        open: both(']', [list, list], 'stray-closer'),
        close: both(`${S}]`, [list], 'stray-closer'),
        openBracket: call([list, list], 'stray-text'),
        closeBracket: both(`${S}]`, [list], 'stray-closer'),
        comma: call([list, list]),
        endToken: call([list, list], 'end-token'),
      },
    },
    'behind the list': {
      name: 'tail',
      before: `<|tools_prefix|>[${S}]`,
      after: ' b',
      outcomes: {
        open: both('<|tools_prefix|> b', [list]),
        close: both(' b', [list]),
        openBracket: both('[ b', [list]),
        closeBracket: both('] b', [list]),
        comma: both(', b', [list]),
        endToken: both(' b', [list], 'end-token'),
      },
    },
    'behind the list and a line break': {
      name: 'tail',
      before: `<|tools_prefix|>[${S}]\n`,
      after: ' b',
      outcomes: {
        open: both('\n<|tools_prefix|> b', [list]),
        close: both(' b', [list]),
        openBracket: both('\n[ b', [list]),
        closeBracket: both('\n] b', [list]),
        comma: both('\n, b', [list]),
        endToken: both('\n b', [list], 'end-token'),
      },
    },
    'a broken call': {
      name: 'element',
      before: '<|tools_prefix|>[{"list": {"a": / ',
      after: `}}, ${S}]<|tools_suffix|>`,
      outcomes: {
        open: both(`<|tools_prefix|>}}, ${S}]<|tools_suffix|>`, [cut], 'json-unreadable', 'stray-text'),
        close: both(`}}, ${S}]`, [cut], 'json-unreadable', 'stray-text', 'stray-closer'),
        openBracket: call([cut], 'json-unreadable', 'stray-text'),
        closeBracket: call([cut, list], 'json-unreadable', 'stray-text', 'stray-text'),
        comma: call([cut, list], 'json-unreadable', 'stray-text'),
        endToken: call([cut, list], 'json-unreadable', 'stray-text'),
      },
    },
  },
)

// --- an opener and no closer ---------------------------------------------------------------------------------------------------------------

testStates(
  'granite-20b-fc',
  { open: '<function_call>', brace: '{', bracket: '[', comma: ',', endToken: '<|endoftext|>' },
  {
    prose: {
      name: 'content',
      before: 'a ',
      after: ' b',
      outcomes: {
        open: text('a <function_call> b'),
        brace: text('a { b'),
        bracket: text('a [ b'),
        comma: text('a , b'),
        endToken: text('a  b', 'end-token'),
      },
    },
    'an opener': {
      name: 'content',
      before: '<function_call> ',
      after: L,
      outcomes: {
        open: call([list], 'doubled-opener'),
        brace: text(`<function_call> {${L}`, 'json-unreadable'),
        bracket: text(`<function_call> [${L}`),
        comma: text(`<function_call> ,${L}`),
        endToken: text(`<function_call> ${L}`, 'end-token'),
      },
    },
    'an envelope': {
      name: 'element',
      before: '<function_call> {"name": "list", ',
      after: '"arguments": {}}',
      outcomes: {
        open: both('<function_call>"arguments": {}}', [empty], 'json-repair'),
        brace: text('<function_call> {"name": "list", {"arguments": {}}', 'json-unreadable'),
        bracket: text('<function_call> {"name": "list", ["arguments": {}}', 'json-unreadable'),
        comma: text('<function_call> {"name": "list", ,"arguments": {}}', 'json-unreadable'),
        endToken: both('"arguments": {}}', [empty], 'json-repair', 'end-token'),
      },
    },
    arguments: {
      name: 'element',
      before: '<function_call> {"name": "list", "arguments": {"a": 1 ',
      after: '}}',
      outcomes: {
        open: both('<function_call>}}', [one], 'json-repair'),
        brace: call([cutOne], 'json-unreadable', 'stray-text'),
        bracket: call([cutOne], 'json-unreadable', 'stray-text'),
        comma: call([one], 'json-repair'),
        endToken: both('}}', [one], 'json-repair', 'end-token'),
      },
    },
    'a string': {
      name: 'element',
      before: '<function_call> {"name": "list", "arguments": {"a": "x',
      after: '"}}',
      outcomes: {
        open: string('<function_call>'),
        brace: string('{'),
        bracket: string('['),
        comma: string(','),
        endToken: string('<|endoftext|>'),
      },
    },
    'text behind a call': {
      name: 'content',
      before: `<function_call> ${L}`,
      after: ' b',
      outcomes: {
        open: both('<function_call> b', [list]),
        brace: both('{ b', [list]),
        bracket: both('[ b', [list]),
        comma: both(', b', [list]),
        endToken: both(' b', [list], 'end-token'),
      },
    },
    'a broken call': {
      name: 'element',
      before: '<function_call> {"name": "list", "arguments": {"a": / ',
      after: `}} <function_call> ${L}`,
      outcomes: {
        // The next opener ends it, whatever its brackets say.
        open: both('<function_call>}}', [cut, list], 'json-unreadable', 'stray-text'),
        brace: call([cut, list], 'json-unreadable', 'stray-text'),
        bracket: call([cut, list], 'json-unreadable', 'stray-text'),
        comma: call([cut, list], 'json-unreadable', 'stray-text'),
        endToken: call([cut, list], 'json-unreadable', 'stray-text'),
      },
    },
  },
)
