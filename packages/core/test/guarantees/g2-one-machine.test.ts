import {
  cuts,
  cutsOf,
  expectSame,
  foldSeparately,
  parserInput,
  printers,
  propertySettings,
  runParser,
  splitAt,
} from '@tooldelta/testbed'
import fc from 'fast-check'
import { describe, it } from 'vitest'
import { foldEvents, parseToolCalls } from '../../src/index.ts'

describe.each(printers)('G2 one machine for $format', (printer) => {
  it('parses a whole text to the fold of any stream of it', () => {
    fc.assert(
      fc.property(parserInput(printer, { limits: true }), cuts, ({ text, options, finishReason }, fractions) => {
        const events = runParser(options, splitAt(text, cutsOf(text, fractions)), finishReason)
        const message = parseToolCalls(text, { ...options, finishReason })
        expectSame(message, foldSeparately(events))
        expectSame(foldEvents(events), message)
      }),
      propertySettings(0.5, printer),
    )
  })
})
