import { TEMPLATE, writeExactJson, writePython, type ExactJson } from '../exact-json.ts'
import { CHATML, THINK, type FormatPrinter } from './printer.ts'
import { type TagLayout, createTagPrinter } from './tag-printer.ts'

/** Values as the chat templates write them: JSON with blanks after commas and colons. */
export const templateJson = (value: ExactJson): string => writeExactJson(value, TEMPLATE)

/** Strings raw, and the spellings of everything else. */
export function valuePrinter(
  scalars: (value: ExactJson) => string,
  containers: (value: ExactJson) => string,
): (value: ExactJson) => string {
  return (value) => {
    if (value.kind === 'string') return value.value
    return value.kind === 'array' || value.kind === 'object' ? containers(value) : scalars(value)
  }
}

/**
 * Qwen3-Coder writes scalars in Python's spelling, its successors in JSON's. The models that share its tags differ in where the values
 * stand, in their wrapper and in where the output starts.
 */
const QWEN: TagLayout = {
  format: 'qwen3_coder',
  wrapper: ['<tool_call>', '</tool_call>'],
  functionOpen: '<function=',
  functionClose: '</function>',
  functionTag: (name) => `<function=${name}>`,
  functionTagOf: /<function[= \t][^<>\r\n]*>/,
  parameterOpen: '<parameter=',
  parameterClose: '</parameter>',
  parameterTag: /<parameter=([^<>\r\n]*)>/,
  parameterTagOf: (key) => `<parameter=${key}>`,
  frame: '\n',
  lineBreaks: 'framed',
  free: false,
  printValue: valuePrinter(writePython, templateJson),
  think: THINK,
  reasoning: 'tags',
  endTokens: CHATML,
  pieces: [
    '<function=f>\n',
    '<function=read_file>',
    '<parameter=a>\n',
    '<parameter=b>',
    '\n</parameter>\n',
    '</function>\n',
  ],
}

const TAG_LAYOUTS: TagLayout[] = [
  QWEN,
  { ...QWEN, format: 'mimo', frame: '', lineBreaks: 'trimmed', printValue: valuePrinter(templateJson, templateJson) },
  {
    ...QWEN,
    format: 'seed_oss',
    wrapper: ['<seed:tool_call>', '</seed:tool_call>'],
    frame: '',
    lineBreaks: 'verbatim',
    printValue: valuePrinter(writePython, writePython),
    think: ['<seed:think>', '</seed:think>'],
    endTokens: ['<seed:bos>', '<seed:eos>'],
  },
  { ...QWEN, format: 'step3p5', printValue: valuePrinter(templateJson, templateJson), reasoning: 'open' },
  { ...QWEN, format: 'nemotron_v3', reasoning: 'auto' },
]

/** Printers of the formats that write parameters as Qwen's tags. */
export const taggedParametersPrinters: readonly FormatPrinter[] = TAG_LAYOUTS.map(createTagPrinter)

/** Qwen3.5 and its successors: the tags of Qwen3-Coder, every value that is no string as JSON. */
export const qwen35Printer: FormatPrinter = createTagPrinter({
  ...QWEN,
  printValue: valuePrinter(templateJson, templateJson),
})
