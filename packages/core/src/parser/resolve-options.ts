import type { Format } from '../formats/format.ts'
import type { ParserLimits, ParserOptions, ReasoningMode } from '../options.ts'

/** Options with every default filled in. */
export interface ResolvedOptions {
  reasoning: ReasoningMode
  callsInReasoning: NonNullable<ParserOptions['callsInReasoning']>
  fencedCalls: NonNullable<ParserOptions['fencedCalls']>
  closers: NonNullable<ParserOptions['closers']>
  repair: boolean
  unknownTools: NonNullable<ParserOptions['unknownTools']>
  createCallId: ParserOptions['createCallId']
  limits: Required<ParserLimits>
  audit: boolean
}

const DEFAULT_LIMITS: Required<ParserLimits> = {
  argumentChars: 33_554_432,
  heldChars: 4_194_304,
  calls: 65_536,
  nameChars: 256,
}

/** @throws TypeError for a value that an option does not take */
export function resolveOptions(options: ParserOptions, format: Pick<Format, 'reasoning'>): ResolvedOptions {
  return {
    reasoning: choice('reasoning', options.reasoning, format.reasoning?.start ?? 'off', [
      'off',
      'tags',
      'open',
      'auto',
    ]),
    callsInReasoning: choice('callsInReasoning', options.callsInReasoning, 'if-last', ['if-last', 'extract', 'ignore']),
    fencedCalls: choice('fencedCalls', options.fencedCalls, 'content', ['content', 'extract']),
    closers: choice('closers', options.closers, 'confirmed', ['confirmed', 'first']),
    repair: flag('repair', options.repair, true),
    unknownTools: choice('unknownTools', options.unknownTools, 'forward', ['forward', 'content']),
    createCallId: callback(options.createCallId),
    limits: resolveLimits(options.limits ?? {}),
    audit: flag('audit', options.audit, false),
  }
}

function choice<T extends string>(name: string, value: T | undefined, standard: T, allowed: readonly T[]): T {
  if (value === undefined) return standard
  if (!allowed.includes(value))
    throw new TypeError(`${name} must be one of ${allowed.join(', ')}; got ${JSON.stringify(value)}`)
  return value
}

function flag(name: string, value: boolean | undefined, standard: boolean): boolean {
  if (value === undefined) return standard
  if (typeof value !== 'boolean') throw new TypeError(`${name} must be true or false; got ${JSON.stringify(value)}`)
  return value
}

function callback(value: ParserOptions['createCallId']): ParserOptions['createCallId'] {
  if (value !== undefined && typeof value !== 'function')
    throw new TypeError('createCallId must be a function (index) => string')
  return value
}

function resolveLimits(limits: ParserLimits): Required<ParserLimits> {
  const resolved = { ...DEFAULT_LIMITS }
  for (const [name, value] of Object.entries(limits)) {
    if (!Object.hasOwn(DEFAULT_LIMITS, name)) {
      throw new TypeError(`limits.${name} is unknown; limits are ${Object.keys(DEFAULT_LIMITS).join(', ')}`)
    }
    if (value === undefined) continue
    if (typeof value !== 'number' || !(value >= 1)) {
      throw new TypeError(`limits.${name} must be a number of at least 1; got ${JSON.stringify(value)}`)
    }
    resolved[name as keyof ParserLimits] = value
  }
  return resolved
}
