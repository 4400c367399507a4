import { describe, expect, it } from 'vitest'
import { createToolCallParser, type ParserOptions } from '../../src/index.ts'
import { describeCases } from './cases.ts'
import { functionBlock, jsonCall, oslo, osloArguments, qwen, text, xmlCall } from './documents.ts'

const call = ['get_weather', osloArguments] as const
const mode = (reasoning: ParserOptions['reasoning'], rest: Partial<ParserOptions> = {}): ParserOptions => ({
  ...qwen,
  reasoning,
  ...rest,
})

describeCases("P11 reasoning: 'off'", mode('off'), [
  {
    name: 'P11 off: markers are text',
    raw: '<think>\nPlan.\n</think>\n\nHi.',
    content: '<think>\nPlan.\n</think>\n\nHi.',
    codes: [],
  },
  {
    name: 'P11 off: a call between markers is a call',
    raw: `<think>\n${oslo}\n</think>`,
    content: '<think>\n</think>',
    calls: [call],
  },
  { name: 'P11 off: a lone closer is text', raw: 'Plan.</think>Hi.', content: 'Plan.</think>Hi.' },
])

describeCases("P11 reasoning: 'tags'", mode('tags'), [
  {
    name: 'P11 tags: a thought and an answer',
    raw: '<think>\nPlan.\n</think>\n\nHi.',
    reasoning: 'Plan.',
    content: 'Hi.',
  },
  { name: 'P11 tags: inline', raw: '<think>Plan.</think>Hi.', reasoning: 'Plan.', content: 'Hi.', codes: [] },
  { name: 'P11 tags: no thought', raw: 'Hi.', content: 'Hi.' },
  { name: 'FP31 tags: an empty thought is null', raw: '<think>\n\n</think>\n\nHi.', content: 'Hi.' },
  { name: 'P11 tags: a thought that never closes', raw: '<think>\nPlan.\n\n', reasoning: 'Plan.\n\n' },
  { name: 'P11 tags: only the opener', raw: '<think>' },
  { name: 'P11 tags: a piece of the opener is text', raw: 'Hi <thin', content: 'Hi <thin' },
  { name: 'P11 tags: a piece of the closer is reasoning', raw: '<think>Plan.</thi', reasoning: 'Plan.</thi' },
  {
    name: 'P11 tags: other tags are text',
    raw: '<thinking>x</thinking> <think >',
    content: '<thinking>x</thinking> <think >',
  },
  { name: 'P11 tags: a closer with no thought is text', raw: 'Hi.\n</think>\nYou.', content: 'Hi.\n</think>\nYou.' },
  {
    name: 'P11 tags: a second closer directly after a thought is absorbed',
    raw: '<think>Plan.</think>\n</think>\nHi.',
    reasoning: 'Plan.',
    content: 'Hi.',
    codes: ['stray-reasoning-marker'],
  },
  {
    name: 'P11 tags: a second opener directly in a thought is absorbed',
    raw: '<think>\n<think>\nPlan.</think>Hi.',
    reasoning: 'Plan.',
    content: 'Hi.',
  },
  { name: 'P11 tags: two thoughts', raw: '<think>a</think>b<think>c</think>d', reasoning: 'ac', content: 'bd' },
  {
    name: 'P11 tags: a call after a thought',
    raw: `<think>\nPlan.\n</think>\n\nNow.\n${oslo}`,
    reasoning: 'Plan.',
    content: 'Now.',
    calls: [call],
    codes: [],
  },
  {
    name: 'P11 tags: a thought between calls',
    raw: `${oslo}\n<think>Next.</think>\n${oslo}`,
    reasoning: 'Next.',
    calls: [call, call],
  },
  {
    name: 'P11 tags: reasoning markers in a value are data',
    raw: xmlCall('write_file', ['content', '<think>x</think>']),
    calls: [['write_file', text({ content: '<think>x</think>' })]],
  },
  {
    name: 'P11 tags: a think tag inside a fence is content',
    raw: '```\n<think>x</think>\n```\n',
    content: '```\n<think>x</think>\n```\n',
  },
  {
    name: 'FP13 white space inside and around the tags',
    raw: 'A \n\t<think> \r\n Plan. \n\n</think> \n B',
    reasoning: 'Plan.',
    content: 'AB',
  },
])

describeCases("P11 reasoning: 'open'", mode('open'), [
  {
    name: 'P11 open: the first closer ends the thought',
    raw: 'Plan.\n</think>\n\nHi.',
    reasoning: 'Plan.',
    content: 'Hi.',
  },
  { name: 'P11 open: even at once', raw: '</think>\n\nHi.', content: 'Hi.' },
  { name: 'P11 open: all reasoning without a closer', raw: 'Plan.\nMore.\n', reasoning: 'Plan.\nMore.\n' },
  {
    name: 'P11 open: an opener at the start is absorbed',
    raw: '<think>\nPlan.</think>Hi.',
    reasoning: 'Plan.',
    content: 'Hi.',
  },
  { name: 'P11 open: leading white space', raw: '\n\n Plan. </think>', reasoning: 'Plan.' },
  {
    name: 'P11 open: a second thought',
    raw: 'a</think>b<think>c</think>d',
    reasoning: 'ac',
    content: 'bd',
  },
  {
    name: 'P11 open: a second closer at once is absorbed',
    raw: 'Plan.</think></think>Hi.',
    reasoning: 'Plan.',
    content: 'Hi.',
  },
  { name: 'P11 open: a later closer is text', raw: 'a</think>b</think>c', reasoning: 'a', content: 'b</think>c' },
  { name: 'P11 open: a call after the thought', raw: `Plan.\n</think>\n${oslo}`, reasoning: 'Plan.', calls: [call] },
])

describeCases("P11 reasoning: 'auto'", mode('auto'), [
  { name: 'P11 auto: a closer first', raw: 'Plan.\n</think>\n\nHi.', reasoning: 'Plan.', content: 'Hi.' },
  { name: 'P11 auto: a closer at once', raw: '</think>\n\nHi.', content: 'Hi.' },
  { name: 'P11 auto: an opener first', raw: '<think>Plan.</think>Hi.', reasoning: 'Plan.', content: 'Hi.' },
  {
    name: 'P11 auto: text before an opener is content',
    raw: 'Hm. <think>Plan.</think>Hi.',
    reasoning: 'Plan.',
    content: 'Hm.Hi.',
  },
  { name: 'P11 auto: no marker at all is content', raw: '\n Hi.\n', content: '\n Hi.\n' },
  {
    name: 'P11 auto: a call opener first decides for content',
    raw: `Hm.\n${oslo}\nDone.`,
    content: 'Hm.\nDone.',
    calls: [call],
  },
  {
    name: 'P11 auto: a released opener in prose does not decide',
    raw: 'The tag <tool_call> is it.</think>Hi.',
    reasoning: 'The tag <tool_call> is it.',
    content: 'Hi.',
  },
  { name: 'P11 auto: a call after the thought', raw: `Plan.\n</think>\n\n${oslo}`, reasoning: 'Plan.', calls: [call] },
])

const rehearsed = `<think>Maybe ${oslo} or so.</think>`

describeCases("P11 callsInReasoning: 'if-last'", mode('tags'), [
  {
    name: 'P11 if-last: a rehearsed call stays reasoning',
    raw: `${rehearsed}\n\nHi.`,
    reasoning: `Maybe ${oslo} or so.`,
    content: 'Hi.',
  },
  {
    name: 'P11 if-last: a rehearsed call and the real one',
    raw: `${rehearsed}\n${oslo}`,
    reasoning: `Maybe ${oslo} or so.`,
    calls: [call],
  },
  {
    name: 'P11 if-last: a call right before the closer stays reasoning',
    raw: `<think>Maybe\n${oslo}\n</think>\nHi.`,
    reasoning: `Maybe\n${oslo}`,
    content: 'Hi.',
  },
  {
    name: 'FP14 if-last: a call in a thought that never closes is real',
    raw: `<think>I need it.\n\n${oslo}`,
    reasoning: 'I need it.',
    calls: [call],
    codes: ['call-in-reasoning'],
  },
  {
    name: 'FP14 if-last: text after it is reasoning',
    raw: `<think>I need it.\n${oslo}\nThen I wait.`,
    reasoning: 'I need it.\nThen I wait.',
    calls: [call],
  },
  {
    name: 'FP14 if-last: two calls in a thought that never closes',
    raw: `<think>${oslo}\n${oslo}\n`,
    calls: [call, call],
  },
  {
    name: 'FP14 if-last: the status is its own: cut',
    raw: '<think>Go.\n<tool_call>\n<function=write_file>\n<parameter=content>\nabc',
    finish: 'length',
    reasoning: 'Go.',
    calls: [['write_file', '{"content":"abc', 'truncated']],
  },
  {
    name: 'FP14 if-last: the status is its own: repaired',
    raw: `<think>Go.\n${oslo.replace('\n</tool_call>', '')}`,
    reasoning: 'Go.',
    calls: [['get_weather', osloArguments, 'repaired']],
  },
  {
    name: 'FP13 if-last: white space before a call in a thought is dropped',
    raw: `<think>\n\n${oslo}`,
    calls: [call],
  },
  {
    name: 'P11 if-last: an opener in a thought that is no call is reasoning',
    raw: '<think>The tag <tool_call> opens.</think>Hi.',
    reasoning: 'The tag <tool_call> opens.',
    content: 'Hi.',
  },
  {
    // The call is cut off by the end of the thought: a rehearsal. Were the closer data of the value, the answer would be lost.
    name: 'P11 if-last: a call that the closer of the thought cuts off stays reasoning',
    raw: '<think>A <tool_call>\n<function=write_file>\n<parameter=content>\nx</think>\nHi.',
    reasoning: 'A <tool_call>\n<function=write_file>\n<parameter=content>\nx',
    content: 'Hi.',
  },
  {
    name: 'P11 if-last: a piece of a call at the end of a thought is reasoning',
    raw: '<think>Go.\n<tool_call>\n<function=get_wea',
    reasoning: 'Go.\n<tool_call>\n<function=get_wea',
  },
  {
    name: 'P11 if-last: a bare call in a thought that never closes',
    raw: `<think>Go.\n${functionBlock('get_weather', ['city', 'Oslo'])}`,
    reasoning: 'Go.',
    calls: [call],
  },
  {
    name: 'P11 if-last: with the thought open from the start',
    raw: `Plan ${oslo} maybe.</think>\n${oslo}`,
    options: { reasoning: 'open' },
    reasoning: `Plan ${oslo} maybe.`,
    calls: [call],
  },
  {
    name: 'P11 if-last: open from the start and never closed',
    raw: `Plan.\n${oslo}`,
    options: { reasoning: 'open' },
    reasoning: 'Plan.',
    calls: [call],
  },
  {
    name: 'P11 if-last: hermes',
    raw: `<think>I need it.\n${jsonCall('get_weather', '{"city": "Oslo"}')}`,
    options: { format: 'hermes' },
    reasoning: 'I need it.',
    calls: [['get_weather', '{"city": "Oslo"}']],
  },
  {
    name: 'P11 if-last: hermes, rehearsed',
    raw: `<think>Maybe ${jsonCall('get_weather', '{"city": "Oslo"}')}.</think>Hi.`,
    options: { format: 'hermes' },
    reasoning: `Maybe ${jsonCall('get_weather', '{"city": "Oslo"}')}.`,
    content: 'Hi.',
  },
])

describeCases("P11 callsInReasoning: 'extract'", mode('tags', { callsInReasoning: 'extract' }), [
  {
    name: 'P11 extract: every call is real',
    raw: `<think>Maybe ${oslo} or so.</think>\nHi.`,
    reasoning: 'Maybe or so.',
    content: 'Hi.',
    calls: [call],
    codes: ['call-in-reasoning'],
  },
  {
    name: 'FP14 extract: text after it is reasoning until the closer, then content',
    raw: `<think>A\n${oslo}\nB</think>\nC`,
    reasoning: 'A\nB',
    content: 'C',
    calls: [call],
  },
  {
    name: 'P11 extract: a call in the thought and one after it',
    raw: `<think>A\n${oslo}\n</think>\n${oslo}`,
    reasoning: 'A',
    calls: [call, call],
  },
  { name: 'P11 extract: a thought that never closes', raw: `<think>A\n${oslo}`, reasoning: 'A', calls: [call] },
  {
    name: 'P11 extract: a value that holds the closer of thoughts',
    raw: `<think>${xmlCall('write_file', ['content', 'a</think>b'])}</think>Hi.`,
    content: 'Hi.',
    calls: [['write_file', text({ content: 'a</think>b' })]],
  },
])

describeCases("P11 callsInReasoning: 'ignore'", mode('tags', { callsInReasoning: 'ignore' }), [
  { name: 'P11 ignore: a rehearsed call', raw: `${rehearsed}Hi.`, reasoning: `Maybe ${oslo} or so.`, content: 'Hi.' },
  { name: 'P11 ignore: a thought that never closes', raw: `<think>A\n${oslo}`, reasoning: `A\n${oslo}` },
  {
    name: 'P11 ignore: a call after the thought is real',
    raw: `<think>A</think>\n${oslo}`,
    reasoning: 'A',
    calls: [call],
  },
])

const fenced = `\`\`\`xml\n${oslo}\n\`\`\``

describeCases('P11 thoughts, calls and fences', mode('tags'), [
  {
    name: 'FP31 a fenced call in a thought that never closes stays reasoning',
    raw: `<think>Like this:\n${fenced}\n`,
    reasoning: `Like this:\n${fenced}\n`,
  },
  {
    name: 'FP31 a fenced call in a thought that closes stays reasoning',
    raw: `<think>Like this:\n${fenced}\n</think>\n${oslo}`,
    reasoning: `Like this:\n${fenced}`,
    calls: [call],
  },
  {
    name: 'FP31 extract: a fenced call in a thought is an example all the same',
    raw: `<think>Like this:\n${fenced}\n</think>Hi.`,
    options: { callsInReasoning: 'extract' },
    reasoning: `Like this:\n${fenced}`,
    content: 'Hi.',
  },
  {
    name: 'FP31 fencedCalls: extract, a thought that never closes',
    raw: `<think>Like this:\n${fenced}`,
    options: { fencedCalls: 'extract' },
    reasoning: 'Like this:\n```xml\n```',
    calls: [call],
  },
  {
    name: 'FP31 fencedCalls: extract, a thought that closes',
    raw: `<think>Like this:\n${fenced}\n</think>Hi.`,
    options: { fencedCalls: 'extract' },
    reasoning: `Like this:\n${fenced}`,
    content: 'Hi.',
  },
  {
    // Otherwise a thought with a fence that the model forgot to close would swallow the answer and its calls.
    name: 'P11 the closer ends a thought inside a fence too, and the fence with it',
    raw: `<think>Like this:\n\`\`\`\ncode</think>\n${oslo}`,
    reasoning: 'Like this:\n```\ncode',
    calls: [call],
  },
])

describeCases('FP15 defaults of the formats', { format: 'qwen3_coder', tools: qwen.tools }, [
  { name: 'FP15 qwen3_coder: tags', raw: '<think>a</think>b', reasoning: 'a', content: 'b' },
  { name: 'FP15 qwen3_xml: tags', raw: 'a</think>b', options: { format: 'qwen3_xml' }, content: 'a</think>b' },
  { name: 'FP15 mimo: tags', raw: '<think>a</think>b', options: { format: 'mimo' }, reasoning: 'a', content: 'b' },
  {
    name: 'FP15 seed_oss: tags of its own, the budget remark stays in the reasoning',
    raw: '<seed:think>a\n<seed:cot_budget_reflect>half</seed:cot_budget_reflect>\nb</seed:think>c',
    options: { format: 'seed_oss' },
    reasoning: 'a\n<seed:cot_budget_reflect>half</seed:cot_budget_reflect>\nb',
    content: 'c',
  },
  {
    name: 'FP15 seed_oss: the tags of others are text',
    raw: '<think>a</think>b',
    options: { format: 'seed_oss' },
    content: '<think>a</think>b',
  },
  { name: 'FP15 step3p5: open', raw: 'a\n</think>\nb', options: { format: 'step3p5' }, reasoning: 'a', content: 'b' },
  {
    name: 'FP33 nemotron_v3: auto, a closer first',
    raw: 'a\n</think>\n\nb',
    options: { format: 'nemotron_v3' },
    reasoning: 'a',
    content: 'b',
  },
  { name: 'FP33 nemotron_v3: auto, no marker', raw: 'a', options: { format: 'nemotron_v3' }, content: 'a' },
  { name: 'FP15 hermes: tags', raw: '<think>a</think>b', options: { format: 'hermes' }, reasoning: 'a', content: 'b' },
  { name: 'FP15 qwen25: tags', raw: '<think>a</think>b', options: { format: 'qwen25' }, reasoning: 'a', content: 'b' },
  {
    name: 'FP15 jamba: tags of its own',
    raw: '<thinking>a</thinking>\n<tool_calls>[{"name": "list_files", "arguments": {}}]</tool_calls>',
    options: { format: 'jamba' },
    reasoning: 'a',
    calls: [['list_files', '{}']],
  },
  {
    name: 'FP15 longcat: tags of its own',
    raw: '<longcat_think>a</longcat_think>b',
    options: { format: 'longcat' },
    reasoning: 'a',
    content: 'b',
  },
  {
    name: 'P11 an empty list of tools: thoughts are split off (FP11)',
    raw: '<think>a</think>b',
    options: { tools: [] },
    reasoning: 'a',
    content: 'b',
  },
  {
    name: 'FP11 an empty list of tools: a call in a thought is reasoning',
    raw: `<think>a\n${oslo}`,
    options: { tools: [] },
    reasoning: `a\n${oslo}`,
  },
])

describe('P11 moments', () => {
  it('P11 a thought streams as it arrives', () => {
    const parser = createToolCallParser(mode('tags'))
    parser.feed('<think>Pl')
    expect(parser.feed('an')).toEqual([{ type: 'reasoning', text: 'an' }])
  })

  it('P11 auto: text before the first marker waits', () => {
    const parser = createToolCallParser(mode('auto'))
    expect(parser.feed('Plan.')).toEqual([])
    expect(parser.feed('</think>Hi')).toEqual([
      { type: 'reasoning', text: 'Plan.' },
      { type: 'content', text: 'Hi' },
    ])
  })

  it('P11 if-last: a call in a thought waits for its end, extract does not', () => {
    const events = (callsInReasoning: 'if-last' | 'extract'): string[] => {
      const parser = createToolCallParser(mode('tags', { callsInReasoning }))
      return parser.feed(`<think>${oslo}`).map((event) => event.type)
    }
    expect(events('if-last')).not.toContain('tool-call-start')
    expect(events('extract')).toContain('tool-call-start')
  })
})
