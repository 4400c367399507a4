import { type Diagnostic, type ParserOptions, type ToolCallStatus, findFormat } from '@tooldelta/core'
import { createRandomCallId } from './call-id.ts'
import type { DeliveryOptions } from './delivery/delivery-options.ts'
import type { ChatCompletionMessage } from './wire.ts'

/** Options that the streamed and the whole transformation share. */
export interface TransformOptions extends ParserOptions, DeliveryOptions {
  /**
   * Text that the request has put into the model's mouth and that the answer continues, such as `<tool_call>\\n<function=`. It is read
   * before the answer.
   */
  prefill?: string | undefined
  /** The answer ends with its first call (`parallel_tool_calls: false`): what comes after it is left out. @defaultValue false */
  singleCall?: boolean | undefined
  /** An answer that stops without a call is an error (`tool_choice: 'required'`). @defaultValue false */
  requiresCall?: boolean | undefined
  /** What the client calls tools that have another name upstream: `originals` of {@link normalizeTools}. */
  toolNames?: ReadonlyMap<string, string> | undefined
  /** Called with every remark of the parser, such as a repair or dropped text, and the index of its choice. */
  onDiagnostic?: ((diagnostic: Diagnostic, choice: number) => void) | undefined
  /** Called when a call has ended, with its choice, its index and how it ended. */
  onCall?: ((call: EndedCall) => void) | undefined
  /** Called when a choice has come to its end without an error, with what the client got. Not where the upstream parses calls itself. */
  onAnswer?: ((answer: DeliveredAnswer) => void) | undefined
}

/** A call of an answer that has ended. */
export interface EndedCall {
  choice: number
  index: number
  status: ToolCallStatus
}

/** What a client got, and what the model wrote for it. */
export interface DeliveredAnswer {
  choice: number
  message: ChatCompletionMessage
  finishReason: string
  /**
   * The text of the model with its markers, a prefill included. `undefined` when nobody knows where it ends, because the answer was ended
   * inside of it.
   */
  raw: string | undefined
}

/** Options of {@link createChunkTransformer}. */
export interface ChunkTransformerOptions extends TransformOptions {
  /**
   * Whether the client asked for usage (`stream_options.include_usage`). `true`: one last chunk with `choices: []` carries it. `false`: it
   * is removed. Absent: it is passed on as the upstream sends it. It is never left on a chunk that carries text or a call, because some
   * clients throw such chunks away.
   */
  includeUsage?: boolean | undefined
  /**
   * The token id of each marker that is one token, such as `{ '<tool_call>': 151657 }`. With an upstream that sends `token_ids`, a marker
   * spelled out of ordinary tokens is then text.
   */
  markerTokens?: Readonly<Record<string, number>> | undefined
  /** How many choices the request asks for (`n`): an answer is not ended before all have come. @defaultValue 1 */
  choices?: number | undefined
}

/** The options for the parser, with ids that never repeat. It reads nothing but its own. */
export function toParserOptions(options: ChunkTransformerOptions): ParserOptions {
  const shape = typeof options.format === 'string' ? findFormat(options.format).callIds : undefined
  return { ...options, createCallId: options.createCallId ?? (() => createRandomCallId(shape)) }
}
