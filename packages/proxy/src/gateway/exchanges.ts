import { ToolDeltaError, upstreamErrorType } from '@tooldelta/openai'

/** One request under way. */
export interface Exchange {
  /** Aborted when the exchange has to end before its time; the reason is what the client is told. */
  control: AbortController
  end(): void
}

/** Counts the requests under way, and ends them when the time is over. */
export interface Exchanges {
  readonly count: number
  /**
   * Takes a request.
   *
   * @throws ToolDeltaError with status 429 when there are too many
   */
  begin(): Exchange
  /** Ends what is under way with an error that the client is told. */
  endAll(): void
}

/** @param most - requests at once */
export function createExchanges(most: number): Exchanges {
  const running = new Set<AbortController>()
  return {
    get count() {
      return running.size
    },
    begin() {
      if (running.size >= most) throw tooManyError(most)
      const control = new AbortController()
      running.add(control)
      return { control, end: () => void running.delete(control) }
    },
    endAll() {
      for (const control of running) control.abort(stoppingError())
    },
  }
}

function tooManyError(most: number): ToolDeltaError {
  return new ToolDeltaError(429, {
    message: `${most} requests are under way, which is the most that this server takes at once (limits.inFlight). Try again in a moment.`,
    type: 'rate_limit_error',
    code: 'too_many_requests_in_flight',
  })
}

// Neither its type nor its words are among those on which clients repeat a request in the middle of an answer.
function stoppingError(): ToolDeltaError {
  return new ToolDeltaError(503, {
    message: 'The proxy is being stopped, so this answer ends here. Ask again.',
    type: upstreamErrorType,
    code: 'proxy_stopping',
  })
}
