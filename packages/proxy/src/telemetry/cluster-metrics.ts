import cluster, { type Worker } from 'node:cluster'
import { AggregatorRegistry, type Registry } from 'prom-client'

const question = 'tooldelta:metrics'
/** prom-client itself waits 5 s for workers. */
const answerMs = 6000

interface Question {
  type: typeof question
  number: number
}

interface Answer extends Question {
  text?: string
  error?: string
}

/**
 * Lets workers ask for the metrics of all of them: a scrape reaches any one. To be called in the primary process, before it forks.
 *
 * @returns stops it
 */
export function answerMetricsOfWorkers(): () => void {
  const aggregator = new AggregatorRegistry()
  const onMessage = (worker: Worker, message: unknown): void => {
    if (!isQuestion(message)) return
    void aggregator
      .clusterMetrics()
      .then((text) => worker.send({ ...message, text } satisfies Answer))
      .catch((error: unknown) => worker.isConnected() && worker.send({ ...message, error: String(error) }))
  }
  cluster.on('message', onMessage)
  return () => void cluster.off('message', onMessage)
}

/** Reads the metrics of all workers in one of them; of this process where it is none. */
export function createMetricsReader(registry: Registry): () => Promise<string> {
  if (!cluster.isWorker) return () => registry.metrics()
  listenToPrimary(registry)
  let last = 0
  return () => {
    last += 1
    return ask(last)
  }
}

function listenToPrimary(registry: Registry): AggregatorRegistry<typeof registry.contentType> {
  AggregatorRegistry.setRegistries([registry])
  // Its constructor sets the listener up.
  return new AggregatorRegistry()
}

function ask(number: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const finish = (): void => {
      clearTimeout(timer)
      process.off('message', onMessage)
    }
    const onMessage = (message: unknown): void => {
      if (!isQuestion(message) || message.number !== number) return
      finish()
      const { text, error } = message as Answer
      if (text === undefined) reject(new Error(`The metrics of all workers could not be read: ${error}`))
      else resolve(text)
    }
    const timer = setTimeout(() => {
      finish()
      reject(new Error('The primary process did not answer for the metrics of all workers.'))
    }, answerMs)
    process.on('message', onMessage)
    process.send?.({ type: question, number } satisfies Question)
  })
}

function isQuestion(message: unknown): message is Question {
  return typeof message === 'object' && message !== null && (message as Partial<Question>).type === question
}
