import { isDeepStrictEqual } from 'node:util'
import { type Client, collectAnswer, createClient, type Target } from './client.ts'
import { readProcessorSeconds } from './processes.ts'
import { type BenchRequest, chunksOfStream, smallCall, streamCall } from './requests.ts'

/** Times of one target with one request. */
export interface Samples {
  target: string
  request: string
  /** Milliseconds of each request, or why there are none. */
  times: number[]
  failure?: string
  /** Processor time of the target for one request, in milliseconds; absent where the system does not tell. */
  processorMs?: number
}

/** Chunks a second that one core of a target moves, with many streams at once. */
export interface Throughput {
  target: string
  streams: number
  chunksPerSecond: number
  /** Absent where the system does not tell processor times. */
  chunksPerSecondPerCore?: number
  failure?: string
}

/** How often requests are sent. */
export interface Plan {
  rounds: number
  /** Requests of one round, by name of the request. */
  perRound: Readonly<Record<string, number>>
  warmUp: Readonly<Record<string, number>>
}

/**
 * Sends a request to all targets in turn, one after the other on one connection: in each round a row of requests to each target, and the order of
 * targets turns from round to round, so that what else the machine does hits all of them alike.
 */
export async function measureLatency(
  targets: readonly Target[],
  request: BenchRequest,
  plan: Plan,
): Promise<Samples[]> {
  const runs = await Promise.all(targets.map((target) => prepare(target, request, plan.warmUp[request.name] ?? 0)))
  const count = plan.perRound[request.name] ?? 1
  for (let round = 0; round < plan.rounds; round += 1) {
    for (let place = 0; place < runs.length; place += 1) {
      await runs[(place + round) % runs.length]!.measure(count)
    }
  }
  await Promise.all(runs.map((run) => run.client.close()))
  return runs.map((run) => run.finish())
}

interface Run {
  client: Client
  measure(count: number): Promise<void>
  finish(): Samples
}

async function prepare(target: Target, request: BenchRequest, warmUp: number): Promise<Run> {
  const client = createClient(target)
  const samples: Samples = { target: target.name, request: request.name, times: [] }
  let seconds: number | undefined = 0
  try {
    checkAnswer(target, request, await client.read(request))
    for (let sent = 0; sent < warmUp; sent += 1) await client.time(request)
  } catch (error) {
    samples.failure = (error as Error).message
  }
  return {
    client,
    async measure(count) {
      if (samples.failure !== undefined) return
      const before = readProcessorSeconds(target.pid)
      for (let sent = 0; sent < count; sent += 1) samples.times.push(await client.time(request))
      const after = readProcessorSeconds(target.pid)
      seconds =
        before === undefined || after === undefined || seconds === undefined ? undefined : seconds + after - before
    },
    finish() {
      if (seconds !== undefined && samples.times.length > 0)
        samples.processorMs = (seconds * 1000) / samples.times.length
      return samples
    },
  }
}

/** @throws Error when the answer is not what this target has to give */
export function checkAnswer(target: Target, request: BenchRequest, text: string): void {
  const { content, calls } = collectAnswer(request, text)
  const expected = request.isStream ? streamCall : smallCall
  if (target.name !== 'tooldelta') {
    if (calls.length > 0 || !content.includes(`<function=${expected.name}>`)) throw new Error('not the upstream text')
    return
  }
  const [call] = calls
  const isRight =
    calls.length === 1 &&
    call?.name === expected.name &&
    isDeepStrictEqual(JSON.parse(call.arguments), JSON.parse(expected.arguments))
  if (!isRight) throw new Error(`wrong answer: ${calls.length} calls, ${JSON.stringify(call)?.slice(0, 200)}`)
}

/** Lets `streams` streams run at once, again and again, to each target in turn. */
export async function measureThroughput(
  targets: readonly Target[],
  request: BenchRequest,
  { streams, rounds }: { streams: number; rounds: number },
): Promise<Throughput[]> {
  const results: (Throughput & { seconds: number; processorSeconds: number })[] = targets.map(({ name }) => {
    return { target: name, streams, chunksPerSecond: 0, seconds: 0, processorSeconds: 0 }
  })
  const clients = targets.map(createClient)
  for (let round = 0; round < rounds; round += 1) {
    for (const [place, target] of targets.entries()) {
      const result = results[place]!
      if (result.failure !== undefined) continue
      const before = readProcessorSeconds(target.pid) ?? Number.NaN
      const start = performance.now()
      const client = clients[place]!
      try {
        await Promise.all(Array.from({ length: streams }, () => client.time(request)))
      } catch (error) {
        result.failure = (error as Error).message
        continue
      }
      // The first round warms up.
      if (round === 0) continue
      result.seconds += (performance.now() - start) / 1000
      result.processorSeconds += (readProcessorSeconds(target.pid) ?? Number.NaN) - before
    }
  }
  await Promise.all(clients.map((client) => client.close()))
  const chunks = (rounds - 1) * streams * chunksOfStream
  return results.map(({ target, failure, seconds, processorSeconds }) => ({
    target,
    streams,
    chunksPerSecond: failure === undefined ? chunks / seconds : 0,
    ...(processorSeconds > 0 && { chunksPerSecondPerCore: chunks / processorSeconds }),
    ...(failure !== undefined && { failure }),
  }))
}
