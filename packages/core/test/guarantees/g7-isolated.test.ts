import {
  cuts,
  cutsOf,
  mergeEvents,
  parserInput,
  printers,
  propertySettings,
  runParser,
  splitAt,
  splitEvery,
} from '@tooldelta/testbed'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Format } from '../../src/formats/format.ts'
import { findDefinition } from '../../src/formats/registry.ts'
import { type ParserEvent, type ParserSnapshot, createToolCallParser, restoreToolCallParser } from '../../src/index.ts'

function copy(snapshot: ParserSnapshot): ParserSnapshot {
  return JSON.parse(JSON.stringify(snapshot)) as ParserSnapshot
}

describe.each(printers)('G7 isolated parsers of $format', (printer) => {
  it('do not notice each other', () => {
    fc.assert(
      fc.property(parserInput(printer, { limits: true }), parserInput(printer), cuts, (one, other, fractions) => {
        const inputs = [one, other, one]
        const parsers = inputs.map(({ options }) => createToolCallParser(options))
        const chunks = inputs.map(({ text }) => splitAt(text, cutsOf(text, fractions)))
        const events: ParserEvent[][] = inputs.map(() => [])
        for (let turn = 0; turn <= fractions.length; turn += 1) {
          for (const [index, parser] of parsers.entries())
            events[index]?.push(...parser.feed(chunks[index]?.[turn] ?? ''))
        }
        for (const [index, parser] of parsers.entries()) events[index]?.push(...parser.end(inputs[index]?.finishReason))
        for (const [index, { options, finishReason }] of inputs.entries()) {
          expect(events[index]).toEqual(runParser(options, chunks[index] as string[], finishReason))
        }
      }),
      propertySettings(0.2, printer),
    )
  })

  it('go on in another process from a snapshot at every position', () => {
    fc.assert(
      fc.property(parserInput(printer, { limits: true }), ({ text, options, finishReason }) => {
        const head = text.slice(0, 300)
        let parser = createToolCallParser(options)
        const events: ParserEvent[] = []
        for (const unit of splitEvery(head, 1)) {
          events.push(...parser.feed(unit))
          parser = restoreToolCallParser(options, copy(parser.snapshot()))
        }
        events.push(...parser.end(finishReason))
        const straight = createToolCallParser(options)
        const expected = [...straight.feed(head), ...straight.end(finishReason)]
        expect(mergeEvents(events)).toEqual(mergeEvents(expected))
        expect(parser.ledger()).toEqual(straight.ledger())
      }),
      propertySettings(0.08, printer),
    )
  })

  it('leave a snapshot as it is while they go on', () => {
    fc.assert(
      fc.property(
        parserInput(printer, { limits: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (input, fraction) => {
          const { text, options, finishReason } = input
          const at = Math.floor(text.length * fraction)
          const parser = createToolCallParser(options)
          parser.feed(text.slice(0, at))
          const snapshot = parser.snapshot()
          const before = JSON.stringify(snapshot)
          const rest = [...parser.feed(text.slice(at)), ...parser.end(finishReason)]
          expect(JSON.stringify(snapshot)).toBe(before)
          for (let copies = 0; copies < 2; copies += 1) {
            const restored = restoreToolCallParser(options, snapshot)
            expect(restored.inspect()).toEqual(restoreToolCallParser(options, copy(snapshot)).inspect())
            expect([...restored.feed(text.slice(at)), ...restored.end(finishReason)]).toEqual(rest)
          }
          expect(JSON.stringify(snapshot)).toBe(before)
        },
      ),
      propertySettings(0.2, printer),
    )
  })

  it('take no state from the options and change nothing in them', () => {
    fc.assert(
      fc.property(parserInput(printer), ({ text, options, finishReason }) => {
        const before = JSON.stringify(options)
        const first = runParser(options, [text], finishReason)
        expect(JSON.stringify(options)).toBe(before)
        expect(runParser(options, [text], finishReason)).toEqual(first)
      }),
      propertySettings(0.1, printer),
    )
  })
})

it.each(printers)('G7 parsers of $format share nothing that depends on their options', (printer) => {
  fc.assert(
    fc.property(parserInput(printer), ({ text, options, finishReason }) => {
      // A copy of a row is a format of its own: nobody has made anything of it yet.
      const copyRow = (): Format => ({ ...(findDefinition(options.format) as Format) })
      const shared = copyRow()
      for (const tools of [[], options.tools]) {
        for (const reasoning of ['off', 'tags'] as const) {
          const own = { ...options, tools, reasoning }
          const alone = runParser({ ...own, format: copyRow() }, [text], finishReason)
          expect(runParser({ ...own, format: shared }, [text], finishReason)).toEqual(alone)
        }
      }
    }),
    propertySettings(0.1, printer),
  )
})
