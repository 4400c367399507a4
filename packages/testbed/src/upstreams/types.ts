import type { IncomingHttpHeaders } from 'node:http'
import type { TemplateTraits } from './chat-template.ts'

/** The kinds of servers: vLLM of 2025 and of 2026, SGLang, llama.cpp's `llama-server`. */
export type FakeUpstreamKind = 'vllm-old' | 'vllm-new' | 'sglang' | 'llamacpp'

/** A chat-completion request as the model server reads it. */
export interface FakeRequest {
  model?: string
  messages: FakeMessage[]
  tools?: { type?: string; function?: Record<string, unknown> }[] | null
  tool_choice?: unknown
  stream?: boolean | null
  stream_options?: { include_usage?: boolean } | null
  max_tokens?: number | null
  max_completion_tokens?: number | null
  stop?: string | string[] | null
  include_stop_str_in_output?: boolean
  skip_special_tokens?: boolean
  continue_final_message?: boolean
  add_generation_prompt?: boolean
  chat_template_kwargs?: Record<string, unknown> | null
  response_format?: Record<string, unknown> | null
  structured_outputs?: Record<string, unknown> | null
  n?: number | null
  [field: string]: unknown
}

/** A message as clients send it. */
export interface FakeMessage {
  role: string
  content?: unknown
  tool_calls?: unknown
  [field: string]: unknown
}

/** What the model says to one prompt. */
export interface FakeAnswer {
  /** The raw text, with the markers of the model's format and its special tokens. */
  text: string
  /** Cuts of the text. @defaultValue as a tokenizer would cut it */
  pieces?: readonly string[]
  /** Why it ended. @defaultValue `stop` */
  finishReason?: 'stop' | 'length'
  /** After so many pieces the server says nothing more until the client goes. */
  hangAfter?: number
  /** After so many pieces the server tells an error inside its stream. */
  errorAfter?: number
}

/** A model: what it answers to a prompt. It sees the rendered prompt, as a real one would, and nothing of the request but its settings. */
export type FakeModel = (prompt: string, request: FakeRequest) => string | FakeAnswer

/** Options of {@link startFakeUpstream}. */
export interface FakeUpstreamOptions {
  kind: FakeUpstreamKind
  /** The server's version. @defaultValue one that is typical of its kind */
  version?: string
  /** What the server calls its model. @defaultValue 'qwen3-coder' */
  model?: string
  /** What the model says. */
  answer: FakeModel
  /** The format the model writes: what guided decoding makes it write is made from it. @defaultValue 'qwen3_coder' */
  format?: string
  /** The server's own tool parser: `true` for the model's format, or the name of another one. @defaultValue false */
  toolParser?: boolean | string
  /** The server splits thoughts off by itself. @defaultValue false */
  reasoningParser?: boolean
  /** @defaultValue true */
  templateRendersTools?: boolean
  /** @defaultValue 'none' */
  thinking?: TemplateTraits['thinking']
  /** The template refuses a system message that is not the first message. @defaultValue false */
  systemFirst?: boolean
  /** Texts of tokens that the server removes unless `skip_special_tokens` is false. llama.cpp always does. @defaultValue the end tokens */
  specialTokens?: readonly string[]
  /** vLLM's `--exclude-tools-when-tool-choice-none`. @defaultValue false, and true for versions before 0.10 */
  excludesToolsWhenNone?: boolean
  /** llama.cpp's `--jinja`. @defaultValue true */
  jinja?: boolean
  /** Status of a history whose arguments cannot be read. @defaultValue 400 */
  historyErrorStatus?: 400 | 500
  /** The key that clients must send. */
  key?: string
  /** Tokens that a prompt and its answer may have. @defaultValue 32768 */
  maxModelLength?: number
  /** Comments that vLLM and SGLang send before each so many events. */
  keepAliveEvery?: number
  /** The server is still loading its model: everything is refused with 503 until {@link FakeUpstream.setLoading}. */
  isLoading?: boolean
}

/** A request as the fake upstream saw it. */
export interface SeenRequest {
  method: string
  path: string
  headers: IncomingHttpHeaders
  /** The parsed body of a chat completion. */
  body: FakeRequest | undefined
  /** What the model was given; absent when the request was refused. */
  prompt: string | undefined
  status: number
}

/** A model server on a loopback socket. */
export interface FakeUpstream {
  /** `http://127.0.0.1:PORT` */
  url: string
  readonly requests: readonly SeenRequest[]
  /** The chat completions among them. */
  readonly chats: readonly SeenRequest[]
  /** Answers that are being sent. */
  readonly openStreams: number
  /** Answers whose client went away before their end. */
  readonly abortedStreams: number
  /** Fulfilled when `count` answers have been left by their clients, with the time of the last by `performance.now()`. */
  waitForAbort(count?: number): Promise<number>
  setLoading(isLoading: boolean): void
  close(): Promise<void>
}
