import type { LedgerEntry, ParserEvent } from '@tooldelta/core'
import { expect } from 'vitest'

/** Are two results equal? As `toEqual`, which takes most of a property's time where they are. */
export function expectSame(actual: unknown, expected: unknown, about?: string): void {
  if (JSON.stringify(actual) !== JSON.stringify(expected)) expect(actual, about).toEqual(expected)
}

/**
 * Guarantee 9: indexes 0, 1, 2... by appearance, one start with id and name before all else of a call, one end after it, and nothing of the
 * reader's text between a call's first and last event.
 */
export function checkOrder(events: readonly ParserEvent[]): void {
  let open = -1
  let calls = 0
  const ids = new Set<string>()
  for (const event of events) {
    switch (event.type) {
      case 'tool-call-start':
        expect(open, 'a call starts inside another').toBe(-1)
        expect(event.index, 'indexes follow each other').toBe(calls)
        expect(event.name).not.toBe('')
        expect(event.id).not.toBe('')
        expect(ids.has(event.id), 'an id stands twice').toBe(false)
        ids.add(event.id)
        open = event.index
        calls += 1
        break
      case 'tool-call-arguments':
        expect(event.index, 'arguments of the open call').toBe(open)
        expect(event.text, 'an empty piece').not.toBe('')
        break
      case 'tool-call-end':
        expect(event.index, 'the open call ends').toBe(open)
        open = -1
        break
      case 'content':
      case 'reasoning':
        expect(open, `${event.type} inside a call`).toBe(-1)
        expect(event.text, 'an empty piece').not.toBe('')
        break
      case 'diagnostic':
        expect(event.message).not.toBe('')
        expect(event.index === undefined || event.index < calls).toBe(true)
    }
  }
  expect(open, 'a call never ends').toBe(-1)
}

/**
 * Guarantee 3: the joined arguments of a call that is not truncated are one JSON object; no earlier state of the stream's arguments parses,
 * and those of a truncated call never do.
 */
export function checkArguments(events: readonly ParserEvent[]): void {
  const pieces = new Map<number, string[]>()
  for (const event of events) {
    if (event.type === 'tool-call-start') pieces.set(event.index, [])
    if (event.type === 'tool-call-arguments') pieces.get(event.index)?.push(event.text)
    if (event.type !== 'tool-call-end') continue
    const own = pieces.get(event.index) as string[]
    const whole = own.join('')
    if (event.status === 'truncated') expect(isJson(whole), `truncated arguments parse: ${whole}`).toBe(false)
    else expect(isJsonObject(whole), `no JSON object: ${whole}`).toBe(true)
    let soFar = ''
    for (const piece of own.slice(0, -1)) {
      soFar += piece
      if (endsLikeJson(soFar)) expect(isJson(soFar), `arguments parse too early: ${soFar}`).toBe(false)
    }
  }
}

/** Only a text that ends in a closing brace or a blank after it can be a whole object. */
function endsLikeJson(text: string): boolean {
  return /[}\s]$/.test(text)
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function isJsonObject(text: string): boolean {
  return isJson(text) && text.trimStart().startsWith('{')
}

/**
 * Guarantee 4: the ledger covers the input from end to end without gap or overlap, content and reasoning are its characters, and dropped
 * text stands in diagnostics.
 */
export function checkLedger(text: string, events: readonly ParserEvent[], ledger: readonly LedgerEntry[]): void {
  let at = 0
  for (const entry of ledger) {
    expect(entry.start, 'a gap or an overlap').toBe(at)
    expect(entry.end).toBeGreaterThan(entry.start)
    at = entry.end
  }
  expect(at, 'the ledger ends early').toBe(text.length)
  const input = (kind: LedgerEntry['kind']): string =>
    ledger
      .filter((entry) => entry.kind === kind)
      .map((entry) => text.slice(entry.start, entry.end))
      .join('')
  const output = (type: 'content' | 'reasoning'): string =>
    events.map((event) => (event.type === type ? event.text : '')).join('')
  expect(output('content')).toBe(input('content'))
  expect(output('reasoning')).toBe(input('reasoning'))
  const diagnostics = events.filter((event) => event.type === 'diagnostic')
  // A limit reports what it dropped when the call is over, behind remarks on later text: the order is free.
  const dropped = diagnostics.map((diagnostic) => diagnostic.text ?? '').join('')
  expect(sortUnits(dropped), 'dropped text stands in diagnostics').toBe(sortUnits(input('dropped')))
}

function sortUnits(text: string): string {
  return text.split('').toSorted().join('')
}
