import { describe, expect, it } from 'vitest'
import { InvalidRequestError, normalizeHistory, type NormalizeHistoryOptions } from '../../src/index.ts'

const ls = { function: { name: 'ls', arguments: '{}' } }
const cat = { function: { name: 'cat', arguments: '{}' } }

describe('results of calls without ids', () => {
  it('are linked by name, else by their order', () => {
    const { messages } = normalizeHistory([
      { role: 'assistant', content: '', tool_calls: [ls, cat, ls] },
      { role: 'tool', name: 'cat', content: 'two' },
      { role: 'tool', content: 'one' },
      { role: 'tool', tool_call_id: 'a client made it up', content: 'three' },
    ])
    const [{ tool_calls: calls = [] } = {}, ...results] = messages
    expect(results.map(({ content }) => content)).toEqual(['one', 'two', 'three'])
    expect(results.map((result) => result.tool_call_id)).toEqual(calls.map(({ id }) => id))
    expect(new Set(calls.map(({ id }) => id)).size).toBe(3)
  })

  it('that name another tool are no results of them', () => {
    const { messages } = normalizeHistory([
      { role: 'assistant', content: '', tool_calls: [ls] },
      { role: 'function', name: 'cat', content: 'x' },
    ])
    expect(messages.at(-1)).toEqual({ role: 'user', content: 'Result of the tool cat:\nx' })
  })
})

describe('calls of one message with the same id', () => {
  it('get ids of their own, and their results in order', () => {
    const given = [
      { id: 'c', type: 'function', ...ls },
      { id: 'c', type: 'function', ...cat },
    ]
    const { messages, changes } = normalizeHistory([
      { role: 'assistant', content: '', tool_calls: given },
      { role: 'tool', tool_call_id: 'c', content: 'one' },
      { role: 'tool', tool_call_id: 'c', content: 'two' },
    ])
    const second = messages[0]?.tool_calls?.[1]?.id
    expect(messages.map((message) => message.tool_call_id)).toEqual([undefined, 'c', second])
    expect(messages.map(({ content }) => content)).toEqual(['', 'one', 'two'])
    expect(second).toMatch(/^call_[A-Za-z0-9]{24}$/u)
    expect(changes.map(({ path }) => path)).toEqual(['messages.0.tool_calls.1.id', 'messages.2.tool_call_id'])
  })
})

describe('aliases of tools', () => {
  it('are written into calls and results', () => {
    const toolNames = new Map([['fs/ls', 'fs_ls']])
    const { messages, changes } = normalizeHistory(
      [
        {
          role: 'assistant',
          content: '',
          tool_calls: [{ id: 'c', type: 'function', function: { name: 'fs/ls', arguments: '{}' } }],
        },
        { role: 'tool', tool_call_id: 'c', name: 'fs/ls', content: '' },
      ],
      { toolNames },
    )
    expect(messages[0]?.tool_calls?.[0]?.function.name).toBe('fs_ls')
    expect(messages[1]?.['name']).toBe('fs_ls')
    expect(changes.map(({ rule }) => rule)).toEqual(['call-name', 'call-name'])
  })
})

describe('what is no history', () => {
  it.each([
    [undefined, 'messages'],
    ['Hi', 'messages'],
    [[{ role: 'user', content: 'Hi' }, null], 'messages.1'],
    [[{ content: 'Hi' }], 'messages.0'],
    [[['user', 'Hi']], 'messages.0'],
  ])('%j is refused with the path and the mend', (messages, param) => {
    const refusal = catchError(() => normalizeHistory(messages))
    expect(refusal).toBeInstanceOf(InvalidRequestError)
    expect(refusal).toMatchObject({ status: 400, body: { error: { type: 'invalid_request_error', param } } })
  })

  it.each([
    [{ invalidArguments: 'mend' }, /invalidArguments: unknown value 'mend'\. Use one of repair, empty, wrap\./u],
    [{ systemMessages: true }, /systemMessages/u],
    [{ missingResult: 1 }, /missingResult/u],
    [{ controlTokens: ['<'] }, /"<" cannot be broken up/u],
    [{ controlTokens: ['a\u200Bb'] }, /cannot be broken up/u],
  ])('options %j are refused at once', (options, message) => {
    expect(() => normalizeHistory([], options as NormalizeHistoryOptions)).toThrow(TypeError)
    expect(() => normalizeHistory([], options as NormalizeHistoryOptions)).toThrow(message)
  })
})

describe('arguments of any size', () => {
  it.each([
    ['an unclosed string', `{"text": "${'a\\n'.repeat(300_000)}`],
    ['blanks around a broken object', `${' '.repeat(500_000)}{"a":1,}${' '.repeat(500_000)}`],
    ['nothing but backslashes', `{"text": "${'\\'.repeat(500_001)}`],
    ['nothing but quotes', `{"text": ${'"'.repeat(300_000)}`],
    ['brackets that nobody closes', `{"a": ${'['.repeat(100_000)}`],
    ['a JSON string that is not closed', `"${'{\\"a\\": '.repeat(50_000)}`],
  ])('%s are mended in linear time', (_name, text) => {
    const start = performance.now()
    const { messages } = normalizeHistory([
      { role: 'assistant', tool_calls: [{ function: { name: 'f', arguments: text } }] },
    ])
    expect(() => JSON.parse(messages[0]?.tool_calls?.[0]?.function.arguments ?? '') as unknown).not.toThrow()
    // A quadratic step would take minutes.
    expect(performance.now() - start).toBeLessThan(5000)
  })
})

function catchError(action: () => unknown): unknown {
  try {
    action()
  } catch (error) {
    return error
  }
  return undefined
}
