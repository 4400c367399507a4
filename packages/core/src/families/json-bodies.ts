import { Char } from '../scan/char-code.ts'
import type { Match } from '../scan/text-buffer.ts'
import { EnvelopeBody } from './envelope-body.ts'
import type { FamilyHost, StreamEnd } from './family.ts'
import { MAX_BLANKS } from './lookahead.ts'
import type { TagGrammar } from './tag-grammar.ts'

export interface JsonBodyState {
  body: EnvelopeBody['state']
  /** A call of the body has opened. */
  opened: boolean
}

/** Calls among tagged ones whose body is JSON: `<tool_call>{"name": ..., "arguments": ...}</tool_call>`. */
export class JsonBodies {
  private readonly grammar: TagGrammar
  private readonly host: FamilyHost
  private readonly body: EnvelopeBody
  private opened = false

  /** @param onCommit - the first call of a body opens; its offset is where the body's opener stands */
  constructor(grammar: TagGrammar, host: FamilyHost, onCommit: (offset: number) => void) {
    this.grammar = grammar
    this.host = host
    const { functionOpen, functionClose, sectionOpen, sectionClose } = grammar.literals
    const commit = (offset: number): void => {
      this.opened = true
      onCommit(offset)
    }
    this.body = new EnvelopeBody(
      { close: grammar.name('functionClose'), closer: 'call', body: 'any' },
      { ...host, commit },
      [...functionClose, ...functionOpen, ...sectionOpen, ...sectionClose],
    )
  }

  get state(): JsonBodyState {
    return { body: this.body.state, opened: this.opened }
  }

  set state({ body, opened }: JsonBodyState) {
    this.body.state = body
    this.opened = opened
  }

  /** Does a call with such a body begin here? */
  opens(index: number): Match {
    const start = this.bodyAt(index)
    if (typeof start === 'string') return start
    const { text, ended } = this.host.buffer
    if (start === text.length) return ended ? 'no' : 'wait'
    const code = text.charCodeAt(start)
    return code === Char.openBrace || code === Char.openBracket ? 'yes' : 'no'
  }

  private bodyAt(index: number): number | 'no' | 'wait' {
    const opener = this.grammar.name('functionOpen')
    const match = this.host.marker(opener, index)
    return match === 'yes' ? this.host.buffer.skipSpace(index + opener.length, MAX_BLANKS) : match
  }

  /** Begins at an index where `opens` said yes. What stands before it in the buffer is held with its opener. */
  begin(index: number): void {
    this.opened = false
    this.body.begin()
    this.body.text.takeMarkup(this.bodyAt(index) as number)
  }

  /** Reads on. `left`: it is over, and a call has opened; `gone`: it was no call, its text has gone back to the reader. */
  run(): 'wait' | 'left' | 'gone' {
    if (this.body.run()) return 'wait'
    return this.opened ? 'left' : 'gone'
  }

  end(streamEnd: StreamEnd): void {
    this.body.end(streamEnd)
  }
}
