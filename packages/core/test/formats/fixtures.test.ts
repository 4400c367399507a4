import {
  FIXTURE_KINDS,
  type FormatFixture,
  argumentsOf,
  checkArguments,
  checkLedger,
  checkOrder,
  eachTwoWaySplit,
  expectSame,
  foldSeparately,
  mergeEvents,
  readFormatFixtures,
  runParser,
  splitAt,
  splitEvery,
} from '@tooldelta/testbed'
import { describe, expect, it } from 'vitest'
import { type ParserEvent, type ParserOptions, createToolCallParser, formats } from '../../src/index.ts'

describe.each(formats)('fixtures of $id', ({ id }) => {
  const fixtures = readFormatFixtures(id)

  it('has one of each kind', () => {
    expect(fixtures.map(({ kind }) => kind)).toEqual(expect.arrayContaining([...FIXTURE_KINDS]))
  })

  if (fixtures.length === 0) return

  const optionsOf = (fixture: FormatFixture): ParserOptions => ({
    ...fixture.options,
    format: id,
    ...(fixture.tools === undefined ? {} : { tools: fixture.tools }),
  })

  it.each(fixtures)('$kind: $title', (fixture) => {
    const options = optionsOf(fixture)
    const parser = createToolCallParser({ ...options, audit: true })
    const events = [...parser.feed(fixture.text), ...parser.end(fixture.finishReason)]
    const message = foldSeparately(events)
    const { expected } = fixture
    expect({
      content: message.content,
      reasoning: message.reasoning,
      calls: message.toolCalls.map((call, index) => ({
        name: call.function.name,
        arguments: call.function.arguments,
        status: call.status,
        ...(expected.calls[index]?.id === undefined ? {} : { id: call.id }),
      })),
      diagnostics: message.diagnostics.map(({ code }) => code),
    }).toEqual({ ...expected, diagnostics: expected.diagnostics ?? [] })
    checkOrder(events)
    checkArguments(events)
    checkLedger(fixture.text, events, parser.ledger())
  })

  it.each(fixtures)('$kind: $title: every cut gives the same', (fixture) => {
    const options = optionsOf(fixture)
    const { text, finishReason } = fixture
    const whole = mergeEvents(runParser(options, [text], finishReason))
    expectSame(mergeEvents(runParser(options, splitEvery(text, 1), finishReason)), whole, 'single characters')
    if (fixture.cuts !== undefined)
      expectSame(mergeEvents(runParser(options, splitAt(text, fixture.cuts), finishReason)), whole, 'as recorded')
    for (const chunks of eachTwoWaySplit(text))
      expectSame(mergeEvents(runParser(options, chunks, finishReason)), whole, chunks.join('¦'))
  })

  it.each(fixtures.filter(({ kind }) => kind === 'cut'))('$title: cut by length at every character', (fixture) => {
    const options = optionsOf(fixture)
    const whole = runParser(options, [fixture.text], fixture.finishReason)
    for (let length = 0; length < fixture.text.length; length += 1) {
      const text = fixture.text.slice(0, length)
      const parser = createToolCallParser({ ...options, audit: true })
      const events = [...parser.feed(text), ...parser.end('length')]
      checkOrder(events)
      checkArguments(events)
      checkLedger(text, events, parser.ledger())
      checkPrefix(events, whole, text)
    }
  })
})

/** What is cut is a beginning: the same calls in the same order, their arguments as far as they came. */
function checkPrefix(events: readonly ParserEvent[], whole: readonly ParserEvent[], text: string): void {
  const message = foldSeparately(events)
  const complete = foldSeparately(whole)
  for (const [index, call] of message.toolCalls.entries()) {
    expect(call.function.name, text).toBe(complete.toolCalls[index]?.function.name)
    if (call.status === 'truncated')
      expect(complete.toolCalls[index]?.function.arguments.startsWith(argumentsOf(events, index)), text).toBe(true)
  }
}
