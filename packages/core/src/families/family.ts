import type { Match, TextBuffer } from '../scan/text-buffer.ts'
import type { Output } from '../parser/output.ts'
import type { ToolTable } from '../tools.ts'

/** What a call machine may use of the parser around it. */
export interface FamilyHost {
  readonly buffer: TextBuffer
  readonly output: Output
  readonly tools: ToolTable
  readonly closers: 'confirmed' | 'first'
  readonly repair: boolean
  readonly unknownTools: 'forward' | 'content'
  readonly heldChars: number
  readonly nameChars: number
  /** End tokens of the format, such as `<|im_end|>`. */
  readonly endTokens: readonly string[]
  /** Does this marker stand here? Token ids may say no. */
  marker(literal: string, index: number): Match
  /** The first call of a wrapper opens: blanks before it are layout. `offset` is where it begins. */
  commit(offset: number): void
  /** Text that looked like a call goes back to the reader, byte for byte. */
  release(text: string, offset: number): void
  /** Text that the input spells in another way goes to the reader: an escape of a JSON string. */
  addText(text: string, offset: number): void
  /** A message of the text begins that is for the reader or a thought. `join` stands before it where content has gone out already. */
  beginMessage(zone: 'content' | 'reasoning', join: string): void
  /** The message has ended: text that follows is content until another one begins. */
  endMessage(): void
}

/** The end of the stream: `clean` when the model stopped by itself, else it was cut. */
export interface StreamEnd {
  clean: boolean
}

/** Where in the message an opener stands. */
export interface OpenerPlace {
  /** Nothing but blanks stands before it in its line. */
  lineStart: boolean
  /** Nothing but blanks and markers stands before it in the message. */
  messageStart: boolean
}

/** Machine for one syntax of calls. It judges openers, then owns the text until it leaves. */
export interface Family {
  /** Literals with which a call can begin. */
  readonly openers: readonly string[]
  /** Those of them that a closer belongs to. */
  readonly wrappers: readonly string[]
  /** Closers that may stand in the text after a call that has ended already. */
  readonly closers: readonly string[]
  /**
   * Places that need no opener: `opens` is asked there too. `start`: the first character of the message that is no blank. `lines`: that of
   * every line.
   */
  readonly places?: 'start' | 'lines'
  /**
   * The text is a sequence of messages, and this machine reads their headers: it is asked in thoughts too and says itself what is one. The
   * `ends` close a message wherever they stand, in a Markdown fence as well.
   */
  readonly messages?: { ends: readonly string[] }
  /** Does a call begin at this index of the buffer? Consumes nothing. */
  opens(index: number, place: OpenerPlace): Match
  /** Enters at an index where `opens` said yes. */
  enter(index: number, place: OpenerPlace): void
  /** Reads on. Returns false when it has left and the text belongs to the parser again. */
  run(): boolean
  /** Settles what is open when the text has ended. */
  end(end: StreamEnd): void
  /** Name of the state, for tracing. */
  readonly stateName: string
  /** Plain data: all that changes. */
  state: object
}
