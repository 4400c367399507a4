import { setTimeout as sleep } from 'node:timers/promises'
import { readErrorMessage } from '../errors.ts'
import { listUpstreamModels } from './models.ts'
import { everyModel, type ModelRoute } from './model-routes.ts'
import type { Probe } from './types.ts'

/** What probes write into the log. */
export interface ProbeLog {
  info(line: object, message: string): void
  warn(line: object, message: string): void
}

const firstPauseMs = 1000
const longestPauseMs = 60_000

/**
 * Asks the server of each model whose mode is `auto` what it does with tools, and says so once in the log. A server that does not answer is
 * asked again, less and less often; until then the model is served with `template`.
 */
export function startProbes(routes: readonly ModelRoute[], probe: Probe, log: ProbeLog, signal: AbortSignal): void {
  for (const route of routes) {
    if (route.config.mode !== 'auto') continue
    void probeUntilAnswered(route, probe, log, signal)
  }
}

async function probeUntilAnswered(route: ModelRoute, probe: Probe, log: ProbeLog, signal: AbortSignal): Promise<void> {
  const { config, upstream } = route
  for (let pause = firstPauseMs; !signal.aborted; pause = Math.min(pause * 2, longestPauseMs)) {
    try {
      await probeRoute(route, probe, log, signal)
      return
    } catch (error) {
      if (signal.aborted) return
      if (pause === firstPauseMs) {
        const line = { model: config.name, upstream: upstream.name, reason: readErrorMessage(error) }
        log.warn(
          line,
          `What ${upstream.name} does with tools is not known yet, because it did not answer the probe. It is asked again.`,
        )
      }
    }
    await sleep(pause, undefined, { signal, ref: false }).catch(() => {})
  }
}

/**
 * Where the settings name no model, a server with one model is asked about that one. A server with many is often a gateway of its own: asking
 * about all of them would take long and cost much.
 */
async function probeRoute(route: ModelRoute, probe: Probe, log: ProbeLog, signal: AbortSignal): Promise<void> {
  const { config, upstream } = route
  const isEvery = config.name === everyModel
  const names = isEvery ? await listNames(route, signal) : [config.name]
  const [name] = names
  if (name === undefined || names.length > 1) {
    const what = `${upstream.name} has ${names.length} models; what it does with tools is asked for models that the settings name.`
    log.info({ upstream: upstream.name }, what)
    return
  }
  const model = { ...config, name, upstreamModel: route.upstreamModel(name), format: route.formatOf(name) }
  const { mode, sentences } = await probe(upstream, model, signal)
  if (signal.aborted) return
  route.setMode(mode, isEvery ? name : undefined)
  log.info({ model: name, upstream: upstream.name, mode }, `${name}: ${sentences.join(' ')}`)
}

async function listNames(route: ModelRoute, signal: AbortSignal): Promise<string[]> {
  const models = await listUpstreamModels(route, signal)
  return models.flatMap(({ id }) => (typeof id === 'string' ? [id] : []))
}
