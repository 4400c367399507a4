import { describe } from 'vitest'
import { testRows, type ExpectedCall, type PolicyRow } from './check.ts'
import { listCall, tools } from './tag-calls.ts'

const format = 'qwen3_coder'
const list: ExpectedCall = ['list', '{}', 'complete']
const path = (value: string): ExpectedCall => ['write_file', `{"path":${JSON.stringify(value)}}`, 'complete']

/** What a marker does in a state: the raw text is the state's `before`, the marker and the state's `after`. */
interface State {
  name: string
  before: string
  after: string
  outcomes: Record<string, PolicyRow['message']>
}

const function_ = '<function=list>'
const parameter = '<parameter=content>'
const text = (content: string): PolicyRow['message'] => ({ content })
const call = (...calls: ExpectedCall[]): PolicyRow['message'] => ({ calls })

// In the middle of a line and with prose behind it no marker of a call opens anything; each pair has its row, so that none is left to chance.
const states: State[] = [
  {
    name: 'prose',
    before: 'a ',
    after: ' b',
    outcomes: {
      '<tool_call>': text('a <tool_call> b'),
      '</tool_call>': text('a </tool_call> b'),
      [function_]: text('a <function=list> b'),
      '</function>': text('a </function> b'),
      [parameter]: text('a <parameter=content> b'),
      '</parameter>': text('a </parameter> b'),
      '<think>': { content: 'a', reasoning: 'b' },
      '</think>': text('a </think> b'),
      '<|im_end|>': text('a  b'),
    },
  },
  {
    name: 'a thought',
    before: '<think>a ',
    after: ' b</think>c',
    outcomes: {
      '<tool_call>': { reasoning: 'a <tool_call> b', content: 'c' },
      '</tool_call>': { reasoning: 'a </tool_call> b', content: 'c' },
      [function_]: { reasoning: 'a <function=list> b', content: 'c' },
      '</function>': { reasoning: 'a </function> b', content: 'c' },
      [parameter]: { reasoning: 'a <parameter=content> b', content: 'c' },
      '</parameter>': { reasoning: 'a </parameter> b', content: 'c' },
      '</think>': { reasoning: 'a', content: 'b</think>c' },
      '<|im_end|>': { reasoning: 'a  b', content: 'c' },
    },
  },
  {
    name: 'a wrapper before its function',
    before: '<tool_call>\n',
    after: '\n<function=list>\n</function>\n</tool_call>',
    outcomes: {
      '<tool_call>': call(list),
      // The wrapper holds no call and is text; the function after it opens by itself (P2).
      '</tool_call>': { content: '<tool_call>\n</tool_call>', calls: [list] },
      [function_]: call(['list', '{}', 'repaired'], list),
      '</function>': { content: '<tool_call>\n</function>', calls: [list] },
      [parameter]: { content: '<tool_call>\n<parameter=content>', calls: [list] },
      '</parameter>': { content: '<tool_call>\n</parameter>', calls: [list] },
    },
  },
  {
    name: 'between parameters',
    before:
      '<tool_call>\n<function=write_file>\n<parameter=path>\na\n</parameter>\n<parameter=overwrite>\ntrue\n</parameter>\n',
    after: '\n</function>\n</tool_call>',
    outcomes: {
      // The first call lost its closers; the second one opens in a wrapper of its own, without a function it is dropped text.
      [function_]: call(['write_file', '{"path":"a","overwrite":true}', 'repaired'], list),
      [parameter]: call(['write_file', String.raw`{"path":"a","overwrite":true,"content":""}`, 'repaired']),
      '<|im_end|>': call(['write_file', '{"path":"a","overwrite":true}', 'complete']),
    },
  },
  {
    name: 'a call without parameters',
    before: '<tool_call>\n<function=list>\n',
    after: '\n</function>\n</tool_call>',
    outcomes: {
      '</parameter>': call(list),
      '<think>': call(list),
      '</think>': call(list),
      '<|im_end|>': call(list),
      [function_]: call(['list', '{}', 'repaired'], list),
    },
  },
  {
    name: 'a value',
    before: '<tool_call>\n<function=write_file>\n<parameter=path>\na ',
    after: ' b\n</parameter>\n</function>\n</tool_call>',
    outcomes: Object.fromEntries(
      [
        '<tool_call>',
        '</tool_call>',
        function_,
        '</function>',
        parameter,
        '</parameter>',
        '<think>',
        '</think>',
        '<|im_end|>',
      ].map((marker) => [marker, call(path(`a ${marker} b`))]),
    ),
  },
  {
    name: 'a value at line start',
    before: '<tool_call>\n<function=write_file>\n<parameter=path>\na\n',
    after: '\nb\n</parameter>\n</function>\n</tool_call>',
    outcomes: {
      ...Object.fromEntries(
        [
          '<tool_call>',
          '</tool_call>',
          function_,
          '</function>',
          '</parameter>',
          '<think>',
          '</think>',
          '<|im_end|>',
        ].map((marker) => [marker, call(path(`a\n${marker}\nb`))]),
      ),
      [parameter]: call(['write_file', '{"path":"a","content":"b"}', 'repaired']),
    },
  },
  {
    name: 'after </function> in a wrapper',
    before: '<tool_call>\n<function=list>\n</function>\n',
    after: '\n</tool_call>',
    outcomes: {
      '</tool_call>': call(list),
      '<|im_end|>': call(list),
      '</function>': call(list),
      '</parameter>': call(list),
    },
  },
  {
    name: 'after a call',
    before: `${listCall}\n`,
    after: ' b',
    outcomes: {
      '<tool_call>': { content: '\n<tool_call> b', calls: [list] },
      '</function>': { content: '\n</function> b', calls: [list] },
      [parameter]: { content: '\n<parameter=content> b', calls: [list] },
      '</parameter>': { content: '\n</parameter> b', calls: [list] },
      '<think>': { reasoning: 'b', calls: [list] },
      '</think>': { content: '\n</think> b', calls: [list] },
    },
  },
  {
    name: 'after a thought',
    before: '<think>a</think>\n',
    after: ' b',
    outcomes: {
      '<tool_call>': { reasoning: 'a', content: '<tool_call> b' },
      '</tool_call>': { reasoning: 'a', content: '</tool_call> b' },
      '</function>': { reasoning: 'a', content: '</function> b' },
      [parameter]: { reasoning: 'a', content: '<parameter=content> b' },
      '</parameter>': { reasoning: 'a', content: '</parameter> b' },
      '<think>': { reasoning: 'ab' },
      '</think>': { reasoning: 'a', content: 'b' },
    },
  },
  {
    name: 'in a fence',
    before: '```\n',
    after: '\n```\nb',
    outcomes: Object.fromEntries(
      [
        listCall,
        '<tool_call>',
        '</tool_call>',
        function_,
        '</function>',
        parameter,
        '</parameter>',
        '<think>',
        '</think>',
      ].map((marker) => [marker, text(`\`\`\`\n${marker}\n\`\`\`\nb`)]),
    ),
  },
]

for (const state of states)
  describe(`every marker in ${state.name}`, () => {
    testRows(
      Object.entries(state.outcomes).map(([marker, message]) => ({
        name: `P1 P3 P10 P11 ${JSON.stringify(marker)} in ${state.name}`,
        format,
        raw: `${state.before}${marker}${state.after}`,
        message,
      })),
      { tools, reasoning: 'tags' },
    )
  })
