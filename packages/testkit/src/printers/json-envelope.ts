import type { ReasoningMode } from '@tooldelta/core'
import { writeExactJson } from '../exact-json.ts'
import {
  BLANK_PIECES,
  CHATML,
  THINK,
  TEMPLATE_STYLE,
  printParts,
  printThought,
  type FormatPrinter,
  type PrintStyle,
  type PrintedCall,
} from './printer.ts'

/** Pieces of envelopes, whole and broken. */
export const ENVELOPE_PIECES: readonly string[] = [
  ...BLANK_PIECES,
  '{"name": "f", "arguments": ',
  '{"a": 1}',
  '"}',
  '}',
  '}\n',
  '{"arguments": {"b": "x"}, "name": "f"}',
  '"arguments"',
  ': ',
  ', ',
  '[',
  ']',
  '{"',
  '"name": ',
  '"f"',
  "{'name': 'f', 'arguments': {'a': True,}}",
  '{"a": "x',
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
    pieces: ENVELOPE_PIECES,
    styles: { json: true, layout: true, argumentsFirst: true, encodeArguments: layout.format === 'granite4' },
    freeArguments: true,
    hold: 12,
    printCall,
    print: (message, style = TEMPLATE_STYLE) => {
      const printGroup = (calls: readonly PrintedCall[]): string =>
        layout.array
          ? wrap(`[${calls.map((call) => printEnvelope(call, style)).join(style.json.comma)}]`, style)
          : calls.map((call) => printCall(call, style)).join('\n')
      return printThought(message.reasoning, think, layout.reasoning) + printParts(message.parts, printGroup)
    },
  }
}

/** `{"name": ..., "arguments": {...}}` */
export function printEnvelope(call: PrintedCall, style: PrintStyle): string {
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

/** Printers of the formats that write JSON in an envelope. */
export const jsonEnvelopePrinters: readonly FormatPrinter[] = ENVELOPE_LAYOUTS.map(createEnvelopePrinter)
