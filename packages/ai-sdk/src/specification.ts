/**
 * What is read and written of the AI SDK's language-model specifications. Versions 2 (ai 5), 3 (ai 6) and 4 (ai 7) share these shapes;
 * fields that are not named here are passed on.
 */

/** A part of a stream. */
export interface StreamPart {
  type: string
  id?: string
  delta?: string
  toolName?: string
  toolCallId?: string
  input?: unknown
  providerExecuted?: boolean | undefined
  providerMetadata?: ProviderMetadata | undefined
  warnings?: readonly unknown[]
  finishReason?: FinishReason
  error?: unknown
  [key: string]: unknown
}

/** A part of a whole answer. */
export interface ContentPart {
  type: string
  text?: string
  providerMetadata?: ProviderMetadata | undefined
  [key: string]: unknown
}

export type ProviderMetadata = Record<string, Record<string, unknown>>

/** A word in version 2; the word and what the provider called it since version 3. */
export type FinishReason = string | { unified: string; raw: string | undefined }

/** A message of a prompt. */
export interface PromptMessage {
  role: string
  content: string | readonly PromptPart[]
  providerOptions?: unknown
}

/** A part of a message's content. */
export interface PromptPart {
  type: string
  text?: string
  toolCallId?: string
  toolName?: string
  input?: unknown
  output?: { type: string; value?: unknown; reason?: string }
  providerExecuted?: boolean | undefined
  providerOptions?: unknown
  [key: string]: unknown
}

/** A tool that the caller runs (`function`), or one of the provider's own. */
export interface CallTool {
  type: string
  name: string
  description?: string | undefined
  inputSchema?: unknown
  [key: string]: unknown
}

/** What a model is called with. */
export interface CallParams {
  prompt: readonly PromptMessage[]
  tools?: readonly CallTool[] | undefined
  toolChoice?: { type: string; toolName?: string } | undefined
  responseFormat?: { type: string; schema?: unknown; name?: string; description?: string } | undefined
  [key: string]: unknown
}

export interface GenerateResult {
  content: readonly ContentPart[]
  finishReason: FinishReason
  warnings?: readonly unknown[]
  providerMetadata?: ProviderMetadata | undefined
  [key: string]: unknown
}

export interface StreamResult {
  stream: ReadableStream<StreamPart>
  [key: string]: unknown
}

export interface Model {
  doGenerate(params: CallParams): PromiseLike<GenerateResult>
  doStream(params: CallParams): PromiseLike<StreamResult>
}
