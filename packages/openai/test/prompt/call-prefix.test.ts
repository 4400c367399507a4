import { formats, parseToolCalls, type ChatTool } from '@tooldelta/core'
import { describe, expect, it } from 'vitest'
import { callPrefixOf, findPromptRenderer, promptFormats } from '../../src/index.ts'

const tools: ChatTool[] = ['get_weather', 'get_time'].map((name) => {
  const parameters = { type: 'object', properties: { city: { type: 'string' } } }
  return { type: 'function', function: { name, parameters } }
})

const json = '{"city": "Oslo"}'
const xml = '<parameter name="city">Oslo</parameter>\n</invoke>\n'
const marked = (mark: string, section: string): string =>
  `<${mark}parameter name="city" string="true">Oslo</${mark}parameter>\n</${mark}invoke>\n</${mark}${section}>`
const keyed = (open = '', close = ''): string =>
  `${open}arg_key>city</${close}arg_key>\n<${close}arg_value>Oslo</${close}arg_value>\n</${close}tool_call>`
const qwen = '<parameter=city>\nOslo\n</parameter>\n</function>\n</tool_call>'

/** How each format goes on from its beginning of a call. */
const rests: Record<string, string> = {
  qwen3_coder: qwen,
  mimo: qwen,
  step3p5: qwen,
  nemotron_v3: qwen,
  seed_oss: '<parameter=city>Oslo</parameter>\n</function>\n</seed:tool_call>',
  glm45: keyed('<'),
  glm47: '<arg_key>city</arg_key><arg_value>Oslo</arg_value></tool_call>',
  ling3: keyed('<'),
  solar_open2: '<|tool_arg:start|>city<|tool_arg:value|>Oslo<|tool_arg:end|>\n<|tool_call:end|>',
  k2_horizon: `${keyed('<ifm|', 'ifm|')}\n</ifm|tool_calls>`,
  step3:
    '<steptml:parameter name="city">Oslo</steptml:parameter></steptml:invoke><｜tool_call_end｜>\n<｜tool_calls_end｜>',
  minimax_m2: `${xml}</minimax:tool_call>`,
  minimax_m3: ']<]minimax[>[<city>Oslo]<]minimax[>[</city>]<]minimax[>[</invoke>\n]<]minimax[>[</tool_call>',
  dots: `${xml}</dots_function_call>`,
  deepseek_v32: marked('｜DSML｜', 'function_calls'),
  deepseek_v4: marked('｜DSML｜', 'tool_calls'),
  deepseek_v41: marked('｜DSML｜ ', 'calls'),
  gigachat35: marked('｜GCML｜', 'tool_calls'),
  minicpm5: '<param name="city">Oslo</param></function>',
  kimi_k3:
    '<|open|>argument key="city" type="string"<|sep|>Oslo<|close|>argument<|sep|><|close|>call<|sep|><|close|>tools<|sep|>',
  hermes: `${json}}\n</tool_call>`,
  qwen25: `${json}}\n</tool_call>`,
  granite4: `${json}}\n</tool_call>`,
  ernie45: `${json}}\n</tool_call>`,
  longcat: `${json}}\n</longcat_tool_call>`,
  jamba: `${json}}]</tool_calls>`,
  hunyuan_a13b: `${json}}]</tool_calls>`,
  minimax: `${json}}\n</tool_calls>`,
  'granite-20b-fc': `${json}}`,
  granite: `${json}}]`,
  gigachat3: `${json}}`,
  nemotron_json: `${json}}]</TOOLCALL>`,
  phi4_mini_json: `${json}}]`,
  firefunction: `${json}}]`,
  xlam: `${json}}]`,
  internlm: `${json}}<|action_end|>`,
  cohere_command3: `${json}}\n]<|END_ACTION|>`,
  cohere_command4: `${json}}\n]<|END_ACTION|>`,
  apertus: `${json}}]<|tools_suffix|>`,
  llama3_json: `${json}}`,
  llama4_json: `${json}}`,
  kimi_k2: `0<|tool_call_argument_begin|>${json}<|tool_call_end|><|tool_calls_section_end|>`,
  deepseek_v3: `${json}\n\`\`\`<｜tool▁call▁end｜><｜tool▁calls▁end｜>`,
  deepseek_v31: `${json}<｜tool▁call▁end｜><｜tool▁calls▁end｜>`,
  'functionary-v3.1': `${json}</function>`,
  pythonic: 'city="Oslo")]',
  llama4_pythonic: 'city="Oslo")]',
  olmo3: 'city="Oslo")\n</function_calls>',
  lfm2: 'city="Oslo")]<|tool_call_end|>',
  gemma4: 'city:<|"|>Oslo<|"|>}<tool_call|>',
  functiongemma: 'city:<escape>Oslo<escape>}<end_function_call>',
}

describe('callPrefixOf', () => {
  it.each(Object.entries(rests))('%s: its parser reads the call that begins so', (id, rest) => {
    const prefix = callPrefixOf(id, 'get_weather')!
    const options = { format: id === 'glm47' ? 'glm45' : id, tools, reasoning: 'off' } as const
    const { toolCalls, content, diagnostics } = parseToolCalls(prefix + rest, options)
    expect(toolCalls).toMatchObject([{ status: 'complete', function: { name: 'get_weather' } }])
    expect(JSON.parse(toolCalls[0]!.function.arguments)).toEqual({ city: 'Oslo' })
    expect((content ?? '').trim()).toBe('')
    expect(diagnostics).toEqual([])
    expect(prefix.startsWith(`${callPrefixOf(id)}get_weather`)).toBe(true)
  })

  it('has a case above for every format that has a beginning', () => {
    const known = formats.map(({ id }) => id).filter((id) => callPrefixOf(id) !== undefined)
    expect([...known, 'glm47'].toSorted()).toEqual(Object.keys(rests).toSorted())
  })

  it('takes aliases, and refuses what is no format', () => {
    expect(callPrefixOf('qwen3', 'ls')).toBe('<tool_call>\n{"name": "ls", "arguments": ')
    expect(callPrefixOf('mistral')).toBeUndefined()
    expect(() => callPrefixOf('qwen3_codr')).toThrow(/qwen3_coder/u)
  })

  it.each([...promptFormats])('is what the renderer of %s gives', (id) => {
    const renderer = findPromptRenderer(id)!
    expect(renderer.callPrefix()).toBe(
      callPrefixOf(renderer.formats.includes(id) || id === 'glm47' ? id : 'qwen3_coder'),
    )
    const { structure } = renderer
    if (structure === undefined) return
    expect(structure.begin('ls').startsWith(structure.trigger)).toBe(true)
    expect(structure.begin('ls')).toBe(renderer.callPrefix('ls'))
  })
})
