import {
  createChunkTransformer,
  prepareRequest,
  type ChunkTransformerOptions,
  type PrepareRequestOptions,
  type RequestReport,
} from '@tooldelta/openai'

/** What the fetch wrapper and the servers share: how the upstream is asked and how its answer is read. */
export interface ToolCallOptions
  extends
    PrepareRequestOptions,
    Pick<ChunkTransformerOptions, 'truncatedCalls' | 'deliver' | 'markerTokens' | 'onDiagnostic'> {
  /**
   * How often the upstream is asked again when a required call does not come: 0 or 1. The answer is held back until a call begins.
   *
   * @defaultValue 0
   */
  requiredRetries?: number | undefined
  /**
   * Check the arguments of calls against their tool's JSON Schema, and ask once more, with the fault, when they break it. Answers are held
   * back until they are whole.
   *
   * @defaultValue false
   */
  validateArguments?: boolean | undefined
  /** Called for every chat completion with what was changed in its request. */
  onRequest?: ((report: RequestReport) => void) | undefined
}

/** The part that the answer's transformer reads beside the parser's own options. */
export function toTransformOptions(options: ToolCallOptions): Omit<ChunkTransformerOptions, 'format'> {
  const { truncatedCalls, deliver, markerTokens, onDiagnostic } = options
  return { truncatedCalls, deliver, markerTokens, onDiagnostic }
}

/** The part that the request's preparation reads. */
export function toPrepareOptions(options: ToolCallOptions): PrepareRequestOptions {
  // By name: what else the options of a server hold (keys, headers) does not belong into the parser's.
  return {
    format: options.format,
    mode: options.mode,
    profile: options.profile,
    reasoning: options.reasoning,
    callsInReasoning: options.callsInReasoning,
    fencedCalls: options.fencedCalls,
    closers: options.closers,
    repair: options.repair,
    unknownTools: options.unknownTools,
    createCallId: options.createCallId,
    limits: options.limits,
    audit: options.audit,
  }
}

/**
 * Checks options before the first request.
 *
 * @throws TypeError with what is wrong and what is allowed
 */
export function checkToolCallOptions(options: ToolCallOptions): void {
  const format: unknown = (options as ToolCallOptions | null)?.format
  if (typeof format !== 'string' && (typeof format !== 'object' || format === null)) {
    throw new TypeError(
      "The option 'format' is missing: the id of the model's tool-call format, such as 'qwen3_coder', or its response_template.",
    )
  }
  const { parser } = prepareRequest({}, toPrepareOptions(options))
  createChunkTransformer(parser)
  checkChoice('truncatedCalls', options.truncatedCalls, ['length', 'error'])
  checkChoice('deliver', options.deliver, ['stream', 'when-complete'])
}

function checkChoice(name: string, value: unknown, allowed: readonly string[]): void {
  if (value === undefined || allowed.includes(value as string)) return
  throw new TypeError(`The option '${name}' must be one of ${allowed.join(', ')}; got ${JSON.stringify(value)}.`)
}
