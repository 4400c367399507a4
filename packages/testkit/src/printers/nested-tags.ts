import { escapeExpression } from '../ambiguity.ts'
import { writeExactJson, type ExactJson } from '../exact-json.ts'
import { BLANK_PIECES, THINK, printParts, printThought, type FormatPrinter, type PrintedCall } from './printer.ts'
import { leavesOf } from './quoted-object.ts'

const MARK = ']<]minimax[>['
const END_TOKENS = ['[e~[', ']~b]ai', ']~b]', ']~!b[']
const MM_THINK: [string, string] = ['<mm:think>', '</mm:think>']

function printElement(tag: string, value: ExactJson): string {
  return `${MARK}<${tag}>${printContent(value)}${MARK}</${tag}>`
}

/** Items are elements of one name, members are elements of their own; everything else is text. */
function printContent(value: ExactJson): string {
  switch (value.kind) {
    case 'string':
      return value.value
    case 'array':
      return value.items.map((item) => printElement('item', item)).join('')
    case 'object':
      return value.members.map(([key, member]) => printElement(key, member)).join('')
    default:
      return writeExactJson(value)
  }
}

function printInvoke(call: PrintedCall): string {
  const parameters = call.arguments.map(([key, value]) => printElement(key, value)).join('')
  return `${MARK}<invoke name="${call.name}">${parameters}${MARK}</invoke>\n`
}

function printCalls(calls: readonly PrintedCall[]): string {
  return `${MARK}<tool_call>\n${calls.map(printInvoke).join('')}${MARK}</tool_call>`
}

/** Does a text hold the closer of an element around it with a tag or the end behind it, or the tag of an element that may follow? */
function isAmbiguousValue(value: ExactJson, around: readonly string[]): boolean {
  switch (value.kind) {
    case 'string': {
      const mark = escapeExpression(MARK)
      const closers = [...around.map((tag) => `/${escapeExpression(tag)}`), '/invoke', '/tool_call']
      const end = [mark, ...END_TOKENS.map(escapeExpression)].join('|')
      const opener = `(?!/|tool_call>|invoke name=)[^<>\\r\\n]*>`
      const closer = `(?:${closers.join('|')})>\\s*(?:${end}|$)`
      return new RegExp(`${mark}\\s*<(?:${opener}|${closer})`).test(value.value)
    }
    case 'array':
      return value.items.some((item) => isAmbiguousValue(item, [...around, 'item']))
    case 'object':
      return value.members.some(([key, member]) => isAmbiguousValue(member, [...around, key]))
    default:
      return false
  }
}

/** Printer of the format whose parameters are tags that nest. */
export const nestedTagsPrinters: readonly FormatPrinter[] = [
  {
    format: 'minimax_m3',
    family: 'nested-tags',
    reasoning: 'tags',
    markers: [MARK, '<tool_call>', '</tool_call>', '</invoke>', ...MM_THINK, ...THINK, ...END_TOKENS],
    pieces: [
      ...BLANK_PIECES,
      `${MARK}<tool_call>`,
      `${MARK}<tool_call>\n${MARK}<invoke name="f">`,
      `${MARK}<invoke name="read_file">`,
      `${MARK}</invoke>`,
      `${MARK}</tool_call>`,
      `${MARK}<a>`,
      `${MARK} <b>`,
      `${MARK}</a>`,
      `${MARK}</b>`,
      `${MARK}<item>`,
      `${MARK}</item>`,
      '</a>',
      '1',
      'true',
    ],
    styles: { json: false, layout: false, argumentsFirst: false, encodeArguments: false },
    freeArguments: false,
    typedMembers: true,
    tags: [/<[^<>\r\n]*>/],
    printValue: printContent,
    argumentSource: (call) => leavesOf({ kind: 'object', members: call.arguments }).join(''),
    printCall: (call) => printCalls([call]),
    isAmbiguous: (call) => isAmbiguousValue({ kind: 'object', members: call.arguments }, []),
    print: (message) => printThought(message.reasoning, MM_THINK, 'tags') + printParts(message.parts, printCalls),
  },
]
