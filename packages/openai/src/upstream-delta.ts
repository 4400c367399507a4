import type { TokenInfo } from '@tooldelta/core'
import type { UpstreamDelta } from './wire.ts'

const handledFields: ReadonlySet<string> = new Set(['role', 'content', 'reasoning_content', 'reasoning', 'tool_calls'])

/** The first of the values that is a text with something in it. */
export function firstText(...values: unknown[]): string {
  for (const value of values) if (typeof value === 'string' && value !== '') return value
  return ''
}

export function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null
}

/** Some servers send content as a list of parts. */
export function readText(content: unknown): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return ''
  return content.map((part: { text?: unknown } | null) => (typeof part?.text === 'string' ? part.text : '')).join('')
}

export function readTokens(ids: unknown, markers: Readonly<Record<string, number>> | undefined): TokenInfo | undefined {
  return markers !== undefined && Array.isArray(ids) ? { ids: ids as number[], markers } : undefined
}

/** What tooldelta does not know of a delta. */
export function unknownFields(delta: UpstreamDelta): Record<string, unknown> | undefined {
  let extras: Record<string, unknown> | undefined
  for (const [key, value] of Object.entries(delta)) {
    if (handledFields.has(key) || value === null) continue
    extras ??= {}
    extras[key] = value
  }
  return extras
}

/** Whether a client reads the same out of both. */
export function isSameDelta(given: UpstreamDelta, sent: Record<string, unknown>): boolean {
  const record = given as Record<string, unknown>
  const keys = Object.keys(record)
  if (keys.length !== Object.keys(sent).length) return false
  return keys.every(
    (key) => record[key] === sent[key] || (key === 'content' && record[key] === null && sent[key] === ''),
  )
}

/** A call of a delta as an upstream sends it. */
export interface UpstreamCall {
  index?: unknown
}

export function isFilledList(calls: unknown): calls is UpstreamCall[] {
  return Array.isArray(calls) && calls.length > 0
}

export function shiftIndexes(calls: readonly UpstreamCall[], shift: number): object[] {
  return calls.map((call) => (typeof call.index === 'number' ? { ...call, index: call.index + shift } : call))
}
