import { MarkerFinder } from '../scan/find-marker.ts'
import { isSpace } from '../scan/char-code.ts'
import type { Match } from '../scan/text-buffer.ts'
import { endTokenAt } from './envelope-elements.ts'
import { WrapperText, type WrapperTextState, createWrapperText } from './envelope-text.ts'
import type { FamilyHost } from './family.ts'
import {
  type ArgumentsForm,
  type ArgumentsState,
  JsonArguments,
  argumentsAt,
  createArgumentsState,
} from './json-arguments.ts'

export interface ChannelCallState {
  mode:
    | 'gap' //       <|message|>| {"a": 1}
    | 'arguments' // <|message|>{"a": |1}
    | 'after' //     {"a": 1}| <|call|>
    | 'skip' //      {"a": ?? drop|ped <|call|>
  name: string
  /** Offset of the header. */
  offset: number
  status: 'complete' | 'repaired'
  args: ArgumentsState | null
  text: WrapperTextState
}

/** Markers that end the message of a call: its closers, and what begins another header. */
export interface CallEnds {
  closers: readonly string[]
  headers: readonly string[]
}

/** `wait`: for more text. `text`: the body is no arguments object and all of it is text. `over`: a marker stands that ends the message. */
export type CallStep = 'wait' | 'text' | 'over'

/** The message of one call whose name stands in the header: arguments as a JSON object up to the next marker outside of it. */
export class ChannelCall {
  private readonly host: FamilyHost
  private readonly ends: CallEnds
  private readonly finder: MarkerFinder<string>
  private readonly text: WrapperText
  private args: JsonArguments | null = null
  private own: ChannelCallState

  constructor(host: FamilyHost, ends: CallEnds, state: ChannelCallState) {
    // A closer at the very end of an open string was the model's last token.
    this.host = { ...host, endTokens: [...ends.closers, ...host.endTokens] }
    this.ends = ends
    this.finder = new MarkerFinder([...ends.closers, ...ends.headers])
    this.text = new WrapperText(host)
    this.text.state = state.text
    this.own = state
    if (state.args !== null) this.args = this.createArguments(state.args)
  }

  get state(): ChannelCallState {
    return { ...this.own, args: this.args?.state ?? null, text: this.text.state }
  }

  private readonly closes = (index: number): Match => {
    const marker = this.finder.at(index, (literal, at) => this.host.marker(literal, at))
    return marker === undefined ? 'no' : marker === 'wait' ? 'wait' : 'yes'
  }

  private createArguments(state: ArgumentsState): JsonArguments {
    return new JsonArguments(this.host, state, this.closes)
  }

  run(): CallStep {
    for (;;) {
      const step = this.step()
      if (step !== 'on') return step
    }
  }

  private step(): CallStep | 'on' {
    switch (this.own.mode) {
      case 'gap':
        return this.onGap()
      case 'arguments':
        return this.onArguments()
      case 'after':
        return this.onAfter()
      case 'skip':
        return this.onSkip()
    }
  }

  private onGap(): CallStep | 'on' {
    const { buffer } = this.host
    const found = argumentsAt(this.host, buffer.pos, this.closes)
    if (found === 'wait' || (found === 'no' && buffer.ended && this.isBlank)) return 'wait'
    return found === 'no' ? 'text' : this.open(found)
  }

  private get isBlank(): boolean {
    const { buffer } = this.host
    return buffer.skipSpace(buffer.pos, buffer.text.length) === buffer.text.length
  }

  private open({ form, end }: { form: ArgumentsForm; end: number }): CallStep | 'on' {
    const { own, host } = this
    const { name, offset } = own
    if (!host.output.mayStart(offset)) return 'text'
    host.commit(offset)
    host.output.startCall(name, offset)
    if (!host.tools.open && !host.tools.declares(name)) {
      host.output.diagnose('unknown-tool', `The request declares no tool ${name}.`, offset)
    }
    if (form === 'empty') {
      this.text.takeMarkup(end)
      host.output.arguments('{}')
      own.mode = 'after'
    } else {
      this.args = this.createArguments(createArgumentsState(name, host.buffer.at))
      own.mode = 'arguments'
    }
    return 'on'
  }

  private onArguments(): CallStep | 'on' {
    const args = this.args as JsonArguments
    const read = args.run()
    const step = read === 'more' && this.closesAtEnd(args) ? 'marker' : read
    if (step === 'more') return 'wait'
    if (step === 'failed' || (step === 'marker' && !args.close())) {
      const { text, offset } = args.fail()
      this.text.state.stray = text
      this.text.state.strayOffset = offset
      this.own.mode = 'skip'
    } else {
      this.own.status = args.state.repaired ? 'repaired' : 'complete'
      this.own.mode = 'after'
    }
    this.args = null
    return 'on'
  }

  /** The text ends in a closer that is no part of a string. */
  private closesAtEnd({ state }: JsonArguments): boolean {
    const { buffer } = this.host
    return buffer.ended && state.json.phase !== 'string' && this.closes(buffer.pos) === 'yes'
  }

  private onAfter(): CallStep | 'on' {
    const { host, text } = this
    const { buffer } = host
    let at = buffer.pos
    while (isSpace(buffer.text.charCodeAt(at))) at += 1
    if (text.state.stray === '') text.takeMarkup(at)
    else text.takeStray(at)
    if (at === buffer.text.length) return 'wait'
    const marker = this.finder.at(at, (literal, index) => host.marker(literal, index))
    if (marker === 'wait') return 'wait'
    if (marker !== undefined) return this.close(marker)
    const token = endTokenAt(host, at)
    if (token === 'wait') return 'wait'
    if (token === undefined) text.takeStray(at + 1)
    else this.removeToken(token)
    return 'on'
  }

  private removeToken(token: string): void {
    const { buffer, output } = this.host
    output.noteEndToken(token, buffer.at)
    this.text.takeMarkup(buffer.pos + token.length)
  }

  /** The message is over; its end is a matter of the header's reader. */
  private close(marker: string): 'over' {
    const { output, buffer } = this.host
    this.text.dropStray()
    if (this.ends.headers.includes(marker)) {
      output.diagnose('missing-closer', `The call has no ${this.ends.closers[0]}.`, buffer.at)
    }
    output.endCall(this.own.status)
    return 'over'
  }

  /** After a failure everything up to the end of the message is dropped. */
  private onSkip(): CallStep {
    const { host, text } = this
    const found = this.finder.find(host.buffer, host.buffer.pos, (literal, index) => host.marker(literal, index))
    text.takeStray(found.index)
    if (found.marker === undefined) return 'wait'
    text.dropStray()
    return 'over'
  }

  /** Settles the call at the end of the text: nothing is missing of it when the model stopped by itself behind its arguments. */
  end(clean: boolean): void {
    const { own, host, text } = this
    const { buffer, output } = host
    if (own.mode === 'gap' && clean) this.open({ form: 'empty', end: buffer.text.length })
    if (own.mode === 'gap') text.takeMarkup(buffer.text.length)
    if (own.mode === 'arguments') (this.args as JsonArguments).end(clean)
    if (own.mode === 'skip') text.takeStray(buffer.text.length)
    text.dropStray()
    if (own.mode !== 'after') return
    if (!clean) {
      output.diagnose('missing-closer', `The call has no ${this.ends.closers[0]}.`, buffer.at)
      own.status = 'repaired'
    }
    output.endCall(own.status)
  }
}

/** @param offset - offset of the header */
export function createChannelCall(name: string, offset: number): ChannelCallState {
  return {
    mode: 'gap',
    name,
    offset,
    status: 'complete',
    args: null,
    text: { ...createWrapperText(), committed: true },
  }
}
