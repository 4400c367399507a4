import type { CaseOptions } from './case.ts'

const choices: { readonly [name in keyof CaseOptions]-?: readonly unknown[] } = {
  reasoning: ['off', 'tags', 'open', 'auto'],
  callsInReasoning: ['if-last', 'extract', 'ignore'],
  fencedCalls: ['content', 'extract'],
  closers: ['confirmed', 'first'],
  repair: [true, false],
  unknownTools: ['forward', 'content'],
}

/** The options of the page among those of a stranger's input; only known values get in. */
export function pickOptions(given: Readonly<Record<string, unknown>>): CaseOptions {
  const known = Object.entries(choices).filter(([name, allowed]) => allowed.includes(given[name]))
  return Object.fromEntries(known.map(([name]) => [name, given[name]]))
}
