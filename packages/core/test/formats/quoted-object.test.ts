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
      x: { type: 'number' },
      b: { type: 'boolean' },
      u: { type: ['string', 'null'] },
      i: { anyOf: [integer, string] },
      l: { type: 'array', items: string },
      o: { type: 'object', properties: { k: integer, q: string, r: { $ref: '#/$defs/node' } } },
      m: { type: 'object', additionalProperties: integer },
      p: { type: 'array', prefixItems: [integer, string], items: { type: 'boolean' } },
      any: {},
    },
    { $defs: { node: { type: 'object', properties: { v: integer, next: { $ref: '#/$defs/node' } } } } },
  ),
  tool('list'),
]

/** A call of `f` in both formats of the family. */
function rows(all: Omit<PolicyRow, 'format'>[]): PolicyRow[] {
  return all.flatMap((row) => [
    { ...row, format: 'gemma4' },
    {
      ...row,
      format: 'functiongemma',
      raw: translate(row.raw),
      message: {
        ...row.message,
        content: row.message.content === undefined ? null : row.message.content && translate(row.message.content),
        calls: row.message.calls?.map(([name, json, status]) => [name, translateJson(json), status] as const) ?? [],
      },
    },
  ])
}

function translate(raw: string): string {
  return raw
    .replaceAll('<|tool_call>', '<start_function_call>')
    .replaceAll('<tool_call|>', '<end_function_call>')
    .replaceAll('<|"|>', '<escape>')
    .replaceAll('<turn|>', '<end_of_turn>')
}

function translateJson(json: string): string {
  return translate(json.replaceAll('<|\\"|>', '<|"|>'))
}

const call = (body: string): string => `<|tool_call>call:f{${body}}<tool_call|>`
const complete = (json: string): PolicyRow['message'] => ({ calls: [['f', json, 'complete']] })
const repaired = (json: string): PolicyRow['message'] => ({ calls: [['f', json, 'repaired']] })
const truncated = (json: string): PolicyRow['message'] => ({ calls: [['f', json, 'truncated']] })

describe('P1 openers', () => {
  testRows(
    rows([
      {
        name: 'no name',
        raw: '<|tool_call>call:{s:1}<tool_call|>',
        message: { content: '<|tool_call>call:{s:1}<tool_call|>' },
      },
      { name: 'no prefix', raw: '<|tool_call>f{}<tool_call|>', message: { content: '<|tool_call>f{}<tool_call|>' } },
      {
        name: 'no brace',
        raw: '<|tool_call>call:f<tool_call|>',
        message: { content: '<|tool_call>call:f<tool_call|>' },
      },
      {
        name: 'cut in the name',
        raw: 'a <|tool_call>call:f',
        finish: 'length',
        message: { content: 'a <|tool_call>call:f' },
      },
      { name: 'cut behind the opener', raw: '<|tool_call>', message: { content: '<|tool_call>' } },
      { name: 'blanks', raw: '<|tool_call>\n call: f {n:1}<tool_call|>', message: complete('{"n":1}') },
      {
        name: 'too many blanks',
        raw: `<|tool_call>${' '.repeat(65)}call:f{}`,
        message: { content: `<|tool_call>${' '.repeat(65)}call:f{}` },
      },
      {
        name: 'an unknown tool',
        raw: '<|tool_call>call:g{}<tool_call|>',
        message: { calls: [['g', '{}', 'complete']] },
        codes: ['unknown-tool'],
      },
      {
        name: 'an unknown tool is content',
        raw: '<|tool_call>call:g{}<tool_call|>!',
        options: { unknownTools: 'content' },
        message: { content: '<|tool_call>call:g{}<tool_call|>!' },
      },
      {
        name: 'P15 nameChars',
        raw: '<|tool_call>call:abcd{}',
        options: { limits: { nameChars: 3 } },
        message: { content: '<|tool_call>call:abcd{}' },
      },
      {
        name: 'P15 calls',
        raw: `${call('')}${call('n:1')}`,
        options: { limits: { calls: 1 } },
        message: { ...complete('{}'), content: call('n:1') },
        codes: ['limit'],
      },
    ]),
    { tools },
  )
})

describe('P3 quotes end a string only before what can follow a value', () => {
  testRows(
    rows([
      { name: 'a quote inside', raw: call('s:<|"|>a<|"|>b<|"|>'), message: complete('{"s":"a<|\\"|>b"}') },
      { name: 'doubled: the first is text', raw: call('s:<|"|>a<|"|><|"|>'), message: complete('{"s":"a<|\\"|>"}') },
      {
        name: 'a comma without a key',
        raw: call('s:<|"|>a<|"|>, b<|"|>,n:1'),
        message: complete('{"s":"a<|\\"|>, b","n":1}'),
      },
      { name: 'a comma with a key', raw: call('s:<|"|>a<|"|> , n:1'), message: complete('{"s":"a","n":1}') },
      { name: 'a comma in an array', raw: call('l:[<|"|>a<|"|>, <|"|>b<|"|>]'), message: complete('{"l":["a","b"]}') },
      {
        name: 'the first counts with closers: first',
        raw: call('s:<|"|>a<|"|>b<|"|>,n:1'),
        options: { closers: 'first' },
        message: complete('{"s":"a","n":1}'),
        codes: ['stray-text'],
      },
      {
        name: 'the closer inside',
        raw: call('s:<|"|>a<tool_call|>b}<|"|>'),
        message: complete('{"s":"a<tool_call|>b}"}'),
      },
      {
        name: 'an end token behind it',
        raw: '<|tool_call>call:f{s:<|"|>a<|"|><turn|>',
        message: repaired('{"s":"a"}'),
        codes: ['end-token', 'missing-closer', 'missing-closer'],
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
        raw: call('s:<|"|> \n a\\n\\u0041 &lt; \t<|"|>'),
        message: complete('{"s":" \\n a\\\\n\\\\u0041 &lt; \\t"}'),
      },
      { name: 'an empty string', raw: call('s:<|"|><|"|>'), message: complete('{"s":""}') },
      {
        name: 'FP9 a bare value for a string is a string',
        raw: call('s:3,t:true'),
        message: complete('{"s":"3","t":"true"}'),
      },
      {
        name: 'FP9 quoted digits for an integer are an integer',
        raw: call('n:<|"|>3<|"|>'),
        message: complete('{"n":3}'),
      },
      {
        name: 'digits are kept',
        raw: call('n:9007199254740993,x:1.50'),
        message: complete('{"n":9007199254740993,"x":1.50}'),
      },
      { name: 'Python spellings', raw: call('b:True,u:None'), message: complete('{"b":true,"u":null}') },
      { name: 'a union', raw: call('i:42,u:null'), message: complete('{"i":42,"u":null}') },
      { name: 'a union as text', raw: call('i:42 m,u:<|"|>nul<|"|>'), message: complete('{"i":"42 m","u":"nul"}') },
      {
        name: 'members, $ref and items',
        raw: call('o:{k:<|"|>1<|"|>,q:2,r:{v:3,next:{v:<|"|>4<|"|>}}},l:[1,true]'),
        message: complete('{"o":{"k":1,"q":"2","r":{"v":3,"next":{"v":4}}},"l":["1","true"]}'),
      },
      {
        name: 'additionalProperties and prefixItems',
        raw: call('m:{a:<|"|>1<|"|>},p:[<|"|>1<|"|>,2,<|"|>true<|"|>]'),
        message: complete('{"m":{"a":1},"p":[1,"2",true]}'),
      },
      {
        name: 'no schema: JSON literals',
        raw: call('any:{a:1,b:<|"|>1<|"|>,c:tru,d:null,e:-0.5,f:01}'),
        message: complete('{"any":{"a":1,"b":"1","c":"tru","d":null,"e":-0.5,"f":"01"}}'),
      },
      {
        name: 'ordinary quotes',
        raw: call('s:"a, \\"b\\"",any:"x"'),
        message: complete('{"s":"a, \\"b\\"","any":"x"}'),
      },
      { name: 'ordinary quotes that are no JSON string', raw: call('s:"a" b'), message: complete('{"s":"\\"a\\" b"}') },
      {
        name: 'what does not fit is a string',
        raw: call('n:abc,o:abc'),
        message: complete('{"n":"abc","o":"abc"}'),
        codes: ['value-type', 'value-type'],
      },
      {
        name: 'an object for a string',
        raw: call('s:{a:1}'),
        message: complete('{"s":{"a":1}}'),
        codes: ['value-type'],
      },
      {
        name: 'a comma in a bare string',
        raw: call('s:Oslo, Norway,n:1'),
        message: complete('{"s":"Oslo, Norway","n":1}'),
      },
      { name: 'a bracket in a bare string', raw: call('s:a[0],n:1'), message: complete('{"s":"a[0]","n":1}') },
      {
        name: 'a key without a value',
        raw: call('s:,n:,u:'),
        message: complete('{"s":"","n":"","u":""}'),
        codes: ['empty-value'],
      },
      { name: 'trailing commas', raw: call('l:[1,],n:1,'), message: complete('{"l":["1"],"n":1}') },
      {
        name: 'keys',
        raw: call('<|"|>s<|"|>: 1, "n" :2,<|"|>a,b<|"|>:3'),
        message: complete('{"s":"1","n":2,"a,b":3}'),
        codes: ['undeclared-parameter'],
      },
      {
        name: '__proto__',
        raw: call('__proto__:{constructor:1}'),
        message: complete('{"__proto__":{"constructor":1}}'),
        codes: ['undeclared-parameter'],
      },
      { name: 'FP12 a lone surrogate', raw: call('s:<|"|>a\ud83db<|"|>'), message: complete('{"s":"a\\ud83db"}') },
    ]),
    { tools },
  )
})

describe('P9 duplicates, at every depth', () => {
  testRows(
    rows([
      {
        name: 'a string',
        raw: call('s:1,s:<|"|>2<|"|>,n:1'),
        message: complete('{"s":"1","n":1}'),
        codes: ['duplicate-parameter'],
      },
      {
        name: 'an object',
        raw: call('n:1,n:{a:[1,{b:<|"|>}<|"|>}]},s:2'),
        message: complete('{"n":1,"s":"2"}'),
        codes: ['duplicate-parameter'],
      },
      {
        name: 'with text in it that is no pair',
        raw: call('n:1,n:{junk[,b:1},s:2'),
        message: complete('{"n":1,"s":"2"}'),
        codes: ['duplicate-parameter'],
      },
      {
        name: 'in an object',
        raw: call('o:{k:1,k:2,q:3}'),
        message: complete('{"o":{"k":1,"q":"3"}}'),
        codes: ['duplicate-parameter'],
      },
    ]),
    { tools },
  )

  it('drops the text of the second value', () => {
    const parser = createToolCallParser({ format: 'gemma4', tools })
    const events = [...parser.feed(call('n:1,n:{a:[1, 2]}')), ...parser.end()]
    expect(events).toContainEqual(expect.objectContaining({ code: 'duplicate-parameter', text: '{a:[1, 2]}' }))
  })
})

describe('P6 P7 ends', () => {
  const open = '<|tool_call>call:f{'
  testRows(
    rows([
      { name: 'no closer, stop', raw: `${open}n:1}`, message: complete('{"n":1}'), codes: ['missing-closer'] },
      {
        name: 'no closer, length',
        raw: `${open}n:1}`,
        finish: 'length',
        message: repaired('{"n":1}'),
        codes: ['missing-closer'],
      },
      {
        name: 'no closer before the next call',
        raw: `${open}n:1}${call('')}`,
        message: {
          calls: [
            ['f', '{"n":1}', 'complete'],
            ['f', '{}', 'complete'],
          ],
        },
        codes: ['missing-closer'],
      },
      { name: 'no brace', raw: `${open}n:1<tool_call|>`, message: repaired('{"n":1}'), codes: ['missing-closer'] },
      { name: 'no brackets', raw: `${open}o:{r:{v:1<tool_call|>`, message: repaired('{"o":{"r":{"v":1}}}') },
      {
        name: 'a bracket is missing before a brace',
        raw: call('o:{k:1},l:[<|"|>a<|"|>'),
        message: repaired('{"o":{"k":1},"l":["a"]}'),
      },
      {
        name: 'a brace is missing before a bracket',
        raw: call('p:[{a:1]'),
        message: repaired('{"p":[{"a":1}]}'),
        codes: ['value-type', 'missing-closer'],
      },
      {
        name: 'a string is open, stop',
        raw: `${open}s:<|"|>a}<tool_call|>`,
        message: truncated('{"s":"a}<tool_call|>'),
      },
      { name: 'a string is open, length', raw: `${open}s:<|"|>a`, finish: 'length', message: truncated('{"s":"a') },
      { name: 'FP27 a number is open, stop', raw: `${open}n:12`, message: repaired('{"n":12}') },
      { name: 'a number is open, length', raw: `${open}n:12`, finish: 'length', message: truncated('{"n":') },
      { name: 'FP27 behind the colon', raw: `${open}n:`, message: truncated('{"n":') },
      { name: 'FP27 in a literal', raw: `${open}b:tru`, message: truncated('{"b":') },
      { name: 'a bare string is open', raw: `${open}s:tru`, message: truncated('{"s":"tru') },
      { name: 'FP27 behind a comma', raw: `${open}n:1,`, message: repaired('{"n":1}') },
      { name: 'FP27 behind a comma of an array', raw: `${open}l:[1,`, message: repaired('{"l":["1"]}') },
      { name: 'behind a comma, length', raw: `${open}n:1,`, finish: 'length', message: truncated('{"n":1') },
      {
        name: 'in a key',
        raw: `${open}n:1,so`,
        message: repaired('{"n":1}'),
        codes: ['stray-text', 'missing-closer', 'missing-closer'],
      },
      { name: 'P8 no arguments', raw: call(' '), message: complete('{}') },
      { name: 'nothing behind the brace, length', raw: open, finish: 'length', message: truncated('') },
      {
        name: 'P14 an end token in an open string',
        raw: `${open}s:<|"|>a<turn|>`,
        message: truncated('{"s":"a'),
        codes: ['end-token', 'truncated'],
      },
      {
        name: 'P14 an end token inside a string',
        raw: call('s:<|"|>a<turn|>b<|"|>'),
        message: complete('{"s":"a<turn|>b"}'),
        codes: [],
      },
    ]),
    { tools },
  )
})

describe('P10 P15 around values', () => {
  testRows(
    rows([
      {
        name: 'text behind a call',
        raw: `a\n${call('n:1')}\n${call('n:2')}\n\nDone.`,
        message: {
          content: 'a\n\nDone.',
          calls: [
            ['f', '{"n":1}', 'complete'],
            ['f', '{"n":2}', 'complete'],
          ],
        },
      },
      { name: 'text that is no pair', raw: call('n:1,junk'), message: complete('{"n":1}'), codes: ['stray-text'] },
      {
        name: 'text behind a value',
        raw: call('l:[1] junk,n:1'),
        message: complete('{"l":["1"],"n":1}'),
        codes: ['stray-text'],
      },
      {
        name: 'a doubled brace',
        raw: '<|tool_call>call:f{{n:1}}<tool_call|>',
        message: complete('{"n":1}'),
        codes: ['stray-text', 'stray-text'],
      },
      {
        name: 'two calls in one wrapper',
        raw: '<|tool_call>call:f{n:1} call:list{}<tool_call|>',
        message: {
          calls: [
            ['f', '{"n":1}', 'complete'],
            ['list', '{}', 'complete'],
          ],
        },
        codes: [],
      },
      {
        name: 'P15 argumentChars',
        raw: call('s:<|"|>abcdef<|"|>,n:1'),
        options: { limits: { argumentChars: 8 } },
        message: truncated('{"s":"ab'),
        codes: ['limit', 'truncated'],
      },
      {
        name: 'P15 heldChars',
        raw: call('o:12345'),
        options: { limits: { heldChars: 4 } },
        message: complete('{"o":"12345"}'),
        codes: ['limit'],
      },
      {
        name: 'P15 heldChars of blanks in a bare value',
        raw: call(`s:a${' '.repeat(12)}`),
        options: { limits: { heldChars: 4 } },
        message: complete('{"s":"a          "}'),
        codes: ['limit', 'limit'],
      },
    ]),
    { tools },
  )
})

describe('thoughts of gemma4', () => {
  testRows(
    [
      {
        name: 'the name is markup',
        raw: '<|channel>thought\nPlan.\n<channel|>Hi.',
        message: { reasoning: 'Plan.', content: 'Hi.' },
      },
      { name: 'an empty thought', raw: '<|channel>thought\n<channel|>Hi.', message: { content: 'Hi.' } },
      {
        name: 'another channel',
        raw: '<|channel>plan\na<channel|>Hi.',
        message: { reasoning: 'plan\na', content: 'Hi.' },
      },
      {
        name: 'a call in a thought that never closes',
        raw: `<|channel>thought\na ${call('n:1')}`,
        message: { reasoning: 'a', ...complete('{"n":1}') },
      },
    ].map((row) => ({ ...row, format: 'gemma4' })),
    { tools },
  )
})

describe('early', () => {
  it('sends strings at every depth as they come', () => {
    const parser = createToolCallParser({ format: 'gemma4', tools })
    parser.feed('<|tool_call>call:f{o:{q:<|"|>')
    expect(parser.feed('abc')).toEqual([{ type: 'tool-call-arguments', index: 0, text: 'abc' }])
    parser.feed('<|"|>},l:[<|"|>')
    expect(parser.feed('def')).toEqual([{ type: 'tool-call-arguments', index: 0, text: 'def' }])
  })
})

describe('formats', () => {
  it('are detected by their markers', () => {
    expect(detectFormat(call('n:1'))).toBe('gemma4')
    expect(detectFormat(translate(call('n:1')))).toBe('functiongemma')
  })

  it.each(['gemma4', 'functiongemma'])('%s asks for its special tokens', (id) => {
    expect(findFormat(id).upstream).toEqual({ skip_special_tokens: false, spaces_between_special_tokens: false })
  })
})
