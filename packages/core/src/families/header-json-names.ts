import type { ToolTable } from '../tools.ts'

/** `functions.NAME:N` as the template writes it. */
const NATIVE = /^(?:functions\.)?(.+):\d+$/s
const PREFIX = 'functions.'
/** The same after a client has replaced what its ids may not hold. */
const SANITISED = /^functions_(.+)_\d+$/s
const COUNTER = /[_:.-]?\d+$/

export interface CountedName {
  /** `null` when only the arguments can tell. */
  name: string | null
  id: string
  tolerated: boolean
}

/**
 * The function that a header of Kimi K2 means, in this order: `functions.NAME:N` and `NAME:N`; a declared name without its counter or
 * prefix; the sanitised form of a declared name, `functions_NAME_N`. What is left, such as `3`, `call00003` or `call_abc123`, says nothing:
 * then a member `name` of the arguments or their keys decide.
 */
export function resolveCounted(header: string, tools: ToolTable): CountedName {
  const native = NATIVE.exec(header)
  if (native !== null) return { name: native[1] as string, id: header, tolerated: false }
  const name = deviating(header, tools)
  return { name, id: header, tolerated: true }
}

function deviating(header: string, tools: ToolTable): string | null {
  if (header.startsWith(PREFIX) && header.length > PREFIX.length) return header.slice(PREFIX.length)
  if (tools.declares(header)) return header
  const sanitised = SANITISED.exec(header)?.[1]
  if (tools.open) return sanitised ?? null
  const wanted = new Set([header, header.replace(COUNTER, ''), sanitised ?? header].map(withoutPrefix))
  const found = tools.names.filter((name) => wanted.has(name) || wanted.has(sanitise(name)))
  return found.length === 1 ? (found[0] as string) : null
}

function withoutPrefix(text: string): string {
  return text.replace(/^functions_/, '')
}

function sanitise(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9_-]/g, '_')
}
