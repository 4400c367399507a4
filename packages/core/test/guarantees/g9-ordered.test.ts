import {
  checkOrder,
  cuts,
  cutsOf,
  foldSeparately,
  parserInput,
  printers,
  propertySettings,
  runParser,
  splitAt,
} from '@tooldelta/testbed'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createDeltaEncoder } from '../../src/index.ts'

describe.each(printers)('G9 ordered events of $format', (printer) => {
  it('number the calls by appearance, start each once and let no content into them', () => {
    fc.assert(
      fc.property(parserInput(printer, { limits: true }), cuts, ({ text, options, finishReason }, fractions) => {
        checkOrder(runParser(options, splitAt(text, cutsOf(text, fractions)), finishReason))
      }),
      propertySettings(0.6, printer),
    )
  })

  it('name no place outside the text in a diagnostic', () => {
    fc.assert(
      fc.property(parserInput(printer, { limits: true }), ({ text, options, finishReason }) => {
        for (const event of runParser(options, [text], finishReason)) {
          if (event.type !== 'diagnostic') continue
          expect(event.offset, event.code).toBeGreaterThanOrEqual(0)
          expect(event.offset, event.code).toBeLessThanOrEqual(text.length)
        }
      }),
      propertySettings(0.2, printer),
    )
  })

  it('become deltas that say id, type and name once and fold back to the message', () => {
    fc.assert(
      fc.property(parserInput(printer), cuts, ({ text, options, finishReason }, fractions) => {
        const events = runParser(options, splitAt(text, cutsOf(text, fractions)), finishReason)
        const encoder = createDeltaEncoder()
        const calls: { id: string; name: string; arguments: string }[] = []
        let content = ''
        for (const event of events) {
          for (const delta of encoder.encode([event])) {
            content += delta.content ?? ''
            for (const { index, id, function: called } of delta.tool_calls ?? []) {
              if (id !== undefined) {
                expect(index).toBe(calls.length)
                calls.push({ id, name: called?.name ?? '', arguments: '' })
              }
              const call = calls[index] as (typeof calls)[number]
              call.arguments += called?.arguments ?? ''
            }
          }
        }
        const message = foldSeparately(events)
        expect(content).toBe(message.content ?? '')
        expect(calls).toEqual(message.toolCalls.map((call) => ({ id: call.id, ...call.function })))
      }),
      propertySettings(0.2, printer),
    )
  })
})
