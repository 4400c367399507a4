import {
  type FormatPrinter,
  type PrintStyle,
  type PrintedCall,
  COMPACT,
  TEMPLATE,
  TEMPLATE_STYLE,
  argumentsOf,
  cuts,
  cutsOf,
  hardString,
  isAmbiguous,
  printers,
  propertySettings,
  runParser,
  splitAt,
} from '@tooldelta/testbed'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

const KEY = 'text'
const TOOLS = [
  {
    type: 'function' as const,
    function: { name: 'write', parameters: { type: 'object', properties: { [KEY]: { type: 'string' } } } },
  },
]

/** Any UTF-16 units: lone surrogates, controls, everything. */
const anyUnits = fc.array(fc.nat(0xffff), { maxLength: 40 }).map((units) => String.fromCharCode(...units))
const ascii = fc.string({ unit: 'binary-ascii', maxLength: 60 })
const anyString = fc.oneof(hardString, anyUnits, ascii, fc.string({ unit: 'binary', maxLength: 30 }))

const styles: PrintStyle[] = [COMPACT, TEMPLATE, { ...TEMPLATE, ascii: true }].map((json) => ({
  ...TEMPLATE_STYLE,
  json,
}))
const encoded = styles.map((style) => ({ ...style, encodeArguments: true }))

function callOf(value: string): PrintedCall {
  return { name: 'write', arguments: [[KEY, { kind: 'string', value }]] }
}

function readBack(printer: FormatPrinter, text: string, chunks: string[], tools: typeof TOOLS | undefined): unknown {
  const events = runParser({ format: printer.format, tools, reasoning: 'off' }, chunks)
  const ends = events.filter((event) => event.type === 'tool-call-end').map((event) => event.status)
  expect(ends, text).toEqual(['complete'])
  return (JSON.parse(argumentsOf(events, 0)) as Record<string, unknown>)[KEY]
}

describe.each(printers)('escape fuzz of $format', (printer) => {
  const styleOf = fc.constantFrom(...styles, ...(printer.format === 'granite4' ? encoded : []))

  it('gives any string back exactly: parse(render(value))', () => {
    const value = anyString.filter((text) => !isAmbiguous(printer, callOf(text), [KEY]))
    fc.assert(
      fc.property(value, styleOf, cuts, (text, style, fractions) => {
        const document = printer.printCall(callOf(text), style)
        expect(readBack(printer, document, splitAt(document, cutsOf(document, fractions)), TOOLS)).toBe(text)
      }),
      propertySettings(0.75, printer),
    )
  })

  it('gives any string back without declared tools', () => {
    const value = anyString.filter((text) => !isAmbiguous(printer, callOf(text)))
    fc.assert(
      fc.property(value, styleOf, (text, style) => {
        const document = printer.printCall(callOf(text), style)
        expect(readBack(printer, document, [document], printer.tools === 'one' ? TOOLS : undefined)).toBe(text)
      }),
      propertySettings(0.3, printer),
    )
  })

  it('gives each single UTF-16 unit back', () => {
    const all = Array.from({ length: 0x1_0000 }, (_, code) => String.fromCharCode(code))
    const texts = [all.slice(0, 0x300), all.slice(0x2000, 0x2100), all.slice(0xd7f0, 0xe010), all.slice(0xfe00)].map(
      (units) => units.join('a'),
    )
    for (const text of texts) {
      const document = printer.printCall(callOf(text))
      expect(readBack(printer, document, [document], TOOLS)).toBe(text)
    }
  })

  it('gives backslash runs of every length back, before every kind of character', () => {
    for (const next of ['', 'n', 'u', '"', "'", '\n', 'x', '\\', '/', '😀']) {
      for (let length = 0; length < 9; length += 1) {
        const text = `a${'\\'.repeat(length)}${next}b`
        const document = printer.printCall(callOf(text))
        expect(readBack(printer, document, [document], TOOLS)).toBe(text)
      }
    }
  })

  it('gives a line of 1 MB back', () => {
    const line = 'a"\\é😀<b> '.repeat(110_000)
    const document = printer.printCall(callOf(line))
    const chunks = splitAt(
      document,
      Array.from({ length: 300 }, (_, index) => index * 4001),
    )
    expect(readBack(printer, 'a line of 1 MB', chunks, TOOLS) === line).toBe(true)
  })
})
