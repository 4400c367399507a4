import { deepStrictEqual } from 'node:assert/strict'
import type { LedgerEntry, ParserEvent } from '@tooldelta/core'

/** What a parser must never do, seen at one text. */
export class InvariantError extends Error {
  override readonly name: string = 'InvariantError'
}

/**
 * Are two results equal?
 *
 * @throws InvariantError with the difference
 */
export function expectSame(actual: unknown, expected: unknown, about?: string): void {
  // Nearly always equal: the cheap test first.
  if (JSON.stringify(actual) === JSON.stringify(expected)) return
  try {
    deepStrictEqual(actual, expected)
  } catch (error) {
    throw new InvariantError(`${about === undefined ? '' : `${about}: `}${(error as Error).message}`)
  }
}

function hold(condition: boolean, message: string): void {
  if (!condition) throw new InvariantError(message)
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
        hold(open === -1, 'a call starts inside another')
        hold(event.index === calls, `index ${event.index} where ${calls} follows`)
        hold(event.name !== '', 'a call without a name')
        hold(event.id !== '', 'a call without an id')
        hold(!ids.has(event.id), `the id ${event.id} stands twice`)
        ids.add(event.id)
        open = event.index
        calls += 1
        break
      case 'tool-call-arguments':
        hold(event.index === open, 'arguments of a call that is not open')
        hold(event.text !== '', 'an empty piece of arguments')
        break
      case 'tool-call-end':
        hold(event.index === open, 'a call ends that is not open')
        open = -1
        break
      case 'content':
      case 'reasoning':
        hold(open === -1, `${event.type} inside a call`)
        hold(event.text !== '', `an empty piece of ${event.type}`)
        break
      case 'diagnostic':
        hold(event.message !== '', 'a diagnostic without a message')
        hold(event.index === undefined || event.index < calls, 'a diagnostic about a call that has not come')
    }
  }
  hold(open === -1, 'a call never ends')
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
    if (event.status === 'truncated') hold(!isJson(whole), `truncated arguments parse: ${whole}`)
    else hold(isJsonObject(whole), `no JSON object: ${whole}`)
    let soFar = ''
    for (const piece of own.slice(0, -1)) {
      soFar += piece
      if (endsLikeJson(soFar)) hold(!isJson(soFar), `arguments parse too early: ${soFar}`)
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
 * Guarantee 4: the ledger covers the input from end to end without gap or overlap, content and reasoning are its characters with what the
 * ledger says was added, and dropped text stands in diagnostics.
 */
export function checkLedger(text: string, events: readonly ParserEvent[], ledger: readonly LedgerEntry[]): void {
  let at = 0
  for (const entry of ledger) {
    // What was added covers no input.
    const covers = entry.added === undefined ? entry.end > entry.start : entry.end === entry.start
    hold(entry.start === at && covers, `the ledger has a gap or an overlap at ${at}`)
    at = entry.end
  }
  hold(at === text.length, `the ledger ends at ${at} of ${text.length}`)
  const input = (kind: LedgerEntry['kind']): string =>
    ledger
      .filter((entry) => entry.kind === kind)
      .map((entry) => entry.added ?? text.slice(entry.start, entry.end))
      .join('')
  const output = (type: 'content' | 'reasoning'): string =>
    events.map((event) => (event.type === type ? event.text : '')).join('')
  expectSame(output('content'), input('content'), 'content is not what the ledger says')
  expectSame(output('reasoning'), input('reasoning'), 'reasoning is not what the ledger says')
  const diagnostics = events.filter((event) => event.type === 'diagnostic')
  // A limit reports what it dropped when the call is over, behind remarks on later text: the order is free.
  const dropped = diagnostics.map((diagnostic) => diagnostic.text ?? '').join('')
  expectSame(sortUnits(dropped), sortUnits(input('dropped')), 'dropped text stands in no diagnostic')
}

function sortUnits(text: string): string {
  return text.split('').toSorted().join('')
}
