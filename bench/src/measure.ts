import { do_not_optimize as doNotOptimize, measure } from 'mitata'
import { readProcessorTime } from './processor-time.ts'
import type { PreparedScenario, Scenario, ScenarioContext } from './scenario.ts'

/** One measured row. Times are of one repetition: the whole text. */
export interface Measurement {
  name: string
  kind: Scenario['kind']
  document: string
  cut: Scenario['cut']
  bytes: number
  chars: number
  chunks: number
  medianMs: number
  minMs: number
  samples: number
  firstDelta?: { chars: number; microseconds: number }
  note?: string
}

/** How much time a row may take. */
export interface Budget {
  /** Milliseconds of repetitions for an ordinary row. */
  milliseconds: number
}

/** Prepares a scenario, which checks its result, and times it. */
export async function measureScenario(
  scenario: Scenario,
  context: ScenarioContext,
  budget: Budget,
): Promise<Measurement> {
  const prepared = await scenario.prepare(context)
  const { run, ...facts } = prepared
  const { name, kind, document, cut, isSlow } = scenario
  const times = isSlow === true ? await timeOnce(run) : await timeOften(run, budget)
  return { name, kind, document, cut, ...facts, ...times }
}

type Times = Pick<Measurement, 'medianMs' | 'minMs' | 'samples'>

async function timeOnce(run: PreparedScenario['run']): Promise<Times> {
  const started = readProcessorTime()
  doNotOptimize(await run())
  const milliseconds = (readProcessorTime() - started) / 1e6
  return { medianMs: milliseconds, minMs: milliseconds, samples: 1 }
}

async function timeOften(run: PreparedScenario['run'], budget: Budget): Promise<Times> {
  // Two runs first, so that the estimate is not that of cold code.
  doNotOptimize(await run())
  const once = await timeOnce(run)
  const estimate = once.medianMs
  if (estimate > budget.milliseconds) return once
  await warmUp(run, Math.min(budget.milliseconds / 2, 500))
  const stats = await measure(() => doNotOptimizeResult(run()), {
    min_cpu_time: budget.milliseconds * 1e6,
    min_samples: Math.max(2, Math.min(12, Math.floor(budget.milliseconds / estimate))),
    // No collection between repetitions: with no parser alive it drops the hidden classes and with them the compiled code, which made
    // every repetition of tagged/64KB/4 ten times slower (6 ms to 59 ms). No server collects everything after each message.
    inner_gc: false,
    now: readProcessorTime,
  })
  return { medianMs: stats.p50 / 1e6, minMs: stats.min / 1e6, samples: stats.samples.length }
}

async function warmUp(run: PreparedScenario['run'], milliseconds: number): Promise<void> {
  const until = performance.now() + milliseconds
  while (performance.now() < until) doNotOptimize(await run())
}

function doNotOptimizeResult(result: number | Promise<number>): number | Promise<number> {
  doNotOptimize(result)
  return result
}
