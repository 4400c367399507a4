/** The name of the field that a thought is sent in; `both` sends it twice. */
export type ReasoningNames = 'reasoning_content' | 'reasoning' | 'both'

/**
 * How much of a call's arguments is collected before it is sent. A client that reads the arguments anew with each delta then does so less
 * often. At least one of the two must be set; what comes first counts.
 */
export interface ArgumentCoalescing {
  /**
   * Characters (UTF-16 units) that are enough.
   * @defaultValue none: only the time counts
   */
  minChars?: number | undefined
  /**
   * Milliseconds that the first piece waits at most. A transformer has no clock: the adapters of @tooldelta/fetch keep the time, and whoever
   * moves chunks by hand calls {@link ChunkTransformer.release}.
   * @defaultValue none: only the characters count
   */
  maxDelayMs?: number | undefined
}

/** What a client wants of the way in which an answer is brought to it. It may differ from request to request. */
export interface DeliveryOptions {
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
  /**
   * Collects the arguments of a call in larger deltas. What is collected goes out before anything else of its choice does, and at the end of
   * the call, so nothing changes but the cuts. Stream only.
   * @defaultValue every piece is sent as it comes
   */
  coalesceArguments?: ArgumentCoalescing | undefined
  /**
   * The name of the field that thoughts are sent in. Where it is set, it also holds for an upstream that parses calls itself.
   * @defaultValue 'reasoning_content', which every client reads that reads any
   */
  reasoningNames?: ReasoningNames | undefined
}

/**
 * @throws TypeError with what is wrong and what is allowed
 * @internal
 */
export function checkDelivery(options: DeliveryOptions): void {
  checkChoice('truncatedCalls', options.truncatedCalls, ['length', 'error'])
  checkChoice('deliver', options.deliver, ['stream', 'when-complete'])
  checkChoice('reasoningNames', options.reasoningNames, ['reasoning_content', 'reasoning', 'both'])
  checkCoalescing(options.coalesceArguments)
}

function checkCoalescing(value: ArgumentCoalescing | undefined): void {
  if (value === undefined) return
  const { minChars, maxDelayMs } = (value ?? {}) as ArgumentCoalescing
  const given = [minChars, maxDelayMs].filter((bound) => bound !== undefined)
  if (given.length > 0 && given.every((bound) => Number.isFinite(bound) && bound > 0)) return
  throw new TypeError(
    `The option 'coalesceArguments' takes minChars, maxDelayMs or both, numbers above 0; got ${JSON.stringify(value)}.`,
  )
}

function checkChoice(name: string, value: unknown, allowed: readonly string[]): void {
  if (value === undefined || (allowed as readonly unknown[]).includes(value)) return
  throw new TypeError(`The option '${name}' must be one of ${allowed.join(', ')}; got ${JSON.stringify(value)}.`)
}
