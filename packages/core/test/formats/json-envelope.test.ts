import { describe, expect, it } from 'vitest'
import { createToolCallParser, findFormat, foldEvents } from '../../src/index.ts'
import { type PolicyRow, testRows } from '../policies/check.ts'
import { describeCases, runBothWays, runOnce, type ExpectedCall } from '../policies/cases.ts'
import { text, tool, tools } from '../policies/documents.ts'

const L = '{"name": "list_files", "arguments": {}}'
const W = '{"name": "get_weather", "arguments": {"city": "Oslo"}}'
const list: ExpectedCall = ['list_files', '{}']
const weather: ExpectedCall = ['get_weather', '{"city": "Oslo"}']
const blanks = (count: number): string => ' '.repeat(count)

describe('FP15 FP20 FP21 FP33 ids, aliases and where the output starts', () => {
  it.each([
    ['ernie45', 'ernie45', 'auto'],
    ['granite-20b-fc', 'granite-20b-fc', undefined],
    ['internlm', 'internlm', 'tags'],
    ['internlm2', 'internlm', 'tags'],
    ['interns1', 'internlm', 'tags'],
    ['gigachat3', 'gigachat3', undefined],
    ['granite', 'granite', 'tags'],
    ['nemotron_json', 'nemotron_json', 'tags'],
    ['phi4_mini_json', 'phi4_mini_json', undefined],
    ['firefunction', 'firefunction', undefined],
    ['minimax', 'minimax', 'tags'],
    ['minimax_m1', 'minimax', 'tags'],
    ['hunyuan_a13b', 'hunyuan_a13b', 'tags'],
    ['hunyuan', 'hunyuan_a13b', 'tags'],
    ['cohere_command3', 'cohere_command3', 'tags'],
    ['cohere_command', 'cohere_command3', 'tags'],
    ['command-r', 'cohere_command3', 'tags'],
    ['cohere_command4', 'cohere_command4', 'tags'],
    ['apertus', 'apertus', 'tags'],
    ['apertus2509', 'apertus', 'tags'],
  ])('%s is %s and starts %s', (name, id, start) => {
    const format = findFormat(name)
    expect({ id: format.id, start: format.reasoning?.start }).toEqual({ id, start })
  })
})

describe('P13 ids of the text', () => {
  const mistral = { format: 'mistral', tools } as const
  const element = (id: string): string => `{"name": "list_files", "arguments": {}, "id": "${id}"}`
  const idsOf = (raw: string): string[] => runBothWays(raw, mistral).toolCalls.map(({ id }) => id)

  it('are kept by Mistral, wherever they stand in the element', () => {
    expect(idsOf(`[TOOL_CALLS] [${element('Ab3dE6gH9')}, {"id": "zZ1yY2xX3", "name": "list_files"}]`)).toEqual([
      'Ab3dE6gH9',
      'zZ1yY2xX3',
    ])
  })

  it('are made where they are missing, empty or taken', () => {
    const [first, ...others] = idsOf(
      `[TOOL_CALLS][${element('Ab3dE6gH9')}, ${element('Ab3dE6gH9')}, ${element('')}, ${L}]`,
    )
    expect(first).toBe('Ab3dE6gH9')
    expect(new Set([first, ...others]).size).toBe(4)
  })

  it('of Cohere only count the calls of a turn and are not passed on', () => {
    const raw = '<|START_ACTION|>[{"tool_call_id": "0", "tool_name": "list_files", "parameters": {}}]<|END_ACTION|>'
    const [call] = runBothWays(raw, { format: 'cohere_command3', tools }).toolCalls
    expect(call?.id).toMatch(/^call_[A-Za-z0-9]{24}$/)
  })

  it('open the call when they have come', () => {
    const parser = createToolCallParser(mistral)
    expect(
      parser.feed('[TOOL_CALLS] [{"name": "get_weather", "arguments": {"city": "Oslo"}, "id": "Ab3dE6gH9'),
    ).toEqual([])
    expect(parser.feed('"}').map(({ type }) => type)).toEqual(['tool-call-start', 'tool-call-arguments'])
  })

  it('are waited for up to limits.heldChars', () => {
    const raw = `[TOOL_CALLS] [{"name": "get_weather", "arguments": {"city": "${'x'.repeat(200)}"}, "id": "Ab3dE6gH9"}]`
    const message = runBothWays(raw, { ...mistral, limits: { heldChars: 100 } })
    expect(message.toolCalls.map(({ status, function: { arguments: args } }) => [status, args.length])).toEqual([
      ['complete', '{"city": ""}'.length + 200],
    ])
    expect(message.toolCalls[0]?.id).not.toBe('Ab3dE6gH9')
    expect(message.diagnostics.map(({ code }) => code)).toEqual(['limit'])
  })
})

describeCases('P7 FP23 a call that waits for its id and never gets it', { format: 'mistral', tools }, [
  {
    name: 'cut in a string: the call is there, truncated',
    raw: '[TOOL_CALLS] [{"name": "get_weather", "arguments": {"city": "Os',
    finish: 'length',
    calls: [['get_weather', '{"city": "Os', 'truncated']],
  },
  {
    name: 'cut behind its arguments',
    raw: '[TOOL_CALLS] [{"name": "get_weather", "arguments": {"city": "Oslo"}, "id": "Ab',
    finish: 'length',
    calls: [['get_weather', '{"city": "Oslo"}', 'repaired']],
  },
  {
    name: 'arguments that cannot be read on',
    raw: `[TOOL_CALLS] [{"name": "get_weather", "arguments": {"city": x}, "id": "a"}, ${L}]`,
    calls: [['get_weather', /^\{/, 'truncated'], list],
    codes: ['json-unreadable', 'stray-text'],
  },
  {
    name: 'a list without end, its closer behind blanks, and text',
    raw: `[TOOL_CALLS] [${L}] [/TOOL_CALLS] Done.`,
    content: ' Done.',
    calls: [list],
    codes: [],
  },
])

describeCases('P1 FP31 blanks in and behind an opener of two tokens', { format: 'internlm', tools }, [
  {
    name: '64 blanks between them',
    raw: `<|action_start|>${blanks(64)}<|plugin|>${blanks(64)}${L}<|action_end|>`,
    calls: [list],
  },
  {
    name: '65 blanks between them are text',
    raw: `<|action_start|>${blanks(65)}<|plugin|>${L}<|action_end|>`,
    content: `<|action_start|>${blanks(65)}<|plugin|>${L}<|action_end|>`,
  },
  {
    name: '65 blanks behind them are text',
    raw: `<|action_start|><|plugin|>${blanks(65)}${L}<|action_end|>`,
    content: `<|action_start|><|plugin|>${blanks(65)}${L}<|action_end|>`,
  },
  { name: 'the second token alone is text', raw: `<|plugin|>${L}`, content: `<|plugin|>${L}` },
])

describeCases('FP26 siblings of a broken element', { format: 'granite', tools }, [
  {
    name: 'a call that fails in its list',
    raw: `<|tool_call|>[{"name": "get_weather", "arguments": {"city": "]}", "days": 1/2}}, ${L}]`,
    calls: [['get_weather', '{"city": "]}", "days": 1', 'truncated'], list],
    codes: ['json-unreadable', 'stray-text'],
  },
  {
    name: 'the next opener ends a list that is broken without end',
    raw: `<|tool_call|>[{"name": "get_weather", "arguments": {"city": {"x": ?\n<|tool_call|>[${L}]`,
    calls: [['get_weather', '{"city": {"x": ', 'truncated'], list],
  },
  {
    name: 'an element that is no call comes back as its own text',
    raw: `<|tool_call|>[${L}, {"name": "get_weather", "arguments": [1]}, ${W}]`,
    content: '{"name": "get_weather", "arguments": [1]}',
    calls: [list, weather],
  },
])

describe('FP26 a broken element is passed over as one', () => {
  const cut = (text: string): PolicyRow['message'] => ({
    calls: [
      ['get_weather', text, 'truncated'],
      ['list_files', '{}', 'complete'],
    ],
  })
  const raw = (value: string): string => `<|tool_call|>[{"name": "get_weather", "arguments": {"city": ${value}}}, ${L}]`
  const codes: PolicyRow['codes'] = ['json-unreadable', 'stray-text']
  testRows(
    [
      {
        name: 'an opener in a string',
        format: 'granite',
        raw: raw('?, "b": "<|tool_call|>["'),
        message: cut('{"city": '),
        codes,
      },
      {
        name: 'brackets in single quotes',
        format: 'granite',
        raw: raw(`?, 'b': '}]'`),
        message: cut('{"city": '),
        codes,
      },
      { name: 'an apostrophe', format: 'granite', raw: raw("don't"), message: cut('{"city": '), codes },
      {
        name: 'repair: false, in a string',
        format: 'granite',
        options: { repair: false },
        raw: raw('"a\nb }]"'),
        message: cut('{"city": "a'),
        codes,
      },
      {
        name: 'repair: false, before a string in single quotes',
        format: 'granite',
        options: { repair: false },
        raw: raw("'a }]'"),
        message: cut('{"city": '),
        codes,
      },
    ],
    { tools },
  )
})

describeCases('P15 limits.calls in a list', { format: 'cohere_command3', tools, limits: { calls: 1 } }, [
  {
    name: 'further calls are content',
    raw: `<|START_ACTION|>[${L}, ${W}]<|END_ACTION|>`,
    content: W,
    calls: [list],
    codes: ['limit'],
  },
])

describeCases('2.7 gigachat3: one call to a message', { format: 'gigachat3', tools }, [
  {
    name: 'a second object behind the header is text',
    raw: `function call<|role_sep|>\n${L}\n${W}`,
    content: `\n${W}`,
    calls: [list],
  },
  {
    name: 'a second message is a second call',
    raw: `function call<|role_sep|>\n${L}<|message_sep|>\n\nfunction call<|role_sep|>\n${W}</s>`,
    calls: [list, weather],
    codes: ['end-token'],
  },
  {
    name: 'FP30 text outside is content; separators are removed with the blanks next to them',
    raw: `One.<|message_sep|>\n\nfunction call<|role_sep|>\n${L}<|message_sep|>\n\nTwo.`,
    content: 'One.Two.',
    calls: [list],
  },
  { name: 'a list is no call', raw: `function call<|role_sep|>[${L}]`, content: `function call<|role_sep|>[${L}]` },
])

describeCases('FP30 3.1 granite: marker and bracket anywhere', { format: 'granite', tools }, [
  { name: 'behind text', raw: `I look. <tool_call>[${L}]`, content: 'I look.', calls: [list] },
  { name: 'markers in the other order', raw: `<tool_call><|tool_call|> [${L}]`, calls: [list], codes: [] },
  {
    name: 'a marker without a list',
    raw: 'The marker <|tool_call|> opens.',
    content: 'The marker <|tool_call|> opens.',
  },
  {
    name: 'FP28 a list at the start without a marker',
    raw: ` [${L}, ${W}] Done.`,
    content: ' Done.',
    calls: [list, weather],
  },
  { name: 'FP28 a list without a marker behind text', raw: `Done: [${L}]`, content: `Done: [${L}]` },
  {
    name: 'FP28 a list without a marker, its name not declared',
    raw: '[{"name": "nope", "arguments": {}}]',
    content: '[{"name": "nope", "arguments": {}}]',
  },
  {
    name: 'FP28 a list without a marker and without arguments',
    raw: '[{"name": "list_files"}]',
    content: '[{"name": "list_files"}]',
  },
  { name: 'a list of numbers', raw: '<|tool_call|>[1, 2]', content: '<|tool_call|>[1, 2]', codes: [] },
  { name: 'an empty list', raw: '<|tool_call|>[]', content: '<|tool_call|>[]', codes: [] },
  {
    name: 'FP32 the bracket missing at a clean end',
    raw: `<|tool_call|>[${L}, ${W}`,
    calls: [list, weather],
    codes: [],
  },
  {
    name: 'FP10 the bracket missing where the text was cut',
    raw: `<|tool_call|>[${L}, ${W}`,
    finish: 'length',
    calls: [list, ['get_weather', '{"city": "Oslo"}', 'repaired']],
    codes: ['missing-closer'],
  },
  {
    name: 'FP10 the whole list where the text was cut',
    raw: `<|tool_call|>[${L}]`,
    finish: 'length',
    calls: [list],
    codes: [],
  },
])

describeCases('3.4 phi4_mini_json: a word that is ordinary text', { format: 'phi4_mini_json', tools }, [
  { name: 'as a word', raw: 'import functools\n[1]', content: 'import functools\n[1]', codes: [] },
  { name: 'in a longer word', raw: `myfunctools[${L}]`, content: 'my', calls: [list] },
  {
    name: 'an undeclared name',
    raw: 'functools[{"name": "nope", "arguments": {}}]',
    calls: [['nope', '{}']],
    codes: ['unknown-tool'],
  },
  {
    name: 'an undeclared name with unknownTools content',
    raw: 'functools[{"name": "nope", "arguments": {}}]',
    options: { unknownTools: 'content' },
    content: 'functools[{"name": "nope", "arguments": {}}]',
  },
  {
    name: 'P3 brackets in strings and lists in arguments',
    raw: 'functools[{"name": "get_weather", "arguments": {"city": "]}]", "tags": [["]"], []]}}] Done.',
    content: ' Done.',
    calls: [['get_weather', '{"city": "]}]", "tags": [["]"], []]}']],
  },
  {
    name: 'in a code fence it is an example',
    raw: `\`\`\`\nfunctools[${L}]\n\`\`\``,
    content: `\`\`\`\nfunctools[${L}]\n\`\`\``,
  },
])

describeCases('20 cohere: answer tokens', { format: 'cohere_command4', tools }, [
  {
    name: 'an answer token ends a thought that is open',
    raw: '<|START_THINKING|>I think.<|START_TEXT|>Hello.<|END_TEXT|>',
    reasoning: 'I think.',
    content: 'Hello.',
  },
  {
    name: 'text tokens inside response tokens',
    raw: '<|START_RESPONSE|>\n<|START_TEXT|>Hello.<|END_TEXT|>\n<|END_RESPONSE|>',
    content: 'Hello.',
  },
  {
    name: 'FP6 FP26 other text in the actions is dropped',
    raw: `<|START_ACTION|>[${L}] and so on <|END_ACTION|>Hello.`,
    content: 'Hello.',
    calls: [list],
    codes: ['stray-text'],
  },
  {
    name: 'the closer in a string is data',
    raw: '<|START_ACTION|>[{"tool_name": "get_weather", "parameters": {"city": "<|END_ACTION|>"}}]<|END_ACTION|>',
    calls: [['get_weather', '{"city": "<|END_ACTION|>"}']],
  },
])

describeCases('3.7 Command R: a fence behind the word Action', { format: 'command-r', tools }, [
  {
    name: 'list and text',
    raw: `Plan.\nAction:\`\`\`json\n[${L}]\n\`\`\`\nGrounded.`,
    content: 'Plan.\nGrounded.',
    calls: [list],
    codes: [],
  },
  {
    name: 'cut by length in the list',
    raw: 'Action: ```json\n[{"tool_name": "get_weather", "parameters": {"city": "Os',
    finish: 'length',
    calls: [['get_weather', '{"city": "Os', 'truncated']],
  },
  { name: 'the word alone', raw: 'Action: none', content: 'Action: none' },
])

describeCases('21 apertus: the key is the name', { format: 'apertus', tools }, [
  {
    name: 'P8 no arguments',
    raw: '<|tools_prefix|>[{"list_files": {}}, {"list_files": null}, {"list_files": ""}]<|tools_suffix|>',
    calls: [list, list, list],
  },
  {
    name: 'a second key in the object is ignored with a remark',
    raw: '<|tools_prefix|>[{"list_files": {}, "get_weather": {"city": "Oslo"}}]<|tools_suffix|>',
    calls: [list],
    codes: ['json-envelope'],
  },
  {
    name: 'keys of another shape, name behind',
    raw: '<|tools_prefix|>[{"arguments": {"city": "Oslo"}, "name": "get_weather"}]<|tools_suffix|>',
    calls: [weather],
  },
  {
    name: 'FP23 a list in the place of arguments comes back',
    raw: '<|tools_prefix|>[{"list_files": {}}, {"get_weather": ["Oslo"]}]<|tools_suffix|>',
    content: '{"get_weather": ["Oslo"]}',
    calls: [list],
  },
  {
    name: 'an undeclared key before an object is forwarded',
    raw: '<|tools_prefix|>[{"nope": {"a": 1}}]<|tools_suffix|>',
    calls: [['nope', '{"a": 1}']],
    codes: ['unknown-tool'],
  },
  {
    name: 'an undeclared key before a text names nothing',
    raw: '<|tools_prefix|>[{"note": "x", "get_weather": {"city": "Oslo"}}]<|tools_suffix|>',
    calls: [weather],
    codes: ['json-envelope'],
  },
  {
    name: 'P15 a key longer than limits.nameChars names nothing',
    raw: '<|tools_prefix|>[{"a_long_name": {}}]<|tools_suffix|>',
    options: { limits: { nameChars: 5 } },
    content: '<|tools_prefix|>[{"a_long_name": {}}]<|tools_suffix|>',
  },
  {
    name: 'P7 open at the end',
    raw: '<|tools_prefix|>[{"get_weather": {"city": "Os',
    calls: [['get_weather', '{"city": "Os', 'truncated']],
  },
  {
    name: 'FP25 a key without quotes or in single ones leaves the call complete',
    raw: `<|tools_prefix|>[{list_files: {}}, {'get_weather': {"city": "Oslo"}}]<|tools_suffix|>`,
    calls: [list, weather],
    codes: ['json-repair'],
  },
  {
    name: 'text behind the list is content, a late closer is absorbed',
    raw: '<|tools_prefix|>[{"list_files": {}}]Done.<|tools_suffix|>',
    content: 'Done.',
    calls: [list],
    codes: ['stray-closer'],
  },
])

describeCases('FP33 FP30 ernie45', { format: 'ernie45', tools }, [
  {
    name: 'the thought has no opener',
    raw: `I need it.\n</think>\n\n\n<tool_call>\n${L}\n</tool_call>\n`,
    reasoning: 'I need it.',
    calls: [list],
  },
  {
    name: 'a call first: no thought',
    raw: `<tool_call>\n${L}\n</tool_call>\n`,
    calls: [list],
  },
  {
    name: 'an answer first: no thought',
    raw: '<response>\nHello </think> there.\n</response>\n',
    content: 'Hello </think> there.',
  },
  {
    name: 'line breaks next to the tags are layout, the others stay',
    raw: 'T\n</think>\n\n<response>\n\nA\n\nB\n\n</response>\n\n',
    reasoning: 'T',
    content: 'A\n\nB',
  },
])

describe('G5 early', () => {
  it.each([
    ['granite', '<|tool_call|>[{"name": "f", "arguments": {'],
    ['gigachat3', 'function call<|role_sep|>\n{"name": "f", "arguments": {'],
    ['apertus', '<|tools_prefix|>[{"f": {'],
    ['cohere_command3', '<|START_ACTION|>[{"tool_name": "f", "parameters": {'],
    ['nemotron_json', '<TOOLCALL>{"name": "f", "arguments": {'],
    ['internlm', '<|action_start|> <|plugin|>{"name": "f", "parameters": {'],
  ])('%s opens the call at the brace of its arguments', (format, raw) => {
    const parser = createToolCallParser({ format })
    expect(parser.feed(raw.slice(0, -1))).toEqual([])
    const events = parser.feed('{').filter(({ type }) => type !== 'diagnostic')
    expect(events.map(({ type }) => type)).toEqual(['tool-call-start', 'tool-call-arguments'])
  })

  it('sends a list that ends alone before its closer has come', () => {
    const parser = createToolCallParser({ format: 'apertus' })
    const events = parser.feed('<|tools_prefix|>[{"f": {}}]')
    expect(foldEvents(events).toolCalls.map(({ status }) => status)).toEqual(['complete'])
  })
})

describe('a name that is a key of objects', () => {
  it.each(['__proto__', 'constructor', 'toString'])('%s is a name as any other', (name) => {
    const raw = `<|tools_prefix|>[{${text(name)}: {"a": 1}}]<|tools_suffix|>`
    const [call] = runOnce(raw, { format: 'apertus', tools: [tool(name, {})] }).toolCalls
    expect(call?.function).toEqual({ name, arguments: '{"a": 1}' })
  })
})
