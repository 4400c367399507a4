import type { FormatFixture } from '@tooldelta/testbed'
import { weatherTool, writeTool } from './tools.ts'

type Expected = FormatFixture['expected']

/** A message of a template, written by hand, with everything that is expected of it. */
export interface TemplateFixture extends Pick<FormatFixture, 'title' | 'text' | 'tools' | 'options' | 'finishReason'> {
  template: string
  /** Cut behind a quote, the text means something else: what is cut is no beginning of what is whole. */
  ambiguous?: true
  expected: Omit<Expected, 'content' | 'reasoning'> & Partial<Pick<Expected, 'content' | 'reasoning'>>
}

const weather = (text: string): Expected['calls'][number] => ({
  name: 'get_weather',
  arguments: text,
  status: 'complete',
})

export const fixtures: readonly TemplateFixture[] = [
  // --- JSON in tags -----------------------------------------------------------------------------------------------------------------------
  {
    template: 'jsonTags',
    title: 'a thought, text and two calls',
    text: '<think>\nBoth.\n</think>\n\nI look.\n<tool_call>\n{"name": "get_weather", "arguments": {"city": "Oslo"}}\n</tool_call>\n<tool_call>\n{"name": "get_weather", "arguments": {"city": "Bergen"}}\n</tool_call><|im_end|>',
    expected: {
      reasoning: 'Both.',
      content: 'I look.',
      calls: [weather('{"city": "Oslo"}'), weather('{"city": "Bergen"}')],
    },
  },
  {
    template: 'jsonTags',
    title: 'closers and openers in a string are data',
    text: '<tool_call>{"name": "get_weather", "arguments": {"city": "</tool_call><think>\\"}</tool_call>"}}</tool_call>\nDone.',
    expected: { content: '\nDone.', calls: [weather('{"city": "</tool_call><think>\\"}</tool_call>"}')] },
  },
  {
    template: 'jsonTags',
    title: 'arguments before the name, digits kept',
    text: '<tool_call>{"arguments": {"n": 9007199254740993}, "name": "get_weather"}</tool_call>',
    expected: { calls: [weather('{"n": 9007199254740993}')] },
  },
  {
    template: 'jsonTags',
    title: 'broken JSON is mended',
    text: "<tool_call>{'name': 'get_weather', 'arguments': {'city': 'Os\\lo', 'raw': True,}}</tool_call>",
    expected: {
      calls: [{ name: 'get_weather', arguments: '{"city": "Os\\\\lo", "raw": true}', status: 'repaired' }],
      diagnostics: ['json-repair', 'json-repair', 'json-repair', 'json-repair'],
    },
  },
  {
    template: 'jsonTags',
    title: 'a region that is no call comes back byte for byte',
    text: 'a <tool_call> is a tag </tool_call>\n<tool_call>{"nom": 1}</tool_call>!',
    expected: {
      content: 'a <tool_call> is a tag </tool_call>\n<tool_call>{"nom": 1}</tool_call>!',
      calls: [],
      diagnostics: ['json-unreadable', 'json-unreadable'],
    },
  },
  {
    template: 'jsonTags',
    title: 'the next opener ends a call without its closer',
    text: '<tool_call>{"name": "a", "arguments": {}}\n<tool_call>{"name": "b", "arguments": {}}</tool_call>',
    expected: {
      calls: [
        { name: 'a', arguments: '{}', status: 'repaired' },
        { name: 'b', arguments: '{}', status: 'complete' },
      ],
      diagnostics: ['missing-closer'],
    },
  },
  {
    template: 'jsonTags',
    title: 'cut in a string',
    text: 'x<tool_call>{"name": "get_weather", "arguments": {"city": "Os',
    finishReason: 'length',
    expected: {
      content: 'x',
      calls: [{ name: 'get_weather', arguments: '{"city": "Os', status: 'truncated' }],
      diagnostics: ['truncated'],
    },
  },
  {
    template: 'jsonTags',
    title: 'the prompt has opened the thought',
    text: 'Hm. <tool_call>\n</think>\nYes.',
    options: { reasoning: 'open' },
    expected: { reasoning: 'Hm. <tool_call>', content: 'Yes.', calls: [] },
  },
  {
    template: 'jsonTags',
    title: 'the text says that it began in a thought',
    text: 'Hm.\n</think>\nYes.<|im_end|>',
    options: { reasoning: 'auto' },
    expected: { reasoning: 'Hm.', content: 'Yes.', calls: [] },
  },
  {
    template: 'jsonTags',
    title: 'a closer without a thought is text, with the mend',
    text: 'Hm.</think>Yes.',
    expected: { content: 'Hm.</think>Yes.', calls: [], diagnostics: ['stray-reasoning-marker'] },
  },
  {
    template: 'jsonTags',
    title: 'reasoning off: the markers are text',
    text: '<think>a</think>b',
    options: { reasoning: 'off' },
    expected: { content: '<think>a</think>b', calls: [] },
  },
  {
    template: 'jsonTags',
    title: 'a call in a code fence is an example',
    text: 'So:\n```\n<tool_call>{"name": "f", "arguments": {}}</tool_call>\n```\nOk',
    expected: { content: 'So:\n```\n<tool_call>{"name": "f", "arguments": {}}</tool_call>\n```\nOk', calls: [] },
  },
  {
    template: 'jsonTags',
    title: 'no tools: calls are text, thoughts are not',
    text: '<think>a</think>\n<tool_call>{"name": "f", "arguments": {}}</tool_call><|im_end|>',
    tools: [],
    expected: { reasoning: 'a', content: '<tool_call>{"name": "f", "arguments": {}}</tool_call>', calls: [] },
  },
  {
    template: 'jsonTags',
    title: 'an unknown tool as content',
    text: '<tool_call>{"name": "f", "arguments": {}}</tool_call>',
    tools: [weatherTool],
    options: { unknownTools: 'content' },
    expected: {
      content: '<tool_call>{"name": "f", "arguments": {}}</tool_call>',
      calls: [],
      diagnostics: ['json-unreadable'],
    },
  },
  // --- the content is the function -----------------------------------------------------------------------------------------------------------
  {
    template: 'responseTags',
    title: 'a thought from the first character on, an answer and a call',
    text: 'Think.\n</think>\n\n<response>\nHello\nyou\n</response>\n<tool_call>\n{"name": "get_weather", "arguments": {"city": "Oslo"}}\n</tool_call>\n</s>',
    expected: {
      reasoning: 'Think.',
      content: 'Hello\nyou',
      calls: [weather('{"city": "Oslo"}')],
      diagnostics: ['end-token'],
    },
  },
  {
    template: 'responseTags',
    title: 'the opener of a thought that has begun already',
    text: '<think>\nThink.</think>\n<response>\nHi\n</response>',
    expected: { reasoning: 'Think.', content: 'Hi', calls: [], diagnostics: ['stray-reasoning-marker'] },
  },
  {
    template: 'responseTags',
    title: 'text outside of all regions is content',
    text: '</think>Hello <response>\nyou</response>, friend',
    expected: { content: 'Helloyou, friend', calls: [] },
  },
  {
    template: 'responseTags',
    title: 'the OpenAI shape and a list',
    text: '</think><tool_call>[{"type": "function", "function": {"name": "a", "arguments": "{\\"x\\": 1}"}}, {"name": "b"}]</tool_call>',
    expected: {
      calls: [
        { name: 'a', arguments: '{"x": 1}', status: 'complete' },
        { name: 'b', arguments: '{}', status: 'complete' },
      ],
      diagnostics: ['json-envelope'],
    },
  },
  // --- parameters in tags -------------------------------------------------------------------------------------------------------------------
  {
    template: 'parameterTags',
    title: 'values by the schema',
    text: '<think>\nOk\n</think>\n<tool_call>\n<function=write>\n<parameter=path>\na.txt\n</parameter>\n<parameter=lines>\n3\n</parameter>\n<parameter=text>\n42\n</parameter>\n</function>\n</tool_call>',
    tools: [writeTool],
    expected: {
      reasoning: 'Ok',
      calls: [{ name: 'write', arguments: '{"path":"a.txt","lines":3,"text":"42"}', status: 'complete' }],
    },
  },
  {
    template: 'parameterTags',
    title: 'values without a schema, by the template: JSON where it is JSON',
    text: '<tool_call><function=f><parameter=a>[1, 2]</parameter><parameter=b>x</parameter><parameter=c>true</parameter><parameter=d>"s"</parameter></function></tool_call>',
    expected: { calls: [{ name: 'f', arguments: '{"a":[1, 2],"b":"x","c":true,"d":"s"}', status: 'complete' }] },
  },
  {
    template: 'parameterTags',
    title: 'backslashes, quotes and markers in a value',
    text: '<tool_call>\n<function=write>\n<parameter=text>\nif (a < b) { "C:\\dir" </tool_call> <think>\n\n</parameter>\n</function>\n</tool_call>\nDone',
    tools: [writeTool],
    expected: {
      content: '\nDone',
      calls: [
        {
          name: 'write',
          arguments: '{"text":"if (a < b) { \\"C:\\\\dir\\" </tool_call> <think>\\n"}',
          status: 'complete',
        },
      ],
    },
  },
  {
    template: 'parameterTags',
    title: 'no parameters',
    text: 'Hi <tool_call><function=f></function></tool_call>',
    expected: { content: 'Hi', calls: [{ name: 'f', arguments: '{}', status: 'complete' }] },
  },
  {
    template: 'parameterTags',
    title: 'a second value and stray text are dropped',
    text: '<tool_call><function=write>oh <parameter=text>a</parameter>,<parameter=text>b</parameter></function></tool_call>',
    tools: [writeTool],
    expected: {
      calls: [{ name: 'write', arguments: '{"text":"a"}', status: 'complete' }],
      diagnostics: ['stray-text', 'stray-text', 'duplicate-parameter'],
    },
  },
  {
    template: 'parameterTags',
    title: 'a call that ends in an open value',
    text: '<tool_call><function=write><parameter=text>half</function></tool_call>\n<tool_call><function=f></tool_call>',
    tools: [writeTool],
    expected: {
      calls: [
        { name: 'write', arguments: '{"text":"half', status: 'truncated' },
        { name: 'f', arguments: '{}', status: 'complete' },
      ],
      diagnostics: ['missing-closer', 'truncated', 'unknown-tool'],
    },
  },
  {
    template: 'parameterTags',
    title: 'the stop came in an open value',
    text: '<tool_call><function=write><parameter=text>\nha',
    tools: [writeTool],
    expected: { calls: [{ name: 'write', arguments: '{"text":"ha', status: 'truncated' }], diagnostics: ['truncated'] },
  },
  {
    template: 'parameterTags',
    title: 'the stop came between parameters',
    text: '<tool_call><function=write><parameter=text>a</parameter></function>',
    tools: [writeTool],
    expected: {
      calls: [{ name: 'write', arguments: '{"text":"a"}', status: 'repaired' }],
      diagnostics: ['stray-text', 'missing-closer'],
    },
  },
  // --- channels -----------------------------------------------------------------------------------------------------------------------------
  {
    template: 'channels',
    title: 'analysis, commentary, a call',
    text: '<|channel|>analysis<|message|>Need it.<|end|><|start|>assistant<|channel|>commentary<|message|>I look.<|end|><|start|>assistant<|channel|>commentary to=functions.get_weather <|constrain|>json<|message|>{"city": "Oslo"}<|call|>',
    expected: { reasoning: 'Need it.', content: 'I look.', calls: [weather('{"city": "Oslo"}')] },
  },
  {
    template: 'channels',
    title: 'two messages of content have the join between them',
    text: '<|channel|>final<|message|>One<|end|><|start|>assistant<|channel|>final<|message|> Two <|return|>',
    expected: { content: 'One\nTwo', calls: [] },
  },
  {
    template: 'channels',
    title: 'the closer was the stop token',
    text: '<|channel|>commentary to=functions.get_weather<|message|>{"city": "Oslo"}',
    expected: { calls: [weather('{"city": "Oslo"}')] },
  },
  {
    template: 'channels',
    title: 'a body that is no object',
    text: '<|channel|>commentary to=functions.f<|message|>What?<|call|>',
    expected: {
      content: '<|channel|>commentary to=functions.f<|message|>What?',
      calls: [],
      diagnostics: ['json-unreadable', 'end-token'],
    },
  },
  {
    template: 'channels',
    title: 'no arguments',
    text: '<|channel|>commentary to=functions.now<|message|> <|call|>',
    expected: { calls: [{ name: 'now', arguments: '{}', status: 'complete' }] },
  },
  // --- strings between tokens -------------------------------------------------------------------------------------------------------------------
  {
    template: 'quotedStrings',
    title: 'bare keys and raw strings',
    text: '<|channel>thought\nOk<channel|>Sure.<|tool_call>call:get_weather{city:<|"|>Os"lo\\\n<|"|>,days:3,tags:[<|"|>a<|"|>,<|"|>b<|"|>],deep:{x:true}}<tool_call|><turn|>',
    expected: {
      reasoning: 'Ok',
      content: 'Sure.',
      calls: [weather('{"city":"Os\\"lo\\\\\\n","days":3,"tags":["a","b"],"deep":{"x":true}}')],
    },
  },
  {
    template: 'quotedStrings',
    title: 'a quote inside a string is told by what follows',
    ambiguous: true,
    text: '<|tool_call>call:f{a:<|"|>x <|"|> y<|"|>}<tool_call|>',
    expected: { calls: [{ name: 'f', arguments: '{"a":"x <|\\"|> y"}', status: 'complete' }] },
  },
  {
    template: 'quotedStrings',
    title: 'cut in a string',
    text: '<|tool_call>call:f{a:<|"|>x<|"',
    finishReason: 'length',
    expected: { calls: [{ name: 'f', arguments: '{"a":"x', status: 'truncated' }], diagnostics: ['truncated'] },
  },
  // --- a list -----------------------------------------------------------------------------------------------------------------------------------
  {
    template: 'callList',
    title: 'a list with other keys and ids',
    text: '<|START_THINKING|>Two.<|END_THINKING|><|START_ACTION|>[\n    {"call": "c7", "tool": "a", "input": {"x": 1}},\n    {"call": "c8", "tool": "b", "input": {}}\n]<|END_ACTION|><|END_OF_TURN_TOKEN|>',
    expected: {
      reasoning: 'Two.',
      calls: [
        { name: 'a', arguments: '{"x": 1}', status: 'complete', id: 'c7' },
        { name: 'b', arguments: '{}', status: 'complete', id: 'c8' },
      ],
      diagnostics: ['end-token'],
    },
  },
  {
    template: 'callList',
    title: 'one call without a list, other keys beside it',
    text: '<|START_ACTION|>{"why": "?", "tool": "a", "input": {"x": 1}, "call": "1"}<|END_ACTION|>',
    expected: {
      calls: [{ name: 'a', arguments: '{"x": 1}', status: 'complete', id: '1' }],
      diagnostics: ['json-envelope'],
    },
  },
  {
    template: 'callList',
    title: 'an answer',
    text: '<|START_THINKING|>Hm<|END_THINKING|>\n<|START_RESPONSE|>\nHello <b>you</b>\n<|END_RESPONSE|>\n<|END_OF_TURN_TOKEN|>',
    expected: { reasoning: 'Hm', content: 'Hello <b>you</b>', calls: [], diagnostics: ['end-token'] },
  },
  // --- lines ------------------------------------------------------------------------------------------------------------------------------------
  {
    template: 'lines',
    title: 'one parameter a line',
    text: 'Ok.\n<run get_weather>\ncity = Oslo, Norway \n\nday = 3 = 3\n</run> Done',
    expected: { content: 'Ok. Done', calls: [weather('{"city":"Oslo, Norway","day":"3 = 3"}')] },
  },
  {
    template: 'lines',
    title: 'types, a line that says nothing, a last line without an end',
    text: '<run write>\npath = a\n  nothing here\nlines = 12</run>',
    tools: [writeTool],
    expected: {
      calls: [{ name: 'write', arguments: '{"path":"a","lines":12}', status: 'complete' }],
      diagnostics: ['stray-text'],
    },
  },
  {
    template: 'lines',
    title: 'text of a field that nobody asked for is dropped',
    text: 'It rains <cite>page 3\n</cite> today.',
    expected: { content: 'It rainstoday.', calls: [], diagnostics: ['stray-text'] },
  },
  // --- what needs the whole region ----------------------------------------------------------------------------------------------------------------
  {
    template: 'codeBlock',
    title: 'a constant name and the content as one argument',
    text: 'Run:\n<code>\nprint("a\\n")\n</code>',
    expected: {
      content: 'Run:',
      calls: [{ name: 'python', arguments: '{"code":"print(\\"a\\\\n\\")","language":"python"}', status: 'complete' }],
    },
  },
  {
    template: 'codeBlock',
    title: 'the call ends a thought that is open',
    text: '<think>I run it.\n<code>1 + 1</code>\nSo.',
    expected: {
      reasoning: 'I run it.',
      content: '\nSo.',
      calls: [{ name: 'python', arguments: '{"code":"1 + 1","language":"python"}', status: 'complete' }],
    },
  },
  {
    template: 'codeBlock',
    title: 'what is cut is no call, and a field is missing',
    text: '<code>rm -rf /tmp/',
    finishReason: 'length',
    expected: { content: '<code>rm -rf /tmp/', calls: [], diagnostics: ['json-unreadable', 'missing-field'] },
  },
  // --- headers ----------------------------------------------------------------------------------------------------------------------------------
  {
    template: 'headers',
    title: 'headers with names, bodies with their blanks',
    text: '<|thinking|> Hm\n<|end_message|><|message_model|>me<|text|> Hi \n<|end_message|><|message_model|>get_weather<|invoke|>{"name": "get_weather", "args": {"city": "Oslo"}}<|end_message|>',
    expected: { reasoning: ' Hm\n', content: ' Hi \n', calls: [weather('{"city": "Oslo"}')] },
  },
]
