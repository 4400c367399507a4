import { escapeExpression } from '../ambiguity.ts'
import type { ExactJson } from '../exact-json.ts'
import { CHATML, THINK, type FormatPrinter } from './printer.ts'
import { type TagLayout, attributeTag, createTagPrinter } from './tag-printer.ts'
import { templateJson, valuePrinter } from './tagged-parameters.ts'

/** Tags with the name as an attribute: `<INVOKE name="..."><PARAMETER name="...">`. */
function attributeLayout(
  tags: { invoke: string; parameter: string },
  more: Pick<TagLayout, 'format' | 'reasoning' | 'endTokens'> & Partial<TagLayout>,
): TagLayout {
  const invoke = attributeTag(`<${tags.invoke} name=`)
  const parameter = attributeTag(`<${tags.parameter} name=`)
  return {
    functionOpen: invoke.open,
    functionClose: `</${tags.invoke}>`,
    functionTag: (name) => `${invoke.open}"${name}">`,
    functionTagOf: invoke.expression,
    parameterOpen: parameter.open,
    parameterClose: `</${tags.parameter}>`,
    parameterTag: parameter.expression,
    parameterTagOf: (key) => `${parameter.open}"${key}">`,
    frame: '',
    lineBreaks: 'verbatim',
    free: true,
    printValue: valuePrinter(templateJson, templateJson),
    think: THINK,
    pieces: [
      `${invoke.open}"f">\n`,
      `${invoke.open}read_file>`,
      `${invoke.open}'f' x="<">`,
      `${parameter.open}"a">\n`,
      `\n${parameter.open}b>`,
      `${parameter.open}"path" string="true">`,
      `${parameter.open}"c" string="false">`,
      `${parameter.open}"arguments" string="false">`,
      '{"path": "x"}',
      `\n</${tags.parameter}>\n`,
      `</${tags.invoke}>\n`,
    ],
    ...more,
  }
}

const INVOKE = { invoke: 'invoke', parameter: 'parameter' }

/** Each tag holds a special token, and the parameter's says whether its value is a string. */
function markedLayout(
  mark: string,
  section: string,
  more: Pick<TagLayout, 'format' | 'reasoning' | 'endTokens'>,
): TagLayout {
  return attributeLayout(
    { invoke: `${mark}invoke`, parameter: `${mark}parameter` },
    {
      section: [`<${mark}${section}>`, `</${mark}${section}>`],
      parameterTagOf: (key, value) =>
        `<${mark}parameter name="${key}" string="${value.kind === 'string' ? 'true' : 'false'}">`,
      ...more,
    },
  )
}

const DEEPSEEK_END = ['<｜end▁of▁sentence｜>', '<｜User｜>', '<｜Assistant｜>']

/** A value with several lines stands in a CDATA section, any other has entities. */
function isCdata(text: string): boolean {
  return text.includes('\n')
}

function printXml(value: ExactJson): string {
  const text = value.kind === 'string' ? value.value : templateJson(value)
  if (isCdata(text)) return text
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** Does the text end the CDATA section that it stands in? */
function endsCdata(text: string, endTokens: readonly string[]): boolean {
  const end = endTokens.map(escapeExpression).join('|')
  const next = `(?:<param name=|<paramname=|<function name=|<functionname=|(?:</arguments>\\s*)?</function>|${end})`
  return new RegExp(`\\]\\]>\\s*(?:${end}|</param>\\s*${next})`).test(text)
}

const MINICPM_END = [...CHATML, '</s>']

const XML: TagLayout = {
  ...attributeLayout(
    { invoke: 'function', parameter: 'param' },
    { format: 'minicpm5', reasoning: 'tags', endTokens: MINICPM_END },
  ),
  functionTagOf: new RegExp(`${attributeTag('<function name=').expression.source}|<functionname=[^<\\r\\n]*>`),
  layout: '</arguments>',
  printValue: printXml,
  around: (text) => (isCdata(text) ? ['<![CDATA[', ']]>'] : ['', '']),
  isAmbiguous: (text) => isCdata(text) && endsCdata(text, MINICPM_END),
  markers: ['<arguments>', '</arguments>', '<![CDATA[', ']]>', '<paramname="a">'],
  hold: 64,
}

/** Every reply starts inside the thought, its text stands in a channel; the tag names the type of a value. */
function channelLayout(): TagLayout {
  const call = attributeTag('<|open|>call tool=', '<|sep|>')
  const argument = attributeTag('<|open|>argument key=', '<|sep|>')
  const attribute = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;')
  return {
    ...attributeLayout(INVOKE, { format: 'kimi_k3', reasoning: 'open', endTokens: [] }),
    section: ['<|open|>tools<|sep|>', '<|close|>tools<|sep|>'],
    functionOpen: call.open,
    functionClose: '<|close|>call<|sep|>',
    functionTag: (name) => `${call.open}"${attribute(name)}" index="0"<|sep|>`,
    functionTagOf: call.expression,
    parameterOpen: argument.open,
    parameterClose: '<|close|>argument<|sep|>',
    parameterTag: argument.expression,
    parameterTagOf: (key, { kind }) => `${argument.open}"${attribute(key)}" type="${kind}"<|sep|>`,
    think: ['<|open|>think<|sep|>', '<|close|>think<|sep|>'],
    response: ['<|open|>response<|sep|>', '<|close|>response<|sep|>'],
    endTokens: ['<|close|>message<|sep|>', '<|im_end|>'],
    pieces: [
      `${call.open}"f" index="0"<|sep|>`,
      `${call.open}read_file<|sep|>`,
      `${argument.open}"a" type="string"<|sep|>`,
      `\n${argument.open}b type='number'<|sep|>`,
      `${argument.open}"path"<|sep|>`,
      '<|open|> tools <|sep|>',
      '<|close|> argument <|sep|>',
      '<|close|> call <|sep|>',
      '<|close|> tools <|sep|>',
      '<|open|>',
      '<|close|>',
      '<|sep|>',
    ],
  }
}

const ATTRIBUTE_LAYOUTS: TagLayout[] = [
  attributeLayout(
    { invoke: 'steptml:invoke', parameter: 'steptml:parameter' },
    {
      format: 'step3',
      section: ['<｜tool_calls_begin｜>', '<｜tool_calls_end｜>'],
      wrapper: ['<｜tool_call_begin｜>function<｜tool_sep｜>', '<｜tool_call_end｜>'],
      lineBreaks: 'trimmed',
      reasoning: 'open',
      endTokens: ['<|BOT|>', '<|EOT|>', '<｜end▁of▁sentence｜>'],
    },
  ),
  attributeLayout(INVOKE, {
    format: 'minimax_m2',
    section: ['<minimax:tool_call>', '</minimax:tool_call>'],
    reasoning: 'open',
    endTokens: ['[e~[', ']~b]ai'],
  }),
  attributeLayout(INVOKE, {
    format: 'dots',
    section: ['<dots_function_call>', '</dots_function_call>'],
    reasoning: 'tags',
    endTokens: ['<|endofresponse|>', '<|endoftext|>'],
  }),
  markedLayout('｜DSML｜', 'function_calls', { format: 'deepseek_v32', reasoning: 'auto', endTokens: DEEPSEEK_END }),
  markedLayout('｜DSML｜', 'tool_calls', { format: 'deepseek_v4', reasoning: 'auto', endTokens: DEEPSEEK_END }),
  markedLayout('｜DSML｜ ', 'calls', { format: 'deepseek_v41', reasoning: 'auto', endTokens: DEEPSEEK_END }),
  markedLayout('｜GCML｜', 'tool_calls', {
    format: 'gigachat35',
    reasoning: 'tags',
    endTokens: ['<|message_sep|>', '</s>'],
  }),
  XML,
  channelLayout(),
]

/** Printers of the formats that write names as attributes. */
export const attributeTagsPrinters: readonly FormatPrinter[] = ATTRIBUTE_LAYOUTS.map(createTagPrinter)
