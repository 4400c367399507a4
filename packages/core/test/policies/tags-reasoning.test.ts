import { describe, expect, test } from 'vitest'
import { createToolCallParser, findFormat, foldEvents } from '../../src/index.ts'
import { summarize, testRows } from './check.ts'
import { bare, listCall, param, tools, wrapped } from './tag-calls.ts'

const format = 'qwen3_coder'
const list = ['list', '{}', 'complete'] as const
const weather = ['get_weather', '{"city":"Oslo"}', 'complete'] as const
const weatherCall = wrapped('get_weather', param('city', 'Oslo'))

describe('P11 mode tags', () => {
  testRows(
    [
      {
        name: 'P11 tags: a thought and an answer',
        format,
        raw: '<think>a</think>b',
        message: { reasoning: 'a', content: 'b' },
      },
      { name: 'P11 tags: a thought that never closes', format, raw: '<think>a\n b', message: { reasoning: 'a\n b' } },
      {
        name: 'P11 tags: text around a thought',
        format,
        raw: 'a<think>b</think>c',
        message: { content: 'ac', reasoning: 'b' },
      },
      {
        name: 'P11 tags: two thoughts',
        format,
        raw: '<think>a</think>x<think>b</think>y',
        message: { reasoning: 'ab', content: 'xy' },
      },
      {
        name: 'P11 tags: </think> with no thought open is text',
        format,
        raw: 'a</think>b',
        message: { content: 'a</think>b' },
      },
      {
        name: 'P11 tags: </think> directly after a closed thought is absorbed',
        format,
        raw: '<think>a</think>\n</think>\nb',
        message: { reasoning: 'a', content: 'b' },
        codes: ['stray-reasoning-marker'],
      },
      {
        name: 'P11 tags: a doubled <think> is absorbed',
        format,
        raw: '<think>\n<think>\na</think>b',
        message: { reasoning: 'a', content: 'b' },
        codes: ['stray-reasoning-marker'],
      },
      { name: 'P11 tags: a piece of <think> is content', format, raw: 'a<thin', message: { content: 'a<thin' } },
      {
        name: 'P11 tags: a piece of </think> is reasoning',
        format,
        raw: '<think>a</thin',
        message: { reasoning: 'a</thin' },
      },
      {
        name: 'P11 tags: <thinking> is no marker',
        format,
        raw: '<thinking>a</thinking>',
        message: { content: '<thinking>a</thinking>' },
      },
      {
        name: 'P11 tags: a thought, a call, an answer',
        format,
        raw: `<think>\na\n</think>\n\n${listCall}\nb`,
        message: { reasoning: 'a', content: '\nb', calls: [list] },
      },
      {
        name: 'FP13 white space inside and around the markers goes',
        format,
        raw: 'x \n<think>\n\n a \t b \n\n</think>\n\n\ty\n',
        message: { reasoning: 'a \t b', content: 'xy\n' },
      },
      { name: 'FP31 an empty thought is null', format, raw: '<think></think>a', message: { content: 'a' } },
      {
        name: 'FP31 a thought of white space is null',
        format,
        raw: '<think>\n\n</think>\n\na',
        message: { content: 'a' },
      },
      { name: 'FP31 nothing but an empty thought', format, raw: '<think>\n\n</think>\n\n', message: {} },
      {
        name: 'FP13 white space before a call in a thought goes',
        format,
        raw: `<think>a \n\n${listCall}`,
        message: { reasoning: 'a', calls: [list] },
      },
      {
        name: 'P11 seed_oss has markers of its own',
        format: 'seed_oss',
        raw: '<seed:think>a <think>b</think></seed:think>\nc',
        message: { reasoning: 'a <think>b</think>', content: 'c' },
      },
      {
        name: 'FP15 the budget text of seed_oss stays in the reasoning',
        format: 'seed_oss',
        raw: '<seed:think>a<seed:cot_budget_reflect>5 left</seed:cot_budget_reflect>b</seed:think>c',
        message: { reasoning: 'a<seed:cot_budget_reflect>5 left</seed:cot_budget_reflect>b', content: 'c' },
      },
      {
        name: 'P11 <think> in a value is text of the value',
        format,
        raw: `${wrapped('write_file', param('path', '<think>a'), param('content', '</think>b'))}\nc`,
        message: { content: '\nc', calls: [['write_file', '{"path":"<think>a","content":"</think>b"}', 'complete']] },
      },
    ],
    { tools, reasoning: 'tags' },
  )
})

describe('P11 mode off', () => {
  testRows(
    [
      {
        name: 'P11 off: markers are text',
        format,
        raw: '<think>\na\n</think>\n\nb',
        message: { content: '<think>\na\n</think>\n\nb' },
      },
      {
        name: 'P11 off: a call after a marker is real',
        format,
        raw: `<think>a\n${listCall}\nb</think>`,
        message: { content: '<think>a\nb</think>', calls: [list] },
      },
      { name: 'P11 off: </think> is text', format: 'step3p5', raw: 'a</think>b', message: { content: 'a</think>b' } },
    ],
    { tools, reasoning: 'off' },
  )
})

describe('P11 mode open', () => {
  testRows(
    [
      { name: 'P11 open: up to </think>', format, raw: 'a\n</think>\nb', message: { reasoning: 'a', content: 'b' } },
      { name: 'P11 open: </think> at once ends the thought', format, raw: '</think>\n\na', message: { content: 'a' } },
      { name: 'P11 open: nothing closes', format, raw: 'a\nb\n', message: { reasoning: 'a\nb\n' } },
      {
        name: 'P11 open: the model repeats <think>',
        format,
        raw: '<think>\na</think>b',
        message: { reasoning: 'a', content: 'b' },
      },
      {
        name: 'P11 open: the first </think> ends the thought, a second directly after it is absorbed',
        format,
        raw: '</think></think>a',
        message: { content: 'a' },
        codes: ['stray-reasoning-marker'],
      },
      {
        name: 'P11 open: a later </think> is text',
        format,
        raw: 'a</think>b</think>c',
        message: { reasoning: 'a', content: 'b</think>c' },
      },
      {
        name: 'P11 open: a second thought',
        format,
        raw: 'a</think>b<think>c</think>d',
        message: { reasoning: 'ac', content: 'bd' },
      },
      {
        name: 'P11 open: a call after the thought',
        format,
        raw: `a\n</think>\n\n${listCall}`,
        message: { reasoning: 'a', calls: [list] },
      },
      {
        name: 'P11 open: a call in a thought that never closes is real',
        format,
        raw: `I need it.\n${listCall}`,
        message: { reasoning: 'I need it.', calls: [list] },
      },
      {
        name: 'P11 open: a call at once',
        format,
        raw: listCall,
        message: { calls: [list] },
      },
      {
        name: 'P11 open: with tools: [] too',
        format,
        options: { tools: [] },
        raw: 'a</think>b',
        message: { reasoning: 'a', content: 'b' },
      },
    ],
    { tools, reasoning: 'open' },
  )
})

describe('P11 mode auto', () => {
  testRows(
    [
      {
        name: 'P11 auto: </think> first, so the text before it was a thought',
        format,
        raw: 'a\n</think>\nb',
        message: { reasoning: 'a', content: 'b' },
      },
      { name: 'P11 auto: <think> first', format, raw: '<think>a</think>b', message: { reasoning: 'a', content: 'b' } },
      {
        name: 'P11 auto: text, then <think>',
        format,
        raw: 'x<think>a</think>b',
        message: { content: 'xb', reasoning: 'a' },
      },
      { name: 'P11 auto: no marker', format, raw: 'Hello\n', message: { content: 'Hello\n' } },
      { name: 'P11 auto: </think> at once', format, raw: '</think>\n\na', message: { content: 'a' } },
      {
        name: 'P11 auto: a call before any marker decides for content',
        format,
        raw: `a\n${listCall}\nb`,
        message: { content: 'a\nb', calls: [list] },
      },
      {
        name: 'P11 auto: a bare call decides too',
        format,
        raw: `a\n${bare('list')}`,
        message: { content: 'a', calls: [list] },
      },
      {
        name: 'P11 auto: <tool_call> in prose decides nothing',
        format,
        raw: 'a <tool_call> is a tag</think>b',
        message: { reasoning: 'a <tool_call> is a tag', content: 'b' },
      },
      {
        name: 'P11 auto: a thought, then a call',
        format,
        raw: `a\n</think>\n${listCall}`,
        message: { reasoning: 'a', calls: [list] },
      },
    ],
    { tools, reasoning: 'auto' },
  )
})

describe('FP15 defaults', () => {
  testRows(
    [
      { name: 'FP15 qwen3_coder: tags', format, raw: 'a</think>b', message: { content: 'a</think>b' } },
      { name: 'FP15 mimo: tags', format: 'mimo', raw: 'a</think>b', message: { content: 'a</think>b' } },
      {
        name: 'FP15 seed_oss: tags',
        format: 'seed_oss',
        raw: 'a</seed:think>b',
        message: { content: 'a</seed:think>b' },
      },
      { name: 'FP15 step3p5: open', format: 'step3p5', raw: 'a', message: { reasoning: 'a' } },
      {
        name: 'FP15 nemotron_v3: auto, a thought',
        format: 'nemotron_v3',
        raw: 'a</think>b',
        message: { reasoning: 'a', content: 'b' },
      },
      { name: 'FP15 nemotron_v3: auto, no thought', format: 'nemotron_v3', raw: 'a', message: { content: 'a' } },
    ],
    { tools },
  )
  test('FP15 the table of formats says so', () => {
    expect(findFormat('qwen3_coder').reasoning).toEqual({ open: '<think>', close: '</think>', start: 'tags' })
    expect(findFormat('seed_oss').reasoning).toMatchObject({ open: '<seed:think>', close: '</seed:think>' })
    expect(findFormat('step3p5').reasoning).toMatchObject({ start: 'open' })
    expect(findFormat('nemotron_v3').reasoning).toMatchObject({ start: 'auto' })
  })
})

describe('P11 calls in a thought', () => {
  const rehearsal = `maybe \n${listCall}\nno`
  const closes = `<think>${rehearsal}\n</think>\n${weatherCall}`
  const fenced = `\`\`\`\n${listCall}\n\`\`\``
  testRows(
    [
      {
        name: 'P11 if-last: a rehearsal stays reasoning, byte for byte',
        format,
        raw: closes,
        message: { reasoning: rehearsal, calls: [weather] },
      },
      {
        name: 'P11 if-last: a bare rehearsal stays reasoning',
        format,
        raw: `<think>a\n${bare('list')}\nb</think>c`,
        message: { reasoning: `a\n${bare('list')}\nb`, content: 'c' },
      },
      {
        name: 'P11 if-last: a rehearsal that never closes itself stays reasoning',
        format,
        raw: '<think>I could use <tool_call>\n<function=list>\n</think>\nHi',
        message: { reasoning: 'I could use <tool_call>\n<function=list>', content: 'Hi' },
      },
      {
        name: 'P11 if-last: a rehearsal at the end of the thought',
        format,
        raw: `<think>\n${listCall}\n</think>\nHi`,
        message: { reasoning: listCall, content: 'Hi' },
      },
      {
        name: 'FP14 if-last: a call in a thought that never closes is real',
        format,
        raw: `<think>a\n${listCall}`,
        message: { reasoning: 'a', calls: [list] },
      },
      {
        name: 'FP14 if-last: text after it is reasoning',
        format,
        raw: `<think>a\n${listCall}\nb`,
        message: { reasoning: 'a\nb', calls: [list] },
      },
      {
        name: 'FP14 if-last: two calls in a thought that never closes',
        format,
        raw: `<think>a\n${listCall}\n${weatherCall}\n`,
        message: { reasoning: 'a', calls: [list, weather] },
      },
      {
        name: 'FP14 if-last: its own state gives the status (cut in a value)',
        format,
        raw: '<think>a\n<tool_call>\n<function=write_file>\n<parameter=path>\nb.t',
        finish: 'length',
        message: { reasoning: 'a', calls: [['write_file', '{"path":"b.t', 'truncated']] },
      },
      {
        name: 'FP14 if-last: its own state gives the status (no </tool_call>)',
        format,
        raw: `<think>a\n<tool_call>\n${bare('list')}`,
        message: { reasoning: 'a', calls: [['list', '{}', 'repaired']] },
      },
      {
        name: 'P11 if-last: an opener in a thought without a function is reasoning',
        format,
        raw: '<think>a <tool_call> b',
        message: { reasoning: 'a <tool_call> b' },
      },
      {
        name: 'P11 extract: every call is real',
        format,
        options: { callsInReasoning: 'extract' },
        raw: closes,
        message: { reasoning: 'maybe\nno', calls: [list, weather] },
      },
      {
        name: 'P11 extract: a call in a thought that never closes',
        format,
        options: { callsInReasoning: 'extract' },
        raw: `<think>a\n${listCall}`,
        message: { reasoning: 'a', calls: [list] },
      },
      {
        name: 'P11 extract: after the call the thought goes on',
        format,
        options: { callsInReasoning: 'extract' },
        raw: `<think>a\n${listCall}\nb</think>\nc`,
        message: { reasoning: 'a\nb', content: 'c', calls: [list] },
      },
      {
        name: 'P11 ignore: a rehearsal stays reasoning',
        format,
        options: { callsInReasoning: 'ignore' },
        raw: closes,
        message: { reasoning: rehearsal, calls: [weather] },
      },
      {
        name: 'P11 ignore: a call in a thought that never closes is reasoning',
        format,
        options: { callsInReasoning: 'ignore' },
        raw: `<think>a \n${listCall}`,
        message: { reasoning: `a \n${listCall}` },
      },
      {
        name: 'FP31 a fenced call in a thought that never closes is an example',
        format,
        raw: `<think>a\n${fenced}\nb`,
        message: { reasoning: `a\n${fenced}\nb` },
      },
      {
        name: 'FP31 a fenced call in a thought with extract for fences',
        format,
        options: { fencedCalls: 'extract' },
        raw: `<think>a\n${fenced}`,
        message: { reasoning: 'a\n```\n```', calls: [list] },
      },
      {
        name: 'FP31 a fenced call in a thought with extract for thoughts only',
        format,
        options: { callsInReasoning: 'extract' },
        raw: `<think>a\n${fenced}\nb</think>c`,
        message: { reasoning: `a\n${fenced}\nb`, content: 'c' },
      },
      {
        name: 'FP31 a fenced call in a thought with extract for both',
        format,
        options: { callsInReasoning: 'extract', fencedCalls: 'extract' },
        raw: `<think>a\n${fenced}\nb</think>c`,
        message: { reasoning: 'a\n```\n```\nb', content: 'c', calls: [list] },
      },
      {
        // P11 wins over the fence: the first </think> ends the thought, and a fence of the thought ends with it.
        name: 'FP31 a fence that a thought leaves open does not reach into the answer',
        format,
        raw: `<think>a\n\`\`\`\nb\n</think>\n${listCall}`,
        message: { reasoning: 'a\n```\nb', calls: [list] },
      },
      {
        name: 'P11 open and if-last: a rehearsal, then the answer',
        format: 'step3p5',
        raw: `${rehearsal}\n</think>\n${weatherCall}`,
        message: { reasoning: rehearsal, calls: [weather] },
      },
      {
        name: 'P11 open and ignore: nothing is real before </think>',
        format: 'step3p5',
        options: { callsInReasoning: 'ignore' },
        raw: listCall,
        message: { reasoning: listCall },
      },
      {
        name: 'P11 open and extract: a call at once',
        format: 'step3p5',
        options: { callsInReasoning: 'extract' },
        raw: `${listCall}\n</think>\n${weatherCall}`,
        message: { calls: [list, weather] },
      },
      {
        name: 'P11 seed_oss: a rehearsal',
        format: 'seed_oss',
        raw: `<seed:think>a <seed:tool_call>\n${bare('list')}\n</seed:tool_call> b</seed:think>c`,
        message: { reasoning: `a <seed:tool_call>\n${bare('list')}\n</seed:tool_call> b`, content: 'c' },
      },
    ],
    { tools },
  )
})

describe('FP31 fences', () => {
  const contents: [name: string, raw: string][] = [
    ['back-ticks', `Here:\n\`\`\`xml\n${listCall}\n\`\`\`\nok`],
    ['tildes', `~~~\n${listCall}\n~~~\n`],
    ['a fence that never closes counts', `\`\`\`\n${listCall}\nok`],
    ['three blanks of indent', `   \`\`\`\n${listCall}\n   \`\`\`\n`],
    ['a shorter run does not close', `\`\`\`\`\n\`\`\`\n${listCall}\n\`\`\`\`\n`],
    ['the other character does not close', `\`\`\`\n~~~\n${listCall}\n\`\`\`\n`],
    ['a run with text behind it does not close', `\`\`\`\n\`\`\`xml\n${listCall}\n\`\`\`\n`],
    ['a bare function', `\`\`\`\n${bare('list')}\n\`\`\`\n`],
    ['a thought in a fence is content', '```\n<think>a</think>\n```\nb'],
    ['CRLF', `Here:\r\n\`\`\`\r\n${listCall.replaceAll('\n', '\r\n')}\r\n\`\`\`\r\n`],
  ]
  testRows(
    contents.map(([name, raw]) => ({ name: `FP31 ${name}`, format, raw, message: { content: raw } })),
    { tools },
  )
  testRows(
    [
      {
        name: 'FP31 with extract the fence lines stay content',
        format,
        options: { fencedCalls: 'extract' },
        raw: `Here:\n\`\`\`xml\n${listCall}\n\`\`\`\nok`,
        message: { content: 'Here:\n```xml\n```\nok', calls: [list] },
      },
      {
        name: 'FP31 after a closed fence calls are real',
        format,
        raw: `\`\`\`\n${listCall}\n\`\`\`\n${weatherCall}`,
        message: { content: `\`\`\`\n${listCall}\n\`\`\``, calls: [weather] },
      },
      {
        name: 'FP31 a longer run closes',
        format,
        raw: `\`\`\`\na\n\`\`\`\`\`  \n${listCall}`,
        message: { content: '```\na\n`````', calls: [list] },
      },
      {
        name: 'FP31 inline back-ticks do not count',
        format,
        raw: `Use \`x\` and \`\`\`y\`\`\`.\n${listCall}`,
        message: { content: 'Use `x` and ```y```.', calls: [list] },
      },
      {
        name: 'FP31 a line that opens and closes its back-ticks is no fence',
        format,
        raw: `\`\`\`x\`\`\`\n${listCall}`,
        message: { content: '```x```', calls: [list] },
      },
      {
        name: 'FP31 four blanks of indent are no fence',
        format,
        raw: `    \`\`\`\n${listCall}`,
        message: { content: '    ```', calls: [list] },
      },
      {
        name: 'FP31 two back-ticks are no fence',
        format,
        raw: `\`\`\n${listCall}`,
        message: { content: '``', calls: [list] },
      },
      {
        name: 'FP31 fences inside values do not count',
        format,
        raw: `${wrapped('write_file', param('content', '```\ncode'))}\n${listCall}`,
        message: { calls: [['write_file', String.raw`{"content":"${'```'}\ncode"}`, 'complete'], list] },
      },
      {
        name: 'FP31 a piece of a fence at the end is content',
        format,
        raw: 'a\n``',
        message: { content: 'a\n``' },
      },
    ],
    { tools },
  )
})

describe('token ids as evidence', () => {
  const markers = { '<tool_call>': 11, '</tool_call>': 12, '<think>': 13, '</think>': 14 }
  type Chunk = readonly [text: string, ids: readonly number[]]
  const read = (chunks: readonly Chunk[]) => {
    const parser = createToolCallParser({ format, tools })
    const events = chunks.flatMap(([text, ids]) => parser.feed(text, { ids, markers }))
    return summarize(foldEvents([...events, ...parser.end()]))
  }
  test('a marker that the ids know opens a call', () => {
    expect(
      read([
        ['<tool_call>', [11]],
        ['<function=list>', [1, 2, 3]],
        ['</function>', [4, 5]],
        ['</tool_call>', [12]],
      ]),
    ).toEqual({ content: null, reasoning: null, calls: [list] })
  })
  test('a marker that the ids say is ordinary text is content', () => {
    expect(
      read([
        ['<tool_call>', [1, 2, 3]],
        ['<function=list>', [4, 5, 6]],
        ['</function>', [7, 8]],
        ['</tool_call>', [1, 2, 9]],
      ]),
    ).toEqual({ content: '<tool_call><function=list></function></tool_call>', reasoning: null, calls: [] })
  })
  test('a marker that is spelled over two chunks is ordinary text', () => {
    expect(
      read([
        ['<tool_', [1]],
        ['call>', [2]],
        ['<function=list></function>', [4, 5, 6]],
      ]),
    ).toEqual({ content: '<tool_call><function=list></function>', reasoning: null, calls: [] })
  })
  test('a spelled <think> is content, a real one is not', () => {
    expect(
      read([
        ['<think>', [1, 2]],
        ['a', [3]],
        ['<think>', [13]],
        ['b', [3]],
        ['</think>', [1, 2]],
        ['c', [3]],
        ['</think>', [14]],
        ['d', [3]],
      ]),
    ).toEqual({ content: '<think>ad', reasoning: 'b</think>c', calls: [] })
  })
  test('a spelled </tool_call> in a value is text of the value', () => {
    expect(
      read([
        ['<tool_call>', [11]],
        ['<function=write_file><parameter=path>a', [1, 2, 3]],
        ['</tool_call>', [1, 2, 9]],
      ]),
    ).toEqual({ content: null, reasoning: null, calls: [['write_file', '{"path":"a</tool_call>', 'truncated']] })
  })
  test('without token ids the text decides', () => {
    const parser = createToolCallParser({ format, tools })
    const events = [...parser.feed('<tool_'), ...parser.feed(`call>${bare('list')}</tool_call>`), ...parser.end()]
    expect(summarize(foldEvents(events))).toEqual({ content: null, reasoning: null, calls: [list] })
  })
})
