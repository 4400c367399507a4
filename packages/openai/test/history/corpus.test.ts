import { readHistoricArguments, readHistoricConversations } from '@tooldelta/testbed'
import { describe, expect, it } from 'vitest'
import { normalizeHistory, type HistoryMessage, type NormalizeHistoryOptions } from '../../src/index.ts'

/** A turn with one call and its result. */
function turnWith(args: unknown): Record<string, unknown>[] {
  return [
    { role: 'user', content: 'Do it.' },
    {
      role: 'assistant',
      content: '',
      tool_calls: [{ id: 'c1', type: 'function', function: { name: 'do_it', arguments: args } }],
    },
    { role: 'tool', tool_call_id: 'c1', content: 'Done.' },
  ]
}

function argumentsOf(messages: readonly HistoryMessage[]): string | undefined {
  return messages[1]?.tool_calls?.[0]?.function.arguments
}

describe('arguments in a history', () => {
  it.each(readHistoricArguments())('$id', ({ arguments: given, expected, rule, wrapped }) => {
    const history = turnWith(given)
    const { messages, changes } = normalizeHistory(history)
    expect(argumentsOf(messages)).toBe(expected)
    expect(changes.map((change) => change.rule)).toEqual(rule === undefined ? [] : [rule])
    if (rule === undefined) expect(messages).toBe(history)
    else {
      expect(changes[0]).toMatchObject({
        path: 'messages.1.tool_calls.0.function.arguments',
        action: 'changed',
        before: given,
        after: expected,
      })
    }

    const raw = typeof given === 'string' ? given : JSON.stringify(given)
    const inWrap = argumentsOf(normalizeHistory(history, { invalidArguments: 'wrap' }).messages)
    expect(inWrap).toBe(wrapped === true ? JSON.stringify({ _raw: raw }) : expected)

    const inEmpty = argumentsOf(normalizeHistory(history, { invalidArguments: 'empty' }).messages)
    const isLossless = [undefined, 'arguments-object', 'arguments-unwrapped'].includes(rule)
    expect(inEmpty).toBe(isLossless ? expected : '{}')
  })
})

describe('a history', () => {
  it.each(readHistoricConversations())('$id', ({ messages: given, options = {}, expected, rules = [] }) => {
    const before = JSON.stringify(given)
    const { messages, changes } = normalizeHistory(given, options as NormalizeHistoryOptions)
    expect(messages).toEqual(expected ?? given)
    expect(changes.map(({ rule }) => rule)).toEqual(rules)
    expect(JSON.stringify(given)).toBe(before)
    if (expected === undefined) expect(messages).toBe(given)

    const again = normalizeHistory(messages, options as NormalizeHistoryOptions)
    expect(again.messages).toBe(messages)
    expect(again.changes).toEqual([])
  })
})
