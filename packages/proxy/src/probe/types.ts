import type { Upstream } from '../upstream/index.ts'

/** What a probe needs of an upstream. */
export type ProbeTarget = Pick<Upstream, 'name' | 'profile' | 'fetch'>

/** What a probe needs of a model's settings. */
export interface ProbedModel {
  /** What clients call the model. */
  name: string
  /** What the upstream calls it. */
  upstreamModel?: string | undefined
  /** The id of its format. */
  format: string
  parser?: { reasoning?: 'off' | 'tags' | 'open' | 'auto' | undefined } | undefined
}

/** The kind of server, as far as it tells. */
export interface ServerIdentity {
  kind: 'vllm' | 'sglang' | 'llamacpp' | 'tooldelta' | 'unknown'
  version?: string | undefined
  /** Names of its models. Empty when it does not list them. */
  models: readonly string[]
  /** Tokens that a prompt and its answer may have. */
  maxModelLength?: number | undefined
}

/** What was found out about a model and its server. Everything may be `unknown`: a server need not answer every question. */
export interface ProbeFindings {
  server: ServerIdentity
  /** Whether the chat template writes tools into the prompt, asked as the upstream's profile asks. */
  tools: 'rendered' | 'ignored' | 'refused' | 'unknown'
  /** The server's own words when it refused tools. */
  toolsRefusal?: string | undefined
  /** The server's own tool parser. `faulty`: calls come back, but not as they should. */
  parser: 'none' | 'correct' | 'faulty' | 'unknown'
  /** What is wrong with what the server's own parser makes. */
  parserFault?: string | undefined
  /** What tooldelta reads out of the model's raw text. `no call`: the model did not call the tool it was asked to. */
  rawCall: 'read' | 'unreadable' | 'no call' | 'unknown'
  /** The format that a call looks like that could not be read. */
  looksLike?: string | undefined
  /** Whether the markers of the format reach us. */
  markers: 'kept' | 'stripped' | 'unknown'
  /** `open`: the template begins the thought. `tags`: the model does. `split`: the server takes thoughts out of the text. */
  thinking: 'none' | 'open' | 'tags' | 'split' | 'unknown'
  /** Where system messages may stand. */
  systemMessages: 'anywhere' | 'first' | 'unknown'
  /** Whether an earlier call whose arguments are no JSON is refused; only asked where it matters for the mode. */
  brokenHistory: 'taken' | 'refused' | 'unknown'
}

/** The outcome of {@link probeModel}. */
export interface ProbeResult {
  /** How tools should reach this model. */
  mode: 'template' | 'prompt' | 'passthrough'
  findings: ProbeFindings
  /** What was found and what follows from it, in plain words, for a log. */
  sentences: string[]
}

/** A server that gave no answer to go by: it is not up yet, refuses the key, or does not know the model. */
export class ProbeError extends Error {
  override readonly name: string = 'ProbeError'
  /** HTTP status, where there was an answer. */
  readonly status: number | undefined

  constructor(message: string, status?: number) {
    super(message)
    this.status = status
  }
}
