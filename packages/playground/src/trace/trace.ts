import {
  type Diagnostic,
  type LedgerEntry,
  type ParserEvent,
  type ParserOptions,
  createToolCallParser,
} from '@tooldelta/core'
import type { ChatCompletionChunk, ChunkTransformerOptions } from '@tooldelta/openai'
import { Numbers } from './numbers.ts'
import { WireReader } from './wire-reader.ts'

/** What became of a run of characters, as seen from one step. */
export type Fate = LedgerEntry['kind'] | 'held' | 'future'

/** Characters with one fate, in UTF-16 units. */
export interface Segment {
  start: number
  end: number
  fate: Fate
}

/** A call as far as it came. */
export interface TracedCall {
  id: string
  name: string
  arguments: string
  /** Absent while it is open. */
  status?: 'complete' | 'repaired' | 'truncated'
}

/** The message as far as it came. */
export interface TracedMessage {
  content: string
  reasoning: string
  calls: TracedCall[]
  diagnostics: Diagnostic[]
}

/** One step: a chunk that was fed, or the end. */
export interface Step {
  index: number
  /** Place of the chunk in the text; equal for the end. */
  from: number
  to: number
  chunk: string
  isEnd: boolean
  /** The machine's state after it, in its own words. */
  state: string
  /** Text that waits for a decision. */
  held: string
  events: ParserEvent[]
  /** The chunks that go to the client, exactly as on the wire. */
  wire: ChatCompletionChunk[]
}

interface CallRecord {
  id: string
  name: string
  text: string
  /** The steps that wrote arguments, and their length after each. */
  steps: Numbers
  lengths: Numbers
  status?: TracedCall['status']
  endStep: number
}

/** Options of a {@link Trace}: those of the parser, and what a proxy adds to them. */
export type TraceOptions = ParserOptions & Pick<ChunkTransformerOptions, 'singleCall' | 'requiresCall'>

/**
 * Runs the parser over a text that grows, and remembers what is needed to show any step. Memory is linear in the text and in the number of
 * steps: a step holds sizes, not copies.
 */
export class Trace {
  /** The raw text so far. */
  text = ''
  private readonly parser: ReturnType<typeof createToolCallParser>
  private readonly wire: WireReader
  private readonly events: ParserEvent[] = []
  private readonly calls: CallRecord[] = []
  private readonly diagnostics: Diagnostic[] = []
  private readonly stateNames: string[] = []
  private content = ''
  private reasoning = ''
  private fates: LedgerEntry[] | undefined
  private finish: 'stop' | 'length' | undefined
  /** How much there was of everything after each step. */
  private readonly after = {
    text: new Numbers(),
    state: new Numbers(),
    held: new Numbers(),
    events: new Numbers(),
    content: new Numbers(),
    reasoning: new Numbers(),
    calls: new Numbers(),
    diagnostics: new Numbers(),
  }

  /** @throws TypeError for wrong options, such as an unknown format */
  constructor({ singleCall, requiresCall, ...options }: TraceOptions) {
    this.parser = createToolCallParser({ ...options, audit: true })
    // The ids that the page shows are those on the wire.
    const createCallId = (index: number): string => this.calls[index]?.id ?? `call_${index}`
    this.wire = new WireReader({ ...options, createCallId, singleCall, requiresCall })
  }

  /** Steps so far; the end counts as one. */
  get length(): number {
    return this.after.text.length
  }

  get ended(): boolean {
    return this.finish !== undefined
  }

  /** Feeds the next chunk. */
  push(chunk: string): void {
    this.text += chunk
    this.mark(this.parser.feed(chunk))
  }

  /** Ends the text. */
  end(finish: 'stop' | 'length'): void {
    this.finish = finish
    this.mark(this.parser.end(finish))
  }

  /** What one step did. */
  step(index: number): Step {
    const { after } = this
    const to = after.text.at(index)
    const from = before(after.text, index)
    const finish = index === this.length - 1 ? this.finish : undefined
    return {
      index,
      from,
      to,
      chunk: this.text.slice(from, to),
      isEnd: finish !== undefined,
      state: this.stateNames[after.state.at(index)] as string,
      held: this.text.slice(to - after.held.at(index), to),
      events: this.events.slice(before(after.events, index), after.events.at(index)),
      wire: this.wire.read(this.text, { from, to, finish }),
    }
  }

  /** Whether something came out in a step. */
  hasEvents(index: number): boolean {
    return this.after.events.at(index) > before(this.after.events, index)
  }

  /** The message as it was after a step. */
  message(index: number): TracedMessage {
    const { content, reasoning, calls, diagnostics } = this.after
    return {
      content: this.content.slice(0, content.at(index)),
      reasoning: this.reasoning.slice(0, reasoning.at(index)),
      calls: this.calls.slice(0, calls.at(index)).map((call) => callAt(call, index)),
      diagnostics: this.diagnostics.slice(0, diagnostics.at(index)),
    }
  }

  /** The step during which the character at `offset` came. */
  stepAt(offset: number): number {
    return Math.max(0, Math.min(this.after.text.firstAbove(offset), this.length - 1))
  }

  /** What became of the characters from `start` to `end`, as seen after a step. */
  segments(index: number, start: number, end: number): Segment[] {
    const to = this.after.text.at(index)
    const heldFrom = to - this.after.held.at(index)
    const segments: Segment[] = []
    const put = (from: number, until: number, fate: Fate): void => {
      const [first, last] = [Math.max(from, start), Math.min(until, end)]
      if (first < last) segments.push({ start: first, end: last, fate })
    }
    const fates = this.ledger()
    for (let place = firstAfter(fates, start); place < fates.length; place += 1) {
      const entry = fates[place] as LedgerEntry
      if (entry.start >= Math.min(end, heldFrom)) break
      put(entry.start, Math.min(entry.end, heldFrom), entry.kind)
    }
    put(heldFrom, to, 'held')
    put(to, this.text.length, 'future')
    return segments
  }

  private ledger(): LedgerEntry[] {
    this.fates ??= this.parser.ledger().filter((entry) => entry.start < entry.end)
    return this.fates
  }

  private mark(events: readonly ParserEvent[]): void {
    const step = this.length
    for (const event of events) this.take(event, step)
    const { state, held } = this.parser.inspect()
    const { after } = this
    this.fates = undefined
    after.text.push(this.text.length)
    after.state.push(this.placeOf(state))
    after.held.push(held.length)
    after.events.push(this.events.length)
    after.content.push(this.content.length)
    after.reasoning.push(this.reasoning.length)
    after.calls.push(this.calls.length)
    after.diagnostics.push(this.diagnostics.length)
  }

  private take(event: ParserEvent, step: number): void {
    this.events.push(event)
    switch (event.type) {
      case 'content':
        this.content += event.text
        return
      case 'reasoning':
        this.reasoning += event.text
        return
      case 'tool-call-start':
        this.calls[event.index] = {
          id: event.id,
          name: event.name,
          text: '',
          steps: new Numbers(),
          lengths: new Numbers(),
          endStep: Infinity,
        }
        return
      case 'tool-call-arguments': {
        const call = this.calls[event.index] as CallRecord
        call.text += event.text
        const { steps, lengths } = call
        if (steps.length > 0 && steps.at(steps.length - 1) === step) return lengths.setLast(call.text.length)
        steps.push(step)
        lengths.push(call.text.length)
        return
      }
      case 'tool-call-end': {
        const call = this.calls[event.index] as CallRecord
        call.status = event.status
        call.endStep = step
        return
      }
      case 'diagnostic':
        this.diagnostics.push(event)
    }
  }

  /** Names of states repeat, and are few. */
  private placeOf(state: string): number {
    const known = this.stateNames.lastIndexOf(state)
    return known === -1 ? this.stateNames.push(state) - 1 : known
  }
}

/** The number one step before; 0 before the first. */
function before(numbers: Numbers, index: number): number {
  return index === 0 ? 0 : numbers.at(index - 1)
}

function callAt(call: CallRecord, step: number): TracedCall {
  const count = call.steps.firstAbove(step)
  const length = count === 0 ? 0 : call.lengths.at(count - 1)
  const traced: TracedCall = { id: call.id, name: call.name, arguments: call.text.slice(0, length) }
  if (call.status !== undefined && call.endStep <= step) traced.status = call.status
  return traced
}

/** Place of the first entry that ends after `offset`. */
function firstAfter(entries: readonly LedgerEntry[], offset: number): number {
  let [low, high] = [0, entries.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((entries[middle] as LedgerEntry).end > offset) high = middle
    else low = middle + 1
  }
  return low
}
