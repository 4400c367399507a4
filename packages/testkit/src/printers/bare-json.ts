import type { ReasoningMode } from '@tooldelta/core'
import { writeExactJson, writePython } from '../exact-json.ts'
import { ENVELOPE_PIECES, printEnvelope } from './json-envelope.ts'
import {
  THINK,
  TEMPLATE_STYLE,
  printParts,
  printThought,
  type FormatPrinter,
  type PrintStyle,
  type PrintedCall,
} from './printer.ts'

interface BareLayout {
  format: string
  markers: readonly string[]
  /** All adjacent calls as one text. */
  printGroup: (calls: readonly PrintedCall[], style: PrintStyle) => string
  /** `undefined`: the models do not think. */
  think?: [string, string]
  message: NonNullable<FormatPrinter['message']>
  pieces?: readonly string[]
  styles?: Partial<FormatPrinter['styles']>
  argumentSource?: FormatPrinter['argumentSource']
  tools?: 'one'
  written?: 'mixed'
}

const START: ReasoningMode = 'tags'

function createBarePrinter(layout: BareLayout): FormatPrinter {
  const { printGroup, think } = layout
  return {
    format: layout.format,
    family: 'bare-json',
    reasoning: think === undefined ? 'off' : START,
    thinks: think !== undefined,
    markers: [...layout.markers, ...(think ?? [])],
    pieces: [...ENVELOPE_PIECES, ...(layout.pieces ?? [])],
    styles: { json: true, layout: false, argumentsFirst: true, encodeArguments: false, ...layout.styles },
    freeArguments: true,
    hold: 12,
    message: layout.message,
    ...(layout.argumentSource === undefined ? {} : { argumentSource: layout.argumentSource }),
    ...(layout.written === undefined ? {} : { written: layout.written }),
    ...(layout.tools === undefined ? {} : { tools: layout.tools }),
    printCall: (call, style = TEMPLATE_STYLE) => printGroup([call], style),
    print: (message, style = TEMPLATE_STYLE) =>
      (think === undefined ? '' : printThought(message.reasoning, think, START)) +
      printParts(message.parts, (calls) => printGroup(calls, style)),
  }
}

type Keys = [name: string, args: string]

const printList = (calls: readonly PrintedCall[], style: PrintStyle, keys?: Keys): string =>
  `[${calls.map((call) => printEnvelope(call, style, keys)).join(style.json.comma)}]`

const LLAMA: BareLayout = {
  format: 'llama3_json',
  markers: ['<|python_tag|>', '<|eot_id|>', '<|eom_id|>'],
  printGroup: (calls, style) => calls.map((call) => printEnvelope(call, style, ['name', 'parameters'])).join('; '),
  message: { text: 'anywhere' },
  pieces: ['; ', '<|python_tag|>{"name": "f", "parameters": {}}', '{"a": {"name": "f", "arguments": {}}}'],
}

/** `{'name': 'f', 'arguments': {...}}` as Python's repr writes it. */
function printPython(call: PrintedCall): string {
  return `{'name': ${writePython({ kind: 'string', value: call.name })}, 'arguments': ${printArguments(call)}}`
}

function printArguments(call: PrintedCall): string {
  return writePython({ kind: 'object', members: call.arguments })
}

const LAYOUTS: BareLayout[] = [
  LLAMA,
  { ...LLAMA, format: 'llama4_json', markers: ['<|python_tag|>', '<|eot|>'] },
  {
    format: 'xlam',
    markers: ['[TOOL_CALLS]', '<tool_call>', '</tool_call>', '<|im_end|>'],
    printGroup: (calls, style) => printList(calls, style),
    think: THINK,
    message: { text: 'none' },
    pieces: ['```json\n', '\n```', '[{"name": "f", "arguments": {}}]'],
  },
  {
    format: 'sarashina',
    markers: ['<|tool_calls|>', '</s>'],
    printGroup: (calls) => `<|tool_calls|>[${calls.map(printPython).join(', ')}]`,
    message: { text: 'none' },
    styles: { json: false, argumentsFirst: false },
    argumentSource: printArguments,
    written: 'mixed',
  },
  {
    format: 'generic',
    markers: [],
    printGroup: (calls, style) => `{"tool_calls": ${printList(calls, style)}}`,
    think: THINK,
    message: { text: 'none' },
    pieces: ['{"response": "', '{"tool_calls": ', '{"tool_call": ', '\\n', '\\ud83d\\ude00', '```json\n', '```'],
  },
  {
    format: 'required',
    markers: [],
    printGroup: (calls, style) => printList(calls, style, ['name', 'parameters']),
    think: THINK,
    message: { text: 'none' },
  },
  {
    format: 'named',
    markers: [],
    printGroup: ([call], style) =>
      writeExactJson({ kind: 'object', members: (call as PrintedCall).arguments }, style.json),
    think: THINK,
    message: { text: 'none', calls: 1 },
    tools: 'one',
    styles: { argumentsFirst: false },
  },
]

/** Printers of the formats that write JSON without markers. */
export const bareJsonPrinters: readonly FormatPrinter[] = LAYOUTS.map(createBarePrinter)
