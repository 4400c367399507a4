import cluster, { type Worker } from 'node:cluster'
import { UsageError } from '../errors.ts'
import { answerMetricsOfWorkers } from '../telemetry/index.ts'
import { onStopSignals } from './signals.ts'
import { readWorkerMessage, type StopMessage } from './worker-messages.ts'
import { workerVariable } from './worker.ts'

const firstPauseMs = 200
const longestPauseMs = 30_000
/** A worker that has lived this long has not died of its start. */
const healthyMs = 60_000

/**
 * Runs the proxy in several processes that share a port. A process that dies is replaced, after a pause that grows while it dies young.
 *
 * @param onReady - called once, when all take requests
 * @returns when all have ended after SIGTERM or SIGINT
 * @throws UsageError when they cannot start
 */
export async function runWorkers(count: number, onReady: (url: string) => void): Promise<void> {
  const stopMetrics = answerMetricsOfWorkers()
  const pool = createPool(count, onReady)
  onStopSignals({ stop: pool.stop, cut: pool.kill })
  try {
    await pool.ended
  } finally {
    stopMetrics()
  }
}

interface Pool {
  stop(): void
  kill(): void
  /** Fulfilled when the last process has ended; fails with what has kept them from starting. */
  ended: Promise<void>
}

function createPool(count: number, onReady: (url: string) => void): Pool {
  const workers = new Map<number, Worker>()
  const listening = new Set<number>()
  const restarts = new Set<NodeJS.Timeout>()
  let isStopping = false
  let isReady = false
  let refusal: UsageError | undefined
  let finish: () => void = () => {}
  let fail: (error: UsageError) => void = () => {}
  const ended = new Promise<void>((resolve, reject) => {
    finish = resolve
    fail = reject
  })

  function start(number: number, pause: number): void {
    const worker = cluster.fork({ [workerVariable]: String(number) })
    const since = performance.now()
    workers.set(number, worker)
    worker.on('message', (message) => onMessage(number, message))
    worker.on('exit', (code, signal) => {
      workers.delete(number)
      if (isStopping) {
        if (workers.size === 0) finishOrFail()
        return
      }
      const isYoung = performance.now() - since < healthyMs
      restart(number, isYoung ? pause : firstPauseMs, signal ?? `code ${code}`)
    })
  }

  function restart(number: number, pause: number, how: string): void {
    process.stderr.write(`Worker ${number} of ${count} has ended (${how}); the next one starts in ${pause} ms.\n`)
    const timer = setTimeout(() => {
      restarts.delete(timer)
      start(number, Math.min(pause * 2, longestPauseMs))
    }, pause)
    restarts.add(timer)
  }

  function onMessage(number: number, received: unknown): void {
    const message = readWorkerMessage(received)
    if (message?.type === 'tooldelta:refused' && !isReady) {
      refusal ??= new UsageError(message.message)
      stop()
    }
    if (message?.type !== 'tooldelta:listening') return
    listening.add(number)
    if (isReady || isStopping || listening.size < count) return
    isReady = true
    onReady(message.url)
  }

  function stop(): void {
    if (isStopping) return
    isStopping = true
    for (const timer of restarts) clearTimeout(timer)
    for (const worker of workers.values()) {
      if (worker.isConnected()) worker.send({ type: 'tooldelta:stop' } satisfies StopMessage)
    }
    if (workers.size === 0) finishOrFail()
  }

  function finishOrFail(): void {
    if (refusal === undefined) finish()
    else fail(refusal)
  }

  for (let number = 1; number <= count; number += 1) start(number, firstPauseMs)
  return {
    stop,
    kill() {
      for (const worker of workers.values()) worker.process.kill('SIGKILL')
    },
    ended,
  }
}
