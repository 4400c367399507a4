import { splitEvery } from '@tooldelta/testbed'
import { describe, expect, it } from 'vitest'
import { type ParserOptions, createToolCallParser } from '../../src/index.ts'

const kimiK2: ParserOptions = { format: 'kimi_k2' }
const harmony: ParserOptions = { format: 'openai' }
const HARMONY_CALL = '<|channel|>commentary to=functions.f<|message|>'
const KIMI_SECTION = '<|tool_calls_section_begin|>'
const DEEPSEEK_PYTHON = '<｜tool▁call▁begin｜>function<｜tool▁sep｜>python\n```python\n'

function kimiCall(header: string, body: string): string {
  return `<|tool_call_begin|>${header}<|tool_call_argument_begin|>${body}<|tool_call_end|>`
}

const python: ParserOptions = { format: 'pythonic' }
const gemma: ParserOptions = { format: 'gemma4' }
const GEMMA_CALL = '<|tool_call>call:f{'
const minimaxM3: ParserOptions = { format: 'minimax_m3' }
const MARK = ']<]minimax[>['
const MINIMAX_CALL = `${MARK}<tool_call>${MARK}<invoke name="f">`

/** Texts that grow without bound in one state of the parser. */
interface Case {
  name: string
  options: ParserOptions
  /** About `size` characters. */
  make: (size: number) => string
}

function fill(piece: string, size: number): string {
  return piece.repeat(Math.ceil(size / piece.length))
}

const qwen: ParserOptions = { format: 'qwen3_coder' }
const hermes: ParserOptions = { format: 'hermes' }
const typed: ParserOptions = {
  ...qwen,
  tools: [
    {
      type: 'function',
      function: {
        name: 'f',
        parameters: {
          type: 'object',
          properties: { x: { type: 'object' }, n: { type: ['string', 'null', 'number'] } },
        },
      },
    },
  ],
}
const value = '<tool_call>\n<function=f>\n<parameter=x>\n'
const union = '<tool_call>\n<function=f>\n<parameter=n>\n'
const minimax: ParserOptions = { format: 'minimax_m2', reasoning: 'off' }
const invoke = '<minimax:tool_call><invoke name="f"><parameter name="x">'
const xml: ParserOptions = { format: 'minicpm5' }
const xmlValue = '<function name="f"><param name="x">'
const kimi: ParserOptions = { format: 'kimi_k3', reasoning: 'off' }
const args = '<tool_call>\n{"name": "f", "arguments": {"x": "'

function grow(name: string, options: ParserOptions, head: string, piece: string, tail = ''): Case {
  return { name, options, make: (size) => head + fill(piece, size) + tail }
}

const cases: Case[] = [
  // strings
  grow('a tagged string', qwen, value, 'some text of a line\n', '\n</parameter>\n</function>\n</tool_call>'),
  grow('a tagged string without line breaks', qwen, value, 'x'),
  grow('a tagged string of <', qwen, value, '<'),
  grow('a tagged string of closers', qwen, value, '</parameter>'),
  grow('a tagged string of closers and blanks', qwen, value, `</parameter>${' '.repeat(63)}`),
  grow('a tagged string of closers that nearly confirm each other', qwen, value, '</parameter>\n</function>\n'),
  grow('a tagged string of parameter tags', qwen, value, '\n<parameter=y'),
  grow('a tagged string of blanks', qwen, value, ' '),
  grow('a tagged string of line breaks', qwen, value, '\r\n'),
  grow('a tagged string of end tokens', qwen, value, '<|im_end|>'),
  grow('a tagged object that waits', typed, value, '{"a": [1, 2], "b": "c"},'),
  grow('a tagged union that waits', typed, union, '1'),
  grow('a duplicate value', qwen, `${value}1\n</parameter>\n<parameter=x>\n`, 'text '),
  grow('a string of hermes', hermes, args, 'some text of a line\\n', '"}}\n</tool_call>'),
  grow('escapes of hermes', hermes, args, '\\ud83d\\ude00\\"\\\\'),
  grow('unescaped quotes of hermes', hermes, args, '"a" b'),
  grow('a quote and blanks of hermes', hermes, `${args}"`, ' '),
  grow('closers in a string of hermes', hermes, args, '</tool_call>'),
  grow('end tokens in a string of hermes', hermes, args, '<|im_end|>'),
  grow('single quotes of hermes', hermes, `<tool_call>{'name': 'f', 'arguments': {'x': '`, "it's "),
  grow('a value of pieces of an end token', minimax, invoke, ']~b]a[e~'),
  grow('a value of closers of attribute tags', minimax, invoke, '</parameter></invoke>\n'),
  grow('parameter tags that never end', minimax, invoke, '\n<parameter name="y"'),
  grow('attributes that never end', minimax, '<minimax:tool_call><invoke name="f"', ' a="b"'),
  grow('text in a section', minimax, '<minimax:tool_call><invoke name="f"></invoke>', 'stray < '),
  grow('entities', xml, xmlValue, '&lt;&am &#x'),
  grow('a CDATA section of its ends', xml, `${xmlValue}<![CDATA[`, ']]> ]]></param>'),
  grow(
    'channels',
    kimi,
    '<|open|>tools<|sep|><|open|>call tool="f"<|sep|><|open|>argument key="x"<|sep|>',
    '<|close|>call<|sep|>',
  ),
  // JSON
  grow(
    'arguments before the name',
    hermes,
    '<tool_call>\n{"arguments": {"x": "',
    'text ',
    '"}, "name": "f"}\n</tool_call>',
  ),
  grow(
    'members before the name',
    hermes,
    '<tool_call>\n{"arguments": {',
    '"name": 1, "a": 2, ',
    '"b": 1}, "name": "f"}\n</tool_call>',
  ),
  grow('a name that never ends', hermes, '<tool_call>\n{"name": "', 'f'),
  grow('open brackets', hermes, `<tool_call>\n{"name": "f", "arguments": {"x": `, '['),
  grow('digits', hermes, `<tool_call>\n{"name": "f", "arguments": {"x": `, '1'),
  grow('many keys', hermes, `<tool_call>\n{"name": "f", "arguments": {`, '"x": 1, '),
  grow(
    'arguments as a JSON string',
    { format: 'granite4' },
    '<tool_call>\n{"name": "f", "arguments": "{\\"x\\": \\"',
    'text \\\\n',
    '\\"}"}\n</tool_call>',
  ),
  grow('objects without a name', hermes, '<tool_call>\n', '{"x": 1}\n'),
  grow('objects that cannot be read', { format: 'jamba' }, '<tool_calls>[', '{"name": "f", "arguments": 1}, '),
  grow('text after the arguments', hermes, '<tool_call>\n{"name": "f", "arguments": {}}', ' stray'),
  // openers and blanks
  grow('blanks', qwen, 'text', ' \n'),
  grow('blanks between words', qwen, '', `word${' '.repeat(40)}`),
  grow('blanks after an opener', qwen, '<tool_call>', '\n'),
  grow('openers', qwen, '', '<tool_call>\n'),
  grow('openers of hermes', hermes, '', '<tool_call>'),
  grow('pieces of openers', qwen, '', '<tool_cal'),
  grow('bare openers', qwen, '', '\n<function=f> '),
  grow('a function name that never ends', qwen, '<tool_call>\n<function=', 'f'),
  grow('fences', qwen, '', '```\n<tool_call>\n'),
  grow('back-ticks', qwen, '', '`'),
  grow('end tokens', qwen, '', '<|im_end|>'),
  grow('stray text in a call', qwen, '<tool_call>\n<function=f>\n', 'stray < '),
  // Python
  grow('a Python string', python, '[f(x="', 'some text of a line\n', '")]'),
  grow('escapes of a Python string', python, "[f(x='", String.raw`\x41\u00e9\d\'"`),
  grow('apostrophes in a Python string', python, "[f(x='", "it's "),
  grow('a Python quote and blanks', python, "[f(x='a'", ' '),
  grow('a triple Python string of quotes', python, "[f(x='''", "' '' "),
  grow('Python strings in a row', python, "[f(x=''", " 'a'"),
  grow('a Python string in parentheses', python, '[f(x=("', 'text '),
  grow('a Python set that may be a dict', python, '[f(x={"', 'text '),
  grow('open Python brackets', python, '[f(x=', '['),
  grow('open Python parentheses', python, '[f(x=', '('),
  grow('open Python braces', python, '[f(x=', '{1: '),
  grow('Python dicts as keys', python, '[f(x=', '{'),
  grow('a Python number', python, '[f(x=', '1'),
  grow('blanks in a Python call', python, '[f(x=1', ' \n'),
  grow('arguments of a Python call', python, '[f(', 'x=1, '),
  grow('Python calls of a list', python, '[', 'f(x=1), '),
  grow('Python calls that cannot be read', python, '[', 'f(x), '),
  grow('a Python call that never ends', python, '[f(x=1, y=z', ' (text'),
  grow('Python calls in text', python, '', '[f(x)\n'),
  grow('lines that may be calls', { format: 'granite_pythonic' }, '', 'word (\n'),
  grow('stray text between Python calls', { format: 'olmo3' }, '<function_calls>f()', ' stray <'),
  grow('Python calls without commas', { format: 'olmo3' }, '<function_calls>', 'f(x=1)\n'),
  grow('echoes', { format: 'lfm2' }, '<|tool_call_start|>[f()]<|tool_call_end|>', '[f()'),
  // quoted objects
  grow('a quoted string', gemma, `${GEMMA_CALL}x:<|"|>`, 'some text, of: a {line}\n', '<|"|>}<tool_call|>'),
  grow('a quoted string of quotes', gemma, `${GEMMA_CALL}x:<|"|>`, '<|"|>'),
  grow('a quoted string of quotes that are nearly ends', gemma, `${GEMMA_CALL}x:<|"|>`, '<|"|>, no key '),
  grow('a bare string of commas', gemma, `${GEMMA_CALL}x:a`, ', b'),
  grow('a bare string of blanks', gemma, `${GEMMA_CALL}x:a`, ' '),
  grow('open objects', gemma, GEMMA_CALL, 'a:{'),
  grow('open arrays', gemma, `${GEMMA_CALL}a:`, '['),
  grow('a key twice', gemma, `${GEMMA_CALL}`, 'a:{b:1},'),
  grow('a quoted key that never ends', gemma, `${GEMMA_CALL}<|"|>`, 'key '),
  grow('text between pairs', gemma, `${GEMMA_CALL}a:[]`, ' stray'),
  grow('text behind the object', gemma, `${GEMMA_CALL}}`, 'call: stray '),
  grow('calls of quoted objects', gemma, '', '<|tool_call>call:f{a:<|"|>x<|"|>}<tool_call|>\n'),
  // nested tags
  grow('a nested text of marks', minimaxM3, `${MINIMAX_CALL}${MARK}<x>`, MARK),
  grow('a nested text of closers', minimaxM3, `${MINIMAX_CALL}${MARK}<x>`, `${MARK}</x>`),
  grow('a nested text of closers and blanks', minimaxM3, `${MINIMAX_CALL}${MARK}<x>`, `${MARK}</x>${' '.repeat(63)}`),
  grow('a nested text of closers without marks', minimaxM3, `${MINIMAX_CALL}${MARK}<x>`, '</x> '),
  grow('elements in elements', minimaxM3, MINIMAX_CALL, `${MARK}<a>`),
  { name: 'closers of elements in elements', options: minimaxM3, make: (size) => nestedClosers(size) },
  grow('blanks in an element', minimaxM3, `${MINIMAX_CALL}${MARK}<x>`, ' '),
  grow('items', minimaxM3, `${MINIMAX_CALL}${MARK}<x>`, `${MARK}<item>a${MARK}</item>`),
  grow('closers of nothing', minimaxM3, MINIMAX_CALL, `${MARK}</x>`),
  grow('sections', minimaxM3, '', `${MARK}<tool_call>\n`),
  grow(
    'calls in one section',
    minimaxM3,
    `${MARK}<tool_call>`,
    `${MARK}<invoke name="f">${MARK}<x>a${MARK}</x>${MARK}</invoke>`,
  ),
  // many calls
  grow('calls', qwen, '', '<tool_call>\n<function=f>\n<parameter=x>\n1\n</parameter>\n</function>\n</tool_call>\n'),
  grow('calls in one wrapper', qwen, '<tool_call>\n', '<function=f>\n</function>\n'),
  grow('calls of hermes', hermes, '', '<tool_call>\n{"name": "f", "arguments": {"x": 1}}\n</tool_call>\n'),
  grow('calls of an array', { format: 'jamba' }, '<tool_calls>[', '{"name": "f", "arguments": {"x": 1}}, '),
  grow('broken calls of an array', { format: 'jamba' }, '<tool_calls>[', '{"name": "f", "arguments": {"x": ?}}, '),
  grow(
    'broken calls without closers',
    { format: 'granite-20b-fc' },
    '',
    '<function_call> {"name": "f", "arguments": ?} ',
  ),
  grow('a broken call that never ends', { format: 'granite' }, '<tool_call>[{"name": "f", "arguments": {"x": ?', '< '),
  grow(
    'a call that waits for its id',
    { format: 'mistral' },
    '[TOOL_CALLS][{"name": "f", "arguments": {"x": "',
    'text ',
    '"}, "id": "a"}]',
  ),
  grow('calls that never close', hermes, '', '<tool_call>\n{"name": "f", "arguments": {}}\n'),
  { name: 'parameters', options: qwen, make: (size) => manyParameters(size) },
  // thoughts
  grow('text before the first marker with reasoning auto', { ...qwen, reasoning: 'auto' }, '', 'thinking <b> '),
  grow(
    'openers before the first marker with reasoning auto',
    { ...qwen, reasoning: 'auto' },
    '',
    'I write <tool_call> as text. ',
  ),
  grow('a rehearsed call', { ...qwen, reasoning: 'open' }, value, 'text < ', '</think>'),
  grow(
    'many rehearsed calls',
    { ...qwen, reasoning: 'open' },
    '',
    '<tool_call>\n<function=f>\n</function>\n</tool_call>\n',
  ),
  grow(
    'rehearsed calls of many thoughts',
    qwen,
    '',
    '<think><tool_call>\n<function=f>\n</function>\n</tool_call></think>',
  ),
  grow('a call in a thought that never closes', { ...hermes, reasoning: 'open' }, args, 'text '),
  grow('thoughts', qwen, '', '<think>a</think>b'),
  grow('markers of thoughts', qwen, '', '<think>'),
  // headers
  grow('calls of kimi_k2', kimiK2, KIMI_SECTION, kimiCall('functions.f:0', '{"x": 1}')),
  grow(
    'calls of one section that are none',
    kimiK2,
    `${KIMI_SECTION}${kimiCall('f:0', '{}')}`,
    kimiCall('no name', '{}'),
  ),
  grow('arguments that wait for a name', kimiK2, '<|tool_call_begin|>3<|tool_call_argument_begin|>{', '"x": 1, '),
  grow('messages', harmony, '', '<|start|>assistant<|channel|>final<|message|>a\n<|end|>'),
  grow('messages of calls', harmony, '', `${HARMONY_CALL}{"x": 1}<|call|><|start|>assistant`),
  grow('headers of messages without an end', harmony, '', `<|start|>assistant<|channel|>${'{ word '.repeat(30)}`),
  grow('one header of a message without an end', harmony, '<|start|>assistant', ' word'),
  grow('words of a header before the first message', harmony, '', 'assistant final '),
  grow('headers of blocks', { format: 'inkling' }, '', '<|message_model|>f'),
  grow('text behind the arguments of a message', harmony, `${HARMONY_CALL}{}`, ' <stray'),
  grow('a string of a message', harmony, `${HARMONY_CALL}{"x": "`, 'text <|call|>'),
  grow('headers that never end', { format: 'mistral' }, '', '[TOOL_CALLS]f'),
  grow('pieces of headers', { format: 'functionary-v3.2' }, 'all\n', '>>>a'),
  grow('quotes before pieces of headers', { format: 'functionary-v3.2' }, 'f\n{"x": "', 'a">>>b'),
  grow('program text', { format: 'functionary-v3.2' }, 'python\n', 'print("a")\n>>> x'),
  grow('fences in program text', { format: 'deepseek_v3' }, `${DEEPSEEK_PYTHON}x`, '\n``` '),
]

/** Each closer is followed by all the others. */
function nestedClosers(size: number): string {
  const count = Math.ceil(size / 40)
  return `${MINIMAX_CALL}${`${MARK}<a>`.repeat(count)}x${`${MARK}</a>`.repeat(count)} y`
}

function manyParameters(size: number): string {
  const count = Math.ceil(size / 40)
  const parameters = Array.from({ length: count }, (_, index) => `<parameter=k${index}>\nv\n</parameter>\n`)
  return `<tool_call>\n<function=f>\n${parameters.join('')}</function>\n</tool_call>`
}

const SMALL = 1 << 12
const FACTOR = 8
/** Linear work takes 8 times as long for 8 times the text, quadratic work 64 times. */
const LIMIT = 24
const REPETITIONS = 2
const ATTEMPTS = 4

/** Processor time in microseconds: other programs on the machine do not count. */
function timeOf(options: ParserOptions, chunks: readonly string[]): number {
  const parser = createToolCallParser(options)
  const before = process.cpuUsage()
  for (const chunk of chunks) parser.feed(chunk)
  parser.end('length')
  const { user, system } = process.cpuUsage(before)
  return user + system
}

function fastest(options: ParserOptions, chunks: readonly string[]): number {
  return Math.min(...Array.from({ length: REPETITIONS }, () => timeOf(options, chunks)))
}

/** How many times as long the large text takes; the best of some attempts. */
function growthOf({ options, make }: Case, cut: (text: string) => string[]): number {
  const small = cut(make(SMALL))
  const large = cut(make(SMALL * FACTOR))
  let best = Infinity
  for (let attempt = 0; attempt < ATTEMPTS && best > LIMIT; attempt += 1) {
    // A quick parse is all noise: below 1 ms it counts as 1 ms.
    best = Math.min(best, fastest(options, large) / Math.max(fastest(options, small), 1000))
  }
  return best
}

describe('G6 linear work', () => {
  it.each(cases)('on $name', (one) => {
    expect(
      growthOf(one, (text) => splitEvery(text, 1)),
      'character by character',
    ).toBeLessThan(LIMIT)
    expect(
      growthOf(one, (text) => splitEvery(text, 61)),
      'in chunks',
    ).toBeLessThan(LIMIT)
    expect(
      growthOf(one, (text) => [text]),
      'whole',
    ).toBeLessThan(LIMIT)
  })
})
