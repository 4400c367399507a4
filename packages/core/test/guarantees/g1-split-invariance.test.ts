import {
  type ParserInput,
  cuts,
  cutsOf,
  eachTwoWaySplit,
  hardDocument,
  mergeEvents,
  parserInput,
  printers,
  propertySettings,
  runParser,
  splitAt,
  splitEvery,
  splitLikeTokens,
} from '@tooldelta/testkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

function eventsOf({ options, finishReason }: ParserInput, chunks: Iterable<string>): unknown {
  return mergeEvents(runParser(options, chunks, finishReason))
}

describe.each(printers)('G1 split invariance of $format', (printer) => {
  it('holds for random cuts, single characters and token cuts, whatever the text and the options', () => {
    fc.assert(
      fc.property(parserInput(printer, { limits: true }), cuts, (input, fractions) => {
        const { text } = input
        const whole = eventsOf(input, [text])
        expect(eventsOf(input, splitEvery(text, 1)), 'single characters').toEqual(whole)
        expect(eventsOf(input, splitAt(text, cutsOf(text, fractions))), 'random cuts').toEqual(whole)
        expect(eventsOf(input, splitLikeTokens(text)), 'token cuts').toEqual(whole)
      }),
      propertySettings(),
    )
  })

  it('holds for every cut in two and every small chunk size', () => {
    fc.assert(
      fc.property(parserInput(printer), (input) => {
        const text = input.text.slice(0, 400)
        const whole = eventsOf(input, [text])
        for (const chunks of eachTwoWaySplit(text)) expect(eventsOf(input, chunks), chunks.join('¦')).toEqual(whole)
        for (let size = 2; size < 9; size += 1) expect(eventsOf(input, splitEvery(text, size)), `size ${size}`).toEqual(whole)
      }),
      propertySettings(0.1),
    )
  })

  it('holds with empty chunks between', () => {
    fc.assert(
      fc.property(hardDocument(printer), cuts, ({ text, tools }, fractions) => {
        const options = { format: printer.format, tools }
        const chunks = splitAt(text, cutsOf(text, fractions)).flatMap((chunk) => ['', chunk, ''])
        expect(mergeEvents(runParser(options, chunks))).toEqual(mergeEvents(runParser(options, [text])))
      }),
      propertySettings(0.1),
    )
  })
})
