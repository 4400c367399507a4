import {
  argumentsOf,
  checkArguments,
  checkLedger,
  checkOrder,
  eachTwoWaySplit,
  expectSame,
  foldSeparately,
  mergeEvents,
  runParser,
  splitEvery,
} from '@tooldelta/testbed'
import { describe, expect, it } from 'vitest'
import { type ParserOptions, createToolCallParser, restoreToolCallParser } from '../../src/index.ts'
import { type TemplateFixture, fixtures } from './fixtures.ts'
import { templates } from './templates.ts'

function optionsOf({ template, tools, options }: TemplateFixture): ParserOptions {
  return { ...options, format: templates[template]!, ...(tools === undefined ? {} : { tools }) }
}

describe.each(fixtures)('$template: $title', (fixture) => {
  const options = optionsOf(fixture)
  const { text, finishReason, expected } = fixture

  it('gives what is expected', () => {
    const parser = createToolCallParser({ ...options, audit: true })
    const events = [...parser.feed(text), ...parser.end(finishReason)]
    const message = foldSeparately(events)
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
    }).toEqual({ content: null, reasoning: null, diagnostics: [], ...expected })
    checkOrder(events)
    checkArguments(events)
    checkLedger(text, events, parser.ledger())
  })

  it('gives the same for every cut, and from every snapshot', () => {
    const whole = mergeEvents(runParser(options, [text], finishReason))
    expectSame(mergeEvents(runParser(options, splitEvery(text, 1), finishReason)), whole, 'single characters')
    for (const [before, after] of eachTwoWaySplit(text)) {
      const first = createToolCallParser(options)
      const events = first.feed(before)
      const second = restoreToolCallParser(options, structuredClone(first.snapshot()))
      events.push(...second.feed(after), ...second.end(finishReason))
      expectSame(mergeEvents(events), whole, `${before}¦${after}`)
    }
  })

  it('never takes what was cut for whole', () => {
    const whole = foldSeparately(runParser(options, [text], finishReason))
    for (let length = 0; length < text.length; length += 1) {
      const cut = text.slice(0, length)
      const parser = createToolCallParser({ ...options, audit: true })
      const events = [...parser.feed(cut), ...parser.end('length')]
      checkOrder(events)
      checkArguments(events)
      checkLedger(cut, events, parser.ledger())
      for (const [index, call] of foldSeparately(events).toolCalls.entries()) {
        const complete = whole.toolCalls[index]?.function
        expect(call.function.name, cut).toBe(complete?.name)
        if (fixture.ambiguous === undefined)
          expect(complete?.arguments.startsWith(argumentsOf(events, index)), cut).toBe(true)
      }
    }
  })
})
