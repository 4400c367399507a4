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
/** A server with more models than this is a gateway of its own; asking them all would take long and cost much. */
const mostModels = 4

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
        log.warn(line, `What ${upstream.name} does with tools is not known yet, because it did not answer the probe. It is asked again.`)
      }
    }
    await sleep(pause, undefined, { signal, ref: false }).catch(() => {})
  }
}

async function probeRoute(route: ModelRoute, probe: Probe, log: ProbeLog, signal: AbortSignal): Promise<void> {
  const isEvery = route.config.name === everyModel
  const names = isEvery ? await listNames(route, signal) : [route.config.name]
  for (const name of names) {
    const model = { ...route.config, name, upstreamModel: route.upstreamModel(name), format: route.formatOf(name) }
    const { mode, sentences } = await probe(route.upstream, model, signal)
    if (signal.aborted) return
    route.setMode(mode, isEvery ? name : undefined)
    log.info({ model: name, upstream: route.upstream.name, mode }, `${name}: ${sentences.join(' ')}`)
  }
}

async function listNames(route: ModelRoute, signal: AbortSignal): Promise<string[]> {
  const models = await listUpstreamModels(route, signal)
  return models.flatMap(({ id }) => (typeof id === 'string' ? [id] : [])).slice(0, mostModels)
}
