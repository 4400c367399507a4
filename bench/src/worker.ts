import { createSizeCutter, createTokenCutter, cutWhole } from './cuts.ts'
import { makeHermes, makeTagged, sizes } from './documents.ts'
import { measureScenario, type Budget, type Measurement } from './measure.ts'
import { readRecordings } from './recordings.ts'
import type { MemoryRow } from './report/results.ts'
import { measureRetained } from './runners/memory.ts'
import type { ScenarioContext } from './scenario.ts'
import { listScenarios } from './scenarios.ts'

/** Rows of retained memory; they are measured, not timed. */
export const memoryRows = ['memory/tagged', 'memory/hermes'] as const

/** What a process for one row reports. */
export type WorkerReport = { measurement: Measurement } | { memory: MemoryRow }

/** Measures one row. Each has a process of its own, so that no row runs on code that another one shaped. */
export async function runRow(name: string, recordingsFolder: string, budget: Budget): Promise<WorkerReport> {
  const recordings = readRecordings(recordingsFolder)
  if ((memoryRows as readonly string[]).includes(name)) {
    const make = name === 'memory/tagged' ? makeTagged : makeHermes
    const document = make(sizes['64KB'], recordings.argumentLines)
    // The first measurement also warms up; it is thrown away.
    measureRetained(document, sizes['64KB'])
    return {
      memory: { name, retained: [sizes['64KB'], sizes['1MB']].map((chars) => measureRetained(document, chars)) },
    }
  }
  const scenario = listScenarios().find((one) => one.name === name)
  if (scenario === undefined) throw new Error(`there is no row ${name}`)
  const cutters: ScenarioContext['cutters'] = {
    token: (text) => createTokenCutter(recordings.vocabulary)(text),
    4: createSizeCutter(4),
    whole: cutWhole,
  }
  return { measurement: await measureScenario(scenario, { recordings, cutters }, budget) }
}
