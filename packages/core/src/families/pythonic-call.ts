import { type PythonListener, type PythonRule, type PythonState, createPythonState } from '../json/python-cursor.ts'
import { PythonMachine } from '../json/python-machine.ts'
import type { Match } from '../scan/text-buffer.ts'
import type { DiagnosticCode } from '../diagnostics.ts'
import type { FamilyHost } from './family.ts'

interface Remark {
  code: DiagnosticCode
  message: string
  offset: number
}

/** All that changes while a call is read: plain data. */
export interface CallState {
  name: string
  /** Offset of the name, and of the first character behind `(`. */
  offset: number
  argsStart: number
  python: PythonState
  opened: boolean
  repaired: boolean
  rules: Partial<Record<PythonRule, true>>
  /** What is to be said about the call once it opens. */
  remarks: Remark[]
  /** Names of arguments that have come, each behind a `$`. */
  keys: Record<string, true>
  /** Offset at which the arguments reached their limit, -1 before. */
  cutAt: number
  accounted: number
}

/** What the machine around the calls does for them. */
export interface CallWrapper {
  /** The call's first argument has begun, or it has none. */
  openCall(call: CallState): void
  markerAt(index: number): Match
}

/** Reads one call from behind `NAME(` and sends it: the start with the first piece of its arguments, which is when it is known to be one. */
export class PythonicCall implements PythonListener {
  readonly state: CallState
  readonly machine: PythonMachine
  private readonly host: FamilyHost
  private readonly wrapper: CallWrapper

  constructor(host: FamilyHost, wrapper: CallWrapper, state: CallState) {
    this.host = host
    this.wrapper = wrapper
    this.state = state
    this.machine = new PythonMachine(this, host, state.python)
  }

  run(end: number, final = false): void {
    const { buffer } = this.host
    const start = buffer.at
    buffer.pos = this.machine.run(buffer.text, buffer.pos, end, final)
    this.settle(start)
  }

  /** Closes what is open before `end`. Returns false when something is half written. */
  close(end: number): boolean {
    const { host, machine } = this
    const { buffer } = host
    this.run(end, true)
    if (machine.done) return true
    const start = buffer.at
    if (!host.repair || !machine.close(buffer.text.slice(buffer.pos, end), end)) return false
    buffer.pos = end
    this.settle(start)
    return true
  }

  /** Says what became of the text since `start`. What waits for its meaning is settled later. */
  private settle(start: number): void {
    const { state, host, machine } = this
    const end = host.buffer.at - (machine.closed ? 1 : 0)
    const from = Math.max(state.cutAt, start)
    if (state.cutAt >= 0 && end > from) {
      const { text, offset } = host.buffer
      host.output.dropBeyondLimit(text.slice(from - offset, end - offset), from)
    }
    if (!state.opened) return
    this.accountTo(state.cutAt >= 0 ? end : end - machine.state.raw.length)
    if (machine.closed) this.accountSpan('markup', host.buffer.at)
  }

  /** Writes the ledger up to `offset`. */
  private accountTo(offset: number): void {
    const { state } = this
    this.accountSpan('markup', Math.min(state.argsStart, offset))
    this.accountSpan('arguments', state.cutAt < 0 ? offset : Math.min(state.cutAt, offset))
    this.accountSpan('dropped', offset)
  }

  private accountSpan(kind: 'markup' | 'arguments' | 'dropped', to: number): void {
    const { state, host } = this
    host.output.account(kind, state.accounted, to)
    state.accounted = Math.max(state.accounted, to)
  }

  /** What has been read and not passed on: it goes nowhere when the call cannot be read on, or the text ends in it. */
  takeUnsent(): { text: string; offset: number } {
    const { state, host, machine } = this
    const { raw } = machine.state
    if (state.cutAt >= 0) return { text: '', offset: host.buffer.at }
    return { text: raw, offset: host.buffer.at - raw.length }
  }

  // --- PythonListener ---------------------------------------------------------------------------------------------------------------

  text(piece: string, index: number, copied: boolean, earlier: string): void {
    const { state, host } = this
    if (!state.opened) {
      state.opened = true
      this.wrapper.openCall(state)
      for (const { code, message, offset } of state.remarks) host.output.diagnose(code, message, offset)
      state.remarks = []
    }
    if (state.cutAt >= 0) return
    const sent = host.output.arguments(piece)
    if (sent === piece.length) return
    // Here the limit of the arguments is reached: what follows is dropped text (P15).
    state.cutAt = host.buffer.offset + index + (copied ? sent : 0)
    host.output.dropBeyondLimit(earlier, state.cutAt)
  }

  keyword(name: string, index: number): void {
    const { keys } = this.state
    if (Object.hasOwn(keys, `$${name}`)) {
      this.remark('duplicate-key', `The argument ${name} stands in the call twice.`, index)
    }
    keys[`$${name}`] = true
  }

  repair(rule: PythonRule, index: number): boolean {
    const { state, host } = this
    if (!host.repair) return false
    if (rule !== 'R22') state.repaired = true
    if (state.rules[rule] === undefined) {
      state.rules[rule] = true
      const message =
        rule === 'positional'
          ? 'Arguments without names were read in the order of the schema.'
          : `The call was mended (${rule}).`
      this.remark('json-repair', message, index)
    }
    return true
  }

  declares(name: string): boolean {
    return this.host.tools.get(this.state.name)?.declares(name) ?? false
  }

  parameterAt(position: number): string | undefined {
    return this.host.tools.get(this.state.name)?.parameters[position]
  }

  markerAt(index: number): Match {
    return this.wrapper.markerAt(index)
  }

  private remark(code: DiagnosticCode, message: string, index: number): void {
    const { state, host } = this
    const offset = host.buffer.offset + index
    if (state.opened) host.output.diagnose(code, message, offset)
    else state.remarks.push({ code, message, offset })
  }
}

export function createCallState(name: string, offset: number, argsStart: number): CallState {
  return {
    name,
    offset,
    argsStart,
    python: createPythonState(),
    opened: false,
    repaired: false,
    rules: {},
    remarks: [],
    keys: {},
    cutAt: -1,
    accounted: offset,
  }
}
