import { describe, expect, it } from 'vitest'
import { createToolCallParser } from '../../src/index.ts'
import { type ExpectedCall, type PolicyRow, checkRow } from '../policies/check.ts'

type Codes = NonNullable<PolicyRow['codes']>
type Outcome = PolicyRow['message'] & { codes: Codes }

/** One state of the machine: the raw text is `before`, the marker and `after`. */
interface State<Marker extends string> {
  /** What the parser calls it. A call that has not opened yet belongs to the text around it, or to its list. */
  name: 'content' | 'gap' | 'call' | 'skip' | 'echo'
  before: string
  after: string
  /** What each marker does here. A missing one is a compile error, and fails the test of completeness. */
  outcomes: Record<Marker, Outcome>
}

const text = (content: string, ...codes: Codes): Outcome => ({ content, codes })
const calls = (all: readonly ExpectedCall[], ...codes: Codes): Outcome => ({ calls: all, codes })
const both = (content: string, all: readonly ExpectedCall[], ...codes: Codes): Outcome => ({
  content,
  calls: all,
  codes,
})

const f: ExpectedCall = ['f', '{}', 'complete']
const g: ExpectedCall = ['g', '{}', 'complete']
const h: ExpectedCall = ['h', '{}', 'complete']
const empty: ExpectedCall = ['f', '{}', 'repaired']
const one: ExpectedCall = ['f', '{"a":"x"}', 'complete']
const closed: ExpectedCall = ['f', '{"a":"x"}', 'repaired']
const broken: ExpectedCall = ['f', '{"a":"x"', 'truncated']
const started: ExpectedCall = ['f', '{"a":1', 'truncated']
const cut = (value: string): ExpectedCall => ['f', `{"a":"x${value}`, 'truncated']
const string = (value: string): Outcome => calls([['f', `{"a":"x${value}y"}`, 'complete']])

function testStates<Marker extends string>(
  format: string,
  markers: Record<Marker, string>,
  wanted: readonly State<Marker>['name'][],
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

// --- a list between markers ----------------------------------------------------------------------------------------------------------------

const OPEN = '<|tool_call_start|>'
const CLOSE = '<|tool_call_end|>'

testStates(
  'lfm2',
  {
    open: OPEN,
    close: CLOSE,
    list: '[',
    listEnd: ']',
    paren: '(',
    parenEnd: ')',
    comma: ',',
    equals: '=',
    quote: "'",
    endToken: '<|im_end|>',
  },
  ['content', 'gap', 'call', 'skip', 'echo'],
  {
    text: {
      name: 'content',
      before: 'a ',
      after: ' b',
      outcomes: {
        open: text(`a ${OPEN} b`),
        close: text(`a ${CLOSE} b`),
        list: text('a [ b'),
        listEnd: text('a ] b'),
        paren: text('a ( b'),
        parenEnd: text('a ) b'),
        comma: text('a , b'),
        equals: text('a = b'),
        quote: text("a ' b"),
        endToken: text('a  b', 'end-token'),
      },
    },
    'an opener before its call': {
      name: 'content',
      before: OPEN,
      after: `f()]${CLOSE}`,
      outcomes: {
        open: calls([f], 'doubled-opener', 'stray-text'),
        close: text(`${OPEN}${CLOSE}f()]${CLOSE}`),
        list: calls([f]),
        listEnd: text(`${OPEN}]f()]${CLOSE}`),
        paren: text(`${OPEN}(f()]${CLOSE}`),
        parenEnd: text(`${OPEN})f()]${CLOSE}`),
        comma: text(`${OPEN},f()]${CLOSE}`),
        equals: text(`${OPEN}=f()]${CLOSE}`),
        quote: text(`${OPEN}'f()]${CLOSE}`),
        // The token goes, and what it leaves is not read again.
        endToken: text(`${OPEN}f()]${CLOSE}`, 'end-token'),
      },
    },
    'between two calls': {
      name: 'gap',
      before: `${OPEN}[f(), `,
      after: `g()]${CLOSE}`,
      outcomes: {
        // Another wrapper begins; the bracket behind its call is the first one's.
        open: calls([f, g], 'stray-text'),
        close: both('g()]', [f], 'stray-closer'),
        list: calls([f, g], 'stray-text'),
        listEnd: calls([f, g], 'stray-text'),
        paren: calls([f], 'stray-text'),
        parenEnd: calls([f], 'stray-text'),
        comma: calls([f, g]),
        equals: calls([f], 'stray-text'),
        quote: calls([f], 'stray-text'),
        endToken: calls([f, g], 'end-token'),
      },
    },
    'a call without arguments yet': {
      name: 'call',
      before: `${OPEN}[f(`,
      after: `)]${CLOSE}`,
      outcomes: {
        open: both(`${OPEN})]${CLOSE}`, [empty], 'json-repair'),
        close: both(')]', [empty], 'json-repair', 'stray-closer'),
        list: text(`${OPEN}[f([)]${CLOSE}`, 'json-unreadable'),
        listEnd: calls([empty], 'json-repair', 'stray-text'),
        paren: text(`${OPEN}[f(()]${CLOSE}`, 'json-unreadable'),
        parenEnd: calls([f], 'stray-text'),
        comma: text(`${OPEN}[f(,)]${CLOSE}`, 'json-unreadable'),
        equals: text(`${OPEN}[f(=)]${CLOSE}`, 'json-unreadable'),
        quote: text(`${OPEN}[f(')]${CLOSE}`, 'json-unreadable'),
        endToken: calls([empty], 'json-repair', 'end-token', 'stray-text'),
      },
    },
    'behind a value': {
      name: 'call',
      before: `${OPEN}[f(a='x' `,
      after: ` , b=2)]${CLOSE}`,
      outcomes: {
        open: both(`${OPEN} , b=2)]${CLOSE}`, [closed], 'json-repair'),
        close: both(' , b=2)]', [closed], 'json-repair', 'stray-closer'),
        // R10: a quote before none of `, ) ] }` and markers is text.
        list: calls([cut(`' [ , b=2)]${CLOSE}`)], 'json-repair', 'truncated'),
        listEnd: calls([closed], 'json-repair', 'stray-text'),
        paren: calls([cut(`' ( , b=2)]${CLOSE}`)], 'json-repair', 'truncated'),
        parenEnd: calls([one], 'stray-text'),
        comma: calls([broken], 'json-unreadable', 'stray-text'),
        equals: calls([cut(`' = , b=2)]${CLOSE}`)], 'json-repair', 'truncated'),
        // Two strings that follow each other are one.
        quote: calls([cut(` , b=2)]${CLOSE}`)], 'truncated'),
        endToken: calls([closed], 'json-repair', 'end-token', 'stray-text'),
      },
    },
    'a string': {
      name: 'call',
      before: `${OPEN}[f(a='x`,
      after: `y')]${CLOSE}`,
      outcomes: {
        open: string(OPEN),
        close: string(CLOSE),
        list: string('['),
        listEnd: string(']'),
        paren: string('('),
        parenEnd: string(')'),
        comma: string(','),
        equals: string('='),
        quote: calls([['f', `{"a":"x'y"}`, 'repaired']], 'json-repair'),
        endToken: string('<|im_end|>'),
      },
    },
    'a call whose rest is dropped': {
      name: 'skip',
      before: `${OPEN}[f(a=1, b=x +`,
      after: ` y), g()]${CLOSE}`,
      outcomes: {
        open: both(`${OPEN} y), g()]${CLOSE}`, [started], 'json-unreadable', 'stray-text'),
        close: both(' y), g()]', [started], 'json-unreadable', 'stray-text', 'stray-closer'),
        list: calls([started], 'json-unreadable', 'stray-text'),
        listEnd: calls([started, g], 'json-unreadable', 'stray-text', 'stray-text'),
        paren: calls([started], 'json-unreadable', 'stray-text'),
        parenEnd: calls([started, g], 'json-unreadable', 'stray-text', 'stray-text'),
        comma: calls([started, g], 'json-unreadable', 'stray-text'),
        equals: calls([started, g], 'json-unreadable', 'stray-text'),
        quote: calls([started], 'json-unreadable', 'stray-text'),
        endToken: calls([started, g], 'json-unreadable', 'stray-text'),
      },
    },
    'a call whose text comes back': {
      name: 'skip',
      before: `${OPEN}[g(), f(x +`,
      after: ` y), h()]${CLOSE}`,
      outcomes: {
        open: both(`f(x +${OPEN} y), h()]${CLOSE}`, [g]),
        close: both('f(x + y), h()]', [g], 'stray-closer'),
        list: both('f(x +[ y), h()]', [g]),
        listEnd: both('f(x +]', [g, h], 'stray-text'),
        paren: both('f(x +( y), h()]', [g]),
        parenEnd: both('f(x +)', [g, h], 'stray-text'),
        comma: both('f(x +, y)', [g, h]),
        equals: both('f(x += y)', [g, h]),
        quote: both("f(x +' y), h()]", [g]),
        endToken: both('f(x +<|im_end|> y)', [g, h]),
      },
    },
    'behind the closer': {
      name: 'echo',
      before: `${OPEN}[f()]${CLOSE}`,
      after: ' b',
      outcomes: {
        open: both(`${OPEN} b`, [f]),
        close: both(' b', [f], 'stray-closer'),
        list: both('[ b', [f]),
        listEnd: both('] b', [f]),
        paren: both('( b', [f]),
        parenEnd: both(') b', [f]),
        comma: both(', b', [f]),
        equals: both('= b', [f]),
        quote: both("' b", [f]),
        endToken: both(' b', [f], 'end-token'),
      },
    },
  },
)

// --- a list without markers ----------------------------------------------------------------------------------------------------------------

testStates(
  'pythonic',
  {
    list: '[',
    listEnd: ']',
    paren: '(',
    parenEnd: ')',
    comma: ',',
    equals: '=',
    quote: "'",
    endToken: '<|eot_id|>',
  },
  ['content', 'gap', 'call', 'skip'],
  {
    'the middle of a line': {
      name: 'content',
      before: 'a ',
      after: 'f()]',
      outcomes: {
        list: text('a [f()]'),
        listEnd: text('a ]f()]'),
        paren: text('a (f()]'),
        parenEnd: text('a )f()]'),
        comma: text('a ,f()]'),
        equals: text('a =f()]'),
        quote: text("a 'f()]"),
        endToken: text('a f()]', 'end-token'),
      },
    },
    'the start of a line': {
      name: 'content',
      before: 'a\n',
      after: 'f()]',
      outcomes: {
        list: both('a', [f]),
        listEnd: text('a\n]f()]'),
        paren: text('a\n(f()]'),
        parenEnd: text('a\n)f()]'),
        comma: text('a\n,f()]'),
        equals: text('a\n=f()]'),
        quote: text("a\n'f()]"),
        endToken: text('a\nf()]', 'end-token'),
      },
    },
    'between two calls': {
      name: 'gap',
      before: '[f(), ',
      after: 'g()]\nb',
      outcomes: {
        list: both('\nb', [f, g]),
        listEnd: both('g()]\nb', [f]),
        paren: both(' (g()]\nb', [f]),
        parenEnd: both(' )g()]\nb', [f]),
        comma: both('\nb', [f, g]),
        equals: both(' =g()]\nb', [f]),
        quote: both(" 'g()]\nb", [f]),
        endToken: both(' g()]\nb', [f], 'end-token'),
      },
    },
    'a call without arguments yet': {
      name: 'call',
      before: '[f(',
      after: ')]\nb',
      outcomes: {
        list: text('[f([)]\nb'),
        listEnd: both(')]\nb', [empty], 'json-repair'),
        paren: text('[f(()]\nb'),
        parenEnd: both(')]\nb', [f]),
        comma: text('[f(,)]\nb'),
        equals: text('[f(=)]\nb'),
        quote: text("[f(')]\nb"),
        endToken: both(')]\nb', [empty], 'json-repair', 'end-token'),
      },
    },
    'behind a value': {
      name: 'call',
      before: "[f(a='x' ",
      after: ' , b=2)]\nc',
      outcomes: {
        list: calls([cut(String.raw`' [ , b=2)]\nc`)], 'json-repair', 'truncated'),
        listEnd: both(' , b=2)]\nc', [closed], 'json-repair'),
        paren: calls([cut(String.raw`' ( , b=2)]\nc`)], 'json-repair', 'truncated'),
        parenEnd: both(' b=2)]\nc', [one]),
        comma: both('\nc', [broken], 'json-unreadable', 'stray-text'),
        equals: calls([cut(String.raw`' = , b=2)]\nc`)], 'json-repair', 'truncated'),
        quote: calls([cut(String.raw` , b=2)]\nc`)], 'truncated'),
        endToken: both(' , b=2)]\nc', [closed], 'json-repair', 'end-token'),
      },
    },
    'a string': {
      name: 'call',
      before: "[f(a='x",
      after: "y')]",
      outcomes: {
        list: string('['),
        listEnd: string(']'),
        paren: string('('),
        parenEnd: string(')'),
        comma: string(','),
        equals: string('='),
        quote: calls([['f', `{"a":"x'y"}`, 'repaired']], 'json-repair'),
        endToken: string('<|eot_id|>'),
      },
    },
    'a call whose rest is dropped': {
      name: 'skip',
      before: '[f(a=1, b=x +',
      after: ' y), g()]\nc',
      outcomes: {
        list: both('\nc', [started], 'json-unreadable', 'stray-text'),
        listEnd: both(' y), g()]\nc', [started], 'json-unreadable', 'stray-text'),
        paren: both('\nc', [started], 'json-unreadable', 'stray-text'),
        parenEnd: both(' y), g()]\nc', [started], 'json-unreadable', 'stray-text'),
        comma: both('\nc', [started, g], 'json-unreadable', 'stray-text'),
        equals: both('\nc', [started, g], 'json-unreadable', 'stray-text'),
        quote: calls([started], 'json-unreadable', 'stray-text'),
        endToken: both('\nc', [started, g], 'json-unreadable', 'stray-text'),
      },
    },
    'a call whose text comes back': {
      name: 'skip',
      before: '[g(), f(x +',
      after: ' y), h()]\nc',
      outcomes: {
        list: both('f(x +[ y), h()]\nc', [g]),
        listEnd: both('f(x +] y), h()]\nc', [g]),
        paren: both('f(x +( y), h()]\nc', [g]),
        parenEnd: both('f(x +) y), h()]\nc', [g]),
        comma: both('f(x +, y)\nc', [g, h]),
        equals: both('f(x += y)\nc', [g, h]),
        quote: both("f(x +' y), h()]\nc", [g]),
        endToken: both('f(x + y), h()]\nc', [g], 'end-token'),
      },
    },
  },
)

// --- calls on lines of their own -----------------------------------------------------------------------------------------------------------

testStates(
  'granite_pythonic',
  { paren: '(', parenEnd: ')', comma: ',', equals: '=', quote: '"', line: '\n', endToken: '<|end_of_text|>' },
  ['content', 'call', 'skip'],
  {
    'the middle of a line': {
      name: 'content',
      before: 'a f',
      after: ')\ng()',
      outcomes: {
        paren: both('a f()', [g]),
        parenEnd: both('a f))', [g]),
        comma: both('a f,)', [g]),
        equals: both('a f=)', [g]),
        quote: both('a f")', [g]),
        line: both('a f\n)', [g]),
        endToken: both('a f)', [g], 'end-token'),
      },
    },
    'a name': {
      name: 'content',
      before: 'f',
      after: ')\ng()',
      outcomes: {
        paren: calls([f, g]),
        parenEnd: both('f))', [g]),
        comma: both('f,)', [g]),
        equals: both('f=)', [g]),
        quote: both('f")', [g]),
        line: both('f\n)', [g]),
        endToken: both('f)', [g], 'end-token'),
      },
    },
    'a call without arguments yet': {
      name: 'call',
      before: 'f(',
      after: ')\ng()',
      outcomes: {
        paren: both('f(()', [g]),
        parenEnd: both(')', [f, g]),
        comma: both('f(,)', [g]),
        equals: both('f(=)', [g]),
        quote: both('f(")', [g]),
        line: calls([f, g]),
        endToken: both(')', [empty, g], 'json-repair', 'end-token'),
      },
    },
    'behind a value': {
      name: 'call',
      before: 'f(a="x" ',
      after: ')\ng()',
      outcomes: {
        paren: calls([cut(String.raw`\" ()\ng()`)], 'json-repair', 'truncated'),
        parenEnd: both(')', [one, g]),
        comma: calls([one, g]),
        equals: calls([cut(String.raw`\" =)\ng()`)], 'json-repair', 'truncated'),
        quote: calls([cut(String.raw`)\ng()`)], 'truncated'),
        line: calls([one, g]),
        endToken: both(')', [closed, g], 'json-repair', 'end-token'),
      },
    },
    'a string': {
      name: 'call',
      before: 'f(a="x',
      after: 'y")',
      outcomes: {
        paren: string('('),
        parenEnd: string(')'),
        comma: string(','),
        equals: string('='),
        quote: calls([['f', String.raw`{"a":"x\"y"}`, 'repaired']], 'json-repair'),
        line: string(String.raw`\n`),
        endToken: string('<|end_of_text|>'),
      },
    },
    'a call whose rest is dropped': {
      name: 'skip',
      before: 'f(a=1, b=x +',
      after: ' y)\ng()',
      outcomes: {
        paren: calls([started], 'json-unreadable', 'stray-text'),
        parenEnd: both(' y)', [started, g], 'json-unreadable', 'stray-text'),
        comma: calls([started, g], 'json-unreadable', 'stray-text'),
        equals: calls([started, g], 'json-unreadable', 'stray-text'),
        quote: calls([started], 'json-unreadable', 'stray-text'),
        line: calls([started, g], 'json-unreadable', 'stray-text'),
        endToken: calls([started, g], 'json-unreadable', 'stray-text'),
      },
    },
  },
)
