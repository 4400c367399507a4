import {
  type FormatPrinter,
  checkLedger,
  cuts,
  cutsOf,
  expectSame,
  foldSeparately,
  hardDocument,
  hardString,
  parserInput,
  printers,
  propertySettings,
  splitAt,
} from '@tooldelta/testbed'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type FinishReason,
  type LedgerEntry,
  type ParserEvent,
  type ParserOptions,
  createToolCallParser,
  findFormat,
  parseToolCalls,
} from '../../src/index.ts'

function audit(
  options: ParserOptions,
  chunks: readonly string[],
  finishReason?: FinishReason,
): { events: ParserEvent[]; ledger: LedgerEntry[] } {
  const parser = createToolCallParser({ ...options, audit: true })
  const events = chunks.flatMap((chunk) => parser.feed(chunk))
  events.push(...parser.end(finishReason))
  return { events, ledger: parser.ledger() }
}

/** The text of one kind of ledger entry. */
function textOf(text: string, ledger: readonly LedgerEntry[], kind: LedgerEntry['kind']): string {
  return ledger.map((entry) => (entry.kind === kind ? text.slice(entry.start, entry.end) : '')).join('')
}

/** Markup of a format: its markers, its tags with names, end tokens and blanks. */
function tagMarkup({ markers, tags, format }: FormatPrinter): RegExp {
  const literals = [...markers, ...findFormat(format).endTokens].map((marker) =>
    marker.replaceAll(/[|[\]]/g, String.raw`\$&`),
  )
  return new RegExp(`^(?:[ \\t\\r\\n]|${[...(tags ?? []).map((tag) => tag.source), ...literals].join('|')})*$`)
}

/** What may be removed from a text without any call. */
function withoutEndTokens(text: string, format: string): string {
  return findFormat(format).endTokens.reduce((rest, token) => rest.replaceAll(token, ''), text)
}

describe.each(printers)('G4 nothing lost with $format', (printer) => {
  it('has a ledger of every input character', () => {
    fc.assert(
      fc.property(parserInput(printer, { limits: true }), cuts, ({ text, options, finishReason }, fractions) => {
        const { events, ledger } = audit(options, splitAt(text, cutsOf(text, fractions)), finishReason)
        checkLedger(text, events, ledger)
        expectSame(audit(options, [text], finishReason).ledger, ledger)
      }),
      propertySettings(1, printer),
    )
  })

  it('accounts the arguments of valid documents to the characters that they are made of', () => {
    fc.assert(
      fc.property(hardDocument(printer), ({ text, tools, message, style }) => {
        const { events, ledger } = audit({ format: printer.format, tools }, [text])
        const calls = message.parts.filter((part) => typeof part !== 'string')
        const { printValue, argumentSource } = printer
        const expected =
          argumentSource !== undefined
            ? calls.map((call) => argumentSource(call, style))
            : printValue !== undefined
              ? calls.flatMap((call) => call.arguments.map(([, value]) => printValue(value)))
              : foldSeparately(events).toolCalls.map((call) => call.function.arguments)
        if (!style.encodeArguments) expect(textOf(text, ledger, 'arguments')).toBe(expected.join(''))
        expect(textOf(text, ledger, 'dropped')).toBe('')
      }),
      propertySettings(0.5, printer),
    )
  })

  it('gives a text that holds no call back as content, byte for byte', () => {
    fc.assert(
      fc.property(hardString, fc.constantFrom(undefined, 'none' as const), (text, tools) => {
        const options: ParserOptions = {
          format: printer.format,
          reasoning: 'off',
          ...(tools === undefined && printer.tools !== 'one' ? {} : { tools: [] }),
        }
        const { toolCalls, content } = parseToolCalls(text, options)
        const layout = (printer.response ?? []).some((marker) => text.includes(marker))
        if (toolCalls.length === 0 && !layout) expect(content ?? '').toBe(withoutEndTokens(text, printer.format))
      }),
      propertySettings(1, printer),
    )
  })
})

const tagPrinters = printers.filter((printer) => printer.tags !== undefined)

describe.each(tagPrinters)('G4 nothing lost with the tags of $format', (printer) => {
  it('counts nothing but tags and blanks as markup', () => {
    const markup = tagMarkup(printer)
    fc.assert(
      fc.property(parserInput(printer), ({ text, options, finishReason }) => {
        const { events, ledger } = audit(options, [text], finishReason)
        const otherBody = events.some((event) => event.type === 'diagnostic' && event.code === 'other-dialect')
        if (!otherBody) expect(textOf(text, ledger, 'markup')).toMatch(markup)
      }),
      propertySettings(0.5, printer),
    )
  })
})
