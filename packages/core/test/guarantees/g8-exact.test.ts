import {
  type ExactJson,
  type FormatPrinter,
  type JsonStyle,
  type PrintedCall,
  COMPACT,
  TEMPLATE_STYLE,
  argumentsOf,
  hardDocument,
  hardString,
  isAmbiguous,
  printers,
  propertySettings,
  readExactJson,
  runParser,
  writeExactJson,
} from '@tooldelta/testbed'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ChatTool, foldEvents } from '../../src/index.ts'

const keys = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'valueOf',
  'length',
  '0',
  '1e3',
  'größe',
  '😀',
]

const digits = fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }).map(String)
const decimals = fc.tuple(digits, fc.stringMatching(/^[0-9]{1,30}$/)).map(([whole, fraction]) => `${whole}.${fraction}`)
const exponents = fc
  .tuple(decimals, fc.constantFrom('e5', 'E+400', 'e-999'))
  .map(([number, exponent]) => number + exponent)
const numberText = fc.oneof(
  digits,
  decimals,
  exponents,
  fc.constantFrom('9007199254740993', '-0', '1234567890123456789', '0.10'),
)

function toolOf(properties: Record<string, unknown>): ChatTool {
  return { type: 'function', function: { name: 'f', parameters: { type: 'object', properties } } }
}

function parseCall(
  printer: FormatPrinter,
  members: [string, ExactJson][],
  schema: (value: ExactJson) => unknown,
): string {
  const tools = [toolOf(Object.fromEntries(members.map(([key, value]) => [key, schema(value)])))]
  const text = printer.printCall({ name: 'f', arguments: members })
  const events = runParser({ format: printer.format, tools, reasoning: 'off' }, [text])
  expect(events.filter((event) => event.type === 'tool-call-end').map(({ status }) => status)).toEqual(['complete'])
  return argumentsOf(events, 0)
}

describe.each(printers)('G8 exact arguments of $format', (printer) => {
  it('keep the digits of every number', () => {
    fc.assert(
      fc.property(fc.array(numberText, { minLength: 1, maxLength: 5 }), (numbers) => {
        const members = numbers.map((text, index): [string, ExactJson] => [`k${index}`, { kind: 'number', text }])
        const json = parseCall(printer, members, () => ({ type: 'number' }))
        expect(readExactJson(json)).toEqual({ kind: 'object', members })
      }),
      propertySettings(0.5, printer),
    )
  })

  it('keep the digits of integers in objects, lists and unions', () => {
    fc.assert(
      fc.property(digits, (text) => {
        const number: ExactJson = { kind: 'number', text }
        const members: [string, ExactJson][] = [
          ['list', { kind: 'array', items: [number, number] }],
          ['object', { kind: 'object', members: [['id', number]] }],
          ['union', number],
        ]
        const types: Record<string, unknown> = {
          array: { type: 'array', items: { type: 'integer' } },
          object: { type: 'object', properties: { id: { type: 'integer' } } },
          number: { type: ['string', 'integer'] },
        }
        const json = parseCall(printer, members, (value) => types[value.kind])
        expect(readExactJson(json)).toEqual({ kind: 'object', members })
      }),
      propertySettings(0.25, printer),
    )
  })

  it('take keys such as __proto__ as text', () => {
    const free = keys.filter((key) => printer.names?.free?.test(key) ?? true)
    const parameters = keys.filter((key) => printer.names?.parameters?.includes(key) ?? true)
    fc.assert(
      fc.property(fc.shuffledSubarray(parameters, { minLength: 1 }), fc.constantFrom(...free), (names, toolName) => {
        const members = names.map((name): [string, ExactJson] => [name, { kind: 'string', value: `v of ${name}` }])
        const before = Object.getOwnPropertyNames(Object.prototype).length
        const declared = [toolOf(Object.fromEntries(names.map((name) => [name, { type: 'string' }])))]
        for (const tools of printer.tools === 'one' ? [declared] : [undefined, declared]) {
          const name = tools === undefined ? toolName : 'f'
          const text = printer.printCall({ name, arguments: members })
          const message = foldEvents(runParser({ format: printer.format, tools, reasoning: 'off' }, [text]))
          expect(message.toolCalls.map((call) => call.function.name)).toEqual([name])
          expect(readExactJson(message.toolCalls[0]?.function.arguments ?? '')).toEqual({ kind: 'object', members })
          expect(message.toolCalls[0]?.status).toBe('complete')
        }
        expect(Object.getOwnPropertyNames(Object.prototype)).toHaveLength(before)
        expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
      }),
      propertySettings(0.5, printer),
    )
  })

  it('are the bytes of the model where it wrote valid JSON, and P16 where the parser writes', () => {
    fc.assert(
      fc.property(hardDocument(printer), ({ text, tools, message, style }) => {
        const { toolCalls } = foldEvents(runParser({ format: printer.format, tools }, [text]))
        const calls = message.parts.filter((part): part is PrintedCall => typeof part !== 'string')
        for (const [index, call] of calls.entries()) {
          const actual = toolCalls[index]?.function.arguments
          if (printer.written === 'mixed') continue
          if (printer.printValue === undefined) {
            const spelled = printer.written ?? style.json
            expect(actual).toBe(writeExactJson({ kind: 'object', members: call.arguments }, spelled))
          } else if (call.arguments.every(([, value]) => value.kind === 'string')) {
            expect(actual).toBe(writeExactJson({ kind: 'object', members: call.arguments }, COMPACT))
          }
        }
      }),
      propertySettings(0.5, printer),
    )
  })

  it.skipIf(printer.written === 'mixed')('write strings with the escapes of P16', () => {
    const comesBack = (value: string): boolean =>
      !isAmbiguous(printer, { name: 'f', arguments: [['s', { kind: 'string', value }]] }, ['s'])
    fc.assert(
      fc.property(hardString.filter(comesBack), (value) => {
        const member: [string, ExactJson] = ['s', { kind: 'string', value }]
        // JSON.stringify writes the short escapes, lower-case \uXXXX for other controls and lone surrogates, and all else as it is.
        expect(parseCall(printer, [member], () => ({ type: 'string' }))).toBe(
          writeExactJson(
            { kind: 'object', members: [member] },
            printer.printValue === undefined
              ? ((printer.written as JsonStyle | undefined) ?? TEMPLATE_STYLE.json)
              : COMPACT,
          ),
        )
      }),
      propertySettings(0.5, printer),
    )
  })
})
