import { writeExactJson } from '../exact-json.ts'
import {
  BLANK_PIECES,
  TEMPLATE_STYLE,
  type FormatPrinter,
  type PrintStyle,
  type PrintedCall,
  type PrintedMessage,
} from './printer.ts'

/** Pieces of arguments and of envelopes, whole and broken. */
const JSON_PIECES: readonly string[] = [
  '{"a": 1}',
  '{}',
  '{"a": "x',
  '"}',
  '}',
  '{"name": "f", "args": ',
  '{"args": {"b": "x"}, "name": "f"}',
  "{'name': 'f', 'parameters': {'a': True,}}",
  '"{\\"a\\": 1}"',
  'null',
  '[1]',
]

function printArguments(call: PrintedCall, style: PrintStyle): string {
  return writeExactJson({ kind: 'object', members: call.arguments }, style.json)
}

/** A message of harmony: what stands behind `<|start|>assistant`. */
function printHarmony(header: string, body: string, end: string): string {
  return `${header}<|message|>${body}${end}`
}

function printHarmonyCall(call: PrintedCall, style: PrintStyle = TEMPLATE_STYLE): string {
  const header = `<|channel|>commentary to=functions.${call.name} <|constrain|>json`
  return printHarmony(header, printArguments(call, style), '<|call|>')
}

function printHarmonyParts({ parts }: PrintedMessage, style: PrintStyle): string[] {
  return parts.map((part, index) => {
    if (typeof part !== 'string') return printHarmonyCall(part, style)
    const last = index === parts.length - 1
    return printHarmony(`<|channel|>${last ? 'final' : 'commentary'}`, part, last ? '<|return|>' : '<|end|>')
  })
}

const HARMONY_MARKERS: readonly string[] = [
  '<|start|>',
  '<|channel|>',
  '<|constrain|>',
  '<|message|>',
  '<|call|>',
  '<|end|>',
  '<|return|>',
]

const harmony: FormatPrinter = {
  format: 'openai',
  family: 'channels',
  reasoning: 'tags',
  markers: [...HARMONY_MARKERS, '<|endoftext|>'],
  response: HARMONY_MARKERS,
  pieces: [
    ...BLANK_PIECES,
    ...JSON_PIECES,
    '<|start|>assistant',
    '<|channel|>analysis<|message|>',
    '<|channel|>final<|message|>',
    '<|channel|>commentary to=functions.f <|constrain|>json<|message|>',
    'assistant',
    'analysis',
    'commentary',
    'final',
    ' to=functions.f',
    ' to=read_file',
    ' to=python',
    ' json',
    'commentary?',
    'read_file',
  ],
  styles: { json: true, layout: false, argumentsFirst: false, encodeArguments: false },
  freeArguments: true,
  hold: 12,
  messages: { join: '\n' },
  printCall: printHarmonyCall,
  print: (message, style = TEMPLATE_STYLE) => {
    const { reasoning } = message
    const thought = reasoning === null ? [] : [printHarmony('<|channel|>analysis', reasoning, '<|end|>')]
    return [...thought, ...printHarmonyParts(message, style)].join('<|start|>assistant')
  },
}

function printInklingCall(call: PrintedCall, style: PrintStyle = TEMPLATE_STYLE): string {
  const { comma, colon } = style.json
  const name = `"name"${colon}${writeExactJson({ kind: 'string', value: call.name }, style.json)}`
  const members = [name, `"args"${colon}${printArguments(call, style)}`]
  const envelope = `{${(style.argumentsFirst ? members.toReversed() : members).join(comma)}}`
  return `<|content_invoke_tool_json|>${style.layout}${envelope}${style.layout}<|end_message|>`
}

const INKLING_MARKERS: readonly string[] = [
  '<|message_model|>',
  '<|content_text|>',
  '<|content_thinking|>',
  '<|content_invoke_tool_json|>',
  '<|content_invoke_tool_text|>',
  '<|content_tool_error|>',
  '<|end_message|>',
  '<|content_model_end_sampling|>',
]

const inkling: FormatPrinter = {
  format: 'inkling',
  family: 'channels',
  reasoning: 'tags',
  markers: INKLING_MARKERS,
  response: INKLING_MARKERS,
  pieces: [...BLANK_PIECES, ...JSON_PIECES, 'read_file', '<|message_model|>f', '{"name": "f"}'],
  styles: { json: true, layout: true, argumentsFirst: true, encodeArguments: false },
  freeArguments: true,
  hold: 12,
  messages: { join: '' },
  printCall: printInklingCall,
  print: ({ reasoning, parts }, style = TEMPLATE_STYLE) => {
    const thought = reasoning === null ? [] : [`<|content_thinking|>${reasoning}<|end_message|>`]
    const blocks = parts.map((part) =>
      typeof part === 'string' ? `<|content_text|>${part}<|end_message|>` : printInklingCall(part, style),
    )
    return [...thought, ...blocks].join('<|message_model|>')
  },
}

/** Printers of the formats whose text is a sequence of messages. */
export const channelsPrinters: readonly FormatPrinter[] = [harmony, inkling]
