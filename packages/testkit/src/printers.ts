import type { ReasoningMode } from '@tooldelta/core'
import type { ValuePlace } from './ambiguity.ts'
import { TEMPLATE, writeExactJson, writePython, type ExactJson, type JsonStyle } from './exact-json.ts'

/** A call to be printed. */
export interface PrintedCall {
  name: string
  /** The argument object's members in order. */
  arguments: [string, ExactJson][]
}

/** A message to be printed: a thought, then text and calls in any order. */
export interface PrintedMessage {
  reasoning: string | null
  parts: (string | PrintedCall)[]
}

/** How values that the format leaves open are spelled. */
export interface PrintStyle {
  json: JsonStyle
  /** Blanks between an envelope and its markers. */
  layout: string
  /** `arguments` stand before `name`. */
  argumentsFirst: boolean
  /** `arguments` are a JSON string. */
  encodeArguments: boolean
}

/** The style of the chat templates. */
export const TEMPLATE_STYLE: PrintStyle = {
  json: TEMPLATE,
  layout: '\n',
  argumentsFirst: false,
  encodeArguments: false,
}

/** Writes messages as a format's chat template does, which is what its models have learned to write. */
export interface FormatPrinter {
  format: string
  family: 'tagged-parameters' | 'json-envelope'
  /** Where the output starts, as the format's default says. */
  reasoning: ReasoningMode
  /** Every literal that means something in the format. */
  markers: readonly string[]
  printCall(call: PrintedCall, style?: PrintStyle): string
  print(message: PrintedMessage, style?: PrintStyle): string
  /** The raw text of a parameter's value, without its frame. `undefined` for formats whose arguments are JSON. */
  printValue?(value: ExactJson): string
  /** What happens to line breaks at a value's ends, see {@link ValuePlace}. */
  lineBreaks?: ValuePlace['lineBreaks']
}

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

const templateJson = (value: ExactJson): string => writeExactJson(value, TEMPLATE)
const THINK: [string, string] = ['<think>', '</think>']
const CHATML = ['<|im_start|>', '<|im_end|>', '<|endoftext|>']

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
    printValue,
    lineBreaks: layout.lineBreaks,
    printCall,
    print: (message) => printMessage(message, layout, printCall),
  }
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

interface EnvelopeLayout {
  format: string
  open: string
  close: string
  /** All calls that follow each other share one array. */
  array: boolean
  think: [string, string]
  reasoning: ReasoningMode
}

function createEnvelopePrinter(layout: EnvelopeLayout): FormatPrinter {
  const { open, close, think } = layout
  const wrap = (body: string, style: PrintStyle): string => open + style.layout + body + style.layout + close
  const printCall = (call: PrintedCall, style: PrintStyle = TEMPLATE_STYLE): string => {
    const envelope = printEnvelope(call, style)
    return wrap(layout.array ? `[${envelope}]` : envelope, style)
  }
  return {
    format: layout.format,
    family: 'json-envelope',
    reasoning: layout.reasoning,
    markers: [open, close, ...think, ...CHATML],
    printCall,
    print: (message, style = TEMPLATE_STYLE) => {
      const printGroup = (calls: PrintedCall[]): string =>
        layout.array
          ? wrap(`[${calls.map((call) => printEnvelope(call, style)).join(style.json.comma)}]`, style)
          : calls.map((call) => printCall(call, style)).join('\n')
      return printMessage(message, layout, printGroup)
    },
  }
}

function printEnvelope(call: PrintedCall, style: PrintStyle): string {
  const { comma, colon } = style.json
  const json = writeExactJson({ kind: 'object', members: call.arguments }, style.json)
  const name = `"name"${colon}${writeExactJson({ kind: 'string', value: call.name }, style.json)}`
  const value = style.encodeArguments ? writeExactJson({ kind: 'string', value: json }, style.json) : json
  const members = [name, `"arguments"${colon}${value}`]
  return `{${(style.argumentsFirst ? members.toReversed() : members).join(comma)}}`
}

const HERMES: EnvelopeLayout = {
  format: 'hermes',
  open: '<tool_call>',
  close: '</tool_call>',
  array: false,
  think: THINK,
  reasoning: 'tags',
}

const ENVELOPE_LAYOUTS: EnvelopeLayout[] = [
  HERMES,
  { ...HERMES, format: 'qwen25' },
  { ...HERMES, format: 'granite4' },
  {
    ...HERMES,
    format: 'longcat',
    open: '<longcat_tool_call>',
    close: '</longcat_tool_call>',
    think: ['<longcat_think>', '</longcat_think>'],
  },
  {
    ...HERMES,
    format: 'jamba',
    open: '<tool_calls>',
    close: '</tool_calls>',
    array: true,
    think: ['<thinking>', '</thinking>'],
  },
]

type PrintCalls = ((call: PrintedCall) => string) | ((calls: PrintedCall[]) => string)

function printMessage(message: PrintedMessage, layout: TagLayout | EnvelopeLayout, printCalls: PrintCalls): string {
  const grouped = 'array' in layout
  let text = printThought(message.reasoning, layout)
  const { parts } = message
  for (let at = 0; at < parts.length; at += 1) {
    const part = parts[at] as string | PrintedCall
    if (typeof part === 'string') {
      text += part
      continue
    }
    const calls = [part]
    while (typeof parts[at + 1] === 'object') calls.push(parts[(at += 1)] as PrintedCall)
    text += text === '' || text.endsWith('\n') ? '' : '\n'
    text += grouped
      ? (printCalls as (calls: PrintedCall[]) => string)(calls)
      : calls.map(printCalls as (call: PrintedCall) => string).join('\n')
  }
  return text
}

function printThought(reasoning: string | null, layout: TagLayout | EnvelopeLayout): string {
  const [open, close] = layout.think
  if (reasoning === null) return layout.reasoning === 'open' ? `${close}\n` : ''
  const opener = layout.reasoning === 'tags' ? `${open}\n` : ''
  return `${opener}${reasoning}\n${close}\n\n`
}

/** A printer for each format that the parser reads, in the order of the registry. */
export const printers: readonly FormatPrinter[] = [
  ...TAG_LAYOUTS.map(createTagPrinter),
  ...ENVELOPE_LAYOUTS.map(createEnvelopePrinter),
]

/** Qwen3.5 and its successors: the tags of Qwen3-Coder, every value that is no string as JSON. */
export const qwen35Printer: FormatPrinter = createTagPrinter({ ...QWEN, scalars: templateJson })

/**
 * The printer of a format.
 *
 * @throws TypeError when there is none
 */
export function findPrinter(format: string): FormatPrinter {
  const found = printers.find((printer) => printer.format === format)
  if (found === undefined) throw new TypeError(`There is no printer for the format '${format}'`)
  return found
}
