import { InvariantError, checkInvariants } from '@tooldelta/testbed'
import { describe, expect, it } from 'vitest'
import { type ParserEvent, createToolCallParser } from '../../src/index.ts'

const text = 'Hi.\n<tool_call>\n{"name": "ls", "arguments": {"path": "a b"}}\n</tool_call>\n'

describe('checkInvariants', () => {
  it('says what was run when everything holds', () => {
    const expected = {
      content: 'Hi.',
      calls: [{ name: 'ls', arguments: { path: 'a b' }, status: 'complete' as const }],
      diagnostics: [],
    }
    const { cases, runs, ends } = checkInvariants('hermes', [{ text, expected }])
    expect({ cases, ends }).toEqual({ cases: 1, ends: text.length })
    expect(runs).toBeGreaterThan(2 * text.length)
  })

  it('names the case and the difference when the result is another', () => {
    const cases = [{ name: 'greeting', text, expected: { content: 'Ho.' } }]
    expect(() => checkInvariants('hermes', cases)).toThrow(/^greeting: content: /)
    expect(() => checkInvariants('hermes', [])).toThrow(TypeError)
  })

  const broken: [string, RegExp, (events: ParserEvent[], chunk: string) => ParserEvent[]][] = [
    ['events that depend on the cuts', /chunks of 1/, (events, chunk) => (chunk === 'b' ? [] : events)],
    [
      'text inside a call',
      /content inside a call/,
      (events) =>
        events.flatMap((event): ParserEvent[] =>
          event.type === 'tool-call-start' ? [event, { type: 'content', text: 'x' }] : [event],
        ),
    ],
    [
      'arguments that are no JSON',
      /no JSON object/,
      (events) =>
        events.map((event) => (event.type === 'tool-call-arguments' ? { ...event, text: `${event.text},` } : event)),
    ],
    ['lost text', /content is not what the ledger says/, (events) => events.filter(({ type }) => type !== 'content')],
  ]

  it.each(broken)('finds %s', (_, message, change) => {
    const create = (): ReturnType<typeof wrap> => wrap(change)
    expect(() => checkInvariants(create, [{ text }])).toThrow(message)
    expect(() => checkInvariants(create, [{ text }])).toThrow(InvariantError)
  })

  it('finds a parser that throws on cut text', () => {
    const create = (): ReturnType<typeof wrap> => {
      const parser = createToolCallParser({ format: 'hermes', audit: true })
      return {
        feed: (chunk) => parser.feed(chunk),
        end: (reason) => {
          if (reason === 'length') throw new Error('boom')
          return parser.end(reason)
        },
        ledger: () => parser.ledger(),
      }
    }
    expect(() => checkInvariants(create, [{ text }])).toThrow('boom')
  })
})

/** A parser whose events are changed on their way. */
function wrap(change: (events: ParserEvent[], chunk: string) => ParserEvent[]): {
  feed: (chunk: string) => ParserEvent[]
  end: (reason?: string) => ParserEvent[]
  ledger: ReturnType<typeof createToolCallParser>['ledger']
} {
  const parser = createToolCallParser({ format: 'hermes', audit: true })
  return {
    feed: (chunk) => change(parser.feed(chunk), chunk),
    end: (reason) => parser.end(reason),
    ledger: () => parser.ledger(),
  }
}
