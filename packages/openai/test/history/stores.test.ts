import { describe, expect, it } from 'vitest'
import {
  conversationScope,
  createCallStore,
  createReasoningStore,
  type ChatCompletionToolCall,
} from '../../src/index.ts'

function callOf(id: string, text = '{"path": "."}', name = 'ls'): ChatCompletionToolCall {
  return { id, type: 'function', function: { name, arguments: text } }
}

function assistantOf(...calls: ChatCompletionToolCall[]): {
  role: string
  content: string
  tool_calls: ChatCompletionToolCall[]
} {
  return { role: 'assistant', content: '', tool_calls: calls }
}

describe('createReasoningStore', () => {
  it('puts a thought back under both names', () => {
    const store = createReasoningStore()
    store.put(callOf('c1'), 'I should look.')
    const history = [{ role: 'user', content: 'Hi' }, assistantOf(callOf('c0'), callOf('c1'))]
    const { messages, changes } = store.apply(history)
    expect(messages[0]).toBe(history[0])
    expect(messages[1]).toEqual({ ...history[1], reasoning: 'I should look.', reasoning_content: 'I should look.' })
    expect(changes).toMatchObject([{ path: 'messages.1.reasoning_content', rule: 'reasoning-restored' }])
    expect(store.apply(messages)).toEqual({ messages, changes: [] })
    expect(store.apply(messages).messages).toBe(messages)
  })

  it('never writes over a thought that the client sends', () => {
    const store = createReasoningStore()
    store.put(callOf('c1'), 'kept')
    const history = [{ ...assistantOf(callOf('c1')), reasoning: 'sent' }]
    expect(store.apply(history).messages).toBe(history)
  })

  it('finds a thought by id, name, arguments and scope together', () => {
    const store = createReasoningStore()
    store.put(callOf('functions.ls:0'), 'thought', 'ann')
    const restores = (call: ChatCompletionToolCall, scope?: string): boolean =>
      store.apply([assistantOf(call)], scope).changes.length === 1
    expect(restores(callOf('functions.ls:0'), 'ann')).toBe(true)
    expect(restores(callOf('functions.ls:0', '{"path":"."}'), 'ann')).toBe(true)
    expect(restores(callOf('functions.ls:0'), 'bob')).toBe(false)
    expect(restores(callOf('functions.ls:0'))).toBe(false)
    expect(restores(callOf('functions.ls:0', '{"path": "/"}'), 'ann')).toBe(false)
    expect(restores(callOf('functions.ls:0', '{"path": "."}', 'rm'), 'ann')).toBe(false)
    expect(restores(callOf('functions.ls:1'), 'ann')).toBe(false)
  })

  it('keeps no empty thoughts', () => {
    const store = createReasoningStore()
    store.put(callOf('c1'), ' \n')
    expect(store.size).toBe(0)
  })

  it('forgets what was not used for longest', () => {
    const store = createReasoningStore({ maxEntries: 2 })
    const knows = (id: string): boolean => store.apply([assistantOf(callOf(id))]).changes.length === 1
    store.put(callOf('c1'), 'one')
    store.put(callOf('c2'), 'two')
    expect(knows('c1')).toBe(true)
    store.put(callOf('c3'), 'three')
    expect([knows('c1'), knows('c2'), knows('c3')]).toEqual([true, false, true])
    store.clear()
    expect(store.size).toBe(0)
  })

  it('is bounded in text too', () => {
    const store = createReasoningStore({ maxChars: 1000 })
    for (let index = 0; index < 50; index++) store.put(callOf(`c${index}`), 'x'.repeat(300))
    expect(store.size).toBeLessThan(4)
    expect(store.size).toBeGreaterThan(0)
    store.put(callOf('large'), 'x'.repeat(5000))
    expect(store.apply([assistantOf(callOf('large'))]).changes).toEqual([])
    // The same again takes no more room.
    const before = store.size
    store.put(callOf('c49'), 'x'.repeat(300))
    expect(store.size).toBe(before)
  })

  it.each([{ maxEntries: 0 }, { maxChars: 1.5 }])('refuses %j', (limits) => {
    expect(() => createReasoningStore(limits)).toThrow(TypeError)
  })
})

describe('createCallStore', () => {
  const raw = 'I look.\n<tool_call>\n<function=ls>\n<parameter=path>\n.\n</parameter>\n</function>\n</tool_call>'
  const message = { content: 'I look.', tool_calls: [callOf('c1')] }

  it('gives the raw text of an answer back', () => {
    const store = createCallStore()
    store.put(message, raw)
    expect(store.get({ role: 'assistant', ...message })).toBe(raw)
    // As clients write it back.
    expect(store.get({ ...message, content: 'I look.\n' })).toBe(raw)
    expect(store.get({ ...message, tool_calls: [callOf('c1', '{"path":"."}')] })).toBe(raw)
  })

  it('gives nothing when anything in it was changed', () => {
    const store = createCallStore()
    store.put(message, raw, 'ann')
    expect(store.get(message)).toBeUndefined()
    expect(store.get({ ...message, content: 'I looked.' }, 'ann')).toBeUndefined()
    expect(store.get({ ...message, content: null }, 'ann')).toBeUndefined()
    expect(store.get({ ...message, tool_calls: [callOf('c1', '{"path": "/"}')] }, 'ann')).toBeUndefined()
    expect(store.get({ ...message, tool_calls: [callOf('c1'), callOf('c2')] }, 'ann')).toBeUndefined()
    expect(store.get({ content: 'I look.' }, 'ann')).toBeUndefined()
    expect(store.get(message, 'ann')).toBe(raw)
  })

  it('keeps a copy', () => {
    const store = createCallStore()
    const call = callOf('c1')
    store.put({ content: null, tool_calls: [call] }, raw)
    call.function.arguments = '{}'
    expect(store.get({ content: ' ', tool_calls: [callOf('c1')] })).toBe(raw)
  })

  it('keeps answers with calls only', () => {
    const store = createCallStore()
    store.put({ content: 'Hi' }, 'Hi')
    store.put({ content: 'Hi', tool_calls: [] }, 'Hi')
    expect(store.size).toBe(0)
  })
})

describe('conversationScope', () => {
  const start = [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'Hi' },
  ]

  it('is the same over the turns of a conversation and another for another or another owner', () => {
    const scope = conversationScope(start, 'ann')
    expect(
      conversationScope([...start, { role: 'assistant', content: 'Hello' }, { role: 'user', content: 'x' }], 'ann'),
    ).toBe(scope)
    expect(conversationScope([start[0]!, { role: 'user', content: 'Ho' }], 'ann')).not.toBe(scope)
    expect(conversationScope(start, 'bob')).not.toBe(scope)
  })
})
