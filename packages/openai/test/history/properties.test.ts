import { propertySettings } from '@tooldelta/testbed'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { closeJson } from '../../src/history/close-json.ts'
import { mapCallIds, normalizeHistory, type HistoryMessage } from '../../src/index.ts'
import { wildHistory, wildOptions } from './wild-history.ts'

const wild = fc.tuple(wildHistory, wildOptions)

function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  for (const entry of Object.values(value)) freeze(entry)
  return Object.freeze(value)
}

describe('normalizeHistory, for any history', () => {
  it('is idempotent and gives the same list back when there is nothing to mend', () => {
    fc.assert(
      fc.property(wild, ([history, options]) => {
        const { messages } = normalizeHistory(history, options)
        const again = normalizeHistory(messages, options)
        expect(again.changes).toEqual([])
        expect(again.messages).toBe(messages)
      }),
      propertySettings(3),
    )
  })

  it('says what it changed whenever it changed something, and never writes to what it was given', () => {
    fc.assert(
      fc.property(wild, ([history, options]) => {
        freeze(history)
        const { messages, changes } = normalizeHistory(history, options)
        expect(changes.length === 0).toBe(Object.is(messages, history))
        for (const { path, reason } of changes) {
          expect(path).toMatch(/^messages/u)
          expect(reason).toMatch(/^\S.*\.$/u)
        }
        // Messages that nothing names are the given objects.
        const named = new Set(changes.map(({ path }) => Number(path.split('.')[1])))
        for (const [index, message] of history.entries()) {
          if (!changes.some(({ path }) => path === 'messages') && !named.has(index)) expect(messages).toContain(message)
        }
      }),
      propertySettings(),
    )
  })

  it('leaves nothing on which a server or a template fails', () => {
    fc.assert(
      fc.property(wild, ([history, options]) => {
        const { messages } = normalizeHistory(history, options)
        expectServable(messages)
      }),
      propertySettings(3),
    )
  })

  it('keeps every byte of valid arguments', () => {
    fc.assert(
      fc.property(wild, ([history, options]) => {
        const after = new Set(argumentsOf(normalizeHistory(history, options).messages))
        for (const text of validCallsOf(history)) expect(after).toContain(text)
      }),
      propertySettings(),
    )
  })

  it('makes the same ids each time, also when the history has grown', () => {
    fc.assert(
      fc.property(wildHistory, wildHistory, (history, more) => {
        const ids = idsOf(normalizeHistory(history).messages)
        expect(idsOf(normalizeHistory(structuredClone(history)).messages)).toEqual(ids)
        expect(idsOf(normalizeHistory([...history, ...more]).messages).slice(0, ids.length)).toEqual(ids)
      }),
      propertySettings(),
    )
  })
})

describe('mapCallIds, for any history', () => {
  const mistral = { prefix: '', length: 9 }

  it.each([
    ['nine letters or digits', mistral, /^[A-Za-z0-9]{9}$/u],
    ['counted names', 'functions' as const, /^functions\..+:\d+$/u],
  ])('gives %s, keeps calls and results together and is idempotent', (_name, shape, pattern) => {
    fc.assert(
      fc.property(wildHistory, (history) => {
        const { messages: normal } = normalizeHistory(history)
        const { messages } = mapCallIds(normal, shape)
        for (const id of idsOf(messages)) expect(id).toMatch(pattern)
        expectServable(messages)
        expect(mapCallIds(messages, shape).messages).toBe(messages)
      }),
      propertySettings(),
    )
  })

  it('gives different ids different new ones', () => {
    const history = Array.from({ length: 3000 }, (_, index) => ({
      role: 'assistant',
      tool_calls: [{ id: `call_${index}`, type: 'function' as const, function: { name: 'f', arguments: '{}' } }],
    }))
    // So short that hashes meet.
    const { messages } = mapCallIds(history, { prefix: 'x', length: 4 })
    expect(new Set(idsOf(messages)).size).toBe(history.length)
  })
})

it('closeJson closes every beginning of valid JSON', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(300), (value, cut) => {
      const text = JSON.stringify(value)
      const beginning = text.slice(0, 1 + (cut % text.length))
      // The parser gives no half of a number or word.
      const whole = beginning.replace(/(?<=[[:,])[-+.\w]+$/u, '')
      expect(() => JSON.parse(closeJson(whole)) as unknown).not.toThrow()
    }),
    propertySettings(3),
  )
})

function expectServable(messages: readonly HistoryMessage[]): void {
  let open: string[] = []
  for (const message of messages) {
    if (message.role === 'tool') {
      expect(message.tool_call_id).toBe(open.shift())
      expect(typeof message.content === 'string' || Array.isArray(message.content)).toBe(true)
      continue
    }
    expect(open).toEqual([])
    expect(message.role).not.toMatch(/^(developer|function)$/u)
    expect(message.content).not.toBeNull()
    expect(message.content).toBeDefined()
    if (message.role !== 'assistant') continue
    if (message.tool_calls === undefined) continue
    expect(message.tool_calls).not.toEqual([])
    for (const call of message.tool_calls) {
      expect(call.type).toBe('function')
      expect(call.id).toMatch(/\S/u)
      expect(call.function.name).toMatch(/\S/u)
      const parsed = JSON.parse(call.function.arguments) as unknown
      expect(Object.prototype.toString.call(parsed)).toBe('[object Object]')
    }
    open = message.tool_calls.map(({ id }) => id)
    expect(new Set(open).size).toBe(open.length)
  }
  expect(open).toEqual([])
}

function callsOf(messages: readonly HistoryMessage[]): NonNullable<HistoryMessage['tool_calls']> {
  return messages.flatMap((message) => (message.role === 'assistant' ? (message.tool_calls ?? []) : []))
}

function argumentsOf(messages: readonly HistoryMessage[]): string[] {
  return callsOf(messages).map((call) => call.function.arguments)
}

function idsOf(messages: readonly HistoryMessage[]): string[] {
  return callsOf(messages).map(({ id }) => id)
}

/** The valid arguments of the calls in a wild history that have a name. */
function validCallsOf(history: readonly Record<string, unknown>[]): string[] {
  return history.flatMap((message) => {
    const calls = message['role'] === 'assistant' && Array.isArray(message['tool_calls']) ? message['tool_calls'] : []
    return calls.flatMap((call: { function?: { name?: unknown; arguments?: unknown } } | null) => {
      const { name, arguments: text } = call?.function ?? {}
      return typeof name === 'string' && name.trim() !== '' && typeof text === 'string' && isObjectText(text)
        ? [text]
        : []
    })
  })
}

function isObjectText(text: string): boolean {
  try {
    return Object.prototype.toString.call(JSON.parse(text)) === '[object Object]'
  } catch {
    return false
  }
}
