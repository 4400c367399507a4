import { findFormat } from '@tooldelta/core'

/** The texts before and behind the name of a first call. */
type CallStart = readonly [before: string, behind: string]

const qwenTags: CallStart = ['<tool_call>\n<function=', '>\n']
const object = (before: string): CallStart => [`${before}{"name": "`, '", "arguments": ']
const llama: CallStart = ['{"name": "', '", "parameters": ']
const cohere: CallStart = ['<|START_ACTION|>[\n    {"tool_call_id": "0", "tool_name": "', '", "parameters": ']

/**
 * How calls begin, as the models' templates and outputs have it. Absent: formats whose versions begin differently (Mistral, Hunyuan 3 and
 * 4), whose prompt holds a part of it (functionary v2 and v3.2), or whose calls are a message of their own, which no message can begin
 * (gpt-oss, Inkling).
 */
const starts: Readonly<Record<string, CallStart>> = {
  qwen3_coder: qwenTags,
  mimo: qwenTags,
  step3p5: qwenTags,
  nemotron_v3: qwenTags,
  seed_oss: ['<seed:tool_call>\n<function=', '>\n'],
  glm45: ['<tool_call>', '\n'],
  glm47: ['<tool_call>', ''],
  ling3: ['<tool_call>', '\n'],
  solar_open2: ['<|tool_call:start|>', '\n'],
  k2_horizon: ['<ifm|tool_calls>\n<ifm|tool_call>', '\n'],
  step3: ['<｜tool_calls_begin｜>\n<｜tool_call_begin｜>function<｜tool_sep｜><steptml:invoke name="', '">'],
  minimax_m2: ['<minimax:tool_call>\n<invoke name="', '">\n'],
  minimax_m3: [']<]minimax[>[<tool_call>\n]<]minimax[>[<invoke name="', '">'],
  dots: ['<dots_function_call>\n<invoke name="', '">\n'],
  deepseek_v32: ['<｜DSML｜function_calls>\n<｜DSML｜invoke name="', '">\n'],
  deepseek_v4: ['<｜DSML｜tool_calls>\n<｜DSML｜invoke name="', '">\n'],
  deepseek_v41: ['<｜DSML｜ calls>\n<｜DSML｜ invoke name="', '">\n'],
  gigachat35: ['<｜GCML｜tool_calls>\n<｜GCML｜invoke name="', '">\n'],
  minicpm5: ['<function name="', '">'],
  kimi_k3: ['<|open|>tools<|sep|><|open|>call tool="', '" index="0"<|sep|>'],
  hermes: object('<tool_call>\n'),
  qwen25: object('<tool_call>\n'),
  granite4: object('<tool_call>\n'),
  ernie45: object('<tool_call>\n'),
  longcat: object('<longcat_tool_call>\n'),
  jamba: object('<tool_calls>['),
  hunyuan_a13b: object('<tool_calls>['),
  minimax: object('<tool_calls>\n'),
  'granite-20b-fc': object('<function_call> '),
  granite: object('<|tool_call|>['),
  gigachat3: object('function call<|role_sep|>\n'),
  nemotron_json: object('<TOOLCALL>['),
  phi4_mini_json: object('functools['),
  firefunction: object(' functools['),
  xlam: object('['),
  internlm: ['<|action_start|><|plugin|>\n{"name": "', '", "parameters": '],
  cohere_command3: cohere,
  cohere_command4: cohere,
  apertus: ['<|tools_prefix|>[{"', '": '],
  llama3_json: llama,
  llama4_json: llama,
  // The number behind the name counts the calls of the conversation: the model writes it.
  kimi_k2: ['<|tool_calls_section_begin|><|tool_call_begin|>functions.', ':'],
  deepseek_v3: ['<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>', '\n```json\n'],
  deepseek_v31: ['<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>', '<｜tool▁sep｜>'],
  'functionary-v3.1': ['<function=', '>'],
  pythonic: ['[', '('],
  llama4_pythonic: ['[', '('],
  olmo3: ['<function_calls>\n', '('],
  lfm2: ['<|tool_call_start|>[', '('],
  gemma4: ['<|tool_call>call:', '{'],
  functiongemma: ['<start_function_call>call:', '{'],
}

/**
 * The beginning of a call as the models of a format write it, up to and including the name where one is given: a prefill that leaves the
 * model no choice. Without a name it ends where the name begins.
 *
 * @param formatId - id or alias of a format, or another of `promptFormats`
 * @returns `undefined` where a format's calls have no one beginning
 * @throws TypeError when there is no such format
 * @example
 * ```ts
 * callPrefixOf('qwen3_coder', 'get_weather') // '<tool_call>\n<function=get_weather>\n'
 * ```
 */
export function callPrefixOf(formatId: string, name?: string): string | undefined {
  const start = starts[formatId] ?? starts[findFormat(formatId).id]
  if (start === undefined) return undefined
  const [before, behind] = start
  return name === undefined ? before : before + name + behind
}

/** The same for a format that has one. */
export function createCallPrefix(formatId: string): (name?: string) => string {
  return (name) => callPrefixOf(formatId, name)!
}
