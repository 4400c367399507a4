import type { Diagnostic, ParserOptions, ToolCallStatus } from '@tooldelta/core'

/** Options of {@link toolCallMiddleware}: those of the parser, and how the tools reach the model. */
export interface ToolCallMiddlewareOptions extends Omit<ParserOptions, 'tools'> {
  /**
   * `prompt`: tools, calls and results are written into plain messages, as the model's own template would; the provider is told of no
   * tool. `template`: the provider gets tools, calls and results as they are, for servers whose chat template writes them and whose text
   * comes back raw.
   * @defaultValue 'prompt'
   */
  mode?: 'prompt' | 'template' | undefined
  /**
   * How `toolChoice` `required` or a named tool is enforced. `instruction`: a line of the system message. `json`: the provider decodes
   * JSON of a schema (`responseFormat`), for providers that have it.
   * @defaultValue 'instruction'
   */
  toolChoice?: 'instruction' | 'json' | undefined
  /**
   * The `toolChoice` that the provider gets in mode `template`. With `none` vLLM and llama.cpp write the tools into the prompt and leave
   * the text alone; SGLang needs `auto`.
   * @defaultValue 'none'
   */
  upstreamToolChoice?: 'none' | 'auto' | undefined
  /** `false`: the answer ends with its first call. @defaultValue true */
  parallelToolCalls?: boolean | undefined
  /**
   * `stream`: a call's name and arguments are passed on as they come. `when-complete`: once the call is whole, and never of one that was
   * cut off.
   * @defaultValue 'stream'
   */
  deliver?: 'stream' | 'when-complete' | undefined
  /** Mode `prompt`: join all system messages at the front, for templates that refuse later ones. @defaultValue false */
  mergeSystemMessages?: boolean | undefined
  /** Mode `prompt`: break up control tokens of the format in results of tools. @defaultValue false */
  neutralizeToolResults?: boolean | undefined
  /** Called with every remark of the parser, such as a repair or dropped text. */
  onDiagnostic?: ((diagnostic: Diagnostic) => void) | undefined
  /** Called when a call has ended. A `truncated` one never becomes a `tool-call` part. */
  onCall?: ((call: FinishedCall) => void) | undefined
}

/** A call that has ended. */
export interface FinishedCall {
  toolCallId: string
  toolName: string
  status: ToolCallStatus
}
