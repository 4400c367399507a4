import { describe, expect, it } from 'vitest'
import { type ParserOptions, createToolCallParser, findFormat, parseToolCalls } from '../../src/index.ts'
import { type ExpectedCall, type PolicyRow, testRows, tool } from '../policies/check.ts'

const string = { type: 'string' }
const tools = [
  tool('f', { a: string, b: { type: 'integer' }, c: { type: 'object' }, 'x-y': {} }),
  tool('g'),
  tool('maps.route', { from: string }),
  tool('Market Trends API', { q: string }),
]

/** Arguments as the model writes them and the JSON text that must come out. */
function value(name: string, source: string, json: string, status: ExpectedCall[2] = 'complete'): PolicyRow {
  return {
    name: `${name}: ${source}`,
    format: 'pythonic',
    options: { tools },
    raw: `[f(${source})]`,
    message: { calls: [['f', json, status]] },
    ...(status === 'complete' ? { codes: [] } : {}),
  }
}

const repaired = (name: string, source: string, json: string): PolicyRow => value(name, source, json, 'repaired')

/** The call could not be read before anything of it was sent; its sibling lives (fine print 26, 28). */
function comesBack(name: string, source: string): PolicyRow {
  const raw = `[f(${source}), g()]`
  const message = { content: `f(${source})`, calls: [['g', '{}', 'complete'] as const] }
  return { name: `${name}: ${source}`, format: 'pythonic', options: { tools }, raw, message }
}

/** The call could not be read on; its sibling lives. */
function breaks(name: string, source: string, sent: string): PolicyRow {
  const calls = [['f', sent, 'truncated'] as const, ['g', '{}', 'complete'] as const]
  return {
    name: `${name}: ${source}`,
    format: 'pythonic',
    options: { tools },
    raw: `[f(${source}), g()]`,
    message: { calls },
  }
}

describe('strings', () => {
  testRows([
    value('single quotes', `a='say "hi"'`, String.raw`{"a":"say \"hi\""}`),
    value('double quotes', `a="it's"`, `{"a":"it's"}`),
    value('empty strings', `a='', b=""`, '{"a":"","b":""}'),
    value(
      'triple quotes',
      `a='''it's ''two''\nlines''', b="""x"y"""`,
      String.raw`{"a":"it's ''two''\nlines","b":"x\"y"}`,
    ),
    value('an empty triple string', `a=""""""`, '{"a":""}'),
    value('a raw string', String.raw`a=r'\d\n\'', b=R"C:\x"`, String.raw`{"a":"\\d\\n\\'","b":"C:\\x"}`),
    value('prefixes', `a=b'x', b=u"y", c=f'{{z}}', d=Rb'\\w'`, String.raw`{"a":"x","b":"y","c":"{z}","d":"\\w"}`),
    value('neighbours are one string', `a='x' "y"\n  r'\\z'`, String.raw`{"a":"xy\\z"}`),
    value('neighbours without a blank', `a='x'"y"'z'`, '{"a":"xyz"}'),
    value('strings in parentheses', `a=("x"\n "y"), b=('z')`, '{"a":"xy","b":"z"}'),
    value('simple escapes', String.raw`a='\\\'\"\n\r\t\b\f\a\v'`, String.raw`{"a":"\\'\"\n\r\t\b\f\u0007\u000b"}`),
    value('octal escapes', String.raw`a='\0\12\1013\8'`, String.raw`{"a":"\u0000\nA3\\8"}`),
    value('code escapes', String.raw`a='\x41\xe9\u2028\U0001F600'`, '{"a":"Aé\u2028😀"}'),
    value('unknown escapes keep the backslash', String.raw`a='\d\_\/\ '`, String.raw`{"a":"\\d\\_\\/\\ "}`),
    value('a backslash and a line break are nothing', "a='x\\\ny\\\r\nz'", '{"a":"xyz"}'),
    value('escapes of text in bytes are text', String.raw`a=b'\x41\u0041\N{A}'`, String.raw`{"a":"A\\u0041\\N{A}"}`),
    value('raw controls, NUL and halves of pairs', 'a="x\ny\u0000z\ud83d"', String.raw`{"a":"x\ny\u0000z\ud83d"}`),
    value('a lone half as an escape', String.raw`a='\ud83d'`, String.raw`{"a":"\ud83d"}`),
    repaired(
      'escapes that Python refuses',
      String.raw`a='\x4g\u12\U00110000\N{BULLET}'`,
      String.raw`{"a":"\\x4g\\u12\\U00110000\\N{BULLET}"}`,
    ),
    repaired('R10 an apostrophe', `a='Schindler's List', b=1`, `{"a":"Schindler's List","b":1}`),
    repaired('R10 quotes', 'a="say "hi" now"', String.raw`{"a":"say \"hi\" now"}`),
    repaired('R10 a letter that could begin bytes', 'a="x "b" c"', String.raw`{"a":"x \"b\" c"}`),
    repaired('R10 a quoted end', 'a="He said "no""', String.raw`{"a":"He said \"no\""}`),
    repaired('R10 four quotes', 'a="""He said "no""""', String.raw`{"a":"He said \"no\""}`),
  ])
})

describe('other literals', () => {
  testRows([
    value(
      'words of both languages',
      'a=True, b=False, c=None, d=true, e=false, f=null',
      '{"a":true,"b":false,"c":null,"d":true,"e":false,"f":null}',
    ),
    value(
      'numbers',
      'a=07, b=1_000, c=.5, d=5., e=0x1F, f=+3, g=-2, h=1e5, i=1E-7',
      '{"a":7,"b":1000,"c":0.5,"d":5,"e":31,"f":3,"g":-2,"h":1e5,"i":1E-7}',
    ),
    value(
      'digits are kept',
      'a=9007199254740993, b=1234567890123456789, c=-0.10',
      '{"a":9007199254740993,"b":1234567890123456789,"c":-0.10}',
    ),
    value('other radixes', 'a=0o17, b=0b101, c=0xFF_FF', '{"a":15,"b":5,"c":65535}'),
    value('lists', 'a=[], b=[1, [2,], "x",]', '{"a":[],"b":[1,[2],"x"]}'),
    value('tuples', 'a=(), b=(1,), c=(1, (2, 3),), d=(1)', '{"a":[],"b":[1],"c":[1,[2,3]],"d":1}'),
    value('sets', `a={1}, b={'x', "y",}, c={(1, 2), 3}`, '{"a":[1],"b":["x","y"],"c":[[1,2],3]}'),
    value('dicts', `a={}, b={'k': {"q": [1,]}, "z": None,}`, '{"a":{},"b":{"k":{"q":[1]},"z":null}}'),
    value(
      'keys of every kind',
      `a={1: 'x', None: 2, True: 3, (1, 'y'): 4, 'p' 'q': 5}`,
      String.raw`{"a":{"1":"x","null":2,"true":3,"[1,\"y\"]":4,"pq":5}}`,
    ),
    value('blanks and line breaks', '\n  a = 1 ,\r\n\tb\n=\n[ 1 ,\n2 ]\n', '{"a":1,"b":[1,2]}'),
    value('a comma at the end', 'a=1,', '{"a":1}'),
    value(
      'keywords of Python and names of every script',
      'from=1, class=2, größe=3, 城市=4',
      '{"from":1,"class":2,"größe":3,"城市":4}',
    ),
    value('a declared name that Python could not have', 'x-y=1', '{"x-y":1}'),
    value('no arguments', ' ', '{}'),
    value('FP24 an argument twice', 'a=1', '{"a":1}'),
  ])

  it('FP24 copies an argument that stands twice, with a remark', () => {
    const { toolCalls, diagnostics } = parseToolCalls('[f(a=1, a=2)]', { format: 'pythonic', tools })
    expect(toolCalls[0]).toMatchObject({ function: { arguments: '{"a":1,"a":2}' }, status: 'complete' })
    expect(diagnostics.map(({ code }) => code)).toEqual(['duplicate-key'])
  })

  it('R22 passes over what cannot be seen, with a remark', () => {
    const { toolCalls, diagnostics } = parseToolCalls('[f(\u200ba=1)]', { format: 'pythonic', tools })
    expect(toolCalls[0]).toMatchObject({ function: { arguments: '{"a":1}' }, status: 'complete' })
    expect(diagnostics.map(({ code }) => code)).toEqual(['json-repair'])
  })
})

describe('FP28 what is computed fails its call', () => {
  testRows([
    ...[
      'a=x',
      'a=1/6',
      'a=5*11',
      'a=g(1)',
      'a=x.y',
      'a=-x',
      'a=1 if x else 2',
      'a=not True',
      'a=lambda: 1',
      'a==1',
      '**x',
      '*x',
      'x',
      'a=?',
      'a=NaN',
      'a=1j',
      'a=1__0',
      'a=constructor',
      'a-b=1',
    ].map((source) => comesBack('content', source)),
    breaks('truncated', 'a="x", b=y', '{"a":"x"'),
    breaks('truncated', 'a=[1, x]', '{"a":[1'),
    breaks('truncated', 'a=f"{x}"', '{"a":"'),
    breaks('truncated', 'a="x" + y', '{"a":"x'),
    breaks('truncated', 'a="{}".format(y)', '{"a":"{}'),
    breaks('truncated', 'a={"k": x}', '{"a":{"k":'),
    {
      name: 'a list without any call that can be read is content whole',
      format: 'pythonic',
      options: { tools },
      raw: '[f(a=x), g(y)]\nDone.',
      message: { content: '[f(a=x), g(y)]\nDone.' },
    },
    {
      name: 'an undeclared name among declared ones is content',
      format: 'pythonic',
      options: { tools },
      raw: '[g(), nope(a=1), g()]',
      message: {
        content: 'nope(a=1)',
        calls: [
          ['g', '{}', 'complete'],
          ['g', '{}', 'complete'],
        ],
      },
    },
  ])
})

describe('arguments without names', () => {
  testRows([
    repaired('the order of the schema', '"x", 2', '{"a":"x","b":2}'),
    repaired('names behind them', '"x", b=2', '{"a":"x","b":2}'),
    repaired('a tuple', '(1, 2)', '{"a":[1,2]}'),
    repaired('one dict with the arguments', '{"a": "x", "b": [1]}', '{"a":"x","b":[1]}'),
    repaired('one dict and a comma', '{"a": "x"},', '{"a":"x"}'),
    repaired('a dict whose keys the schema does not have', '{"k": 1}', '{"a":{"k":1}}'),
    repaired('a dict in second place', '1, {"a": 2}', '{"a":1,"b":{"a":2}}'),
    comesBack('a name of a value', 'x, 1'),
    breaks('more than the schema has', '1, 2, 3, 4, 5', '{"a":1,"b":2,"c":3,"x-y":4'),
    breaks('behind names', 'a=1, 2', '{"a":1'),
    breaks('a dict and more', '{"a": 1}, 2', '{"a":1'),
    {
      name: 'without tools there is no schema',
      format: 'pythonic',
      raw: '[f(1)]',
      message: { content: '[f(1)]' },
    },
  ])
})

describe('openers', () => {
  const content = (raw: string, format = 'pythonic', options: PolicyRow['options'] = { tools }): PolicyRow => ({
    name: `${format}: ${JSON.stringify(raw)} is text`,
    format,
    options,
    raw,
    message: { content: raw },
  })
  const opens = (
    format: string,
    raw: string,
    message: PolicyRow['message'],
    options: PolicyRow['options'] = { tools },
  ): PolicyRow => ({
    name: `${format}: ${JSON.stringify(raw)} calls`,
    format,
    options,
    raw,
    message,
  })
  const g: ExpectedCall = ['g', '{}', 'complete']
  testRows([
    ...[
      'see [g()] there',
      '[see](http://x)',
      '[1, 2]',
      '[g]',
      '[nope()]',
      "['g()']",
      `[${' '.repeat(65)}g()]`,
      '[g(\n',
      '[',
      'g()',
      '- [g()]',
      '[f(a',
    ].map((raw) => content(raw)),
    ...['[see](http://x)', '[1, 2]', '[x](y)', '[print(x)]', '[f("x")]', '[2nd(a=1)]', '[a b(c=1)]', '[f.(a=1)]'].map(
      (raw) => content(raw, 'pythonic', {}),
    ),
    ...['print(x)', 'a g()', 'nope()', 'f(a', '* g()', 'g', 'f(x) is the function', 'g() g'.slice(1)].map((raw) =>
      content(raw, 'granite_pythonic'),
    ),
    ...['print(x)', 'print("x")', 'see (a=1'].map((raw) => content(raw, 'granite_pythonic', {})),
    content('<function_calls>\n<invoke name="g">\n</invoke>\n</function_calls>', 'olmo3'),
    content('<function_calls> is a tag', 'olmo3'),
    content('g()', 'olmo3'),
    content('<|tool_call_start|>[]<|tool_call_end|>', 'lfm2'),
    content('<|tool_call_start|>[nope(a=1)]<|tool_call_end|>', 'lfm2', { tools, unknownTools: 'content' }),
    opens('pythonic', ' [ g ( ) ] ', { calls: [g] }),
    opens('pythonic', 'Text:\n  [g()]\nmore', { content: 'Text:\nmore', calls: [g] }),
    opens('pythonic', '[maps.route(from="x")]', { calls: [['maps.route', '{"from":"x"}', 'complete']] }),
    opens('pythonic', '[Market Trends API(q="x"), g()]', {
      calls: [['Market Trends API', '{"q":"x"}', 'complete'], g],
    }),
    opens('pythonic', '[g()][g()]', { calls: [g, g] }),
    opens('pythonic', '[_x(a=1)]', { calls: [['_x', '{"a":1}', 'complete']] }, {}),
    opens('granite_pythonic', 'g()\nsee g()\n g()', { content: '\nsee g()', calls: [g, g] }),
    opens(
      'llama4_pythonic',
      'See <|python_start|>[g()]<|python_end|> and [g()]',
      { content: 'See and [g()]', calls: [g] },
      {},
    ),
    opens('olmo3', '<function_calls>[g(), g()]</function_calls>', { calls: [g, g] }),
    opens('olmo3', '<function_calls>f(a=[1]\ng()\n</function_calls>', { calls: [['f', '{"a":[1]}', 'repaired'], g] }),
    opens('lfm2', '<|tool_call_start|>\n[g()]\n<|tool_call_end|>', { calls: [g] }),
    opens('lfm2', '<|tool_call_start|>[nope(a=1)]<|tool_call_end|>', { calls: [['nope', '{"a":1}', 'complete']] }),
    opens('lfm2', '<|tool_call_start|>[g()]<|tool_call_end|>\n[g()]<|tool_call_end|><|im_end|>', { calls: [g] }),
    opens('lfm2', '<|tool_call_start|>[g()]<|tool_call_end|> [g(', { content: ' [g(', calls: [g] }),
  ])
})

describe('ends', () => {
  const end = (
    raw: string,
    finish: 'stop' | 'length',
    message: PolicyRow['message'],
    format = 'pythonic',
  ): PolicyRow => ({
    name: `${finish} behind ${raw}`,
    format,
    options: { tools },
    raw,
    finish,
    message,
  })
  testRows([
    ...(['stop', 'length'] as const).flatMap((finish) => [
      end('[g()', finish, { calls: [['g', '{}', 'complete']] }),
      end('[g(), ', finish, { calls: [['g', '{}', 'complete']] }),
      end('[f(', finish, { content: '[f(' }),
      end('[f(a=', finish, { content: '[f(a=' }),
      end('[f(a="x', finish, { calls: [['f', '{"a":"x', 'truncated']] }),
      end(String.raw`[f(a="x\u00`, finish, { calls: [['f', '{"a":"x', 'truncated']] }),
      end('[f(a="x", b=', finish, { calls: [['f', '{"a":"x"', 'truncated']] }),
      end('[f(a="x", b=Tru', finish, { calls: [['f', '{"a":"x"', 'truncated']] }),
      end('[f(c={"k', finish, { content: '[f(c={"k' }),
      end('[f(a="x", c={"k', finish, { calls: [['f', '{"a":"x"', 'truncated']] }),
      end('[f({"a": 1}', finish, { calls: [['f', '{"a":1}', 'repaired']] }),
      end('[g(), f', finish, { content: ' f', calls: [['g', '{}', 'complete']] }),
      end('<|tool_call_start|>[g()]<|tool_ca', finish, { calls: [['g', '{}', 'complete']] }, 'lfm2'),
    ]),
    end('[f(a="x"', 'stop', { calls: [['f', '{"a":"x"}', 'repaired']] }),
    end('[f(a=[1, {"k": 2', 'stop', { calls: [['f', '{"a":[1,{"k":2}]}', 'repaired']] }),
    end('[f(a=[1,', 'stop', { calls: [['f', '{"a":[1]}', 'repaired']] }),
    end('[f(a=12', 'stop', { calls: [['f', '{"a":12}', 'repaired']] }),
    end('[f(a=12', 'length', { content: '[f(a=12' }),
    end('[f(a="x"', 'length', { calls: [['f', '{"a":"x', 'truncated']] }),
    end('[f(a="x", b=12', 'length', { calls: [['f', '{"a":"x"', 'truncated']] }),
    end('[f(a=[1,', 'length', { calls: [['f', '{"a":[1', 'truncated']] }),
    end('[f(a="x"]', 'length', { calls: [['f', '{"a":"x"}', 'repaired']] }),
    end('[f(a=[1, 2), g()]', 'stop', {
      calls: [
        ['f', '{"a":[1,2]}', 'repaired'],
        ['g', '{}', 'complete'],
      ],
    }),
  ])
})

describe('options', () => {
  const row = (
    name: string,
    raw: string,
    options: Omit<ParserOptions, 'format'>,
    message: PolicyRow['message'],
  ): PolicyRow => ({
    name,
    format: 'pythonic',
    options: { tools, ...options },
    raw,
    message,
  })
  testRows([
    row(
      'repair: false and nothing sent',
      '[f("x"), g()]',
      { repair: false },
      { content: 'f("x")', calls: [['g', '{}', 'complete']] },
    ),
    row(
      'repair: false and an apostrophe',
      "[f(a='it's')]",
      { repair: false },
      { calls: [['f', '{"a":"it', 'truncated']] },
    ),
    row(
      'repair: false and a missing bracket',
      '[f(a="x"',
      { repair: false },
      { calls: [['f', '{"a":"x"', 'truncated']] },
    ),
    row(
      'repair: false leaves Python alone',
      "[f(a='it\\'s', b=(07,))]",
      { repair: false },
      { calls: [['f', `{"a":"it's","b":[7]}`, 'complete']] },
    ),
    row(
      'limits.calls',
      '[g(), g(), f(a="x")]',
      { limits: { calls: 1 } },
      { content: 'g()f(a="x")', calls: [['g', '{}', 'complete']] },
    ),
    row(
      'limits.argumentChars',
      '[f(a="abcdef"), g()]',
      { limits: { argumentChars: 8 } },
      {
        calls: [
          ['f', '{"a":"ab', 'truncated'],
          ['g', '{}', 'complete'],
        ],
      },
    ),
    row('limits.nameChars', '[maps.route()]', { limits: { nameChars: 9 } }, { content: '[maps.route()]' }),
    row('limits.heldChars', '[f(  a = 1)]', { limits: { heldChars: 6 } }, { content: '[f(  a = 1)]' }),
    row('tools: []', '[g()]', { tools: [] }, { content: '[g()]' }),
    row('a fence', '```\n[g()]\n```', {}, { content: '```\n[g()]\n```' }),
  ])

  testRows([
    row(
      'limits.heldChars ends the wait for what a bracket means',
      '[f(a="x", b=("aaaaaaaaaaaaaaaaaaaa")), g()]',
      { limits: { heldChars: 12 } },
      {
        calls: [
          ['f', '{"a":"x"', 'truncated'],
          ['g', '{}', 'complete'],
        ],
      },
    ),
    row(
      'limits.heldChars counts each held character once',
      '[f(x), f(y), g()]',
      { limits: { heldChars: 17 } },
      { content: 'f(x)f(y)', calls: [['g', '{}', 'complete']] },
    ),
    {
      name: 'limits.heldChars never parts a pair, whatever has come behind it',
      format: 'granite_pythonic',
      options: { tools, limits: { heldChars: 5 } },
      raw: 'f(a=\ud83d<x',
      message: { content: 'f(a=\ud83d<x' },
      codes: ['limit'],
    },
    row(
      'limits.argumentChars inside text that waited',
      '[f(b=("abc" "def"), a=1)]',
      { limits: { argumentChars: 6 } },
      { calls: [['f', '{"b":"', 'truncated']] },
    ),
    {
      name: 'limits.heldChars is over when the call has opened',
      format: 'llama4_pythonic',
      options: { tools, limits: { heldChars: 12 } },
      raw: '[f(a=[1]<|python_end|>x',
      message: { content: 'x', calls: [['f', '{"a":[1]}', 'repaired']] },
    },
    row('a line that is no list is not held', '[f(x\n[g()]', {}, { content: '[f(x', calls: [['g', '{}', 'complete']] }),
    row(
      'too many blanks end a list',
      `[g()${' '.repeat(70)}, g()]`,
      {},
      { content: `${' '.repeat(70)}, g()]`, calls: [['g', '{}', 'complete']] },
    ),
    row(
      'the look-ahead behind a quote is bounded',
      `[f(a="x"${' '.repeat(1100)}y")]`,
      {},
      { calls: [['f', '{"a":"x"', 'truncated']] },
    ),
  ])

  it('needs the markers of special tokens as text', () => {
    expect(findFormat('lfm2').upstream).toEqual({ skip_special_tokens: false, spaces_between_special_tokens: false })
    expect(findFormat('pythonic').upstream).toEqual({})
  })

  it('keeps no text of a long call', () => {
    const parser = createToolCallParser({ format: 'lfm2' })
    parser.feed('<|tool_call_start|>[f(a="')
    parser.feed('x'.repeat(100_000))
    expect(JSON.stringify(parser.snapshot()).length).toBeLessThan(4096)
  })
})
