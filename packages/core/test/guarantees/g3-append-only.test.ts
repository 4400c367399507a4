import {
  argumentsOf,
  checkArguments,
  parserInput,
  printers,
  propertySettings,
  runParser,
  splitEvery,
} from '@tooldelta/testbed'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createToolCallParser } from '../../src/index.ts'

describe.each(printers)('G3 append-only arguments of $format', (printer) => {
  it('are one JSON object at the end of a call that is not truncated, and parse at no time before', () => {
    fc.assert(
      fc.property(parserInput(printer, { limits: true }), ({ text, options, finishReason }) => {
        checkArguments(runParser(options, splitEvery(text, 1), finishReason))
        checkArguments(runParser(options, [text], finishReason))
      }),
      propertySettings(1, printer),
    )
  })

  it('of a stream that is cut anywhere are a prefix of the whole ones, and truncated when something is missing', () => {
    fc.assert(
      fc.property(parserInput(printer), fc.constantFrom('length', 'abort'), ({ text, options }, finishReason) => {
        const whole = runParser(options, [text], 'stop')
        const parser = createToolCallParser(options)
        const events = []
        for (const char of splitEvery(text.slice(0, 500), 1)) {
          events.push(...parser.feed(char))
          const starts = events.filter((event) => event.type === 'tool-call-start')
          for (const { index } of starts) {
            expect(argumentsOf(whole, index).startsWith(argumentsOf(events, index)), 'a prefix of the whole').toBe(true)
          }
        }
        checkArguments([...events, ...parser.end(finishReason)])
      }),
      propertySettings(0.1, printer),
    )
  })
})
