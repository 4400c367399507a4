import { UsageError } from '../errors.ts'
import type { Config } from '../config/schema.ts'
import { createGateway } from '../gateway/index.ts'
import { listen } from './listen.ts'
import { isStopMessage, type WorkerMessage } from './worker-messages.ts'

/** The variable that tells a worker which one it is, counted from 1. */
export const workerVariable = 'TOOLDELTA_WORKER'

/** Runs the proxy as one of several processes, until the primary one says stop. */
export async function runWorker(config: Config, env: NodeJS.ProcessEnv): Promise<void> {
  const stopped = new Promise<void>((resolve) => {
    process.on('message', (message) => isStopMessage(message) && resolve())
    // Ctrl+C and some service managers signal all processes of a group: the primary one then says what to do.
    process.on('SIGINT', () => {})
    process.on('SIGTERM', resolve)
  })
  try {
    const gateway = await createGateway(config, { env })
    const url = await listen(gateway.app, config.listen)
    await tell({ type: 'tooldelta:listening', url })
    gateway.startProbes({ isQuiet: env[workerVariable] !== '1' })
    await stopped
    await gateway.drain()
    process.exit(0)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    await tell({ type: 'tooldelta:refused', message: error.message })
    process.exit(2)
  }
}

function tell(message: WorkerMessage): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined) resolve()
    else process.send(message, undefined, {}, () => resolve())
  })
}
