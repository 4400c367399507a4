import type { ReasoningMode } from '@tooldelta/core'
import type { ExactJson } from '../exact-json.ts'
import {
  BLANK_PIECES,
  TEMPLATE_STYLE,
  THINK,
  printParts,
  printThought,
  type FormatPrinter,
  type PrintStyle,
  type PrintedCall,
} from './printer.ts'
import { templateJson } from './tagged-parameters.ts'

interface KeyValueLayout {
  format: string
  /** Around all calls that follow each other. */
  section?: [open: string, close: string]
  call: [open: string, close: string]
  /** Stands between the name and the first key. */
  nameEnd?: string
  keyOpen: string
  /** From the end of a key to the beginning of its value, without the layout between its two tags. */
  keyEnd: [string, string] | [string]
  /** Tags around the type that is written between key and value. */
  type?: [open: string, close: string]
  valueClose: string
  /** The blanks that the template writes between tags; the readers take any, where `free` says so. */
  layout: string
  free: boolean
  /** Stands at the end of every tag; other models have others. */
  suffix?: string
  think: [string, string]
  reasoning: ReasoningMode
  endTokens: readonly string[]
}

/** Names that a call may have without being declared. */
const FREE_NAME = /^[A-Za-z0-9_.:-]+$/

/** Strings as they are, everything else as JSON. */
function printValue(value: ExactJson): string {
  return value.kind === 'string' ? value.value : templateJson(value)
}

function createKeyValuePrinter(layout: KeyValueLayout): FormatPrinter {
  const { section, call, keyOpen, keyEnd, type, valueClose, nameEnd = '' } = layout
  const blanksOf = (style: PrintStyle): string => (layout.free ? style.layout : layout.layout)
  const printCall = ({ name, arguments: members }: PrintedCall, style: PrintStyle): string => {
    const blanks = blanksOf(style)
    const parameters = members.map(([key, value]) => {
      const typed = type === undefined ? '' : `${type[0]}${value.kind}${type[1]}${blanks}`
      return `${keyOpen}${key}${keyEnd.join(blanks + typed)}${printValue(value)}${valueClose}${blanks}`
    })
    return `${call[0]}${name}${nameEnd}${blanks}${parameters.join('')}${call[1]}`
  }
  const printCalls = (calls: readonly PrintedCall[], style: PrintStyle): string => {
    const blanks = blanksOf(style)
    const printed = calls.map((one) => printCall(one, style)).join(blanks)
    return section === undefined ? printed : section[0] + blanks + printed + blanks + section[1]
  }
  const literals = [...(section ?? []), ...call, nameEnd, keyOpen, ...keyEnd, ...(type ?? []), valueClose]
  return {
    format: layout.format,
    family: 'tagged-parameters',
    reasoning: layout.reasoning,
    markers: [...literals.filter((literal) => literal !== ''), ...layout.think, ...layout.endTokens],
    pieces: [
      ...BLANK_PIECES,
      `${call[0]}f\n`,
      `${call[0]}read_file${nameEnd}`,
      call[0],
      ...(section ?? []),
      `${keyOpen}a${keyEnd.join('\n')}`,
      `${keyOpen}b${keyEnd.join('')}`,
      `${keyOpen}path${keyEnd.join(String.raw`\n`)}`,
      keyOpen,
      ...(type === undefined ? [] : [`${type[0]}string${type[1]}`, `${keyOpen}c${keyEnd.join(type.join('integer'))}`]),
      `${valueClose}\n`,
      `${call[1]}\n`,
    ],
    styles: { json: false, layout: layout.free, argumentsFirst: false, encodeArguments: false },
    freeArguments: false,
    names: { free: FREE_NAME },
    tags: tagsOf(layout),
    printValue,
    printCall: (one, style = TEMPLATE_STYLE) => printCalls([one], style),
    isAmbiguous: (one, declared) =>
      one.arguments.some(([, value], index) =>
        quotesMarkup(printValue(value), layout, {
          seen: one.arguments.slice(0, index + 1).map(([key]) => key),
          declared,
        }),
      ),
    print: (message, style = TEMPLATE_STYLE) =>
      printThought(message.reasoning, layout.think, layout.reasoning) +
      printParts(message.parts, (calls) => printCalls(calls, style)),
  }
}

/** An opener with its name, a key between its tags, a type between its tags; where tags end in a suffix, any is one. */
function tagsOf({
  section,
  call,
  nameEnd = '',
  keyOpen,
  keyEnd,
  type,
  valueClose,
  suffix,
  think,
}: KeyValueLayout): RegExp[] {
  const tag = (literal: string): string =>
    suffix === undefined || literal === ''
      ? escape(literal)
      : `${escape(literal.slice(0, -1 - suffix.length))}(?::[^\\s<>]+)?>`
  const others = [...(section ?? []), ...call, nameEnd, keyOpen, ...keyEnd, valueClose, ...think]
  return [
    new RegExp(`${tag(call[0])}\\s*[^\\s<>]+(?:\\s*${tag(nameEnd)})?`),
    new RegExp(`${tag(keyOpen)}[^<]*?(?:${tag(keyEnd[0])})?`),
    ...(type === undefined ? [] : [new RegExp(`${tag(type[0])}[^<]*?${tag(type[1])}`)]),
    ...(suffix === undefined
      ? []
      : [
          new RegExp(
            others
              .map(tag)
              .filter((other) => other !== '')
              .join('|'),
          ),
        ]),
  ]
}

/**
 * Values that no reader can tell from markup (policy P3): a closer of the value, of the call or of the section with blanks and a tag
 * behind it that may follow there, and the whole key of an argument that may come next. Written with expressions over the whole value, on
 * purpose unlike the parser.
 */
function quotesMarkup(
  value: string,
  { section, call, keyOpen, keyEnd, type, valueClose, endTokens }: KeyValueLayout,
  { seen, declared }: { seen: readonly string[]; declared: readonly string[] | undefined },
): boolean {
  const open = escape(call[0])
  const callClose = escape(call[1])
  // Nothing matches an empty class.
  const end = endTokens.map(escape).join('|') || '[]'
  const outer = section === undefined ? '' : `|${escape(section[0])}|${escape(section[1])}`
  const afterCall = `\\s*(?:${open}|${end}${outer})`
  const closers = [
    `${escape(valueClose)}\\s*(?:${escape(keyOpen)}|${open}|${end}|${callClose}${section === undefined ? '' : afterCall}${outer})`,
    `${callClose}${afterCall}`,
    ...(section === undefined ? [] : [`${escape(section[1])}\\s*(?:${open}|${end}|${escape(section[0])})`]),
  ]
  if (new RegExp(closers.join('|')).test(value)) return true
  const typed = type === undefined ? '' : `(?:${escape(type[0])}[^<]*${escape(type[1])}\\s*)?`
  const blanks = String.raw`(?:\s|\\n)*`
  const valueOpen =
    keyEnd.length === 1 ? escape(keyEnd[0]) : `(?:${escape(keyEnd[0])})?${blanks}${typed}${escape(keyEnd[1])}`
  const keys = value.matchAll(new RegExp(`${escape(keyOpen)}([^<]*)${valueOpen}`, 'g'))
  return [...keys].some(([, key]) => mayFollow((key as string).trim()))

  function mayFollow(key: string): boolean {
    return key !== '' && !seen.includes(key) && (declared === undefined || declared.includes(key))
  }
}

function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
}

const GLM_END = ['<|endoftext|>', '<|system|>', '<|user|>', '<|assistant|>', '<|observation|>'] as const

const GLM: KeyValueLayout = {
  format: 'glm45',
  call: ['<tool_call>', '</tool_call>'],
  keyOpen: '<arg_key>',
  keyEnd: ['</arg_key>', '<arg_value>'],
  valueClose: '</arg_value>',
  layout: '\n',
  free: true,
  think: THINK,
  reasoning: 'tags',
  endTokens: GLM_END,
}

/** Hunyuan 3 and 4; `suffix` stands at the end of every tag. */
function hunyuan(format: string, suffix: string, separator: boolean): KeyValueLayout {
  const tag = (name: string): string => `<${name}${suffix}>`
  return {
    format,
    suffix,
    section: [tag('tool_calls'), tag('/tool_calls')],
    call: [tag('tool_call'), tag('/tool_call')],
    ...(separator ? { nameEnd: tag('tool_sep') } : {}),
    keyOpen: tag('arg_key'),
    keyEnd: [tag('/arg_key'), tag('arg_value')],
    valueClose: tag('/arg_value'),
    layout: '',
    free: true,
    think: [tag('think'), tag('/think')],
    reasoning: 'tags',
    endTokens: [`<｜hy_eos${suffix}｜>`],
  }
}

const K2_HORIZON: KeyValueLayout = {
  format: 'k2_horizon',
  section: ['<ifm|tool_calls>', '</ifm|tool_calls>'],
  call: ['<ifm|tool_call>', '</ifm|tool_call>'],
  keyOpen: '<ifm|arg_key>',
  keyEnd: ['</ifm|arg_key>', '<ifm|arg_value>'],
  valueClose: '</ifm|arg_value>',
  layout: '\n',
  free: true,
  think: ['<ifm|think>', '</ifm|think>'],
  reasoning: 'tags',
  endTokens: ['<|ifm|im_start|>', '<|ifm|im_end|>'],
}

const KEY_VALUE_LAYOUTS: KeyValueLayout[] = [
  GLM,
  { ...GLM, format: 'poolside_v1', reasoning: 'auto', endTokens: ['</assistant>', '〈|EOS|〉'] },
  { ...GLM, format: 'ling3', endTokens: ['<|role_end|>', '<|endoftext|>'] },
  { ...GLM, format: 'spark25', endTokens: [] },
  hunyuan('hy_v3', '', true),
  hunyuan('hy_v4', ':6124c78e', false),
  {
    format: 'solar_open2',
    call: ['<|tool_call:start|>', '<|tool_call:end|>'],
    keyOpen: '<|tool_arg:start|>',
    keyEnd: ['<|tool_arg:value|>'],
    valueClose: '<|tool_arg:end|>',
    layout: '\n',
    free: false,
    think: ['<|think:start|>', '<|think:end|>'],
    reasoning: 'auto',
    endTokens: ['<|endoftext|>', '<|im:start|>', '<|im:content|>', '<|im:end|>'],
  },
  K2_HORIZON,
]

/** Printers of the formats that write a parameter as a key tag and a value tag. */
export const keyValueTagPrinters: readonly FormatPrinter[] = KEY_VALUE_LAYOUTS.map(createKeyValuePrinter)

/** K2 Horizon with the type of each value on the wire. */
export const k2TypedPrinter: FormatPrinter = createKeyValuePrinter({
  ...K2_HORIZON,
  type: ['<ifm|arg_type>', '</ifm|arg_type>'],
})

/** Hunyuan 3 as its released checkpoints write it: a suffix in every tag. */
export const hyV3SuffixPrinter: FormatPrinter = createKeyValuePrinter(hunyuan('hy_v3', ':opensource', true))
