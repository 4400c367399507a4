import {
  type FormatPrinter,
  type ParserInput,
  cuts,
  cutsOf,
  eachTwoWaySplit,
  expectSame,
  hardDocument,
  mergeEvents,
  parserInput,
  printers,
  propertySettings,
  runParser,
  splitAt,
  splitEvery,
  splitLikeTokens,
} from '@tooldelta/testbed'
import fc from 'fast-check'
import { describe, it } from 'vitest'
import { createToolCallParser } from '../../src/index.ts'

function eventsOf({ options, finishReason }: ParserInput, chunks: Iterable<string>): unknown {
  return mergeEvents(runParser(options, chunks, finishReason))
}

describe.each(printers)('G1 split invariance of $format', (printer) => {
  it('holds for random cuts, single characters and token cuts, whatever the text and the options', () => {
    fc.assert(
      fc.property(parserInput(printer, { limits: true }), cuts, (input, fractions) => {
        const { text } = input
        const whole = eventsOf(input, [text])
        expectSame(eventsOf(input, splitEvery(text, 1)), whole, 'single characters')
        expectSame(eventsOf(input, splitAt(text, cutsOf(text, fractions))), whole, 'random cuts')
        expectSame(eventsOf(input, splitLikeTokens(text)), whole, 'token cuts')
      }),
      propertySettings(1, printer),
    )
  })

  it('holds for every cut in two and every small chunk size', () => {
    fc.assert(
      fc.property(parserInput(printer), (input) => {
        const text = input.text.slice(0, 160)
        const whole = eventsOf(input, [text])
        for (const chunks of eachTwoWaySplit(text)) expectSame(eventsOf(input, chunks), whole, chunks.join('¦'))
        for (let size = 2; size < 9; size += 1)
          expectSame(eventsOf(input, splitEvery(text, size)), whole, `size ${size}`)
      }),
      propertySettings(0.1, printer),
    )
  })

  it('holds with empty chunks between', () => {
    fc.assert(
      fc.property(hardDocument(printer), cuts, ({ text, tools }, fractions) => {
        const options = { format: printer.format, tools }
        const chunks = splitAt(text, cutsOf(text, fractions)).flatMap((chunk) => ['', chunk, ''])
        expectSame(mergeEvents(runParser(options, chunks)), mergeEvents(runParser(options, [text])))
      }),
      propertySettings(0.1, printer),
    )
  })

  it('holds for every grouping of tokens whose ids come along, and is what the text alone gives where they agree with it', () => {
    fc.assert(
      fc.property(parserInput(printer), cuts, (input, fractions) => {
        const { text, options, finishReason } = input
        const { tokens, markers } = tokenize(text, printer)
        const parser = createToolCallParser(options)
        const events = []
        for (const group of splitAt(tokens, cutsOf(tokens, fractions))) {
          const ids = group.map((token) => markers[token] ?? 0)
          events.push(...parser.feed(group.join(''), { ids, markers }))
        }
        events.push(...parser.end(finishReason))
        expectSame(mergeEvents(events), eventsOf(input, [text]))
      }),
      propertySettings(0.25, printer),
    )
  })
})

/** The text as tokens: a wrapper or a reasoning marker is one, as in the vocabularies of these models. */
function tokenize(text: string, { markers }: FormatPrinter): { tokens: string[]; markers: Record<string, number> } {
  const special = markers.filter((marker) => !/=|funct|parameter/.test(marker))
  const expression = new RegExp(`(${special.map((marker) => marker.replaceAll(/[|[\]]/g, String.raw`\$&`)).join('|')})`)
  const tokens = text.split(expression).flatMap((piece, index) => (index % 2 === 1 ? [piece] : splitLikeTokens(piece)))
  return { tokens, markers: Object.fromEntries(special.map((marker, index) => [marker, 1000 + index])) }
}
