import type { TaggedParametersRow } from '../families/tag-grammar.ts'
import type { AttributeHead } from '../families/tag-heads.ts'
import { CHATML_END, KEEP_SPECIAL_TOKENS, THINK } from './common.ts'
import type { Format, Syntax } from './format.ts'

/** `<TAG NAME="...">` */
function attributeTag(tag: string, attribute = 'name', more: Partial<AttributeHead> = {}): AttributeHead {
  return { kind: 'attributes', open: [`<${tag} ${attribute}=`], end: ['>'], ...more }
}

/** `<invoke name="NAME"><parameter name="KEY">VALUE</parameter></invoke>` in a section, values inline. */
function invokeTags(section: string): TaggedParametersRow {
  return {
    section: { open: [`<${section}>`], close: [`</${section}>`] },
    function: { head: attributeTag('invoke'), close: ['</invoke>'] },
    parameter: { head: attributeTag('parameter'), close: ['</parameter>'] },
    bare: 'line',
    trimNewline: false,
  }
}

/**
 * StepFun Step-3: a section, a wrapper of special tokens and `steptml` tags; the output always starts inside the thought.
 *
 * ```
 * <｜tool_calls_begin｜>
 * <｜tool_call_begin｜>function<｜tool_sep｜><steptml:invoke name="get_weather"><steptml:parameter name="city">Oslo</steptml:parameter></steptml:invoke><｜tool_call_end｜>
 * <｜tool_calls_end｜>
 * ```
 *
 * Seen in the wild: values with `<`, which vLLM's expression loses.
 */
export const step3: Format = {
  id: 'step3',
  aliases: [],
  models: ['Step-3'],
  syntax: {
    family: 'tagged-parameters',
    row: {
      section: { open: ['<｜tool_calls_begin｜>'], close: ['<｜tool_calls_end｜>'] },
      wrapper: {
        open: ['<｜tool_call_begin｜>function<｜tool_sep｜>'],
        close: ['<｜tool_call_end｜>'],
        special: true,
      },
      function: { head: attributeTag('steptml:invoke'), close: ['</steptml:invoke>'] },
      parameter: { head: attributeTag('steptml:parameter'), close: ['</steptml:parameter>'] },
      bare: 'line',
      trimNewline: true,
    },
  },
  reasoning: { ...THINK, start: 'open' },
  endTokens: ['<|BOT|>', '<|EOT|>', '<｜end▁of▁sentence｜>'],
  upstream: KEEP_SPECIAL_TOKENS,
}

/**
 * MiniMax M2: `<invoke>` tags in a section; the output always starts inside the thought.
 *
 * ```
 * <minimax:tool_call>
 * <invoke name="get_weather">
 * <parameter name="city">Oslo</parameter>
 * </invoke>
 * </minimax:tool_call>
 * ```
 *
 * Seen in the wild: names without quotes, `<invoke>` without its section, several sections.
 */
export const minimaxM2: Format = {
  id: 'minimax_m2',
  aliases: ['minimax-m2'],
  models: ['MiniMax-M2', 'MiniMax-M2.1', 'MiniMax-M2.5'],
  syntax: { family: 'tagged-parameters', row: invokeTags('minimax:tool_call') },
  reasoning: { ...THINK, start: 'open' },
  endTokens: ['[e~[', ']~b]ai'],
  upstream: KEEP_SPECIAL_TOKENS,
}

/**
 * rednote dots: the tags of MiniMax M2 in a section of its own.
 *
 * ```
 * <dots_function_call>
 * <invoke name="get_weather">
 * <parameter name="city">Oslo</parameter>
 * </invoke>
 * </dots_function_call>
 * ```
 *
 * Seen in the wild: one JSON object as the body, names without quotes.
 */
export const dots: Format = {
  id: 'dots',
  aliases: [],
  models: ['dots.llm1', 'dots.llm2'],
  syntax: { family: 'tagged-parameters', row: invokeTags('dots_function_call') },
  dialect: {
    family: 'json-envelope',
    row: { open: ['<dots_function_call>'], close: '</dots_function_call>', closer: 'section', body: 'object' },
  },
  reasoning: { ...THINK, start: 'tags' },
  endTokens: ['<|endofresponse|>', '<|endoftext|>'],
  upstream: {},
}

/**
 * `<invoke>` tags with a special token in each; the parameter's tag says whether its text is a string.
 *
 * @param mark - what stands before every word
 */
function markedTags(mark: string, section: string): Syntax {
  return {
    family: 'tagged-parameters',
    row: {
      section: { open: [`<${mark}${section}>`], close: [`</${mark}${section}>`] },
      function: { head: attributeTag(`${mark}invoke`), close: [`</${mark}invoke>`] },
      parameter: { head: attributeTag(`${mark}parameter`, 'name', { type: 'string' }), close: [`</${mark}parameter>`] },
      bare: 'line',
      trimNewline: false,
      envelopes: ['arguments', 'input'],
    },
  }
}

const DEEPSEEK_END = ['<｜end▁of▁sentence｜>', '<｜User｜>', '<｜Assistant｜>'] as const

/**
 * DeepSeek V3.2: DSML tags. The server deletes the special token in them unless it is told not to: tags without it are read with a
 * diagnostic. Whether the output starts inside a thought depends on the request.
 *
 * ```
 * <｜DSML｜function_calls>
 * <｜DSML｜invoke name="get_weather">
 * <｜DSML｜parameter name="city" string="true">Oslo</｜DSML｜parameter>
 * <｜DSML｜parameter name="days" string="false">3</｜DSML｜parameter>
 * </｜DSML｜invoke>
 * </｜DSML｜function_calls>
 * ```
 *
 * Seen in the wild: all arguments as JSON in one parameter `arguments` or `input`, no `string` attribute.
 */
export const deepseekV32: Format = {
  id: 'deepseek_v32',
  aliases: ['deepseekv32'],
  models: ['DeepSeek-V3.2', 'DeepSeek-V3.2-Exp'],
  syntax: markedTags('｜DSML｜', 'function_calls'),
  dialect: markedTags('', 'function_calls'),
  reasoning: { ...THINK, start: 'auto' },
  endTokens: DEEPSEEK_END,
  upstream: KEEP_SPECIAL_TOKENS,
}

/** DeepSeek V4: the tags of V3.2 in `<｜DSML｜tool_calls>`. */
export const deepseekV4: Format = {
  ...deepseekV32,
  id: 'deepseek_v4',
  aliases: ['deepseekv4'],
  models: ['DeepSeek-V4'],
  syntax: markedTags('｜DSML｜', 'tool_calls'),
  dialect: markedTags('', 'tool_calls'),
}

/** DeepSeek V4.1: the tags of V4 with a blank after the special token, in `<｜DSML｜ calls>`. */
export const deepseekV41: Format = {
  ...deepseekV32,
  id: 'deepseek_v41',
  aliases: ['deepseekv41'],
  models: ['DeepSeek-V4.1'],
  syntax: markedTags('｜DSML｜ ', 'calls'),
  dialect: markedTags(' ', 'calls'),
}

/** Sber GigaChat 3.5: the tags of DeepSeek V4 with a special token of its own. */
export const gigachat35: Format = {
  id: 'gigachat35',
  aliases: [],
  models: ['GigaChat-3.5'],
  syntax: markedTags('｜GCML｜', 'tool_calls'),
  dialect: markedTags('', 'tool_calls'),
  reasoning: { ...THINK, start: 'tags' },
  endTokens: ['<|message_sep|>', '</s>'],
  upstream: KEEP_SPECIAL_TOKENS,
}

/**
 * OpenBMB MiniCPM5: real XML without any wrapper. Values have entities or stand in CDATA sections.
 *
 * ```
 * <function name="get_weather"><param name="city">Oslo</param><param name="days">3</param></function>
 * ```
 *
 * Seen in the wild: `<functionname=` and `<paramname=`, an `<arguments>` element around the parameters.
 */
export const minicpm5: Format = {
  id: 'minicpm5',
  aliases: [],
  models: ['MiniCPM5'],
  syntax: {
    family: 'tagged-parameters',
    row: {
      function: {
        head: attributeTag('function', 'name', { mended: ['<functionname='], entities: true }),
        close: ['</function>'],
      },
      parameter: {
        head: attributeTag('param', 'name', { mended: ['<paramname='], entities: true }),
        close: ['</param>'],
      },
      bare: 'line',
      trimNewline: false,
      layout: ['<arguments>', '</arguments>'],
      xml: true,
    },
  },
  reasoning: { ...THINK, start: 'tags' },
  endTokens: [...CHATML_END, '</s>'],
  upstream: {},
}

/** Both spellings of a marker between Kimi K3's special tokens: a server may put blanks between those and the text. */
function channel(token: 'open' | 'close', name: string): [string, string] {
  return [`<|${token}|>${name}<|sep|>`, `<|${token}|> ${name} <|sep|>`]
}

function channelTag(name: string, attribute: string, type?: string): AttributeHead {
  const open = [`<|open|>${name} ${attribute}=`, `<|open|> ${name} ${attribute}=`]
  return { kind: 'attributes', open, end: ['<|sep|>'], entities: true, ...(type === undefined ? {} : { type }) }
}

const [thinkOpen, spacedThinkOpen] = channel('open', 'think')
const [thinkClose, spacedThinkClose] = channel('close', 'think')

/**
 * Moonshot Kimi K3: channels of special tokens; the parameter's tag names the type of its value. The output starts inside the thought.
 *
 * ```
 * <|open|>tools<|sep|><|open|>call tool="get_weather" index="0"<|sep|><|open|>argument key="city" type="string"<|sep|>Oslo<|close|>argument<|sep|><|close|>call<|sep|><|close|>tools<|sep|>
 * ```
 *
 * Seen in the wild: blanks inside the markers (`<|open|> tools <|sep|>`).
 */
export const kimiK3: Format = {
  id: 'kimi_k3',
  aliases: [],
  models: ['Kimi-K3'],
  syntax: {
    family: 'tagged-parameters',
    row: {
      section: { open: channel('open', 'tools'), close: channel('close', 'tools') },
      function: { head: channelTag('call', 'tool'), close: channel('close', 'call') },
      parameter: { head: channelTag('argument', 'key', 'type'), close: channel('close', 'argument') },
      bare: 'anywhere',
      trimNewline: false,
    },
  },
  reasoning: {
    open: thinkOpen,
    close: thinkClose,
    others: [{ open: spacedThinkOpen, close: spacedThinkClose }],
    start: 'open',
  },
  response: { open: channel('open', 'response'), close: channel('close', 'response') },
  endTokens: [...channel('close', 'message'), '<|im_end|>'],
  upstream: KEEP_SPECIAL_TOKENS,
}
