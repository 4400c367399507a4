import type { ReasoningMode } from '@tooldelta/core'
import { type ValuePlace, quotesMarkup } from '../ambiguity.ts'
import { TEMPLATE, writeExactJson, writePython, type ExactJson } from '../exact-json.ts'
import {
  BLANK_PIECES,
  CHATML,
  THINK,
  printParts,
  printThought,
  type FormatPrinter,
  type PrintedCall,
} from './printer.ts'

interface TagLayout {
  format: string
  open: string
  close: string
  /** What stands between a parameter's tags and its value. */
  frame: '\n' | ''
  lineBreaks: ValuePlace['lineBreaks']
  /** Spelling of what is no string. */
  scalars: (value: ExactJson) => string
  containers: (value: ExactJson) => string
  think: [string, string]
  reasoning: ReasoningMode
}

/** Values as the chat templates write them: JSON with blanks after commas and colons. */
export const templateJson = (value: ExactJson): string => writeExactJson(value, TEMPLATE)

function createTagPrinter(layout: TagLayout): FormatPrinter {
  const { open, close, frame, think } = layout
  const printValue = (value: ExactJson): string => {
    if (value.kind === 'string') return value.value
    return value.kind === 'array' || value.kind === 'object' ? layout.containers(value) : layout.scalars(value)
  }
  const printCall = (call: PrintedCall): string => {
    const parameters = call.arguments.map(
      ([key, value]) => `<parameter=${key}>${frame}${printValue(value)}${frame}</parameter>\n`,
    )
    return `${open}\n<function=${call.name}>\n${parameters.join('')}</function>\n${close}`
  }
  return {
    format: layout.format,
    family: 'tagged-parameters',
    reasoning: layout.reasoning,
    markers: [open, close, '<function=', '</function>', '<parameter=', '</parameter>', ...think, ...CHATML],
    pieces: [
      ...BLANK_PIECES,
      '<function=f>\n',
      '<function=read_file>',
      '<parameter=a>\n',
      '<parameter=b>',
      '\n</parameter>\n',
      '</function>\n',
    ],
    styles: { json: false, layout: false, argumentsFirst: false, encodeArguments: false },
    freeArguments: false,
    tags: [/<function[= \t][^<>\r\n]*>/, /<parameter=[^<>\r\n]*>/],
    printValue,
    printCall,
    isAmbiguous: (call, declared) => isAmbiguousCall(call, declared, layout, printValue),
    print: (message) =>
      printThought(message.reasoning, layout.think, layout.reasoning) +
      printParts(message.parts, (calls) => calls.map(printCall).join('\n')),
  }
}

function isAmbiguousCall(
  call: PrintedCall,
  declared: readonly string[] | undefined,
  { open, close, lineBreaks }: TagLayout,
  printValue: (value: ExactJson) => string,
): boolean {
  return call.arguments.some(([, value], index) =>
    quotesMarkup(printValue(value), {
      open,
      close,
      nextParameters: declared,
      seen: call.arguments.slice(0, index + 1).map(([key]) => key),
      lineBreaks,
    }),
  )
}

/**
 * Qwen3-Coder writes scalars in Python's spelling, its successors in JSON's. The models that share its tags differ in where the values
 * stand, in their wrapper and in where the output starts.
 */
const QWEN: TagLayout = {
  format: 'qwen3_coder',
  open: '<tool_call>',
  close: '</tool_call>',
  frame: '\n',
  lineBreaks: 'framed',
  scalars: writePython,
  containers: templateJson,
  think: THINK,
  reasoning: 'tags',
}

const TAG_LAYOUTS: TagLayout[] = [
  QWEN,
  { ...QWEN, format: 'mimo', frame: '', lineBreaks: 'trimmed', scalars: templateJson },
  {
    ...QWEN,
    format: 'seed_oss',
    open: '<seed:tool_call>',
    close: '</seed:tool_call>',
    frame: '',
    lineBreaks: 'verbatim',
    containers: writePython,
    think: ['<seed:think>', '</seed:think>'],
  },
  { ...QWEN, format: 'step3p5', scalars: templateJson, reasoning: 'open' },
  { ...QWEN, format: 'nemotron_v3', reasoning: 'auto' },
]

/** Printers of the formats that write parameters as tags. */
export const taggedParametersPrinters: readonly FormatPrinter[] = TAG_LAYOUTS.map(createTagPrinter)

/** Qwen3.5 and its successors: the tags of Qwen3-Coder, every value that is no string as JSON. */
export const qwen35Printer: FormatPrinter = createTagPrinter({ ...QWEN, scalars: templateJson })
