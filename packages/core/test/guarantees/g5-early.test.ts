import {
  type ExactJson,
  type FormatPrinter,
  type PrintedCall,
  argumentsOf,
  hardString,
  isAmbiguous,
  printers,
  propertySettings,
} from '@tooldelta/testbed'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ParserEvent, type ParserOptions, createToolCallParser, findFormat } from '../../src/index.ts'

const TOOLS = [
  {
    type: 'function' as const,
    function: {
      name: 'write',
      parameters: { type: 'object', properties: { text: { type: 'string' }, data: { type: 'object' } } },
    },
  },
]

/** Longest run of blanks that may stand between the markers of a chain of closers. */
const BLANKS = 64
/** Longest wait for the name in a parameter tag: the name and blanks around it. */
const NAME = 256 + 2 * BLANKS

interface Written {
  before: string
  /** The value as the format spells it. */
  raw: string
  after: string
}

/** A call with one string argument, taken apart around the value. */
function write(printer: FormatPrinter, value: string): Written {
  const call = (text: string): PrintedCall => ({
    name: 'write',
    arguments: [['text', { kind: 'string', value: text }]],
  })
  const [before, after] = printer.printCall(call('@@')).split('@@') as [string, string]
  const whole = printer.printCall(call(value))
  return { before, raw: whole.slice(before.length, whole.length - after.length), after }
}

function optionsOf(printer: FormatPrinter, more: Partial<ParserOptions> = {}): ParserOptions {
  return { format: printer.format, tools: TOOLS, reasoning: 'off', ...more }
}

function longestMarker(printer: FormatPrinter): number {
  return Math.max(...[...printer.markers, ...findFormat(printer.format).endTokens].map((marker) => marker.length))
}

/** The characters of the string that a reader has after these events. */
function received(events: readonly ParserEvent[]): string {
  const text = argumentsOf(events, 0)
  return text.includes(':') ? ((JSON.parse(`${text}"}`) as { text: string }).text ?? '') : ''
}

/**
 * Feeds the value a character at a time and checks after each that at most `bound` of them are held back.
 */
function checkHeld(printer: FormatPrinter, value: string, bound: number): void {
  const { before, raw } = write(printer, value)
  const parser = createToolCallParser(optionsOf(printer))
  const events = parser.feed(before)
  for (const [index, unit] of raw.split('').entries()) {
    events.push(...parser.feed(unit))
    const { held } = parser.inspect()
    if (held.length > bound)
      expect.fail(`${held.length} characters are held after ${index + 1}: ${JSON.stringify(held)}`)
    if (index % 16 !== 0 && index !== raw.length - 1) continue
    const text = received(events)
    expect(value.startsWith(text)).toBe(true)
    if (printer.printValue !== undefined)
      expect(value.length - text.length).toBeLessThanOrEqual(raw.length - index - 1 + bound)
  }
}

const MARKUP = /<\/?(?:parameter|function|tool_call|seed:|longcat|steptml|\||｜)|<\//

describe.each(printers)('G5 early strings of $format', (printer) => {
  const comesBack = (value: string): boolean =>
    !isAmbiguous(printer, { name: 'write', arguments: [['text', { kind: 'string', value }]] }, ['text', 'data'])

  it('holds no more than a marker, a line break and half a character of a string without markup', () => {
    const bound = Math.max(longestMarker(printer), printer.hold ?? 0) + 2 + 1
    const plain = hardString.map((text) => (MARKUP.test(text) ? text.replaceAll('<', '(') : text)).filter(comesBack)
    fc.assert(
      fc.property(plain, (value) => checkHeld(printer, value, bound)),
      propertySettings(0.4, printer),
    )
  })

  it('holds no more than the longest chain of closers of any string', () => {
    const marker = longestMarker(printer)
    const bound = Math.max(3 * marker + 2 * BLANKS, '<parameter='.length + NAME) + 4 * marker + 2 + 1
    fc.assert(
      fc.property(hardString.filter(comesBack), (value) => checkHeld(printer, value, bound)),
      propertySettings(0.4, printer),
    )
  })

  it('sends each character of plain text with the next one at the latest', () => {
    const { before, raw } = write(printer, 'abcdefghijklmnopqrstuvwxyz 0123456789')
    const parser = createToolCallParser(optionsOf(printer))
    const events = parser.feed(before)
    for (const [index, unit] of raw.split('').entries()) {
      events.push(...parser.feed(unit))
      expect(received(events).length).toBeGreaterThanOrEqual(index)
    }
  })

  it('holds nothing that grows while a line of 1 MB streams', () => {
    const line = 'x'.repeat(1 << 20)
    const { before, raw, after } = write(printer, line)
    const parser = createToolCallParser(optionsOf(printer))
    const events = parser.feed(before)
    let sent = argumentsOf(events, 0).length
    for (let from = 0; from < raw.length; from += 4096) {
      const more = parser.feed(raw.slice(from, from + 4096))
      sent += argumentsOf(more, 0).length
      events.push(...more)
      expect(parser.inspect().held.length).toBeLessThan(64)
      expect(sent).toBeGreaterThan(from)
      expect(JSON.stringify(parser.snapshot()).length).toBeLessThan(4096)
    }
    events.push(...parser.feed(after), ...parser.end())
    expect((JSON.parse(argumentsOf(events, 0)) as { text: string }).text === line).toBe(true)
  })

  it('sends the start of a call with its name, before any argument', () => {
    const { before } = write(printer, 'x')
    const parser = createToolCallParser(optionsOf(printer))
    expect(parser.feed(before).some((event) => event.type === 'tool-call-start' && event.name === 'write')).toBe(true)
  })
})

const DATA: ExactJson = { kind: 'object', members: [['a', { kind: 'string', value: 'x'.repeat(2000) }]] }
/** Formats that write an object as one text: it waits until it is whole. */
const waiting = printers.filter((printer) => printer.printValue?.(DATA).startsWith('{"'))

describe.each(waiting)('G5 bounded waits of $format', (printer) => {
  it('ends the wait of a value at limits.heldChars', () => {
    const whole = printer.printCall({ name: 'write', arguments: [['data', DATA]] })
    const start = whole.indexOf('{"a"')
    const [before, raw] = [whole.slice(0, start), whole.slice(start, start + 2000)]
    const parser = createToolCallParser(optionsOf(printer, { limits: { heldChars: 100 } }))
    const events = parser.feed(before)
    for (const [index, unit] of raw.split('').entries()) {
      events.push(...parser.feed(unit))
      expect(argumentsOf(events, 0).length).toBeGreaterThanOrEqual(index - 100 - longestMarker(printer))
    }
    expect(events.filter((event) => event.type === 'diagnostic').map(({ code }) => code)).toEqual(['limit'])
  })
})
