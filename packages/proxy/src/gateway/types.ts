import type { FastifyInstance } from 'fastify'
import type { ModelConfig } from '../config/schema.ts'
import type { Secrets } from '../config/secrets.ts'
import type { ExchangeTelemetry, LogStream } from '../telemetry/index.ts'
import type { Upstream } from '../upstream/index.ts'
import type { ClientProfile } from './client-profiles.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Absent for requests that are not counted: health, metrics and the page of the API. */
    telemetry?: ExchangeTelemetry
    /** The name of the client's key in the settings. */
    keyName?: string
    /** How answers are brought to this client, where the settings say so. */
    clientProfile?: ClientProfile | undefined
  }
}

/** How tools reach a model. */
export type Mode = 'template' | 'prompt' | 'passthrough'

/** What a probe has found out about a model. */
export interface ProbeOutcome {
  mode: Mode
  /** Plain words for the log. */
  sentences: readonly string[]
}

/** Asks a model's server what it does with tools. */
export type Probe = (upstream: Upstream, model: ModelConfig, signal: AbortSignal) => Promise<ProbeOutcome>

/** What {@link createGateway} takes beside the settings. */
export interface GatewayOptions {
  /** Where keys are looked up. @defaultValue process.env */
  env?: NodeJS.ProcessEnv | undefined
  /** Keys, where they have been read already. */
  secrets?: Secrets | undefined
  /** Where log lines go, one JSON object each. @defaultValue standard output */
  logStream?: LogStream | undefined
  /** Takes the place of the start-up probe, for tests. */
  probe?: Probe | undefined
  /** The folder of the built pages, for tests. @defaultValue that of @tooldelta/playground */
  pages?: string | undefined
}

/** The server of `tooldelta serve`, not listening yet. */
export interface Gateway {
  /** `app.listen` starts it, `app.close` ends it after the answers under way. */
  app: FastifyInstance
  /**
   * Asks the servers of all models what they do with tools, and goes on until each has answered. To be called once it listens.
   *
   * @param options - `isQuiet`: what is found is logged at the level `debug`, for all but one of several workers
   */
  startProbes(options?: { isQuiet?: boolean }): void
  /**
   * Stops: readiness is off at once, no new connections, answers under way may go on for the drain time. Then each stream ends with an error
   * event, and what still does not end is cut off.
   */
  drain(): Promise<void>
}
