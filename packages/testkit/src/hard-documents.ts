import type { ChatTool } from '@tooldelta/core'
import fc from 'fast-check'
import { COMPACT, TEMPLATE, type ExactJson, type JsonStyle } from './exact-json.ts'
import { hardString, prose } from './hard-text.ts'
import {
  TEMPLATE_STYLE,
  type FormatPrinter,
  type PrintStyle,
  type PrintedCall,
  type PrintedMessage,
} from './printers/index.ts'

/** A declared parameter: its schema, and values that its type gives back exactly. */
interface ParameterKind {
  schema: object
  value: fc.Arbitrary<ExactJson>
}

const string = (value: fc.Arbitrary<string>): fc.Arbitrary<ExactJson> =>
  value.map((text) => ({ kind: 'string', value: text }))
const nothing: fc.Arbitrary<ExactJson> = fc.constant({ kind: 'null' })

/** Digits as text: no number of JavaScript ever holds them. */
const integerText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom('0', '-0', '1', '-1', '42', '9007199254740993', '1234567890123456789', '-9223372036854775808'),
  fc.tuple(fc.constantFrom('', '-'), fc.bigInt({ min: 1n, max: 10n ** 40n })).map(([sign, digits]) => sign + digits),
)
const numberText: fc.Arbitrary<string> = fc.oneof(
  integerText,
  fc.constantFrom('0.1', '-0.0', '1e400', '1E-7', '1e+22', '3.14159265358979323846264338327950288'),
  fc.tuple(integerText, fc.stringMatching(/^[0-9]{1,20}$/)).map(([whole, fraction]) => `${whole}.${fraction}`),
)
const integer: fc.Arbitrary<ExactJson> = integerText.map((text) => ({ kind: 'number', text }))
const number: fc.Arbitrary<ExactJson> = numberText.map((text) => ({ kind: 'number', text }))
const boolean: fc.Arbitrary<ExactJson> = fc.boolean().map((value) => ({ kind: 'boolean', value }))

/** Keys of nested objects: every text is allowed. */
const anyKey: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom('__proto__', 'constructor', '', 'a', '0', 'name'),
  hardString,
)

const { json } = fc.letrec<{ json: ExactJson; array: ExactJson; object: ExactJson }>((tie) => ({
  json: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    string(hardString),
    number,
    boolean,
    nothing,
    tie('array'),
    tie('object'),
  ),
  array: fc.array(tie('json'), { maxLength: 3 }).map((items) => ({ kind: 'array', items })),
  object: membersOf(anyKey, tie('json')).map((members) => ({ kind: 'object', members })),
}))

/** Any JSON value. */
export const anyJson: fc.Arbitrary<ExactJson> = json

const anyArray: fc.Arbitrary<ExactJson> = fc.array(anyJson, { maxLength: 3 }).map((items) => ({ kind: 'array', items }))
const anyObject: fc.Arbitrary<ExactJson> = membersOf(anyKey, anyJson).map((members) => ({ kind: 'object', members }))

function membersOf(keys: fc.Arbitrary<string>, values: fc.Arbitrary<ExactJson>): fc.Arbitrary<[string, ExactJson][]> {
  return fc.uniqueArray(fc.tuple(keys, values), { maxLength: 3, selector: ([key]) => key })
}

/** Strings that a type beside string would not claim. */
const plainString = string(hardString.map((text) => `${text}.`))

const LEAF_KINDS: readonly fc.Arbitrary<ParameterKind>[] = [
  fc.constant({ schema: { type: 'string' }, value: string(hardString) }),
  fc.constant({ schema: { type: 'string', enum: ['a', 'b'] }, value: string(hardString) }),
  fc.constant({ schema: {}, value: string(hardString) }),
  fc.constant({ schema: { $ref: '#/$defs/text' }, value: string(hardString) }),
  fc.constant({ schema: { type: 'integer' }, value: integer }),
  fc.constant({ schema: { type: 'number' }, value: number }),
  fc.constant({ schema: { type: 'boolean' }, value: boolean }),
  fc.constant({ schema: { type: ['string', 'null'] }, value: fc.oneof(plainString, nothing) }),
  fc.constant({ schema: { anyOf: [{ type: 'string' }, { type: 'integer' }] }, value: fc.oneof(plainString, integer) }),
  fc.constant({ schema: { anyOf: [{ type: 'integer' }, { type: 'null' }] }, value: fc.oneof(integer, nothing) }),
  fc.constant({ schema: { allOf: [{ $ref: '#/$defs/count' }] }, value: integer }),
]

/** Objects and arrays whose schemas say nothing about what is in them. */
const OPEN_KINDS: readonly fc.Arbitrary<ParameterKind>[] = [
  fc.constant({ schema: { type: 'object' }, value: anyObject }),
  fc.constant({ schema: { type: 'array', items: {} }, value: anyArray }),
  fc.constant({ schema: { oneOf: [{ type: 'array' }, { type: 'null' }] }, value: fc.oneof(anyArray, nothing) }),
]

/** Names of members, `item` among them, which some formats call the items of an array. */
const MEMBER_NAMES: readonly string[] = ['item', 'a', 'b c', '__proto__', 'größe']

/** Objects and arrays of one kind of values, with whole schemas. */
function nestedKind(kind: fc.Arbitrary<ParameterKind>): fc.Arbitrary<ParameterKind> {
  const array = kind.map(({ schema, value }): ParameterKind => ({
    schema: { type: 'array', items: schema },
    value: fc.array(value, { maxLength: 3 }).map((items) => ({ kind: 'array', items })),
  }))
  const members = fc.uniqueArray(fc.tuple(fc.constantFrom(...MEMBER_NAMES), kind), {
    maxLength: 3,
    selector: ([name]) => name,
  })
  const object = members.map((declared): ParameterKind => ({
    schema: { type: 'object', properties: Object.fromEntries(declared.map(([key, { schema }]) => [key, schema])) },
    value: fc
      .subarray(declared.map(([key, { value }]) => value.map((one): [string, ExactJson] => [key, one])))
      .chain((chosen) => fc.tuple(...chosen))
      .map((chosen) => ({ kind: 'object', members: chosen })),
  }))
  return fc.oneof(array, object)
}

const leafKind = fc.oneof(...LEAF_KINDS)
const TYPED_KINDS: readonly fc.Arbitrary<ParameterKind>[] = [
  nestedKind(leafKind),
  nestedKind(fc.oneof(leafKind, nestedKind(leafKind))),
]

function kindOf({ typedMembers }: FormatPrinter): fc.Arbitrary<ParameterKind> {
  return fc.oneof(...LEAF_KINDS, ...(typedMembers === true ? [] : OPEN_KINDS), ...TYPED_KINDS)
}

/** Names of functions and parameters as tags can write them: no `<`, `>`, line break, quotes around or blanks at the ends. */
const PARAMETER_NAMES: readonly string[] = [
  'path',
  'content',
  'a',
  'b',
  'city',
  '__proto__',
  'constructor',
  'toString',
  '0',
  'a b',
  'x.y',
  'größe',
  '$ref',
  'name',
]
const FUNCTION_NAMES: readonly string[] = [
  'read_file',
  'write_file',
  'f',
  'mcp__server-1__do.it',
  '__proto__',
  'constructor',
  '获取天气',
]

/** A tool with the arbitrary of its calls. */
interface DeclaredTool {
  tool: ChatTool
  call: fc.Arbitrary<PrintedCall>
}

function declaredTool(printer: FormatPrinter): fc.Arbitrary<DeclaredTool> {
  const functionName = fc.constantFrom(...(printer.names?.functions ?? FUNCTION_NAMES))
  const parameterName = fc.constantFrom(...(printer.names?.parameters ?? PARAMETER_NAMES))
  const parameters = fc.uniqueArray(fc.tuple(parameterName, kindOf(printer)), {
    maxLength: 4,
    selector: ([name]) => name,
  })
  return fc.tuple(functionName, parameters).map(([name, declared]) => ({
    tool: declareTool(name, declared),
    call: callOf(printer, name, declared),
  }))
}

function declareTool(name: string, declared: [string, ParameterKind][]): ChatTool {
  // A literal key `__proto__` would set the prototype: properties are made as JSON would make them.
  const properties = Object.fromEntries(declared.map(([key, kind]) => [key, kind.schema]))
  const $defs = { text: { type: 'string' }, count: { type: 'integer' } }
  return { type: 'function', function: { name, parameters: { type: 'object', properties, $defs } } }
}

function callOf(printer: FormatPrinter, name: string, declared: [string, ParameterKind][]): fc.Arbitrary<PrintedCall> {
  const declaredArguments: fc.Arbitrary<[string, ExactJson]>[] = declared.map(([key, kind]) =>
    kind.value.map((value) => [key, value]),
  )
  const some = fc.subarray(declaredArguments).chain((chosen) => fc.tuple(...chosen))
  // A declared parameter takes any value only where the schema types nothing.
  const typed = printer.printValue === undefined ? [] : declared.map(([key]) => key)
  const free = printer.freeArguments ? membersOf(anyKey, anyJson) : fc.constant([])
  return fc
    .tuple(some, free)
    .map(([members, extra]) => ({
      name,
      arguments: [
        ...members,
        ...extra.filter(([key]) => !typed.includes(key) && members.every(([other]) => other !== key)),
      ],
    }))
    .filter(
      (call) =>
        !isAmbiguous(
          printer,
          call,
          declared.map(([key]) => key),
        ),
    )
}

/** Does a value of the call quote markup that no reader can tell from the call's own? */
export function isAmbiguous(printer: FormatPrinter, call: PrintedCall, declared?: readonly string[]): boolean {
  return printer.isAmbiguous?.(call, declared) ?? false
}

/** A valid document of a format, with everything that is known about it. */
export interface HardDocument {
  printer: FormatPrinter
  tools: ChatTool[]
  message: PrintedMessage
  style: PrintStyle
  text: string
}

const jsonStyle: fc.Arbitrary<JsonStyle> = fc.oneof(
  fc.constantFrom(TEMPLATE, COMPACT),
  fc.record({
    comma: fc.constantFrom(',', ', ', ' ,\n  ', ',\r\n\t'),
    colon: fc.constantFrom(':', ': ', ' : ', ':\n'),
    ascii: fc.boolean(),
  }),
)

function printStyle({ styles }: FormatPrinter): fc.Arbitrary<PrintStyle> {
  const open = <T>(is: boolean, arbitrary: fc.Arbitrary<T>, standard: T): fc.Arbitrary<T> =>
    is ? arbitrary : fc.constant(standard)
  return fc.record({
    json: open(styles.json, jsonStyle, TEMPLATE_STYLE.json),
    layout: open(styles.layout, fc.constantFrom('\n', '', ' ', '\r\n  '), TEMPLATE_STYLE.layout),
    argumentsFirst: open(styles.argumentsFirst, fc.boolean(), false),
    encodeArguments: open(styles.encodeArguments, fc.boolean(), false),
  })
}

/** Valid documents of a format, printed by its own printer: thoughts, content and calls with hard values. */
export function hardDocument(printer: FormatPrinter): fc.Arbitrary<HardDocument> {
  const declared = fc.uniqueArray(declaredTool(printer), {
    minLength: 1,
    maxLength: printer.tools === 'one' ? 1 : 3,
    selector: ({ tool }) => tool.function.name,
  })
  return declared.chain((tools) =>
    fc
      .record({
        reasoning: printer.thinks === false ? fc.constant(null) : fc.option(thought),
        parts: messageParts(
          printer,
          tools.map(({ call }) => call),
        ),
        style: printStyle(printer),
      })
      .map(({ reasoning, parts, style }) => {
        const message: PrintedMessage = { reasoning, parts: joinText(parts) }
        const text = printer.print(message, style)
        const document: HardDocument = { printer, tools: tools.map(({ tool }) => tool), message, style, text }
        return Object.assign(document, { [fc.toStringMethod]: () => JSON.stringify({ text, tools: document.tools }) })
      }),
  )
}

const thought = prose.map((text) => text.trim()).filter((text) => text !== '')

function messageParts(
  { message }: FormatPrinter,
  calls: readonly fc.Arbitrary<PrintedCall>[],
): fc.Arbitrary<PrintedMessage['parts']> {
  const call = fc.oneof(...calls)
  const most = message?.calls ?? 4
  switch (message?.text ?? 'anywhere') {
    case 'anywhere':
      return fc
        .array(fc.oneof(prose, call, call), { maxLength: 4 })
        .filter((parts) => parts.filter((part) => typeof part !== 'string').length <= most)
    case 'before':
      return fc.tuple(prose, fc.array(call, { maxLength: most })).map(([text, all]) => [text, ...all])
    case 'none':
      return fc.array(call, { maxLength: most })
  }
}

function joinText(parts: PrintedMessage['parts']): PrintedMessage['parts'] {
  const joined: PrintedMessage['parts'] = []
  for (const part of parts) {
    const last = joined[joined.length - 1]
    if (typeof part === 'string' && typeof last === 'string') joined[joined.length - 1] = last + part
    else if (part !== '') joined.push(part)
  }
  return joined
}
