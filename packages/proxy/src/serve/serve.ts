import cluster from 'node:cluster'
import { everyModel } from '../gateway/model-routes.ts'
import { createGateway } from '../gateway/index.ts'
import { isLoopback } from '../config/check-meaning.ts'
import type { Config } from '../config/schema.ts'
import { UsageError } from '../errors.ts'
import { reportReady } from '../process/ready.ts'
import { listen } from './listen.ts'
import { onStopSignals } from './signals.ts'
import { runWorker } from './worker.ts'
import { runWorkers } from './workers.ts'

/** How the proxy is run. */
export interface ServeOptions {
  /** Where keys are looked up. */
  env: NodeJS.ProcessEnv
  /** Processes that share the port. */
  workers: number
}

/**
 * Runs the proxy until SIGTERM or SIGINT.
 *
 * @returns when everything has ended
 * @throws UsageError when it cannot be started
 */
export async function serve(config: Config, { env, workers }: ServeOptions): Promise<void> {
  if (cluster.isWorker) return runWorker(config, env)
  if (workers > 1) checkWorkers(config, workers)
  if (workers > 1) return runWorkers(workers, (url) => announce(config, url))
  const gateway = await createGateway(config, { env })
  const url = await listen(gateway.app, config.listen)
  gateway.startProbes()
  const stopped = new Promise<void>((resolve, reject) => {
    onStopSignals({
      stop: () => void gateway.drain().then(resolve, reject),
      cut: () => process.exit(0),
    })
  })
  announce(config, url)
  await stopped
}

/** What passes through one process is in the memory of that one alone. */
function checkWorkers({ inspect }: Config, workers: number): void {
  if (!inspect.enabled) return
  throw new UsageError(
    `The inspector would show what one of the ${workers} workers does, a different one each time. Leave out --workers, or the inspector.`,
  )
}

/** Says on standard error that requests are taken; whoever has started the command waits for it. */
function announce(config: Config, url: string): void {
  process.stderr.write(`Serving ${url}/v1 in front of ${describeUpstreams(config)}, ${describeModels(config)}.\n`)
  if (config.inspect.enabled)
    process.stderr.write(`The inspector is on ${url}/inspect and keeps what passes in memory.\n`)
  const { host } = config.listen
  if (config.keys.length === 0 && !isLoopback(host)) {
    process.stderr.write(`Everyone who reaches ${host} can use the upstream: the proxy asks for no key.\n`)
  }
  reportReady(url)
}

function describeUpstreams({ upstreams }: Config): string {
  return upstreams.map(({ urls }) => urls.join(', ')).join('; ')
}

function describeModels({ models }: Config): string {
  const [first] = models
  if (models.length === 1 && first?.name === everyModel) return `format ${first.format}`
  return `models ${models.map(({ name, format }) => `${name} (${format})`).join(', ')}`
}
