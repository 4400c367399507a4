import {
  createCallStore,
  createChunkTransformer,
  createReasoningStore,
  prepareRequest,
  type ChunkTransformerOptions,
  type DeliveryOptions,
  type PrepareRequestOptions,
  type RequestReport,
} from '@tooldelta/openai'

/** What the fetch wrapper and the servers share: how the upstream is asked and how its answer is read. */
export interface ToolCallOptions
  extends PrepareRequestOptions, DeliveryOptions, Pick<ChunkTransformerOptions, 'markerTokens' | 'onDiagnostic'> {
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
  /**
   * Put the thoughts of own calls back into the history, since most clients do not send them. They are kept in memory (`stores` holds them
   * elsewhere).
   *
   * @defaultValue false
   */
  keepReasoning?: boolean | undefined
  /**
   * Write own calls back into the history exactly as the model wrote them, so that the server's prefix cache still fits. For templates that
   * print an assistant's text as it is, and results of tools without calls before them.
   *
   * @defaultValue false
   */
  replayCalls?: boolean | undefined
  /** Called for every chat completion with what was changed in its request. */
  onRequest?: ((report: RequestReport) => void) | undefined
}

/** The part that the answer's transformer reads beside the parser's own options. */
export function toTransformOptions(options: ToolCallOptions): Omit<ChunkTransformerOptions, 'format'> {
  const { truncatedCalls, deliver, coalesceArguments, reasoningNames, markerTokens, onDiagnostic } = options
  return { truncatedCalls, deliver, coalesceArguments, reasoningNames, markerTokens, onDiagnostic }
}

/** The options with what one client wants of the delivery. What it does not say stays. */
export function withDelivery<T extends ToolCallOptions>(options: T, delivery: DeliveryOptions | undefined): T {
  if (delivery === undefined) return options
  return {
    ...options,
    truncatedCalls: delivery.truncatedCalls ?? options.truncatedCalls,
    deliver: delivery.deliver ?? options.deliver,
    coalesceArguments: delivery.coalesceArguments ?? options.coalesceArguments,
    reasoningNames: delivery.reasoningNames ?? options.reasoningNames,
  }
}

/** The part that the request's preparation reads. */
export function toPrepareOptions(options: ToolCallOptions, owner?: string): PrepareRequestOptions {
  // By name: what else the options of a server hold (keys, headers) does not belong into the parser's.
  return {
    format: options.format,
    mode: options.mode,
    profile: options.profile,
    toolChoice: options.toolChoice,
    toolsWhenNone: options.toolsWhenNone,
    mergeSystemMessages: options.mergeSystemMessages,
    neutralizeToolResults: options.neutralizeToolResults,
    dropParams: options.dropParams,
    upstreamModel: options.upstreamModel,
    stores: options.stores === undefined || owner === undefined ? options.stores : { ...options.stores, owner },
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

/** The options with the stores that `keepReasoning` and `replayCalls` ask for. */
export function withStores<T extends ToolCallOptions>(options: T): T {
  const { keepReasoning, replayCalls, stores } = options
  if (keepReasoning !== true && replayCalls !== true) return options
  return {
    ...options,
    stores: {
      ...stores,
      ...(keepReasoning === true && { reasoning: stores?.reasoning ?? createReasoningStore() }),
      ...(replayCalls === true && { calls: stores?.calls ?? createCallStore() }),
    },
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
  createChunkTransformer({ ...parser, ...toTransformOptions(options) })
  checkChoice('requiredRetries', options.requiredRetries, [0, 1])
  for (const name of ['validateArguments', 'keepReasoning', 'replayCalls'] as const) {
    checkChoice(name, options[name], [true, false])
  }
}

function checkChoice(name: string, value: unknown, allowed: readonly unknown[]): void {
  if (value === undefined || allowed.includes(value)) return
  throw new TypeError(`The option '${name}' must be one of ${allowed.join(', ')}; got ${JSON.stringify(value)}.`)
}
