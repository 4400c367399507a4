import type { ReasoningMode } from '@tooldelta/core'
import { type TagMarkup, escapeExpression, quotesMarkup } from '../ambiguity.ts'
import type { ExactJson } from '../exact-json.ts'
import {
  BLANK_PIECES,
  TEMPLATE_STYLE,
  printParts,
  printThought,
  type FormatPrinter,
  type PrintStyle,
  type PrintedCall,
  type PrintedMessage,
} from './printer.ts'

/** How a format writes calls whose parameters are tags with raw text between them. */
export interface TagLayout extends TagMarkup {
  format: string
  functionTag(name: string): string
  parameterTagOf(key: string, value: ExactJson): string
  /** Expression of a function's whole tag. */
  functionTagOf: RegExp
  /** What stands between a parameter's tags and its value. */
  frame: string
  /** Readers take any blanks between tags. */
  free: boolean
  printValue(value: ExactJson): string
  /** What stands around a value of this text, beside the frame. */
  around?(text: string): readonly [before: string, after: string]
  /** Does a value of this text quote markup that no reader can tell from the call's own? By default {@link quotesMarkup} says so. */
  isAmbiguous?(text: string): boolean
  think: readonly [string, string]
  reasoning: ReasoningMode
  /** Markers around the first text. */
  response?: readonly [string, string]
  pieces: readonly string[]
  markers?: readonly string[]
  hold?: number
  names?: FormatPrinter['names']
}

export function createTagPrinter(layout: TagLayout): FormatPrinter {
  const { section, wrapper, think, printValue } = layout
  const markers = [
    ...(section ?? []),
    ...(wrapper ?? []),
    layout.functionOpen,
    layout.functionClose,
    layout.parameterOpen,
    layout.parameterClose,
    ...(layout.response ?? []),
    ...(layout.markers ?? []),
    ...think,
    ...layout.endTokens,
  ]
  const printGroup = (calls: readonly PrintedCall[], style: PrintStyle): string => {
    const blanks = layout.free ? style.layout : '\n'
    const printed = calls.map((call) => printCall(layout, call, blanks)).join(blanks)
    return section === undefined ? printed : section[0] + blanks + printed + blanks + section[1]
  }
  return {
    format: layout.format,
    family: 'tagged-parameters',
    reasoning: layout.reasoning,
    markers,
    pieces: [...BLANK_PIECES, ...layout.pieces],
    styles: { json: false, layout: layout.free, argumentsFirst: false, encodeArguments: false },
    freeArguments: false,
    tags: [layout.functionTagOf, new RegExp(layout.parameterTag.source)],
    ...(layout.hold === undefined ? {} : { hold: layout.hold }),
    ...(layout.names === undefined ? {} : { names: layout.names }),
    printValue,
    printCall: (call, style = TEMPLATE_STYLE) => printGroup([call], style),
    isAmbiguous: (call, declared) => isAmbiguousCall(call, declared, layout),
    print: (message, style = TEMPLATE_STYLE) =>
      printThought(message.reasoning, think, layout.reasoning) +
      printParts(inResponse(message.parts, layout.response), (calls) => printGroup(calls, style)),
  }
}

function printCall(layout: TagLayout, call: PrintedCall, blanks: string): string {
  const { frame, wrapper } = layout
  const parameters = call.arguments.map(([key, value]) => {
    const text = layout.printValue(value)
    const [before, after] = layout.around?.(text) ?? ['', '']
    return layout.parameterTagOf(key, value) + frame + before + text + after + frame + layout.parameterClose + blanks
  })
  const body = layout.functionTag(call.name) + blanks + parameters.join('') + layout.functionClose
  return wrapper === undefined ? body : wrapper[0] + blanks + body + blanks + wrapper[1]
}

/** The first text between its markers; the closer only where a call follows, so that blanks at the very end stay what they are. */
function inResponse(
  parts: PrintedMessage['parts'],
  response: readonly [string, string] | undefined,
): PrintedMessage['parts'] {
  const [first, ...rest] = parts
  if (response === undefined || typeof first !== 'string') return parts
  return [response[0] + first + (rest.length === 0 ? '' : response[1]), ...rest]
}

function isAmbiguousCall(call: PrintedCall, declared: readonly string[] | undefined, layout: TagLayout): boolean {
  return call.arguments.some(([, value], index) => {
    const text = layout.printValue(value)
    const seen = call.arguments.slice(0, index + 1).map(([key]) => key)
    return layout.isAmbiguous?.(text) ?? quotesMarkup(text, layout, { nextParameters: declared, seen })
  })
}

/** `<TAG ATTRIBUTE=`, and the expression of the whole tag with the name as its group. */
export function attributeTag(open: string, end = '>'): { open: string; expression: RegExp } {
  const name = String.raw`("[^"<\r\n]*"|'[^'<\r\n]*'|[^\s<>]*)`
  return { open, expression: new RegExp(`${escapeExpression(open)}${name}[^<\\r\\n]*?${escapeExpression(end)}`) }
}
