import {
  type HardDocument,
  type PrintedCall,
  cuts,
  cutsOf,
  expectationOf,
  foldSeparately,
  hardDocument,
  printers,
  propertySettings,
  readExactJson,
  runParser,
  splitAt,
} from '@tooldelta/testbed'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

/** The arguments of a call, to the digit and with the order of keys. */
function membersOf(json: string): unknown {
  return readExactJson(json)
}

function expectedMembers(call: PrintedCall): unknown {
  return { kind: 'object', members: call.arguments }
}

function checkDocument({ printer, tools, message, text }: HardDocument, fractions: number[]): void {
  const chunks = splitAt(text, cutsOf(text, fractions))
  const parsed = foldSeparately(runParser({ format: printer.format, tools }, chunks))
  const expected = expectationOf(message, printer.reasoning === 'open', printer.messages?.join)
  expect(parsed.toolCalls.map((call) => call.function.name)).toEqual(expected.calls.map((call) => call.name))
  expect(parsed.toolCalls.map((call) => membersOf(call.function.arguments))).toEqual(
    expected.calls.map(expectedMembers),
  )
  expect(parsed.toolCalls.map((call) => call.status)).toEqual(expected.calls.map(() => 'complete'))
  expect({ content: parsed.content, reasoning: parsed.reasoning }).toEqual({
    content: expected.content,
    reasoning: expected.reasoning,
  })
}

describe.each(printers)('what the template of $format writes', (printer) => {
  it('comes back exactly: reasoning, content, names, values', () => {
    fc.assert(
      fc.property(hardDocument(printer), cuts, (document, fractions) => checkDocument(document, fractions)),
      propertySettings(1, printer),
    )
  })
})
