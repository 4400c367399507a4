import { wordClass } from './char-set.ts'
import type { Pattern } from './pattern.ts'

/** A way through a pattern that has come as far as the text. */
export interface Thread {
  pc: number
  /** Offsets in the whole input: start and end of the match, then of each capture; -1 for none. */
  slots: number[]
}

/** How far a pattern has matched. Plain data. */
export interface MatcherState {
  /** The ways that are open, best first. */
  threads: Thread[]
  /** Slots of the best match so far. While threads are left, one of them can still become a better one. */
  found: number[] | null
}

/** The text that a matcher looks at: `text[0]` is the character `offset` of the input, of which more comes unless it has `ended`. */
export interface MatchText {
  text: string
  offset: number
  ended: boolean
}

type Outcome = 'on' | 'matched' | 'waits'

/**
 * Runs a pattern over a text, one character at a time, without ever looking back: all ways through the pattern are followed side by side,
 * in the order in which a backtracking engine would try them. A state of the automaton is entered once for each character, so the work is
 * linear in the text, whatever the pattern.
 */
export class Matcher {
  state: MatcherState = { threads: [], found: null }
  /** The ways that can take the next character, after `visit`; best first. */
  ready: Thread[] = []
  /** Automaton states entered so far: the measure of the work. */
  steps = 0
  readonly pattern: Pattern
  private readonly accepts: (start: number, end: number) => boolean
  private readonly seen: Uint32Array
  private readonly noSlots: readonly number[]
  private round = 0
  private before = -1

  /** @param accepts - may refuse a match that the pattern alone would give */
  constructor(pattern: Pattern, accepts: (start: number, end: number) => boolean = () => true) {
    this.pattern = pattern
    this.accepts = accepts
    this.seen = new Uint32Array(pattern.program.length)
    this.noSlots = Array.from({ length: 2 + 2 * pattern.groups.length }, () => -1)
  }

  /**
   * Follows every way up to the place before the character at `index`.
   *
   * @param before - the character before, -1 for none
   * @param mayStart - a match may begin here
   * @returns false when an assertion needs more text than there is; nothing has changed then
   */
  visit(source: MatchText, index: number, before: number, mayStart: boolean): boolean {
    this.before = before
    if (this.ready.length > 0) this.ready = []
    this.round += 1
    for (const { pc, slots } of this.state.threads) {
      const outcome = this.follow(pc, slots, source, index)
      if (outcome === 'waits') return false
      if (outcome === 'matched') return true
    }
    if (!mayStart || this.state.found !== null || !this.canStart(source, index)) return true
    const slots = this.noSlots.slice()
    slots[0] = source.offset + index
    return this.follow(0, slots, source, index) !== 'waits'
  }

  private canStart({ text, ended }: MatchText, index: number): boolean {
    const { firsts } = this.pattern
    if (firsts === undefined) return true
    return index >= text.length ? !ended : firsts.includes(String.fromCodePoint(text.codePointAt(index) as number))
  }

  /** Goes through everything that takes no character, the better way first. */
  private follow(start: number, startSlots: number[], source: MatchText, index: number): Outcome {
    const { program } = this.pattern
    const waiting: Thread[] = [{ pc: start, slots: startSlots }]
    for (let thread = waiting.pop(); thread !== undefined; thread = waiting.pop()) {
      let { pc, slots } = thread
      while (this.seen[pc] !== this.round) {
        this.seen[pc] = this.round
        this.steps += 1
        const instruction = program[pc]
        if (instruction === undefined) break
        if (instruction.op === 'jump') pc = instruction.to
        else if (instruction.op === 'split') {
          waiting.push({ pc: instruction.second, slots })
          pc = instruction.first
        } else if (instruction.op === 'save') {
          slots = slots.slice()
          slots[instruction.slot] = source.offset + index
          pc += 1
        } else if (instruction.op === 'assert') {
          const holds = this.holds(instruction, source, index)
          if (holds === undefined) return 'waits'
          if (!holds) break
          pc += 1
        } else if (instruction.op === 'set') {
          this.ready.push({ pc, slots })
          break
        } else {
          const end = source.offset + index
          if (!this.accepts(slots[0] as number, end)) break
          this.state.found = slots.with(1, end)
          return 'matched'
        }
      }
    }
    return 'on'
  }

  /** Takes the character that `visit` stood before. */
  consume(code: number): void {
    const { program } = this.pattern
    const threads: Thread[] = []
    for (const { pc, slots } of this.ready) {
      const instruction = program[pc]
      if (instruction?.op === 'set' && instruction.set.has(code)) threads.push({ pc: pc + 1, slots })
    }
    this.state.threads = threads
  }

  /** `undefined` when the text that decides has not come. */
  private holds(
    { kind, ahead }: { kind: string; ahead: Pattern | undefined },
    source: MatchText,
    index: number,
  ): boolean | undefined {
    const { text, offset, ended } = source
    switch (kind) {
      case 'start':
        return offset + index === 0
      case 'last':
        return index < text.length ? false : ended || undefined
      case 'end':
        if (index >= text.length) return ended || undefined
        if (text[index] !== '\n' || index + 1 < text.length) return false
        return ended || undefined
      case 'boundary':
      case 'inside': {
        if (index >= text.length && !ended) return undefined
        const isBoundary = (this.before >= 0 && wordClass.has(this.before)) !== wordAt(text, index)
        return isBoundary === (kind === 'boundary')
      }
      default: {
        const match = ahead !== undefined && matchHere(ahead, source, index, { before: this.before })
        return match === 'wait' ? undefined : (match !== false) === (kind === 'ahead')
      }
    }
  }
}

function wordAt(text: string, index: number): boolean {
  const code = text.codePointAt(index)
  return code !== undefined && wordClass.has(code)
}

/**
 * Matches a pattern at one place.
 *
 * @param options - `limit`: characters that it may look at; a match that needs more is none. `before`: the character before the place
 */
export function matchHere(
  pattern: Pattern,
  source: MatchText,
  index: number,
  options: { limit?: number; before?: number; accepts?: (start: number, end: number) => boolean } = {},
): { end: number; slots: number[] } | false | 'wait' {
  const matcher = new Matcher(pattern, options.accepts)
  const { text, offset, ended } = source
  const limit = options.limit ?? Number.POSITIVE_INFINITY
  let before = options.before ?? -1
  let at = index
  for (;;) {
    if (!matcher.visit(source, at, before, at === index)) return 'wait'
    const { found } = matcher.state
    const isOver = matcher.ready.length === 0 || at - index >= limit || (at >= text.length && ended)
    if (isOver) return found !== null && { end: (found[1] as number) - offset, slots: found }
    if (at >= text.length) return 'wait'
    before = text.codePointAt(at) as number
    matcher.consume(before)
    at += before > 0xffff ? 2 : 1
  }
}
