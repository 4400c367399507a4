import type { Family } from '../families/family.ts'
import type { Format, ReasoningMarkers } from '../formats/format.ts'
import { MarkerFinder } from '../scan/find-marker.ts'
import { remember } from '../scan/remember.ts'

/** The call machines of one format. */
export interface Candidate {
  format: string
  families: readonly Family[]
  /** Those by which a text is known to be of this format: none for bodies of another format. */
  own: readonly Family[]
  endTokens: readonly string[]
}

/** Where markers are looked for. */
export type MarkerZone = 'undecided' | 'content' | 'reasoning' | 'rehearsal'

/** The markers that count around calls. They never change: all parsers of a format share them. */
export class DocumentMarkers {
  readonly endTokens: ReadonlySet<string>
  readonly wrappers: ReadonlySet<string>
  readonly closers: ReadonlySet<string>
  /** The text is a sequence of messages whose headers say what is a thought; these markers end one. */
  readonly hasMessages: boolean
  readonly messageEnds: ReadonlySet<string>
  readonly places: Family['places']
  /** Openers of a thought with their closers. */
  readonly thoughtOpeners: ReadonlyMap<string, string>
  readonly thoughtClosers: ReadonlySet<string>
  readonly responseOpeners: ReadonlySet<string>
  readonly responseClosers: ReadonlySet<string>
  readonly finders: Readonly<Record<MarkerZone, MarkerFinder<string>>>

  /** @param decided - there is one candidate, and its calls are read */
  constructor(
    candidates: readonly Candidate[],
    decided: boolean,
    thoughts: readonly Pick<ReasoningMarkers, 'open' | 'close'>[],
    response: Format['response'],
  ) {
    const families = familiesOf(candidates, decided)
    this.endTokens = new Set(candidates.flatMap(({ endTokens }) => endTokens))
    this.hasMessages = decided && hasMessages(candidates[0] as Candidate)
    this.messageEnds = new Set(decided ? families.flatMap(({ messages }) => messages?.ends ?? []) : [])
    this.wrappers = new Set(families.flatMap(({ wrappers }) => wrappers))
    this.closers = new Set(decided ? families.flatMap(({ closers }) => closers) : [])
    const places = new Set(families.map((family) => family.places))
    this.places = places.has('lines') ? 'lines' : places.has('start') ? 'start' : undefined
    this.thoughtOpeners = new Map(thoughts.map(({ open, close }) => [open, close]))
    this.thoughtClosers = new Set(thoughts.map(({ close }) => close))
    this.responseOpeners = new Set(response?.open)
    this.responseClosers = new Set(response?.close)
    const openers = families.flatMap((family) => family.openers)
    const zones = [...this.thoughtOpeners.keys(), ...this.thoughtClosers, ...this.responseOpeners]
    const text = new MarkerFinder([...zones, ...this.responseClosers, ...openers, ...this.closers, ...this.endTokens])
    this.finders = {
      undecided: new MarkerFinder([...zones, ...openers]),
      content: text,
      reasoning: text,
      rehearsal: new MarkerFinder([...this.thoughtClosers]),
    }
  }
}

/** The call machines that may read: those of all formats that are possible. */
export function familiesOf(candidates: readonly Candidate[], decided: boolean): readonly Family[] {
  return candidates.flatMap(({ families, own }) => (decided ? families : own))
}

/** The format's texts are sequences of messages. */
export function hasMessages({ own }: Candidate): boolean {
  return own.some(({ messages }) => messages !== undefined)
}

const made = new WeakMap<Format, Map<string, DocumentMarkers>>()

/**
 * The markers of a format, made once: making them took half of the time that a parser takes to make.
 *
 * @param key - tells those of one format apart
 */
export function rememberMarkers(format: Format, key: string, make: () => DocumentMarkers): DocumentMarkers {
  const ofFormat = remember(made, format, () => new Map<string, DocumentMarkers>())
  return remember(ofFormat, key, make)
}
