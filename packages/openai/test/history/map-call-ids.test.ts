import { findFormat } from '@tooldelta/core'
import { describe, expect, it } from 'vitest'
import { mapCallIds, normalizeHistory, type HistoryMessage } from '../../src/index.ts'

function turn(id: string, name = 'ls'): HistoryMessage[] {
  return [
    { role: 'assistant', content: '', tool_calls: [{ id, type: 'function', function: { name, arguments: '{}' } }] },
    { role: 'tool', tool_call_id: id, content: '' },
  ]
}

function idsOf(messages: readonly HistoryMessage[]): (string | undefined)[] {
  return messages.map((message) => message.tool_calls?.[0]?.id ?? message.tool_call_id)
}

describe('mapCallIds', () => {
  const mistral = findFormat('mistral').callIds!

  it('gives foreign ids the shape that a format wants and keeps those that have it', () => {
    const history = [...turn('call_abc'), ...turn('aB3dE6gH9'), ...turn('toolu_01')]
    const { messages, changes, ids } = mapCallIds(history, mistral)
    const after = idsOf(messages)
    expect(after.every((id) => /^[A-Za-z0-9]{9}$/u.test(id ?? ''))).toBe(true)
    expect(after[0]).toBe(after[1])
    expect(after[2]).toBe('aB3dE6gH9')
    expect(messages[2]).toBe(history[2])
    expect([...ids.keys()]).toEqual(['call_abc', 'toolu_01'])
    expect(changes).toHaveLength(4)
    expect(changes[0]).toEqual({
      path: 'messages.0.tool_calls.0.id',
      rule: 'call-id',
      action: 'changed',
      before: 'call_abc',
      after: after[0],
      reason: 'The template of the model takes ids of this shape only.',
    })
  })

  it('gives the same id each time, whatever comes later', () => {
    const [first] = idsOf(mapCallIds(turn('call_abc'), mistral).messages)
    expect(idsOf(mapCallIds([...turn('x'), ...turn('call_abc'), ...turn('y')], mistral).messages)[2]).toBe(first)
  })

  it('never gives an id that another call has', () => {
    const [mapped] = idsOf(mapCallIds(turn('call_abc'), mistral).messages)
    const after = idsOf(mapCallIds([...turn('call_abc'), ...turn(mapped!)], mistral).messages)
    expect(after[2]).toBe(mapped)
    expect(after[0]).not.toBe(mapped)
    expect(after[0]).toBe(after[1])
  })

  it('gives a history back that fits', () => {
    const history = turn('aB3dE6gH9')
    expect(mapCallIds(history, mistral)).toEqual({ messages: history, changes: [], ids: new Map() })
    expect(mapCallIds(history, mistral).messages).toBe(history)
  })

  it('counts calls as Kimi K2 does, and keeps the ids that it wrote', () => {
    const history = [...turn('functions.ls:0'), ...turn('call_x', 'cat'), ...turn('call_x', 'pwd')]
    const { messages } = mapCallIds(history, 'functions')
    expect(idsOf(messages)).toEqual([
      'functions.ls:0',
      'functions.ls:0',
      'functions.cat:1',
      'functions.cat:1',
      'functions.pwd:2',
      'functions.pwd:2',
    ])
  })

  it('does not take an id of another function for its own', () => {
    expect(idsOf(mapCallIds(turn('functions.ls:0', 'cat'), 'functions').messages)[0]).toBe('functions.cat:0')
  })

  it('takes what normalizeHistory gives', () => {
    const { messages } = normalizeHistory([{ role: 'assistant', tool_calls: [{ function: { name: 'ls' } }] }])
    expect(idsOf(mapCallIds(messages, mistral).messages)[0]).toMatch(/^[A-Za-z0-9]{9}$/u)
  })

  it('refuses a shape that leaves no room', () => {
    expect(() => mapCallIds([], { prefix: 'call_', length: 1 })).toThrow(TypeError)
    expect(() => mapCallIds([], 'kimi' as 'functions')).toThrow(/'functions'/u)
  })
})
