import {
  type Diagnostic,
  type LedgerEntry,
  type ParserEvent,
  type ParserOptions,
  createToolCallParser,
} from '@tooldelta/core'
import { type ChatCompletionChunk, createChunkTransformer } from '@tooldelta/openai'

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

/** Sizes of everything after a step; the texts themselves are kept once. */
interface Mark {
  to: number
  state: string
  held: number
  events: number
  wire: number
  content: number
  reasoning: number
  calls: number
  diagnostics: number
  isEnd: boolean
}

interface CallPiece {
  step: number
  length: number
}

interface CallRecord {
  id: string
  name: string
  text: string
  /** Length of the arguments after each step that wrote some. */
  pieces: CallPiece[]
  status?: TracedCall['status']
  endStep: number
}

const wireHead = { id: 'chatcmpl-playground', object: 'chat.completion.chunk', created: 0, model: 'model' } as const

/**
 * Runs the parser over a text that grows, and remembers what is needed to show any step. Memory is linear in the text and in the number of
 * steps: a step holds sizes, not copies.
 */
export class Trace {
  /** The raw text so far. */
  text = ''
  private readonly parser: ReturnType<typeof createToolCallParser>
  private readonly transformer: ReturnType<typeof createChunkTransformer>
  private readonly events: ParserEvent[] = []
  private readonly wire: ChatCompletionChunk[] = []
  private readonly marks: Mark[] = []
  private readonly calls: CallRecord[] = []
  private readonly diagnostics: Diagnostic[] = []
  private readonly states = new Map<string, string>()
  private content = ''
  private reasoning = ''
  private fates: LedgerEntry[] | undefined
  private isEnded = false

  /** @throws TypeError for wrong options, such as an unknown format */
  constructor(options: ParserOptions) {
    this.parser = createToolCallParser({ ...options, audit: true })
    // Both parsers write the same ids: the default is a function of the call's place.
    this.transformer = createChunkTransformer({ createCallId: undefined, ...options })
  }

  /** Steps so far; the end counts as one. */
  get length(): number {
    return this.marks.length
  }

  get ended(): boolean {
    return this.isEnded
  }

  /** Feeds the next chunk. */
  push(chunk: string): void {
    this.text += chunk
    const events = this.parser.feed(chunk)
    const wire = this.transformer.transform(this.upstreamChunk({ content: chunk }, null))
    this.mark(events, wire, false)
  }

  /** Ends the text. */
  end(finish: 'stop' | 'length'): void {
    this.isEnded = true
    const events = this.parser.end(finish)
    const wire = [...this.transformer.transform(this.upstreamChunk({}, finish)), ...this.transformer.flush('stop')]
    this.mark(events, wire, true)
  }

  /** What one step did. */
  step(index: number): Step {
    const mark = this.at(index)
    const before = index === 0 ? undefined : this.at(index - 1)
    const from = before?.to ?? 0
    return {
      index,
      from,
      to: mark.to,
      chunk: this.text.slice(from, mark.to),
      isEnd: mark.isEnd,
      state: mark.state,
      held: this.text.slice(mark.to - mark.held, mark.to),
      events: this.events.slice(before?.events ?? 0, mark.events),
      wire: this.wire.slice(before?.wire ?? 0, mark.wire),
    }
  }

  /** Whether something came out in a step. */
  hasEvents(index: number): boolean {
    return this.at(index).events > (index === 0 ? 0 : this.at(index - 1).events)
  }

  /** The message as it was after a step. */
  message(index: number): TracedMessage {
    const mark = this.at(index)
    return {
      content: this.content.slice(0, mark.content),
      reasoning: this.reasoning.slice(0, mark.reasoning),
      calls: this.calls.slice(0, mark.calls).map((call) => callAt(call, index)),
      diagnostics: this.diagnostics.slice(0, mark.diagnostics),
    }
  }

  /** The step during which the character at `offset` came. */
  stepAt(offset: number): number {
    let low = 0
    let high = this.marks.length - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.at(middle).to > offset) high = middle
      else low = middle + 1
    }
    return low
  }

  /** What became of the characters from `start` to `end`, as seen after a step. */
  segments(index: number, start: number, end: number): Segment[] {
    const mark = this.at(index)
    const heldFrom = mark.to - mark.held
    const segments: Segment[] = []
    const put = (from: number, to: number, fate: Fate): void => {
      const [first, last] = [Math.max(from, start), Math.min(to, end)]
      if (first < last) segments.push({ start: first, end: last, fate })
    }
    const fates = this.ledger()
    for (let place = firstAfter(fates, start); place < fates.length; place += 1) {
      const entry = fates[place] as LedgerEntry
      if (entry.start >= Math.min(end, heldFrom)) break
      put(entry.start, Math.min(entry.end, heldFrom), entry.kind)
    }
    put(heldFrom, mark.to, 'held')
    put(mark.to, this.text.length, 'future')
    return segments
  }

  private ledger(): LedgerEntry[] {
    this.fates ??= this.parser.ledger().filter((entry) => entry.start < entry.end)
    return this.fates
  }

  private at(index: number): Mark {
    const mark = this.marks[index]
    if (mark === undefined) throw new RangeError(`There is no step ${index}; the last is ${this.marks.length - 1}.`)
    return mark
  }

  private upstreamChunk(delta: object, finish: string | null): object {
    return { ...wireHead, choices: [{ index: 0, delta, finish_reason: finish }] }
  }

  private mark(events: readonly ParserEvent[], wire: readonly ChatCompletionChunk[], isEnd: boolean): void {
    const step = this.marks.length
    for (const event of events) this.take(event, step)
    for (const chunk of wire) this.wire.push(chunk)
    const { state, held } = this.parser.inspect()
    this.fates = undefined
    this.marks.push({
      to: this.text.length,
      state: this.intern(state),
      held: held.length,
      events: this.events.length,
      wire: this.wire.length,
      content: this.content.length,
      reasoning: this.reasoning.length,
      calls: this.calls.length,
      diagnostics: this.diagnostics.length,
      isEnd,
    })
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
        this.calls[event.index] = { id: event.id, name: event.name, text: '', pieces: [], endStep: Infinity }
        return
      case 'tool-call-arguments': {
        const call = this.calls[event.index] as CallRecord
        call.text += event.text
        const last = call.pieces.at(-1)
        if (last?.step === step) last.length = call.text.length
        else call.pieces.push({ step, length: call.text.length })
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

  /** Names of states repeat; one string serves all steps. */
  private intern(state: string): string {
    const known = this.states.get(state)
    if (known !== undefined) return known
    this.states.set(state, state)
    return state
  }
}

function callAt(call: CallRecord, step: number): TracedCall {
  let length = 0
  let [low, high] = [0, call.pieces.length]
  while (low < high) {
    const middle = (low + high) >> 1
    const piece = call.pieces[middle] as CallPiece
    if (piece.step <= step) {
      length = piece.length
      low = middle + 1
    } else {
      high = middle
    }
  }
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
