import { describe, expect, it } from 'vitest'
import { createToolCallParser, detectFormat, findFormat } from '../../src/index.ts'
import { type PolicyRow, testRows, tool } from '../policies/check.ts'

const string = { type: 'string' }
const integer = { type: 'integer' }
const tools = [
  tool(
    'f',
    {
      s: string,
      t: string,
      n: integer,
      b: { type: 'boolean' },
      u: { type: ['string', 'null'] },
      i: { anyOf: [integer, string] },
      l: { type: 'array', items: string },
      ll: { type: 'array', items: { type: 'array', items: integer } },
      o: { type: 'object', properties: { k: integer, q: string, r: { $ref: '#/$defs/node' } } },
      m: { type: 'object', additionalProperties: integer },
      p: {
        type: 'array',
        items: { type: 'object', properties: { x: integer, tags: { type: 'array', items: string } } },
      },
      d: { type: 'array', prefixItems: [integer, string] },
      nl: { type: ['array', 'null'], items: integer },
      sl: { type: 'array', items: { type: 'array', items: string } },
      oa: { type: ['object', 'array'], properties: { item: integer } },
      item: { type: 'object', properties: { item: integer } },
      any: {},
    },
    { $defs: { node: { type: 'object', properties: { v: integer, next: { $ref: '#/$defs/node' } } } } },
  ),
  tool('list'),
]

/** `@` is the mark. */
const raw = (text: string): string => text.replaceAll('@', ']<]minimax[>[')
const call = (body: string): string => raw(`@<tool_call>\n@<invoke name="f">${body}@</invoke>\n@</tool_call>`)
const open = (body: string): string => raw(`@<tool_call>\n@<invoke name="f">${body}`)
const complete = (json: string): PolicyRow['message'] => ({ calls: [['f', raw(json), 'complete']] })
const repaired = (json: string): PolicyRow['message'] => ({ calls: [['f', raw(json), 'repaired']] })
const truncated = (json: string): PolicyRow['message'] => ({ calls: [['f', raw(json), 'truncated']] })
const rows = (all: Omit<PolicyRow, 'format'>[]): PolicyRow[] => all.map((row) => ({ ...row, format: 'minimax_m3' }))

describe('P1 P2 openers', () => {
  testRows(
    rows([
      {
        name: 'blanks behind the mark',
        raw: raw('@ <tool_call>@\n<invoke name="f">@ <n>1@ </n>@ </invoke>@ </tool_call>'),
        message: complete('{"n":1}'),
      },
      { name: 'a section without a call', raw: raw('a @<tool_call> b'), message: { content: raw('a @<tool_call> b') } },
      {
        name: 'a name that never ends',
        raw: raw('@<tool_call>@<invoke name="f'),
        message: { content: raw('@<tool_call>@<invoke name="f') },
      },
      {
        name: 'too many blanks',
        raw: raw(`@<tool_call>${' '.repeat(65)}@<invoke name="f">`),
        message: { content: raw(`@<tool_call>${' '.repeat(65)}@<invoke name="f">`) },
      },
      {
        name: 'FP5 a doubled section',
        raw: raw('@<tool_call>\n@<tool_call>\n@<invoke name="f">@</invoke>@</tool_call>'),
        message: complete('{}'),
        codes: ['doubled-opener'],
      },
      {
        name: 'a bare call of a declared tool at line start',
        raw: raw('a\n@<invoke name="f">@</invoke>'),
        message: { content: 'a', ...complete('{}') },
        codes: ['missing-opener'],
      },
      {
        name: 'a bare call in a line',
        raw: raw('a @<invoke name="f">@</invoke>'),
        message: { content: raw('a @<invoke name="f">@</invoke>') },
      },
      {
        name: 'a bare call of an unknown tool',
        raw: raw('@<invoke name="g">@</invoke>'),
        message: { content: raw('@<invoke name="g">@</invoke>') },
      },
      {
        name: 'no mark before the section',
        raw: raw('<tool_call>\n@<invoke name="f">@</invoke>@</tool_call>'),
        message: complete('{}'),
        codes: ['missing-opener'],
      },
      {
        name: 'no mark before the section and its call',
        raw: '<tool_call>\n<invoke name="f"></invoke></tool_call>',
        message: { content: '<tool_call>\n<invoke name="f"></invoke></tool_call>' },
      },
      {
        name: 'an unknown tool',
        raw: raw('@<tool_call>@<invoke name="g">@</invoke>@</tool_call>'),
        message: { calls: [['g', '{}', 'complete']] },
        codes: ['unknown-tool'],
      },
      {
        name: 'an unknown tool is content',
        raw: raw('@<tool_call>@<invoke name="g">@</invoke>@</tool_call>'),
        options: { unknownTools: 'content' },
        message: { content: raw('@<tool_call>@<invoke name="g">@</invoke>@</tool_call>') },
      },
      {
        name: 'a refused call behind another',
        raw: raw('@<tool_call>@<invoke name="f">@</invoke>@<invoke name="g">@</invoke>@</tool_call>'),
        options: { unknownTools: 'content' },
        message: { content: raw('@<invoke name="g">'), ...complete('{}') },
        codes: ['stray-closer', 'stray-closer'],
      },
      {
        name: 'P15 calls',
        raw: call('') + call(''),
        options: { limits: { calls: 1 } },
        message: { content: call(''), ...complete('{}') },
        codes: ['limit'],
      },
    ]),
    { tools },
  )

  testRows(
    rows([
      {
        name: 'without tools a bare call must begin like one',
        raw: raw('@<invoke name="g">@<a>1@</a>@</invoke>'),
        message: { calls: [['g', '{"a":"1"}', 'complete']] },
      },
      {
        name: 'without tools text behind the tag is no call',
        raw: raw('@<invoke name="g"> is a tag'),
        message: { content: raw('@<invoke name="g"> is a tag') },
      },
    ]),
  )
})

describe('P3 closers', () => {
  testRows(
    rows([
      { name: 'a closer before text is text', raw: call('@<s>a@</s> b@</s>'), message: complete('{"s":"a@</s> b"}') },
      {
        name: 'of a doubled closer the first is text',
        raw: call('@<s>a@</s>@</s>'),
        message: complete('{"s":"a@</s>"}'),
      },
      {
        name: 'a whole chain of closers ends the call, whatever follows',
        raw: call('@<s>a@</s>@</invoke>@</tool_call>@</x> b@</s>'),
        message: { ...complete('{"s":"a"}'), content: raw('@</x> b@</s>\n') },
        codes: ['stray-closer', 'stray-closer'],
      },
      {
        name: 'a chain of closers inside a call',
        raw: call('@<s>a@</s>@</invoke> b@</s>'),
        message: complete('{"s":"a@</s>@</invoke> b"}'),
      },
      {
        name: 'the first counts with closers: first',
        raw: call('@<s>a@</s> b@<n>1@</n>'),
        options: { closers: 'first' },
        message: complete('{"s":"a","n":1}'),
        codes: ['stray-text'],
      },
      { name: 'another closer', raw: call('@<s>a@</t>b@</s>'), message: complete('{"s":"a@</t>b"}') },
      {
        name: 'a call inside a text',
        raw: call('@<s>@<tool_call>@<invoke name="list">.@</s>'),
        message: complete('{"s":"@<tool_call>@<invoke name=\\"list\\">."}'),
      },
      {
        name: 'FP2 a parameter that may not come next',
        raw: call('@<s>a@<zz>b@<s>c@</s>'),
        message: complete('{"s":"a@<zz>b@<s>c"}'),
      },
      {
        name: 'tags without marks',
        raw: call('@<s><b>x</b></invoke></tool_call></s>!@</s>'),
        message: complete('{"s":"<b>x</b></invoke></tool_call></s>!"}'),
      },
      {
        name: 'a value that ends like its closer',
        raw: call('@<s><s></s>@</s>'),
        message: complete('{"s":"<s></s>"}'),
      },
      {
        name: 'a closer around it before text is text',
        raw: call('@<o>@<q>a@</q>@</o> b@</q>@</o>'),
        message: complete('{"o":{"q":"a@</q>@</o> b"}}'),
      },
      {
        name: 'another tag in an item',
        raw: call('@<l>@<item>a@<zz>b@</item>@</l>'),
        message: complete('{"l":["a@<zz>b"]}'),
      },
      {
        name: 'a value that ends like the closers around it',
        raw: call('@<sl>@<item>@<item>a</item>@</item>@</item>@</sl>'),
        message: complete('{"sl":[["a</item>"]]}'),
      },
      {
        name: 'through all levels',
        raw: call('@<o>@<r>@<next>@<v>1@</v>@</next>@</r>@</o>'),
        message: complete('{"o":{"r":{"next":{"v":1}}}}'),
      },
    ]),
    { tools },
  )
})

describe('P4 P5 values', () => {
  testRows(
    rows([
      {
        name: 'strings are verbatim',
        raw: call('@<s> \n a\\n &lt; \t@</s>'),
        message: complete('{"s":" \\n a\\\\n &lt; \\t"}'),
      },
      { name: 'FP9 booleans', raw: call('@<b>True@</b>'), message: complete('{"b":true}') },
      {
        name: 'FP9 other words are no booleans',
        raw: call('@<b>yes@</b>'),
        message: complete('{"b":"yes"}'),
        codes: ['value-type'],
      },
      { name: 'digits are kept', raw: call('@<n>9007199254740993@</n>'), message: complete('{"n":9007199254740993}') },
      { name: 'unions', raw: call('@<u>null@</u>@<i>42@</i>'), message: complete('{"u":null,"i":42}') },
      {
        name: 'members, $ref, additionalProperties, prefixItems',
        raw: call(
          '@<o>@<k>1@</k>@<q>2@</q>@<r>@<next>@<v>3@</v>@</next>@</r>@</o>@<m>@<a>4@</a>@</m>@<d>@<item>5@</item>@<item>6@</item>@</d>',
        ),
        message: complete('{"o":{"k":1,"q":"2","r":{"next":{"v":3}}},"m":{"a":4},"d":[5,"6"]}'),
      },
      {
        name: 'lists of lists',
        raw: call('@<ll>@<item>@<item>1@</item>@<item>2@</item>@</item>@<item>@</item>@</ll>'),
        message: complete('{"ll":[[1,2],[]]}'),
      },
      {
        name: 'no schema',
        raw: call('@<any>@<a>1@</a>@<b>@<item>x@</item>@</b>@<c>@</c>@</any>'),
        message: complete('{"any":{"a":"1","b":["x"],"c":""}}'),
      },
      {
        name: 'a member called item',
        raw: call('@<item>@<item>1@</item>@</item>'),
        message: complete('{"item":{"item":1}}'),
      },
      {
        name: 'a member called item, in an object that could be an array',
        raw: call('@<oa>@<item>1@</item>@</oa>'),
        message: complete('{"oa":{"item":1}}'),
      },
      {
        name: 'JSON as text',
        raw: call('@<l>["a", "b"]@</l>@<o>{"k": 1}@</o>@<any>{"a": 1}@</any>'),
        message: complete('{"l":["a", "b"],"o":{"k": 1},"any":"{\\"a\\": 1}"}'),
      },
      {
        name: 'empty elements',
        raw: call('@<s>@</s>@<l>@</l>@<o>\n@</o>@<nl>@</nl>@<u>@</u>'),
        message: complete('{"s":"","l":[],"o":{},"nl":null,"u":""}'),
      },
      {
        name: 'layout',
        raw: call('\n @<o>\n  @<k>1@</k>\n  @<q>a@</q>\n @</o>\n'),
        message: complete('{"o":{"k":1,"q":"a"}}'),
      },
      {
        name: 'text for an object',
        raw: call('@<o>abc@</o>'),
        message: complete('{"o":"abc"}'),
        codes: ['value-type'],
      },
      {
        name: '__proto__',
        raw: call('@<__proto__>@<constructor>1@</constructor>@</__proto__>'),
        message: complete('{"__proto__":{"constructor":"1"}}'),
        codes: ['undeclared-parameter'],
      },
      { name: 'FP12 a lone surrogate', raw: call('@<s>a\ud83db@</s>'), message: complete('{"s":"a\\ud83db"}') },
    ]),
    { tools },
  )
})

describe('FP9 P9 repeated tags', () => {
  testRows(
    rows([
      {
        name: 'texts of an array',
        raw: call('@<l>a@</l>@<l>b@</l>@<l>c@</l>@<n>1@</n>'),
        message: complete('{"l":["a","b","c"],"n":1}'),
        codes: [],
      },
      {
        name: 'objects of an array',
        raw: call('@<p>@<x>1@</x>@</p>@<p>@<x>2@</x>@<tags>@<item>a@</item>@</tags>@</p>'),
        message: complete('{"p":[{"x":1},{"x":2,"tags":["a"]}]}'),
        codes: [],
      },
      {
        name: 'items, then a repeated tag',
        raw: call('@<l>@<item>a@</item>@</l>@<l>@<item>b@</item>@</l>@<l>c@</l>'),
        message: complete('{"l":["a","b","c"]}'),
        codes: [],
      },
      {
        name: 'one text is a string',
        raw: call('@<l>a@</l>@<n>1@</n>'),
        message: complete('{"l":"a","n":1}'),
        codes: ['value-type'],
      },
      {
        name: 'behind another parameter: the first counts',
        raw: call('@<l>@<item>a@</item>@</l>@<n>1@</n>@<l>b@</l>'),
        message: complete('{"l":["a"],"n":1}'),
        codes: ['duplicate-parameter'],
      },
      {
        name: 'no array: the first counts',
        raw: call('@<s>a@</s>@<s>b@</s>@<o>@<k>1@</k>@<k>2@</k>@</o>'),
        message: complete('{"s":"a","o":{"k":1}}'),
        codes: ['duplicate-parameter', 'duplicate-parameter'],
      },
      {
        name: 'a whole object twice',
        raw: call('@<o>@<k>1@</k>@</o>@<o>@<q>a@</q>@</o>@<n>1@</n>'),
        message: complete('{"o":{"k":1},"n":1}'),
        codes: ['duplicate-parameter'],
      },
      {
        name: 'no schema: the first counts',
        raw: call('@<any>@<a>1@</a>@<a>2@</a>@</any>'),
        message: complete('{"any":{"a":"1"}}'),
        codes: ['duplicate-parameter'],
      },
      {
        name: 'another name for items',
        raw: call('@<p>@<pt>@<x>1@</x>@</pt>@</p>@<l>@<tag>a@</tag>@</l>'),
        message: repaired('{"p":[{"x":1}],"l":["a"]}'),
        codes: ['mended-tag', 'mended-tag'],
      },
    ]),
    { tools },
  )
})

describe('P9 dropped values', () => {
  it.each([
    ['a text', '@<s>a@</s>@<s>b@</s>', 'b'],
    ['an object with text in it', '@<s>a@</s>@<s>b@<zz>c@</s>', 'b@<zz>c'],
    ['an object', '@<o>@</o>@<o>@<k>1@</k> @<k>2@</k>@</o>', '@<k>1@</k> @<k>2@</k>'],
    ['an array', '@<l>@<item>a@</item>@</l>@<n>1@</n>@<l>@<item>b@</item>@</l>', '@<item>b@</item>'],
  ])('report their text: %s', (_, body, text) => {
    const parser = createToolCallParser({ format: 'minimax_m3', tools })
    const events = [...parser.feed(call(body)), ...parser.end()]
    const dropped = events.flatMap((event) =>
      event.type === 'diagnostic' && event.text !== undefined ? [event.text] : [],
    )
    expect(dropped).toEqual([raw(text)])
  })
})

describe('P6 missing closers', () => {
  testRows(
    rows([
      {
        name: 'of a text before the next parameter',
        raw: call('@<s>a@<n>1@</n>'),
        message: repaired('{"s":"a","n":1}'),
        codes: ['missing-closer'],
      },
      {
        name: 'of an item before the next',
        raw: call('@<l>@<item>a@<item>b@</l>'),
        message: repaired('{"l":["a","b"]}'),
        codes: ['missing-closer', 'missing-closer'],
      },
      {
        name: 'of a text before the closer around it',
        raw: call('@<o>@<q>a@</o>@<n>1@</n>'),
        message: repaired('{"o":{"q":"a"},"n":1}'),
        codes: ['missing-closer'],
      },
      {
        name: 'of a text before the end of the call',
        raw: call('@<o>@<q>a'),
        message: repaired('{"o":{"q":"a"}}'),
        codes: ['missing-closer', 'missing-closer'],
      },
      {
        name: 'of a text before the end of the section',
        raw: open('@<s>a@</tool_call>'),
        message: repaired('{"s":"a"}'),
        codes: ['missing-closer', 'missing-closer'],
      },
      {
        name: 'of the call before the next',
        raw: open('@<n>1@</n>@<invoke name="list">@</invoke>@</tool_call>'),
        message: {
          calls: [
            ['f', '{"n":1}', 'repaired'],
            ['list', '{}', 'complete'],
          ],
        },
        codes: ['missing-closer'],
      },
      {
        name: 'of the call before the end of the section',
        raw: open('@<n>1@</n>@</tool_call>'),
        message: repaired('{"n":1}'),
        codes: ['missing-closer'],
      },
      { name: 'of the section', raw: `${open('@<n>1@</n>@</invoke>')}\n`, message: complete('{"n":1}'), codes: [] },
      {
        name: 'only the mark',
        raw: call('@<s>a</s>@<l>@<item>b</item>@</l>@<n>1</n>'),
        message: repaired('{"s":"a","l":["b"],"n":1}'),
        codes: ['mended-tag', 'mended-tag', 'mended-tag'],
      },
      {
        name: 'only the mark, in an item of an item',
        raw: call('@<sl>@<item>@<item>a</item>@</item>@</sl>'),
        message: repaired('{"sl":[["a"]]}'),
        codes: ['mended-tag'],
      },
      {
        name: 'a closer of nothing',
        raw: call('@</x>@<n>1@</n>'),
        message: complete('{"n":1}'),
        codes: ['stray-text'],
      },
      {
        name: 'text outside every value',
        raw: call('junk@<n>1@</n>'),
        message: complete('{"n":1}'),
        codes: ['stray-text'],
      },
    ]),
    { tools },
  )
})

describe('P7 ends', () => {
  testRows(
    rows([
      { name: 'a text is open, stop', raw: open('@<s>a'), message: truncated('{"s":"a') },
      { name: 'a piece of a closer is no text', raw: open('@<s>a@</'), message: truncated('{"s":"a') },
      { name: 'an element is open', raw: open('@<o>'), message: truncated('{"o":') },
      {
        name: 'an object is open, stop',
        raw: open('@<o>@<k>1@</k>'),
        message: repaired('{"o":{"k":1}}'),
        codes: ['missing-closer', 'missing-closer'],
      },
      {
        name: 'an object is open, length',
        raw: open('@<o>@<k>1@</k>'),
        finish: 'length',
        message: truncated('{"o":{"k":1'),
      },
      { name: 'the call is open, length', raw: open('@<n>1@</n>'), finish: 'length', message: truncated('{"n":1') },
      { name: 'a number is open', raw: open('@<n>1'), message: truncated('{"n":') },
      {
        name: 'FP10 behind the call, length',
        raw: open('@<n>1@</n>@</invoke>'),
        finish: 'length',
        message: complete('{"n":1}'),
      },
      {
        name: 'FP6 a piece of a tag, stop',
        raw: open('@<n>1@</n>@<o'),
        message: repaired('{"n":1}'),
        codes: ['stray-text', 'missing-closer'],
      },
      {
        name: 'an array that may go on, length',
        raw: open('@<l>a@</l>'),
        finish: 'length',
        message: truncated('{"l":'),
      },
      {
        name: 'text behind an array that may go on, length',
        raw: open('@<l>a@</l> junk'),
        options: { closers: 'first' },
        finish: 'length',
        message: truncated('{"l":'),
        codes: ['stray-text', 'truncated'],
      },
      { name: 'an array that may go on, stop', raw: open('@<l>a@</l>'), message: repaired('{"l":"a"}') },
      { name: 'P8 no arguments', raw: call('\n'), message: complete('{}') },
      {
        name: 'P14 an end token at the end of a text',
        raw: open('@<s>a[e~['),
        message: truncated('{"s":"a'),
        codes: ['end-token', 'truncated'],
      },
      {
        name: 'P14 an end token inside a text',
        raw: call('@<s>a[e~[b@</s>'),
        message: complete('{"s":"a[e~[b"}'),
        codes: [],
      },
      {
        name: 'P15 argumentChars',
        raw: call('@<s>abcdef@</s>@<n>1@</n>'),
        options: { limits: { argumentChars: 8 } },
        message: truncated('{"s":"ab'),
        codes: ['limit', 'truncated'],
      },
      {
        name: 'P15 heldChars',
        raw: call('@<n>12345@</n>'),
        options: { limits: { heldChars: 4 } },
        message: complete('{"n":"12345"}'),
        codes: ['limit'],
      },
      {
        name: 'P15 nameChars: a longer tag is no parameter',
        raw: call('@<abc>1@</abc>'),
        options: { limits: { nameChars: 2 } },
        message: complete('{}'),
        codes: ['stray-text'],
      },
    ]),
    { tools },
  )
})

describe('early', () => {
  it('sends strings at every depth as they come', () => {
    const parser = createToolCallParser({ format: 'minimax_m3', tools })
    parser.feed(open('@<o>@<q>'))
    expect(parser.feed('abc')).toEqual([{ type: 'tool-call-arguments', index: 0, text: 'abc' }])
    parser.feed(raw('@</q>@</o>@<l>@<item>'))
    expect(parser.feed('def')).toEqual([{ type: 'tool-call-arguments', index: 0, text: 'def' }])
  })
})

describe('the format', () => {
  it('is detected by its mark', () => {
    expect(detectFormat(call('@<n>1@</n>'))).toBe('minimax_m3')
  })

  it('has an alias', () => {
    expect(findFormat('minimax-m3').id).toBe('minimax_m3')
  })
})
