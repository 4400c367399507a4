import { type Diagnostic, type ParserOptions, findFormat } from '@tooldelta/core'
import { createRandomCallId } from './call-id.ts'

/** Options that the streamed and the whole transformation share. */
export interface TransformOptions extends ParserOptions {
  /**
   * What happens to a call that was cut off. `length`: it is passed on as far as it came, with finish_reason `length`; a client must not
   * execute it. `error`: the answer ends with an error object instead, for clients that execute such calls all the same.
   * @defaultValue 'length'
   */
  truncatedCalls?: 'length' | 'error' | undefined
  /**
   * `stream`: a call's name and arguments are sent as they come. `when-complete`: a call is sent once it is whole, and one that was cut
   * off is never sent.
   * @defaultValue 'stream'
   */
  deliver?: 'stream' | 'when-complete' | undefined
  /** Called with every remark of the parser, such as a repair or dropped text, and the index of its choice. */
  onDiagnostic?: ((diagnostic: Diagnostic, choice: number) => void) | undefined
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
}

/** The part of the options that the parser reads, with ids that never repeat. */
export function toParserOptions(options: ChunkTransformerOptions): ParserOptions {
  const {
    truncatedCalls: _truncatedCalls,
    deliver: _deliver,
    onDiagnostic: _onDiagnostic,
    includeUsage: _includeUsage,
    markerTokens: _markerTokens,
    ...parserOptions
  } = options
  const shape = typeof options.format === 'string' ? findFormat(options.format).callIds : undefined
  return { ...parserOptions, createCallId: options.createCallId ?? (() => createRandomCallId(shape)) }
}
