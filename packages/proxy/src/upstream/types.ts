import type { UpstreamFetch } from '@tooldelta/fetch'

/** What is known about one server of an upstream. */
export interface ReplicaState {
  /** Its address, as configured. */
  url: string
  /** Neither out after failures nor failing its last check. */
  isHealthy: boolean
  /** Requests that have been sent to it, or wait for a connection to it, and whose answers have not ended. */
  inFlight: number
}

/** One request that was sent to one replica. */
export interface UpstreamAttempt {
  upstream: string
  replica: string
  /** Status of the answer; absent when there was none. */
  status?: number
  /** Why there was no answer: `ECONNREFUSED`, `UND_ERR_SOCKET`, `UND_ERR_CONNECT_TIMEOUT`, `upstream_timeout`... */
  errorCode?: string
  isRetry: boolean
  /** The request's `x-request-id`. */
  requestId?: string
}

/** Tells what happens at an upstream, for metrics and logs. Listeners must not throw. */
export interface UpstreamEvents {
  /** An attempt has got its head, or has failed. An attempt that the client gave up is not told. */
  onAttempt?(attempt: UpstreamAttempt): void
  /** A replica has begun to fail, or has come back. */
  onReplicaState?(change: { upstream: string; replica: string; isHealthy: boolean }): void
}

/** A model server, or several equal ones, that requests are sent to. */
export interface Upstream {
  readonly name: string
  /** The kind of server. */
  readonly profile: 'vllm' | 'sglang' | 'llamacpp' | 'generic'
  /**
   * Sends a request to one of the replicas. Only path and query of the URL count. `/v1` of a path is replaced by the version of the
   * replica's address; other paths (`/health`, `/props`) are asked at its root.
   *
   * The client's credentials are taken away (unless they are to be passed) and the upstream's own key and headers put in. Answers of `fetch` rules otherwise: redirects
   * are not followed, an error status is an answer, and the body must be read or cancelled.
   *
   * There are no deadlines in here but the one to connect: the caller's signal ends what takes too long. A reason that is a
   * `ToolDeltaError` of status 504 counts as a failure of the replica.
   *
   * @throws ToolDeltaError 502 or 504 when no replica answered; the signal's reason when it has fired
   */
  readonly ask: UpstreamFetch
  /** The same for those who need a web `Response`. */
  readonly fetch: typeof fetch
  replicas(): ReplicaState[]
  /** Asks every replica for its health: `/health`, or `/v1/models` where there is none. A result is good for five seconds. Never fails. */
  check(): Promise<void>
  /** Takes no new request, lets the answers under way end for the drain time at most, then closes every connection. */
  close(): Promise<void>
}
