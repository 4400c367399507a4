import { describeCases } from './cases.ts'
import { functionBlock, hermes, oslo, osloArguments, qwen } from './documents.ts'

const bare = functionBlock('get_weather', ['city', 'Oslo'])

describeCases('P2 bare openers', qwen, [
  {
    name: 'P2 a declared name at the start of the text',
    raw: bare,
    calls: [['get_weather', osloArguments]],
    codes: ['missing-opener'],
  },
  {
    name: 'P2 a declared name at line start after prose',
    raw: `I will look.\n\n${bare}`,
    content: 'I will look.',
    calls: [['get_weather', osloArguments]],
  },
  {
    name: 'P2 after CRLF',
    raw: `I will look.\r\n${bare}`,
    content: 'I will look.',
    calls: [['get_weather', osloArguments]],
  },
  { name: 'P2 not inside a line', raw: `See ${bare}`, content: `See ${bare}` },
  {
    name: 'P2 an undeclared name is text',
    raw: functionBlock('nope', ['city', 'Oslo']),
    content: functionBlock('nope', ['city', 'Oslo']),
  },
  {
    name: 'P2 without tools every name opens',
    raw: functionBlock('nope', ['a', '1']),
    options: { tools: undefined },
    calls: [['nope', '{"a":"1"}']],
  },
  { name: 'P2 with an empty list nothing opens', raw: bare, options: { tools: [] }, content: bare },
  {
    name: 'P2 an incomplete name is text',
    raw: 'Hm.\n<function=get_weather',
    content: 'Hm.\n<function=get_weather',
  },
  {
    name: 'P2 two bare calls',
    raw: `${bare}\n${bare}`,
    calls: [
      ['get_weather', osloArguments],
      ['get_weather', osloArguments],
    ],
  },
  {
    name: 'P2 a bare call after a wrapped one',
    raw: `${oslo}\n${bare}`,
    calls: [
      ['get_weather', osloArguments],
      ['get_weather', osloArguments],
    ],
  },
  {
    name: 'P2 a wrapped call after a bare one',
    raw: `${bare}\n${oslo}`,
    calls: [
      ['get_weather', osloArguments],
      ['get_weather', osloArguments],
    ],
  },
  {
    name: 'FP3 blanks and tabs before a bare opener',
    raw: `Look:\n \t ${bare}`,
    content: 'Look:',
    calls: [['get_weather', osloArguments]],
  },
  {
    name: 'FP3 directly after the end of a thought',
    raw: `<think>Plan.</think>${bare}`,
    reasoning: 'Plan.',
    calls: [['get_weather', osloArguments]],
  },
  {
    name: 'FP4 an orphan closer after a bare call is swallowed',
    raw: `I look.\n\n${bare}\n</tool_call>`,
    content: 'I look.',
    calls: [['get_weather', osloArguments]],
    codes: ['missing-opener'],
  },
  {
    name: 'FP4 text after the orphan closer is content',
    raw: `${bare}\n</tool_call>\nDone.`,
    content: '\nDone.',
    calls: [['get_weather', osloArguments]],
  },
  {
    // Fine print 1: with an open value `</function>` before prose is not confirmed, so the value never closes.
    name: 'FP1 a bare call before prose without a closer stays open',
    raw: `${bare}\nDone.`,
    calls: [['get_weather', /^\{"city":"Oslo\\n<\/parameter>\\n<\/function>\\nDone\.$/, 'truncated']],
  },
  {
    // No value is open here, so nothing has to be confirmed: the call ends at its closer.
    name: 'FP1 a bare call without parameters before prose',
    raw: '<function=list_files>\n</function>\nDone.',
    content: '\nDone.',
    calls: [['list_files', '{}']],
  },
  {
    name: 'P2 a bare call whose wrapper closer is missing by length is complete',
    raw: bare,
    finish: 'length',
    calls: [['get_weather', osloArguments]],
  },
  {
    name: 'P2 seed_oss',
    raw: '<function=get_weather>\n<parameter=city>Oslo</parameter>\n</function>',
    options: { format: 'seed_oss' },
    calls: [['get_weather', osloArguments]],
  },
  {
    name: 'P2 step3p5 after its thought',
    raw: `Plan.\n</think>\n${bare}`,
    options: { format: 'step3p5' },
    reasoning: 'Plan.',
    calls: [['get_weather', osloArguments]],
  },
  {
    name: 'P2 mimo with inline values',
    raw: '<function=get_weather>\n<parameter=city>Oslo</parameter>\n</function>',
    options: { format: 'mimo' },
    calls: [['get_weather', osloArguments]],
  },
])

describeCases('P2 formats with a JSON body', hermes, [
  { name: 'FP29 a bare function under hermes is text', raw: bare, content: bare, codes: [] },
  {
    name: 'P2 a bare JSON object under hermes is text',
    raw: '{"name": "get_weather", "arguments": {"city": "Oslo"}}',
    content: '{"name": "get_weather", "arguments": {"city": "Oslo"}}',
    codes: [],
  },
])
