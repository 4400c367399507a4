import type { FamilyHost, StreamEnd } from '../families/family.ts'
import type { Pattern } from '../scan/pattern.ts'
import type { CallPlan, KnownText } from './call-plan.ts'
import type { RegionEnds } from './region-ends.ts'

/** Reads the calls of one region. It owns the text from the region's opener on. */
export interface CallReader {
  /** The opener ends before this index of the buffer. */
  begin(to: number): void
  /** Reads on. Returns false when it has left. */
  run(): boolean
  /** Settles what is open when the text has ended. */
  end(end: StreamEnd): void
  readonly stateName: string
  /** Plain data: all that changes. */
  state: object
}

/** A region of calls: how they are read, and what its opener said. */
export interface CallRegion {
  host: FamilyHost
  plan: CallPlan
  ends: RegionEnds
  captures: Readonly<Record<string, string>>
}

/** The text of a name or id that is known before the content. */
export function knownText(known: KnownText | undefined, captures: Readonly<Record<string, string>>): string | null {
  if (known === undefined) return null
  if ('text' in known) return known.text
  return Object.hasOwn(captures, known.group) ? (captures[known.group] as string) : null
}

/**
 * Starts a call.
 *
 * @returns false when its name is not accepted, or no further call may start
 */
export function startCall(host: FamilyHost, name: string, offset: number, id: string | null): boolean {
  const declared = host.tools.open || host.tools.declares(name)
  if ((!declared && host.unknownTools === 'content') || !host.output.mayStart(offset)) return false
  host.commit(offset)
  host.output.startCall(name, offset, id ?? undefined)
  if (!declared) host.output.diagnose('unknown-tool', `The request declares no tool ${name}.`, offset)
  return true
}

/** What the groups of a pattern have matched. */
export function captures(
  { groups }: Pattern,
  slots: readonly number[],
  text: string,
  offset: number,
): Record<string, string> {
  const captured: Record<string, string> = {}
  for (const [index, group] of groups.entries()) {
    const start = slots[2 + 2 * index] ?? -1
    if (start >= 0) captured[group] = text.slice(start - offset, (slots[3 + 2 * index] as number) - offset)
  }
  return captured
}
