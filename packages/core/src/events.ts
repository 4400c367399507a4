import type { Diagnostic } from './diagnostics.ts'

/** Text for the reader: everything that is no reasoning and no part of a call. */
export interface ContentEvent {
  type: 'content'
  text: string
}

/** Text of the model's thought, without its markers. */
export interface ReasoningEvent {
  type: 'reasoning'
  text: string
}

/** A call begins. Sent once for a call, with the whole name. */
export interface ToolCallStartEvent {
  type: 'tool-call-start'
  /** 0, 1, 2... by appearance in the text. */
  index: number
  id: string
  name: string
}

/** The next piece of a call's arguments: JSON text, append-only. */
export interface ToolCallArgumentsEvent {
  type: 'tool-call-arguments'
  index: number
  text: string
}

/**
 * How a call ended.
 *
 * - `complete`: as the format writes it.
 * - `repaired`: markup or JSON was missing or wrong and has been mended; the arguments are one JSON object.
 * - `truncated`: the text ended inside the call; the arguments are left open and must not be executed.
 */
export type ToolCallStatus = 'complete' | 'repaired' | 'truncated'

/** A call ends. Nothing of this index follows. */
export interface ToolCallEndEvent {
  type: 'tool-call-end'
  index: number
  status: ToolCallStatus
}

/** Something worth knowing: a repair, dropped text, a limit. */
export type DiagnosticEvent = { type: 'diagnostic' } & Diagnostic

/** What the parser reports, in the order of the text. */
export type ParserEvent =
  | ContentEvent
  | ReasoningEvent
  | ToolCallStartEvent
  | ToolCallArgumentsEvent
  | ToolCallEndEvent
  | DiagnosticEvent

/** A call of a whole message. */
export interface ParsedToolCall {
  id: string
  type: 'function'
  function: { name: string; arguments: string }
  status: ToolCallStatus
}

/** A whole message: the fold of the events of its stream. */
export interface ParsedMessage {
  /** `null` when there is none. */
  content: string | null
  /** `null` when there is none. */
  reasoning: string | null
  toolCalls: ParsedToolCall[]
  diagnostics: Diagnostic[]
}
